//! Rows of `languages.jsonl` -> the binary table: a number of keys, where each stands, and the keys in order.

use super::layout::Doing;
use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};
use serde_json::Value;

/// Makes the table of rows `{"language", "does", "in", "names"}`; `in` is a module whose names they are.
///
/// # Errors
/// One sentence that names the row and the field.
pub fn encode(rows: &[Value]) -> Result<Vec<u8>, String> {
    let mut all: BTreeMap<Vec<u8>, Doing> = BTreeMap::new();
    for row in rows {
        let text = |key: &str| row.get(key).and_then(Value::as_str);
        let languages = text("language").ok_or_else(|| format!("`{row}` has no `language`"))?;
        let does = text("does").and_then(Doing::from_word).ok_or_else(|| format!("`{row}` has no known `does`"))?;
        let names = text("names").ok_or_else(|| format!("`{row}` has no `names`"))?;
        for language in languages.split_ascii_whitespace() {
            for name in names.split_ascii_whitespace() {
                let key = match text("in") {
                    // `import`, `option` and so on are kinds of names, written with a blank.
                    Some(kind) if kind.ends_with(' ') => format!("{language}:{kind}{name}"),
                    Some(module) => format!("{language}:{module}.{name}"),
                    None => format!("{language}:{name}"),
                };
                if all.insert(key.clone().into_bytes(), does).is_some() {
                    return Err(format!("`{key}` stands twice"));
                }
            }
        }
    }
    let narrow = |n: usize| u32::try_from(n).map(u32::to_le_bytes).map_err(|e| e.to_string());
    let (mut head, mut body) = (narrow(all.len())?.to_vec(), Vec::new());
    let begin = 4 * (all.len() + 1);
    for (key, does) in &all {
        head.extend_from_slice(&narrow(begin + body.len())?);
        let length = u8::try_from(key.len()).map_err(|_| format!("`{}` is too long", String::from_utf8_lossy(key)))?;
        body.extend_from_slice(&[length, does.code()]);
        body.extend_from_slice(key);
    }
    Ok([head, body].concat())
}
