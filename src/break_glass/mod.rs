//! Break-glass: an administrator's override, for a while. In an emergency calls must run that the policy stops, and nobody should have to
//! take prexec out for that, and forget to put it back.
//!
//! The override is one small file beside the managed policy. It is root's, says who made it, why, for whom and until when, and is dead
//! afterwards; whatever is not in order about it makes it count for nothing. It lifts what rules and defaults stop. It lifts nothing else:
//! a call that could not be read, a limit that was reached or a policy that does not load leave nothing that could be judged. And it does
//! not lift what the shipped packs say of the agent's own rules and of what cannot be taken back ([`KEPT`]), so that the agent cannot make
//! a permanent state of it.

mod text;

pub use text::{Override, VERSION};

use crate::compiled::Writers;
use crate::decision::{Decision, Reason, RuleRef, Verdict};
use crate::path;
use crate::report::Judged;
use crate::world::{Links, Machine};
use alloc::{format, string::String, vec, vec::Vec};

/// Where it stands.
pub const PATH: &str = "/etc/prexec/override";
/// The longest time for which one is made, and counts, in seconds.
pub const LONGEST: u64 = 24 * 60 * 60;
/// Most bytes of the file.
pub const MOST: usize = 4096;
/// Files of rules that are not lifted, as reasons name them.
pub const KEPT: &[&str] = &["packs/agent-config.rules:", "packs/destructive.rules:"];

/// What stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// Something that counts for nothing: why.
    Void(String),
    /// One that is in force for the accounts that it names.
    InForce(Override),
}

impl Found {
    /// The override, where it is in force for an account.
    pub fn for_account(self, account: u32) -> Option<Override> {
        match self {
            Self::InForce(found) if found.is_for(account) => Some(found),
            _ => None,
        }
    }
}

/// Looks. Where nothing stands there this is one system call.
pub fn look(machine: &impl Machine) -> Found {
    let file = PATH.as_bytes();
    let facts = match machine.facts(file, Links::Keep) {
        Ok(facts) => facts,
        Err(error) if error.is_absence() => return Found::Nothing,
        Err(error) => return Found::Void(format!("it cannot be looked at (error {})", error.0)),
    };
    let writers = Writers { owners: &[0], sticky: false };
    if !facts.is_file() {
        return Found::Void("it is no regular file".into());
    }
    if writers.file(facts.owner, facts.mode).is_err() {
        return Found::Void("it is not root's alone".into());
    }
    let mut above = path::parent(file);
    while let Some(directory) = above {
        let trusted = machine
            .facts(directory, Links::Keep)
            .is_ok_and(|facts| facts.is_directory() && writers.directory(facts.owner, facts.mode).is_ok());
        if !trusted {
            return Found::Void("a directory above it is not root's alone".into());
        }
        above = path::parent(directory);
    }
    let Some(content) = content(machine, file) else { return Found::Void("it cannot be read, or is too long".into()) };
    let Some(now) = machine.now() else { return Found::Void("what time it is cannot be found out".into()) };
    match Override::read(&content).and_then(|found| found.stands(now).map(|()| found)) {
        Ok(found) => Found::InForce(found),
        Err(why) => Found::Void(why),
    }
}

/// All bytes of a file that is root's alone.
fn content<M: Machine>(machine: &M, path: &[u8]) -> Option<Vec<u8>> {
    let mut file = machine.open(path).ok()?;
    let facts = machine.opened(&file).ok()?;
    // What was looked at before it was opened might have been another one.
    if !facts.is_file() || (Writers { owners: &[0], sticky: false }).file(facts.owner, facts.mode).is_err() {
        return None;
    }
    let mut bytes = vec![0; MOST + 1];
    let mut length = 0;
    while length < bytes.len() {
        match machine.read(&mut file, bytes.get_mut(length..)?).ok()? {
            0 => {
                bytes.truncate(length);
                return Some(bytes);
            }
            more => length += more,
        }
    }
    None
}

/// Whether there is anything that an override could lift.
pub fn could_lift(verdict: &Verdict) -> bool {
    let stops = |reason: &&Reason| reason.decision != Decision::Allow;
    verdict.decision() != Decision::Allow
        && verdict.reasons().iter().filter(stops).all(|reason| is_of_policy(&reason.rule))
}

fn is_of_policy(rule: &RuleRef) -> bool {
    matches!(rule, RuleRef::Rule(_) | RuleRef::Default(_))
}

fn is_kept(rule: &RuleRef) -> bool {
    matches!(rule, RuleRef::Rule(place) if KEPT.iter().any(|kept| place.starts_with(kept)))
}

