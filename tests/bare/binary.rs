//! What the executable is, and what a call costs it: figures that do not depend on the machine.

use crate::built::{Installed, bare, end, traced};
use serde_json::json;
use std::process::Command;

/// Bytes of the file: 0.6 MB are the knowledge of programs, most of the rest is the analysis.
const LARGEST: usize = 5 << 19;

/// The bytes at `at`, as a number.
fn number(bytes: &[u8], at: usize, length: usize) -> usize {
    bytes[at..at + length].iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

/// The kinds of the segments that the kernel is told of.
fn segments(elf: &[u8]) -> Vec<usize> {
    assert_eq!(&elf[..5], b"\x7fELF\x02", "a 64-bit executable");
    let (start, size, count) = (number(elf, 32, 8), number(elf, 54, 2), number(elf, 56, 2));
    (0..count).map(|n| number(elf, start + n * size, 4)).collect()
}

#[test]
fn there_is_no_loader_and_no_library() {
    const DYNAMIC: usize = 2;
    const INTERPRETER: usize = 3;
    let elf = std::fs::read(bare()).expect("the executable");
    let found = segments(&elf);
    assert!(!found.contains(&INTERPRETER) && !found.contains(&DYNAMIC), "{found:?}");
    for needle in ["GLIBC_2.", "/ld-linux", "libc.so.6"] {
        assert!(!elf.windows(needle.len()).any(|w| w == needle.as_bytes()), "{needle}");
    }
    println!("prexec-hook: {} bytes", elf.len());
    assert!(elf.len() <= LARGEST, "{} bytes", elf.len());
}

/// On a virtual machine each CPUID instruction is an excursion to the host that takes longer than most of a decision.
#[test]
#[cfg(target_arch = "x86_64")]
fn there_is_no_cpuid_instruction() {
    let Ok(done) = Command::new("objdump").args(["--disassemble", "--no-show-raw-insn"]).arg(bare()).output() else {
        println!("objdump is not installed");
        return;
    };
    let text = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && text.contains("syscall"), "objdump cannot read it");
    let found = text.lines().filter(|line| line.split_whitespace().any(|word| word == "cpuid" || word == "xgetbv"));
    assert_eq!(found.count(), 0);
}

/// How many system calls an allowed call makes: those of the executable itself, and those of what is looked at.
#[test]
fn system_calls_are_few() {
    /// All but what the analysis asks about the machine; of them four to see that nobody has set up a place for records.
    const MOST: usize = 46;
    /// What one record adds: the directory and the file that are opened and looked at, what was lost, the clock and the names in it, the
    /// repository, one write.
    const MOST_OF_A_RECORD: usize = 14;
    let installed = Installed::new();
    std::fs::write(installed.path().join("p.rules"), "deny_read(\"**/.env\")\n").expect("a file");
    let mut compile = Command::new(env!("CARGO_BIN_EXE_prexec"));
    compile.args(["compile", "--policy", "p.rules", "-o", "p.bin"]).current_dir(installed.path());
    assert_eq!(end(&mut compile, b"").status.0, Some(0));
    let [mut alone, _] = installed.both(&["--policy", "p.bin"]);
    alone.current_dir(installed.path());
    let call = json!({
        "hook_event_name": "PreToolUse", "session_id": "s", "turn_id": "t", "transcript_path": null, "cwd": "/tmp",
        "model": "m", "permission_mode": "default", "tool_name": "Bash", "tool_input": {"command": "true"}, "tool_use_id": "u",
    });
    let Some((ended, calls)) = traced(&alone, call.to_string().as_bytes()) else {
        println!("strace is not installed");
        return;
    };
    assert_eq!((ended.status.0, ended.stderr.as_str()), (Some(0), ""));
    println!("{} system calls\n{}", calls.len(), calls.join("\n"));
    assert!(calls.len() <= MOST, "{} system calls:\n{}", calls.len(), calls.join("\n"));
    let [mut recording, _] = installed.both(&["--policy", "p.bin", "--audit", "records"].map(|word| match word {
        "records" => installed.path().join("records").display().to_string(),
        other => other.to_owned(),
    }));
    recording.current_dir(installed.path());
    for _ in 0..2 {
        // The first one makes the directory.
        let Some((ended, with_record)) = traced(&recording, call.to_string().as_bytes()) else { return };
        assert_eq!((ended.status.0, ended.stderr.as_str()), (Some(0), ""));
        let more = with_record.len().saturating_sub(calls.len());
        println!("{more} more for a record");
        assert!(more <= MOST_OF_A_RECORD, "{more}:\n{}", with_record.join("\n"));
        assert_eq!(with_record.iter().filter(|call| call.starts_with("write(")).count(), 1);
    }
    for never in ["clone", "fork", "vfork", "socket", "connect", "execve(\"/proc"] {
        assert!(!calls.iter().any(|call| call.starts_with(never)), "{never}");
    }
}
