//! `prexec compile`: one file of a policy, which a call uses in place instead of reading the sources.

use super::ask;
use super::human::{self, Color};
use super::policy::{self, Repositories, Request};
use super::values::directory;
use super::{INTERNAL_ERROR, POLICY_ERROR};
use crate::compiled::{self, Choice, Origin, Role};
use crate::policy::{Policy, Trust};
use crate::rules::{self, Diagnostic, Diagnostics, Loader, Part};
use clap::Args;
use std::ffi::OsString;
use std::io::Write;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Args)]
#[group(id = "what", required = true, multiple = true)]
pub(super) struct Options {
    /// Policy file, or directory of `*.rules`; may be repeated
    #[arg(long, value_name = "P", group = "what", conflicts_with_all = ["managed", "user"])]
    policy: Vec<PathBuf>,
    /// The administrator's layer, as it is installed in /etc/prexec
    #[arg(long, group = "what", conflicts_with = "user")]
    managed: bool,
    /// The user's layer, as it is installed in ~/.config/prexec
    #[arg(long, group = "what")]
    user: bool,
    /// A `requirements.toml` of Codex whose rules count as well
    #[arg(long, value_name = "FILE", conflicts_with_all = ["managed", "user"])]
    requirements: Option<PathBuf>,
    /// The file to write [default with --managed and --user: where the hook looks for it]
    #[arg(short, long, value_name = "FILE", required_unless_present_any = ["managed", "user"])]
    output: Option<PathBuf>,
    /// The account's home directory, instead of the one in the account database
    #[arg(long, value_name = "DIR", value_parser = directory())]
    home: Option<PathBuf>,
    /// When to colour the output
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    color: Color,
}

pub(super) fn run(options: &Options) -> ExitCode {
    match compile(options) {
        Ok(Compiled { path, rules, choices, length }) => {
            let several = if choices == 0 { String::new() } else { format!(" for {} choices", choices + 1) };
            println!("compiled {rules} rules on commands and paths{several} to `{}` ({length} bytes)", path.display());
            ExitCode::SUCCESS
        }
        Err(Failed::Policy(found)) => {
            human::diagnostics(&found, options.color);
            ExitCode::from(POLICY_ERROR)
        }
        Err(Failed::Other(why)) => {
            eprintln!("error: {why}");
            ExitCode::from(INTERNAL_ERROR)
        }
    }
}

/// What was compiled.
pub(super) struct Compiled {
    pub(super) path: PathBuf,
    pub(super) rules: usize,
    choices: usize,
    length: usize,
}

/// Why nothing was.
pub(super) enum Failed {
    Policy(Diagnostics),
    Other(String),
}

/// What `compile` does, for other verbs: of these policies; without any of the managed or the user's layer.
pub(super) fn layer(
    policy: &[PathBuf],
    managed: bool,
    output: Option<PathBuf>,
    home: Option<&Path>,
) -> Result<Compiled, Failed> {
    compile(&Options {
        policy: policy.to_vec(),
        managed,
        user: policy.is_empty() && !managed,
        requirements: None,
        output,
        home: home.map(Path::to_path_buf),
        color: Color::Auto,
    })
}

fn compile(options: &Options) -> Result<Compiled, Failed> {
    let request = Request {
        named: &options.policy,
        requirements: options.requirements.as_deref(),
        home: options.home.as_deref(),
        ..Request::default()
    };
    let Made { choices, fallback, origin } = policy::bounded(|| load(options, &request)).map_err(Failed::Policy)?;
    let path = output(options, &request).map_err(Failed::Other)?;
    let too_large = || Failed::Other("the policy is larger than four gibibytes".into());
    let bytes = compiled::write(&choices, &fallback, &origin).ok_or_else(too_large)?;
    // What cannot be read back would block every call.
    let unusable = |refused| Failed::Other(format!("what was compiled cannot be used: {refused}"));
    compiled::open(bytes.clone()).map_err(unusable)?;
    write(&path, &bytes).map_err(Failed::Other)?;
    let layers = choices.iter().chain([&fallback]).flat_map(|choice| &choice.policy.layers);
    let rules = layers.map(|layer| layer.prefix_rules.count() + layer.glob_rules.count()).sum();
    Ok(Compiled { path, rules, choices: choices.len(), length: bytes.len() })
}

/// What becomes a compiled policy.
struct Made {
    /// What `select_policy` chooses from.
    choices: Vec<Choice>,
    /// What everybody else gets, or everybody.
    fallback: Choice,
    origin: Origin,
}

