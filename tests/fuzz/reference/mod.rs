//! The semantics of policies once more: slow, plain, and written from the description of the language alone. It shares no code
//! with `src/policy` or `src/glob`: globs are those of the `globset` crate, and what is partly known is tried out.
//!
//! A value that is one of a few is decided exactly. Of one that is known in part, some of what it may be is tried: a rule that fits
//! one of them could match, a rule that misses one does not match for sure. So there is a range of verdicts, and prexec's own has
//! to lie in it.

mod build;
mod choices;
mod commands;
mod judge;
mod model;
mod paths;
mod samples;
mod table;

pub(crate) use choices::Choices;

use model::Case;
use prexec::compiled;
use prexec::decision::Verdict;
use prexec::policy::{Policy, Scene, decide};
use prexec::world::memory::MemoryWorld;

/// One policy and one call, made of bytes, decided by both.
pub(crate) fn holds(input: &[u8]) -> Result<(), String> {
    let case = samples::case(&mut Choices::new(input));
    compare(&case)
}

pub(crate) fn compare(case: &Case) -> Result<(), String> {
    let (policy, world, effects) = (build::policy(case), build::world(case), build::effects(case));
    let verdict = verdict(&policy, &effects, &world);
    let (mildest, strictest) = judge::verdict(case);
    let found = verdict.decision();
    if found < mildest || found > strictest {
        return Err(format!(
            "{} is not between {} and {}\n{}\n{effects:#?}\n{:#?}",
            found.as_str(),
            mildest.as_str(),
            strictest.as_str(),
            build::text(case),
            verdict.reasons()
        ));
    }
    let opened = compiled::open(crate::policies::compile(&policy)?)
        .map_err(|refused| format!("what was just compiled is refused: {refused}"))?;
    let again = self::verdict(&opened.policy, &effects, &world);
    if again.reasons() != verdict.reasons() {
        return Err(format!(
            "compiled it is another verdict:\n{}\n{effects:#?}\n{again:#?}\n{verdict:#?}",
            build::text(case)
        ));
    }
    Ok(())
}

fn verdict(policy: &Policy, effects: &[prexec::effect::Effect], world: &MemoryWorld) -> Verdict {
    let scene = Scene::new(policy, world, model::DIRECTORY.as_bytes(), effects);
    decide(policy, effects, &scene)
}

/// The reference itself, held against the table of the language.
pub(crate) fn check_itself() {
    table::check();
}
