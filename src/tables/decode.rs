//! A row of the binary table -> the row that it was made of, so that a policy's own row can begin with it (`same_as`).

use super::Program;
use super::encode::{OperandRow, OptionRow, ProgramRow};
use super::words::flags;
use alloc::string::String;

/// The row that a table holds; none where the table is damaged.
pub fn decode(program: &Program<'_>) -> Option<ProgramRow> {
    let text = |bytes: &[u8]| core::str::from_utf8(bytes).ok().map(String::from);
    let mut row = ProgramRow::new(text(program.name())?);
    for number in 0..program.option_count() {
        let option = program.option_at(number)?;
        let roles = option.roles.into_iter().take(usize::from(option.arguments)).collect();
        let written = OptionRow { roles, optional: option.optional, traits: option.traits };
        row.options.insert(text(option.name)?, written);
    }
    row.operands = program.operands().map(|(role, many)| OperandRow { role, many }).collect();
    row.last = program.last();
    row.default_operand = program.default_operand().and_then(text);
    row.style = program.style();
    row.runs = program.runs();
    row.builtin = program.builtin();
    row.skip = u8::try_from(program.skip()).ok()?;
    row.no_command = program.no_command();
    row.complete = program.is_complete();
    row.flags = program.flags() & !flags::PASSIVE;
    Some(row)
}
