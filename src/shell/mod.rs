//! bash text -> tokens -> tree -> word values. Knows nothing of policy.
//!
//! [`parse`] reads a script into a [`tree::Tree`] by recursive descent over its bytes; [`words`] works out what the tree's words
//! become. What the grammar does not cover, or bash would refuse, is an `Unread` of the tree; what other shells read differently
//! and the tree does not model is in [`tree::Tree::differences`]. Neither is ever left out silently.

mod arithmetic;
mod assignment;
mod braces;
mod compound;
mod condition;
mod cursor;
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

pub use dump::{dump, dump_lines};
pub use limits::{LimitReached, Limits};
pub use parser::parse;
