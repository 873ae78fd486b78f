#![no_main]
prexec_guided::target!("tokens");
