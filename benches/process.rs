//! The whole process, as Codex starts it: spawn to exit, interleaved with executables that do nothing, printed as ratios.
//!
//! ```text
//! cargo bench --bench process            # 400 rounds
//! cargo bench --bench process -- --quick # 60 rounds, as CI runs it
//! cargo bench --bench process -- PATH    # another build of prexec in the same run, to compare build options
//! cargo bench --bench process -- --static # also a build of prexec that is linked with glibc statically, made by this
//! cargo bench --bench process -- '--beside=/usr/bin/node guard.js hook' # also another guard: its command line, by blanks
//! ```
//!
//! Ratios of medians of one interleaved run are comparable between machines; microseconds are not. There is no pass or fail here.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a bench ends where its subjects cannot be made, and there is always a first subject"
)]

#[cfg(all(target_os = "linux", target_env = "gnu", any(target_arch = "x86_64", target_arch = "aarch64")))]
#[path = "../tests/bare/built.rs"]
#[allow(dead_code, reason = "what the tests need besides")]
mod built;

use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A call as Codex sends it, with a pipeline of about 300 bytes.
const CALL: &str = include_str!("pipeline.json");

struct Subject {
    name: String,
    program: PathBuf,
    arguments: Vec<String>,
    times: Vec<Duration>,
}

fn main() {
    let quick = std::env::args().any(|a| a == "--quick");
    let rounds = if quick { 60 } else { 400 };
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut subjects = subjects(dir.path());
    for round in 0..rounds + 5 {
        for subject in &mut subjects {
            let time = run(subject);
            if round >= 5 {
                subject.times.push(time); // the first rounds fill caches
            }
        }
    }
    report(&mut subjects, rounds);
}

/// What is measured. The executables that do nothing are compiled here, by the compiler that builds everything else.
fn subjects(dir: &Path) -> Vec<Subject> {
    let subject = |name: &str, program: PathBuf, arguments: &[&str]| Subject {
        name: name.to_owned(),
        program,
        arguments: arguments.iter().map(ToString::to_string).collect(),
        times: Vec::new(),
    };
    let mut all = Vec::new();
    if let Some(bare) = compile(dir, "bare", BARE, &["-Cpanic=abort", "-Clink-args=-nostartfiles -nostdlib -static"]) {
        all.push(subject("bare exit, no libc", bare, &[]));
    }
    let noop = "fn main() {}";
    if let Some(fixed) = compile(dir, "noop_static", noop, &["-Ctarget-feature=+crt-static", "-Copt-level=3"]) {
        all.push(subject("std no-op, static", fixed, &[]));
    }
    if let Some(linked) = compile(dir, "noop_dynamic", noop, &["-Copt-level=3"]) {
        all.push(subject("std no-op, dynamic", linked, &[]));
    }
    if Path::new("/bin/bash").exists() {
        all.push(subject("/bin/bash -c exit, as Codex starts hooks", "/bin/bash".into(), &["-c", "exit"]));
    }
    let prexec = PathBuf::from(env!("CARGO_BIN_EXE_prexec"));
    let small = dir.join("small.rules");
    std::fs::write(&small, "default(unknown = \"allow\")\n").expect("a policy file");
    let small = small.to_str().expect("a UTF-8 path").to_owned();
    let large = dir.join("large.rules");
    std::fs::write(&large, large_policy(1000, 200)).expect("a policy file");
    let large = large.to_str().expect("a UTF-8 path").to_owned();
    all.push(subject("prexec hook, a refused option", prexec.clone(), &["hook", "--no-such-option"]));
    all.push(subject("prexec hook, 1 rule", prexec.clone(), &["hook", "--policy", &small]));
    all.push(subject("prexec hook, embedded posture", prexec.clone(), &["hook", "--home", "/nonexistent"]));
    all.push(subject("prexec hook, 1,000 rules + 200 globs", prexec.clone(), &["hook", "--policy", &large]));
    let alone = without_c_library();
    if let Some(alone) = &alone {
        all.push(subject("prexec-hook, a refused option", alone.clone(), &["--no-such-option"]));
    }
    let mut whole = vec![("prexec hook", prexec, &["hook", "--policy"][..])];
    if let Some(made) = linked_statically() {
        whole.push(("static prexec hook", made.join("prexec"), &["hook", "--policy"]));
        whole.push(("static prexec-hook", made.join("prexec-hook"), &["--policy"]));
    }
    let sizes = [
        ("10 + 200", 10, 200),
        ("1,000 + 200", 1000, 200),
        ("10,000 + 200", 10_000, 200),
        ("1,000 + 10,000", 1000, 10_000),
    ];
    for (name, rules, globs) in sizes {
        let compiled = compiled(dir, rules, globs);
        for (what, path, arguments) in &whole {
            let arguments = [arguments, &[compiled.as_str()][..]].concat();
            all.push(subject(&format!("{what}, compiled {name}"), path.clone(), &arguments));
        }
        if let Some(alone) = &alone {
            all.push(subject(&format!("prexec-hook, compiled {name}"), alone.clone(), &["--policy", &compiled]));
        }
    }
    for line in std::env::args().filter_map(|argument| argument.strip_prefix("--beside=").map(String::from)) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let [program, arguments @ ..] = words.as_slice() {
            let name = arguments.iter().chain([program]).find(|word| word.len() > 1 && !word.starts_with('-'));
            let name = Path::new(name.unwrap_or(program)).file_name().unwrap_or_default().to_string_lossy();
            all.push(subject(&format!("beside: {name}"), program.into(), arguments));
        }
    }
    for other in std::env::args().skip(1).filter(|a| !a.starts_with('-')).map(PathBuf::from) {
        let path = other.display();
        all.push(subject(&format!("{path}, 1 rule"), other.clone(), &["hook", "--policy", &small]));
        all.push(subject(&format!("{path}, embedded"), other.clone(), &["hook", "--home", "/nonexistent"]));
    }
    all
}

