//! Frames and page tables, which the kernel writes here only.
//!
//! `frames` has the free list and the counts, `run` takes and gives back as many frames as a megapage has. `table` maps, unmaps
//! and fences one page, `superpage` a megapage, and `mapping` the kernel itself.

pub mod frames;
pub mod mapping;
pub mod run;
pub mod superpage;
pub mod table;

pub use frames::{JUNK_FREED, JUNK_FRESH};
pub use superpage::MEGAPAGE;
