use super::super::{Limits, dump, parse};
use std::string::String;

pub(super) fn tree(script: &str) -> String {
    dump(&parse(script, &Limits::default()).unwrap())
}

#[test]
fn smoke() {
    std::println!("{}", tree("git push; a && b | c 2>&1 &\nx=1 echo \"$x\" $(ls) {a,b} `b \\`c\\``"));
}
