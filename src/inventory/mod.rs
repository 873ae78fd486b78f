//! What the agents of an account load on this machine and in this repository: eight kinds of artefact, each with where it is
//! configured, a digest and its owner; what has changed since a list that was made before; and the settings in force beside the floor
//! of each trust tier.
//!
//! ```text
//! policies/tables/artefacts.jsonl -> places -> files, read within bounds -> items -> drift against a baseline or requirements.toml
//! ```
//!
//! Nothing is executed and nothing is written. A file that cannot be read or has a mistake is said (`faults`), never passed over.

mod documents;
mod drift;
mod facts;
mod find;
mod floor;
mod hooks;
mod mcp;
mod plugins;
mod programs;
mod requirements;
mod secrets;
mod settings;
mod table;

pub use drift::{Against, Change, Drift};
pub use floor::{Standing, Tier};
pub use settings::Setting;

use find::Look;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Names the form of the list. Its schema is committed as `tests/schema/inventory-1.json`.
pub const SCHEMA: &str = "prexec/inventory/1";

/// What sort of artefact it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Instructions and definitions of sub-agents.
    Agents,
    /// MCP servers.
    Mcp,
    /// Extensions of editors and of agents.
    Extensions,
    /// Skills, prompts and commands.
    Skills,
    /// Plugins, and the marketplaces that they come from.
    Plugins,
    /// Files of credentials, by their place alone.
    Secrets,
    /// Commands that an agent starts by itself.
    Hooks,
    /// Programs.
    Clis,
}

impl Kind {
    /// All eight, in the order in which they are shown.
    pub const ALL: [Self; 8] = [
        Self::Agents,
        Self::Mcp,
        Self::Extensions,
        Self::Skills,
        Self::Plugins,
        Self::Secrets,
        Self::Hooks,
        Self::Clis,
    ];

    /// As the JSON has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agents => "agents",
            Self::Mcp => "mcp",
            Self::Extensions => "extensions",
            Self::Skills => "skills",
            Self::Plugins => "plugins",
            Self::Secrets => "secrets",
            Self::Hooks => "hooks",
            Self::Clis => "clis",
        }
    }
}

/// Who put it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// The administrator, so that nobody can take it away.
    Managed,
    /// The administrator.
    System,
    /// The account.
    User,
    /// The repository.
    Repository,
    /// A plugin.
    Plugin,
}

/// Where an artefact is configured.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Origin {
    /// The file.
    pub file: String,
    /// The line, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The entry within the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
}

/// Whose a file is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The account's number.
    pub uid: u32,
    /// Its name, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Who may do what, in octal.
    pub mode: String,
}

/// One artefact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// What sort.
    pub kind: Kind,
    /// What it is called.
    pub name: String,
    /// Which agent loads it.
    pub agent: String,
    /// Who put it there.
    pub scope: Scope,
    /// Where it is configured.
    pub origin: Origin,
    /// Where the link leads that stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Of the file, the tree or the entry; never of a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// Whether the agent would load it.
    pub enabled: bool,
    /// What else is known, such as a version. No values of variables, headers or arguments.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub detail: BTreeMap<String, String>,
}

/// What could not be looked at, or not whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fault {
    /// The place.
    pub file: String,
    /// What is wrong with it.
    pub what: String,
}

/// The whole list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// [`SCHEMA`].
    pub schema: String,
    /// The machine.
    pub host: String,
    /// The account.
    pub account: String,
    /// Its home directory.
    pub home: String,
    /// The directory that was looked from.
    pub cwd: String,
    /// The repository around it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// The trust tiers of the repository, as far as the policy in force says.
    pub tiers: Vec<String>,
    /// What was found.
    pub items: Vec<Item>,
    /// The settings in force.
    pub settings: Vec<Setting>,
    /// Those settings beside the floor of each tier.
    pub floor: Vec<Tier>,
    /// What could not be looked at.
    pub faults: Vec<Fault>,
}

/// From where to look.
#[derive(Clone, Debug)]
pub struct Places {
    /// The account's name.
    pub account: String,
    /// The machine's name.
    pub host: String,
    /// The home directory.
    pub home: PathBuf,
    /// Codex's home.
    pub codex: PathBuf,
    /// `/etc/codex`.
    pub codex_system: PathBuf,
    /// `~/.claude`, or what stands for it.
    pub claude: PathBuf,
    /// The directory of `.claude.json`.
    pub claude_json: PathBuf,
    /// `/etc/claude-code`.
    pub claude_system: PathBuf,
    /// The directory of the session.
    pub cwd: PathBuf,
    /// Where programs are looked for.
    pub path: Vec<PathBuf>,
    /// The trust tiers of the session's directory.
    pub tiers: Vec<String>,
}

impl Places {
    /// The root of the innermost repository around the directory.
    pub fn repository(&self) -> Option<&Path> {
        self.cwd.ancestors().find(|directory| directory.join(".git").symlink_metadata().is_ok())
    }

    /// The directories whose files count for a session here, outermost first: from the repository's root to the session's own.
    fn each(&self) -> Vec<PathBuf> {
        let root = self.repository().unwrap_or(&self.cwd);
        let below = self.cwd.ancestors().take_while(|directory| directory.starts_with(root));
        let mut all: Vec<PathBuf> = below.map(Path::to_path_buf).collect();
        all.reverse();
        all
    }
}

/// Looks through everything.
///
/// # Errors
/// A mistake in a table of ours.
pub fn look(places: &Places) -> Result<Inventory, String> {
    let mut look = Look::new(places)?;
    let rows = table::rows()?;
    let plugins = plugins::roots(&mut look);
    let mut items = Vec::new();
    for row in &rows {
        items.extend(table::items(row, &plugins, &mut look));
    }
    items.extend(programs::all(&table::programs()?, &mut look));
    items.extend(secrets::all(&mut look));
    items.sort_by(|a, b| (a.kind, &a.agent, &a.name, &a.origin).cmp(&(b.kind, &b.agent, &b.name, &b.origin)));
    items.dedup();
    let settings = settings::of_codex(&mut look);
    let floor = floor::of(&settings, &places.tiers)?;
    let mut faults = look.into_faults();
    faults.sort();
    faults.dedup();
    let shown = |path: &Path| facts::shown(path);
    Ok(Inventory {
        schema: SCHEMA.into(),
        host: places.host.clone(),
        account: places.account.clone(),
        home: shown(&places.home),
        cwd: shown(&places.cwd),
        repository: places.repository().map(shown),
        tiers: places.tiers.clone(),
        items,
        settings,
        floor,
        faults,
    })
}

#[cfg(test)]
mod tests;
