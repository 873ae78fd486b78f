#![no_main]
prexec_guided::target!("compiled");
