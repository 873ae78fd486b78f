//! What is wrong with a policy, for people: place, sentence, source line, help.

use crate::text::{is_hidden, visible};
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use starlark::codemap::{FileSpan, Pos, Span};
use std::{
    borrow::ToOwned,
    boxed::Box,
    fmt, format,
    ops::Range,
    string::{String, ToString},
    vec::Vec,
};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The policy does not load.
    Error,
    /// It loads, but hardly says what its author meant.
    Warning,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether the policy still loads.
    pub severity: Severity,
    /// The file as named on the command line or as installed; where there is none, what was being read.
    pub file: String,
    /// Line from 1; 0 where the finding speaks of the whole file.
    pub line: usize,
    /// Column in characters from 1; 0 where the finding speaks of the whole file.
    pub column: usize,
    /// What is wrong: one lower-case sentence without a final period.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    source: Option<Box<SourceLine>>,
}

/// The line that a finding speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SourceLine {
    text: String,
    /// The bytes of it that are meant.
    span: Range<usize>,
}

impl SourceLine {
    /// The line where `span` begins. Of a very long one only the beginning of what is meant is kept.
    fn of(span: &FileSpan) -> Self {
        let line = span.file.line_span_trim_newline(span.resolve_span().begin.line);
        let (first, last) = (line.begin().get() as usize, line.end().get() as usize);
        let start = (span.span.begin().get() as usize).clamp(first, last) - first;
        let end = (span.span.end().get() as usize).clamp(first, last) - first;
        let text = span.file.source_span(line);
        if text.len() <= LONGEST_LINE {
            return Self { text: text.to_owned(), span: start..end };
        }
        let cut: String = text.get(start..end).unwrap_or_default().chars().take(LONGEST_CUT).collect();
        Self { span: 0..cut.len(), text: cut }
    }
}

/// The place, with whole characters: that of a wrong escape of an f-string may end in the middle of one.
fn on_characters(span: &FileSpan) -> FileSpan {
    let text = span.file.source();
    let (mut start, mut end) = (span.span.begin().get() as usize, span.span.end().get() as usize);
    while start > 0 && !text.is_char_boundary(start) {
        start -= 1;
    }
    while end < text.len() && !text.is_char_boundary(end) {
        end += 1;
    }
    let position = |byte: usize| Pos::new(u32::try_from(byte).unwrap_or(u32::MAX));
    FileSpan { file: span.file.clone(), span: Span::new(position(start), position(end.min(text.len()))) }
}

/// Bytes of a source line that is kept as it is.
const LONGEST_LINE: usize = 1000;
/// Characters that are kept of a longer one, and of a message of the interpreter.
const LONGEST_CUT: usize = 300;
/// Findings that are kept: whoever has more has one mistake many times.
const MOST: usize = 1000;

impl Diagnostic {
    /// An error that speaks of a whole file.
    pub fn of_file(file: &str, message: impl Into<String>, help: Option<String>) -> Self {
        Self {
            severity: Severity::Error,
            file: file.to_owned(),
            line: 0,
            column: 0,
            message: message.into(),
            help,
            source: None,
        }
    }

    /// An error at a place in a file's text.
    pub(super) fn at(span: &FileSpan, message: impl Into<String>, help: Option<String>) -> Self {
        let span = &on_characters(span);
        let resolved = span.resolve_span();
        Self {
            severity: Severity::Error,
            file: span.filename().to_owned(),
            line: resolved.begin.line + 1,
            column: resolved.begin.column + 1,
            message: message.into(),
            help,
            source: Some(Box::new(SourceLine::of(span))),
        }
    }

    /// The same finding as a warning.
    #[must_use]
    pub(super) fn into_warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    fn report(&self, renderer: &Renderer) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let (message, file) = (visible_lines(&self.message), visible(&self.file));
        let line = self.source.as_ref().map(|line| shown_line(&line.text, &line.span));
        let mut group = match &line {
            Some((text, span)) => level.primary_title(&*message).element(
                Snippet::source(text.as_str())
                    .line_start(self.line)
                    .path(&*file)
                    .annotation(AnnotationKind::Primary.span(span.clone())),
            ),
            None => level.primary_title(&*message).element(annotate_snippets::Origin::path(&*file)),
        };
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(visible(help).into_owned()));
        }
        renderer.render(&[group])
    }
}

