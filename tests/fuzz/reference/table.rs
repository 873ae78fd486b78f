//! The reference itself, held against the table of the language: each sentence of it as a case.

use super::judge;
use super::model::{Case, Does, Effect, Layer, Rule, Speaks, Text, Tier};
use prexec::decision::Decision::{self, Allow, Deny, Prompt};
use prexec::policy::Trust::{self, Managed, Repository, User};

const READ: &str = "/w/p/.env";

fn glob(decision: Decision) -> Rule {
    let speaks = Speaks::Glob { patterns: vec!["**/.env".into()], unless: Vec::new(), access: vec!["read"] };
    Rule::Decides { speaks, decision, tier: Tier::Any }
}

fn reads(decision: Decision) -> Rule {
    Rule::Default { key: "reads", decision }
}

fn one(layers: Vec<(Trust, Vec<Rule>)>, path: Text) -> (Decision, Decision) {
    let layers = layers.into_iter().map(|(trust, rules)| Layer { trust, rules }).collect();
    let effects = vec![Effect { does: Does::Read { path, tree: false }, command: None }];
    judge::verdict(&Case { layers, effects, files: Vec::new(), search: Vec::new() })
}

pub(crate) fn check() {
    let yes = || Text::Is(READ.into());
    let maybe = || Text::OneOf(vec![READ.into(), "/w/p/a".into()]);
    let no = || Text::Is("/w/p/a".into());
    // | | yes | maybe | no |
    for (decision, expected) in [(Deny, [Deny, Prompt, Allow]), (Prompt, [Prompt, Prompt, Allow]), (Allow, [Allow; 3])]
    {
        for (path, expected) in [yes(), maybe(), no()].into_iter().zip(expected) {
            assert_eq!(one(vec![(Managed, vec![glob(decision)])], path), (expected, expected));
        }
    }
    // A certain allow replaces a default, one that could match does not; a forbidding match adds to it.
    for (rules, path, expected) in [
        (vec![reads(Prompt)], no(), Prompt),
        (vec![reads(Prompt), glob(Allow)], yes(), Allow),
        (vec![reads(Prompt), glob(Allow)], maybe(), Prompt),
        (vec![reads(Prompt), glob(Allow), glob(Prompt)], yes(), Prompt),
        (vec![reads(Allow), glob(Allow), glob(Deny)], yes(), Deny),
        (vec![reads(Allow), reads(Deny)], no(), Deny),
    ] {
        assert_eq!(one(vec![(Managed, rules)], path), (expected, expected));
    }
    // Whose default an allow lifts.
    for (layers, expected) in [
        (vec![(Managed, vec![reads(Prompt)]), (User, vec![glob(Allow)])], Prompt),
        (vec![(Managed, vec![glob(Allow)]), (User, vec![reads(Prompt)])], Allow),
        (vec![(Managed, vec![]), (User, vec![reads(Prompt), glob(Allow)])], Allow),
        (vec![(Managed, vec![reads(Prompt)]), (Repository, vec![glob(Allow)])], Prompt),
        (vec![(Managed, vec![]), (Repository, vec![reads(Deny), glob(Allow)])], Allow),
        (vec![(Managed, vec![]), (Repository, vec![reads(Deny)])], Deny),
    ] {
        assert_eq!(one(layers, yes()), (expected, expected));
    }
    // What nobody wrote.
    let unwritten = |does| {
        let effects = vec![Effect { does, command: None }];
        judge::verdict(&Case { layers: Vec::new(), effects, files: Vec::new(), search: Vec::new() })
    };
    assert_eq!(unwritten(Does::Unknown), (Prompt, Prompt));
    assert_eq!(unwritten(Does::Interactive), (Prompt, Prompt));
    assert_eq!(unwritten(Does::Run(vec![Text::Is("x".into())])), (Allow, Allow));
    assert_eq!(unwritten(Does::ReadEnv(Text::Anything)), (Allow, Allow));
}
