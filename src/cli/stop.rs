//! Ends what would go on: SIGTERM and SIGINT are waited for by a thread, so that the work comes to a good end. The second one ends at
//! once.

use crate::trail::export::ship::Stop;
use nix::sys::signal::{SigSet, Signal};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Whether somebody asked to stop.
pub(super) struct Asked(Arc<(Mutex<bool>, Condvar)>);

impl Asked {
    /// From now on both signals are asked for here. To be called before any other thread is started.
    pub(super) fn listen() -> Result<Self, String> {
        let signals: SigSet = [Signal::SIGTERM, Signal::SIGINT].into_iter().collect();
        signals.thread_block().map_err(|e| format!("signals cannot be blocked: {e}"))?;
        let state = Arc::new((Mutex::new(false), Condvar::new()));
        let told = Arc::clone(&state);
        std::thread::Builder::new()
            .name("signals".into())
            .spawn(move || {
                let _ = signals.wait();
                *told.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
                told.1.notify_all();
                let _ = signals.wait();
                std::process::exit(i32::from(super::INTERNAL_ERROR));
            })
            .map_err(|e| format!("a thread cannot be started: {e}"))?;
        Ok(Self(state))
    }
}

impl Stop for Asked {
    fn asked(&self) -> bool {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self, length: Duration) {
        let guard = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.0.1.wait_timeout_while(guard, length, |asked| !*asked));
    }
}
