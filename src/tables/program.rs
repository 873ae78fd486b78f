//! One row of the table, read in place.

use super::{
    Bytes, layout,
    words::{Builtin, NoCommand, Role, Runs, Style},
};

/// What is known of a program or subcommand.
#[derive(Clone, Copy, Debug)]
pub struct Program<'a> {
    bytes: Bytes<'a>,
    at: usize,
    name: &'a [u8],
}

/// What is known of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OptionSpec<'a> {
    /// Its name, with dashes.
    pub name: &'a [u8],
    /// How many arguments it takes, at most three.
    pub arguments: u8,
    /// Its one argument is optional and must be attached.
    pub optional: bool,
    /// What its arguments are.
    pub roles: [Role; 3],
    /// Bits of [`super::words::traits`].
    pub traits: u32,
}

/// What an abbreviated long option stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Abbreviated<'a> {
    /// No option begins so.
    Nothing,
    /// This one.
    One(OptionSpec<'a>),
    /// Several that differ.
    Several,
}

impl<'a> Program<'a> {
    pub(super) fn at(bytes: Bytes<'a>, at: usize) -> Option<Self> {
        let name = bytes.text(bytes.u32(at)?, usize::from(bytes.u8(at.checked_add(20)?)?))?;
        Some(Self { bytes, at, name })
    }

    /// Basename, or basename and subcommands with blanks between.
    pub fn name(&self) -> &'a [u8] {
        self.name
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.u8(self.at + at).unwrap_or(u8::MAX)
    }

    /// Bits of [`super::words::flags`].
    pub fn flags(&self) -> u16 {
        self.bytes.u16(self.at + 16).unwrap_or(0)
    }

    /// Whether the bit is set.
    pub fn has(&self, flag: u16) -> bool {
        self.flags() & flag != 0
    }

    /// How options are read.
    pub fn style(&self) -> Style {
        Style::from_code(self.byte(23)).unwrap_or(Style::Gnu)
    }

    /// What is run. A damaged record runs code of its own: the cautious reading.
    pub fn runs(&self) -> Runs {
        Runs::from_code(self.byte(24)).unwrap_or(Runs::Project)
    }

    /// What it changes in the shell, for builtins.
    pub fn builtin(&self) -> Option<Builtin> {
        Builtin::from_code(self.byte(25).checked_sub(1)?)
    }

    /// How many operands precede the command.
    pub fn skip(&self) -> usize {
        usize::from(self.byte(26))
    }

    /// What happens without a command.
    pub fn no_command(&self) -> NoCommand {
        NoCommand::from_code(self.byte(27)).unwrap_or(NoCommand::Nothing)
    }

    /// What the last operand is, where it differs.
    pub fn last(&self) -> Option<Role> {
        let code = self.byte(28).checked_sub(1)?;
        Some(Role::from_code(code).unwrap_or(Role::Unreviewed))
    }

    /// Whether every option of it is known, and none does more than read or write files.
    pub fn is_complete(&self) -> bool {
        self.byte(29) == 1
    }

    /// What stands for the operands where there are none.
    pub fn default_operand(&self) -> Option<&'a [u8]> {
        let text = self.bytes.text(self.bytes.u32(self.at + 12)?, usize::from(self.byte(22)))?;
        (!text.is_empty()).then_some(text)
    }

    /// The operands in order, and whether each stands for any number.
    pub fn operands(&self) -> impl Iterator<Item = (Role, bool)> + use<'a> {
        let (bytes, count) = (self.bytes, usize::from(self.byte(21)));
        let at = self.bytes.u32(self.at + 8).unwrap_or(usize::MAX);
        (0..count).map_while(move |n| {
            let pair = bytes.slice(at.checked_add(n * layout::OPERAND)?, layout::OPERAND)?;
            let [role, many] = pair else { return None };
            Some((Role::from_code(*role).unwrap_or(Role::Unreviewed), *many != 0))
        })
    }

    /// Number of options.
    pub fn option_count(&self) -> usize {
        self.bytes.u16(self.at + 18).map_or(0, usize::from)
    }

    /// The option with that number, in the order of the names.
    pub fn option_at(&self, number: usize) -> Option<OptionSpec<'a>> {
        if number >= self.option_count() {
            return None;
        }
        let at = self.bytes.u32(self.at + 4)?.checked_add(number.checked_mul(layout::OPTION)?)?;
        let record = self.bytes.slice(at, layout::OPTION)?;
        let [_, _, _, _, len, arguments, low, middle, a, b, c, high] = record else { return None };
        let role = |code: &u8| Role::from_code(*code).unwrap_or(Role::Unreviewed);
        Some(OptionSpec {
            name: self.bytes.text(self.bytes.u32(at)?, usize::from(*len))?,
            arguments: (arguments & !layout::OPTIONAL).min(3),
            optional: arguments & layout::OPTIONAL != 0,
            roles: [role(a), role(b), role(c)],
            traits: u32::from_le_bytes([*low, *middle, *high, 0]),
        })
    }

    /// The records of its options, and the block that holds their names.
    fn option_records(&self) -> Option<(&'a [u8], &'a [u8])> {
        let length = self.option_count().checked_mul(layout::OPTION)?;
        let records = self.bytes.slice(self.bytes.u32(self.at + 4)?, length)?;
        Some((records, self.bytes.0.get(self.bytes.header(4)?..)?))
    }

    /// What the arguments of all its options are.
    pub fn argument_roles(&self) -> impl Iterator<Item = Role> + use<'a> {
        let at = self.bytes.u32(self.at + 4).unwrap_or(usize::MAX);
        let length = self.option_count().saturating_mul(layout::OPTION);
        let records = self.bytes.slice(at, length).unwrap_or_default().chunks_exact(layout::OPTION);
        records.flat_map(|record| {
            let arguments = record.get(5).map_or(0, |count| usize::from((count & !layout::OPTIONAL).min(3)));
            let roles = record.get(8..8 + arguments).unwrap_or_default();
            roles.iter().map(|code| Role::from_code(*code).unwrap_or(Role::Unreviewed))
        })
    }

    /// The number of the first option whose name is not less.
    fn lower_bound(&self, name: &[u8]) -> usize {
        let (mut low, mut high) = (0, self.option_count());
        let (records, texts) = self.option_records().unwrap_or_default();
        let name_of = |number: usize| {
            let [a, b, c, d, length] = *records.get(number * layout::OPTION..)?.first_chunk()?;
            let at = usize::try_from(u32::from_le_bytes([a, b, c, d])).ok()?;
            texts.get(at..at.checked_add(usize::from(length))?)
        };
        while low < high {
            let middle = low + (high - low) / 2;
            if name_of(middle).is_some_and(|known| known < name) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The option of exactly that name (with dashes).
    pub fn option(&self, name: &[u8]) -> Option<OptionSpec<'a>> {
        self.option_at(self.lower_bound(name)).filter(|o| o.name == name)
    }

    /// What an abbreviated long option stands for. Several that are the same but for the name count as one, as GNU has it.
    pub fn abbreviated(&self, beginning: &[u8]) -> Abbreviated<'a> {
        let mut found: Option<OptionSpec<'a>> = None;
        for number in self.lower_bound(beginning)..self.option_count() {
            let Some(option) = self.option_at(number) else { break };
            if !option.name.starts_with(beginning) {
                break;
            }
            match found {
                None => found = Some(option),
                Some(first) if OptionSpec { name: option.name, ..first } == option => {}
                Some(_) => return Abbreviated::Several,
            }
        }
        found.map_or(Abbreviated::Nothing, Abbreviated::One)
    }
}
