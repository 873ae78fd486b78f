//! Verbs other than `hook`: a message, a status of their own, and the usual signals.

use crate::harness::{default_every_signal, faulty, ignore_every_signal, run, text, with};
use std::os::unix::process::ExitStatusExt;

#[test]
fn tools_end_with_their_own_status() {
    let cases: [(&[&str], i32, &str); 7] = [
        (&["panic"], 1, "(a literal) while starting\n"),
        (&["null"], 1, "prexec: crashed (SIGSEGV) while starting\n"),
        (&["loading=/x/y.rules", "overflow"], 4, "prexec: crashed (SIGSEGV) while loading policy `/x/y.rules`\n"),
        (
            &["loading=/x/y.rules", "limit=1048576", "leak"],
            4,
            "prexec: out of memory (limit 1 MiB) while loading policy `/x/y.rules`\n",
        ),
        (
            &["loading=/x/y.rules", "deadline=50", "loop"],
            4,
            "prexec: no decision within 50 ms while loading policy `/x/y.rules`\n",
        ),
        (&["exit-3"], 3, ""),
        (&["none"], 77, ""),
    ];
    for (arguments, status, message) in cases {
        let output = run(&mut faulty(&[&["tool-1"], arguments].concat()));
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {stderr}");
        assert!(stderr.ends_with(message) && (message.is_empty() == stderr.is_empty()), "{arguments:?}: {stderr}");
    }
}

#[test]
fn tools_keep_the_usual_signals() {
    for number in [libc::SIGPIPE, libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
        let output = with(default_every_signal, &mut faulty(&["tool-1", &format!("raise-{number}")]));
        assert_eq!(output.status.signal(), Some(number));
        assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
    }
    // `nohup prexec ...` stays deaf.
    let output = with(ignore_every_signal, &mut faulty(&["tool-1", "raise-1"]));
    assert_eq!(output.status.code(), Some(77));
}
