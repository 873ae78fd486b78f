//! Finds the expression of every mutant in a file's syntax, and says how the mutant is planted there.

use crate::text::Edit;
use crate::{Mutant, Position};
use proc_macro2::Span;
use std::collections::HashMap;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{BinOp, Expr};

/// How the switch of a mutant is asked.
fn on(mutant: &Mutant) -> String {
    format!("crate::mutation::on({})", mutant.number)
}

fn numbers(mutants: &[Mutant]) -> Vec<usize> {
    mutants.iter().map(|m| m.number).collect()
}

/// The changes that plant `mutants` in `source`.
pub fn edits(source: &str, mutants: &[Mutant]) -> Vec<Edit> {
    let mut lines = vec![0];
    lines.extend(source.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1));
    let mut by: HashMap<(&str, Position), Vec<Mutant>> = HashMap::new();
    for m in mutants {
        by.entry((m.genre.as_str(), m.start)).or_default().push(m.clone());
    }
    let mut finder = Finder { source, lines, all: mutants, by, edits: Vec::new() };
    finder.visit_file(&syn::parse_file(source).expect("the file is Rust"));
    finder.edits
}

struct Finder<'a> {
    source: &'a str,
    lines: Vec<usize>,
    all: &'a [Mutant],
    by: HashMap<(&'a str, Position), Vec<Mutant>>,
    edits: Vec<Edit>,
}

impl Finder<'_> {
    fn offset(&self, position: Position) -> usize {
        let line = self.lines[position.0 - 1];
        self.source[line..].char_indices().nth(position.1).map_or(self.source.len(), |(i, _)| line + i)
    }

    fn place(&self, span: Span) -> (usize, usize) {
        let (start, end) = (span.start(), span.end());
        (self.offset((start.line, start.column)), self.offset((end.line, end.column)))
    }

    fn of(&self, genre: &'static str, span: Span) -> Vec<Mutant> {
        let start = span.start();
        self.by.get(&(genre, (start.line, start.column))).cloned().unwrap_or_default()
    }

    fn push(&mut self, place: (usize, usize), prefix: String, suffix: &str, numbers: Vec<usize>) {
        let (start, end) = place;
        self.edits.push(Edit { start, end, prefix, suffix: suffix.into(), operator: None, numbers });
    }

    /// `if on(1) { A } else if on(2) { B } else `
    fn chain(mutants: &[Mutant], body: impl Fn(&Mutant) -> String) -> String {
        mutants.iter().map(|m| format!("if {} {{ {} }} else ", on(m), body(m))).collect()
    }

    /// The values that a function can be made to return at once. A `const fn` that has mutants is `const` no longer: where a
    /// constant needs it, the compiler says so, and its mutants are left out.
    fn function(&mut self, signature: &syn::Signature, block: &syn::Block) {
        if let Some(word) = &signature.constness {
            let (start, end) = self.place(block.span());
            let inside = |m: &&Mutant| (start..end).contains(&self.offset(m.start));
            let inside: Vec<Mutant> = self.all.iter().filter(inside).cloned().collect();
            if inside.is_empty() {
                return;
            }
            let (from, to) = self.place(word.span());
            let numbers = numbers(&inside);
            self.edits.push(Edit {
                start: from,
                end: from,
                prefix: String::new(),
                suffix: String::new(),
                operator: Some((from, to, String::new())),
                numbers,
            });
        }
        let Some(first) = block.stmts.first() else { return };
        for m in self.of("FnValue", first.span()) {
            let place = (self.offset(m.start), self.offset(m.end));
            self.push(place, format!("if {} {{ return {}; }} ", on(&m), m.replacement), " ", vec![m.number]);
        }
    }
}

