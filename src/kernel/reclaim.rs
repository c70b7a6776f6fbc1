//! Which page loses its frame, and how.

pub mod optimal;
mod reclaim;
pub mod replace;

pub use reclaim::{MAX_LOOKED_AT, Mapper, Mappers, Resident};