/// A source line without hidden characters, and where in it is what was at `span`. Tabs stay.
pub(crate) fn shown_line(text: &str, span: &Range<usize>) -> (String, Range<usize>) {
    let shown = |part: Option<&str>| {
        let parts: Vec<_> = part.unwrap_or_default().split('\t').map(visible).collect();
        parts.join("\t")
    };
    let before = shown(text.get(..span.start));
    let meant = shown(text.get(span.clone()));
    let after = shown(text.get(span.end..));
    let span = before.len()..before.len() + meant.len();
    ([before, meant, after].concat(), span)
}

/// Without hidden characters, but with the lines that there are.
fn visible_lines(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

impl fmt::Display for Diagnostic {
    /// `FILE:LINE:COLUMN: MESSAGE`, on one line whatever the message quotes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = visible(&self.file);
        if self.line == 0 {
            write!(f, "{file}: ")?;
        } else {
            write!(f, "{file}:{}:{}: ", self.line, self.column)?;
        }
        if self.severity == Severity::Warning {
            f.write_str("warning: ")?;
        }
        for c in self.message.chars() {
            if is_hidden(c) { write!(f, "{}", c.escape_default())? } else { fmt::Write::write_char(f, c)? }
        }
        Ok(())
    }
}

/// Findings, by file as read and by place in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Adds a finding, unless the very same was made before (a loop repeats its call's mistake), or a thousand were.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if self.0.len() == MOST {
            let more = format!("there are more than {MOST} findings, the rest is left out");
            self.0.push(Diagnostic::of_file("policy", more, Some("correct these first".to_owned())));
        }
        if self.0.len() < MOST && !self.0.contains(&diagnostic) {
            self.0.push(diagnostic);
        }
    }

    /// Adds the findings of `other`.
    pub fn append(&mut self, other: Self) {
        for diagnostic in other.0 {
            self.push(diagnostic);
        }
    }

    /// Puts the findings into the order of `files`, and by place within each.
    pub(super) fn sort(&mut self, files: &[String]) {
        self.0.sort_by_key(|d| {
            let file = files.iter().position(|name| *name == d.file);
            (file.unwrap_or(files.len()), d.line, d.column)
        });
    }

    /// The findings.
    pub fn iter(&self) -> core::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether one of them keeps the policy from loading.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|d| d.severity == Severity::Error)
    }

    /// Every finding on a line of its own with what helps, for whoever sees nothing but one message.
    pub fn told(&self) -> String {
        let told = |d: &Diagnostic| match &d.help {
            Some(help) => format!("{d} ({})", visible(help)),
            None => d.to_string(),
        };
        self.0.iter().map(told).collect::<Vec<_>>().join("\n")
    }

    /// Every finding with its source line, a caret and help; with terminal colours where `color`.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let mut text = String::new();
        for diagnostic in &self.0 {
            text.push_str(&diagnostic.report(&renderer));
            text.push('\n');
        }
        text
    }
}

impl fmt::Display for Diagnostics {
    /// One line each, without a final newline.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Diagnostics {}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = core::slice::Iter<'a, Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(Vec::from([diagnostic]))
    }
}

/// What is wrong with something that will get its place later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// One lower-case sentence.
    pub(super) message: String,
    /// What to do.
    pub(super) help: Option<String>,
}

impl Problem {
    pub(super) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: Some(help.into()) }
    }
}

/// Makes one sentence of an engine's message: its first line, lower case, no final period.
pub(super) fn sentence(message: &str) -> String {
    let line = message.lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or("it failed without saying why");
    let line = line.strip_prefix("Parse error: ").unwrap_or(line).trim_end_matches('.');
    let mut rest = line.chars().take(LONGEST_CUT);
    let first = rest.next().map(|c| c.to_lowercase().collect::<String>()).unwrap_or_default();
    first + &rest.collect::<String>()
}
