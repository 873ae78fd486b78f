//! What one policy may cost: sizes, steps, depth, memory; and the parts of the interpreter that keep to it.
//!
//! The interpreter's own heap limit is looked at every thousand steps only, which is too late for text that doubles with every
//! step or for a list that is asked for at its full size. So the heap is measured before every statement too, `*` is told how
//! large its result may be, and `range` how long. What is left (an in-place `*=`, `join`, `replace`, `format` and `%` of large
//! values, methods that double a list inside a comprehension, printing a deeply nested value) needs the process's own guard.

use starlark::codemap::FileSpanRef;
use starlark::environment::GlobalsBuilder;
use starlark::eval::{BeforeStmtFunc, BeforeStmtFuncDyn, Evaluator};
use starlark::starlark_module;
use starlark::syntax::AstModule;
use starlark::values::range::Range;
use starlark::values::{UnpackValue, Value, list::ListRef, tuple::TupleRef};
use std::{boxed::Box, collections::HashMap, fmt, format, num::NonZeroI32, string::String, time::Duration, vec};

/// Bytes of one policy file.
pub const FILE_BYTES: u64 = 1 << 20;
/// Bytes of all files of one policy.
pub const TOTAL_BYTES: u64 = 10 << 20;
/// Files of one policy.
pub const FILES: usize = 1000;
/// Files that include or load one another in a chain.
pub const INCLUDE_DEPTH: usize = 16;
/// Function calls and loop rounds of one file.
pub const STEPS: u64 = 1_000_000;
/// Function calls within one another: what Codex's engine allows, and one more for the `*` that is a call here.
pub const CALL_DEPTH: usize = 51;
/// Bytes of values that one file may hold at once.
pub const HEAP_BYTES: usize = 64 << 20;
/// Elements of a `range`.
pub const RANGE_LENGTH: i64 = 10_000_000;
/// Bytes of the result of `*` on text, or eight times the elements on a list.
const REPEATED_BYTES: usize = 16 << 20;
/// Time that the evaluation of all files may take; the limits above are reached long before on any usual machine. A debug build
/// interprets some twenty times slower.
pub const TIME: Duration = Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 2 });

/// The name under which `*` calls its replacement: not an identifier, so that no policy can name or hide it.
pub(super) const REPEAT: &str = "*";

/// Why an evaluation is ended. Carried as an error's text through the interpreter.
#[derive(Debug)]
pub(super) struct LimitReached(pub(super) String);

impl fmt::Display for LimitReached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for LimitReached {}

fn reached(what: String) -> starlark::Error {
    starlark::Error::new_other(LimitReached(what))
}

/// Measures the heap before every statement.
struct Watch;

impl<'e> BeforeStmtFuncDyn<'e> for Watch {
    fn call<'v>(&mut self, _: FileSpanRef, _: bool, eval: &mut Evaluator<'v, '_, 'e>) -> starlark::Result<()> {
        if eval.heap().allocated_bytes() > HEAP_BYTES { Err(heap_reached()) } else { Ok(()) }
    }
}

pub(super) fn heap_reached() -> starlark::Error {
    reached(format!("the evaluation holds more than {} MiB", HEAP_BYTES >> 20))
}

/// Sets all limits of an evaluation; `late` says whether its time is over.
pub(super) fn apply<'a>(
    eval: &mut Evaluator<'_, 'a, '_>,
    late: impl Fn() -> bool + 'a,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    eval.set_max_tick_count(STEPS)?;
    eval.set_max_heap_size(HEAP_BYTES)?;
    eval.set_max_callstack_size(CALL_DEPTH)?;
    eval.set_check_cancelled(Box::new(late));
    eval.before_stmt_for_dap(BeforeStmtFunc::from_dyn(Box::new(Watch)));
    // Collecting walks nested values by recursion; the heap limit is low enough to do without.
    eval.disable_gc();
    Ok(())
}

/// Bytes of what a value holds itself, where `*` repeats it.
fn repeated_size(value: Value<'_>) -> Option<usize> {
    if let Some(text) = value.unpack_str() {
        return Some(text.len());
    }
    let length = ListRef::from_value(value)
        .map(|list| list.len())
        .or_else(|| TupleRef::from_value(value).map(|tuple| tuple.content().len()))?;
    Some(length.saturating_mul(size_of::<usize>()))
}

/// Whether it is an integer of more than 64 bits: multiplied by one another they double with every step, off the heap.
fn is_big(value: Value<'_>) -> bool {
    value.get_type() == "int" && value.unpack_i32().is_none() && matches!(i64::unpack_value(value), Ok(None) | Err(_))
}

/// `range` as the language has it, with a bound on its length.
#[starlark_module]
fn bounded_range(builder: &mut GlobalsBuilder) {
    #[starlark(as_type = Range, speculative_exec_safe)]
    fn range(
        #[starlark(require = pos)] a1: i32,
        #[starlark(require = pos)] a2: Option<i32>,
        #[starlark(require = pos, default = 1)] step: i32,
    ) -> starlark::Result<Range> {
        let (start, stop) = a2.map_or((0, a1), |stop| (a1, stop));
        let step = NonZeroI32::new(step).ok_or_else(|| starlark::Error::new_other(ZeroStep))?;
        let length = (i64::from(stop) - i64::from(start)) / i64::from(step.get());
        if length > RANGE_LENGTH {
            return Err(reached(format!("a range of {length} elements is longer than {RANGE_LENGTH}")));
        }
        Ok(Range::new(start, stop, step))
    }
}

#[derive(Debug)]
struct ZeroStep;

impl fmt::Display for ZeroStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the step of `range` is zero")
    }
}

impl std::error::Error for ZeroStep {}

/// `*`, with a bound on what it makes.
#[starlark_module]
fn bounded_repeat(builder: &mut GlobalsBuilder) {
    fn repeat<'v>(
        #[starlark(require = pos)] left: Value<'v>,
        #[starlark(require = pos)] right: Value<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        for (value, times) in [(left, right), (right, left)] {
            let (Some(size), Some(times)) = (repeated_size(value), times.unpack_i32()) else { continue };
            let bytes = size.saturating_mul(usize::try_from(times).unwrap_or(0));
            if bytes > REPEATED_BYTES {
                return Err(reached(format!("`*` would make {bytes} bytes, more than {} MiB", REPEATED_BYTES >> 20)));
            }
        }
        if is_big(left) && is_big(right) {
            return Err(reached("`*` multiplies two integers of more than 64 bits".into()));
        }
        left.mul(right, eval.heap())
    }
}

/// Adds what takes the place of `range` and, as [`REPEAT`], of `*`.
pub(super) fn add_globals(builder: &mut GlobalsBuilder) {
    bounded_range(builder);
    let operators = GlobalsBuilder::new().with(bounded_repeat).build();
    builder.frozen_heap().add_reference(operators.heap());
    for (_, function) in operators.iter() {
        builder.set(REPEAT, function);
    }
}

/// Turns `*` into calls of [`REPEAT`].
pub(super) fn bound_operators(ast: &mut AstModule) {
    ast.replace_binary_operators(&HashMap::from([("*".into(), REPEAT.into())]));
}
