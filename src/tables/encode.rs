//! Rows of knowledge -> the compact binary table that [`super::Tables`] reads in place.
//!
//! Layout (little endian, offsets from the start of the table): a header of [`layout::HEADER`] bytes, the program records, the
//! option records, operand pairs, variable records, the hash slots and the text. Nothing in it needs to be decoded to be used.

use super::{
    layout,
    words::{Builtin, NoCommand, Role, Runs, Style, VariableRole, flags, traits},
};
use alloc::{collections::BTreeMap, string::String, vec::Vec};

/// One option of a row.
#[derive(Clone, Debug, Default)]
pub struct OptionRow {
    /// What its arguments are, up to three; none for a flag.
    pub roles: Vec<Role>,
    /// Its argument is optional and must be attached.
    pub optional: bool,
    /// Bits of [`traits`]; 24 at most.
    pub traits: u32,
}

/// One operand of a row.
#[derive(Clone, Copy, Debug)]
pub struct OperandRow {
    /// What it is.
    pub role: Role,
    /// It stands for any number of operands.
    pub many: bool,
}

/// One program, or one subcommand (`git push`).
#[derive(Clone, Debug)]
pub struct ProgramRow {
    /// Basename, or basename and subcommands with blanks between.
    pub name: String,
    /// Options by name, with their dashes.
    pub options: BTreeMap<String, OptionRow>,
    /// Operands in order.
    pub operands: Vec<OperandRow>,
    /// What the last operand is, where it differs.
    pub last: Option<Role>,
    /// What stands for the operands where there are none.
    pub default_operand: Option<String>,
    /// How options are read.
    pub style: Style,
    /// What is run.
    pub runs: Runs,
    /// What it changes in the shell, for builtins.
    pub builtin: Option<Builtin>,
    /// How many operands precede the command.
    pub skip: u8,
    /// Without a command.
    pub no_command: NoCommand,
    /// Bits of [`flags`].
    pub flags: u16,
    /// Every option of the program is there, and none does more than read or write files.
    pub complete: bool,
}

impl ProgramRow {
    /// A row that says nothing yet.
    pub fn new(name: String) -> Self {
        Self {
            name,
            options: BTreeMap::new(),
            operands: Vec::new(),
            last: None,
            default_operand: None,
            style: Style::Gnu,
            runs: Runs::Nothing,
            builtin: None,
            skip: 0,
            no_command: NoCommand::Nothing,
            flags: 0,
            complete: false,
        }
    }

    /// Whether none of its options can have an effect or change what operands mean.
    fn passive(&self) -> bool {
        let harmless = |o: &OptionRow| {
            (o.traits & !traits::ABOUT) == 0
                && o.roles
                    .iter()
                    .all(|r| matches!(r, Role::Flag | Role::Value | Role::Pattern | Role::Stat | Role::List))
        };
        self.runs == Runs::Nothing && self.options.values().all(harmless)
    }
}

/// One variable name, or a beginning of names that ends in `*`.
#[derive(Clone, Debug)]
pub struct VariableRow {
    /// The name.
    pub name: String,
    /// How setting it is judged.
    pub role: VariableRole,
}

/// Why rows cannot be encoded: one of them does not fit the binary form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooLarge(pub String);

/// Text that several records share.
#[derive(Default)]
struct Text {
    bytes: Vec<u8>,
    seen: BTreeMap<String, u32>,
}

impl Text {
    fn add(&mut self, text: &str) -> Result<u32, TooLarge> {
        if let Some(at) = self.seen.get(text) {
            return Ok(*at);
        }
        let at = narrow(self.bytes.len(), text)?;
        self.bytes.extend_from_slice(text.as_bytes());
        self.seen.insert(text.into(), at);
        Ok(at)
    }
}

fn narrow<T: TryFrom<usize>>(n: usize, what: &str) -> Result<T, TooLarge> {
    T::try_from(n).map_err(|_| TooLarge(alloc::format!("`{what}` makes the table too large")))
}

