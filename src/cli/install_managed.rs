//! `prexec install --managed` and `prexec uninstall --managed`.

use super::compile;
use super::install::{Options, Posture, Print, Removal, Stopped, executables};
use super::policy::{self, Request, Stale};
use super::try_canary;
use crate::audit;
use crate::install::files::{self, Change};
use crate::install::managed::{self, Wanted};
use crate::install::record::{self, Record};
use crate::install::{base64, command, native};
use crate::policy::Policy;
use crate::rules::{self, Check, Loader};
use nix::unistd::geteuid;
use std::path::{Path, PathBuf};

/// The policy that is written where there is none.
const POLICY: &str = "policy.rules";

/// Where things are, below the root of this machine or of an image.
struct Place {
    root: PathBuf,
    policies: PathBuf,
    requirements: PathBuf,
    /// Where records of calls are kept, those of each account in a directory of its own.
    audit: PathBuf,
}

impl Place {
    fn of(root: Option<&Path>) -> Result<Self, String> {
        let root = root.unwrap_or(Path::new("/"));
        let root = root.canonicalize().map_err(|e| format!("`{}` cannot be used as a root: {e}", root.display()))?;
        let below = |path: &str| root.join(path.trim_start_matches('/'));
        Ok(Self {
            policies: below(policy::MANAGED),
            requirements: below(policy::REQUIREMENTS),
            audit: below(audit::MACHINE),
            root,
        })
    }

    /// Whether it is the machine that this runs on.
    fn is_here(&self) -> bool {
        self.root == Path::new("/")
    }

    fn record(&self) -> PathBuf {
        self.policies.join(record::NAME)
    }

    fn check(&self) -> Check {
        Check { top: self.root.clone(), ..Check::managed() }
    }
}

pub(super) fn install(options: &Options) -> Result<(), Stopped> {
    let place = Place::of(options.root.as_deref())?;
    let executables = executables(options, &place.root, &place.check())?;
    let posture = posture(options, &place)?;
    let policy = exported(&place, posture.as_ref().map(|_| options.posture.unwrap_or(Posture::Controlled)))?;
    let mut record = Record::read(&place.record())?;
    let arguments = arguments(options);
    let planned = |executable: &Path, record: &Record| -> Result<(managed::Plan, String, String), String> {
        let line = command::line(executable, &arguments)?;
        // What Codex itself enforces blocks, too, and goes by the text of a command.
        let enforced = policy.as_ref().filter(|_| !options.observe && !options.close_stdin);
        let (prefix_rules, deny_read) = enforced.map_or_else(Default::default, |policy| {
            let reads = if options.native_reads { native::deny_read(policy) } else { Vec::new() };
            (native::prefix_rules(policy), reads)
        });
        // The gate is a verb of the whole program, whichever answers calls.
        let gate = executable.with_file_name("prexec");
        let gate = if executable.file_name().is_some_and(|name| name == "prexec-hook") { &gate } else { executable };
        let wanted = Wanted { executable: gate, line: &line, prefix_rules, deny_read };
        let alone = managed::alone(&wanted)?;
        Ok((managed::plan(&place.requirements, record, &wanted)?, alone, line))
    };
    let first = executables.first().ok_or_else(|| "there is no executable to register".to_owned())?;
    let (plan, alone, line) = planned(first, &record)?;
    match options.print {
        Some(Print::Toml) => {
            print!("{alone}");
            return Ok(());
        }
        Some(Print::Mdm) => {
            println!("{}", base64::encode(alone.as_bytes()));
            return Ok(());
        }
        None => {}
    }
    if options.dry_run {
        for change in posture.iter().chain([&plan.change]).filter(|change| change.is_one()) {
            println!("would write `{}`", change.path.display());
        }
        println!("would keep records in `{}`", place.audit.display());
        println!("would register: {line}");
        return Ok(());
    }
    if !geteuid().is_root() {
        return Err("registering for every account takes root; `--print` shows what would be registered"
            .to_owned()
            .into());
    }
    for directory in [Some(place.policies.as_path()), place.requirements.parent()].into_iter().flatten() {
        record.note_directories(files::make_directory(directory, 0o755)?);
    }
    write_record(&place, &record)?;
    if let Some(change) = &posture {
        record.note(change, None);
        write_record(&place, &record)?;
        change.apply()?;
        println!("wrote the policy `{}`", change.path.display());
    }
    let (plan, line) = if place.is_here() {
        compiled(&place, &mut record)?;
        let request = Request { stale: Stale::Sources, ..Request::default() };
        try_canary::first(&executables, &request, Path::new("/"), |executable| {
            planned(executable, &record).map(|(plan, _, line)| (plan, line))
        })?
    } else {
        (plan, line)
    };
    record.note(&plan.change, plan.without_ours.clone());
    record
        .entries
        .extend(plan.entries.iter().filter(|entry| !record.entries.contains(entry)).cloned().collect::<Vec<_>>());
    write_record(&place, &record)?;
    let changed = plan.change.is_one();
    plan.change.apply()?;
    record.note_directories(files::make_shared(&place.audit)?);
    write_record(&place, &record)?;
    println!("what is decided is recorded in `{}`, for each account apart", place.audit.display());
    let path = place.requirements.display();
    println!("{} `{path}`: {line}", if changed { "registered in" } else { "already registered in" });
    if place.is_here() {
        // The rules of that file count as the administrator's, too.
        compiled(&place, &mut record)?;
        println!(
            "every Codex on this machine asks prexec from its next start on; `prexec doctor` says what is not covered"
        );
    } else {
        println!(
            "nothing was compiled or tried below another root; run `prexec compile --managed` and `prexec doctor` on the machine"
        );
    }
    options.warn();
    Ok(())
}

