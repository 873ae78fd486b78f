//! `prexec audit export`: records in the forms of other tools, to a file or to a receiver.

use super::call::{finish, unwritten};
use super::trail::{Progress, TrailOptions};
use crate::trail::export::batch::Limits;
use crate::trail::export::cursor::CursorFile;
use crate::trail::export::datagram::{Address, Datagrams, Protocol};
use crate::trail::export::http::{self, Client, Settings};
use crate::trail::export::otlp::Otlp;
use crate::trail::export::sarif::Sarif;
use crate::trail::export::ship::{Manner, Shipper, resolved};
use crate::trail::export::target::Target;
use crate::trail::export::webhook::Webhook;
use crate::trail::export::{Form, clean, csv, json};
use crate::trail::{Record, source};
use clap::{Args, ValueEnum};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One record per line, as it is recorded
    Jsonl,
    /// One event of the Open Cybersecurity Schema Framework 1.3.0 per line
    Ocsf,
    /// One document of the Elastic Common Schema 8.17 per line
    Ecs,
    /// A table with a header
    Csv,
    /// SARIF 2.1.0: a result per denied call
    Sarif,
}

#[derive(Debug, Args)]
#[command(after_help = RECEIVERS)]
pub(super) struct Options {
    #[command(flatten)]
    trail: TrailOptions,
    /// What is written; for `--to`, what a record looks like there (jsonl, ocsf or ecs; OTLP has its own)
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Jsonl)]
    format: Format,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE", conflicts_with = "to")]
    output: Option<PathBuf>,
    /// Hand records on to a receiver, going on where the last run stopped
    #[arg(long, value_name = "RECEIVER")]
    to: Option<String>,
    /// File that keeps how far the receiver is [default: cursor-NAME.json in the directory of records]
    #[arg(long, value_name = "FILE", requires = "to")]
    cursor: Option<PathBuf>,
    /// Go on when all is sent, and look for more
    #[arg(long, requires = "to")]
    follow: bool,
    /// Milliseconds between looks, and before a second attempt
    #[arg(long, value_name = "NUMBER", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=3_600_000))]
    pause: u64,
    /// Records that are sent together at most
    #[arg(long, value_name = "NUMBER", default_value_t = 512, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    batch: u64,
    /// Bytes of a syslog datagram at most [default: 2048 by UDP, 8192 on this machine]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(480..=65_000))]
    datagram: Option<u64>,
    /// File with the secret that signs a webhook
    #[arg(long, value_name = "FILE")]
    secret: Option<PathBuf>,
    /// File with lines `Name: value` that go with every request, such as `Authorization: Bearer ...`
    #[arg(long, value_name = "FILE")]
    headers: Option<PathBuf>,
    /// File with the certificates (PEM) of the authorities to trust instead of the machine's
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Compress requests
    #[arg(long)]
    gzip: bool,
}

