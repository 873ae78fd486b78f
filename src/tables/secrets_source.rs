//! `policies/tables/secrets.jsonl` -> the text of Rust tables. Used by the build step only.

use super::pairs::{SIEVE, pairs_of, place_in_sieve};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, fmt::Write as _};

const FIELDS: &[&str] = &[
    "attached", "before", "begins", "body", "digits", "dots", "fact", "followed", "format", "harmless", "hint",
    "inside", "least", "long", "marks", "names", "operands", "parts", "plain", "programs", "public", "record", "rest",
    "says", "schemes", "separate", "suffix", "value", "with",
];

/// The statics of `tables::secrets` as Rust text.
///
/// # Errors
/// One sentence that names the row and what is wrong with it.
pub fn rust(rows: &[Value]) -> Result<String, String> {
    let (mut formats, mut marks, mut names, mut options) = (Vec::new(), String::new(), String::new(), String::new());
    let (mut lists, mut programs) = (String::new(), BTreeMap::<&str, u32>::new());
    let mut within = Vec::new();
    let (mut rows_of_options, mut shortest) = (0_u32, u64::MAX);
    for row in rows {
        let row = row.as_object().ok_or("a row of secrets.jsonl is not an object")?;
        if let Some(field) = row.keys().find(|k| !FIELDS.contains(&k.as_str())) {
            return Err(format!("secrets.jsonl knows no field `{field}`"));
        }
        if let Some(id) = text(row, "format")? {
            let body = body(text(row, "body")?.unwrap_or_default())?;
            let rest = format!(
                "Format {{ id: {id:?}, says: {:?}, body: Body::{body}, least: {}, inside: {}, dots: {}, parts: &{:?}, record: {}, ",
                text(row, "says")?.ok_or_else(|| format!("`{id}` of secrets.jsonl has no `says`"))?,
                number(row, "least")?,
                flag(row, "inside")?,
                number(row, "dots")?,
                parts(row)?,
                flag(row, "record")?,
            );
            for begins in words(row, "begins")? {
                shortest = shortest.min(begins.len() as u64 + number(row, "least")?);
                formats.push((begins, format!("{rest}begins: {begins:?} }},\n")));
            }
            if let Some(mark) = text(row, "marks")? {
                let (before, digits) = (number(row, "before")?, flag(row, "digits")?);
                within.push(mark);
                shortest = shortest.min(before + mark.len() as u64 + number(row, "least")?);
                let _ = writeln!(
                    marks,
                    "Mark {{ before: {before}, digits: {digits}, format: {rest}begins: {mark:?} }} }},"
                );
            }
        } else if let Some(all) = text(row, "names")? {
            let hint = text(row, "hint")?.ok_or("a row of names in secrets.jsonl has no `hint`")?;
            for name in all.split_whitespace() {
                let (suffix, long) = (flag(row, "suffix")?, number(row, "long")?);
                let pairs = pairs_of(name.as_bytes());
                let _ = writeln!(
                    names,
                    "Name {{ name: {name:?}, pairs: {pairs}, hint: {hint:?}, suffix: {suffix}, long: {long} }},"
                );
            }
        } else if text(row, "programs")?.is_some() {
            let part = match text(row, "value")?.unwrap_or_default().split_once(' ') {
                None => "None".to_owned(),
                Some((_, mark)) => format!("Some({:?})", mark.bytes().next().unwrap_or_default()),
            };
            for program in words(row, "programs")? {
                let bit = 1_u32.checked_shl(rows_of_options).ok_or("secrets.jsonl has too many rows of programs")?;
                *programs.entry(program).or_default() |= bit;
            }
            rows_of_options += 1;
            let _ = writeln!(
                options,
                "Options {{ with: &{:?}, attached: &{:?}, separate: &{:?}, operands: {}, after: {part}, hint: {:?} }},",
                words(row, "with")?,
                words(row, "attached")?,
                words(row, "separate")?,
                flag(row, "operands")?,
                text(row, "hint")?.ok_or("a row of programs in secrets.jsonl has no `hint`")?,
            );
        } else {
            let list = ["harmless", "plain", "rest", "schemes", "followed", "public"];
            let field =
                list.iter().find(|field| row.contains_key(**field)).ok_or("a row of secrets.jsonl says nothing")?;
            let mut all = words(row, field)?;
            all.sort_unstable();
            let _ =
                writeln!(lists, "/// Words of the table.\npub static {}: &[&str] = &{all:?};", field.to_uppercase());
            if *field == "followed" {
                let sieve = sieve(all.iter().copied());
                let _ = writeln!(lists, "{BITS}static FOLLOWED_SIEVE: [u64; {SIEVE}] = {sieve:?};");
            }
        }
    }
    // Of those that begin alike the longest says most.
    formats.sort_by_key(|(begins, _)| (begins.as_bytes().first().copied(), usize::MAX - begins.len()));
    let starts: Vec<usize> = (0..=256_usize)
        .map(|byte| {
            formats.iter().filter(|(begins, _)| begins.bytes().next().is_some_and(|b| usize::from(b) < byte)).count()
        })
        .collect();
    let mut pairs = vec![0_u64; 1024];
    for begins in formats.iter().map(|(begins, _)| *begins).chain(within) {
        let [first, second, ..] = begins.as_bytes() else {
            return Err(format!("`{begins}` of secrets.jsonl is too short to begin a format"));
        };
        let pair = usize::from(*first) << 8 | usize::from(*second);
        *pairs.get_mut(pair / 64).ok_or("a byte is out of range")? |= 1 << (pair % 64);
    }
    let programs_sieve = sieve(programs.keys().copied());
    let programs: Vec<_> = programs.into_iter().collect();
    let formats: String = formats.into_iter().map(|(_, row)| row).collect();
    Ok(format!(
        "/// The formats, by their first byte, the longest beginning first.\npub static FORMATS: &[Format] = &[{formats}];\n\
         static STARTS: [u16; 257] = {starts:?};\n#[allow(clippy::unreadable_literal, reason = \"bits\")]\n\
         static PAIRS: [u64; 1024] = {pairs:?};\n\
         /// Formats that are known by what stands within.\npub static MARKS: &[Mark] = &[{marks}];\n\
         /// No format is shorter.\npub const SHORTEST: usize = {shortest};\n\
         /// Names whose values are secret.\n#[allow(clippy::unreadable_literal, reason = \"bits\")]\npub static NAMES: &[Name] = &[{names}];\n\
         /// Options whose values are secret.\npub static OPTIONS: &[Options] = &[{options}];\n\
         {BITS}static PROGRAMS: &[(&str, u32)] = &{programs:?};\n\
         {BITS}static PROGRAMS_SIEVE: [u64; {SIEVE}] = {programs_sieve:?};\n{lists}"
    ))
}

