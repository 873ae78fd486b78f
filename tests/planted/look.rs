//! Looks for what is random in secrets: every piece of eight characters of it, as it is and as outputs may encode it.

use super::places::Planted;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

/// As many characters of a secret as may not be found anywhere.
const TELLING: usize = 8;
/// The same where all of them are hexadecimal digits: outputs are full of these, and of billions of pieces some are alike.
const TELLING_HEX: usize = 14;
/// Three bytes are four characters of base64, so that pieces at every fourth place find as many as eleven.
const STRIDE_BASE64: usize = 4;
/// A filter before the table has so many bits.
const FILTER: u32 = 26;

/// The table's keys are as good as random.
#[derive(Default)]
pub(crate) struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {}

    fn write_u64(&mut self, number: u64) {
        self.0 = mixed(number);
    }
}

fn mixed(number: u64) -> u64 {
    let number = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (number ^ (number >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// What is random in the secrets of a batch, in every form.
pub(crate) struct Pieces {
    filter: Vec<u64>,
    /// A piece: the call, and the form within [`Self::forms`] and the place in it.
    places: HashMap<u64, (u32, u32, u32), BuildHasherDefault<Mixed>>,
    forms: Vec<Vec<u8>>,
}

impl Pieces {
    pub(crate) fn new() -> Self {
        Self { filter: vec![0; 1 << (FILTER - 6)], places: HashMap::default(), forms: Vec::new() }
    }

    /// The texts of a call's secret, each in every form that an output may give it.
    pub(crate) fn add(&mut self, call: u32, planted: &Planted) {
        for text in &planted.secret.random {
            assert!(text.len() >= TELLING, "{text:?} of {} is too short to be looked for", planted.secret.kind);
            for form in forms(text) {
                self.form(call, form.into_bytes(), 1);
            }
            for skipped in 0..3 {
                let text = text.get(skipped..).unwrap_or_default();
                self.form(call, prexec::install::base64::encode(text.as_bytes()).into_bytes(), STRIDE_BASE64);
            }
        }
    }

    fn form(&mut self, call: u32, form: Vec<u8>, stride: usize) {
        let number = u32::try_from(self.forms.len()).unwrap();
        for (at, piece) in form.windows(TELLING).enumerate().step_by(stride) {
            let piece = u64::from_le_bytes(piece.try_into().unwrap());
            let (word, bit) = self.bit(piece);
            self.filter[word] |= bit;
            self.places.entry(piece).or_insert((call, number, u32::try_from(at).unwrap()));
        }
        self.forms.push(form);
    }

    fn bit(&self, piece: u64) -> (usize, u64) {
        let bit = mixed(piece) >> (64 - FILTER);
        (usize::try_from(bit / 64).unwrap() % self.filter.len(), 1 << (bit % 64))
    }

    /// Which calls' secrets stand in a text, and where. `own`: the call that the text is of, whose digits count, too.
    pub(crate) fn found(&self, text: &[u8], own: Option<u32>) -> BTreeMap<u32, usize> {
        let mut found = BTreeMap::new();
        for (at, piece) in text.windows(TELLING).enumerate() {
            let piece = u64::from_le_bytes(piece.try_into().unwrap());
            let (word, bit) = self.bit(piece);
            if self.filter[word] & bit == 0 {
                continue;
            }
            let Some((call, form, place)) = self.places.get(&piece) else { continue };
            let form = &self.forms[*form as usize];
            let least = if own == Some(*call) { TELLING } else { TELLING_HEX };
            let (same, hex) = alike(text, at, form, *place as usize);
            if !hex || same >= least {
                found.entry(*call).or_insert(at);
            }
        }
        found
    }
}

/// How much of a text and of a form is the same around two places, and whether all of it is hexadecimal digits.
fn alike(text: &[u8], at: usize, form: &[u8], place: usize) -> (usize, bool) {
    let before = text[..at].iter().rev().zip(form[..place].iter().rev()).take_while(|(a, b)| a == b).count();
    let behind = text[at..].iter().zip(&form[place..]).take_while(|(a, b)| a == b).count();
    (before + behind, text[at - before..at + behind].iter().all(u8::is_ascii_hexdigit))
}

/// A text as it is, in an address, in a page, in JSON, and in JSON in JSON.
fn forms(text: &str) -> Vec<String> {
    let percent = |keep: &str| {
        let one = |byte: u8| match char::from(byte) {
            c if c.is_ascii_alphanumeric() || keep.contains(c) => c.to_string(),
            _ => format!("%{byte:02X}"),
        };
        text.bytes().map(one).collect::<String>()
    };
    let json = |text: &str| serde_json::Value::from(text).to_string().trim_matches('"').to_owned();
    let page = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&#39;");
    let mut all = vec![
        text.to_owned(),
        percent("-_.~"),
        percent("-_.~/:@!$&'()*+,;="),
        page.replace('"', "&quot;"),
        json(text),
        json(&json(text)),
    ];
    all.sort();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::Secret;

    fn planted(text: &str) -> Planted {
        let secret = Secret { kind: "x".into(), text: text.into(), random: vec![text.into()], block: false };
        Planted { secret, ..Planted::default() }
    }

    #[test]
    fn every_piece_of_every_form_is_found() {
        let mut pieces = Pieces::new();
        pieces.add(7, &planted("q7Rt2Lm9<Zx4Bv6&Nc8/Wd1\"Ky3+Hp5"));
        pieces.add(8, &planted("0f3a9c17d2b84e65a1908c7d6e5f4b32"));
        let encoded = |before: &str| {
            prexec::install::base64::encode(format!("{before}q7Rt2Lm9<Zx4Bv6&Nc8/Wd1\"Ky3+Hp5").as_bytes())
        };
        for text in [
            "x q7Rt2Lm9 x",
            "x Rt2Lm9<Z x",
            "x v6&amp;Nc8 x",
            "x v6%26Nc8%2FWd x",
            "x Wd1\\\"Ky3 x",
            "x Wd1&quot;Ky3 x",
            &format!("x {}", encoded("")),
            &format!("x {}", encoded("u:")),
            &format!("x {}", encoded("u").get(8..).unwrap()),
        ] {
            assert_eq!(pieces.found(text.as_bytes(), None).into_keys().collect::<Vec<_>>(), [7], "{text}");
        }
        for text in ["x q7Rt2Lm x", "x 0f3a9c17d2b84 x", "x Wd1Ky3Hp5 x"] {
            assert!(pieces.found(text.as_bytes(), None).is_empty(), "{text}");
        }
        assert_eq!(pieces.found(b"x 0f3a9c17d2b84e x", None).into_keys().collect::<Vec<_>>(), [8]);
        assert_eq!(pieces.found(b"x 0f3a9c17 x", Some(8)).into_keys().collect::<Vec<_>>(), [8]);
    }
}
