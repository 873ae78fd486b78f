//! `prexec audit query`: which calls there were, and how many of each kind.

use super::call::{finish, unwritten};
use super::trail::{Progress, TrailOptions, home};
use crate::text::{is_hidden, visible};
use crate::trail::export::{clean, csv};
use crate::trail::index::{self, Stage, Unanswered};
use crate::trail::query::facts::{DECISIONS, EFFECTS, Field, KINDS, OBSERVED};
use crate::trail::query::{Answer, Asked, Counts, Key, Query, Wanted, scan};
use crate::trail::{Record, Span, day_files};
use clap::{Args, ValueEnum};
use serde_json::{Map, Value as Json};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Fewer bytes than these are read in the time that it takes to open an index.
const WORTH_IT: u64 = 16 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Table,
    /// One JSON object per line
    Json,
    /// For spreadsheets, with a header
    Csv,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Index {
    /// Where there is much to read
    Auto,
    /// However little there is to read
    Always,
    /// Read every line, and leave the index alone
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Access {
    Read,
    Write,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum By {
    Day,
    Decision,
    Kind,
    Rule,
    Repository,
    Program,
    Path,
    Host,
    Tool,
    Agent,
    Subagent,
    Session,
    User,
    Machine,
    Model,
    Mode,
    Event,
}

#[derive(Debug, Args)]
#[command(after_help = super::examples::AUDIT_QUERY)]
pub(super) struct Options {
    #[command(flatten)]
    trail: TrailOptions,
    /// Calls that were decided so: allow, prompt, deny; may be repeated, as every filter
    #[arg(long, value_name = "DECISION", value_parser = ["allow", "prompt", "deny"])]
    decision: Vec<String>,
    /// Calls that a rule matched: `packs/secrets.rules:12:1`, `secrets.rules`, `default:*`
    #[arg(long, value_name = "GLOB")]
    rule: Vec<String>,
    /// Calls that read or write such a path, or a tree that it may be in: `~/.aws`, `**/.env`; `~` is anybody's home
    #[arg(long, value_name = "GLOB")]
    path: Vec<String>,
    /// Paths only where they are read, or written
    #[arg(long, value_enum)]
    access: Option<Access>,
    /// Calls that run a program: `git`, `git push`, `/opt/*`
    #[arg(long, value_name = "GLOB")]
    program: Vec<String>,
    /// Calls that contact a host: `*.example.com`
    #[arg(long, value_name = "GLOB")]
    host: Vec<String>,
    /// Calls in a repository, by its root or the root's name
    #[arg(long, value_name = "GLOB")]
    repository: Vec<String>,
    /// Calls of an agent: codex, claude
    #[arg(long, value_name = "GLOB")]
    agent: Vec<String>,
    /// Calls of a session
    #[arg(long, value_name = "GLOB")]
    session: Vec<String>,
    /// Calls of a tool: `Bash`, `mcp__github__*`
    #[arg(long, value_name = "GLOB")]
    tool: Vec<String>,
    /// Calls of an account
    #[arg(long, value_name = "GLOB")]
    user: Vec<String>,
    /// Calls on a machine
    #[arg(long, value_name = "GLOB")]
    machine: Vec<String>,
    /// Calls of a model
    #[arg(long, value_name = "GLOB")]
    model: Vec<String>,
    /// Calls with such an effect
    #[arg(long, value_name = "KIND", value_parser = ["run", "read", "write", "connect", "readenv", "setenv", "tool", "flow", "interactive", "unknown"])]
    effect: Vec<String>,
    /// Calls that were only observed: nothing was blocked
    #[arg(long)]
    observed: bool,
    /// Records of such a kind, or `all` [default: decision]
    #[arg(long, value_name = "KIND", value_parser = ["decision", "outcome", "session", "gate", "all"])]
    kind: Vec<String>,
    /// Count instead of listing, by one or several of these, with commas between
    #[arg(long, value_enum, value_name = "WHAT", value_delimiter = ',')]
    count_by: Vec<By>,
    /// The newest so many records, or the first so many rows of counts [default for tables: 100]
    #[arg(long, value_name = "NUMBER")]
    limit: Option<usize>,
    /// How it is written
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Table)]
    format: Format,
    /// Whether to ask an index of the records, which this account keeps in `~/.local/state/prexec/index` and brings up to date
    /// before; it may be deleted any time
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Index::Auto)]
    index: Index,
}