fn load(options: &Options, request: &Request<'_>) -> Result<Made, Diagnostics> {
    let installed = options.managed || options.user;
    let one =
        |choice| if installed { load_layer(options, request, choice) } else { load_named(options, request, choice) };
    let (policy, part) = one(None)?;
    let role = match (options.managed, options.user) {
        (true, _) => Role::Managed,
        (false, true) => Role::User,
        (false, false) => Role::Named,
    };
    // Only what stands for an administrator can speak of the rule to others.
    let gate = if role == Role::User { None } else { ask::fact() };
    let mut origin = Origin { role, sources: named(options), facts: part.facts, gate };
    let (mut choices, permits_repositories) = (Vec::new(), part.permits_repositories);
    let mut fallback = Choice { policy, permits_repositories, ..Choice::default() };
    if part.audiences.is_empty() {
        return Ok(Made { choices, fallback, origin });
    }
    // Once for each choice, and once for the fallback: whoever compiles, the bytes are the same.
    for (number, audience) in part.audiences.into_iter().map(Some).chain([None]).enumerate() {
        let (policy, part) = one(Some(number))?;
        origin.facts.extend(part.facts);
        let choice = Choice {
            audience: audience.clone().unwrap_or_default(),
            policy,
            permits_repositories: part.permits_repositories,
        };
        match audience {
            Some(_) => choices.push(choice),
            None => fallback = choice,
        }
    }
    origin.facts.sort_by(|a, b| a.path.cmp(&b.path));
    origin.facts.dedup();
    Ok(Made { choices, fallback, origin })
}

/// What was named on the command line, absolute.
fn named(options: &Options) -> Vec<Vec<u8>> {
    let paths = options.policy.iter().chain(&options.requirements).filter_map(|path| std::path::absolute(path).ok());
    paths.map(|path| path.into_os_string().into_vec()).collect()
}

fn loader(request: &Request<'_>, choice: Option<usize>) -> Loader<'static> {
    let loader = policy::loader(request, Repositories::Ignore);
    match choice {
        Some(number) => loader.with_choice(number),
        None => loader,
    }
}

fn load_named(options: &Options, request: &Request<'_>, choice: Option<usize>) -> Result<(Policy, Part), Diagnostics> {
    let loaded = loader(request, choice).load(&options.policy)?;
    let Some(part) = loaded.parts.into_iter().next() else { return Err(nothing("the policy", "policy")) };
    Ok((loaded.policy, part))
}

fn load_layer(options: &Options, request: &Request<'_>, choice: Option<usize>) -> Result<(Policy, Part), Diagnostics> {
    let user = policy::home(request).map(|home| home.join(policy::USER));
    let trust = if options.managed { Trust::Managed } else { Trust::User };
    let user = user.as_deref().filter(|_| options.user);
    // What is compiled goes into that directory itself.
    let directory = rules::fact_of_names(Path::new(policy::MANAGED));
    let installed = loader(request, choice).load_installed(Path::new(policy::MANAGED), user);
    if installed.diagnostics.has_errors() {
        return Err(installed.diagnostics);
    }
    let parts = installed.policy.layers.into_iter().zip(installed.parts);
    let Some((layer, mut part)) = parts.into_iter().find(|(layer, _)| layer.trust == trust) else {
        return Err(nothing("the user's layer", policy::USER));
    };
    for fact in part.facts.iter_mut().filter(|fact| options.managed && fact.path == directory.path) {
        *fact = directory.clone();
    }
    let requirements = Path::new(policy::REQUIREMENTS);
    if options.managed && !policy::stands(requirements) {
        part.facts.push(rules::fact_of(requirements));
    }
    Ok((Policy { layers: vec![layer], digest: part.digest.clone() }, part))
}

fn nothing(what: &str, place: &str) -> Diagnostics {
    let help = "put a `*.rules` file there, or compile a policy by name with --policy";
    Diagnostic::of_file(place, format!("there is nothing to compile for {what}"), Some(help.into())).into()
}

fn output(options: &Options, request: &Request<'_>) -> Result<PathBuf, String> {
    if let Some(path) = &options.output {
        return Ok(path.clone());
    }
    let directory = if options.managed {
        PathBuf::from(policy::MANAGED)
    } else {
        policy::home(request).ok_or("this account has no home directory; name a file with -o")?.join(policy::USER_STATE)
    };
    std::fs::create_dir_all(&directory).map_err(|e| format!("`{}` cannot be made: {e}", directory.display()))?;
    Ok(directory.join(policy::COMPILED))
}

/// Replaces the file in one step, so that a call finds the old one or the new one.
fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let failed = |e: std::io::Error| format!("`{}` cannot be written: {e}", path.display());
    let directory = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    let mut file = tempfile::Builder::new().prefix(&name).tempfile_in(directory).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644)).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|e| failed(e.error))?;
    Ok(())
}
