//! The random comparison.

use crate::answer::{Answer, one};
use crate::client::Codex;
use crate::random::Random;
use crate::{argv, rules::Rules};
use prexec::decision::{Decision, RuleRef};
use prexec::effect::{Certainty, CommandId, Effect, Kind, PathValue, Run, Span, Value, Word};
use prexec::policy::{Difference, Policy, PrefixMatch, Scene, decide, matched_prefix_rules};
use prexec::rules::Loader;
use prexec::world::memory::MemoryWorld;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

/// Commands asked about one policy.
const PER_POLICY: usize = 10;
const DEFAULT_PAIRS: usize = 20_000;
const DEFAULT_SEED: u64 = 0x5eed_0169;

#[derive(Default)]
struct Count {
    pairs: AtomicUsize,
    matched: AtomicUsize,
    load_errors: AtomicUsize,
    explained: AtomicUsize,
    policies: AtomicU64,
}

fn setting<T: std::str::FromStr>(name: &str, default: T) -> T {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")),
        Err(_) => default,
    }
}

#[test]
fn random_policies_and_commands_get_the_same_answer() {
    let (pairs, seed) = (setting("EXECPOLICY_PAIRS", DEFAULT_PAIRS), setting("EXECPOLICY_SEED", DEFAULT_SEED));
    println!("execpolicy: EXECPOLICY_PAIRS={pairs} EXECPOLICY_SEED={seed}");
    let count = Count::default();
    let started = Instant::now();
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let differences: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(|| work(pairs, seed, &count))).collect();
        workers.into_iter().filter_map(|worker| worker.join().expect("a worker ends").err()).collect()
    });
    let get = |n: &AtomicUsize| n.load(Ordering::Relaxed);
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "execpolicy: {} pairs ({} with a match), {} load errors agreed, {} differences, {} explained by an intended difference; \
         {seconds:.0} s, {:.0} pairs/s",
        get(&count.pairs),
        get(&count.matched),
        get(&count.load_errors),
        differences.len(),
        get(&count.explained),
        f64::from(u32::try_from(get(&count.pairs)).unwrap()) / seconds,
    );
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
    if pairs >= 1000 {
        // What is compared has to be worth comparing.
        assert!(get(&count.matched) * 3 > pairs, "too few commands match a rule");
        assert!(get(&count.load_errors) * 200 > pairs && get(&count.explained) * 200 > pairs, "too few special cases");
    }
}

/// Compares until enough was compared; ends early with the first difference.
fn work(pairs: usize, seed: u64, count: &Count) -> Result<(), String> {
    let codex = Codex::new();
    while count.pairs.load(Ordering::Relaxed) < pairs {
        let mut random = Random::new(seed, count.policies.fetch_add(1, Ordering::Relaxed));
        let rules = Rules::random(&mut random);
        codex.write(&rules.text());
        for _ in 0..PER_POLICY {
            let (argv, resolve) = (argv::random(&mut random, &rules), !random.chance(20));
            count.pairs.fetch_add(1, Ordering::Relaxed);
            match pair(&codex, &rules.text(), &argv, resolve) {
                Ok(Agreed::Refused) => {
                    count.load_errors.fetch_add(1, Ordering::Relaxed);
                    break;
                }
                Ok(Agreed::Answer { matched, explained }) => {
                    count.matched.fetch_add(usize::from(matched), Ordering::Relaxed);
                    count.explained.fetch_add(usize::from(explained), Ordering::Relaxed);
                }
                Err(_) => return Err(smallest(&codex, rules.statements, argv, resolve)),
            }
        }
    }
    Ok(())
}

/// In what the two agree.
pub(crate) enum Agreed {
    /// The rules do not load.
    Refused,
    /// The answer, up to the matches that an intended difference explains.
    Answer { matched: bool, explained: bool },
}

/// Compares one pair; the error tells what differs. The rules must have been written for `codex`.
pub(crate) fn pair(codex: &Codex, text: &str, argv: &[String], resolve: bool) -> Result<Agreed, String> {
    let (theirs, ours) = (codex.ask(argv, resolve), Loader::new().load_text("t.rules", text));
    let (theirs, loaded) = match (theirs, ours) {
        (Err(_), Err(_)) => return Ok(Agreed::Refused),
        (Err(theirs), Ok(_)) => return Err(format!("only Codex refuses the rules: {theirs}")),
        (Ok(_), Err(ours)) => return Err(format!("only prexec refuses the rules: {ours}")),
        (Ok(theirs), Ok(ours)) => (Answer::theirs(&theirs), ours),
    };
    let words: Vec<&str> = argv.iter().map(String::as_str).collect();
    let mut found = matched_prefix_rules(&loaded.policy, &words, codex.cwd());
    decides_by(&loaded.policy, argv, codex.cwd(), &found)?;
    if !resolve {
        found.retain(|m| m.resolved_program.is_none());
    }
    let ours = Answer::ours(found.iter().filter(|m| m.in_codex()));
    if ours != theirs {
        return Err(format!("codex:  {theirs:?}\nprexec: {ours:?}"));
    }
    let meant: Vec<_> = found.iter().filter(|m| m.difference.is_some()).collect();
    explains(codex, text, argv, &meant, &theirs)?;
    Ok(Agreed::Answer { matched: !theirs.matches.is_empty(), explained: !meant.is_empty() })
}

