//! How addresses and page-table entries are cut up, and what a walk reads.

pub mod geometry;
pub mod pte;
pub mod walked;

pub use geometry::{Geometry, MAX_LEVELS, Mode, Paging};
pub use pte::{Flags, Pte};
pub use walked::{Leaf, Step};
