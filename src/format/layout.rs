//! Lines as text: one way to write each.

use super::tokens::{Kind, Token};
use super::tree::{Group, Item, Line, Node};
use std::{
    format,
    string::{String, ToString},
    vec::Vec,
};

/// Most characters of a line, where it can be broken.
const WIDTH: usize = 120;
const INDENT: usize = 4;

/// What stands before the next piece.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Nothing, an opening bracket, a dot, or a sign: no blank follows.
    Start,
    /// A name, a text or a closing bracket: brackets that follow belong to it.
    Value,
    /// A keyword, an operator, a comma or a colon: a blank follows.
    Joint,
    /// A colon in an index.
    Slice,
}

const KEYWORDS: &[&str] = &["and", "or", "not", "in", "if", "else", "elif", "for", "return", "lambda", "def", "while"];

pub(super) fn write(lines: &[Line<'_>]) -> String {
    let mut out = String::new();
    for line in lines {
        if line.blank {
            out.push('\n');
        }
        let indent = line.depth * INDENT;
        out.push_str(&" ".repeat(indent));
        let code = nodes(&line.nodes, indent, 0);
        out.push_str(&code);
        if let Some(comment) = line.comment {
            out.push_str(if line.nodes.is_empty() { "" } else { "  " });
            out.push_str(comment);
        }
        out.push('\n');
    }
    out
}

/// Pieces that begin at the column `indent`, with `more` characters behind them on their last line.
fn nodes(all: &[Node<'_>], indent: usize, more: usize) -> String {
    let whole = flat(all, false);
    if !all.iter().any(Node::is_forced) && indent + width(&whole) + more <= WIDTH {
        return whole;
    }
    let (mut out, mut before) = (String::new(), Before::Start);
    for (index, node) in all.iter().enumerate() {
        match node {
            Node::Atom(token) => before = atom(*token, before, false, &mut out),
            Node::Group(group) => {
                let index_of = joins(group, before);
                if !index_of && before != Before::Start {
                    out.push(' ');
                }
                let rest = all.get(index + 1..).unwrap_or_default();
                let column = indent + last_line(&out, indent);
                out.push_str(&bracketed(group, index_of, column, indent, rest, more));
                before = Before::Value;
            }
        }
    }
    out
}

/// How far the last line of a text that began at `indent` reaches beyond that.
fn last_line(text: &str, indent: usize) -> usize {
    match text.rsplit_once('\n') {
        Some((_, last)) => width(last).saturating_sub(indent),
        None => width(text),
    }
}

/// A group at a column, of a line that is indented by `indent`.
fn bracketed(group: &Group<'_>, follows: bool, column: usize, indent: usize, rest: &[Node<'_>], more: usize) -> String {
    let whole = flat_group(group, follows);
    let behind = width(&flat(rest, false)) + more;
    let later = rest.iter().any(|node| matches!(node, Node::Group(group) if !group.items.is_empty()));
    let fits = |behind: usize| !group.is_forced() && column + width(&whole) + behind <= WIDTH;
    if fits(behind) || (later && fits(0)) || (group.items.is_empty() && group.last.is_empty()) {
        return whole;
    }
    let is_text = |item: &Item<'_>| matches!(item.nodes.as_slice(), [Node::Atom(token)] if token.kind == Kind::Text);
    if !group.is_forced() && group.open == "[" && !follows && group.items.len() > 1 && group.items.iter().all(is_text) {
        return filled(group, column);
    }
    let inner = indent + INDENT;
    let (margin, end) = (" ".repeat(inner), " ".repeat(indent));
    let mut out = format!("{}\n", group.open);
    let commas = group.items.len() > 1 || group.ends_with_comma || may_end_with_comma(group, follows);
    for (index, item) in group.items.iter().enumerate() {
        let last = index + 1 == group.items.len();
        if item.blank {
            out.push('\n');
        }
        // One comment fits behind an item; what else was inside of it comes before.
        let (inside, behind) = item.behind.split_at(item.behind.len().saturating_sub(1));
        for comment in item.before.iter().chain(inside) {
            push(&mut out, &[&margin, comment, "\n"]);
        }
        let comma = if !last || commas { "," } else { "" };
        push(&mut out, &[&margin, &nodes(&item.nodes, inner, comma.len()), comma]);
        for comment in behind {
            push(&mut out, &["  ", comment]);
        }
        out.push('\n');
    }
    for comment in &group.last {
        push(&mut out, &[&margin, comment, "\n"]);
    }
    out + &end + group.close
}

/// Texts as many a line as fit, below one another.
fn filled(group: &Group<'_>, column: usize) -> String {
    let mut out = group.open.to_string();
    let mut at = column + 1;
    for (index, item) in group.items.iter().enumerate() {
        let text = flat(&item.nodes, false);
        // The bracket and what follows it, or a comma.
        let needed = width(&text) + 2;
        if index > 0 {
            if at + 1 + needed > WIDTH {
                push(&mut out, &[",\n", &" ".repeat(column + 1)]);
                at = column + 1;
            } else {
                out.push_str(", ");
                at += 2;
            }
        }
        out.push_str(&text);
        at += width(&text);
    }
    out + group.close
}

/// Whether a comma behind the only item changes nothing: in a call or a list, of one item that is no comprehension.
fn may_end_with_comma(group: &Group<'_>, follows: bool) -> bool {
    let is_comprehension = |item: &Item<'_>| {
        item.nodes.iter().any(
            |node| matches!(node, Node::Atom(token) if token.text == "for" || token.text == "*" || token.text == "**"),
        )
    };
    let takes = match group.open {
        "(" => follows,
        "[" => !follows,
        _ => true,
    };
    takes && !group.items.iter().any(is_comprehension)
}

