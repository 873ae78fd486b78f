//! The `prexec` executable. Everything it does is in the library's `cli`; what must come before is here.

use prexec::guard::{self, CountingAllocator, Profile};
use std::process::ExitCode;

#[global_allocator]
static HEAP: CountingAllocator = CountingAllocator;

fn main() -> ExitCode {
    // Before anything can fail: from here on every fault of a hook is a deny. Only the first argument makes it a hook.
    let is_hook = std::env::args_os().nth(1).is_some_and(|verb| verb == "hook");
    guard::install(if is_hook { Profile::Hook } else { Profile::Tool { status: prexec::cli::INTERNAL_ERROR } });
    prexec::cli::run()
}
