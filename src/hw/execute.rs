//! What a machine does with an access: it translates, walks, checks, and traps.

pub mod mmu;
pub mod permission;
pub mod stale;
pub mod tables;
pub mod trap;
pub mod walk;

pub use mmu::{INSTRUCTION_BYTES, Reached, Request};
pub use trap::Trap;
pub use walk::{refusal, walk};
