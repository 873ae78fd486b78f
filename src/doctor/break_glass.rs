//! Whether an administrator's override lets calls run that the policy stops.

use super::{Finding, Machine, Status};
use crate::break_glass::{self, Found, Override, PATH};
use crate::text::date;
use crate::world::Host;
use nix::unistd::{Uid, User};

const END: &str = "`prexec break-glass --end` as root ends it";

/// Whether one is in force, for this account or another one.
pub(super) fn in_force(machine: &Machine) -> Finding {
    let mut finding = Finding::new("break-glass", "no override lets calls run that the policy stops");
    match break_glass::look(&Host) {
        Found::Nothing => {}
        Found::Void(why) => finding.add(Status::Warning, format!("`{PATH}` counts for nothing: {why}"), END),
        Found::InForce(found) => {
            let account = User::from_name(&machine.account).ok().flatten().map(|user| user.uid.as_raw());
            let status = match account {
                Some(account) if !found.is_for(account) => Status::Warning,
                _ => Status::Failure,
            };
            finding.add(status, told(&found), END);
        }
    }
    finding
}

/// What an override says, in one sentence.
pub fn told(found: &Override) -> String {
    let name = |account: &u32| {
        let user = User::from_uid(Uid::from_raw(*account)).ok().flatten();
        user.map_or_else(|| account.to_string(), |user| user.name)
    };
    let accounts: Vec<String> = found.accounts.iter().map(name).collect();
    let whom = if accounts.is_empty() { "every account".into() } else { accounts.join(", ") };
    format!(
        "an override is in force until {} UTC for {whom}: calls run that the policy stops; made by {}: {}",
        date::time(found.until),
        found.issuer,
        found.reason
    )
}
