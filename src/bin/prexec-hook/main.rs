//! What Codex starts for every call: `prexec hook` as an executable of its own. One name, two builds (see build.rs): on Linux,
//! built without the verbs for people, it has no C library, and what the kernel needs to start it stands in `start`. Everything else
//! is in the library, and the same for both.
#![cfg_attr(bare, no_std, no_main)]

#[cfg(bare)]
mod memory;
#[cfg(bare)]
mod start;

#[cfg(all(not(bare), feature = "admin"))]
#[global_allocator]
static HEAP: prexec::guard::CountingAllocator = prexec::guard::CountingAllocator;

#[cfg(all(not(bare), feature = "admin"))]
fn main() {
    prexec::guard::install(prexec::guard::Profile::Hook);
    prexec::cli::run_hook()
}

#[cfg(not(any(bare, feature = "admin")))]
compile_error!("on this system `prexec-hook` needs the feature `admin`");
