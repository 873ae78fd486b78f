//! `prexec install --user` and `prexec uninstall --user`.

use super::install::{Options, Posture, Removal, Stopped, executables};
use super::policy::{self, Request, Stale};
use super::{compile, try_canary};
use crate::audit;
use crate::install::files::{self, Change};
use crate::install::record::{self, Record};
use crate::install::{codex_home, command, user};
use crate::rules::{self, Check, Loader};
use std::path::{Path, PathBuf};

/// The compiled policy that a registration names.
const REGISTERED: &str = "registered.bin";
/// The policy that is written where there is none.
const POSTURE: &str = "posture.rules";

/// Where things are.
struct Place {
    home: PathBuf,
    codex: PathBuf,
    policies: PathBuf,
    state: PathBuf,
}

impl Place {
    fn of(home: Option<&Path>) -> Result<Self, String> {
        let request = Request { home, ..Request::default() };
        let account = policy::home(&request).ok_or("this account has no home directory; name one with --home")?;
        let variable = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        // Codex goes by HOME, prexec by the account database.
        let codex_at =
            if home.is_some() { account.clone() } else { variable("HOME").unwrap_or_else(|| account.clone()) };
        Ok(Self {
            codex: codex_home(variable("CODEX_HOME").as_deref(), &codex_at),
            policies: account.join(policy::USER),
            state: account.join(policy::USER_STATE),
            home: account,
        })
    }

    /// Where records of calls are kept, unless the machine keeps them.
    fn audit(&self) -> PathBuf {
        self.home.join(audit::USER)
    }

    fn record(&self) -> PathBuf {
        self.state.join(record::NAME)
    }
}

/// What decides: the arguments of the hook, and what is compiled for it.
struct Decider {
    arguments: Vec<String>,
    /// Whether what the user wrote is a layer below an administrator's policy.
    below_managed: bool,
    posture: Option<Change>,
}

pub(super) fn install(options: &Options) -> Result<(), Stopped> {
    let place = Place::of(options.home.as_deref())?;
    let executables = executables(options, Path::new("/"), &Check::command_line())?;
    let decider = decider(options, &place)?;
    let requirements = files::read(Path::new(policy::REQUIREMENTS))?;
    let planned = |executable: &Path| {
        let line = command::line(executable, &decider.arguments)?;
        Ok::<_, String>((user::plan(&place.codex, requirements.as_deref(), &line)?, line))
    };
    let first = executables.first().ok_or_else(|| "there is no executable to register".to_owned())?;
    let (plan, line) = planned(first)?;
    if options.print.is_some() {
        print!("{}", plan.change.after.as_deref().unwrap_or_default());
        return Ok(());
    }
    if options.dry_run {
        for change in decider.posture.iter().chain([&plan.change]).filter(|change| change.is_one()) {
            println!("would write `{}`", change.path.display());
        }
        println!("would compile the policy in `{}`", place.policies.display());
        println!("would keep records in `{}`", place.audit().display());
        println!("would register: {line}");
        return Ok(());
    }
    let mut record = Record::read(&place.record())?;
    for (directory, mode) in [(&place.codex, 0o700), (&place.policies, 0o755), (&place.state, 0o755)] {
        record.note_directories(files::make_directory(directory, mode)?);
    }
    write_record(&place, &record)?;
    if let Some(change) = &decider.posture {
        record.note(change, None);
        write_record(&place, &record)?;
        change.apply()?;
        println!("wrote the policy `{}`", change.path.display());
    }
    compiled(options, &place, &decider, &mut record)?;
    let named: Vec<PathBuf> = command::values(&decider.arguments, "--policy").into_iter().map(PathBuf::from).collect();
    let request = Request { named: &named, home: Some(&place.home), stale: Stale::Sources, ..Request::default() };
    let (plan, line) = try_canary::first(&executables, &request, &place.home, planned)?;
    record.note(&plan.change, plan.without_ours.clone());
    write_record(&place, &record)?;
    let changed = plan.change.is_one();
    plan.change.apply()?;
    record.note_directories(files::make_directory(&place.audit(), 0o700)?);
    write_record(&place, &record)?;
    for note in &plan.notes {
        println!("note: {note}");
    }
    let path = plan.change.path.display();
    println!("{} `{path}`: {line}", if changed { "registered and trusted in" } else { "already registered in" });
    let machine = Path::new(audit::MACHINE);
    let records = if machine.is_dir() { machine.to_path_buf() } else { place.audit() };
    println!("what is decided is recorded in `{}`", records.display());
    println!("Codex asks prexec before every call from its next start on; `prexec doctor` says what is not covered");
    options.warn();
    Ok(())
}

fn write_record(place: &Place, record: &Record) -> Result<(), String> {
    // It holds what stood in the configuration, which may hold secrets.
    files::write(&place.record(), record.text().as_bytes(), 0o600)
}

