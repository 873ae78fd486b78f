//! What time it is.

use super::call::call;
use linux_raw_sys::general as k;

/// Seconds since 1970; none where the kernel does not say.
pub fn now() -> Option<u64> {
    let mut time = k::__kernel_timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: a valid structure, which the kernel fills in, and the number of a clock.
    unsafe { call(k::__NR_clock_gettime, [k::CLOCK_REALTIME as usize, (&raw mut time).addr()]) }.ok()?;
    u64::try_from(time.tv_sec).ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_is_the_same_time_as_for_the_standard_library() {
        let before = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let now = super::now().unwrap();
        assert!((before..before + 60).contains(&now), "{before} {now}");
    }
}
