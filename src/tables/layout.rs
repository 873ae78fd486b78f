//! Sizes and marks of the binary table, shared by its writer and its reader.

/// The first bytes of a table; changed with every change of the layout or of a vocabulary.
pub const MAGIC: &[u8; 8] = b"PXTABLE5";
/// Bytes of the header: the magic and seven numbers, padded.
pub const HEADER: usize = 40;
/// Bytes of a program record.
pub const PROGRAM: usize = 32;
/// Bytes of an option record.
pub const OPTION: usize = 12;
/// Bytes of an operand pair.
pub const OPERAND: usize = 2;
/// Bytes of a variable record.
pub const VARIABLE: usize = 8;
/// Bit in an option's count of arguments: the argument is optional and must be attached.
pub const OPTIONAL: u8 = 0x80;

/// FNV-1a over the name: short keys, no state, the same in every build.
pub fn hash(name: &[u8]) -> u32 {
    name.iter().fold(0x811c_9dc5, |h, b| (h ^ u32::from(*b)).wrapping_mul(0x0100_0193))
}