/// Stands before a static that is made of bits.
const BITS: &str = "#[allow(clippy::unreadable_literal, reason = \"bits\")]\n";

/// The sieve of a list of words.
fn sieve<'w>(words: impl Iterator<Item = &'w str>) -> [u64; SIEVE] {
    let mut sieve = [0; SIEVE];
    for (at, bit) in words.map(|word| place_in_sieve(word.as_bytes())) {
        if let Some(bits) = sieve.get_mut(at) {
            *bits |= bit;
        }
    }
    sieve
}

fn body(name: &str) -> Result<&'static str, String> {
    Ok(match name {
        "alnum" => "Alnum",
        "base64" => "Base64",
        "base64url" => "Base64Url",
        "dots" => "Dots",
        "hex" => "Hex",
        "password" => "Password",
        "upper" => "Upper",
        "url" => "Url",
        other => return Err(format!("secrets.jsonl knows no body `{other}`")),
    })
}

/// `20-28 6-6 27-64`: how long each part is.
fn parts(row: &Map<String, Value>) -> Result<Vec<(usize, usize)>, String> {
    let wrong = |part: &str| format!("`{part}` of secrets.jsonl says no lengths; write `20-28`");
    let length = |part: &str| {
        let (least, most) = part.split_once('-')?;
        Some((least.parse().ok()?, most.parse().ok()?))
    };
    words(row, "parts")?.into_iter().map(|part| length(part).ok_or_else(|| wrong(part))).collect()
}

fn text<'r>(row: &'r Map<String, Value>, field: &str) -> Result<Option<&'r str>, String> {
    match row.get(field) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(format!("`{field}` of secrets.jsonl is {other}, not a text")),
    }
}

fn words<'r>(row: &'r Map<String, Value>, field: &str) -> Result<Vec<&'r str>, String> {
    Ok(text(row, field)?.unwrap_or_default().split_whitespace().collect())
}

fn flag(row: &Map<String, Value>, field: &str) -> Result<bool, String> {
    match row.get(field) {
        None => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(other) => Err(format!("`{field}` of secrets.jsonl is {other}, neither true nor false")),
    }
}

fn number(row: &Map<String, Value>, field: &str) -> Result<u64, String> {
    match row.get(field) {
        None => Ok(0),
        Some(value) => value.as_u64().ok_or_else(|| format!("`{field}` of secrets.jsonl is {value}, not a number")),
    }
}