/// Makes the binary table of rows. Where a name stands twice the later row counts.
///
/// # Errors
/// When a name, a row or the whole does not fit the binary form (names of 255 bytes, 65,535 options, 4 GiB).
pub fn encode(programs: &[ProgramRow], variables: &[VariableRow]) -> Result<Vec<u8>, TooLarge> {
    let programs: BTreeMap<&str, &ProgramRow> = programs.iter().map(|p| (p.name.as_str(), p)).collect();
    let variables: BTreeMap<&str, VariableRole> = variables.iter().map(|v| (v.name.as_str(), v.role)).collect();
    let mut text = Text::default();
    let (options, option_places) = option_records(&programs, &mut text)?;
    let operand_total: usize = programs.values().map(|p| p.operands.len()).sum();
    let options_at = layout::HEADER + programs.len() * layout::PROGRAM;
    let operands_at = options_at + options.len();
    let variables_at = operands_at + operand_total * layout::OPERAND;
    let slots_at = variables_at + variables.len() * layout::VARIABLE;
    let slot_count = (programs.len() * 2).next_power_of_two().max(2);
    let text_at = slots_at + slot_count * 4;

    let (mut records, mut operands) = (Vec::new(), Vec::new());
    let mut slots = alloc::vec![0_u32; slot_count];
    for (program, place) in programs.values().zip(option_places) {
        let record_at: u32 = narrow(layout::HEADER + records.len(), &program.name)?;
        let first_option: u32 = narrow(options_at + place, &program.name)?;
        let first_operand: u32 = narrow(operands_at + operands.len(), &program.name)?;
        let default = program.default_operand.as_deref().unwrap_or("");
        let mut bits = program.flags;
        if program.passive() {
            bits |= flags::PASSIVE;
        }
        put32(&mut records, text.add(&program.name)?);
        put32(&mut records, first_option);
        put32(&mut records, first_operand);
        put32(&mut records, text.add(default)?);
        put16(&mut records, bits);
        put16(&mut records, narrow(program.options.len(), &program.name)?);
        let small = [
            narrow(program.name.len(), &program.name)?,
            narrow(program.operands.len(), &program.name)?,
            narrow(default.len(), default)?,
            program.style.code(),
            program.runs.code(),
            program.builtin.map_or(0, |b| b.code() + 1),
            program.skip,
            program.no_command.code(),
            program.last.map_or(0, |r| r.code() + 1),
            u8::from(program.complete),
        ];
        records.extend_from_slice(&small);
        records.resize(records.len().next_multiple_of(4), 0);
        for operand in &program.operands {
            operands.extend_from_slice(&[operand.role.code(), u8::from(operand.many)]);
        }
        let mut slot = layout::hash(program.name.as_bytes()) as usize & (slot_count - 1);
        while slots.get(slot).is_some_and(|s| *s != 0) {
            slot = (slot + 1) & (slot_count - 1);
        }
        if let Some(free) = slots.get_mut(slot) {
            *free = record_at;
        }
    }
    let mut names = Vec::new();
    for (name, role) in &variables {
        put32(&mut names, text.add(name)?);
        names.extend_from_slice(&[narrow(name.len(), name)?, role.code(), 0, 0]);
    }
    let mut out = Vec::with_capacity(text_at + text.bytes.len());
    out.extend_from_slice(layout::MAGIC);
    for n in [slots_at, slot_count, variables_at, variables.len(), text_at, text.bytes.len(), programs.len(), 0] {
        put32(&mut out, narrow(n, "the whole")?);
    }
    out.extend_from_slice(&records);
    out.extend_from_slice(&options);
    out.extend_from_slice(&operands);
    out.extend_from_slice(&names);
    for slot in slots {
        put32(&mut out, slot);
    }
    out.extend_from_slice(&text.bytes);
    Ok(out)
}

/// The option records of all programs, and where each program's begin; equal lists (`same_as`) are there once.
fn option_records(programs: &BTreeMap<&str, &ProgramRow>, text: &mut Text) -> Result<(Vec<u8>, Vec<usize>), TooLarge> {
    let (mut all, mut places) = (Vec::new(), Vec::new());
    let mut seen: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
    for program in programs.values() {
        let mut records = Vec::new();
        for (name, option) in &program.options {
            put32(&mut records, text.add(name)?);
            records.push(narrow(name.len(), name)?);
            records.push(narrow::<u8>(option.roles.len(), name)? | if option.optional { layout::OPTIONAL } else { 0 });
            let [low, middle, high, _] = option.traits.to_le_bytes();
            records.extend_from_slice(&[low, middle]);
            let role = |n: usize| option.roles.get(n).map_or(0, |r| r.code());
            records.extend_from_slice(&[role(0), role(1), role(2), high]);
        }
        let place = *seen.entry(records.clone()).or_insert(all.len());
        if place == all.len() {
            all.extend_from_slice(&records);
        }
        places.push(place);
    }
    Ok((all, places))
}

fn put32(out: &mut Vec<u8>, n: u32) {
    out.extend_from_slice(&n.to_le_bytes());
}

fn put16(out: &mut Vec<u8>, n: u16) {
    out.extend_from_slice(&n.to_le_bytes());
}