const RECEIVERS: &str = "Receivers:
  otlp=http://HOST:4318       a collector of OpenTelemetry (/v1/logs, JSON)
  syslog[=udp://HOST:514]     RFC 5424; without an address, or with unix:/dev/log, this machine's
  journald[=PATH]             the journal of this machine
  webhook=https://HOST/PATH   a JSON array, signed with the secret of --secret (Standard Webhooks)

Each record goes out under its `id`. A batch whose answer was lost is sent again under the same name: a receiver that keeps each id
once (`log.record.uid` in OTLP) has each record once. HTTPS_PROXY, HTTP_PROXY and NO_PROXY are respected.";

pub(super) fn run(options: &Options) -> ExitCode {
    finish(match &options.to {
        Some(to) => ship(options, to),
        None => write(options),
    })
}

fn write(options: &Options) -> Result<ExitCode, String> {
    let places = options.trail.places()?;
    match &options.output {
        None => write_to(options, &places, BufWriter::with_capacity(1 << 16, io::stdout().lock()), |e| unwritten(&e)),
        Some(path) => {
            // Records are for their owner's eyes, so what is made of them is too.
            let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let failed = |e: io::Error| format!("`{}` cannot be written: {e}", path.display());
            let mut file = tempfile::NamedTempFile::new_in(directory).map_err(failed)?;
            let status = write_to(options, &places, BufWriter::with_capacity(1 << 16, &mut file), failed)?;
            file.persist(path).map_err(|e| failed(e.error))?;
            Ok(status)
        }
    }
}

fn write_to(
    options: &Options,
    places: &[PathBuf],
    mut out: impl Write,
    failed: impl Fn(io::Error) -> String,
) -> Result<ExitCode, String> {
    let span = options.trail.span()?;
    let form = form(options.format);
    let mut progress = Progress::new();
    // Errors of reading and of writing come back as one; only those of writing are marked.
    let mut broken = None;
    let mut marked = |result: io::Result<()>| {
        result.map_err(|e| {
            broken = Some(e);
            io::Error::other("")
        })
    };
    let tick = |done, total| progress.tick(done, total);
    let seen = match options.format {
        Format::Sarif => {
            let mut sarif = Sarif::new(&mut out).map_err(&failed)?;
            let seen = source::for_each(places, &span, tick, |record| marked(sarif.add(&clean(record))));
            seen.and_then(|seen| marked(sarif.finish().map(|_| ())).map(|()| seen))
        }
        Format::Csv => {
            out.write_all(csv::header().as_bytes()).map_err(&failed)?;
            source::for_each(places, &span, tick, |record| marked(out.write_all(csv::row(&clean(record)).as_bytes())))
        }
        _ => source::for_each(places, &span, tick, |record| {
            marked(out.write_all((one(form, &clean(record)) + "\n").as_bytes()))
        }),
    };
    progress.end();
    let seen = match (seen, broken) {
        (_, Some(e)) if e.kind() == io::ErrorKind::BrokenPipe => return Ok(ExitCode::SUCCESS),
        (_, Some(e)) => return Err(failed(e)),
        (Err(e), None) => return Err(format!("the records cannot be read: {e}")),
        (Ok(seen), None) => seen,
    };
    match out.flush() {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => {}
        other => other.map_err(failed)?,
    }
    if seen.torn > 0 {
        say(&format!("{} lines are no records and were left out", seen.torn));
    }
    Ok(ExitCode::SUCCESS)
}

fn one(form: Form, record: &Record) -> String {
    match form {
        Form::Own => serde_json::to_string(record).unwrap_or_default(),
        form => json(form, record).to_string(),
    }
}

fn form(format: Format) -> Form {
    match format {
        Format::Ocsf => Form::Ocsf,
        Format::Ecs => Form::Ecs,
        _ => Form::Own,
    }
}

fn say(text: &str) {
    // Nothing is left to do where nobody reads standard error.
    let _ = writeln!(io::stderr(), "prexec: {}", crate::text::visible(text));
}

fn ship(options: &Options, to: &str) -> Result<ExitCode, String> {
    if matches!(options.format, Format::Csv | Format::Sarif) {
        return Err("a receiver takes jsonl, ocsf or ecs; csv and sarif go to a file".into());
    }
    // Before anything starts a thread, so that every thread leaves the signals to the one that waits for them.
    let stop = super::stop::Asked::listen()?;
    let (kind, address) = to.split_once('=').map_or((to, None), |(kind, address)| (kind, Some(address)));
    let mut target = target(options, kind, address)?;
    let places = resolved(&options.trail.places()?);
    let path = cursor_path(options, &places, kind)?;
    let cursor = CursorFile::open(&path, to)?;
    let before = (cursor.cursor.sent, cursor.cursor.torn);
    let manner = Manner {
        span: options.trail.span()?,
        limits: Limits { records: usize::try_from(options.batch).unwrap_or(512), bytes: 1 << 20 },
        follow: options.follow,
        pause: Duration::from_millis(options.pause),
    };
    let mut shipper =
        Shipper { places: &places, cursor, target: target.as_mut(), manner, stop: &stop, say: &mut |text| say(text) };
    let result = shipper.run();
    let state = &shipper.cursor.cursor;
    if state.torn > before.1 {
        say(&format!("{} lines are no records and were passed over", state.torn - before.1));
    }
    say(&format!("{} records sent to {kind}", state.sent - before.0));
    result.map(|()| ExitCode::SUCCESS)
}

fn target(options: &Options, kind: &str, address: Option<&str>) -> Result<Box<dyn Target>, String> {
    let form = form(options.format);
    let limit = |usual: usize| options.datagram.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usual);
    match (kind, address) {
        ("otlp", Some(url)) => {
            http::checked(url)?;
            Ok(Box::new(Otlp::new(client(options, url)?, url)))
        }
        ("webhook", Some(url)) => {
            http::checked(url)?;
            if !url.starts_with("https://") && !http::is_local(url) {
                return Err(format!("`{url}` would send records in the clear; a webhook is https"));
            }
            let path =
                options.secret.as_deref().ok_or("a webhook is signed; name the file of its secret with --secret")?;
            Ok(Box::new(Webhook::new(client(options, url)?, url, secret(path)?, form)))
        }
        ("syslog", None | Some("unix:/dev/log")) => {
            let address = Address::Unix("/dev/log".into());
            Ok(Box::new(Datagrams::new(address, Protocol::Syslog, form, limit(8192))))
        }
        ("syslog", Some(address)) => {
            if let Some(path) = address.strip_prefix("unix:") {
                return Ok(Box::new(Datagrams::new(Address::Unix(path.into()), Protocol::Syslog, form, limit(8192))));
            }
            let name = address.strip_prefix("udp://").filter(|name| !name.is_empty()).ok_or_else(|| {
                format!("`{address}` is no address of a syslog; write udp://HOST:514 or unix:/dev/log")
            })?;
            let port = name.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
            let name = if port { name.to_string() } else { format!("{name}:514") };
            Ok(Box::new(Datagrams::new(Address::Udp(name), Protocol::Syslog, form, limit(2048))))
        }
        ("journald", path) => {
            let address = Address::Unix(path.unwrap_or("/run/systemd/journal/socket").into());
            Ok(Box::new(Datagrams::new(address, Protocol::Journald, form, 0)))
        }
        _ => Err(format!(
            "`{kind}` is no receiver; write otlp=URL, webhook=URL, syslog, syslog=udp://HOST:514, or journald"
        )),
    }
}

