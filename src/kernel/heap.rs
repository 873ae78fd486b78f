//! Memory for a process that lives for a millisecond: blocks are cut off a large piece one after the other, and those that are given
//! back are kept in lists by their size, for the next that wants as much. Nothing ever goes back to the kernel.
//!
//! What costs time is neither the search nor the copying but each page that is touched for the first time: the first piece comes with
//! the executable, and the last block that was cut gives back what it does not need.

#![allow(clippy::cast_ptr_alignment, reason = "every block begins at a multiple of 16")]

use super::process;
use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ptr;
use core::sync::atomic::{AtomicBool, Ordering};

/// Sizes are multiples of this, and so is where a block begins.
const STEP: usize = 16;
/// Up to here there is a list for every multiple of [`STEP`].
const SMALL: usize = 1024;
/// Lists for small sizes.
const SMALL_LISTS: usize = SMALL / STEP;
/// From there on there are this many sizes up to the next that is twice as large.
const PARTS: usize = 4;
/// Lists for all sizes up to 4 GiB.
const LISTS: usize = SMALL_LISTS + 22 * PARTS;
/// What is asked of the kernel at a time: room without memory, which comes page by page when it is used.
const PIECE: usize = 1 << 20;
/// Bytes that are there from the beginning, enough for most calls; no memory either before they are used.
const FIRST: usize = 256 << 10;

#[repr(C, align(16))]
struct First(UnsafeCell<[u8; FIRST]>);
// SAFETY: only one heap ever uses it: the first that finds it free.
unsafe impl Sync for First {}
#[cfg_attr(bare, unsafe(link_section = ".bss.heap"))]
static FIRST_PIECE: First = First(UnsafeCell::new([0; FIRST]));
static FIRST_IS_TAKEN: AtomicBool = AtomicBool::new(false);

/// The heap.
pub(crate) struct Heap(UnsafeCell<State>);

struct State {
    /// What is left of the current piece.
    next: *mut u8,
    left: usize,
    /// Behind this, nothing of the current piece was ever handed out.
    fresh: *mut u8,
    /// For each size the first block that was given back; each holds where the next one is.
    free: [*mut u8; LISTS],
}

// SAFETY: the process has one thread, and its signal handlers do not allocate.
unsafe impl Sync for Heap {}

/// A list, and the bytes of its blocks; none where nobody can want that much.
fn list(size: usize) -> Option<(usize, usize)> {
    if size <= SMALL {
        let steps = size.div_ceil(STEP).max(1);
        return Some((steps - 1, steps * STEP));
    }
    // The power of two below, and how many parts of it come on top.
    let power = usize::BITS - 1 - (size - 1).leading_zeros();
    let part = (1_usize << power) / PARTS;
    let parts = (size - (1 << power)).div_ceil(part);
    let at = SMALL_LISTS + (usize::try_from(power).ok()? - 10) * PARTS + parts - 1;
    (at < LISTS).then(|| (at, (1 << power) + parts * part))
}

impl Heap {
    pub(crate) const fn new() -> Self {
        let free = [ptr::null_mut(); LISTS];
        Self(UnsafeCell::new(State { next: ptr::null_mut(), left: 0, fresh: ptr::null_mut(), free }))
    }

    #[expect(clippy::mut_from_ref, reason = "an allocator is shared by nature; nothing calls it while it works")]
    fn state(&self) -> &mut State {
        // SAFETY: one thread, and no function here calls another one that asks for the state.
        unsafe { &mut *self.0.get() }
    }
}

impl State {
    /// So many bytes, a multiple of [`STEP`], and whether they were never used: then the kernel's zeros are in them.
    fn cut(&mut self, size: usize) -> (*mut u8, bool) {
        if size > self.left && !self.new_piece(size) {
            return (ptr::null_mut(), false);
        }
        let block = self.next;
        self.next = block.wrapping_add(size);
        self.left -= size;
        let is_fresh = block >= self.fresh;
        self.fresh = self.fresh.max(self.next);
        (block, is_fresh)
    }

    fn new_piece(&mut self, size: usize) -> bool {
        let (start, length) = if size <= FIRST && !FIRST_IS_TAKEN.swap(true, Ordering::Relaxed) {
            (FIRST_PIECE.0.get().cast(), FIRST)
        } else {
            let length = size.max(PIECE);
            let Ok(start) = process::map(length) else { return false };
            (start, length)
        };
        (self.next, self.left, self.fresh) = (start, length, start);
        true
    }

    /// A block, and whether it was never used: then it holds zeros.
    fn take(&mut self, size: usize) -> (*mut u8, bool) {
        let Some((at, size)) = list(size) else { return (ptr::null_mut(), false) };
        let Some(slot) = self.free.get_mut(at).filter(|first| !first.is_null()) else { return self.cut(size) };
        let block = *slot;
        // SAFETY: whoever gave the block back left there where the next one is.
        *slot = unsafe { block.cast::<*mut u8>().read() };
        (block, false)
    }

    fn give(&mut self, block: *mut u8, size: usize) {
        if let Some(slot) = list(size).and_then(|(at, _)| self.free.get_mut(at)) {
            // SAFETY: nobody uses the block any more; it has room for an address and begins at a multiple of `STEP`.
            unsafe { block.cast::<*mut u8>().write(*slot) };
            *slot = block;
        }
    }

