//! Loaded into a shell before its `main`: forks one copy of the process for each script and calls `main` there as if it had been
//! started with `-c SCRIPT`. Saves the start of the process (most of a short script's time); all of the shell's own start still
//! happens once per script. Compiled at test time as a shared library.
//!
//! Requests come on standard input: a length (four bytes, little endian) and that many bytes of script. One byte on standard
//! output answers when the shell and all that it started have ended. The scripts themselves get `/stdin` and `/dev/null`.
#![no_std]

use core::ffi::{c_char, c_int, c_void};

type Main = extern "C" fn(c_int, *mut *mut c_char, *mut *mut c_char) -> c_int;
type Start = extern "C" fn(
    Main,
    c_int,
    *mut *mut c_char,
    Option<extern "C" fn()>,
    Option<extern "C" fn()>,
    Option<extern "C" fn()>,
    *mut c_void,
) -> c_int;

const REQUESTS: c_int = 198;
const ANSWERS: c_int = 199;
const MAX_SCRIPT: usize = 1 << 20;

#[link(name = "c")]
unsafe extern "C" {
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
    fn read(descriptor: c_int, to: *mut c_void, length: usize) -> isize;
    fn write(descriptor: c_int, from: *const c_void, length: usize) -> isize;
    fn open(path: *const c_char, flags: c_int, ...) -> c_int;
    fn dup2(from: c_int, to: c_int) -> c_int;
    fn close(descriptor: c_int) -> c_int;
    fn fork() -> c_int;
    fn waitpid(process: c_int, status: *mut c_int, options: c_int) -> c_int;
    fn prctl(option: c_int, ...) -> c_int;
    fn setpgid(process: c_int, group: c_int) -> c_int;
    fn strncmp(a: *const c_char, b: *const c_char, length: usize) -> c_int;
    fn _exit(status: c_int) -> !;
}

static mut MAIN: Option<Main> = None;
static mut SCRIPT: [u8; MAX_SCRIPT] = [0; MAX_SCRIPT];

unsafe fn read_exactly(to: *mut u8, length: usize) -> bool {
    let mut done = 0;
    while done < length {
        let got = unsafe { read(REQUESTS, to.add(done).cast(), length - done) };
        if got <= 0 {
            return false;
        }
        done += got as usize;
    }
    true
}

/// Takes `LD_PRELOAD` out of the environment; by hand, because bash has an `unsetenv` of its own.
unsafe fn forget_preload(environment: *mut *mut c_char) {
    let (mut from, mut to) = (environment, environment);
    unsafe {
        while !(*from).is_null() {
            if strncmp(*from, c"LD_PRELOAD=".as_ptr(), 11) != 0 {
                *to = *from;
                to = to.add(1);
            }
            from = from.add(1);
        }
        *to = core::ptr::null_mut();
    }
}

extern "C" fn serve(_: c_int, words: *mut *mut c_char, environment: *mut *mut c_char) -> c_int {
    unsafe {
        forget_preload(environment);
        dup2(0, REQUESTS);
        dup2(1, ANSWERS);
        let nowhere = open(c"/dev/null".as_ptr(), 2);
        for standard in 0..3 {
            dup2(nowhere, standard);
        }
        close(nowhere);
        // PR_SET_CHILD_SUBREAPER: what a script leaves behind comes here.
        prctl(36, 1_usize, 0_usize, 0_usize, 0_usize);
        loop {
            let mut header = [0_u8; 4];
            if !read_exactly(header.as_mut_ptr(), 4) {
                _exit(0);
            }
            let length = u32::from_le_bytes(header) as usize;
            let script = (&raw mut SCRIPT).cast::<u8>();
            if length >= MAX_SCRIPT || !read_exactly(script, length) {
                _exit(1);
            }
            *script.add(length) = 0;
            if fork() == 0 {
                setpgid(0, 0);
                close(0);
                open(c"/stdin".as_ptr(), 0);
                close(REQUESTS);
                close(ANSWERS);
                // zsh writes into its words.
                let mut option = *b"-c\0";
                let mut argv = [*words, option.as_mut_ptr().cast(), script.cast(), core::ptr::null_mut()];
                let Some(main) = MAIN else { _exit(1) };
                return main(3, argv.as_mut_ptr(), environment);
            }
            let mut status = 0;
            while waitpid(-1, &mut status, 0) > 0 {}
            if write(ANSWERS, b".".as_ptr().cast(), 1) != 1 {
                _exit(1);
            }
        }
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn __libc_start_main(
    main: Main,
    count: c_int,
    words: *mut *mut c_char,
    init: Option<extern "C" fn()>,
    fini: Option<extern "C" fn()>,
    rtld_fini: Option<extern "C" fn()>,
    stack_end: *mut c_void,
) -> c_int {
    unsafe {
        MAIN = Some(main);
        // RTLD_NEXT
        let next = dlsym(-1_isize as *mut c_void, c"__libc_start_main".as_ptr());
        let next: Start = core::mem::transmute(next);
        next(serve, count, words, init, fini, rtld_fini, stack_end)
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
