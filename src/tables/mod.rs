//! What is known of programs: which words of a command are read, written, run or contacted.
//!
//! The knowledge is data under `policies/tables/` that an administrator can read and extend. The build step turns it into one
//! binary table that is used in place: a lookup is a hash and a few bounds-checked reads, and nothing is decoded at start.
//! Damaged bytes never panic; a record that cannot be read is a program that is not known.

#[cfg(any(feature = "admin", test))]
pub mod decode;
#[cfg(any(feature = "admin", test))]
pub mod encode;
pub mod git;
pub mod languages;
#[allow(unreachable_pub, reason = "the build step includes it as well")]
mod layout;
pub mod pairs;
pub mod secrets;
#[cfg(any(feature = "admin", test))]
pub mod source;
pub mod words;

mod program;

use core::cmp::Ordering;
pub use program::{Abbreviated, OptionSpec, Program};
use words::{Runs, VariableRole};

/// The table that the build step made of `policies/tables/`.
static BUILT_IN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/tables.bin"));

/// The built-in table, with the entries of policies before it.
#[derive(Clone, Copy, Debug)]
pub struct Tables<'a> {
    added: &'a [&'a [u8]],
    base: Bytes<'a>,
}

impl Tables<'static> {
    /// The knowledge that prexec comes with.
    pub fn built_in() -> Self {
        Self::new(BUILT_IN)
    }
}

impl<'a> Tables<'a> {
    /// A table made by [`encode::encode`].
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { added: &[], base: Bytes::of_table(bytes) }
    }

    /// The same with other tables whose rows go before; those of the first table before all others.
    #[must_use]
    pub fn with_added(self, tables: &'a [&'a [u8]]) -> Self {
        Self { added: tables, ..self }
    }

    fn all(&self) -> impl Iterator<Item = Bytes<'a>> + use<'a> {
        self.added.iter().map(|bytes| Bytes::of_table(bytes)).chain([self.base])
    }

    /// The row of a program by its basename, or of a subcommand by `git push`.
    pub fn program(&self, name: &[u8]) -> Option<Program<'a>> {
        let added = self.added.iter().find_map(|bytes| Bytes::of_table(bytes).program(name));
        added.or_else(|| self.base.program(name))
    }

    /// The row of an interpreter or shell under a name with a version (`python3.12`, `lua5.4`), or of a loader.
    pub fn program_by_family(&self, name: &[u8]) -> Option<Program<'a>> {
        let loader = name.starts_with(b"ld-") || name.starts_with(b"ld64") || name == b"ld.so";
        if loader && name.windows(3).any(|w| w == b".so") {
            return self.program(b"ld.so");
        }
        let end = name.iter().rposition(|b| !b.is_ascii_digit() && !matches!(b, b'.' | b'-'))?;
        let family = self.program(name.get(..=end)?)?;
        matches!(family.runs(), Runs::Interpreter | Runs::Shell | Runs::Repl).then_some(family)
    }

    /// How setting the variable is judged; `None` where nothing is known of it.
    pub fn variable(&self, name: &[u8]) -> Option<VariableRole> {
        self.all().find_map(|table| table.variable(name))
    }

    /// Number of programs and subcommands.
    pub fn len(&self) -> usize {
        self.all().map(|table| table.programs().count()).sum()
    }

    /// Whether it knows nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every row, in the order of the names; a policy's own rows first.
    pub fn programs(&self) -> impl Iterator<Item = Program<'a>> + use<'a> {
        self.all().flat_map(Bytes::programs)
    }
}

