//! Names that programs make up below the directories for temporary files.

use super::{below, components};

/// Directories for temporary files that everybody may write to (hier(7); the last two: Darwin).
pub const PLACES: [&[u8]; 5] = [b"/tmp", b"/var/tmp", b"/dev/shm", b"/private/tmp", b"/private/var/tmp"];

/// Whether a name that a program makes up ([`Value::Name`](crate::effect::Value::Name)) may be nothing instead, because making it failed.
///
/// A name that is not absolute is none of a file that is made. Right below a directory for temporary files making one does not fail
/// while that directory is there, which is looked at where the name is taken for one; that the file system is full is not reckoned
/// with.
pub fn may_be_nothing(name: &[u8]) -> bool {
    name.starts_with(b"/") && place(name).is_none()
}

/// The directory for temporary files that the name is made up in.
pub fn place(name: &[u8]) -> Option<&'static [u8]> {
    PLACES.into_iter().find(|place| {
        let made_up = below(name, place).and_then(|rest| components(rest).next());
        made_up.is_some_and(|first| first.contains(&b'['))
    })
}

#[cfg(test)]
mod tests {
    use super::may_be_nothing;

    #[test]
    fn right_below_a_directory_for_temporary_files_a_name_is_made() {
        for certain in ["/tmp/x.[0-9]", "/var/tmp/[a-z]/b", "/dev/shm/x[a-z].c", "x/[0-9]*", "log-[0-9]*"] {
            assert!(!may_be_nothing(certain.as_bytes()), "{certain}");
        }
        for perhaps in ["/tmp/a/x.[0-9]", "/tmpx/[0-9]", "/tmp", "/tmp[0-9]/x", "/v/[a-z]", "/home/u/[0-9]/x"] {
            assert!(may_be_nothing(perhaps.as_bytes()), "{perhaps}");
        }
    }
}