pub(super) fn run(options: &Options) -> ExitCode {
    finish(ask(options))
}

fn ask(options: &Options) -> Result<ExitCode, String> {
    let (places, span) = (options.trail.places()?, options.trail.span()?);
    let keys: Vec<Key> = options.count_by.iter().map(|by| key(*by)).collect();
    let limit = options.limit.or((options.format == Format::Table).then_some(100));
    let listed = if keys.is_empty() { limit } else { None };
    let mut asked = Asked { query: query(options)?, span, keys: keys.clone(), limit: listed };
    let mut out = BufWriter::new(io::stdout().lock());
    if keys.is_empty() && options.format == Format::Csv {
        out.write_all(csv::header().as_bytes()).map_err(|e| unwritten(&e))?;
    }
    let (mut shown, mut broken) = (0, None);
    let answer = look(options, &places, &mut asked, |record| {
        shown += 1;
        write_record(&mut out, options.format, record).map_err(|e| {
            broken = Some(e);
            io::Error::other("")
        })
    });
    if let Some(error) = broken {
        return Err(unwritten(&error));
    }
    let answer = answer.map_err(|e| format!("the records cannot be read: {e}"))?;
    let Answer { found, lost, torn, counts } = answer;
    if !keys.is_empty() {
        write_counts(&mut out, options.format, &keys, counts, limit).map_err(|e| unwritten(&e))?;
    }
    out.flush().map_err(|e| unwritten(&e))?;
    if keys.is_empty() && limit.is_some() && shown < found {
        eprintln!("note: the newest {shown} of {found} records; --limit shows more");
    }
    if torn > 0 {
        eprintln!("note: {torn} lines are no records, such as those of a process that was killed while it wrote");
    }
    if lost > 0 {
        eprintln!("note: at least {lost} records of that time could not be written");
    }
    Ok(ExitCode::SUCCESS)
}

/// Asks the index where that is worth it, else the lines.
fn look(
    options: &Options,
    places: &[PathBuf],
    asked: &mut Asked,
    mut each: impl FnMut(Record) -> io::Result<()>,
) -> io::Result<Answer> {
    let is_worth_it = match options.index {
        Index::Auto => size(places, &asked.span) >= WORTH_IT,
        Index::Always => true,
        Index::Never => false,
    };
    let mut progress = Progress::new();
    if is_worth_it {
        let answer = match home(options.trail.home.as_deref()) {
            Some(home) => {
                let tick = |stage, done, total| match stage {
                    Stage::Waiting => {
                        progress.say(format_args!("waiting for another question that indexes the records "));
                    }
                    Stage::Indexing => {
                        progress.tick_of(format_args!("indexing {} MiB of records", total >> 20), done, total);
                    }
                    Stage::Listing => progress.tick_of(format_args!("listing {total} records"), done, total),
                };
                index::answer(&home.join(index::USER), places, asked, tick, &mut each)
            }
            None => Err(Unanswered::Index("this account has no home directory".into())),
        };
        progress.end();
        match answer {
            Ok(answer) => return Ok(answer),
            Err(Unanswered::Listing(error)) => return Err(error),
            Err(Unanswered::Index(why)) => {
                eprintln!("note: every line is read, since the index cannot be used: {}", visible(&why));
            }
        }
    }
    let answer = scan(places, asked, |done, total| progress.tick(done, total), each);
    progress.end();
    answer
}

/// How large the files are that are asked about.
fn size(places: &[PathBuf], span: &Span) -> u64 {
    let files = places.iter().filter_map(|place| day_files(place).ok()).flatten();
    let files = files.filter(|file| span.touches(&file.day));
    files.filter_map(|file| file.path.symlink_metadata().ok()).map(|data| data.len()).sum()
}

