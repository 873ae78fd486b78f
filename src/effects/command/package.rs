//! Scripts of a package: what `yarn NAME` runs where NAME is no command of the program itself.

use super::Command;
use crate::{effect::Value, path, world::Content};
use alloc::vec::Vec;

/// What holds the names of a package's scripts.
const FILE: &[u8] = b"package.json";
/// Bytes of a `package.json` that is looked through.
const MAX_PACKAGE: usize = 256 * 1024;

impl Command<'_, '_> {
    /// The script that a program which knows names of the package's scripts runs in place of the text.
    pub(super) fn expanded(&self, text: &Value) -> Option<Value> {
        let text = text.known()?;
        let long = match self.name {
            b"concurrently" | b"conc" => shortcut(text)?,
            b"start-server-and-test" | b"start-test" | b"server-test" => {
                let package = self.package()?;
                has_script(&package, text).then(|| [b"npm run ", text].concat())?
            }
            _ => return None,
        };
        Some(Value::Known(long.into()))
    }

    /// The text of the package's file.
    fn package(&self) -> Option<Vec<u8>> {
        match self.scripts.world()?.read_small(&path::join(self.cwd.known()?, FILE), MAX_PACKAGE) {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether a script of the package may have that name: also where its file cannot be read.
    pub(super) fn may_be_script(&self, name: &[u8]) -> bool {
        self.package().is_none_or(|text| has_script(&text, name))
    }

    /// Notes the file that the script `name` stands in, which the program then executes.
    pub(super) fn package_script(&mut self, name: &[u8]) {
        if self.package().is_some_and(|text| has_script(&text, name)) {
            self.loads(&Value::Known(FILE.into()));
        }
    }
}

/// What `npm:NAME WORDS` and the like stand for: a script of the package, run by that program.
fn shortcut(text: &[u8]) -> Option<Vec<u8>> {
    const SHORT: [(&[u8], &[u8]); 6] = [
        (b"npm:", b"npm run "),
        (b"pnpm:", b"pnpm run "),
        (b"yarn:", b"yarn run "),
        (b"bun:", b"bun run "),
        (b"node:", b"node --run "),
        (b"deno:", b"deno task "),
    ];
    let (rest, long) = SHORT.iter().find_map(|(short, long)| Some((text.strip_prefix(*short)?, *long)))?;
    rest.first().filter(|b| !b.is_ascii_whitespace())?;
    Some([long, rest].concat())
}

/// Words that `pnpm` or `yarn` takes for a command of its own, in any of its versions.
const MANAGER_WORDS: &str = " access add approve-builds audit autoclean bin bugs c cache cat-file cat-index check ci clean \
    clean-install completion config constraints create dedupe deploy deprecate dist-tag dlx docs doctor edit env exec explain explore \
    fetch find-hash generate-lock-entry get global help home i ignored-builds import info init install install-clean install-test it \
    la licenses link list ll ln lockfile login logout ls m multi node npm outdated owner pack patch patch-commit patch-remove peers \
    ping pkg plugin policies prefix profile prune publish purge rb rebuild recursive remove repo restart rm root rt run run-script \
    runtime s sbom search se self-update server set set-script setup show stage star stars start stop store t tag team test token \
    tst un uni uninstall unlink unplug unpublish unstar up update upgrade upgrade-interactive v version versions view whoami why \
    with with-current workspace workspaces x xmas ";

/// Whether it is one of them.
pub(super) fn is_manager_word(name: &[u8]) -> bool {
    MANAGER_WORDS.split_ascii_whitespace().any(|word| word.as_bytes() == name)
}

/// Whether a word is the name of a file that `bun` runs, by its ending.
pub(super) fn is_script_file(name: &[u8]) -> bool {
    const ENDINGS: [&[u8]; 8] = [b".js", b".mjs", b".cjs", b".jsx", b".ts", b".mts", b".cts", b".tsx"];
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Whether the text is an object whose object `scripts` has text under that name. Where the text is no JSON the answer may be
/// either: no program would run it.
fn has_script(json: &[u8], name: &[u8]) -> bool {
    let (mut at, mut depth, mut in_scripts) = (0, 0_u32, false);
    while let Some(byte) = json.get(at) {
        at += 1;
        match byte {
            b'{' | b'[' => depth = depth.saturating_add(1),
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                let start = at;
                while json.get(at).is_some_and(|b| *b != b'"') {
                    at += if json.get(at) == Some(&b'\\') { 2 } else { 1 };
                }
                let text = json.get(start..at).unwrap_or_default();
                at += 1;
                let behind = json.get(at..).unwrap_or_default().trim_ascii_start();
                let Some(value) = behind.strip_prefix(b":") else { continue };
                if depth == 1 {
                    in_scripts = text == b"scripts";
                }
                if depth == 2 && in_scripts && text == name && value.trim_ascii_start().starts_with(b"\"") {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::has_script;

    #[test]
    fn scripts_are_found_by_name() {
        let package =
            br#"{"name": "x", "config": {"b": "no"}, "scripts": {"a": "b \"c\"", "d": {"e": "f"}}, "e": "a"}"#;
        assert!(has_script(package, b"a"));
        for name in [&b"b"[..], b"c", b"d", b"e", b"x", b"name", b"scripts", b""] {
            assert!(!has_script(package, name), "{}", String::from_utf8_lossy(name));
        }
        for broken in [&b""[..], b"{", b"{\"scripts\": {\"a", b"{\"scripts\": \"a\"}", b"[\"scripts\", {\"a\": \"b\"}]"]
        {
            assert!(!has_script(broken, b"a"), "{}", String::from_utf8_lossy(broken));
        }
    }
}
