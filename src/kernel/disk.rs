//! Files with the page cache, and swap.

pub mod file;
pub mod swap;

pub use swap::MOST_SLOTS;
