//! Tests of the globs: tables, and properties against `globset` and against brute force.

mod against_globset;
mod language;