/// The executable without a C library, where there can be one.
#[allow(clippy::unnecessary_wraps, reason = "not everywhere")]
fn without_c_library() -> Option<PathBuf> {
    #[cfg(all(target_os = "linux", target_env = "gnu", any(target_arch = "x86_64", target_arch = "aarch64")))]
    return Some(built::bare().to_owned());
    #[cfg(not(all(target_os = "linux", target_env = "gnu", any(target_arch = "x86_64", target_arch = "aarch64"))))]
    return None;
}

/// Where the same sources are linked with the C library statically; made only where it is asked for, as it takes minutes.
fn linked_statically() -> Option<PathBuf> {
    if !std::env::args().any(|argument| argument == "--static") {
        return None;
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("static");
    // With a target named the flags are for it alone, and not for what runs while it is built.
    let triple = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let done = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--release",
            "--bin=prexec",
            "--bin=prexec-hook",
            "--target",
            &triple,
            "--target-dir",
        ])
        .arg(&target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        // At a fixed address: what an executable that can be anywhere has to change of itself first costs more than a decision.
        .env("RUSTFLAGS", "-C target-feature=+crt-static -C relocation-model=static")
        .status();
    done.is_ok_and(|done| done.success()).then(|| target.join(triple).join("release"))
}

const BARE: &str = r#"
#![no_std]
#![no_main]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! { loop {} }
#[unsafe(no_mangle)]
unsafe extern "C" fn _start() -> ! {
    #[cfg(target_arch = "x86_64")]
    unsafe { core::arch::asm!("syscall", in("rax") 231, in("rdi") 0, options(noreturn)) }
    #[cfg(target_arch = "aarch64")]
    unsafe { core::arch::asm!("svc 0", in("x8") 94, in("x0") 0, options(noreturn)) }
}
"#;

/// `None`, with a line that says so, where the compiler or the platform cannot make it.
fn compile(dir: &Path, name: &str, source: &str, options: &[&str]) -> Option<PathBuf> {
    let (input, output) = (dir.join(format!("{name}.rs")), dir.join(name));
    std::fs::write(&input, source).expect("a source file");
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let done = Command::new(rustc).args(["--edition=2024", "-o"]).arg(&output).args(options).arg(&input).output();
    match done {
        Ok(done) if done.status.success() => Some(output),
        Ok(done) => {
            println!("left out: {name}: {}", String::from_utf8_lossy(&done.stderr).lines().next().unwrap_or_default());
            None
        }
        Err(error) => {
            println!("left out: {name}: {error}");
            None
        }
    }
}

/// A policy of this size, compiled by the executable itself.
fn compiled(dir: &Path, rules: usize, globs: usize) -> String {
    let (source, output) = (dir.join(format!("{rules}-{globs}.rules")), dir.join(format!("{rules}-{globs}.bin")));
    std::fs::write(&source, large_policy(rules, globs)).expect("a policy file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_prexec"));
    let start = Instant::now();
    let done =
        command.args(["compile", "--policy"]).arg(&source).arg("-o").arg(&output).output().expect("prexec starts");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    println!("{} in {} ms", String::from_utf8_lossy(&done.stdout).trim_end(), start.elapsed().as_millis());
    output.to_str().expect("a UTF-8 path").to_owned()
}

fn large_policy(rules: usize, globs: usize) -> String {
    let mut text = String::from("default(unknown = \"allow\")\n");
    for n in 0..rules {
        let _ = writeln!(text, "prefix_rule([\"program{n}\", \"verb{}\"], decision = \"forbidden\")", n % 7);
    }
    for n in 0..globs {
        let _ = writeln!(text, "deny_read(\"**/secret{n}/*.key\")");
    }
    text
}

fn run(subject: &Subject) -> Duration {
    let start = Instant::now();
    let mut child = Command::new(&subject.program)
        .args(&subject.arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the subject starts");
    if let Some(mut stdin) = child.stdin.take() {
        // A subject that does nothing is gone before it is written to.
        let _ = stdin.write_all(CALL.as_bytes());
    }
    child.wait().expect("the subject ends");
    start.elapsed()
}

fn report(subjects: &mut [Subject], rounds: usize) {
    let at = |times: &[Duration], percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e6;
    for s in subjects.iter_mut() {
        s.times.sort_unstable();
    }
    let (tenth, half) = (at(&subjects[0].times, 10), at(&subjects[0].times, 50));
    println!("{rounds} rounds, interleaved; multiples of the same percentile of `{}`", subjects[0].name);
    println!(
        "{:<42} {:>8} {:>8} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "process", "x of p10", "x of p50", "least us", "p10 us", "p50 us", "p95 us", "p99 us"
    );
    for s in subjects.iter() {
        let [least, p10, p50, p95, p99] = [0, 10, 50, 95, 99].map(|percent| at(&s.times, percent));
        let (of_tenth, of_half) = (p10 / tenth, p50 / half);
        println!(
            "{:<42} {of_tenth:>8.2} {of_half:>8.2} {least:>9.0} {p10:>9.0} {p50:>9.0} {p95:>9.0} {p99:>9.0}",
            s.name
        );
    }
}
