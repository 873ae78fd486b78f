//! What every path that a glob covers must have: by this it is found among many.

use super::{bytes::Test, nfa::Re};
use alloc::vec::Vec;

/// Alternatives that one glob may have; with more, it could cover anything.
const MAX_ALTERNATIVES: usize = 32;
/// The longest beginning or end of a name that is looked at.
pub(super) const MAX_PART: usize = 24;

/// Something of a path, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// It lies at or below this, from where the glob is anchored.
    Top(Vec<u8>),
    /// One of its names is this.
    Name(Vec<u8>),
    /// One of its names begins so.
    Begins(Vec<u8>),
    /// One of its names ends so.
    Ends(Vec<u8>),
}

/// The marks of each alternative, of which any one may be used; `None` where one has none.
pub(super) fn of(re: &Re) -> Option<Vec<Vec<Mark>>> {
    let mut all = alloc::vec![Vec::new()];
    expand(re, &mut all)?;
    let each = all.iter().map(|items| {
        let marks = of_one(items);
        (!marks.is_empty()).then_some(marks)
    });
    each.collect()
}

/// One place of an alternative: a byte, or anything.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Item {
    Byte(u8),
    Slash,
    /// Something else than one byte.
    Any,
}

fn expand(re: &Re, all: &mut Vec<Vec<Item>>) -> Option<()> {
    let one = |all: &mut Vec<Vec<Item>>, item| all.iter_mut().for_each(|items| items.push(item));
    match re {
        Re::One(Test::Byte(b'/')) => one(all, Item::Slash),
        Re::One(Test::Byte(byte)) => one(all, Item::Byte(byte.to_ascii_lowercase())),
        Re::One(_) | Re::Many(_) | Re::Visible => one(all, Item::Any),
        Re::Seq(parts) => parts.iter().try_for_each(|part| expand(part, all))?,
        Re::Alt(parts) => {
            let before = core::mem::take(all);
            for part in parts {
                let mut branch = before.clone();
                expand(part, &mut branch)?;
                all.extend(branch);
                if all.len() > MAX_ALTERNATIVES {
                    return None;
                }
            }
        }
    }
    Some(())
}

fn of_one(items: &[Item]) -> Vec<Mark> {
    let mut marks = Vec::new();
    let literal = |items: &[Item]| -> Vec<u8> {
        let bytes = items.iter().map_while(|item| match item {
            Item::Byte(byte) => Some(*byte),
            Item::Slash | Item::Any => None,
        });
        bytes.collect()
    };
    let parts: Vec<&[Item]> = items.split(|item| *item == Item::Slash).collect();
    let plain = |part: &&[Item]| part.iter().all(|item| matches!(item, Item::Byte(_)));
    // The first part stands before the first slash: there is none of a normal path.
    if parts.first().is_some_and(|first| first.is_empty()) {
        let top: Vec<u8> = parts
            .iter()
            .skip(1)
            .take_while(|part| plain(part) && !part.is_empty())
            .flat_map(|part| [b"/".as_slice(), &literal(part)].concat())
            .collect();
        if !top.is_empty() {
            marks.push(Mark::Top(top));
        }
    }
    for part in parts.iter().filter(|part| !part.is_empty()) {
        let begin = literal(part);
        if begin.len() == part.len() {
            marks.push(Mark::Name(begin));
            continue;
        }
        let reversed: Vec<Item> = part.iter().rev().copied().collect();
        let mut end = literal(&reversed);
        end.truncate(MAX_PART);
        end.reverse();
        if !end.is_empty() {
            marks.push(Mark::Ends(end));
        }
        if !begin.is_empty() {
            marks.push(Mark::Begins(begin.into_iter().take(MAX_PART).collect()));
        }
    }
    marks
}
