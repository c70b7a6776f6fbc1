//! Why the kernel is entered, what it does then, and the way back.

pub mod accessed;
pub mod copy;
pub mod fault;
pub mod heap;
pub mod mmap;
pub mod syscall;
pub mod tick;
pub mod trap_path;
pub mod user;

pub use accessed::MOST_PAGES;
pub(in crate::kernel) use copy::Transfer;
pub(in crate::kernel) use mmap::MapRequest;
pub(in crate::kernel) use syscall::Call;
