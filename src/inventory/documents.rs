//! TOML and JSON files, read in one way, with the lines on which their entries stand.

use crate::install::registered;
use serde_json::Value;
use std::path::Path;

/// A file that was read.
pub(super) struct Document {
    value: Value,
    text: String,
    toml: bool,
}

impl Document {
    /// Reads a text by the ending of its file.
    pub(super) fn parse(path: &Path, text: String) -> Result<Self, String> {
        let toml = path.extension().is_some_and(|e| e == "toml");
        let value = if toml {
            let document = toml_edit::Document::parse(text.as_str())
                .map_err(|e| format!("it is no valid TOML: {}", e.message().lines().next().unwrap_or_default()))?;
            registered::json(document.as_item())
        } else {
            let value: Value = serde_json::from_str(&text).map_err(|e| format!("it is no valid JSON: {e}"))?;
            if !value.is_object() {
                return Err("it is no JSON object".into());
            }
            value
        };
        Ok(Self { value, text, toml })
    }

    /// The value at a path of keys.
    pub(super) fn get(&self, keys: &[&str]) -> Option<&Value> {
        keys.iter().try_fold(&self.value, |value, key| value.get(key))
    }

    /// The whole of it.
    pub(super) fn value(&self) -> &Value {
        &self.value
    }

    /// The line on which the entry at a path of keys begins; only known for TOML.
    pub(super) fn line(&self, keys: &[&str]) -> Option<usize> {
        if !self.toml {
            return None;
        }
        let document = toml_edit::Document::parse(self.text.as_str()).ok()?;
        let mut item = document.as_item();
        let mut start = None;
        for key in keys {
            if let Some((found, _)) = item.as_table_like().and_then(|table| table.get_key_value(key)) {
                start = found.span().map(|span| span.start).or(start);
            }
            item = match (item.get(*key), key.parse::<usize>()) {
                (Some(item), _) => item,
                (None, Ok(index)) => {
                    let array = item.as_array_of_tables()?;
                    let table = array.get(index)?;
                    start = table.span().map(|span| span.start).or(start);
                    return start.map(|at| self.line_at(at));
                }
                _ => return None,
            };
            start = item.span().map(|span| span.start).or(start);
        }
        start.map(|at| self.line_at(at))
    }

    fn line_at(&self, at: usize) -> usize {
        self.text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
    }
}

/// The digest of an entry, whatever order its keys are written in. `without` names keys whose values are left out, their own keys
/// apart: variables and headers hold secrets.
pub(super) fn digest(value: &Value, without: &[&str]) -> String {
    let mut text = String::new();
    canonical(value, without, &mut text);
    format!("blake3:{}", blake3::hash(text.as_bytes()).to_hex())
}

fn canonical(value: &Value, without: &[&str], text: &mut String) {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            text.push('{');
            for key in keys {
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                match map.get(key) {
                    Some(hidden) if without.contains(&key.as_str()) => names_alone(hidden, text),
                    Some(value) => canonical(value, without, text),
                    None => {}
                }
                text.push(',');
            }
            text.push('}');
        }
        Value::Array(values) => {
            text.push('[');
            for value in values {
                canonical(value, without, text);
                text.push(',');
            }
            text.push(']');
        }
        other => text.push_str(&other.to_string()),
    }
}

fn names_alone(value: &Value, text: &mut String) {
    let mut names: Vec<&String> = value.as_object().into_iter().flat_map(|map| map.keys()).collect();
    names.sort();
    for name in names {
        text.push_str(&Value::from(name.as_str()).to_string());
    }
}
