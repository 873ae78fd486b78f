//! `prexec test`: the examples of rules, `*.cases` files, and what of the rules they cover.

use super::call::{finish, unwritten};
use super::policy;
use crate::cases::{Case, Coverage, attacks, judge, parse};
use crate::decision::Decision;
use crate::policy::Policy;
use crate::rules::{Diagnostics, Loaded, Loader, Severity};
use crate::text::visible;
use clap::{Args, ValueEnum};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Exit status where something failed.
const FAILED: u8 = 5;
/// Characters of an attack that are shown.
const SHOWN: usize = 160;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// `*.rules` and `*.cases` files, or directories of them
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// How the results are written
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    format: Format,
    /// Hold every shipped attack against each policy that is named
    #[arg(long)]
    redteam: bool,
    /// Fail where a rule has nothing that it matches, or no near miss
    #[arg(long)]
    coverage: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Failures and a summary
    Human,
    /// XML as `JUnit` writes it
    Junit,
}

/// One test and how it went.
struct Tested {
    file: String,
    name: String,
    /// What is wrong; none where it passed.
    failure: Option<String>,
}

pub(super) fn run(options: &Options) -> ExitCode {
    finish(outcome(options))
}

fn outcome(options: &Options) -> Result<ExitCode, String> {
    let mut files = Vec::new();
    for path in &options.paths {
        policy::find_files(path, &["rules", "cases"], &mut files)?;
    }
    if files.is_empty() {
        return Err("there is no `*.rules` or `*.cases` file; name one, or a directory of them".into());
    }
    let mut bench = Bench::default();
    for file in &files {
        if file.extension().is_some_and(|e| e == "rules") {
            if options.redteam { bench.redteam(file) } else { bench.rules(file) }
        } else if !options.redteam {
            bench.cases(file)?;
        }
    }
    let failed = bench.results.iter().filter(|r| r.failure.is_some()).count();
    let gaps = bench.coverage.gaps().len();
    let mut out = std::io::stdout().lock();
    match options.format {
        Format::Junit => out.write_all(bench.junit().as_bytes()),
        Format::Human => bench.human(&mut out, options.redteam),
    }
    .and_then(|()| out.flush())
    .map_err(|e| unwritten(&e))?;
    let fails = failed > 0 || (options.coverage && gaps > 0 && !options.redteam);
    Ok(if fails { ExitCode::from(FAILED) } else { ExitCode::SUCCESS })
}

#[derive(Default)]
struct Bench {
    results: Vec<Tested>,
    coverage: Coverage,
    policies: BTreeMap<String, Result<Policy, String>>,
    notes: Vec<String>,
}

impl Bench {
    fn add(&mut self, file: &Path, name: impl Into<String>, failure: Option<String>) {
        self.results.push(Tested { file: file.display().to_string(), name: name.into(), failure });
    }

    /// The examples of a file's rules are checked by loading it.
    fn rules(&mut self, file: &Path) {
        match Loader::new().load(&[file]) {
            Ok(loaded) => self.loaded(file, &loaded),
            Err(found) if only_tiers(&found) => {
                self.notes.push(format!("{}: speaks of tiers that the file that includes it defines", file.display()));
            }
            Err(found) => self.add(file, "loads", Some(found.to_string())),
        }
    }

    fn loaded(&mut self, file: &Path, loaded: &Loaded) {
        // What is included counts where it stands; shipped files of the same name are the same rules.
        let own = file.display().to_string();
        let rules: Vec<_> = loaded.rules.iter().filter(|r| r.place.starts_with(&own)).cloned().collect();
        self.coverage.rules(&rules);
        for rule in &rules {
            for example in rule.matches.iter().chain(&rule.not_matches) {
                self.add(file, format!("{} {example}", rule.place), None);
            }
        }
        self.add(file, "loads", None);
    }

    fn cases(&mut self, file: &Path) -> Result<(), String> {
        let text = std::fs::read_to_string(file).map_err(|e| format!("`{}` cannot be read: {e}", file.display()))?;
        let cases = match parse(&text) {
            Ok(cases) => cases,
            Err(faults) => {
                for fault in faults {
                    self.add(file, format!("line {}", fault.line), Some(fault.message));
                }
                return Ok(());
            }
        };
        if cases.is_empty() {
            return Err(format!("`{}` holds no case", file.display()));
        }
        for case in &cases {
            let name = format!("{}: {}{}", case.line, tool(case), case.shown);
            let policy = self.policy_of(file, case);
            let failure = match policy {
                Err(why) => Some(why),
                Ok(policy) => {
                    let outcome = judge(case, &policy);
                    self.coverage.case(&outcome.covered);
                    (!outcome.is_as_expected(case)).then(|| {
                        let rule = case.rule.as_ref().map(|r| format!(" by {r}")).unwrap_or_default();
                        let why = outcome.why.map(|why| format!(" ({why})")).unwrap_or_default();
                        let (wanted, got) = (case.expected.as_str(), outcome.decision.as_str());
                        format!("expected {wanted}{rule}, got {got} by {}{why}", outcome.rule)
                    })
                }
            };
            self.add(file, name, failure);
        }
        Ok(())
    }

