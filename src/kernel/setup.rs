//! Under which rules: policies, programs, costs, and what is wrong on purpose.

pub mod bug;
pub mod costs;
pub mod policy;
pub mod program;
mod setup;

pub use bug::Bug;
pub use costs::Costs;
pub use policy::{EmptyTables, Exec, Fork, Guard, Heap, KernelMapping, Policies, Reclaim, Stack, TrapPath};
pub use program::{Part, Program, Sizes};
pub use setup::{MOST_FRAMES, Setup};
