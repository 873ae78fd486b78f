//! Reads the text of a pathname expansion that is not carried out, as every shell that may run it could.
//!
//! What comes out is a superset of what the shell could make of it: `?` is a character of any number of bytes, a range of
//! letters is taken without case and with all letters outside ASCII (locales sort like that), named classes and quoted bytes
//! in brackets are any text without `/`, and so are the extended groups `@(..)`, `?(..)`, `*(..)`, `+(..)` and `!(..)`. A
//! leading `.` is matched by a written `.` and by extended groups only, as in bash, dash and zsh when they start: what changes
//! that (`dotglob`, `GLOBIGNORE`, `globdots`) makes the whole script unknown elsewhere. `nocaseglob` is not assumed.

use super::{
    bytes::{ByteSet, Test},
    nfa::Re,
};
use alloc::{vec, vec::Vec};

/// One component of the text.
pub(super) struct Component {
    /// What it may match.
    pub(super) parts: Vec<Re>,
    /// The bytes that it stands for where nothing matches.
    pub(super) literal: Vec<u8>,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// No operator in it.
    Plain,
    /// It begins with `*` or `?`.
    Open,
    /// It has an operator, and begins with something else.
    Other,
    /// `**` alone: any number of components where the shell is set so.
    Deep,
}

/// The components of a text, empty ones included; none where a group holds a `/` or does not end.
pub(super) fn components(text: &[u8]) -> Option<Vec<Component>> {
    let mut all = Vec::new();
    let mut reader = Reader { parts: Vec::new(), literal: Vec::new(), kind: None, stars: 0, hides: false };
    let mut rest = text;
    loop {
        rest = match rest {
            [] => break,
            [b'/', tail @ ..] | [b'\\', b'/', tail @ ..] => {
                all.push(reader.finish());
                tail
            }
            [b'?' | b'*' | b'+' | b'@' | b'!', b'(', ..] | [b'(', ..] => {
                let (group, tail) = rest.split_at_checked(group_length(rest)?)?;
                reader.operator(group, Kind::Other, vec![Re::Many(Test::NotSlash)]);
                tail
            }
            [b'*', tail @ ..] => {
                reader.hides |= reader.literal.is_empty();
                reader.operator(b"*", Kind::Open, vec![Re::Many(Test::NotSlash)]);
                reader.stars += 1;
                tail
            }
            [b'?', tail @ ..] => {
                reader.hides |= reader.literal.is_empty();
                reader.operator(b"?", Kind::Open, vec![Re::One(Test::NotSlash), Re::Many(OUTSIDE_ASCII)]);
                tail
            }
            [b'[', tail @ ..] => {
                if let Some((parts, length)) = bracket(tail) {
                    let (inside, tail) = tail.split_at_checked(length)?;
                    reader.hides |= reader.literal.is_empty();
                    reader.operator(&[b"[", inside].concat(), Kind::Other, parts);
                    tail
                } else {
                    reader.literal(b'[');
                    tail
                }
            }
            // Quoted, or a byte like any other.
            [b'\\', byte, tail @ ..] | [byte, tail @ ..] => {
                reader.literal(*byte);
                tail
            }
        };
    }
    all.push(reader.finish());
    Some(all)
}

const OUTSIDE_ASCII: Test = Test::Class { set: ByteSet::ASCII, negated: true };

struct Reader {
    parts: Vec<Re>,
    literal: Vec<u8>,
    kind: Option<Kind>,
    stars: usize,
    /// It begins with an operator that does not match a leading `.`.
    hides: bool,
}

impl Reader {
    fn literal(&mut self, byte: u8) {
        self.parts.push(Re::One(Test::Byte(byte)));
        self.literal.push(byte);
    }

    fn operator(&mut self, text: &[u8], kind: Kind, parts: Vec<Re>) {
        let begins = self.parts.is_empty();
        // Two in a row are as good as one, and each of many would be a beginning of its own to all that follow.
        let any = |part: Option<&Re>| matches!(part, Some(Re::Many(Test::NotSlash)));
        if !(any(self.parts.last()) && any(parts.first()) && parts.len() == 1) {
            self.parts.extend(parts);
        }
        self.literal.extend_from_slice(text);
        let kind = if begins { kind } else { Kind::Other };
        self.kind.get_or_insert(kind);
    }

    fn finish(&mut self) -> Component {
        let kind = match self.kind.take() {
            Some(_) if self.stars > 1 && self.stars == self.literal.len() => Kind::Deep,
            kind => kind.unwrap_or(Kind::Plain),
        };
        self.stars = 0;
        let mut parts = core::mem::take(&mut self.parts);
        if core::mem::take(&mut self.hides) {
            parts = vec![Re::Alt(not_hidden(&parts))];
        }
        Component { parts, literal: core::mem::take(&mut self.literal), kind }
    }
}

