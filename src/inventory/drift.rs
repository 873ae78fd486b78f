//! What is not as it was, or not as it may be.

use super::documents::Document;
use super::{Inventory, Item, Origin, Owner, SCHEMA, Scope, Setting, requirements};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// What happened to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It was not there.
    New,
    /// It was something else.
    Changed,
    /// It is gone.
    Removed,
    /// The requirements do not allow it.
    NotAllowed,
    /// It is looser than the floor of the repository's tier.
    BelowFloor,
    /// It cannot be looked at, so nobody knows.
    Unreadable,
}

impl Change {
    /// As the JSON has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Removed => "removed",
            Self::NotAllowed => "not-allowed",
            Self::BelowFloor => "below-floor",
            Self::Unreadable => "unreadable",
        }
    }
}

/// One thing that is otherwise.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Drift {
    /// What happened.
    pub change: Change,
    /// The kind of artefact, `setting` or `file`.
    pub kind: String,
    /// What it is called.
    pub name: String,
    /// Which agent loads it; none of a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// What is otherwise.
    pub why: String,
}

impl Drift {
    pub(super) fn of(change: Change, item: &Item, why: impl Into<String>) -> Self {
        Self {
            change,
            kind: item.kind.as_str().to_owned(),
            name: item.name.clone(),
            agent: Some(item.agent.clone()),
            origin: Some(item.origin.clone()),
            why: why.into(),
        }
    }

    pub(super) fn setting(change: Change, setting: &Setting, why: impl Into<String>) -> Self {
        Self {
            change,
            kind: "setting".to_owned(),
            name: setting.name.clone(),
            agent: Some("codex".to_owned()),
            origin: setting.origin.clone(),
            why: why.into(),
        }
    }
}

/// What a list is compared with.
pub enum Against {
    /// A list that was made before.
    Baseline(Box<Inventory>),
    /// What a `requirements.toml` allows.
    Requirements(Rules),
}

/// A `requirements.toml`.
pub struct Rules(Document);

impl Against {
    /// Reads what to compare with: a `.toml` file is taken for requirements, anything else for a baseline.
    ///
    /// # Errors
    /// What is neither.
    pub fn read(path: &Path) -> Result<Self, String> {
        let name = path.display();
        let text = std::fs::read_to_string(path).map_err(|e| format!("`{name}` cannot be read: {e}"))?;
        if path.extension().is_some_and(|e| e == "toml") {
            return Document::parse(path, text)
                .map(|d| Self::Requirements(Rules(d)))
                .map_err(|e| format!("`{name}`: {e}"));
        }
        let help = "name a `requirements.toml`, or what `prexec inventory --json` printed before";
        let baseline: Inventory =
            serde_json::from_str(&text).map_err(|e| format!("`{name}` is no baseline: {e}; {help}"))?;
        if baseline.schema != SCHEMA {
            return Err(format!("`{name}` is no baseline of this version of prexec; {help}"));
        }
        Ok(Self::Baseline(Box::new(baseline)))
    }
}

impl Inventory {
    /// Everything that is otherwise, with what is below the floor of the repository's tier and what nobody could look at, unless the
    /// baseline says so already.
    pub fn drift(&self, against: &Against) -> Vec<Drift> {
        let mut drift = match against {
            Against::Baseline(baseline) => self.since(baseline),
            Against::Requirements(Rules(document)) => requirements::compare(self, document),
        };
        let known = |name: &str, below| match against {
            Against::Baseline(baseline) => {
                baseline.floor.iter().any(|t| t.applies && t.name == name && t.below.contains(below))
            }
            Against::Requirements(_) => false,
        };
        for tier in self.floor.iter().filter(|tier| tier.applies) {
            for below in tier.below.iter().filter(|below| !known(&tier.name, below)) {
                let Some(setting) = self.settings.iter().find(|setting| setting.name == below.setting) else {
                    continue;
                };
                let why =
                    format!("`{}` is looser than the floor of the tier {}, `{}`", below.value, tier.name, below.floor);
                drift.push(Drift::setting(Change::BelowFloor, setting, why));
            }
        }
        let known = |fault| matches!(against, Against::Baseline(baseline) if baseline.faults.contains(fault));
        for fault in self.faults.iter().filter(|fault| !known(fault)) {
            let origin = Origin { file: fault.file.clone(), line: None, table: None };
            let name = fault.file.rsplit('/').next().unwrap_or_default().to_owned();
            let (kind, why) = ("file".to_owned(), fault.what.clone());
            drift.push(Drift { change: Change::Unreadable, kind, name, agent: None, origin: Some(origin), why });
        }
        drift.sort();
        drift.dedup();
        drift
    }