/// Where an administrator's policy stands, it decides and what the user wrote tightens it. Where there is none, the user's own is the
/// whole policy: registered by its path, so that a missing one denies.
fn decider(options: &Options, place: &Place) -> Result<Decider, Stopped> {
    let managed = Path::new(policy::MANAGED);
    let below_managed = rules::holds_policies(managed) || policy::stands(&managed.join(policy::COMPILED));
    if below_managed && options.posture == Some(Posture::Open) {
        let why = format!(
            "the administrator's policy in `{}` decides here; a user can tighten it, not loosen it",
            managed.display()
        );
        return Err(why.into());
    }
    let posture = posture(options, place, below_managed)?;
    let mut arguments = Vec::new();
    if !below_managed {
        let file = place.state.join(REGISTERED);
        let file = file.to_str().ok_or_else(|| "the home directory is not UTF-8".to_owned())?;
        arguments.extend(["--policy".into(), file.to_owned()]);
    }
    // What the person writes counts at once, not only after compiling.
    arguments.extend(["--stale", "sources"].map(String::from));
    if let Some(home) = &options.home {
        arguments.extend(["--home".into(), home.to_string_lossy().into_owned()]);
    }
    arguments.extend(options.more_arguments());
    Ok(Decider { arguments, below_managed, posture })
}

/// The file that includes a posture, where none of the user's own does.
fn posture(options: &Options, place: &Place, below_managed: bool) -> Result<Option<Change>, Stopped> {
    let path = place.policies.join(POSTURE);
    let has_rules = rules::holds_policies(&place.policies);
    if has_rules {
        let loaded = policy::bounded(|| Loader::new().load(&[&place.policies])).map_err(Stopped::Policy)?;
        let shipped = |name: &str| loaded.sources.iter().any(|s| s.path.is_none() && s.name == format!("{name}.rules"));
        let found = [Posture::Lockdown, Posture::Controlled, Posture::Open].into_iter().find(|p| shipped(p.name()));
        if let (Some(found), Some(asked)) = (found, options.posture)
            && found != asked
        {
            return Err(format!(
                "the policy in `{}` includes the posture `{}`; change it there to have another",
                place.policies.display(),
                found.name()
            )
            .into());
        }
        if found.is_some() {
            return Ok(None);
        }
    }
    if below_managed && options.posture.is_none() {
        return Ok(None);
    }
    let posture = options.posture.unwrap_or(Posture::Controlled);
    if path.exists() {
        let include = format!("include(\"@prexec/{}.rules\")", posture.name());
        return Err(
            format!("`{}` includes no posture; write `{include}` into it, then install again", path.display()).into()
        );
    }
    Ok(Some(Change { path, before: None, after: Some(posture.text()), mode: 0o644 }))
}

fn compiled(options: &Options, place: &Place, decider: &Decider, record: &mut Record) -> Result<(), Stopped> {
    let home = options.home.as_deref();
    let (sources, output) = if decider.below_managed {
        if !rules::holds_policies(&place.policies) {
            return Ok(());
        }
        (Vec::new(), place.state.join(policy::COMPILED))
    } else {
        (Vec::from([place.policies.clone()]), place.state.join(REGISTERED))
    };
    if !output.exists() {
        record.note_generated(&output);
        write_record(place, record)?;
    }
    let made = compile::layer(&sources, false, Some(output), home)?;
    println!("compiled {} rules on commands and paths to `{}`", made.rules, made.path.display());
    Ok(())
}

pub(super) fn uninstall(options: &Removal) -> Result<(), Stopped> {
    let place = Place::of(options.home.as_deref())?;
    let record = Record::read(&place.record())?;
    let mut changes = Vec::from([user::removal(&place.codex, &record)?]);
    for entry in
        record.files.iter().filter(|entry| changes.iter().all(|change| change.path != entry.path)).collect::<Vec<_>>()
    {
        // A policy that somebody went on writing is his.
        changes.push(record.restored(&entry.path, 0o644, |text| Ok(Some(text.into())))?);
    }
    let changes: Vec<Change> = changes.into_iter().filter(Change::is_one).collect();
    if options.dry_run {
        for change in &changes {
            println!("would change back `{}`", change.path.display());
        }
        return Ok(());
    }
    for change in &changes {
        change.apply()?;
        println!("{} `{}`", if change.after.is_some() { "changed back" } else { "removed" }, change.path.display());
    }
    for path in &record.generated {
        files::remove(path)?;
    }
    files::remove(&place.record())?;
    files::remove_empty(&record.directories);
    if place.audit().exists() {
        println!("records of calls stay in `{}`; remove them once nobody needs them any more", place.audit().display());
    }
    println!("prexec is not registered for this account any more");
    Ok(())
}
