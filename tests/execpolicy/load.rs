//! Which texts load: the table of `load.jsonl`.
//!
//! | field | meaning |
//! |---|---|
//! | `name` | unique |
//! | `codex` | `"accepted"` or `"refused"`, as the real engine says |
//! | `prexec` | the same for ours, where it is meant to be another |
//! | `why` | why it is: `superset: ...` where ours takes more, `limit: ...` where a limit of ours is reached |
//! | `rules` | the text, or a list of its parts, each a text or a text and how often it is repeated |

use crate::client::Codex;
use prexec::rules::Loader;
use serde_json::Value;

const ROWS: &str = include_str!("load.jsonl");
/// What a process has for its main thread: the interpreter's parser needs more than a test's thread has in a debug build.
const STACK: usize = 8 << 20;

fn text(parts: &Value) -> String {
    let part = |part: &Value| match part.as_array().map(Vec::as_slice) {
        Some([text, times]) => text.as_str().unwrap().repeat(usize::try_from(times.as_u64().unwrap()).unwrap()),
        _ => part.as_str().unwrap().to_owned(),
    };
    parts.as_array().map_or_else(|| part(parts), |parts| parts.iter().map(part).collect())
}

/// What is wrong with one row; nothing where both engines do as it says.
fn check(codex: &Codex, row: &Value) -> Option<String> {
    let (name, text) = (row["name"].as_str().unwrap(), text(&row["rules"]));
    let expected = row["codex"].as_str().unwrap();
    let here = row.get("prexec").map_or(expected, |v| v.as_str().unwrap());
    let why = row.get("why").map_or("", |v| v.as_str().unwrap());
    let kind = if here == expected {
        ""
    } else if here == "accepted" {
        "superset: "
    } else {
        "limit: "
    };
    if !why.starts_with(kind) || why.is_empty() != kind.is_empty() {
        return Some(format!("{name}: a difference needs a `why` that starts with `{kind}`"));
    }
    let word = |loads: bool| if loads { "accepted" } else { "refused" };
    codex.write(&text);
    let theirs = codex.ask(&["x".to_owned()], true);
    let ours = Loader::new().load_text("t.rules", &text);
    if word(theirs.is_ok()) == expected && word(ours.is_ok()) == here {
        return None;
    }
    let error =
        |loads: &Result<(), String>| format!("{} {}", word(loads.is_ok()), loads.clone().err().unwrap_or_default());
    let ours = error(&ours.map(drop).map_err(|e| e.to_string()));
    Some(format!("{name}: codex {}; prexec {ours}\n{text:.200}", error(&theirs.map(drop))))
}

#[test]
fn every_row_loads_or_not_as_it_says() {
    let rows: Vec<Value> = ROWS.lines().map(|row| serde_json::from_str(row).expect("a row is JSON")).collect();
    let mut names: Vec<_> = rows.iter().map(|row| row["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "names are unique");
    let work = || {
        let codex = Codex::new();
        rows.iter().filter_map(|row| check(&codex, row)).collect::<Vec<_>>()
    };
    let wrong = std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).unwrap();
        worker.join().expect("the rows are worked through")
    });
    println!("execpolicy: {} texts loaded or refused, {} not as expected", rows.len(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