/// Pieces on one line.
fn flat(all: &[Node<'_>], index: bool) -> String {
    let (mut out, mut before) = (String::new(), Before::Start);
    for node in all {
        match node {
            Node::Atom(token) => before = atom(*token, before, index, &mut out),
            Node::Group(group) => {
                let follows = joins(group, before);
                if !follows && before == Before::Joint {
                    out.push(' ');
                }
                out.push_str(&flat_group(group, follows));
                before = Before::Value;
            }
        }
    }
    out
}

fn flat_group(group: &Group<'_>, follows: bool) -> String {
    let index = follows && group.open == "[";
    let items: Vec<String> = group.items.iter().map(|item| flat(&item.nodes, index)).collect();
    // A comma makes a tuple of a value in brackets, and of an index.
    let tuple = group.items.len() == 1 && group.ends_with_comma && (index || (group.open == "(" && !follows));
    format!("{}{}{}{}", group.open, items.join(", "), if tuple { "," } else { "" }, group.close)
}

/// Whether brackets belong to the value before them.
fn joins(group: &Group<'_>, before: Before) -> bool {
    before == Before::Value && group.open != "{"
}

/// Writes a token with the blank that belongs before it; what it is for the next.
fn atom(token: Token<'_>, before: Before, index: bool, out: &mut String) -> Before {
    let text = token.text;
    let (blank, after) = match (token.kind, text) {
        (Kind::Comma, _) | (Kind::Operator, ";") => (false, Before::Joint),
        (Kind::Operator, ":") => (false, if index { Before::Slice } else { Before::Joint }),
        (Kind::Operator, ".") => (false, Before::Start),
        (Kind::Operator, "-" | "+" | "~" | "*" | "**") if before != Before::Value => {
            (before == Before::Joint, Before::Start)
        }
        (Kind::Operator, _) => (!out.is_empty(), Before::Joint),
        (Kind::Word, word) if KEYWORDS.contains(&word) => (before != Before::Start && !out.is_empty(), Before::Joint),
        _ => (matches!(before, Before::Joint | Before::Value), Before::Value),
    };
    if blank {
        out.push(' ');
    }
    out.push_str(text);
    after
}

fn push(out: &mut String, parts: &[&str]) {
    out.extend(parts.iter().copied());
}

fn width(text: &str) -> usize {
    text.chars().count()
}
