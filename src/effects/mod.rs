//! Folds a call into effects.
