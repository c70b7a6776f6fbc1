//! Memory and harts together: how they are built, what can change, what is told, and the one door.

pub mod change;
pub mod config;
pub mod event;
mod machine;

pub use change::Change;
pub use config::{AdUpdate, Config};
pub use event::{Event, Observer, Unwatched};
pub use machine::Machine;
