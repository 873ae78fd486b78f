//! Judges the cases under each mutant of `WANTED` (a file of numbers) and writes what became of it into `RESULTS`.
//!
//! With `BUDGET`, only so many milliseconds of cases, the quick ones, are spent on one mutant.
//!
//! In one process: a first pass sees which cases come past which mutant; then each mutant has a child of its own, forked from
//! here with every policy loaded, that judges those cases, quick ones first, until one comes out wrong. A mutant that is past
//! while a policy is loaded gets a child in which the policies are loaded again.
#![allow(warnings)]
#[path = "cases/suite.rs"]
mod suite;

use prexec::mutation::{ACTIVE, REACHED};
use std::io::Write;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};
use suite::{Ask, Bench, Case, Outcome};

/// Seconds of processor time that a mutant has, at least: with all cases it takes a few.
const SECONDS: u64 = 60;
const MEMORY: u64 = 3 << 30;

/// As tests/cases.rs decides it.
fn fails(case: &Case, outcome: &Outcome) -> bool {
    match outcome {
        Outcome::LoadError(findings) => {
            !(case.expects_load_error() && case.rules.iter().any(|r| findings.starts_with(r.as_str())))
        }
        Outcome::Judged(decision, json) => {
            let first = &json["reasons"][0];
            let rule = first["rule"].as_str().unwrap_or_default();
            !case.expect.iter().any(|e| e == decision.as_str())
                || !case.rules.iter().any(|r| rule.starts_with(r.as_str()))
                || case.effect.iter().any(|(key, value)| first["effect"].get(key) != Some(value))
        }
    }
}

fn reached() -> Vec<usize> {
    (0..REACHED.len()).filter(|n| REACHED[*n].swap(false, Relaxed)).collect()
}

fn limit(resource: libc::__rlimit_resource_t, most: u64) {
    let limit = libc::rlimit { rlim_cur: most, rlim_max: most };
    unsafe { libc::setrlimit(resource, &limit) };
}

/// A child that judges cases under a mutant.
struct Child {
    pid: i32,
    /// Where it says the number of the case that came out wrong.
    says: i32,
    number: usize,
    /// Whether it loads the policies itself.
    loads: bool,
}

fn start(cases: &[Case], list: &[usize], number: usize, loads: bool, seconds: u64, bench: &mut Bench) -> Child {
    let mut pipe = [0; 2];
    unsafe { libc::pipe(pipe.as_mut_ptr()) };
    let pid = unsafe { libc::fork() };
    if pid == 0 {
        limit(libc::RLIMIT_CPU, seconds);
        limit(libc::RLIMIT_AS, MEMORY);
        limit(libc::RLIMIT_CORE, 0);
        ACTIVE.store(number, Relaxed);
        for k in list {
            let judge = std::panic::AssertUnwindSafe(|| fails(&cases[*k], &bench.judge(&cases[*k])));
            if std::panic::catch_unwind(judge).unwrap_or(true) {
                unsafe { libc::write(pipe[1], (k as *const usize).cast(), 8) };
                unsafe { libc::_exit(1) };
            }
        }
        unsafe { libc::_exit(0) };
    }
    unsafe { libc::close(pipe[1]) };
    Child { pid, says: pipe[0], number, loads }
}

/// Waits for one of `running`: which it was, its status, and the case that came out wrong.
fn ended(running: &mut Vec<Child>) -> (Child, i32, Option<usize>) {
    let (mut status, mut wrong) = (0, usize::MAX);
    let pid = unsafe { libc::waitpid(-1, &mut status, 0) };
    let child = running.remove(running.iter().position(|c| c.pid == pid).unwrap());
    unsafe { libc::read(child.says, (&mut wrong as *mut usize).cast(), 8) };
    unsafe { libc::close(child.says) };
    (child, status, (wrong != usize::MAX).then_some(wrong))
}

fn main() {
    let cases = suite::all();
    ACTIVE.store(0, Relaxed);
    let file = |name: &str| std::env::var(name).unwrap();
    // Mutants that are tried at the same time.
    let workers = std::env::var("MUTANTS_WORKERS").ok().and_then(|w| w.parse().ok()).unwrap_or(2);
    let budget = std::env::var("BUDGET").ok().and_then(|b| b.parse().ok());
    let budget = budget.map_or(Duration::MAX, Duration::from_millis);
    let wanted = std::fs::read_to_string(file("WANTED")).unwrap();
    let mut results = std::fs::File::create(file("RESULTS")).unwrap();
    let mut judging = vec![Vec::new(); REACHED.len()];
    let mut loading = vec![false; REACHED.len()];
    let began = Instant::now();
    let (mut time, mut policies, mut wrong) = (Vec::new(), Bench::default(), Vec::new());
    for (k, case) in cases.iter().enumerate() {
        reached();
        policies.policy(case);
        reached().into_iter().for_each(|n| loading[n] = true);
        let start = Instant::now();
        let outcome = policies.judge(case);
        time.push(start.elapsed());
        if fails(case, &outcome) {
            wrong.push(case.place.clone());
        }
        reached().into_iter().for_each(|n| judging[n].push(k));
    }
    eprintln!("{} cases take {:?}", cases.len(), time.iter().sum::<Duration>());
    assert!(wrong.is_empty(), "without a mutant these fail: {wrong:?}");
    std::panic::set_hook(Box::new(|_| {}));
    // Three times what everything takes without a mutant: one that never ends costs no more than that.
    let seconds = SECONDS.max(3 * began.elapsed().as_secs());
    let mut left: Vec<usize> = wanted.split_whitespace().rev().map(|n| n.parse().unwrap()).collect();
    for number in &left {
        judging[*number].sort_by_key(|k| time[*k]);
        let mut spent = Duration::ZERO;
        judging[*number].retain(|k| {
            spent += time[*k];
            spent <= budget
        });
    }
    let everything: Vec<usize> = (0..cases.len()).collect();
    let loads = |number: usize| loading[number] && budget == Duration::MAX;
    let mut running: Vec<Child> = Vec::new();
    loop {
        while running.len() < workers
            && let Some(number) = left.pop()
        {
            if !judging[number].is_empty() {
                running.push(start(&cases, &judging[number], number, false, seconds, &mut policies));
            } else if loads(number) {
                running.push(start(&cases, &everything, number, true, seconds, &mut Bench::default()));
            } else {
                writeln!(results, "{number} unreached -").unwrap();
            }
        }
        if running.is_empty() {
            break;
        }
        let (child, status, wrong) = ended(&mut running);
        let number = child.number;
        let word = if libc::WIFSIGNALED(status) {
            let signal = libc::WTERMSIG(status);
            let time = signal == libc::SIGXCPU || signal == libc::SIGKILL;
            if time { "killed time".to_owned() } else { format!("killed signal-{signal}") }
        } else if let Some(k) = wrong {
            format!("killed {}", cases[k].place)
        } else if status != 0 {
            "killed exit".to_owned()
        } else if !child.loads && loads(number) {
            running.push(start(&cases, &everything, number, true, seconds, &mut Bench::default()));
            continue;
        } else {
            format!("survived {}", judging[number].len())
        };
        writeln!(results, "{number} {word}").unwrap();
    }
}
