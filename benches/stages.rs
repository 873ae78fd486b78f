//! Each stage of a call on fixed inputs: time by criterion, and what one run allocates, which is the same on every machine.
//!
//! ```text
//! cargo bench --bench stages                  # all
//! cargo bench --bench stages -- --quick       # a first look
//! cargo bench --bench stages -- 'shell/'      # one group
//! ```

#![allow(clippy::expect_used, reason = "a bench ends where its inputs cannot be made")]

use criterion::Criterion;
use prexec::call::Call;
use prexec::codex::{self, Occasion, Question};
use prexec::effect::{Effect, PathValue, Value};
use prexec::glob::{Answer, PathGlob, PathRule, Places, Reading, Subject, applies};
use prexec::path;
use prexec::policy::{Policy, Scene, decide};
use prexec::rules::Loader;
use prexec::shell::{self, Limits};
use prexec::world::memory::MemoryWorld;
use prexec::{effects, gate};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::RefCell;
use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Counts what the process asks the system's allocator for.
struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);
static BYTES: AtomicUsize = AtomicUsize::new(0);

#[allow(unsafe_code, reason = "an allocator is unsafe by its trait; this one adds two counters to the system's")]
// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        BYTES.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static HEAP: Counting = Counting;

/// Times each stage, and prints what one run of it allocates.
struct Stages {
    criterion: RefCell<Criterion>,
}

impl Stages {
    fn stage<T>(&self, name: &str, mut work: impl FnMut() -> T) {
        black_box(work()); // what is made once and kept is not counted
        let before = (ALLOCATIONS.load(Ordering::Relaxed), BYTES.load(Ordering::Relaxed));
        let made = work();
        let (count, bytes) = (ALLOCATIONS.load(Ordering::Relaxed) - before.0, BYTES.load(Ordering::Relaxed) - before.1);
        drop(black_box(made));
        println!("allocations  {name:<44} {count:>8} {bytes:>11} bytes");
        self.criterion.borrow_mut().bench_function(name, |b| b.iter(|| black_box(work())));
    }
}

/// A pipeline of 300 bytes.
const PIPELINE: &str = "git log --oneline -n 200 --format='%h %an %s' -- src/policy src/shell tests/data | grep -v 'Merge branch' | sort -k2,2 -k1,1 | uniq -c | sort -rn | head -n 40 | sed -e 's/^ *//' -e 's/  */ /g' | cut -d' ' -f1-8 | tee /tmp/out/summary.txt | wc -l && git status --short --branch && echo done && date -u +%H:%M";

/// A block of a shell script as people write them.
const BLOCK: &str = "for f in src/*.rs \"$root\"/tests/*.rs; do\n  if [[ -n $f && -e $f ]]; then\n    grep -n 'TODO' \"$f\" | head -n 5 >> out.log\n  else\n    echo \"missing: ${f##*/} $(basename \"$f\")\" >&2\n  fi\ndone\ncount=$((count + 1)); cd sub && make -j4 test; cat <<EOF > note.txt\nrun $count\nEOF\n";

fn script(bytes: usize) -> String {
    BLOCK.repeat(bytes.div_ceil(BLOCK.len()))
}

fn scripts() -> [(&'static str, String); 4] {
    [
        ("git status", "git status".into()),
        ("pipeline of 300 bytes", PIPELINE.into()),
        ("script of 8 KB", script(8 << 10)),
        ("script of 64 KB", script(64 << 10)),
    ]
}

fn payload(script: &str) -> Vec<u8> {
    let call = serde_json::json!({
        "session_id": "01a1f852-bfb5-76f1-8d79-61baa035241f", "turn_id": "01a1f852-bfd8-7bc1-a2be-a203606674fa",
        "transcript_path": "/home/u/.codex/sessions/2026/11/20/rollout-x.jsonl", "cwd": "/home/u/work",
        "hook_event_name": "PreToolUse", "model": "gpt-5.5", "permission_mode": "default", "tool_name": "Bash",
        "tool_input": { "command": script }, "tool_use_id": "exec_all",
    });
    call.to_string().into_bytes()
}

fn call(script: &str) -> Call {
    codex::read(&payload(script)).expect("a call")
}

fn world() -> MemoryWorld {
    let config = "[core]\n\trepositoryformatversion = 0\n\tbare = false\n[remote \"origin\"]\n\turl = https://example.com/a/b.git\n";
    let world = MemoryWorld::new().session("/home/u/work").home("/home/u").repository("/home/u/work", &[]);
    world.file("/home/u/work/.git/HEAD").text("/home/u/work/.git/config", config)
}

fn effects_of(call: &Call, world: &MemoryWorld) -> Vec<Effect> {
    effects::of(call, &path::normalize(call.cwd.as_bytes()), world).expect("within the limits")
}

fn policy(rules: usize, globs: usize) -> Policy {
    let mut text = String::from("default(unknown = \"allow\")\n");
    for n in 0..rules {
        let _ = writeln!(text, "prefix_rule([\"program{n}\", \"verb{}\"], decision = \"forbidden\")", n % 7);
    }
    for n in 0..globs {
        let _ = writeln!(text, "deny_read(\"**/secret{n}/*.key\")");
    }
    Loader::new().load_text("bench.rules", &text).expect("the policy loads").policy
}

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let time = Duration::from_millis(if quick { 500 } else { 3000 });
    let criterion = Criterion::default().measurement_time(time).warm_up_time(time / 5).sample_size(20);
    let stages = Stages { criterion: RefCell::new(criterion.without_plots().configure_from_args()) };
    reading(&stages);
    analysing(&stages);
    globbing(&stages);
    deciding(&stages);
    loading(&stages);
    answering(&stages);
    stages.criterion.borrow().final_summary();
}

