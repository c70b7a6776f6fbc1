//! Why the kernel is entered, what it does then, and the way back.
//!
//! `user` lets a process make an access and answers its faults. `fault` says what a fault means, copy-on-write and growing
//! stacks among it, and repairs it. `syscall` answers system calls, with a file for those of more than a few lines: `mmap`,
//! `heap`, `read_write`, `accessed`. `tick` is the timer's interrupt, `trap_path` the way in and out, instruction by instruction.

pub mod accessed;
pub mod fault;
pub mod heap;
pub mod mmap;
pub mod read_write;
pub mod syscall;
pub mod tick;
pub mod trap_path;
pub mod user;

pub use accessed::MOST_PAGES;
pub(in crate::kernel) use mmap::MapRequest;
pub(in crate::kernel) use read_write::Transfer;
pub(in crate::kernel) use syscall::Call;
