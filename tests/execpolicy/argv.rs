//! Random commands that meet the rules of a policy, or nearly do.
//!
//! Left out are program words that name a directory or begin with `~`: Codex takes `.` for the current directory's name and `~`
//! for a home wherever they stand, the shell and the kernel do not, and neither starts a program.

use crate::random::Random;
use crate::rules::Rules;
use crate::words::{argument, path, program, respelled};

pub(crate) fn random(random: &mut Random, rules: &Rules) -> Vec<String> {
    let mut argv = if rules.patterns.is_empty() || random.chance(5) {
        vec![program(random), argument(random)]
    } else {
        random.one(&rules.patterns).iter().map(|place| random.one(place).clone()).collect()
    };
    if random.chance(45) {
        argv[0] = program_form(random, rules, &argv[0]);
    }
    let at = random.below(argv.len());
    match random.below(10) {
        0 => argv[at] = respelled(random, &argv[at]),
        1 if at > 0 => argv[at] = argument(random),
        2 => argv.truncate(argv.len().max(2) - 1),
        3 => argv.insert(at + 1, argument(random)),
        4 => argv[0] = respelled(random, &argv[0]),
        5 if random.chance(20) => argv[0] = String::new(),
        _ => argv.push(argument(random)),
    }
    // See above; a word that was turned round may have become such a name.
    if matches!(argv[0].rsplit('/').next(), Some("." | "..")) || argv[0].starts_with('~') {
        argv[0] = program(random);
    }
    argv
}

/// The same program, or another of the same name, called in another way.
fn program_form(random: &mut Random, rules: &Rules, word: &str) -> String {
    let name = word.rsplit('/').next().unwrap_or(word);
    match random.below(12) {
        0..=2 => path(random, name),
        3..=5 if !rules.paths.is_empty() => random.one(&rules.paths).clone(),
        6 => format!("./{name}"),
        7 => format!("x/../{name}"),
        8 => path(random, name).replacen('/', "//", 1).replace("/bin", "/./bin"),
        9 if !rules.paths.is_empty() => format!("/x/..{}", random.one(&rules.paths)),
        10 => format!("{}/", path(random, name)),
        11 => format!("../{name}"),
        _ => name.to_owned(),
    }
}
