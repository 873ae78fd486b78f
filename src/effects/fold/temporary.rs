//! The names that `mktemp` prints: new ones, of which all but some letters and digits is written. Where it fails it prints nothing, so that
//! only absolute ones are taken ([`Value::Name`]).

use super::unknown;
use crate::effect::{Effect, Kind, Span, Value};
use crate::effects::command::{Analysis, check_moved};
use crate::path;
use alloc::string::String;
use alloc::vec::Vec;

/// What stands for an `X` of a template: a letter or a digit (mktemp(1)).
const LETTER: &[u8] = b"[A-Za-z0-9]";
/// The template where none is given.
const DEFAULT: &[u8] = b"tmp.XXXXXXXXXX";

/// The name that is printed for these words; `temporary` gives the directory for temporary files.
pub(super) fn made(words: &[&[u8]], temporary: impl FnOnce() -> Option<Vec<u8>>) -> Option<Value> {
    let (mut template, mut suffix, mut dir, mut places) = (None, &b""[..], None, false);
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        match *word {
            b"-d" | b"--directory" | b"-q" | b"--quiet" => {}
            b"-p" => dir = Some(rest.next()?.to_vec()),
            b"-t" | b"-dt" | b"-td" | b"--tmpdir" => places = true,
            option if option.starts_with(b"--suffix=") => suffix = option.get(9..)?,
            option if option.starts_with(b"--tmpdir=") => dir = Some(option.get(9..)?.to_vec()),
            option if option.starts_with(b"-") => return None,
            one if template.is_none() => template = Some(one),
            _ => return None,
        }
    }
    let begins = words.iter().any(|word| matches!(*word, b"-t" | b"-dt" | b"-td"));
    // Programs differ in which of both they take.
    if begins && (dir.is_some() || template.is_some_and(|text: &[u8]| text.contains(&b'/'))) {
        return None;
    }
    let text = named(template.unwrap_or(DEFAULT), suffix, begins)?;
    let dir = match dir {
        Some(dir) => Some(dir),
        None if places || template.is_none() => Some(temporary()?),
        None => None,
    };
    let text = match dir {
        Some(dir) if path::is_absolute(&text) || dir.is_empty() => return None,
        Some(dir) => path::join(&dir, &text),
        None => text,
    };
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-[]*".contains(byte);
    let hidden = path::components(&text).any(|one| one.starts_with(b"."));
    (text.iter().all(plain) && path::is_absolute(&text) && !hidden).then(|| Value::Name(text.into()))
}

/// A template with what may stand for its last row of `X`, of which it takes three. Elsewhere `-t` is followed by a beginning, behind
/// which there is more (mktemp(1) of BSD).
fn named(template: &[u8], suffix: &[u8], begins: bool) -> Option<Vec<u8>> {
    let end = template.iter().rposition(|byte| *byte == b'X')? + 1;
    let (head, tail) = template.split_at_checked(end)?;
    let start = head.iter().rposition(|byte| *byte != b'X').map_or(0, |at| at + 1);
    let (head, row) = head.split_at_checked(start)?;
    let plain = |text: &[u8]| text.iter().all(|byte| !matches!(byte, b'[' | b']' | b'*'));
    if row.len() < 3 || tail.contains(&b'/') || suffix.contains(&b'/') || !plain(template) || !plain(suffix) {
        return None;
    }
    if begins {
        return Some([head, LETTER, b"*"].concat());
    }
    Some([head, &LETTER.repeat(row.len()), tail, suffix].concat())
}

/// At the end: what is moved from such names, and whether the call itself may take away the directory in which `mktemp` makes its names.
pub(super) fn check(analysis: &mut Analysis<'_>) {
    check_moved(analysis);
    let makes = |effect: &Effect| match &effect.kind {
        Kind::Run(run) => run.argv.first().is_some_and(|word| word.value.known() == Some(b"mktemp")),
        _ => false,
    };
    if !analysis.effects.iter().any(makes) {
        return;
    }
    let written = |place: &[u8], effect: &Effect| match &effect.kind {
        Kind::Write(file) => match &file.value {
            Value::Affix { prefix, .. } => prefix.len() > 1 && place.starts_with(prefix),
            value => value.alternatives().unwrap_or_default().iter().any(|path| path::starts_with(place, path)),
        },
        _ => false,
    };
    let gone =
        path::temporary::PLACES.iter().find(|place| analysis.effects.iter().any(|effect| written(place, effect)));
    if let Some(place) = gone {
        let detail =
            alloc::format!("the call may take `{}` away, where `mktemp` makes names", String::from_utf8_lossy(place));
        unknown(analysis, "dynamic-word", detail, Span::default());
    }
}

#[cfg(test)]
mod tests {
    use super::made;
    use crate::effect::Value;
    use alloc::vec::Vec;

    #[test]
    fn templates_say_all_but_some_letters() {
        for (words, wanted) in [
            ("", Some("/t/tmp.##########")),
            ("-d", Some("/t/tmp.##########")),
            ("-d -q /v/x-XXX", Some("/v/x-###")),
            ("x-XXX", None),
            ("-t -p /v aXXX", None),
            ("-t a/XXX", None),
            ("/v/XXXX.json", Some("/v/####.json")),
            ("--suffix=.c", Some("/t/tmp.##########.c")),
            ("-p /d aXXXb", Some("/d/a###b")),
            ("--tmpdir aXXX", Some("/t/a###")),
            ("--tmpdir=/v aXXX", Some("/v/a###")),
            ("-t aXXX", Some("/t/a#*")),
            ("-u", None),
            ("aXX", None),
            ("-p d /aXXX", None),
            (".aXXX", None),
            ("../aXXX", None),
            ("aXXX bXXX", None),
            ("-- aXXX", None),
            ("a*XXX", None),
        ] {
            let words: Vec<&[u8]> = words.split_whitespace().map(str::as_bytes).collect();
            let wanted = wanted.map(|text| Value::Name(text.replace('#', "[A-Za-z0-9]").as_bytes().into()));
            assert_eq!(made(&words, || Some(b"/t".to_vec())), wanted, "{words:?}");
        }
    }
}
