//! Findings as people and programs read them.

use super::{CODES, Code, Finding, Fix, Level};
use crate::rules::{SourceFile, shown_line};
use crate::text::visible;
use annotate_snippets::{AnnotationKind, Level as Shown, Renderer, Snippet};
use serde_json::{Value as Json, json};
use std::{
    format,
    string::{String, ToString},
    vec::Vec,
};

/// Each finding with its source line; with terminal colours where `color`.
pub fn human(findings: &[Finding], sources: &[SourceFile], color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let mut text = String::new();
    for finding in findings {
        let (file, line, column) = finding.position();
        let level = if finding.level() == Level::Warning { Shown::WARNING } else { Shown::NOTE };
        let (message, help, shown) = (visible(&finding.message), visible(&finding.help), visible(file));
        let title = level.primary_title(&*message).id(finding.code);
        let source = sources.iter().find(|s| s.name == file).and_then(|s| s.text.lines().nth(line.checked_sub(1)?));
        let start = source.map_or(0, |s| s.char_indices().nth(column.saturating_sub(1)).map_or(0, |(at, _)| at));
        let line = source.map(|source| shown_line(source, &(start..source.len())));
        let group = match &line {
            Some((source, span)) => title.element(
                Snippet::source(source.as_str())
                    .line_start(finding.position().1)
                    .path(&*shown)
                    .annotation(AnnotationKind::Primary.span(span.clone())),
            ),
            None => title.element(annotate_snippets::Origin::path(&*shown)),
        };
        text.push_str(&renderer.render(&[group.element(Shown::HELP.message(&*help))]));
        text.push('\n');
    }
    text
}

/// One JSON object per line.
pub fn json(findings: &[Finding], sources: &[SourceFile]) -> String {
    let line = |finding: &Finding| {
        let (file, line, column) = finding.position();
        let mut shown = json!({
            "code": finding.code, "level": level(finding.level()), "file": file, "line": line, "column": column,
            "message": finding.message, "help": finding.help,
        });
        if let (Some((fix, [a, b, c, d])), Some(object)) = (span(finding, sources), shown.as_object_mut()) {
            let fix = json!({
                "description": fix.what, "start": { "line": a, "column": b }, "end": { "line": c, "column": d }, "text": fix.text,
            });
            object.insert("fix".into(), fix);
        }
        shown.to_string() + "\n"
    };
    findings.iter().map(line).collect()
}

/// The findings as SARIF 2.1.0.
pub fn sarif(findings: &[Finding], sources: &[SourceFile]) -> String {
    let rule = |code: &Code| {
        json!({
            "id": code.name, "shortDescription": { "text": code.short }, "fullDescription": { "text": code.long },
            "defaultConfiguration": { "level": level(code.level) },
        })
    };
    let rules: Vec<Json> = CODES.iter().map(rule).collect();
    let result = |finding: &Finding| {
        let (file, line, column) = finding.position();
        let mut result = json!({
            "ruleId": finding.code, "level": level(finding.level()),
            "message": { "text": format!("{}; {}", finding.message, finding.help) },
            "locations": [{ "physicalLocation": {
                "artifactLocation": { "uri": file }, "region": { "startLine": line, "startColumn": column },
            } }],
        });
        if let (Some((fix, [a, b, c, d])), Some(object)) = (span(finding, sources), result.as_object_mut()) {
            let region = json!({ "startLine": a, "startColumn": b, "endLine": c, "endColumn": d });
            let replacement = json!({ "deletedRegion": region, "insertedContent": { "text": fix.text } });
            let change = json!({ "artifactLocation": { "uri": file }, "replacements": [replacement] });
            let fix = json!({ "description": { "text": fix.what }, "artifactChanges": [change] });
            object.insert("fixes".into(), json!([fix]));
        }
        result
    };
    let results: Vec<Json> = findings.iter().map(result).collect();
    let tool = json!({ "driver": { "name": "prexec", "version": env!("CARGO_PKG_VERSION"), "rules": rules } });
    let whole = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
        "runs": [{ "tool": tool, "results": results }],
    });
    whole.to_string() + "\n"
}

/// Workflow commands of GitHub Actions.
pub fn github(findings: &[Finding]) -> String {
    let value = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| value(text).replace(':', "%3A").replace(',', "%2C");
    let line = |finding: &Finding| {
        let (file, line, column) = finding.position();
        let command = if finding.level() == Level::Warning { "warning" } else { "notice" };
        let message = value(&visible(&format!("{}; {}", finding.message, finding.help)));
        let file = property(&visible(file));
        format!("::{command} file={file},line={line},col={column},title={}::{message}\n", finding.code)
    };
    findings.iter().map(line).collect()
}

/// What a code stands for; `None` for one that is not known.
pub fn explain(name: &str) -> Option<String> {
    let code = super::code(name)?;
    Some(format!("{} ({}): {}\n\n{}\n", code.name, level(code.level), code.short, code.long))
}

/// A finding's fix, with first and last line and column.
fn span<'f>(finding: &'f Finding, sources: &[SourceFile]) -> Option<(&'f Fix, [usize; 4])> {
    let fix = finding.fix.as_ref()?;
    let source = sources.iter().find(|source| source.name == finding.position().0)?;
    Some((fix, fix.span(&source.text)))
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Warning => "warning",
        Level::Note => "note",
    }
}
