//! Secrets of every kind of `policies/tables/secrets.jsonl`, made up, and words that look like some and are none.

use super::generate::Dice;
use serde_json::Value;
use std::cell::Cell;

const DIGITS: &str = "0123456789";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const HEX: &str = "0123456789abcdef";
const URL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// What a person or a tool makes passwords of, and no language reads as more than itself within quotes.
const PASSWORD: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#%^*_+.,:?-=~/()[]{}|;&<>";

/// A secret that was made up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Secret {
    /// Its kind, for who reads what went wrong.
    pub(crate) kind: String,
    /// All of it.
    pub(crate) text: String,
    /// What is random in it.
    pub(crate) random: Vec<String>,
    /// It has several lines.
    pub(crate) block: bool,
}

/// The table, as an administrator reads it.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) formats: Vec<Value>,
    /// How many secrets were made of them: each beginning of each has its turn.
    turn: Cell<usize>,
    pub(crate) programs: Vec<Value>,
    /// A name, its hint, and how long a value has to be.
    pub(crate) names: Vec<(String, u64)>,
    pub(crate) rest: Vec<String>,
    pub(crate) schemes: Vec<String>,
    pub(crate) followed: Vec<String>,
}

pub(crate) fn words(row: &Value, field: &str) -> Vec<String> {
    row[field].as_str().unwrap_or_default().split_whitespace().map(String::from).collect()
}

impl Table {
    pub(crate) fn read() -> Self {
        let text = include_str!("../../policies/tables/secrets.jsonl");
        let rows: Vec<Value> = text.lines().map(|row| serde_json::from_str(row).unwrap()).collect();
        let with = |field: &str| rows.iter().filter(|row| row.get(field).is_some()).cloned().collect::<Vec<_>>();
        let all = |field: &str| with(field).iter().flat_map(|row| words(row, field)).collect::<Vec<_>>();
        let names = with("names");
        let names = names
            .iter()
            .flat_map(|row| words(row, "names").into_iter().map(|name| (name, row["long"].as_u64().unwrap_or(0))));
        Self {
            formats: with("format"),
            turn: Cell::new(0),
            programs: with("programs"),
            names: names.collect(),
            rest: all("rest"),
            schemes: all("schemes"),
            followed: all("followed"),
        }
    }
}

pub(crate) fn made_of(dice: &mut Dice, alphabet: &str, length: usize) -> String {
    (0..length).map(|_| char::from(*dice.pick(alphabet.as_bytes()))).collect()
}

fn between(dice: &mut Dice, least: usize, most: usize) -> usize {
    least + usize::try_from(dice.roll((most - least + 1) as u64)).unwrap()
}

/// A secret that its format tells.
pub(crate) fn formatted(table: &Table, dice: &mut Dice) -> Secret {
    if dice.roll(40) == 0 {
        return block(dice);
    }
    let turn = table.turn.replace(table.turn.get() + 1);
    let row = table.formats[turn % table.formats.len()].clone();
    let alphabet = match row["body"].as_str().unwrap() {
        "alnum" | "dots" => ALNUM,
        "base64" => BASE64,
        "hex" => HEX,
        "upper" => UPPER,
        _ => URL,
    };
    let least = usize::try_from(row["least"].as_u64().unwrap()).unwrap();
    let more = between(dice, 0, 8);
    let dots = row["dots"].as_u64().unwrap_or(0);
    let parts: Vec<(usize, usize)> = words(&row, "parts")
        .iter()
        .map(|part| {
            let (least, most) = part.split_once('-').unwrap();
            (least.parse().unwrap(), most.parse().unwrap())
        })
        .collect();
    let lengths: Vec<usize> = if !parts.is_empty() {
        parts.iter().map(|(least, most)| between(dice, *least, *most)).collect()
    } else if dots > 0 {
        (0..=dots).map(|_| between(dice, 20, 40)).collect()
    } else {
        vec![least.max(20) + more]
    };
    let alphabet = if dots > 0 { URL } else { alphabet };
    let random: Vec<String> = lengths.into_iter().map(|length| made_of(dice, alphabet, length)).collect();
    let body = random.join(".");
    let kind = row["format"].as_str().unwrap().to_owned();
    let text = if row.get("marks").is_some() {
        let before = usize::try_from(row["before"].as_u64().unwrap()).unwrap();
        let before = made_of(dice, if row["digits"].as_bool().unwrap_or(false) { DIGITS } else { ALNUM }, before);
        format!("{before}{}{body}", row["marks"].as_str().unwrap())
    } else {
        let begins = words(&row, "begins");
        format!("{}{body}", begins[turn / table.formats.len() % begins.len()])
    };
    // What stands between dots may be too short to say anything.
    let random = random.into_iter().filter(|text| text.len() >= 12).collect();
    Secret { kind, text, random, block: false }
}

