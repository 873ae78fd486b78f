//! Scripts of a package: what `yarn NAME` runs where NAME is no command of the program itself.

use super::Command;
use crate::{effect::Value, path, world::Content};

/// Bytes of a `package.json` that is looked through.
const MAX_PACKAGE: usize = 256 * 1024;

impl Command<'_, '_> {
    /// Notes the file that the script `name` stands in, which the program then executes.
    pub(super) fn package_script(&mut self, name: &[u8]) {
        const FILE: &[u8] = b"package.json";
        let (Some(cwd), Some(world)) = (self.cwd.known(), self.scripts.world()) else { return };
        if let Content::Text(text) = world.read_small(&path::join(cwd, FILE), MAX_PACKAGE)
            && has_script(&text, name)
        {
            self.loads(&Value::Known(FILE.into()));
        }
    }
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
