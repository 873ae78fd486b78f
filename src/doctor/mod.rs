//! Is the hook really enforced here, and what is not covered? A list of checks, each in one place.

pub mod break_glass;
pub mod claude;
pub mod environment;
pub mod files;
pub mod machine;
pub mod native;
pub mod program;
pub mod registration;
pub mod render;
pub mod trail;

pub use machine::Machine;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// As it should be.
    Ok,
    /// It works, but not everything is covered.
    Warning,
    /// A call can run without having been decided about, or none can run.
    Failure,
}

impl Status {
    /// `ok`, `warning` or `failure`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failure => "failure",
        }
    }
}

/// What one check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Names the check; stays as it is.
    pub id: &'static str,
    /// What is checked.
    pub title: &'static str,
    /// How it ended.
    pub status: Status,
    /// What was found, one entry each; none where there is nothing to say.
    pub found: Vec<String>,
    /// What to do next.
    pub next: Option<String>,
}

impl Finding {
    /// A check that found nothing yet.
    pub fn new(id: &'static str, title: &'static str) -> Self {
        Self { id, title, status: Status::Ok, found: Vec::new(), next: None }
    }

    /// Says something that changes nothing.
    pub fn say(&mut self, what: impl Into<String>) {
        self.found.push(what.into());
    }

    /// Says something that is not as it should be, and what to do about it; the worst decides, and what it asks for comes first.
    pub fn add(&mut self, status: Status, what: impl Into<String>, next: impl Into<String>) {
        if status > self.status || self.next.is_none() {
            self.next = Some(next.into());
        }
        self.status = self.status.max(status);
        self.found.push(what.into());
    }
}

/// What only the verb can find out: it knows how policies are loaded and calls are decided.
pub struct Probes<'p> {
    /// The policy that a registered command line decides by, in a few words, and what is to be said of it.
    pub policy: &'p dyn Fn(&crate::install::command::Ours) -> Finding,
    /// Whether a canary is denied through a registered command line: what is denied, or why not.
    pub canary: &'p dyn Fn(&str, &crate::install::command::Ours) -> Result<String, String>,
}

/// All checks, in the order in which a person reads them.
pub fn examine(machine: &Machine, probes: &Probes<'_>) -> Vec<Finding> {
    // Before the canary, which is recorded as well.
    let records = trail::audit(machine);
    let mut all =
        Vec::from([program::codex(machine), registration::configuration(machine), registration::registered(machine)]);
    all.extend(registration::trusted(machine));
    all.extend([registration::switched_on(machine), registration::others(machine), program::executable(machine)]);
    all.extend(decided(machine, probes));
    all.extend([
        break_glass::in_force(machine),
        environment::variables(machine),
        environment::dotenv(machine),
        environment::start_up_files(machine),
        files::writable(machine),
        records,
        native::gate(machine),
        native::deny_read(machine),
        native::allow_rules(machine),
        native::surfaces(machine),
    ]);
    all
}

/// What decides, and whether it does: the policy of the registered command line, and a canary through it.
fn decided(machine: &Machine, probes: &Probes<'_>) -> Vec<Finding> {
    let mut all = Vec::new();
    let mut canary = Finding::new("canary", "a call that must be denied is denied through the registered command line");
    match registration::deciding(machine) {
        Some((line, ours)) => {
            all.push((probes.policy)(&ours));
            match (probes.canary)(&line, &ours) {
                Ok(denied) => canary.say(denied),
                Err(why) => {
                    canary.add(Status::Failure, why, "repair what is said there, then run `prexec doctor` again");
                }
            }
        }
        None => canary.add(Status::Failure, "no command line of prexec is registered", registration::INSTALL),
    }
    all.push(canary);
    all
}

/// The worst of all.
pub fn worst(findings: &[Finding]) -> Status {
    findings.iter().map(|finding| finding.status).max().unwrap_or(Status::Ok)
}