/// Whether `let` is one of the links: such a chain is no expression, and an `||` in it does not compile at all.
fn has_let(e: &Expr) -> bool {
    match e {
        Expr::Let(_) => true,
        Expr::Binary(b) if matches!(b.op, BinOp::And(_) | BinOp::Or(_)) => has_let(&b.left) || has_let(&b.right),
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_fn(&mut self, f: &'ast syn::ItemFn) {
        self.function(&f.sig, &f.block);
        visit::visit_item_fn(self, f);
    }

    fn visit_impl_item_fn(&mut self, f: &'ast syn::ImplItemFn) {
        self.function(&f.sig, &f.block);
        visit::visit_impl_item_fn(self, f);
    }

    fn visit_trait_item_fn(&mut self, f: &'ast syn::TraitItemFn) {
        if let Some(block) = &f.default {
            self.function(&f.sig, block);
        }
        visit::visit_trait_item_fn(self, f);
    }

    fn visit_expr_binary(&mut self, x: &'ast syn::ExprBinary) {
        let ms = self.of("BinaryOperator", x.op.span());
        if !ms.is_empty() && !has_let(&x.left) && !has_let(&x.right) {
            let (left, right) = (self.place(x.left.span()), self.place(x.right.span()));
            let (from, to) = self.place(x.op.span());
            let op = &self.source[from..to];
            let (prefix, suffix, between) = match x.op {
                // Its right side must stay unevaluated where it was.
                BinOp::And(_) | BinOp::Or(_) => {
                    let compare = if op == "&&" { "!=" } else { "==" };
                    (
                        "({ let __l: bool = (".to_owned(),
                        ") } else { __l } })".to_owned(),
                        format!("); if __l {compare} {} {{ (", on(&ms[0])),
                    )
                }
                BinOp::Eq(_) | BinOp::Ne(_) | BinOp::Lt(_) | BinOp::Le(_) | BinOp::Gt(_) | BinOp::Ge(_) => {
                    let chain = Self::chain(&ms, |m| format!("*__l {} *__r", m.replacement));
                    (
                        "(match (&(".to_owned(),
                        format!(")) {{ (__l, __r) => {chain}{{ *__l {op} *__r }} }})"),
                        "), &(".to_owned(),
                    )
                }
                BinOp::Add(_)
                | BinOp::Sub(_)
                | BinOp::Mul(_)
                | BinOp::Div(_)
                | BinOp::Rem(_)
                | BinOp::BitXor(_)
                | BinOp::BitAnd(_)
                | BinOp::BitOr(_)
                | BinOp::Shl(_)
                | BinOp::Shr(_) => {
                    let chain = Self::chain(&ms, |m| format!("__l {} __r", m.replacement));
                    (
                        "(match ((".to_owned(),
                        format!(")) {{ (__l, __r) => {chain}{{ __l {op} __r }} }})"),
                        "), (".to_owned(),
                    )
                }
                _ => {
                    let (l, r) = (&self.source[left.0..left.1], &self.source[right.0..right.1]);
                    let chain = Self::chain(&ms, |m| format!("{l} {} {r}", m.replacement));
                    self.push((left.0, right.1), format!("({{ {chain}{{ "), " } })", numbers(&ms));
                    return visit::visit_expr_binary(self, x);
                }
            };
            let operator = Some((from, to, between));
            self.edits.push(Edit { start: left.0, end: right.1, prefix, suffix, operator, numbers: numbers(&ms) });
        }
        visit::visit_expr_binary(self, x);
    }

    fn visit_expr_unary(&mut self, x: &'ast syn::ExprUnary) {
        if let Some(m) = self.of("UnaryOperator", x.op.span()).first() {
            let (from, to) = self.place(x.op.span());
            let end = self.place(x.expr.span()).1;
            if matches!(x.op, syn::UnOp::Not(_)) {
                let (prefix, suffix) = ("((".to_owned(), format!(") == {})", on(m)));
                let operator = Some((from, to, String::new()));
                self.edits.push(Edit { start: from, end, prefix, suffix, operator, numbers: vec![m.number] });
            } else {
                let prefix = format!("(if {} {{ {} }} else {{ ", on(m), &self.source[to..end]);
                self.push((from, end), prefix, " })", vec![m.number]);
            }
        }
        visit::visit_expr_unary(self, x);
    }

    fn visit_arm(&mut self, a: &'ast syn::Arm) {
        let deleted = self.of("MatchArm", a.span());
        let kept: String = deleted.iter().map(|m| format!("!{} && ", on(m))).collect();
        if let Some((_, guard)) = &a.guard {
            let guards = self.of("MatchArmGuard", guard.span());
            let any: String = guards.iter().filter(|m| m.replacement == "true").map(|m| on(m) + " || ").collect();
            let all: String =
                guards.iter().filter(|m| m.replacement == "false").map(|m| format!("!{} && ", on(m))).collect();
            let numbers = [numbers(&deleted), numbers(&guards)].concat();
            if !numbers.is_empty() {
                let (prefix, suffix) =
                    if has_let(guard) { (format!("{kept}{all}"), "") } else { (format!("{kept}({any}{all}("), "))") };
                self.push(self.place(guard.span()), prefix, suffix, numbers);
            }
        } else if !deleted.is_empty() {
            let end = self.place(a.pat.span()).1;
            self.push((end, end), format!(" if {kept}true"), "", numbers(&deleted));
        }
        visit::visit_arm(self, a);
    }

    fn visit_expr_struct(&mut self, x: &'ast syn::ExprStruct) {
        let (start, end) = self.place(x.span());
        let mut deleted = Vec::new();
        let mut chain = String::new();
        for field in &x.fields {
            let (from, mut to) = self.place(field.span());
            let rest = &self.source[to..end];
            if rest.trim_start().starts_with(',') {
                to += rest.find(',').map_or(0, |c| c + 1);
            }
            let ms = self.of("StructField", field.span());
            chain += &Self::chain(&ms, |_| format!("{}{}", &self.source[start..from], &self.source[to..end]));
            deleted.extend(numbers(&ms));
        }
        if !deleted.is_empty() {
            self.push((start, end), format!("({chain}{{ "), " })", deleted);
        }
        visit::visit_expr_struct(self, x);
    }

    // Constants cannot ask a switch.
    fn visit_item_const(&mut self, _: &'ast syn::ItemConst) {}
    fn visit_item_static(&mut self, _: &'ast syn::ItemStatic) {}
    fn visit_impl_item_const(&mut self, _: &'ast syn::ImplItemConst) {}
}