/// The ways to match `parts` without a `.` at the beginning.
fn not_hidden(parts: &[Re]) -> Vec<Re> {
    let mut ways = Vec::new();
    let mut rest = parts;
    while let Some((first, tail)) = rest.split_first() {
        let begin = |test: &Test, more: &[Re]| {
            let first = Re::One(without_dot(test));
            Re::Seq(core::iter::once(first).chain(more.iter().cloned()).collect())
        };
        match first {
            Re::One(Test::Byte(b'.')) => return ways,
            Re::One(test) if !matches!(test, Test::Byte(_)) => {
                ways.push(begin(test, tail));
                return ways;
            }
            Re::Many(test) => {
                // At least one of it, or none and the rest begins.
                ways.push(begin(test, rest));
                rest = tail;
            }
            // No operator is made of the last three; if one ever is, nothing is left out.
            Re::One(_) | Re::Seq(_) | Re::Alt(_) | Re::Visible => {
                ways.push(Re::Seq(rest.to_vec()));
                return ways;
            }
        }
    }
    ways.push(Re::EMPTY);
    ways
}

/// The same test, but for a `.`.
fn without_dot(test: &Test) -> Test {
    let mut set = ByteSet::EMPTY;
    for byte in 0..=u8::MAX {
        if byte != b'.' && test.accepts(byte, false) {
            set.insert(byte);
        }
    }
    Test::Class { set, negated: false }
}

/// The length of an extended group with its operator; none where it holds a `/` or does not end.
fn group_length(text: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quoted = false;
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'/' => return None,
            _ if quoted => quoted = false,
            b'\\' => quoted = true,
            b'(' => depth += 1,
            b')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// What a bracket expression matches and its length up to and with its `]`, from after its `[`; none where the `[` is a byte
/// like any other.
fn bracket(text: &[u8]) -> Option<(Vec<Re>, usize)> {
    let anything = || vec![Re::One(Test::NotSlash), Re::Many(Test::NotSlash)];
    let negated = matches!(text.first(), Some(b'!' | b'^'));
    let mut at = usize::from(negated);
    let mut items: Vec<u8> = Vec::new();
    let mut odd = false;
    loop {
        match text.get(at..)? {
            [] | [b'/', ..] | [b'\\', b'/', ..] | [b'\\'] => return None,
            [b'\\', _, ..] => {
                odd = true;
                items.push(b'\\');
                at += 2;
            }
            [b'[', mark @ (b':' | b'.' | b'='), tail @ ..] => {
                let component = tail.split(|b| *b == b'/').next().unwrap_or_default();
                let Some(length) = component.windows(2).position(|two| two == [*mark, b']']) else {
                    // Shells differ in where this ends.
                    return Some((vec![Re::Many(Test::NotSlash)], at + 2 + component.len()));
                };
                odd = true;
                items.push(b'[');
                at += 2 + length + 2;
            }
            [b']', ..] if !items.is_empty() => break,
            [byte, ..] => {
                items.push(*byte);
                at += 1;
            }
        }
    }
    let parts = if odd { anything() } else { members(&items, negated).unwrap_or_else(anything) };
    Some((parts, at + 1))
}

/// What plain members of a bracket match; none where that depends on the locale too much.
fn members(items: &[u8], negated: bool) -> Option<Vec<Re>> {
    let mut set = ByteSet::EMPTY;
    // A negated bracket matches every letter outside ASCII, a range may match some.
    let mut outside = negated;
    let mut rest = items;
    loop {
        rest = match rest {
            [] => break,
            [low, b'-', high, tail @ ..] => {
                let alike = |of: fn(&u8) -> bool| of(low) && of(high);
                if !alike(u8::is_ascii_digit) && !alike(u8::is_ascii_lowercase) && !alike(u8::is_ascii_uppercase) {
                    return None;
                }
                let mut range = ByteSet::EMPTY;
                range.insert_range(*low, *high);
                set = set.or(&if negated { range } else { range.folded() });
                outside = true;
                tail
            }
            [byte, tail @ ..] if byte.is_ascii() => {
                set.insert(*byte);
                tail
            }
            _ => return None,
        };
    }
    if negated {
        set.insert(b'/');
        set = set.or(&ByteSet::ASCII.not());
    }
    let one = Re::One(Test::Class { set, negated });
    let several = Re::Seq(vec![Re::One(OUTSIDE_ASCII), Re::Many(OUTSIDE_ASCII)]);
    Some(vec![if outside { Re::Alt(vec![one, several]) } else { one }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_in_a_row_that_may_be_anything_are_one() {
        for text in [&b"s****"[..], b"s@(a)*+(b)!(c)", b"s**?(x)*"] {
            let [one] = components(text).unwrap().try_into().ok().unwrap();
            assert!(
                matches!(one.parts.as_slice(), [Re::One(_), Re::Many(Test::NotSlash)]),
                "{text:?}: {:?}",
                one.parts
            );
            assert_eq!((one.literal.as_slice(), one.kind), (text, Kind::Other));
        }
        let kinds = |text| components(text).unwrap().iter().map(|one| one.kind).collect::<Vec<_>>();
        assert_eq!(kinds(b"***/*/*a"), [Kind::Deep, Kind::Open, Kind::Open]);
    }
}
