//! pagewalk makes virtual memory visible: a built-in RISC-V machine with a small teaching kernel plays scripted scenarios,
//! and the screen shows what hardware and kernel do, event by event, forward and back.
//!
//! # The floors
//!
//! Each floor knows only the floors under it; `tests/tidy.rs` reads the imports and fails on one that runs up.
//!
//! | floor | modules | what lives there |
//! |---|---|---|
//! | 6 | [`cli`] | arguments, the file system, exit codes |
//! | 5 | [`tui`] · [`plain`] · [`export`] | the interactive screen · the same as lines of text · text, JSON lines, reports, pictures |
//! | 4 | [`story`] · [`view`] | a scenario and its run together, expectations · what each panel says, events in words |
//! | 3 | [`scenario`] · [`timeline`] | the JSON format, diagnostics, the built-in library · a run at any moment |
//! | 2 | [`kernel`] | operations, with a kernel or on a bare machine; system calls, faults and copy-on-write; frames and the free list, processes, areas, fork, exec, mmap, reclaim and swap, the kernel's own mapping |
//! | 1 | [`hw`] | addresses, PTEs and their bits, memory, walk, permissions, the TLB and its replacement, registers, traps |
//!
//! Neighbours on a floor do not know each other, but for two: [`view`] tells [`story`], and [`tui`] hands its screens to
//! [`export`]. These are plain [cells](export::picture::Picture), so that nothing but
//! `tui` names ratatui or crossterm; nothing but `cli` names clap.
//!
//! # How data flows
//!
//! JSON → [`Scenario`](scenario::Scenario) → [`Op`](kernel::Op)s → [`System`](kernel::System) → events and states →
//! [`view`] → screen or file. Input flows one way too: key → message → update of the model → draw; drawing changes nothing.
//! A file that is saved while it is played comes the same way, read by [`cli`], through a [channel](tui::reload).
//!
//! # How time works
//!
//! The system is deterministic, and its state changes through one door: [`System::swap`](kernel::System::swap) applies a
//! [`Change`](kernel::event::Change) by swapping the new value in and gives back the inverse. What happens is told to an
//! [`Observer`](kernel::Observer): first the inverses, then the [`Event`](kernel::Event) that they belong to. A
//! [`Timeline`](timeline::Timeline) records both, so that a step back is the same code as a step forward, and "what changed"
//! is read off the event instead of comparing states. With [`Unwatched`](kernel::Unwatched) nothing is recorded.
//!
//! # Invariants
//!
//! - Page tables are bytes in simulated memory; walker, kernel and screen read the same bytes.
//! - Every change belongs to an event, and every operation has at least one.
//! - A frame's count is never below the number of its holders, and equal to it between operations ([`kernel::check`]); a
//!   kernel that is wrong on purpose ([`kernel::Bug`]) breaks such rules, and is found out at the event that does.
//! - What happens is put into words in [`view`], and how a problem is shown is decided in [`scenario::diagnostic`]. The
//!   reason for a refusal, half a sentence, is written where it is found: in [`kernel`] and in [`scenario`].
//! - Everything that reads a scenario to run it goes through one [door](story::guarded): a panic there is told as a problem of
//!   the file, and ends nothing else.
//! - A scenario is untrusted: it is bounded, and no character of it that a terminal [obeys](scenario::printable) reaches one.
//!   The same holds for names of files, arguments and the environment. Text leaves [`cli`] through one writer, which replaces
//!   such characters; screens leave [`tui`] [harmless](tui::harmless), and [`export`] has one file for JSON and one for XML.

pub mod cli;
pub mod export;
pub mod hw;
pub mod kernel;
pub mod plain;
pub mod scenario;
pub mod story;
pub mod timeline;
pub mod tui;
pub mod view;