/// A private key.
fn block(dice: &mut Dice) -> Secret {
    let label = *dice.pick(&["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED ", "DSA "]);
    let lines: Vec<String> = (0..between(dice, 2, 6)).map(|_| made_of(dice, BASE64, 64)).collect();
    let text = format!("-----BEGIN {label}PRIVATE KEY-----\n{}\n-----END {label}PRIVATE KEY-----", lines.join("\n"));
    Secret { kind: "private-key".into(), text, random: lines, block: true }
}

/// A password that nothing but its place tells; `plain`: of characters that stand for themselves without quotes.
pub(crate) fn password(dice: &mut Dice, plain: bool) -> Secret {
    let length = between(dice, 16, 28);
    let ends = |dice: &mut Dice| format!("{}{}", made_of(dice, "abcdefghkmnp", 1), made_of(dice, DIGITS, 1));
    let (begin, end) = (ends(dice), ends(dice));
    let text = format!("{begin}{}{end}", made_of(dice, if plain { URL } else { PASSWORD }, length));
    Secret { kind: "password".into(), random: vec![text.clone()], text, block: false }
}

/// A secret that fits into a path as one name.
pub(crate) fn formatted_name(table: &Table, dice: &mut Dice) -> Secret {
    loop {
        let secret = formatted(table, dice);
        if !secret.block && !secret.text.contains('/') {
            return secret;
        }
    }
}

/// A secret that nothing tells but that it is random.
pub(crate) fn nameless(dice: &mut Dice) -> Secret {
    let length = between(dice, 32, 64);
    let text = made_of(dice, ALNUM, length);
    Secret { kind: NAMELESS.into(), random: vec![text.clone()], text, block: false }
}

/// The kind of [`nameless`].
pub(crate) const NAMELESS: &str = "random";

/// A word that must stay.
pub(crate) fn look_alike(dice: &mut Dice) -> (&'static str, String) {
    let hex = |dice: &mut Dice, length| made_of(dice, HEX, length);
    let word = |dice: &mut Dice| {
        *dice.pick(&[
            "User", "Config", "Parser", "Token", "Handler", "Abstract", "Http", "Request", "Secret", "Widget", "Test",
            "Index", "Service", "Key", "Default", "Manager", "Stream", "Policy", "Reader", "Account", "Json", "Value",
            "Session", "View",
        ])
    };
    match dice.roll(14) {
        0 => ("commit", hex(dice, 40)),
        1 => ("short commit", hex(dice, 9)),
        2 => {
            ("uuid", format!("{}-{}-4{}-a{}-{}", hex(dice, 8), hex(dice, 4), hex(dice, 3), hex(dice, 3), hex(dice, 12)))
        }
        3 => ("digest", format!("sha256:{}", hex(dice, 64))),
        4 => ("digest in base64", format!("sha512-{}==", made_of(dice, BASE64, 86))),
        5 => (
            "package",
            format!(
                "@scope/{}-{}@{}.{}.{}-beta.{}+build.{}",
                word(dice).to_lowercase(),
                word(dice).to_lowercase(),
                dice.roll(20),
                dice.roll(30),
                dice.roll(40),
                dice.roll(9),
                dice.roll(99)
            ),
        ),
        6 => {
            ("image in base64", format!("data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA{}", made_of(dice, BASE64, 40)))
        }
        7 => ("image as a file", format!("img/9j/4AAQSkZJRg{}.jpg", made_of(dice, ALNUM, 30))),
        8 => ("type", (0..between(dice, 3, 6)).map(|_| word(dice)).collect()),
        9 => ("function", (0..between(dice, 3, 6)).map(|_| word(dice).to_lowercase()).collect::<Vec<_>>().join("_")),
        10 => (
            "path",
            format!("/home/u/src/{}/{}{}{}.test.tsx", word(dice).to_lowercase(), word(dice), word(dice), dice.roll(10)),
        ),
        11 => ("public key", format!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA{}", made_of(dice, BASE64, 43))),
        12 => ("image digest", format!("registry.example/app@sha256:{}", hex(dice, 64))),
        _ => {
            ("time", format!("2026-11-{:02}T0{}:45:12.{}Z", 1 + dice.roll(28), dice.roll(9), made_of(dice, DIGITS, 6)))
        }
    }
}