fn query(options: &Options) -> Result<Query, String> {
    let number = |names: &[&str], name: &String| names.iter().position(|known| known == name);
    let effect = |name: &String| number(EFFECTS, name).map_or(0, |bit| 1 << bit);
    let kinds = if options.kind.is_empty() {
        Vec::from([0])
    } else {
        options.kind.iter().filter_map(|kind| number(KINDS, kind)).collect()
    };
    let mut query = Query {
        kinds: if options.kind.iter().any(|kind| kind == "all") { Vec::new() } else { kinds },
        decisions: options.decision.iter().filter_map(|decision| number(DECISIONS, decision)).collect(),
        flags: if options.observed { OBSERVED } else { 0 },
        effects: options.effect.iter().map(effect).fold(0, |all, bit| all | bit),
        written: options.access.map(|access| access == Access::Write),
        wanted: Vec::new(),
    };
    for (field, globs) in [
        (Field::Rule, &options.rule),
        (Field::Path, &options.path),
        (Field::Program, &options.program),
        (Field::Host, &options.host),
        (Field::Repository, &options.repository),
        (Field::Agent, &options.agent),
        (Field::Session, &options.session),
        (Field::Tool, &options.tool),
        (Field::User, &options.user),
        (Field::Machine, &options.machine),
        (Field::Model, &options.model),
    ] {
        if !globs.is_empty() {
            let wanted = Wanted::new(field, globs)
                .map_err(|e| format!("--{} has a glob that cannot be read: {e}", field.name()))?;
            query.wanted.push(wanted);
        }
    }
    Ok(query)
}

fn key(by: By) -> Key {
    Key::Text(match by {
        By::Day => return Key::Day,
        By::Decision => return Key::Decision,
        By::Kind => return Key::Kind,
        By::Rule => Field::Rule,
        By::Repository => Field::Repository,
        By::Program => Field::Program,
        By::Path => Field::Path,
        By::Host => Field::Host,
        By::Tool => Field::Tool,
        By::Agent => Field::Agent,
        By::Subagent => Field::Subagent,
        By::Session => Field::Session,
        By::User => Field::User,
        By::Machine => Field::Machine,
        By::Model => Field::Model,
        By::Mode => Field::Mode,
        By::Event => Field::Event,
    })
}

fn write_record(out: &mut impl Write, format: Format, record: Record) -> io::Result<()> {
    // Nothing hidden reaches a terminal or a spreadsheet.
    let record = clean(record);
    match format {
        Format::Json => {
            let mut units = [0; 2];
            for c in serde_json::to_string(&record)?.chars() {
                if is_hidden(c) {
                    c.encode_utf16(&mut units).iter().try_for_each(|unit| write!(out, "\\u{unit:04x}"))?;
                } else {
                    write!(out, "{c}")?;
                }
            }
            out.write_all(b"\n")
        }
        Format::Csv => write!(out, "{}\r\n", visible(csv::row(&record).trim_end())),
        Format::Table => {
            let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".into());
            let touched =
                record.effects.iter().filter_map(|e| e.path.as_ref().or(e.host.as_ref()).or(e.program.as_ref()));
            let touched: Vec<&str> = touched.take(3).map(String::as_str).collect();
            let rule = record.reasons.first().map_or("-", |reason| reason.rule.as_str());
            let time = record.time.get(..19).unwrap_or(&record.time);
            let decision = text(&record.decision);
            let (agent, tool) = (&record.agent, text(&record.tool));
            writeln!(
                out,
                "{}",
                visible(&format!("{time}  {decision:6}  {agent:6}  {tool:12}  {}  {rule}", touched.join(", ")))
            )
        }
    }
}

fn write_counts(
    out: &mut impl Write,
    format: Format,
    keys: &[Key],
    counts: Counts,
    limit: Option<usize>,
) -> io::Result<()> {
    let rows = counts.rows();
    let rows = rows.iter().take(limit.unwrap_or(usize::MAX));
    if format == Format::Csv {
        let names: Vec<&str> = keys.iter().map(|key| key.name()).collect();
        writeln!(out, "{},count\r", names.join(","))?;
    }
    for (values, count) in rows {
        match format {
            Format::Json => {
                let shown = |value: &Option<String>| value.as_ref().map_or(Json::Null, |text| visible(text).into());
                let mut row: Map<String, Json> =
                    keys.iter().zip(values).map(|(key, value)| (key.name().into(), shown(value))).collect();
                row.insert("count".into(), (*count).into());
                writeln!(out, "{}", Json::Object(row))?;
            }
            Format::Csv => {
                for value in values {
                    write!(out, "{},", cell(value.as_deref().unwrap_or_default()))?;
                }
                writeln!(out, "{count}\r")?;
            }
            Format::Table => {
                let values: Vec<_> = values.iter().map(|value| visible(value.as_deref().unwrap_or("-"))).collect();
                writeln!(out, "{count:>10}  {}", values.join("  "))?;
            }
        }
    }
    Ok(())
}

/// A cell that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    let text = visible(text);
    let sign = if text.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    format!("\"{sign}{}\"", text.replace('"', "\"\""))
}