    /// Makes a block larger or smaller where it stands; false where that cannot be.
    fn stretch(&mut self, block: *mut u8, size: usize, wanted: usize) -> bool {
        let (Some((_, size)), Some((_, wanted))) = (list(size), list(wanted)) else { return false };
        if wanted == size {
            return true;
        }
        let is_last = block.wrapping_add(size) == self.next;
        if !is_last || wanted > size + self.left {
            return false;
        }
        self.next = block.wrapping_add(wanted);
        self.left = size + self.left - wanted;
        self.fresh = self.fresh.max(self.next);
        true
    }
}

// SAFETY: a block that is handed out has the size of its list, which is not less than what was asked for, begins at a multiple of
// `STEP` (or of what was asked for, where that is more), and is in no list until it is given back.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() <= STEP {
            return self.state().take(layout.size()).0;
        }
        // Nobody asks for this; where somebody does, the block is never given back.
        let size = layout.size().saturating_add(layout.align()).next_multiple_of(STEP);
        let (block, _) = self.state().cut(size);
        if block.is_null() { block } else { block.wrapping_add(block.align_offset(layout.align())) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let (block, fresh) = if layout.align() > STEP {
            // SAFETY: by the caller's contract.
            (unsafe { self.alloc(layout) }, false)
        } else {
            self.state().take(layout.size())
        };
        if !fresh && !block.is_null() {
            // SAFETY: a block of at least this size, which nobody else has.
            unsafe { block.write_bytes(0, layout.size()) };
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if layout.align() <= STEP {
            self.state().give(block, layout.size());
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if layout.align() <= STEP && self.state().stretch(block, layout.size(), size) {
            return block;
        }
        // SAFETY: by the caller's contract `size` is valid with this alignment, and the block has the size of its layout.
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !new.is_null() {
                ptr::copy_nonoverlapping(block, new, layout.size().min(size));
                self.dealloc(block, layout);
            }
            new
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn every_size_has_a_list_whose_blocks_are_large_enough() {
        let mut before = (0, STEP);
        for size in (1..100_000).chain([(1 << 20) - 1, 1 << 20, (1 << 20) + 1, 512 << 20, 1 << 32]) {
            let (at, room) = list(size).unwrap();
            assert!(room >= size && room % STEP == 0 && room <= size.max(STEP) + size / 4 + STEP, "{size}: {room}");
            assert!(at == before.0 && room == before.1 || at > before.0 && room > before.1, "{size}");
            before = (at, room);
        }
        assert_eq!((list((1 << 32) + 1), list(usize::MAX)), (None, None));
    }

    /// Whether they are fresh, come back from a list, or were cut before and given back by a block that shrank.
    #[test]
    fn zeroed_blocks_hold_zeros() {
        let heap = Heap::new();
        for round in 1..200_usize {
            for align in [1, 16, 64, 4096] {
                let layout = Layout::from_size_align(round * 40, align).unwrap();
                // SAFETY: the layouts are those that the blocks were made with.
                unsafe {
                    let block = heap.alloc_zeroed(layout);
                    assert!(core::slice::from_raw_parts(block, layout.size()).iter().all(|byte| *byte == 0));
                    block.write_bytes(0xa5, layout.size());
                    if round % 3 == 0 {
                        heap.dealloc(block, layout);
                    } else {
                        heap.realloc(block, layout, layout.size() / 2);
                    }
                }
            }
        }
    }

    #[test]
    fn blocks_keep_what_is_in_them() {
        let heap = Heap::new();
        let mut blocks: Vec<(*mut u8, Layout, u8)> = Vec::new();
        let mut number = 1_u64;
        for round in 0..20_000_usize {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let size = 1 + (number >> 33) as usize % if round % 100 == 0 { 300_000 } else { 3000 };
            let mark = (number >> 20).to_le_bytes()[0];
            // SAFETY: the layouts are those that the blocks were made with.
            unsafe {
                match number >> 62 {
                    0 | 1 => {
                        let layout = Layout::from_size_align(size, 1 << ((number >> 40) % 7)).unwrap();
                        let block = heap.alloc(layout);
                        assert_eq!(block.align_offset(layout.align()), 0);
                        block.write_bytes(mark, size);
                        blocks.push((block, layout, mark));
                    }
                    2 if !blocks.is_empty() => {
                        let at = size % blocks.len();
                        let (block, layout, mark) = blocks[at];
                        let new = heap.realloc(block, layout, size);
                        let kept = core::slice::from_raw_parts(new, layout.size().min(size));
                        assert!(kept.iter().all(|byte| *byte == mark));
                        new.write_bytes(mark, size);
                        blocks[at] = (new, Layout::from_size_align(size, layout.align()).unwrap(), mark);
                    }
                    _ if !blocks.is_empty() => {
                        let (block, layout, mark) = blocks.swap_remove(size % blocks.len());
                        assert!(core::slice::from_raw_parts(block, layout.size()).iter().all(|byte| *byte == mark));
                        heap.dealloc(block, layout);
                    }
                    _ => {}
                }
            }
        }
    }
}
