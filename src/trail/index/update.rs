//! Brings an index up to the files as they are: several files at once, each put in by itself.

use super::Trouble;
use super::store::{Filed, Store};
use super::take::{State, Taken, take};
use crate::trail::{DayFile, day_files};
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;
use std::string::{String, ToString};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;
use std::vec::Vec;

/// No more threads than these: each holds what it takes of a file.
const MOST_THREADS: usize = 8;
/// How often progress is told.
const PAUSE: Duration = Duration::from_millis(200);

/// Brings the index up to date. `tick` hears of progress in bytes.
pub(super) fn update(store: &mut Store, records: &Path, tick: &mut dyn FnMut(u64, u64)) -> Result<(), Trouble> {
    let files = day_files(records).map_err(|e| Trouble::of(records, &e))?;
    store.keep(&files)?;
    let known = store.read()?.files()?;
    let known: HashMap<&str, &Filed> = known.iter().map(|filed| (filed.name.as_str(), filed)).collect();
    let (mut waiting, mut total): (Vec<(&DayFile, String)>, u64) = (Vec::new(), 0);
    for file in &files {
        let Some(name) = file.path.file_name().and_then(|name| name.to_str()) else { continue };
        let data = fs::symlink_metadata(&file.path).map_err(|e| Trouble::of(&file.path, &e))?;
        if known.get(name).is_none_or(|filed| !filed.known.state.is_still(&State::of(&data))) {
            waiting.push((file, name.to_string()));
            total += data.len();
        }
    }
    let (next, read, stop) = (AtomicUsize::new(0), AtomicU64::new(0), AtomicBool::new(false));
    let threads = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS).min(waiting.len());
    thread::scope(|scope| {
        // What is taken waits for its turn in a bounded amount of memory.
        let (sender, taken) = sync_channel::<(usize, io::Result<Taken>)>(1);
        for _ in 0..threads {
            let sender = sender.clone();
            let (next, read, stop, waiting, known) = (&next, &read, &stop, &waiting, &known);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some((file, name)) = waiting.get(at) else { return };
                    let known = known.get(name.as_str()).map(|filed| &filed.known);
                    if sender.send((at, take(&file.path, known, read))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut all = || loop {
            match taken.recv_timeout(PAUSE) {
                Ok((at, taken)) => {
                    let Some((file, name)) = waiting.get(at) else { continue };
                    let taken = taken.map_err(|e| Trouble::of(&file.path, &e))?;
                    if known.get(name.as_str()).is_none_or(|filed| !taken.is_nothing_new(&filed.known)) {
                        store.put(name, &taken)?;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            tick(read.load(Ordering::Relaxed), total);
        };
        let ended = all();
        stop.store(true, Ordering::Relaxed);
        // Whoever waits to hand something over hears that nobody takes it.
        drop(taken);
        ended
    })
}
