//! `prexec lint`: what loads but hardly means what its author thinks.

use super::call::{finish, unwritten};
use super::human::Color;
use super::rewrite::rewrite;
use super::values::{day, number_of};
use super::{POLICY_ERROR, human, policy};
use crate::lint::{self, Finding, Level};
use crate::rules::{Diagnostics, Loader, SourceFile};
use crate::text::date;
use clap::{Args, ValueEnum};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

/// Exit status where there are warnings.
const FOUND: u8 = 5;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Policies, or directories of them
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// How the findings are written
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    format: Format,
    /// The day that days of review are held against [default: today]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    today: Option<String>,
    /// Say what a code stands for, and end; `all` for every one
    #[arg(long, value_name = "CODE", conflicts_with_all = ["format", "fix"])]
    explain: Option<String>,
    /// Make the changes that put a finding right, where there is exactly one way to; what is left is reported
    #[arg(long)]
    fix: bool,
    /// When to colour the output
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    color: Color,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Each with its source line
    Human,
    /// One object per line
    Json,
    /// SARIF 2.1.0
    Sarif,
    /// Annotations of GitHub Actions
    Github,
}

pub(super) fn run(options: &Options) -> ExitCode {
    if let Some(name) = &options.explain {
        return finish(explain(name));
    }
    let mut files = Vec::new();
    for path in &options.paths {
        if let Err(why) = policy::find_files(path, &["rules"], &mut files) {
            return finish(Err(why));
        }
    }
    if files.is_empty() {
        return finish(Err("there is no `*.rules` file; name one, or a directory of them".into()));
    }
    let today = options.today.clone().unwrap_or_else(today);
    let looked = || look(&files, &today);
    let mut found = looked();
    // A change may bring the next one to light, such as of three rules that say the same.
    for _ in 0..ROUNDS {
        match &found {
            Ok((findings, sources)) if options.fix && findings.iter().any(|finding| finding.fix.is_some()) => {
                if let Err(why) = fix(findings, sources) {
                    return finish(Err(why));
                }
                found = looked();
            }
            _ => break,
        }
    }
    match found {
        Ok((findings, sources)) => finish(write(options, &findings, &sources, files.len())),
        Err(errors) => {
            human::diagnostics(&errors, options.color);
            ExitCode::from(POLICY_ERROR)
        }
    }
}

/// Most times that files are changed and looked at again.
const ROUNDS: usize = 10;

/// What is found in files, each on its own, and their texts.
fn look(files: &[PathBuf], today: &str) -> Result<(Vec<Finding>, Vec<SourceFile>), Diagnostics> {
    let (mut findings, mut sources, mut errors) = (Vec::new(), Vec::new(), Diagnostics::default());
    for file in files {
        match Loader::new().load(&[file]) {
            Ok(loaded) => {
                for finding in lint::findings(&loaded, today) {
                    if !findings.contains(&finding) {
                        findings.push(finding);
                    }
                }
                sources.extend(loaded.sources);
            }
            Err(found) => errors.append(found),
        }
    }
    // A file that speaks of the tiers of the file that includes it is looked at there.
    let broken = errors.iter().any(|error| !error.message.starts_with("unknown tier "));
    if broken { Err(errors) } else { Ok((findings, sources)) }
}

/// Changes the files.
fn fix(findings: &[Finding], sources: &[SourceFile]) -> Result<(), String> {
    for source in sources {
        let of_file: Vec<&Finding> = findings.iter().filter(|finding| finding.position().0 == source.name).collect();
        let Some(path) = source.path.as_ref().filter(|_| of_file.iter().any(|finding| finding.fix.is_some())) else {
            continue;
        };
        let text = lint::apply(&source.text, &of_file);
        rewrite(path, &text)?;
    }
    Ok(())
}

fn write(options: &Options, findings: &[Finding], sources: &[SourceFile], files: usize) -> Result<ExitCode, String> {
    let mut out = std::io::stdout().lock();
    let warnings = findings.iter().filter(|finding| finding.level() == Level::Warning).count();
    let text = match options.format {
        Format::Human => {
            let shown = lint::human(findings, sources, options.color.paint(&out).is_on());
            let notes = number_of(findings.len() - warnings, "note");
            format!("{shown}{}, {notes} in {}\n", number_of(warnings, "warning"), number_of(files, "file"))
        }
        Format::Json => lint::json(findings, sources),
        Format::Sarif => lint::sarif(findings, sources),
        Format::Github => lint::github(findings),
    };
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|e| unwritten(&e))?;
    Ok(if warnings == 0 { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

/// What a code stands for.
fn explain(name: &str) -> Result<ExitCode, String> {
    let names = || lint::CODES.iter().map(|code| code.name).collect::<Vec<_>>();
    let text = if name == "all" {
        names().into_iter().filter_map(lint::explain).collect::<Vec<_>>().join("\n")
    } else {
        lint::explain(name).ok_or_else(|| format!("there is no code `{name}`; there are {}", names().join(", ")))?
    };
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|e| unwritten(&e))?;
    Ok(ExitCode::SUCCESS)
}

/// The day in UTC, as ISO 8601 writes it.
fn today() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    date::day(seconds)
}