    fn since(&self, baseline: &Self) -> Vec<Drift> {
        let mut drift = Vec::new();
        let (before, now) = (baseline.by_key(), self.by_key());
        for (key, item) in &now {
            match before.get(key) {
                None => drift.push(Drift::of(Change::New, item, "it is not in the baseline")),
                Some(old) => {
                    let what = self.differences(item, baseline, old);
                    if !what.is_empty() {
                        drift.push(Drift::of(Change::Changed, item, what.join("; ")));
                    }
                }
            }
        }
        let gone = before.iter().filter(|(key, _)| !now.contains_key(*key));
        drift.extend(gone.map(|(_, item)| Drift::of(Change::Removed, item, "it is in the baseline")));
        for setting in &self.settings {
            let old = baseline.settings.iter().find(|old| old.name == setting.name);
            if let Some(old) = old.filter(|old| old.value != setting.value) {
                drift.push(Drift::setting(
                    Change::Changed,
                    setting,
                    format!("`{}` was `{}`", setting.value, old.value),
                ));
            }
        }
        drift
    }

    /// What identifies an artefact from one list to the next, on another machine as well: an update of a plugin changes its paths,
    /// and a line that moves is no change.
    fn by_key(&self) -> BTreeMap<(super::Kind, &str, &str, String), &Item> {
        let key = |item: &'_ Item| {
            let file = match item.scope {
                Scope::Plugin => String::new(),
                _ => self.placed(&item.origin.file),
            };
            // `.claude.json` keeps its projects by their paths.
            let table = item.origin.table.as_deref().unwrap_or_default();
            let repository = self.repository.as_ref().unwrap_or(&self.cwd);
            file + " " + &table.replace(repository.as_str(), ".")
        };
        self.items.iter().map(|item| ((item.kind, item.agent.as_str(), item.name.as_str(), key(item)), item)).collect()
    }

    /// A path with the home and the repository as what they are.
    fn placed(&self, path: &str) -> String {
        let below = |root: &str, sign: &str| {
            let rest = path.strip_prefix(root)?;
            (rest.is_empty() || rest.starts_with('/')).then(|| format!("{sign}{rest}"))
        };
        let repository = self.repository.as_ref().unwrap_or(&self.cwd);
        below(repository, ".").or_else(|| below(&self.home, "~")).unwrap_or_else(|| path.to_owned())
    }

    fn differences(&self, item: &Item, baseline: &Self, old: &Item) -> Vec<String> {
        let mut found = Vec::new();
        if item.digest != old.digest {
            found.push("its content is another".to_owned());
        }
        if item.enabled != old.enabled {
            found.push(if item.enabled { "it is on" } else { "it is off" }.to_owned());
        }
        let link = |list: &Self, item: &Item| item.link.as_deref().map(|link| list.placed(link));
        let (to, was) = (link(self, item), link(baseline, old));
        if to != was && item.scope != Scope::Plugin {
            let named = |link: Option<String>| link.unwrap_or_else(|| "itself".to_owned());
            found.push(format!("it leads to {}, not to {}", named(to), named(was)));
        }
        let (is, was) = (self.whose(item.owner.as_ref()), baseline.whose(old.owner.as_ref()));
        if is != was {
            found.push(format!("it belongs to {is}, not to {was}"));
        }
        for (key, value) in &item.detail {
            if let Some(old) = old.detail.get(key).filter(|old| *old != value) {
                found.push(format!("{key} `{value}` was `{old}`"));
            }
        }
        found
    }

    /// An owner as it can be compared between machines.
    fn whose(&self, owner: Option<&Owner>) -> String {
        let Some(owner) = owner else { return "nobody".to_owned() };
        let name = match owner.account.as_deref() {
            _ if owner.uid == 0 => "root",
            Some(name) if name == self.account => "the account",
            Some(name) => name,
            None => "an unknown account",
        };
        format!("{name} with mode {}", owner.mode)
    }
}