/// Requires that each difference is of the class that it claims to be.
fn explains(codex: &Codex, text: &str, argv: &[String], meant: &[&PrefixMatch], theirs: &Answer) -> Result<(), String> {
    let wrong = |m: &PrefixMatch| Err(format!("the difference does not explain {m:?}; codex: {theirs:?}"));
    let Some(name) = meant.first().and_then(|m| m.matched_prefix.first()) else { return Ok(()) };
    // Whatever is matched by the basename is what Codex finds for the bare name.
    let bare: Vec<String> = std::iter::once(name).chain(argv.iter().skip(1)).cloned().collect();
    let by_name = Answer::theirs(&codex.ask(&bare, true)?);
    for m in meant {
        let mut bare = one(m);
        let by_path = argv[0].contains('/') && bare.program.take().is_some();
        let freed = text.contains("host_executable(") || theirs.matches.iter().any(|m| m.prefix[0] == argv[0]);
        let right = match m.difference {
            Some(Difference::StrictBasename) => m.decision != Decision::Allow && freed,
            Some(Difference::ParentSteps) => {
                m.decision == Decision::Allow && argv[0].split('/').any(|part| part == "..")
            }
            None => false,
        };
        if !(by_path && right && by_name.matches.contains(&bare)) {
            return wrong(m);
        }
    }
    Ok(())
}

/// Requires that `decide` takes exactly the matches that count for its reasons.
fn decides_by(policy: &Policy, argv: &[String], cwd: &str, found: &[PrefixMatch]) -> Result<(), String> {
    let program = argv[0].contains('/').then(|| {
        let path = prexec::path::normalize(&prexec::path::join(cwd.as_bytes(), argv[0].as_bytes()));
        PathValue::file(Value::Known(path.into()))
    });
    let argv = argv.iter().map(|word| Word::known(word.as_bytes(), Span::default())).collect();
    let effect = Effect {
        kind: Kind::Run(Run { argv, more: None, canonical: None, shape: None, program, loads: Vec::new() }.into()),
        certainty: Certainty::Known,
        span: Span::default(),
        by: None,
        command: Some(CommandId(0)),
    };
    let world = MemoryWorld::new();
    let effects = [effect];
    let scene = Scene::new(policy, &world, cwd.as_bytes(), &effects);
    let verdict = decide(policy, &effects, &scene);
    let by_rules = verdict.reasons().iter().filter(|r| matches!(r.rule, RuleRef::Rule(_)));
    let decided: BTreeSet<_> = by_rules.map(|r| (r.decision, r.justification.clone())).collect();
    let counted: BTreeSet<_> =
        found.iter().filter(|m| m.counts()).map(|m| (m.decision, m.justification.clone())).collect();
    let strictest = counted.iter().map(|(d, _)| *d).max().unwrap_or(Decision::Allow);
    if decided == counted && verdict.decision() == strictest {
        return Ok(());
    }
    Err(format!("decide() says {verdict:?}, where these match: {found:?}"))
}

/// The report of a difference, with every statement and word left out that it does not need.
fn smallest(codex: &Codex, mut statements: Vec<String>, mut argv: Vec<String>, resolve: bool) -> String {
    let differs = |statements: &[String], argv: &[String]| {
        let text = statements.join("\n") + "\n";
        codex.write(&text);
        pair(codex, &text, argv, resolve).err()
    };
    let mut at = 0;
    while at < statements.len() {
        let mut fewer = statements.clone();
        fewer.remove(at);
        if differs(&fewer, &argv).is_some() { statements = fewer } else { at += 1 }
    }
    while argv.len() > 1 && differs(&statements, &argv[..argv.len() - 1]).is_some() {
        argv.pop();
    }
    let why = differs(&statements, &argv).unwrap_or_default();
    format!("rules:\n{}\nargv: {argv:?} (resolve: {resolve})\n{why}", statements.join("\n"))
}
