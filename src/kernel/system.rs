//! The whole state, who watches it, and the kernel at work.

pub mod observer;
pub mod processes;
pub mod record;
mod system;
pub mod work;

pub use observer::{Observer, Unwatched};
pub use record::Record;
pub use system::System;
pub(in crate::kernel) use work::Work;
