//! The tree as text, for `explain` and for tests: one s-expression, in time linear in the tree. Its recursion is as deep as the
//! tree, which the parser bounds.

use super::tree::{
    AssignedValue, Assignment, Descriptor, Node, NodeId, Operator, Parameter, Part, Redirection, RedirectionKind, Tree,
    Word,
};
use alloc::string::{String, ToString};

/// Writes the tree of a script on one line, `()` for an empty one.
pub fn dump(tree: &Tree) -> String {
    write(tree, None)
}

/// As [`dump`], each construct inside another on a line of its own, two blanks deeper.
pub fn dump_lines(tree: &Tree) -> String {
    write(tree, Some(0))
}

fn write(tree: &Tree, indent: Option<usize>) -> String {
    let mut writer = Writer { tree, out: String::new(), indent };
    match tree.root() {
        Some(root) => writer.node(root),
        None => writer.out.push_str("()"),
    }
    writer.out
}

struct Writer<'t> {
    tree: &'t Tree,
    out: String,
    /// Blanks in front of a line; `None` where all is one line.
    indent: Option<usize>,
}

impl Writer<'_> {
    fn node(&mut self, id: NodeId) {
        let Some(located) = self.tree.get(id) else { return };
        self.construct(&located.node);
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each construct")]
    fn construct(&mut self, node: &Node) {
        match node {
            Node::Simple(simple) => {
                self.out.push_str("(run");
                for assignment in &simple.assignments {
                    self.assignment(assignment);
                }
                self.words(&simple.words);
                self.close(&simple.redirections);
            }
            Node::Pipeline(pipeline) => {
                self.out.push_str(if pipeline.timed { "(time" } else { "(pipe" });
                self.out.push_str(if pipeline.negated { " !" } else { "" });
                for element in &pipeline.elements {
                    self.child(*element);
                }
                self.out.push(')');
            }
            Node::List(items) => {
                self.out.push_str("(list");
                for item in items {
                    self.out.push_str(match item.after {
                        Operator::Always => "",
                        Operator::And => " &&",
                        Operator::Or => " ||",
                    });
                    self.child(item.node);
                    self.out.push_str(if item.background { " &" } else { "" });
                }
                self.out.push(')');
            }
            Node::Subshell { body, redirections } => self.one("(subshell", *body, redirections),
            Node::Group { body, redirections } => self.one("(group", *body, redirections),
            Node::If { arms, otherwise, redirections } => {
                self.out.push_str("(if");
                for (condition, body) in arms {
                    self.child(*condition);
                    self.child(*body);
                }
                if let Some(body) = otherwise {
                    self.child(*body);
                }
                self.close(redirections);
            }
            Node::While { condition, body, redirections, .. } => {
                self.out.push_str("(while");
                self.child(*condition);
                self.child(*body);
                self.close(redirections);
            }
            Node::For { name, words, body, redirections, .. } => {
                self.out.push_str("(for ");
                self.bytes(name);
                match words {
                    Some(words) => {
                        self.out.push_str(" (in");
                        self.words(words);
                        self.out.push(')');
                    }
                    None => self.out.push_str(" @"),
                }
                self.child(*body);
                self.close(redirections);
            }
            Node::ForArithmetic { expressions, body, redirections } => {
                self.out.push_str("(for-arithmetic");
                self.words(expressions);
                self.child(*body);
                self.close(redirections);
            }
            Node::Case { word, arms, redirections } => {
                self.out.push_str("(case ");
                self.word(word);
                for (patterns, body) in arms {
                    self.out.push_str(" (arm");
                    self.words(patterns);
                    self.out.push_str(" =>");
                    if let Some(body) = body {
                        self.child(*body);
                    }
                    self.out.push(')');
                }
                self.close(redirections);
            }
            Node::Function { name, body } => {
                self.out.push_str("(function ");
                self.bytes(name);
                self.child(*body);
                self.out.push(')');
            }
            Node::Coproc { name, body } => {
                self.out.push_str("(coproc");
                if let Some(name) = name {
                    self.out.push(' ');
                    self.bytes(name);
                }
                self.child(*body);
                self.out.push(')');
            }
            Node::Condition { operands, arithmetic, redirections } => {
                self.out.push_str(if arithmetic.is_empty() { "(condition" } else { "(condition-arithmetic" });
                self.words(operands);
                self.close(redirections);
            }
            Node::Arithmetic { expression, redirections } => {
                self.out.push_str("(arithmetic ");
                self.word(expression);
                self.close(redirections);
            }
            Node::Unread(unread) => {
                self.out.push_str("(unread ");
                self.out.push_str(unread.code);
                self.out.push(')');
            }
        }
    }

    fn child(&mut self, id: NodeId) {
        let Some(outer) = self.indent else {
            self.out.push(' ');
            return self.node(id);
        };
        self.out.push('\n');
        self.out.extend(core::iter::repeat_n(' ', outer + 2));
        self.indent = Some(outer + 2);
        self.node(id);
        self.indent = Some(outer);
    }

    fn one(&mut self, name: &str, body: NodeId, redirections: &[Redirection]) {
        self.out.push_str(name);
        self.child(body);
        self.close(redirections);
    }

    fn close(&mut self, redirections: &[Redirection]) {
        for redirection in redirections {
            self.out.push_str(" [");
            match &redirection.descriptor {
                Some(Descriptor::Number(number)) => self.out.push_str(&number.to_string()),
                Some(Descriptor::Variable(name)) => {
                    self.out.push('{');
                    self.bytes(name);
                    self.out.push('}');
                }
                None => {}
            }
            self.out.push_str(match redirection.kind {
                RedirectionKind::Read => "<",
                RedirectionKind::Write => ">",
                RedirectionKind::Append => ">>",
                RedirectionKind::ReadWrite => "<>",
                RedirectionKind::WriteBoth => "&>",
                RedirectionKind::AppendBoth => "&>>",
                RedirectionKind::DuplicateInput => "<&",
                RedirectionKind::DuplicateOutput => ">&",
                RedirectionKind::HereDocument => "<<",
                RedirectionKind::HereString => "<<<",
            });
            self.out.push(' ');
            self.word(&redirection.target);
            self.out.push(']');
        }
        self.out.push(')');
    }

    fn assignment(&mut self, assignment: &Assignment) {
        self.out.push(' ');
        self.bytes(&assignment.name);
        if let Some(subscript) = &assignment.subscript {
            self.out.push('[');
            self.word(subscript);
            self.out.push(']');
        }
        self.out.push_str(if assignment.append { "+=" } else { "=" });
        match &assignment.value {
            AssignedValue::Scalar(word) => self.word(word),
            AssignedValue::Array(elements) => {
                self.out.push_str("(array");
                for (subscript, word) in elements {
                    self.out.push(' ');
                    if let Some(subscript) = subscript {
                        self.out.push('[');
                        self.word(subscript);
                        self.out.push_str("]=");
                    }
                    self.word(word);
                }
                self.out.push(')');
            }
        }
    }

    fn words(&mut self, words: &[Word]) {
        for word in words {
            self.out.push(' ');
            self.word(word);
        }
    }

    fn word(&mut self, word: &Word) {
        if word.parts.is_empty() {
            self.out.push('-');
        }
        self.parts(&word.parts);
    }

    fn parts(&mut self, parts: &[Part]) {
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                self.out.push('+');
            }
            self.part(part);
        }
    }

    fn part(&mut self, part: &Part) {
        match part {
            Part::Text { bytes, quoted: false } => self.bytes(bytes),
            Part::Text { bytes, quoted: true } => {
                self.out.push('\'');
                self.bytes(bytes);
                self.out.push('\'');
            }
            Part::Glob(bytes) => {
                self.out.push_str("glob:");
                self.bytes(bytes);
            }
            Part::Tilde(name) => {
                self.out.push('~');
                self.bytes(name);
            }
            Part::Parameter(parameter) => self.parameter(parameter),
            Part::Command { body, quoted } => {
                self.out.push_str(if *quoted { "\"$" } else { "$" });
                self.optional(*body);
            }
            Part::Arithmetic { expression, quoted } => {
                self.out.push_str(if *quoted { "\"$((" } else { "$((" });
                self.word(expression);
                self.out.push_str("))");
            }
            Part::Process { body, reads } => {
                self.out.push(if *reads { '<' } else { '>' });
                self.optional(*body);
            }
            Part::Braces(alternatives) => {
                self.out.push('{');
                for (index, alternative) in alternatives.iter().enumerate() {
                    if index > 0 {
                        self.out.push(',');
                    }
                    self.parts(alternative);
                }
                self.out.push('}');
            }
            Part::Sequence(text) => {
                self.out.push_str("{..");
                self.bytes(text);
                self.out.push('}');
            }
            Part::Unread(unread) => {
                self.out.push_str("unread:");
                self.out.push_str(unread.code);
            }
        }
    }

    fn parameter(&mut self, parameter: &Parameter) {
        self.out.push_str(if parameter.quoted { "\"${" } else { "${" });
        self.out.push_str(if parameter.length { "#" } else { "" });
        self.out.push_str(if parameter.indirect { "!" } else { "" });
        self.bytes(&parameter.name);
        if let Some(subscript) = &parameter.subscript {
            self.out.push('[');
            self.word(subscript);
            self.out.push(']');
        }
        if let Some(operation) = &parameter.operation {
            self.out.push(' ');
            self.bytes(&operation.operator);
            self.words(&operation.operands);
        }
        self.out.push('}');
    }

    fn optional(&mut self, body: Option<NodeId>) {
        match body {
            Some(body) => self.node(body),
            None => self.out.push_str("()"),
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        match core::str::from_utf8(bytes) {
            Ok(text) if !text.contains(char::is_control) => self.out.push_str(text),
            _ => self.out.push_str(&bytes.escape_ascii().to_string()),
        }
    }
}
