//! bash text -> tokens -> tree -> word values. Knows nothing of policy.
//!
//! [`parse`] reads a script into a [`tree::Tree`] by recursive descent over its bytes; [`words`] works out what the tree's words
//! become. What the grammar does not cover, or bash would refuse, is an `Unread` of the tree. Where dash or zsh read the text
//! differently, [`tree::Tree::others`] says so, and [`parse_as`] reads it as they do; what they read differently and no tree
//! models is in [`tree::Tree::differences`]. None of it is ever left out silently.

mod arithmetic;
mod assignment;
mod braces;
mod compound;
mod condition;
mod cursor;
mod dialect;
mod differences;
mod dollar;
mod dump;
mod function;
mod heredoc;
mod limits;
mod list;
mod parameter;
mod parser;
mod parts;
mod quotes;
mod redirect;
mod simple;
mod substitution;
#[cfg(test)]
mod tests;
pub mod tree;
mod word;
pub mod words;

pub use dialect::{Dialect, Others, is_builtin, is_dash_builtin, is_keyword, is_no_program};
pub use dump::{dump, dump_lines};
pub use limits::{LimitReached, Limits};
pub use parser::{parse, parse_as};
pub use quotes::NUL;
