//! `include`: the rules of another file, as if they stood here.

use super::super::arguments::{Call, Signature};
use super::super::diagnostics::Problem;
use super::super::evaluate;
use super::super::session::Session;
use starlark::eval::Arguments;
use starlark::values::Heap;

pub(super) const INCLUDE: Signature = Signature { function: "include", parameters: &["path"], required: 1 };

pub(super) fn include<'v>(args: &Arguments<'v, '_>, heap: Heap<'v>, session: &Session<'_>) -> Result<(), Problem> {
    let call = Call::bind(INCLUDE, args, heap)?;
    let path = call.needed_text("path")?;
    super::for_rules(INCLUDE, &session.state.borrow())?;
    let source = evaluate::current(session)?.reach(path)?;
    evaluate::register(session, source)
}
