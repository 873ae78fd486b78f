//! Standard input, output and error.

use super::call::{call, uninterrupted};
use crate::world::Errno;
use alloc::{vec, vec::Vec};
#[cfg(bare)]
use core::mem::MaybeUninit;
use linux_raw_sys::errno;
use linux_raw_sys::general as k;

/// Standard input.
const INPUT: usize = 0;
/// Bytes that are read at first: most calls are smaller.
const FIRST: usize = 8 << 10;

/// All of standard input, up to `most` bytes. One that is closed is empty.
///
/// # Errors
/// As read(2) says.
pub fn read_input(most: usize) -> Result<Vec<u8>, Errno> {
    let (mut input, mut length) = (vec![0; FIRST.min(most)], 0);
    loop {
        let room = input.get_mut(length..).unwrap_or_default();
        // SAFETY: as much room as is said.
        let read = uninterrupted(|| unsafe { call(k::__NR_read, [INPUT, room.as_mut_ptr().addr(), room.len()]) });
        match read {
            Ok(0) => break,
            Ok(more) => length = length.saturating_add(more),
            Err(Errno(number)) if number.cast_unsigned() == errno::EBADF => break,
            Err(error) => return Err(error),
        }
        if length == input.len() {
            if length == most {
                break;
            }
            input.resize(length.saturating_mul(4).min(most), 0);
        }
    }
    input.truncate(length);
    input.shrink_to_fit(); // what comes next is on the same page
    Ok(input)
}

/// What poll(2) is asked for, in the width of its structure.
#[cfg(bare)]
#[expect(clippy::cast_possible_truncation, reason = "a small number")]
const WRITABLE: i16 = k::POLLOUT as i16;

/// What poll(2) says of one descriptor.
#[cfg(bare)]
pub(crate) enum Poll {
    /// It can be written.
    Writable,
    /// The time is over, or a signal came.
    Nothing,
}

/// Asks about descriptors; waits for at most `ms` milliseconds. Gives how many have something to say.
fn ask(streams: &mut [k::pollfd], ms: u32) -> Result<usize, Errno> {
    let time = k::__kernel_timespec { tv_sec: i64::from(ms / 1000), tv_nsec: i64::from(ms % 1000) * 1_000_000 };
    let arguments = [streams.as_mut_ptr().addr(), streams.len(), (&raw const time).addr(), 0, 0];
    // SAFETY: so many valid entries, a valid time, and no signal mask.
    unsafe { call(k::__NR_ppoll, arguments) }
}

/// Waits for at most `ms` milliseconds until a stream can be written.
#[cfg(bare)]
pub(crate) fn poll(stream: i32, ms: u32) -> Poll {
    let mut one = [k::pollfd { fd: stream, events: WRITABLE, revents: 0 }];
    match ask(&mut one, ms) {
        Ok(1..) => Poll::Writable,
        // Where no file is permitted at all, poll refuses what write still does.
        Err(Errno(number)) if number.cast_unsigned() == errno::EINVAL => Poll::Writable,
        _ => Poll::Nothing,
    }
}

/// Lets so many milliseconds pass.
pub fn pause(ms: u32) {
    let _ = ask(&mut [], ms);
}

/// Writes what there is room for; none where that fails for good, 0 where it may be tried again.
#[cfg(bare)]
pub(crate) fn write(stream: i32, bytes: &[u8]) -> Option<usize> {
    let stream = usize::try_from(stream).ok()?;
    // SAFETY: reads as many bytes as there are.
    match unsafe { call(k::__NR_write, [stream, bytes.as_ptr().addr(), bytes.len()]) } {
        Ok(0) => None,
        Ok(length) => Some(length),
        Err(Errno(number)) if [errno::EINTR, errno::EAGAIN].contains(&number.cast_unsigned()) => Some(0),
        Err(_) => None,
    }
}

/// Whether a stream is `/dev/null`: writing to it succeeds and reaches nobody.
#[cfg(bare)]
pub(crate) fn is_null_device(stream: i32) -> bool {
    /// Its numbers, which Linux gives to no other device.
    const NULL: (u32, u32) = (1, 3);
    let Ok(stream) = usize::try_from(stream) else { return false };
    let mut found = MaybeUninit::<k::statx>::uninit();
    let arguments = [
        stream,
        c"".as_ptr().addr(),
        k::AT_EMPTY_PATH as usize,
        k::STATX_BASIC_STATS as usize,
        found.as_mut_ptr().addr(),
    ];
    // SAFETY: an empty string, and room for the answer, which is read only where the call filled it in.
    let found = unsafe {
        if call(k::__NR_statx, arguments).is_err() {
            return false;
        }
        found.assume_init()
    };
    u32::from(found.stx_mode) & k::S_IFMT == k::S_IFCHR && (found.stx_rdev_major, found.stx_rdev_minor) == NULL
}
