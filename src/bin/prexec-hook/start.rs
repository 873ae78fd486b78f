//! The first instruction, and what the compiler expects of a program without a runtime.
#![allow(unsafe_code, reason = "nobody else can do what is done before a program has a stack it knows")]

use core::arch::naked_asm;
use core::panic::PanicInfo;
use prexec::guard::{self, CountingAllocator, Profile};
use prexec::{hook, kernel::Process};

#[global_allocator]
static HEAP: CountingAllocator = CountingAllocator;

/// Where the kernel begins. It leaves everything about the process on the stack, and no address to return to: the address of the
/// stack becomes the one argument of [`begin`], and the register that points to the caller's frame is 0, as there is none.
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn _start() -> ! {
    #[cfg(target_arch = "x86_64")]
    naked_asm!("xor ebp, ebp", "mov rdi, rsp", "and rsp, -16", "call {begin}", "ud2", begin = sym begin);
    #[cfg(target_arch = "aarch64")]
    naked_asm!("mov x29, xzr", "mov x30, xzr", "mov x0, sp", "b {begin}", begin = sym begin);
}

/// # Safety
///
/// Only [`_start`] calls it, once, with the stack as the kernel left it.
unsafe extern "C" fn begin(stack: *const usize) -> ! {
    // Before anything can fail: from here on every fault is a deny.
    guard::install(Profile::Hook);
    // SAFETY: the stack of a new process, which nobody changes.
    let process = unsafe { Process::of(stack) };
    #[cfg(feature = "fault-injection")]
    guard::arm_by(&process);
    hook::alone::run(process)
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    guard::panicked(info)
}

// The library `core` comes compiled for programs that unwind, and names these two. This one aborts instead: nothing calls them.

#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() -> ! {
    prexec::kernel::exit(2)
}

#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() -> ! {
    prexec::kernel::exit(2)
}

/// On aarch64 what the compiler brings along asks this, before `main`, whether the processor has newer atomic instructions. Nothing
/// here runs before [`begin`]; if anything did, the answer would be that it knows of nothing.
#[cfg(target_arch = "aarch64")]
#[unsafe(no_mangle)]
extern "C" fn getauxval(_: usize) -> usize {
    0
}
