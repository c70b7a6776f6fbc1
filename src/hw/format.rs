//! How addresses and page-table entries are cut up, and what a walk reads.
//!
//! `geometry` has the paging modes, `pte` the bits of an entry. Which entries a walk refuses is said by
//! [`execute::walk`](mod@super::execute::walk).

pub mod geometry;
pub mod pte;
pub mod walked;

pub use geometry::{Geometry, MAX_LEVELS, Mode, Paging};
pub use pte::{Flags, Pte};
pub use walked::{Read, Walked};
