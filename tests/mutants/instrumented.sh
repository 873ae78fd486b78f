#!/bin/sh
# Cargo's RUSTC_WORKSPACE_WRAPPER: only prexec counts what runs, the dependencies stay as they are built.
exec "$@" -C instrument-coverage
