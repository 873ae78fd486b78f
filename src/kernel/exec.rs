//! Becoming another program, which reads on standard input what this one has read.

use super::call::call;
use super::files::{self, File};
use super::process::Process;
use crate::world::Errno;
use alloc::{ffi::CString, vec::Vec};
use core::ffi::{CStr, c_char};
use core::ptr;
use linux_raw_sys::errno;
use linux_raw_sys::general as k;

/// Becomes the program at `path`, with these arguments (its name first), the environment of this process, and `input` on standard
/// input. It only comes back where that fails.
pub fn replace(process: &Process, path: &[u8], arguments: &[&CStr], input: &[u8]) -> Errno {
    let ready = put_on_input(input).and_then(|()| files::terminated(path));
    match ready {
        Ok(path) => become_program(process, &path, arguments),
        Err(error) => error,
    }
}

fn become_program(process: &Process, path: &CString, arguments: &[&CStr]) -> Errno {
    let mut list: Vec<*const c_char> = arguments.iter().map(|argument| argument.as_ptr()).collect();
    list.push(ptr::null());
    super::process::no_core_file();
    // SAFETY: strings that end in a zero, in lists that end in a null.
    let answer =
        unsafe { call(k::__NR_execve, [path.as_ptr().addr(), list.as_ptr().addr(), process.environment().addr()]) };
    answer.err().unwrap_or(Errno::INVALID)
}

/// Makes standard input hold these bytes: in a file without a name, or, where there can be none (a limit on the size of files
/// counts for it, too), in a pipe, which has room for an ordinary call.
fn put_on_input(bytes: &[u8]) -> Result<(), Errno> {
    let file = in_memory(bytes).or_else(|_| in_pipe(bytes))?;
    // SAFETY: two descriptors; what standard input was before is closed.
    let moved = unsafe { call(k::__NR_dup3, [file.0, 0, 0]) };
    moved.map(drop)
}

fn in_memory(bytes: &[u8]) -> Result<File, Errno> {
    // SAFETY: a string that ends in a zero.
    let file = File::of(unsafe { call(k::__NR_memfd_create, [c"call".as_ptr().addr(), k::MFD_CLOEXEC as usize]) }?)?;
    write_all(&file, bytes)?;
    // SAFETY: numbers.
    unsafe { call(k::__NR_lseek, [file.0, 0, k::SEEK_SET as usize]) }?;
    Ok(file)
}

fn in_pipe(bytes: &[u8]) -> Result<File, Errno> {
    let mut ends = [0_i32; 2];
    let flags = (k::O_CLOEXEC | k::O_NONBLOCK) as usize;
    // SAFETY: room for two numbers.
    unsafe { call(k::__NR_pipe2, [ends.as_mut_ptr().addr(), flags]) }?;
    let [reader, writer] = ends.map(|end| File::of(usize::try_from(end).unwrap_or(usize::MAX)));
    let (reader, writer) = (reader?, writer?);
    // What does not fit is an error, as nobody reads yet.
    write_all(&writer, bytes)?;
    // SAFETY: numbers; the reader is to wait as for any pipe.
    unsafe { call(k::__NR_fcntl, [reader.0, k::F_SETFL as usize, 0]) }?;
    Ok(reader)
}

fn write_all(file: &File, mut bytes: &[u8]) -> Result<(), Errno> {
    while !bytes.is_empty() {
        // SAFETY: reads as many bytes as there are.
        let written = super::call::uninterrupted(|| unsafe {
            call(k::__NR_write, [file.0, bytes.as_ptr().addr(), bytes.len()])
        })?;
        bytes = bytes.get(written..).filter(|_| written > 0).ok_or(Errno(errno::EIO.cast_signed()))?;
    }
    Ok(())
}