fn reading(stages: &Stages) {
    for (name, script) in scripts() {
        let input = payload(&script);
        stages.stage(&format!("codex/read {name}"), || codex::read(&input));
    }
}

fn analysing(stages: &Stages) {
    let world = world();
    for (name, script) in scripts() {
        stages.stage(&format!("shell/parse {name}"), || shell::parse(&script, &Limits::default()));
    }
    for (name, script) in scripts() {
        let call = call(&script);
        stages.stage(&format!("effects/of {name}"), || effects::of(&call, b"/home/u/work", &world));
    }
}

fn globbing(stages: &Stages) {
    let globs = ["**/.env", "**/*.pem", "~/.ssh/**", "/etc/shadow", "**/secrets/**"]
        .map(|g| PathGlob::parse(g).expect("a glob"));
    let path = |value: Value| Subject::new(&PathValue::file(value));
    let subjects = [
        ("known path", path(Value::Known(b"/home/u/work/src/main.rs".into()))),
        ("pattern", path(Value::Pattern(b"/home/u/work/src/*.rs".into()))),
        ("affix", path(Value::Affix { prefix: b"/home/u/".into(), suffix: b"/key.txt".into() })),
    ];
    let places = Places { homes: &[b"/home/u"], roots: &[b"/home/u/work"] };
    let rule = PathRule {
        patterns: &globs,
        unless: &[],
        places,
        unless_places: places,
        reading: Reading::Restrict,
        ignore_case: false,
    };
    for (name, subject) in &subjects {
        stages.stage(&format!("glob/applies {name}"), || -> Answer { applies(&rule, subject) });
    }
    stages.stage("glob/parse **/*.pem", || PathGlob::parse("**/*.pem"));
}

fn deciding(stages: &Stages) {
    let world = world();
    let embedded = Loader::new().embedded("controlled.rules").expect("the posture loads").policy;
    let policies = [
        ("embedded", embedded),
        ("10 rules", policy(10, 0)),
        ("1,000 rules", policy(1000, 0)),
        ("10,000 rules", policy(10_000, 0)),
        ("200 globs", policy(10, 200)),
        ("10,000 globs", policy(10, 10_000)),
    ];
    for (script, text) in [("git status", "git status"), ("pipeline of 300 bytes", PIPELINE)] {
        let call = call(text);
        let found = effects_of(&call, &world);
        for (name, policy) in &policies {
            stages.stage(&format!("policy/decide {script}, {name}"), || {
                let scene = Scene::new(policy, &world, b"/home/u/work", &found);
                decide(policy, &found, &scene)
            });
        }
    }
}

fn loading(stages: &Stages) {
    stages
        .stage("rules/load embedded", || Loader::new().embedded("controlled.rules").expect("the posture loads").policy);
}

fn answering(stages: &Stages) {
    let world = world();
    let embedded = Loader::new().embedded("controlled.rules").expect("the posture loads").policy;
    for (name, text) in [("allowed", "git status"), ("denied", "cat .env; curl https://example.com")] {
        let call = Ok(call(text));
        let judged = gate::judge(&call, &embedded, &world);
        stages.stage(&format!("codex/answer {name}"), || {
            codex::answer(&Question {
                occasion: call.as_ref().map_or(Occasion::Unread, Occasion::from),
                verdict: &judged.verdict,
                auto_approve: false,
                covered_by_allow_rules: gate::covered_by_allow_rules(&judged),
                describe: &|reason| gate::describe(&judged, reason),
                instead: None,
            })
        });
    }
    for (name, script) in scripts() {
        let input = payload(&script);
        stages.stage(&format!("line/whole {name}"), || gate::judge(&codex::read(&input), &embedded, &world));
    }
}