/// Bounds-checked access to the bytes of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn slice(self, at: usize, len: usize) -> Option<&'a [u8]> {
        self.0.get(at..at.checked_add(len)?)
    }

    fn u8(self, at: usize) -> Option<u8> {
        self.0.get(at).copied()
    }

    fn u16(self, at: usize) -> Option<u16> {
        self.slice(at, 2)?.try_into().ok().map(u16::from_le_bytes)
    }

    fn u32(self, at: usize) -> Option<usize> {
        let n = self.slice(at, 4)?.try_into().ok().map(u32::from_le_bytes)?;
        usize::try_from(n).ok()
    }

    /// Nothing, where it is no table.
    fn of_table(bytes: &'a [u8]) -> Self {
        Self(if bytes.starts_with(layout::MAGIC) { bytes } else { &[] })
    }

    fn header(self, field: usize) -> Option<usize> {
        self.u32(layout::MAGIC.len() + field * 4)
    }

    /// Text by its offset in the text block.
    fn text(self, at: usize, len: usize) -> Option<&'a [u8]> {
        self.slice(self.header(4)?.checked_add(at)?, len)
    }

    fn program(self, name: &[u8]) -> Option<Program<'a>> {
        let (slots, count) = (self.header(0)?, self.header(1)?);
        let mask = count.checked_sub(1)?;
        let mut slot = layout::hash(name) as usize & mask;
        // At most every slot once, so that a damaged table without an empty slot ends as well.
        for _ in 0..count.min(self.0.len()) {
            let record = self.u32(slots.checked_add(slot.checked_mul(4)?)?)?;
            if record == 0 {
                return None;
            }
            let program = Program::at(self, record)?;
            if program.name() == name {
                return Some(program);
            }
            slot = (slot + 1) & mask;
        }
        None
    }

    fn programs(self) -> impl Iterator<Item = Program<'a>> {
        let count = self.header(6).unwrap_or(0);
        (0..count).map_while(move |n| Program::at(self, layout::HEADER.checked_add(n.checked_mul(layout::PROGRAM)?)?))
    }

    fn variable(self, name: &[u8]) -> Option<VariableRole> {
        // The keys that begin as the name does become fewer with each byte. The name itself counts first, then its longest family;
        // no family reaches into a value, which may be long.
        let longest = name.iter().position(|b| *b == b'=').unwrap_or(name.len());
        let (mut low, mut high) = (0, self.header(3)?.min(self.0.len()));
        let mut family = None;
        for length in 0..=name.len() {
            let byte = |key: &[u8]| key.get(length).copied();
            let (first, role) = if low < high { self.variable_at(low)? } else { break };
            if length == name.len() && first.len() == length && role.is_some() {
                return role;
            }
            if length <= longest && byte(first) <= Some(b'*') {
                let star = self.first_variable((low, high), |key| byte(key).cmp(&Some(b'*')))?;
                let starred = (star < high).then(|| self.variable_at(star)).flatten();
                let starred = starred.filter(|(key, _)| byte(key) == Some(b'*') && key.len() == length + 1);
                family = starred.and_then(|(_, role)| role).or(family);
            }
            let Some(next) = name.get(length) else { break };
            low = self.first_variable((low, high), |key| byte(key).cmp(&Some(*next)))?;
            let after = |key: &[u8]| if byte(key) > Some(*next) { Ordering::Greater } else { Ordering::Less };
            high = self.first_variable((low, high), after)?;
        }
        family
    }

    /// The key and the role of a variable by its place in the order of the keys.
    fn variable_at(self, place: usize) -> Option<(&'a [u8], Option<VariableRole>)> {
        let record = self.header(2)?.checked_add(place.checked_mul(layout::VARIABLE)?)?;
        let key = self.text(self.u32(record)?, usize::from(self.u8(record.checked_add(4)?)?))?;
        Some((key, VariableRole::from_code(self.u8(record.checked_add(5)?)?)))
    }

    /// The first place between these two whose key is not less than what is looked for; the end where there is none.
    fn first_variable(self, (mut low, mut high): (usize, usize), order: impl Fn(&[u8]) -> Ordering) -> Option<usize> {
        while low < high {
            let middle = low.midpoint(high);
            if order(self.variable_at(middle)?.0) == Ordering::Less {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Some(low)
    }
}

#[cfg(test)]
mod tests;
