//! The `prexec` executable. Everything it does is in the library's `cli`; what must come before is here.

use prexec::guard::{self, CountingAllocator, Profile};
use std::process::ExitCode;

#[global_allocator]
static HEAP: CountingAllocator = CountingAllocator;

fn main() -> ExitCode {
    // Before anything can fail: from here on every fault of a hook is a deny.
    let is_hook = prexec::cli::is_hook(std::env::args_os().skip(1));
    let status = prexec::cli::failure_of(std::env::args_os().skip(1));
    guard::install(if is_hook { Profile::Hook } else { Profile::Tool { status } });
    prexec::cli::run()
}
