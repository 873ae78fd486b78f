//! The hook without a C library. What it cannot do as the other executable would, it does not do: it becomes that one, and hands
//! on the call as it was read.

use super::{Beyond, Means, Options, Trusted};
use crate::approval::Asked;
use crate::audit::KernelDisk;
use crate::break_glass::{self, Override};
use crate::call::Call;
use crate::guard;
use crate::kernel::{self, Process};
use crate::path;
use crate::policy::Policy;
use crate::report::Judged;
use crate::world::{Errno, KernelWorld, World};
use alloc::{format, string::String, vec::Vec};
use core::ffi::CStr;

/// The executable that can do everything, beside this one.
const WHOLE: &[u8] = b"prexec";
/// Where the kernel says which file this process was started from.
const OURSELVES: &[u8] = b"/proc/self/exe";

/// Reads the call, decides, answers, and ends the process.
pub fn run(process: Process) -> ! {
    let arguments: Vec<&[u8]> = process.arguments().skip(1).map(CStr::to_bytes).collect();
    super::run(&arguments, |options| Alone {
        process,
        disk: KernelDisk { process },
        world: KernelWorld::new(process, options.home.as_deref()),
    })
}

struct Alone {
    process: Process,
    disk: KernelDisk,
    world: KernelWorld,
}

impl Means for Alone {
    fn input(&mut self, most: usize) -> Result<Vec<u8>, String> {
        // The other executable would fail as well, and say so in the system's words.
        kernel::read_input(most).map_err(|Errno(number)| format!("error {number}"))
    }

    fn policy(&mut self, options: &Options, input: &[u8]) -> Result<Policy, String> {
        match Trusted::new(&self.world, self.process.account()).load(options) {
            Ok(policy) => Ok(policy),
            Err(Beyond) => self.hand_over(input),
        }
    }

    fn world(&self) -> &dyn World {
        &self.world
    }

    fn break_glass(&self) -> Option<Override> {
        break_glass::look(self.world.machine()).for_account(self.process.account())
    }

    type Disk = KernelDisk;

    fn disk(&self) -> &KernelDisk {
        &self.disk
    }

    fn keep(&self, _: &[u8], input: &[u8]) {
        // Nobody waits for this to be quick, and closing a file takes more than is here. Alone, the record is written all the same.
        self.become_whole(input);
    }

    fn ask(&self, _: &Call, _: &Judged, _: &Options, input: &[u8]) -> Asked {
        self.hand_over(input)
    }

    fn may_rewrite(&self, _: &Call, _: &Options, input: &[u8]) -> bool {
        self.hand_over(input)
    }

    fn settle(&self, regexes: bool, input: &[u8]) {
        if regexes || self.world.machine().was_asked_too_much() {
            self.hand_over(input);
        }
    }
}

impl Alone {
    /// Lets `prexec hook`, which stands beside this executable, decide. Where it cannot be started the call is denied.
    fn hand_over(&self, input: &[u8]) -> ! {
        refuse(&self.become_whole(input))
    }

    /// The same; where it cannot be started, says why.
    fn become_whole(&self, input: &[u8]) -> String {
        let beside = kernel::target(OURSELVES).ok().and_then(|file| Some(path::join(path::parent(&file)?, WHOLE)));
        let Some(whole) = beside else { return "`/proc` is not there to say where it is".into() };
        let mut arguments = Vec::from([c"prexec", c"hook"]);
        arguments.extend(self.process.arguments().skip(1));
        // It has a deadline of its own, and a timer outlives `exec`.
        guard::deadline_off();
        let Errno(number) = kernel::replace(&self.process, &whole, &arguments, input);
        let name = crate::text::visible_bytes(&whole);
        format!("`{name}` cannot be started (error {number})")
    }
}

fn refuse(why: &str) -> ! {
    let text = format!(
        "prexec: denied: this call needs more than `prexec-hook` does by itself, and {why}; install `prexec` beside it \
         (rule internal:hand-over)"
    );
    guard::leave(guard::Answer::Deny(&text))
}