    fn policy_of(&mut self, file: &Path, case: &Case) -> Result<Policy, String> {
        let path = match &case.policy {
            Some(name) if name.starts_with("@prexec/") => PathBuf::from(name),
            Some(name) => file.parent().unwrap_or(Path::new(".")).join(name.trim_start_matches("./")),
            None => file.with_extension("rules"),
        };
        let key = path.display().to_string();
        self.policies.entry(key.clone()).or_insert_with(|| load(&key)).clone()
    }

    /// Every attack against a policy; a class passes where none is allowed.
    fn redteam(&mut self, file: &Path) {
        let policy = match load(&file.display().to_string()) {
            Ok(policy) => policy,
            Err(why) => return self.add(file, "loads", Some(why)),
        };
        let mut classes: BTreeMap<String, (usize, Vec<String>)> = BTreeMap::new();
        for case in attacks() {
            let outcome = judge(&case, &policy);
            let class = classes.entry(case.class.clone().unwrap_or_default()).or_default();
            class.0 += 1;
            if outcome.decision == Decision::Allow {
                let short: String = visible(&case.shown).chars().take(SHOWN).collect();
                class.1.push(format!("`{}{short}` is allowed by {}", tool(&case), outcome.rule));
            }
        }
        for (kind, (all, allowed)) in classes {
            let failure = (!allowed.is_empty()).then(|| allowed.join("\n"));
            self.add(file, format!("{kind}: {} of {all} stopped", all - allowed.len()), failure);
        }
    }

    fn human(&self, out: &mut impl Write, redteam: bool) -> std::io::Result<()> {
        let failed: Vec<_> = self.results.iter().filter(|r| r.failure.is_some()).collect();
        if redteam {
            for result in &self.results {
                writeln!(out, "{}: {}", visible(&result.file), visible(&result.name))?;
            }
        }
        for result in &failed {
            writeln!(out, "failed  {}: {}", visible(&result.file), visible(&result.name))?;
            for line in result.failure.iter().flat_map(|why| why.lines()) {
                writeln!(out, "        {}", visible(line))?;
            }
        }
        let gaps = self.coverage.gaps();
        for (place, rule, lacks) in gaps.iter().filter(|_| !redteam) {
            let short: String = rule.chars().take(80).collect();
            writeln!(out, "not covered  {}: {lacks}: {}", visible(place), visible(&short))?;
        }
        for note in &self.notes {
            writeln!(out, "note  {}", visible(note))?;
        }
        let rules = self.coverage.len();
        write!(out, "{} passed, {} failed", self.results.len() - failed.len(), failed.len())?;
        if redteam { writeln!(out) } else { writeln!(out, "; {} of {rules} rules covered", rules - gaps.len()) }
    }

    fn junit(&self) -> String {
        let failed = self.results.iter().filter(|r| r.failure.is_some()).count();
        let mut text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"prexec\" tests=\"{}\" failures=\"{failed}\">\n",
            self.results.len()
        );
        for result in &self.results {
            let _ = write!(text, "  <testcase classname=\"{}\" name=\"{}\"", xml(&result.file), xml(&result.name));
            match &result.failure {
                None => text.push_str("/>\n"),
                Some(why) => {
                    let _ = writeln!(text, "><failure message=\"{}\"/></testcase>", xml(why));
                }
            }
        }
        text.push_str("</testsuite>\n");
        text
    }
}

fn load(name: &str) -> Result<Policy, String> {
    let loaded = match name.strip_prefix("@prexec/") {
        Some(shipped) => Loader::new().embedded(shipped),
        None => Loader::new().load(&[Path::new(name)]),
    };
    loaded.map(|loaded| loaded.policy).map_err(|found| format!("the policy does not load:\n{found}"))
}

/// Whether all that keeps a file from loading is that it speaks of tiers that are defined elsewhere.
fn only_tiers(found: &Diagnostics) -> bool {
    found.iter().filter(|d| d.severity == Severity::Error).all(|d| d.message.starts_with("unknown tier "))
}

/// The name of a tool that is not a shell, to stand before what it is given.
fn tool(case: &Case) -> String {
    if case.tool == "Bash" { String::new() } else { format!("{} ", case.tool) }
}

/// Text inside of an XML attribute.
fn xml(text: &str) -> String {
    let mut out = String::new();
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}
