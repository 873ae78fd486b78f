//! Names of files that are put into the text of a script: `find . -exec sh -c 'wc -l "{}" | sort' \;`. Such a name is text of the
//! shell's language; where the directories hold only names that mean nothing there, the script does what it would do with a
//! parameter in the place of the name.

use super::{Command, names};
use crate::{
    effect::{Bytes, Cause, Kind, PathValue, Value, Word},
    path, shell,
    tables::words::Runs,
};
use alloc::{format, vec, vec::Vec};

/// What stands for the name: the script gets it as `$0`.
const NAME: &[u8] = b"${0}";

/// The command with a parameter for each `token` in its script, if it is a shell with a script and nothing else, and `name` can only
/// be text without a meaning.
pub(super) fn placed(on: &mut Command<'_, '_>, words: &[Word], token: &[u8], name: &Value) -> Option<Vec<Word>> {
    let [shell, option, script] = words else { return None };
    let program = shell.value.known()?;
    let program = program.rsplit(|b| *b == b'/').next().unwrap_or(program);
    let is_shell = on.analysis.tables.program(program).is_some_and(|row| row.runs() == Runs::Shell);
    if !is_shell || option.value.known() != Some(b"-c") {
        return None;
    }
    let text = with_parameter(script.value.known()?, token)?;
    let Value::Below { dir, suffix } = name else { return None };
    if !begins_plainly(dir) || names::means_something(dir) || names::means_something(suffix) {
        return None;
    }
    let start = path::absolute(&Value::Known(dir.clone()), &on.cwd);
    let world = on.scripts.world()?;
    if !names::mean_nothing(world, start.known()?, &mut on.analysis.names_left) {
        return None;
    }
    let detail = format!("the name of a file is a part of the script that `{}` executes", on.by);
    let anywhere = |value| PathValue::made(value, true);
    let kinds = vec![
        Kind::Unknown(Cause { code: "dynamic-script", detail }),
        Kind::Read(anywhere(Value::ANY_WORD)),
        Kind::Write(anywhere(Value::ANY_WORD)),
    ];
    on.analysis.in_scripts = true;
    on.suspect(kinds, script.span, false);
    let text = Value::Known(Bytes::from(text.as_slice()));
    let name = Word { value: name.clone(), span: script.span };
    Some(vec![shell.clone(), option.clone(), Word { value: text, span: script.span }, name])
}

/// Whether the start of a search is no word of the shell's language, no number of a descriptor, and no user's home.
fn begins_plainly(dir: &[u8]) -> bool {
    match dir.first() {
        Some(b'.' | b'/') => true,
        Some(b) => b.is_ascii_alphabetic() && !shell::is_keyword(dir),
        None => false,
    }
}

/// The script with the parameter for each token, quoted so that it stays the word, or the part of one, that the token was.
/// None where that depends on more than the quotes that can be seen here.
fn with_parameter(text: &[u8], token: &[u8]) -> Option<Vec<u8>> {
    const OTHER: [&[u8]; 6] = [b"()", b"<<", b"((", b"function", b"BASH_ARGV0", b"let"];
    let has = |what: &[u8]| text.windows(what.len()).any(|part| part == what);
    if token.is_empty() || !has(token) || OTHER.iter().any(|what| has(what)) || (has(b"`") && has(b"\\")) {
        return None;
    }
    let (mut out, mut at, mut quote) = (Vec::new(), 0, None);
    while let Some(&byte) = text.get(at) {
        let rest = text.get(at..)?;
        let before = at.checked_sub(1).and_then(|at| text.get(at)).copied();
        if let Some(behind) = rest.strip_prefix(token) {
            let assigned = quote.is_none() && matches!(behind.first(), Some(b'=' | b'+' | b'[' | b'('));
            // `{a..{}}` counts from one letter to another.
            let counted = out.ends_with(b"..") || behind.starts_with(b"..");
            if assigned || counted || matches!(before, Some(b'$' | b'~' | b'\\')) {
                return None;
            }
            let (open, close): (&[u8], &[u8]) = match quote {
                None => (b"\"", b"\""),
                Some(b'"') => (b"", b""),
                Some(_) => (b"'\"", b"\"'"),
            };
            out.extend([open, NAME, close].concat());
            at += token.len();
            continue;
        }
        let next = rest.get(1).copied();
        match (quote, byte) {
            (Some(b'\''), b'\'') | (Some(b'"'), b'"') => quote = None,
            (Some(b'\''), _) => {}
            (None, b'\'' | b'"') => quote = Some(byte),
            // A comment has no quotes, and what is expanded between double quotes has its own.
            (None, b'#') | (Some(_), b'`') => return None,
            (_, b'$') if matches!(next, Some(b'0' | b'{' | b'#' | b'[')) => return None,
            (None, b'$') if matches!(next, Some(b'\'' | b'"')) => return None,
            (Some(_), b'$') if next == Some(b'(') => return None,
            (_, b'\\') => {
                if rest.get(1..).is_some_and(|behind| behind.starts_with(token)) {
                    return None;
                }
                out.push(byte);
                out.extend(next);
                at += 2;
                continue;
            }
            _ => {}
        }
        out.push(byte);
        at += 1;
    }
    quote.is_none().then_some(out)
}

#[cfg(test)]
mod tests {
    use super::with_parameter;
    use alloc::string::String;

    fn with(text: &str, token: &str) -> Option<String> {
        with_parameter(text.as_bytes(), token.as_bytes()).map(|out| String::from_utf8_lossy(&out).into_owned())
    }

    #[test]
    fn the_parameter_is_quoted_as_the_token_was() {
        for (text, token, then) in [
            ("wc -l {}", "{}", "wc -l \"${0}\""),
            ("wc -l \"{}\"", "{}", "wc -l \"${0}\""),
            ("wc -l '{}'", "{}", "wc -l ''\"${0}\"''"),
            ("cat % | sort > %.out", "%", "cat \"${0}\" | sort > \"${0}\".out"),
            ("echo $(basename {})", "{}", "echo $(basename \"${0}\")"),
            ("echo `basename {}`", "{}", "echo `basename \"${0}\"`"),
            ("echo 'it is # {} $0'", "{}", "echo 'it is # '\"${0}\"' $0'"),
            ("x={}; cat $x", "{}", "x=\"${0}\"; cat $x"),
        ] {
            assert_eq!(with(text, token).as_deref(), Some(then), "{text}");
        }
    }

    #[test]
    fn what_has_quotes_of_its_own_is_not_followed() {
        for text in [
            "echo x",
            "echo \"$(cat '{}')\"",
            "echo \"`cat '{}'`\"",
            "# it's\ncat {}",
            "cat <<E\n'{}'\nE",
            "echo $'{}'",
            "echo $0 {}",
            "echo ${x:-{}}",
            "f() { cat {}; }; f",
            "echo $(({}))",
            "echo \\{}",
            "{}=x",
            "cat ~{}",
            "echo `echo \\'{}\\'`",
            "echo '{}",
            "echo $[{}]",
            "cat .en{v..{}}",
            "cat x{{}..c}",
        ] {
            assert_eq!(with(text, "{}"), None, "{text}");
        }
    }
}
