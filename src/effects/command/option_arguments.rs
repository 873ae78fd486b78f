//! The arguments of an option: in the word itself, in the next words, or a list or command that goes on to its end.

use super::option_doubts::{is_names, may_begin};
use super::options::{Parser, Use, shown};
use crate::{
    effect::{Span, Value, Word},
    tables::{
        OptionSpec,
        words::{Role, Runs, flags},
    },
};
use alloc::{format, vec::Vec};

impl<'t> Parser<'_, 't> {
    /// Notes an option, taking its arguments from the word itself or from the next words.
    pub(super) fn used(&mut self, spec: OptionSpec<'t>, attached: Option<Value>, word: &Word) {
        let mut arguments = Vec::new();
        let wanted = usize::from(spec.arguments);
        let attached_there = attached.is_some();
        if spec.arguments > 0 && spec.roles[0] == Role::Rest {
            arguments = self.command_words(attached, word.span);
        } else if let Some(value) = attached.filter(|_| wanted > 0) {
            arguments.push(Word { value, span: word.span });
        }
        while !spec.optional && spec.roles[0] != Role::Rest && arguments.len() < wanted {
            let Some(next) = self.take() else { break };
            if !next.value.is_one_word() && !self.program.has(flags::INERT) {
                // It may be several words or none: then other words are the argument, and these are operands. `find` refuses names
                // behind its first test.
                if self.program.runs() != Runs::Find || !is_names(&next.value) {
                    self.out.operands.push(next.clone());
                }
                if !self.program.has(flags::PASSIVE) && !self.any_option(&next.value, next.span) {
                    self.doubt(
                        "dynamic-word",
                        format!("an argument of `{}` may be several words", shown(spec.name)),
                        next.span,
                    );
                    // The first of them is the argument, the others are operands.
                    let runs = self.program.runs();
                    let quiet = matches!(spec.roles[0], Role::Value | Role::Pattern);
                    if (matches!(runs, Runs::Nothing | Runs::Find) || (runs == Runs::Project && quiet))
                        && !self.program.has(flags::STOPS)
                        && !self.program.has(flags::SUBCOMMANDS)
                    {
                        self.blame_names(&next.value);
                    }
                }
            }
            arguments.push(next.clone());
        }
        if spec.roles[0] == Role::Patterns && spec.arguments > 0 && !attached_there {
            self.more_patterns(&mut arguments);
        }
        self.out.uses.push(Use { spec, arguments, span: word.span });
    }

    /// The words of a list behind its first one.
    fn more_patterns(&mut self, list: &mut Vec<Word>) {
        while let Some(word) = self.words.get(self.next) {
            match word.value.known() {
                Some(b"@") => {
                    self.next += 1;
                    return;
                }
                Some(text) if !text.starts_with(b"-") => list.push(word.clone()),
                Some(_) => return,
                // Names that are certainly no option are of the list as well. Others may end it.
                None if word.value.is_one_word() && !may_begin(&word.value, b"-@") => list.push(word.clone()),
                None => {
                    let names = is_names(&word.value);
                    self.doubt("dynamic-word", "a list of patterns may end here".into(), word.span);
                    if let Some(last) = self.out.doubts.last_mut() {
                        last.by_name = names;
                    }
                    list.push(word.clone());
                }
            }
            self.next += 1;
        }
    }

    /// The words of a command inside an expression, up to `;` (or `{} +` for find) or the end.
    fn command_words(&mut self, attached: Option<Value>, span: Span) -> Vec<Word> {
        let mut words: Vec<Word> = attached.map(|value| Word { value, span }).into_iter().collect();
        let find = self.program.runs() == Runs::Find;
        while let Some(word) = self.take() {
            let text = word.value.known();
            let plus = find && text == Some(b"+") && words.last().is_some_and(|w| w.value.known() == Some(b"{}"));
            if text == Some(b";") {
                break;
            }
            words.push(word.clone());
            if plus {
                break;
            }
        }
        words
    }
}
