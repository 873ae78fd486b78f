//! The one instruction, and what its answer means.

use crate::world::Errno;
use core::arch::asm;

/// The largest number of an error.
const MOST: isize = 4095;

/// Asks the kernel; arguments beyond those that are given are 0.
///
/// # Safety
///
/// The arguments must be what system call `number` expects: addresses of memory that is valid for what it does with it.
pub(super) unsafe fn call<const N: usize>(number: u32, arguments: [usize; N]) -> Result<usize, Errno> {
    let mut all = [0; 6];
    for (slot, argument) in all.iter_mut().zip(arguments) {
        *slot = argument;
    }
    // SAFETY: the caller vouches for the arguments.
    let answer = unsafe { instruction(number, all) };
    if (-MOST..0).contains(&answer) {
        Err(Errno(i32::try_from(-answer).unwrap_or(i32::MAX)))
    } else {
        Ok(answer.cast_unsigned())
    }
}

/// # Safety
///
/// As for [`call`].
unsafe fn instruction(number: u32, arguments: [usize; 6]) -> isize {
    let [first, second, third, fourth, fifth, sixth] = arguments;
    let answer: isize;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the kernel changes rax, rcx and r11 only, and what the arguments point to.
    unsafe {
        asm!("syscall", inlateout("rax") number as usize => answer, in("rdi") first, in("rsi") second, in("rdx") third,
            in("r10") fourth, in("r8") fifth, in("r9") sixth, lateout("rcx") _, lateout("r11") _, options(nostack));
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: the kernel changes x0 only, and what the arguments point to.
    unsafe {
        asm!("svc 0", in("x8") number as usize, inlateout("x0") first => answer, in("x1") second,
            in("x2") third, in("x3") fourth, in("x4") fifth, in("x5") sixth, options(nostack));
    }
    answer
}

/// The same again while a signal interrupts it.
pub(super) fn uninterrupted(mut ask: impl FnMut() -> Result<usize, Errno>) -> Result<usize, Errno> {
    loop {
        match ask() {
            Err(Errno(number)) if number.cast_unsigned() == linux_raw_sys::errno::EINTR => {}
            answer => return answer,
        }
    }
}
