//! Where prexec is meant to differ from Codex, shown on both.

use crate::answer::Answer;
use crate::client::Codex;
use prexec::policy::{Difference, PrefixMatch, matched_prefix_rules};
use prexec::rules::Loader;

const REGISTERED: &str = "host_executable(name = \"git\", paths = [\"/usr/bin/git\"])\n";
const ON_PATH: &str = "prefix_rule(pattern = [\"/usr/bin/git\"])\n";

/// Rules, program, whether Codex finds the rule on `git`, whether it counts here, and the difference.
type Row = (String, &'static str, bool, bool, Option<Difference>);

fn rows() -> Vec<Row> {
    let on_name = |decision: &str, before: &str| {
        format!("{before}prefix_rule(pattern = [\"git\"], decision = \"{decision}\", justification = \"on git\")\n")
    };
    let strict = Some(Difference::StrictBasename);
    let steps = Some(Difference::ParentSteps);
    let mut rows = Vec::new();
    for decision in ["forbidden", "prompt"] {
        // Neither a registration of other paths nor a rule on the path itself frees it.
        rows.push((on_name(decision, REGISTERED), "/opt/git", false, true, strict));
        rows.push((on_name(decision, REGISTERED), "./git", false, true, strict));
        rows.push((on_name(decision, ON_PATH), "/usr/bin/git", false, true, strict));
        rows.push((on_name(decision, REGISTERED), "/usr/bin/git", true, true, None));
        rows.push((on_name(decision, REGISTERED), "/usr/x/../bin/git", true, true, None));
        rows.push((on_name(decision, ""), "/opt/git", true, true, None));
    }
    rows.push((on_name("allow", REGISTERED), "/opt/git", false, false, None));
    rows.push((on_name("allow", ON_PATH), "/usr/bin/git", false, false, None));
    rows.push((on_name("allow", REGISTERED), "/usr//bin/./git", true, true, None));
    // By its text this is /usr/bin/git; where /usr/x is a link, it is another program.
    rows.push((on_name("allow", REGISTERED), "/usr/x/../bin/git", true, false, steps));
    rows.push((on_name("allow", ""), "/usr/x/../bin/git", true, true, None));
    rows
}

#[test]
fn intended_differences_are_these() {
    let codex = Codex::new();
    for (rules, program, in_codex, here, difference) in rows() {
        codex.write(&rules);
        let theirs = Answer::theirs(&codex.ask(&[program.to_owned()], true).unwrap());
        let theirs = theirs.matches.iter().any(|m| m.justification.is_some());
        let policy = Loader::new().load_text("t.rules", &rules).unwrap().policy;
        let found = matched_prefix_rules(&policy, &[program], codex.cwd());
        let ours = found.iter().find(|m| m.justification.is_some());
        let counts = ours.is_some_and(PrefixMatch::counts);
        assert_eq!((theirs, counts), (in_codex, here), "{program}\n{rules}");
        assert_eq!(ours.and_then(|m| m.difference), difference, "{program}\n{rules}");
    }
}
