//! Frames and page tables: they change here only.

pub mod frames;
pub mod mapping;
pub mod run;
pub mod superpage;
pub mod table;

pub use frames::{JUNK_FREED, JUNK_FRESH};
pub use superpage::MEGAPAGE;
