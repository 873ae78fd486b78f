//! How the builtins find the session: the interpreter carries one reference for its host, of a type that it can tell from others.
#![allow(unsafe_code, reason = "the derive implements an unsafe marker trait; nothing here is written by hand")]

use super::session::Session;
use starlark::any::ProvidesStaticType;

/// A session as the interpreter carries it.
#[derive(ProvidesStaticType)]
pub(super) struct Anchor<'a>(pub(super) &'a Session<'a>);
