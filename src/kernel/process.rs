//! How processes come, change and go.

pub mod exec;
pub mod exit;
pub mod fork;
pub mod kernel_stack;
pub mod switch;
pub mod vdso;
pub mod vfork;

pub use vdso::{CLOCK, PID};
