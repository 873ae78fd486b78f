//! Whose calls are decided, where an administrator gives accounts different policies.

use alloc::{string::String, vec::Vec};

/// An account, as the account database says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The account's name; none where the database has none.
    pub name: Option<String>,
    /// The names of its groups.
    pub groups: Vec<String>,
}

/// Whom one of several policies is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audience {
    /// Names of accounts.
    pub accounts: Vec<String>,
    /// Names of groups.
    pub groups: Vec<String>,
}

impl Audience {
    /// Whether an account, or one of its groups, is named.
    pub fn has(&self, account: &Account) -> bool {
        account.name.as_ref().is_some_and(|name| self.accounts.contains(name))
            || account.groups.iter().any(|group| self.groups.contains(group))
    }
}
