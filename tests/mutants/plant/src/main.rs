//! Plants every mutant of a list into copies of the sources, each behind a switch of its own, so that one build serves all.
//!
//! `plant LIST SOURCES COPIES REFUSED MAP`: LIST is what `cargo mutants --list --json` prints, with the files that are wanted;
//! a mutant's number is its place in it, from 1. REFUSED has numbers that are left out, because the compiler did not take
//! them. MAP gets, for each file, which bytes of the copy belong to which mutants, for reading the compiler's errors.

mod text;
mod visit;

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A line, from 1, and a column, from 0, in characters.
pub type Position = (usize, usize);

/// A mutant as the list has it.
#[derive(Clone, Debug)]
pub struct Mutant {
    pub number: usize,
    pub genre: String,
    pub replacement: String,
    pub start: Position,
    pub end: Position,
}

fn mutant(number: usize, value: &Value) -> Mutant {
    let text = |key: &str| value[key].as_str().expect("a text").to_owned();
    let place = |end: &str| {
        let part = |key: &str| value["span"][end][key].as_u64().expect("a number") as usize;
        (part("line"), part("column") - 1)
    };
    Mutant { number, genre: text("genre"), replacement: text("replacement"), start: place("start"), end: place("end") }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [list, sources, copies, refused, map] = &arguments[..] else {
        eprintln!("usage: plant LIST SOURCES COPIES REFUSED MAP");
        std::process::exit(2)
    };
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let list: Vec<Value> = serde_json::from_str(&read(list)).expect("LIST is JSON");
    let refused: BTreeSet<usize> =
        read(refused).split_whitespace().map(|n| n.parse().expect("REFUSED has numbers")).collect();
    let mut files: BTreeMap<String, Vec<Mutant>> = BTreeMap::new();
    for (index, value) in list.iter().enumerate() {
        let mutants = files.entry(value["file"].as_str().expect("a file").to_owned()).or_default();
        if !refused.contains(&(index + 1)) {
            mutants.push(mutant(index + 1, value));
        }
    }
    let (mut spans, mut unplanted) = (serde_json::Map::new(), Vec::new());
    for (file, mutants) in files {
        let source = read(&format!("{sources}/{file}"));
        let edits = visit::edits(&source, &mutants);
        let planted: BTreeSet<usize> = edits.iter().flat_map(|e| e.numbers.clone()).collect();
        unplanted.extend(mutants.iter().map(|m| m.number).filter(|n| !planted.contains(n)));
        let (copy, places) = text::apply(&source, &edits);
        let path = format!("{copies}/{file}");
        // An unchanged file keeps its time, and is not compiled again for it.
        if std::fs::read_to_string(&path).ok().as_deref() != Some(&copy) {
            std::fs::write(&path, &copy).unwrap_or_else(|e| panic!("{path}: {e}"));
        }
        let rows = edits.iter().zip(&places).map(|(e, p)| json!([p.0, p.1, e.numbers]));
        spans.insert(file, rows.collect());
    }
    std::fs::write(map, json!({ "files": spans, "unplanted": unplanted }).to_string()).expect("MAP can be written");
}
