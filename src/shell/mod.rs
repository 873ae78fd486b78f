//! bash text -> tokens -> tree -> word values. Knows nothing of policy.

pub mod tree;
