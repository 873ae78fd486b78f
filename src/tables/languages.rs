//! What is known of the names of programming languages: modules, functions and attributes, and what calling them does.
//!
//! The rows are `policies/tables/languages.jsonl`. A key is `LANGUAGE:NAME`: a global name, a qualified one (`os.remove`,
//! `math.*` for all of a module), a module (`import json`), or an attribute of any value (`.append`). Names that have no row
//! are not known, and code that uses them is not worked out.

#[allow(unreachable_pub, reason = "the build step includes it as well")]
mod layout;
#[cfg(any(feature = "admin", test))]
pub mod rows;

pub use layout::Doing;

/// The table that the build step made of `policies/tables/languages.jsonl`.
static BUILT_IN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/languages.bin"));

/// What the name does in the language; `None` where nothing is known of it.
pub fn doing(language: &str, name: &[u8]) -> Option<Doing> {
    find(BUILT_IN, language.as_bytes(), name)
}

/// Looks the key up by halving; damaged bytes know nothing.
fn find(table: &[u8], language: &[u8], name: &[u8]) -> Option<Doing> {
    let (mut low, mut high) = (0, number(table, 0)?);
    while low < high {
        let middle = low + (high - low) / 2;
        let at = number(table, middle.checked_add(1)?)?;
        let [length, code] = table.get(at..at.checked_add(2)?)? else { return None };
        let key = table.get(at + 2..at.checked_add(2 + usize::from(*length))?)?;
        let wanted = language.iter().chain(b":").chain(name);
        match key.iter().cmp(wanted) {
            core::cmp::Ordering::Less => low = middle + 1,
            core::cmp::Ordering::Greater => high = middle,
            core::cmp::Ordering::Equal => return Doing::from_code(*code),
        }
    }
    None
}

/// The number with that index among the four-byte numbers at the beginning.
fn number(table: &[u8], index: usize) -> Option<usize> {
    let at = index.checked_mul(4)?;
    let bytes = table.get(at..at.checked_add(4)?)?;
    usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn names_are_found_by_language() {
        assert_eq!(doing("python", b"print"), Some(Doing::Harmless));
        assert_eq!(doing("python", b"os.remove"), Some(Doing::Modify));
        assert_eq!(doing("python", b"import json"), Some(Doing::Module));
        assert_eq!(doing("python", b"eval"), Some(Doing::Denied));
        assert_eq!(doing("node", b"fs.readFileSync"), Some(Doing::Read));
        assert_eq!(doing("node", b"eval"), Some(Doing::Denied));
        for unknown in [&b""[..], b"no_such_name", b"os", b"\xff"] {
            assert_eq!(doing("python", unknown), None);
        }
    }

    #[test]
    fn damaged_tables_never_panic() {
        let rows = [serde_json::json!({"language": "x", "does": "read", "names": "a b c d"})];
        let good = rows::encode(&rows).unwrap();
        assert_eq!(find(&good, b"x", b"c"), Some(Doing::Read));
        for cut in 0..good.len() {
            let _ = find(&good[..cut], b"x", b"c");
        }
        for at in 0..good.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut bad: Vec<u8> = good.clone();
                bad[at] = value;
                let _ = find(&bad, b"x", b"c");
            }
        }
        let _ = find(&[0xff; 64], b"x", b"c");
    }

    #[test]
    fn errors_of_rows_name_row_and_field() {
        for (row, wanted) in [
            (serde_json::json!({"does": "read", "names": "a"}), "has no `language`"),
            (serde_json::json!({"language": "x", "does": "raed", "names": "a"}), "has no known `does`"),
            (serde_json::json!({"language": "x", "does": "read"}), "has no `names`"),
            (serde_json::json!({"language": "x", "does": "read", "names": "a a"}), "`x:a` stands twice"),
        ] {
            assert!(rows::encode(&[row]).unwrap_err().contains(wanted), "{wanted}");
        }
    }
}