fn client(options: &Options, url: &str) -> Result<Client, String> {
    let headers = match options.headers.as_deref() {
        None => Vec::new(),
        Some(_) if !url.starts_with("https://") && !http::is_local(url) => {
            return Err(format!("`{url}` would send the headers of --headers in the clear; use https"));
        }
        Some(path) => {
            let text = String::from_utf8(private(path)?).map_err(|_| format!("`{}` is not UTF-8", path.display()))?;
            http::headers(&text).map_err(|why| format!("`{}`: {why}", path.display()))?
        }
    };
    let authorities = options
        .ca
        .as_deref()
        .map(|path| std::fs::read(path).map_err(|e| format!("`{}` cannot be read: {e}", path.display())));
    Client::new(Settings { headers, authorities: authorities.transpose()?, gzip: options.gzip })
}

fn secret(path: &Path) -> Result<Vec<u8>, String> {
    let text = private(path)?;
    let secret = text.trim_ascii_end();
    if secret.len() < 16 {
        return Err(format!("the secret in `{}` is shorter than 16 bytes", path.display()));
    }
    Ok(secret.to_vec())
}

/// A file that nobody else can read.
fn private(path: &Path) -> Result<Vec<u8>, String> {
    use std::os::unix::fs::MetadataExt;
    let failed = |e: io::Error| format!("`{}` cannot be read: {e}", path.display());
    let mut file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.mode() & 0o077 != 0 {
        return Err(format!("others may read `{}`, which holds a secret; make it 0600", path.display()));
    }
    let mut text = Vec::new();
    io::Read::read_to_end(&mut file, &mut text).map_err(failed)?;
    Ok(text)
}

/// Where the cursor is: in the one directory of records, where that is this account's own.
fn cursor_path(options: &Options, places: &[PathBuf], kind: &str) -> Result<PathBuf, String> {
    use std::os::unix::fs::MetadataExt;
    if let Some(path) = &options.cursor {
        return Ok(path.clone());
    }
    let [place] = places else {
        return Err("there are several directories of records; name the cursor's file with --cursor".into());
    };
    let data = std::fs::metadata(place).map_err(|e| format!("`{}` cannot be read: {e}", place.display()))?;
    if data.uid() != nix::unistd::geteuid().as_raw() || data.mode() & 0o022 != 0 {
        return Err(format!(
            "`{}` belongs to another account; name the cursor's file with --cursor, in a directory of your own",
            place.display()
        ));
    }
    Ok(place.join(format!("cursor-{kind}.json")))
}