/// Lifts what may be lifted; what was decided without the override stays in [`Judged::lifted`].
pub fn lift(judged: &mut Judged, by: &Override) {
    if !could_lift(&judged.verdict) {
        return;
    }
    let mut reasons: Vec<Reason> =
        judged.verdict.reasons().iter().filter(|reason| is_kept(&reason.rule)).cloned().collect();
    reasons.push(Reason {
        decision: Decision::Allow,
        rule: RuleRef::BreakGlass,
        effect: None,
        justification: Some(format!("{}, until {}: {}", by.issuer, by.until, by.reason)),
    });
    let without = core::mem::replace(&mut judged.verdict, Verdict::strictest(reasons));
    judged.lifted = Some(without);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Child, Errno, Facts};
    use alloc::collections::BTreeMap;

    const NOW: u64 = 1_800_000_000;

    /// Files and directories with owner, mode and content.
    struct Fake {
        at: BTreeMap<&'static str, (Facts, Vec<u8>)>,
        now: Option<u64>,
    }

    fn facts(owner: u32, mode: u32) -> Facts {
        Facts { device: 0, inode: 0, size: 0, modified: (0, 0), changed: (0, 0), owner, mode }
    }

    impl Fake {
        fn new(content: &str) -> Self {
            let mut at: BTreeMap<_, _> =
                ["/", "/etc", "/etc/prexec"].map(|dir| (dir, (facts(0, 0o040_755), Vec::new()))).into();
            at.insert(PATH, (facts(0, 0o100_644), content.into()));
            Self { at, now: Some(NOW) }
        }

        fn with(mut self, path: &'static str, owner: u32, mode: u32) -> Self {
            self.at.get_mut(path).unwrap().0 = facts(owner, mode);
            self
        }
    }

    impl Machine for Fake {
        type File = (Facts, Vec<u8>, usize);

        fn facts(&self, path: &[u8], _: Links) -> Result<Facts, Errno> {
            self.at.get(core::str::from_utf8(path).unwrap()).map(|(facts, _)| *facts).ok_or(Errno::MISSING)
        }
        fn target(&self, _: &[u8]) -> Result<Vec<u8>, Errno> {
            Err(Errno::INVALID)
        }
        fn names(&self, _: &[u8], _: &mut dyn FnMut(&[u8], Child) -> bool) -> Result<(), Errno> {
            Err(Errno::INVALID)
        }
        fn open(&self, path: &[u8]) -> Result<Self::File, Errno> {
            let (facts, bytes) = self.at.get(core::str::from_utf8(path).unwrap()).ok_or(Errno::MISSING)?;
            Ok((*facts, bytes.clone(), 0))
        }
        fn opened(&self, file: &Self::File) -> Result<Facts, Errno> {
            Ok(file.0)
        }
        fn read(&self, file: &mut Self::File, into: &mut [u8]) -> Result<usize, Errno> {
            let rest = &file.1[file.2..];
            let length = rest.len().min(into.len()).min(7);
            into[..length].copy_from_slice(&rest[..length]);
            file.2 += length;
            Ok(length)
        }
        fn may_write(&self, _: &[u8]) -> Result<(), Errno> {
            Err(Errno::DENIED)
        }
        fn ignores_case(&self, _: &[u8]) -> Result<bool, Errno> {
            Ok(false)
        }
        fn account(&self) -> u32 {
            1000
        }
        fn current_dir(&self) -> Option<Vec<u8>> {
            None
        }
        fn executable(&self) -> Option<Vec<u8>> {
            None
        }
        fn variable(&self, _: &[u8]) -> Option<Vec<u8>> {
            None
        }
        fn now(&self) -> Option<u64> {
            self.now
        }
        fn owner(&self) -> Option<crate::world::Owner> {
            None
        }
        fn home_of(&self, _: &str) -> Option<Vec<u8>> {
            None
        }
    }

    fn written(from: u64, until: u64, accounts: &[u32]) -> String {
        let made = Override {
            from,
            until,
            issuer: "root".into(),
            accounts: accounts.to_vec(),
            reason: "the pipeline is down".into(),
        };
        made.text()
    }

    fn valid() -> String {
        written(NOW - 60, NOW + 60, &[])
    }

    #[test]
    fn one_in_order_is_in_force_for_whom_it_names() {
        assert!(look(&Fake::new(&valid())).for_account(1000).is_some());
        assert!(look(&Fake::new(&written(NOW, NOW + LONGEST, &[7, 1000]))).for_account(1000).is_some());
        assert!(look(&Fake::new(&written(NOW, NOW + 60, &[7]))).for_account(1000).is_none());
        let mut none = Fake::new("");
        none.at.remove(PATH);
        assert_eq!(look(&none), Found::Nothing);
    }

    #[test]
    fn whatever_is_not_in_order_counts_for_nothing() {
        let long = valid().replace("the pipeline", &"x".repeat(MOST));
        for (fake, why) in [
            (Fake::new(&written(NOW - 60, NOW, &[])), "is over"),
            (Fake::new(&written(NOW + 1, NOW + 60, &[])), "has not begun"),
            (Fake::new(&written(NOW - 1, NOW + LONGEST, &[])), "longer than"),
            (Fake::new(&written(NOW, u64::MAX, &[])), "longer than"),
            (Fake::new(""), "is no override"),
            (Fake::new(&valid().replace("the pipeline is down", " ")), "is no override"),
            (Fake::new(&valid()).with(PATH, 1000, 0o100_644), "root's alone"),
            (Fake::new(&valid()).with(PATH, 0, 0o100_664), "root's alone"),
            (Fake::new(&valid()).with(PATH, 0, 0o100_646), "root's alone"),
            (Fake::new(&valid()).with(PATH, 0, 0o120_777), "no regular file"),
            (Fake::new(&valid()).with(PATH, 0, 0o010_644), "no regular file"),
            (Fake::new(&valid()).with("/etc/prexec", 0, 0o040_775), "directory above"),
            (Fake::new(&valid()).with("/etc/prexec", 1000, 0o040_755), "directory above"),
            (Fake::new(&valid()).with("/etc", 0, 0o041_777), "directory above"),
            (Fake::new(&valid()).with("/etc/prexec", 0, 0o120_777), "directory above"),
            (Fake::new(&long), "too long"),
            (Fake { now: None, ..Fake::new(&valid()) }, "what time it is"),
        ] {
            match look(&fake) {
                Found::Void(said) => assert!(said.contains(why), "{said} / {why}"),
                other => panic!("{why}: {other:?}"),
            }
        }
    }

    fn judged(reasons: &[(Decision, RuleRef)]) -> Judged {
        let reason = |(decision, rule): &(Decision, RuleRef)| Reason {
            decision: *decision,
            rule: rule.clone(),
            effect: None,
            justification: None,
        };
        let verdict = Verdict::strictest(reasons.iter().map(reason).collect());
        Judged { tool: "Bash".into(), verdict, effects: Vec::new(), tiers: Vec::new(), lifted: None }
    }

    #[test]
    fn rules_and_defaults_are_lifted_and_nothing_else() {
        let rule = |place: &str| RuleRef::Rule(place.into());
        let by = Override::read(valid().as_bytes()).unwrap();
        for (reasons, after) in [
            (vec![(Decision::Deny, rule("policy.rules:1:1"))], Some(Decision::Allow)),
            (vec![(Decision::Prompt, RuleRef::Default("unknown"))], Some(Decision::Allow)),
            (
                vec![(Decision::Deny, rule("packs/secrets.rules:1:1")), (Decision::Allow, rule("a.rules:1:1"))],
                Some(Decision::Allow),
            ),
            (
                vec![(Decision::Deny, rule("packs/agent-config.rules:62:1")), (Decision::Deny, rule("a.rules:1:1"))],
                Some(Decision::Deny),
            ),
            (vec![(Decision::Prompt, rule("packs/destructive.rules:1:1"))], Some(Decision::Prompt)),
            (vec![(Decision::Deny, RuleRef::Input("duplicate-key"))], None),
            (vec![(Decision::Deny, RuleRef::Limit("depth")), (Decision::Deny, rule("a.rules:1:1"))], None),
            (vec![(Decision::Deny, RuleRef::Policy("load"))], None),
            (vec![(Decision::Deny, RuleRef::Internal("x"))], None),
            (vec![(Decision::Allow, rule("a.rules:1:1"))], None),
        ] {
            let mut lifted = judged(&reasons);
            let before = lifted.verdict.clone();
            lift(&mut lifted, &by);
            let said = lifted.lifted_by().map(alloc::string::ToString::to_string);
            match after {
                Some(decision) => {
                    assert_eq!((lifted.verdict.decision(), lifted.lifted), (decision, Some(before)), "{reasons:?}");
                    assert_eq!(said, Some("root, until 1800000060: the pipeline is down".into()), "{reasons:?}");
                }
                None => assert_eq!((lifted.verdict, lifted.lifted), (before, None), "{reasons:?}"),
            }
        }
    }
}
