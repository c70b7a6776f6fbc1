//! How processes come, change and go.
//!
//! `exec` also has what spawn does. `fork` shares or copies the parent's pages, and marks them copy-on-write. Each process has a
//! `kernel_stack` and a `vdso` page, if the policies say so; `switch` loads `satp` and the registers of another.

pub mod exec;
pub mod exit;
pub mod fork;
pub mod kernel_stack;
pub mod switch;
pub mod vdso;
pub mod vfork;

pub use vdso::{CLOCK, PID};
