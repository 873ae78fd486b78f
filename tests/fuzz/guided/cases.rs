//! More seeds: what the cases and the corpora of commands are about.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// What the cases have for this target.
pub(crate) fn seeds(target: &str) -> Vec<Vec<u8>> {
    let wanted: fn(&Value) -> Option<&Value> = match target {
        "shell" | "line" => |case| case.pointer("/call/command").or_else(|| case.get("command")),
        "patch" => |case| case.pointer("/call/input/command").filter(|_| case["call"]["tool"] == "apply_patch"),
        "starlark" => |case| case.get("policy"),
        _ => return Vec::new(),
    };
    let lines = ["tests/cases", "tests/corpus"].into_iter().flat_map(files).flat_map(|file| {
        let text = fs::read_to_string(&file).expect("a file of cases");
        text.lines().map(|line| serde_json::from_str(line).expect("a case")).collect::<Vec<Value>>()
    });
    let mut seeds: Vec<_> = lines.filter_map(|case| Some(wanted(&case)?.as_str()?.as_bytes().to_vec())).collect();
    seeds.sort();
    seeds.dedup();
    seeds
}

fn files(directory: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(Path::new(crate::ROOT).join(directory)).expect("a directory of cases");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "jsonl")).collect()
}
