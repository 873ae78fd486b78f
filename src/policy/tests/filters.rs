//! What options keep a recursive reader from.

use crate::effect::{Filter, Says};
use crate::policy::filtered::Filtered;
use alloc::vec::Vec;

fn filtered(filters: &[(&str, Says)]) -> Filtered {
    let all = filters.iter().map(|(pattern, says)| Filter { pattern: (*pattern).into(), says: *says });
    Filtered::new(&all.collect::<Vec<_>>())
}

#[test]
fn a_directory_is_closed_by_its_name_or_one_above() {
    let filters = filtered(&[("out", Says::NoDirectory), ("*.d", Says::Nothing), ("keep", Says::NoFile)]);
    for (rest, closed) in [
        ("/out", true),
        ("/a/out", true),
        ("/out/b", true),
        ("/a.d/b", true),
        ("//out//", true),
        ("/outer/b", false),
        ("/keep", false),
        ("/", false),
        ("", false),
    ] {
        assert_eq!(filters.closes(rest.as_bytes()), closed, "{rest}");
    }
    assert!(!filtered(&[]).closes(b"/a"));
}

#[test]
fn a_file_is_passed_over_by_its_name_or_a_directory_s() {
    let (file, directory) = (false, true);
    let out = &[("out", Says::NoDirectory)][..];
    let log = &[("*.log", Says::NoFile)][..];
    let both = &[("*.d", Says::Nothing)][..];
    let only = &[("*.c", Says::File)][..];
    let except = &[("*.c", Says::File), ("a*", Says::NoFile)][..];
    let again = &[("a*", Says::NoFile), ("*.c", Says::File)][..];
    let shut = &[("out", Says::NoDirectory), ("*.c", Says::File)][..];
    for (filters, rest, what, covered) in [
        (out, "/out", directory, true),
        // What has the name of such a directory and is a file is read.
        (out, "/out", file, false),
        (out, "/out/a", file, true),
        (out, "/out/a", directory, true),
        (out, "/a/b", file, false),
        (out, "/a", directory, false),
        (log, "/x.log", file, true),
        (log, "/a/x.log", file, true),
        // Only single files have such a name.
        (log, "/x.log/a", file, false),
        (log, "/a", file, false),
        (both, "/x.d", file, true),
        (both, "/x.d", directory, true),
        (both, "/x.d/a", file, true),
        (only, "/a.c", file, false),
        (only, "/a.h", file, true),
        (only, "/a.c/b.h", file, true),
        // The last that speaks of a name counts; where none does, whether the first asks for some.
        (except, "/a.c", file, true),
        (except, "/b.c", file, false),
        (except, "/b.h", file, true),
        (again, "/a.c", file, false),
        (again, "/a.h", file, true),
        (again, "/b.h", file, false),
        (shut, "/b.h", file, true),
        (shut, "/b.c", file, false),
        (shut, "/out/b.c", file, true),
        (&[], "/a", file, false),
        (only, "/", directory, false),
        (only, "", file, false),
    ] {
        assert_eq!(filtered(filters).covers(rest.as_bytes(), what), covered, "{rest} {what} {filters:?}");
    }
}

#[test]
fn a_pattern_that_cannot_be_read_passes_nothing_over() {
    let filters = filtered(&[("[", Says::NoFile), ("[", Says::NoDirectory), ("[", Says::Nothing)]);
    assert!(!filters.covers(b"/a", false) && !filters.closes(b"/a"));
    // It may ask for any file.
    assert!(!filtered(&[("[", Says::File)]).covers(b"/a", false));
}