fn arguments(options: &Options) -> Vec<String> {
    // A policy that was replaced counts at once; compiling it again makes calls quick again.
    let mut arguments = Vec::from(["--stale", "sources"].map(String::from));
    arguments.extend(options.more_arguments());
    arguments
}

fn write_record(place: &Place, record: &Record) -> Result<(), String> {
    files::write(&place.record(), record.text().as_bytes(), 0o600)
}

/// The file that includes a posture, where there is no policy yet.
fn posture(options: &Options, place: &Place) -> Result<Option<Change>, Stopped> {
    if rules::holds_policies(&place.policies) {
        if options.posture.is_some() {
            let known = Record::read(&place.record())?;
            let path = place.policies.join(POLICY);
            let asked = options.posture.map(Posture::text);
            let ours = known.files.iter().any(|entry| entry.path == path) && files::read(&path)? == asked;
            if !ours {
                let why =
                    format!("a policy stands in `{}` already; choose the posture there", place.policies.display());
                return Err(why.into());
            }
        }
        return Ok(None);
    }
    let text = options.posture.unwrap_or(Posture::Controlled).text();
    Ok(Some(Change { path: place.policies.join(POLICY), before: None, after: Some(text), mode: 0o644 }))
}

/// The policy whose rules Codex enforces as well: none where it depends on the account, because Codex has one file for all.
fn exported(place: &Place, posture: Option<Posture>) -> Result<Option<Policy>, Stopped> {
    let loader = Loader::new().with_checks(Check::command_line(), place.check(), Check::user());
    if let Some(posture) = posture {
        let loaded =
            policy::bounded(|| loader.embedded(&format!("{}.rules", posture.name()))).map_err(Stopped::Policy)?;
        return Ok(Some(loaded.policy));
    }
    let found = policy::bounded(|| loader.load_installed(&place.policies, None));
    if found.diagnostics.has_errors() {
        return Err(Stopped::Policy(found.diagnostics));
    }
    let by_account = found.parts.iter().any(|part| !part.audiences.is_empty());
    Ok(Some(found.policy).filter(|_| !by_account))
}

fn compiled(place: &Place, record: &mut Record) -> Result<(), Stopped> {
    let output = place.policies.join(policy::COMPILED);
    if !output.exists() {
        record.note_generated(&output);
        write_record(place, record)?;
    }
    let made = compile::layer(&[], true, None, None)?;
    println!("compiled {} rules on commands and paths to `{}`", made.rules, made.path.display());
    Ok(())
}

pub(super) fn uninstall(options: &Removal) -> Result<(), Stopped> {
    let place = Place::of(options.root.as_deref())?;
    let record = Record::read(&place.record())?;
    let mut changes = Vec::from([managed::removal(&place.requirements, &record)?]);
    for entry in record.files.iter().filter(|entry| entry.path != place.requirements) {
        // A policy that somebody went on writing is his.
        changes.push(record.restored(&entry.path, 0o644, |text| Ok(Some(text.into())))?);
    }
    changes.retain(Change::is_one);
    if options.dry_run {
        for change in &changes {
            println!("would change back `{}`", change.path.display());
        }
        return Ok(());
    }
    if !geteuid().is_root() {
        return Err("taking this out for every account takes root".to_owned().into());
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
    if place.audit.exists() {
        println!("records of calls stay in `{}`; remove them once nobody needs them any more", place.audit.display());
    }
    println!("prexec is not registered for this machine any more");
    Ok(())
}
