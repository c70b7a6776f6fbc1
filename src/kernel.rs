//! Floor 2, the teaching kernel: small enough to read in an evening, xv6-like in its layout, Linux-like in what it does.
//!
//! A [`System`] is a machine and what the kernel knows about it: frames with reference counts, processes with areas,
//! files and the page cache, and what lies in swap. [`System::perform`] carries out one [`Op`] and gives its [`Outcome`]. The kernel's
//! mechanisms are methods of [`Work`](system::work), the system while an observer watches; each file holds one of them.
//! They read freely, and write only by applying a [`Change`].
//!
//! The kernel touches physical memory directly, as xv6 does through its direct map, so its own accesses do not go through
//! the TLB and set neither A nor D. Only the way in and out can be carried out by the hart itself, see [`trap::trap_path`].
//!
//! # Rooms
//!
//! No files import each other in a circle, and each room imports only those under it; `tests/tidy.rs` reads this table.
//!
//! | order | rooms | what is in there |
//! |---|---|---|
//! | 13 | [`perform`] | carrying out an operation: whether a kernel does it or the bare machine, by which mechanism, and what its names and expressions mean; booting |
//! | 12 | [`check`] | what must hold, and what breaks it |
//! | 11 | [`trap`] | why the kernel is entered: faults (copy-on-write is decided here), system calls, the timer; mmap, heap, read and write; the way in and back |
//! | 10 | [`process`] | how processes come, change and go; fork marks pages copy-on-write |
//! | 9 | [`reclaim`] | which page loses its frame, and how |
//! | 8 | [`disk`] | files with the page cache, and swap |
//! | 7 | [`memory`] | frames and the free list, singly and in runs; page tables and megapages: the kernel writes them through here only |
//! | 6 | [`system`] | the whole state; who watches it, and what is recorded; the kernel at work |
//! | 5 | [`event`] | what happened and why, the cases of a fault, what changed with it, what is counted |
//! | 4 | [`setup`] | under which rules: policies, programs, costs, mistakes |
//! | 3 | [`state`] | what is known, as kinds without behaviour: areas, frames, files, processes, swap, and the bits of a PTE that are the kernel's |
//! | 2 | [`op`] | what can be asked: operations (a new one begins here), expressions, outcomes |
//! | 1 | [`page`] | the size of a page |
//!
//! # To add a system call
//!
//! [`Action`] with its name, and the name of what it makes; `Call` in [`trap::syscall`], with its name and its answer; an arm in
//! [`perform`], which evaluates its operands; the mechanism in a file of its own; its words in [`crate::view`]. Where it
//! names a file or a program, `check_names` in `perform` and `scenario::unused` know of it too.

pub mod check;
pub mod disk;
pub mod event;
pub mod memory;
pub mod op;
pub mod page;
pub mod perform;
pub mod process;
pub mod reclaim;
pub mod setup;
pub mod state;
pub mod system;
pub mod trap;

pub use check::{Audit, Broken, Invariant};
pub use event::{Change, Counters, Event, FaultCase, KernelEvent};
pub use op::{About, Action, Expr, Op, OpError, Outcome, Within};
pub use page::PAGE;
pub use setup::{Bug, Costs, Policies, Program, Setup};
pub use state::{Area, AreaKind, Condition, File, FileId, Frame, Pid, Process, ProcessState, Usage};
pub use system::{Observer, Record, System, Unwatched};
