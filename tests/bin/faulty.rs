//! Fails on request, under the guard: `prexec-faulty PROFILE STEP... FAULT`, or in the middle of a real call:
//! `prexec-faulty hook at=BOUNDARY:FAULT run hook --policy P`. For tests/guard and tests/matrix; never in a release.

use prexec::guard::{self, Answer, CountingAllocator, Event, Profile, Stage};
use std::{env, ffi::OsString, fs, mem::ManuallyDrop, process::ExitCode};

#[global_allocator]
static MEMORY: CountingAllocator = CountingAllocator;

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let profile = arguments.next().unwrap_or_default();
    guard::install(match profile.strip_prefix("tool-").and_then(|status| status.parse().ok()) {
        Some(status) => Profile::Tool { status },
        None => Profile::Hook,
    });
    // Not dropped, so that the stage lasts when `main` returns.
    let mut staged = ManuallyDrop::new(Vec::new());
    while let Some(argument) = arguments.next() {
        let (name, value) = argument.split_once('=').unwrap_or((&argument, ""));
        match name {
            "reading" => staged.push(guard::stage(Stage::ReadingCall, None)),
            "loading" => staged.push(guard::stage(Stage::LoadingPolicy, Some(value.as_bytes()))),
            "deciding" => staged.push(guard::stage(Stage::Deciding, None)),
            "permission" => guard::event(Event::PermissionRequest),
            "at" => {
                let (boundary, fault) = value.split_once(':').unwrap_or((value, "panic"));
                guard::arm(boundary, fault);
            }
            "run" => {
                let command = ["prexec".into()].into_iter().chain(arguments.map(OsString::from));
                return prexec::cli::run_as(&command.collect::<Vec<_>>());
            }
            "deadline" => guard::set_deadline(value.parse().unwrap_or(1)),
            "deadline-off" => guard::deadline_off(),
            "limit" => guard::set_memory_limit(value.parse().unwrap_or(1)),
            "tool" => guard::install(Profile::Tool { status: 1 }),
            "dumpable" => print!("{:?}", nix::sys::prctl::get_dumpable()),
            "core-limit" => print!("{:?}", nix::sys::resource::getrlimit(nix::sys::resource::Resource::RLIMIT_CORE)),
            "used" => print!("{}", guard::memory_used()),
            // Says that the guard stands, for a test that sends signals from outside.
            "ready" => drop(fs::write(value, b"")),
            "silence" => guard::leave(Answer::Silence),
            "json" => guard::leave(Answer::Json(value.as_bytes())),
            "deny" => guard::leave(Answer::Deny(value)),
            _ if guard::inject(name) => {}
            _ => return ExitCode::from(99),
        }
    }
    ExitCode::from(77)
}
