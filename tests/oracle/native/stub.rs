//! The only program that scripts can start, under many names. It appends what it was started as to `/log` and opens nothing else:
//! the number of words, the path that was executed, the directory, and the words, each with a NUL at its end, in one write.
//!
//! It needs neither a library nor a loader, because most of the test's time goes into starting programs. Compiled at test time.
#![no_std]
#![no_main]

use core::arch::{asm, global_asm};
use core::mem::MaybeUninit;

#[cfg(target_arch = "x86_64")]
global_asm!(".globl _start", "_start:", "mov rdi, rsp", "and rsp, -16", "call {main}", main = sym main);
#[cfg(target_arch = "aarch64")]
global_asm!(".globl _start", "_start:", "mov x0, sp", "bl {main}", main = sym main);

#[cfg(target_arch = "x86_64")]
mod number {
    pub const READ: usize = 0;
    pub const WRITE: usize = 1;
    pub const CLOSE: usize = 3;
    pub const WRITEV: usize = 20;
    pub const GETCWD: usize = 79;
    pub const EXIT: usize = 231;
    pub const OPENAT: usize = 257;
}
#[cfg(target_arch = "aarch64")]
mod number {
    pub const READ: usize = 63;
    pub const WRITE: usize = 64;
    pub const CLOSE: usize = 57;
    pub const WRITEV: usize = 66;
    pub const GETCWD: usize = 17;
    pub const EXIT: usize = 94;
    pub const OPENAT: usize = 56;
}

const AT_FDCWD: usize = -100_isize as usize;
/// `O_WRONLY | O_APPEND`.
const APPEND: usize = 0o2001;
/// `AT_EXECFN` of the auxiliary vector.
const EXECUTED_PATH: usize = 31;
/// Most words that are logged; scripts of the test have fewer.
const MAX_WORDS: usize = 1000;

#[cfg(target_arch = "x86_64")]
unsafe fn call(number: usize, a: usize, b: usize, c: usize, d: usize) -> isize {
    let result;
    unsafe {
        asm!("syscall", inlateout("rax") number as isize => result, in("rdi") a, in("rsi") b, in("rdx") c, in("r10") d,
            out("rcx") _, out("r11") _);
    }
    result
}

#[cfg(target_arch = "aarch64")]
unsafe fn call(number: usize, a: usize, b: usize, c: usize, d: usize) -> isize {
    let result;
    unsafe {
        asm!("svc 0", in("x8") number, inlateout("x0") a as isize => result, in("x1") b, in("x2") c, in("x3") d);
    }
    result
}

#[repr(C)]
#[derive(Clone, Copy)]
struct Piece {
    start: *const u8,
    length: usize,
}

/// The text with its NUL.
unsafe fn piece(start: *const u8) -> Piece {
    let mut length = 0;
    while unsafe { start.add(length).read_volatile() } != 0 {
        length += 1;
    }
    Piece { start, length: length + 1 }
}

unsafe fn ends_with(text: Piece, end: &[u8]) -> bool {
    text.length > end.len()
        && (0..end.len()).all(|at| unsafe { *text.start.add(text.length - 1 - end.len() + at) } == end[at])
}

extern "C" fn main(stack: *const usize) -> ! {
    unsafe {
        let count = *stack;
        let words = stack.add(1).cast::<*const u8>();
        let mut at = stack.add(1 + count + 1);
        while *at != 0 {
            at = at.add(1);
        }
        at = at.add(1);
        let mut executed = *words;
        while *at != 0 {
            if *at == EXECUTED_PATH {
                executed = *at.add(1) as *const u8;
            }
            at = at.add(2);
        }
        // Nothing is filled with zeros: that would need a library.
        let mut directory = MaybeUninit::<[u8; 4096]>::uninit();
        call(number::GETCWD, directory.as_mut_ptr() as usize, 4096, 0, 0);
        let logged = if count < MAX_WORDS { count } else { MAX_WORDS };
        let mut digits = [b'0', b'0', b'0', b'0', 0_u8];
        let mut rest = logged;
        for place in [3, 2, 1, 0] {
            digits[place] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        let mut pieces = MaybeUninit::<[Piece; MAX_WORDS + 3]>::uninit();
        let pieces = pieces.as_mut_ptr().cast::<Piece>();
        *pieces = Piece { start: digits.as_ptr(), length: 5 };
        *pieces.add(1) = piece(executed);
        *pieces.add(2) = piece(directory.as_ptr().cast());
        let mut index = 0;
        while index < logged {
            *pieces.add(index + 3) = piece(*words.add(index));
            index += 1;
        }
        let log = call(number::OPENAT, AT_FDCWD, c"/log".as_ptr() as usize, APPEND, 0);
        if log >= 0 {
            call(number::WRITEV, log as usize, pieces as usize, logged + 3, 0);
            // Where standard output was closed the log has its number, and what is said would stand in it.
            call(number::CLOSE, log as usize, 0, 0, 0);
        }
        // A filter, a program that says something, and the two ways to end.
        if count == 1 && ends_with(*pieces.add(1), b"/cat") {
            let mut buffer = MaybeUninit::<[u8; 4096]>::uninit();
            loop {
                let read = call(number::READ, 0, buffer.as_mut_ptr() as usize, 4096, 0);
                if read <= 0 || call(number::WRITE, 1, buffer.as_ptr() as usize, read as usize, 0) != read {
                    break;
                }
            }
        }
        if ends_with(*pieces.add(1), b"/git") {
            call(number::WRITE, 1, b"main\n".as_ptr() as usize, 5, 0);
        }
        let fails = count > 0 && ends_with(*pieces.add(logged + 2), b"fail");
        call(number::EXIT, usize::from(fails), 0, 0, 0);
    }
    loop {}
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
