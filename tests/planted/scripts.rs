//! Scripts with a secret in them, told by its format or by where it stands.

use super::generate::Dice;
use super::kinds::{Secret, Table, formatted, nameless, password, words};
use super::texts::{ADDRESSES, ANYWHERE, NAMED};

pub(crate) fn upper(name: &str) -> String {
    name.replace('-', "_").to_uppercase()
}

pub(crate) fn camel(name: &str) -> String {
    let mut words = name.split('-');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |all, word| {
        let (initial, rest) = word.split_at(1);
        all + &initial.to_uppercase() + rest
    })
}

/// The script of a secret that its place tells, where it is one.
fn told_by_its_place(table: &Table, dice: &mut Dice) -> (Secret, String, String) {
    match dice.roll(10) {
        0 => {
            let mut secret = password(dice, true);
            if dice.roll(4) == 0 {
                // As an address has to write `@` and `/`.
                secret.text = format!("{}%40{}%2F", secret.text, secret.text);
            }
            let place = *dice.pick(ADDRESSES);
            (secret.clone(), place.into(), place.replace('§', &secret.text))
        }
        1 | 2 => {
            let secret = password(dice, true);
            let place = option(table, dice);
            let script = place.replace('\u{1}', &secret.text);
            (secret, place, script)
        }
        3 => {
            let mut secret = password(dice, true);
            let scheme = dice.pick(&table.schemes).clone();
            if dice.roll(3) == 0 {
                secret.text = prexec::install::base64::encode(format!("me:{}", secret.text).as_bytes());
                secret.random = vec![secret.text.trim_end_matches('=').to_owned()];
            }
            let quote = *dice.pick(&["'", "\""]);
            let name = *dice.pick(&["Authorization", "authorization", "Proxy-Authorization"]);
            let place = format!("curl -H {quote}{name}: {scheme} \u{1}{quote} https://h.example");
            let script = place.replace('\u{1}', &secret.text);
            (secret, place, script)
        }
        4 => {
            let secret = password(dice, true);
            let header = dice.pick(&table.rest).clone();
            let place = format!("curl -H '{header}: a=1; b=\u{1}' https://h.example");
            let script = place.replace('\u{1}', &secret.text);
            (secret, place, script)
        }
        5 => {
            let secret = password(dice, true);
            let place = format!("tool set {} \u{1} x", dice.pick(&table.followed));
            let script = place.replace('\u{1}', &secret.text);
            (secret, place, script)
        }
        _ => {
            let (place, plain) = *dice.pick(NAMED);
            let secret = password(dice, plain);
            let (name, _) = dice.pick(&table.names).clone();
            let with = place.replace('§', "\u{1}").replace('№', &upper(&name)).replace('κ', &name);
            let script = with.replace('ç', &camel(&name)).replace('\u{1}', &secret.text);
            (secret, format!("{place}  with {name}"), script)
        }
    }
}

/// A command with an option that takes a secret, which `\u{1}` stands for.
fn option(table: &Table, dice: &mut Dice) -> String {
    let row = dice.pick(&table.programs).clone();
    let program = dice.pick(&words(&row, "programs")).clone();
    let with = words(&row, "with");
    let with = if with.is_empty() { String::new() } else { format!(" {}", dice.pick(&with)) };
    let value = row["value"].as_str().unwrap();
    let value = value.strip_prefix("after ").map_or("\u{1}".into(), |mark| format!("me{mark}\u{1}"));
    let quote = *dice.pick(&["", "'", "\""]);
    let (attached, separate) = (words(&row, "attached"), words(&row, "separate"));
    let all = attached.len() + separate.len();
    let chosen = usize::try_from(dice.roll(all as u64)).unwrap();
    if let Some(option) = attached.get(chosen) {
        return format!("{program}{with} -v {option}{quote}{value}{quote} x");
    }
    let option = &separate[chosen - attached.len()];
    let sign = if option.starts_with("--") && dice.roll(2) == 0 { "=" } else { " " };
    format!("{program}{with} {option}{sign}{quote}{value}{quote} x")
}

/// A script with a secret in it.
pub(crate) fn script(table: &Table, dice: &mut Dice) -> (Secret, String, String) {
    match dice.roll(40) {
        0 => {
            let secret = nameless(dice);
            let place = *dice.pick(ANYWHERE);
            (secret.clone(), place.into(), place.replace('§', &secret.text))
        }
        1..=20 => told_by_its_format(table, dice),
        _ => told_by_its_place(table, dice),
    }
}

/// A script with a secret of a known format.
fn told_by_its_format(table: &Table, dice: &mut Dice) -> (Secret, String, String) {
    let secret = formatted(table, dice);
    let place = *dice.pick(ANYWHERE);
    // Within double quotes of JSON an end of a line is written as an escape.
    let written =
        if secret.block && dice.roll(2) == 0 { secret.text.replace('\n', "\\n") } else { secret.text.clone() };
    let script = place.replace('§', &written);
    (secret, place.into(), script)
}
