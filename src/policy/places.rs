//! Files and directories that stand in for a well-known one: what a variable of the environment names in its place, and the
//! directory that git takes hooks from. A rule on the well-known place speaks of them as well.

use crate::path;
use crate::world::World;
use alloc::{string::String, vec::Vec};

/// Bytes of a configuration of git that is looked through.
const MAX_CONFIG: usize = 64 * 1024;

/// Variables of the environment that name a place, and the place below the home that it stands in for.
const VARIABLES: [(&str, &str); 27] = [
    ("AWS_CONFIG_FILE", ".aws/config"),
    ("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"),
    ("AZURE_CONFIG_DIR", ".azure"),
    ("BASH_ENV", ".bashrc"),
    ("CARGO_HOME", ".cargo"),
    ("CLAUDE_CONFIG_DIR", ".claude"),
    ("CLOUDSDK_CONFIG", ".config/gcloud"),
    ("CODEX_HOME", ".codex"),
    ("DOCKER_CONFIG", ".docker"),
    ("ENV", ".profile"),
    ("GH_CONFIG_DIR", ".config/gh"),
    ("GIT_CONFIG_GLOBAL", ".gitconfig"),
    ("GNUPGHOME", ".gnupg"),
    ("GOOGLE_APPLICATION_CREDENTIALS", ".config/gcloud/application_default_credentials.json"),
    ("INPUTRC", ".inputrc"),
    ("KUBECONFIG", ".kube/config"),
    ("MYSQL_HOME", ".mysql"),
    ("NETRC", ".netrc"),
    ("NPM_CONFIG_USERCONFIG", ".npmrc"),
    ("PASSWORD_STORE_DIR", ".password-store"),
    ("PGPASSFILE", ".pgpass"),
    ("TF_CLI_CONFIG_FILE", ".terraformrc"),
    ("XDG_CONFIG_HOME", ".config"),
    ("XDG_DATA_HOME", ".local/share"),
    ("XDG_STATE_HOME", ".local/state"),
    ("ZDOTDIR", ""),
    ("npm_config_userconfig", ".npmrc"),
];

/// A place, and the well-known one that it stands in for. Both are normal paths.
pub(super) struct StandIn {
    place: Vec<u8>,
    known: Vec<u8>,
}

impl StandIn {
    /// All that the environment of the call, and the configuration of its repositories, name.
    pub(super) fn all(world: &dyn World, homes: &[&[u8]], roots: &[&[u8]]) -> Vec<Self> {
        let mut all = Vec::new();
        let mut add = |place: Vec<u8>, known: Vec<u8>| {
            let (place, known) = (path::normalize(&place), path::normalize(&known));
            if place != b"/" && place != known {
                all.push(Self { place, known });
            }
        };
        for (name, known) in VARIABLES {
            let Some(value) = world.variable(name) else { continue };
            // KUBECONFIG is a list.
            for place in value.split(|b| *b == b':').filter(|place| path::is_absolute(place)) {
                for home in homes {
                    add(place.to_vec(), path::join(home, known.as_bytes()));
                }
            }
        }
        let configs = roots.iter().map(|root| path::join(root, b".git/config"));
        let configs = configs.chain(homes.iter().map(|home| path::join(home, b".gitconfig")));
        let directories: Vec<String> =
            configs.filter_map(|file| hooks_path(&world.read_small(&file, MAX_CONFIG).text()?)).collect();
        for directory in directories {
            let bytes = directory.as_bytes();
            for root in roots {
                let hooks = path::join(root, b".git/hooks");
                match bytes.strip_prefix(b"~/") {
                    Some(rest) => homes.iter().for_each(|home| add(path::join(home, rest), hooks.clone())),
                    None => add(path::join(root, bytes), hooks.clone()),
                }
            }
        }
        all
    }

    /// The well-known path for one at or below the place; with `tree`, for one that holds the place.
    pub(super) fn instead_of(&self, path: &[u8], tree: bool) -> Option<Vec<u8>> {
        match path::below(path, &self.place) {
            Some(rest) => Some(path::normalize(&[self.known.as_slice(), rest].concat())),
            None if tree && path::starts_with(&self.place, path) => Some(self.known.clone()),
            None => None,
        }
    }
}

/// The last value of `core.hooksPath`, wherever in the text it stands: one too many only restricts.
fn hooks_path(config: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(config);
    let mut values = text.lines().filter_map(|line| {
        let (key, value) = line.split_once('=')?;
        let key = key.trim().rsplit(|c: char| c.is_whitespace() || c == ']').next()?;
        key.eq_ignore_ascii_case("hookspath").then(|| String::from(value.trim().trim_matches('"')))
    });
    values.next_back().filter(|value| !value.is_empty())
}
