//! Operations: what a scenario can have a machine and a process do, one at a time.

use super::expr::Expr;
use super::operand::{Pages, Rights, Times, Width};
use super::registers::CsrSetting;
use crate::hw::Privilege;
use std::sync::Arc;

/// One operation: who does what.
#[derive(Clone, Debug, PartialEq)]
pub struct Op {
    /// The name of the process; `None` for the one of the operation before.
    pub process: Option<String>,
    /// Where the instruction is; `None` for the one after the last.
    pub pc: Option<Expr>,
    /// Loop variables that expressions may use.
    pub vars: Arc<Vec<(Arc<str>, u64)>>,
    /// What is done. The rounds of a repetition share it.
    pub action: Arc<Action>,
}

/// What can be done. The fields' names are the keys of a scenario's steps.
#[derive(Clone, Debug, PartialEq, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schemars(tag = "op")]
pub enum Action {
    /// Starts a program in a new process.
    Spawn {
        /// The program.
        #[schemars(example = &"sh")]
        program: String,
        /// The name of the process; the program's if it is left out.
        #[serde(rename = "as")]
        #[schemars(example = &"shell")]
        name: Option<String>,
    },
    /// Reads memory.
    Load {
        /// The address.
        #[schemars(example = &"data + 8")]
        at: Expr,
        /// How many bytes.
        #[serde(default)]
        #[schemars(example = 4)]
        width: Width,
    },
    /// Writes memory.
    Store {
        /// The address.
        #[schemars(example = &"heap + 8")]
        at: Expr,
        /// How many bytes.
        #[serde(default)]
        #[schemars(example = 1)]
        width: Width,
        /// What.
        #[schemars(example = &"0x41")]
        value: Expr,
    },
    /// Touches pages one after another, the first word of each: a reference string.
    Touch {
        /// The pages, counted from `at`.
        #[schemars(example = serde_json::json!([1, 2, 3, 4, 1, 2, 5]))]
        pages: Pages,
        /// The address of page 0; the heap if it is left out.
        #[serde(default = "heap")]
        #[schemars(example = &"view")]
        at: Expr,
        /// Whether each page's number is stored to it, in place of a load.
        #[serde(default)]
        #[schemars(example = true)]
        store: bool,
    },
    /// Jumps to an address and reads the instruction there.
    Fetch {
        /// The address.
        #[schemars(example = &"text + 0x10")]
        at: Expr,
        /// How many bytes.
        #[serde(default = "Width::instruction")]
        #[schemars(example = 2)]
        width: Width,
    },
    /// Enters a function: `sp` moves down by so many bytes, and the new frame's lowest word is stored.
    Push {
        /// How many bytes.
        #[schemars(example = 1024)]
        bytes: Expr,
        /// The word; 0 if it is left out.
        #[schemars(example = &"text + 0x30")]
        value: Option<Expr>,
        /// How deep the function calls itself, 1 to 10000; a trap that kills ends it.
        #[serde(default)]
        #[schemars(example = 20)]
        times: Times,
    },
    /// Makes a child with the same memory.
    Fork {
        /// The name of the child.
        #[serde(rename = "as")]
        #[schemars(example = &"child")]
        name: String,
    },
    /// Makes a child that borrows the process's memory until it executes a program or ends; the process waits.
    Vfork {
        /// The name of the child.
        #[serde(rename = "as")]
        #[schemars(example = &"child")]
        name: String,
    },
    /// Replaces the program that the process runs.
    Exec {
        /// The program.
        #[schemars(example = &"ls")]
        program: String,
    },
    /// Ends the process.
    Exit {
        /// What it leaves.
        #[serde(default)]
        #[schemars(example = 1)]
        status: u64,
    },
    /// Moves the break.
    Sbrk {
        /// By how many bytes; fewer than none to shrink.
        #[schemars(example = &"8K")]
        #[schemars(example = -4096)]
        bytes: Expr,
    },
    /// Maps a file, or zeros, into the address space.
    Mmap {
        /// The file; zeros if it is left out.
        #[schemars(example = &"notes")]
        file: Option<String>,
        /// How many bytes; the rest of the file if it is left out.
        #[schemars(example = &"8K")]
        length: Option<Expr>,
        /// The byte of the file that comes first, a multiple of the page size.
        #[serde(default = "zero")]
        #[schemars(example = &"page")]
        offset: Expr,
        /// What may be done with it.
        #[serde(default)]
        #[schemars(example = &"rw")]
        prot: Rights,
        /// Whether stores reach the file and everybody who maps it.
        #[serde(default)]
        #[schemars(example = true)]
        shared: bool,
        /// The name by which expressions call its first address.
        #[serde(rename = "as")]
        #[schemars(example = &"view")]
        name: Option<String>,
    },
    /// Ends a mapping, or a part of one.
    Munmap {
        /// The first address.
        #[schemars(example = &"view")]
        at: Expr,
        /// How many bytes; the rest of the mapping if it is left out.
        #[schemars(example = &"page")]
        length: Option<Expr>,
    },
    /// Writes the dirty pages of a shared mapping to its file.
    Msync {
        /// The first address.
        #[schemars(example = &"heap + 8")]
        at: Expr,
        /// How many bytes; the rest of the mapping if it is left out.
        #[schemars(example = &"page")]
        length: Option<Expr>,
    },
    /// Asks which pages of a range were touched since the last time, and clears their A bits.
    Accessed {
        /// An address in the first page.
        #[schemars(example = &"heap")]
        at: Expr,
        /// How many bytes; at most 64 pages.
        #[schemars(example = &"64K")]
        length: Expr,
    },
    /// Has the kernel read bytes of a file into the process's memory.
    Read {
        /// The file.
        #[schemars(example = &"notes")]
        file: String,
        /// The byte of the file that comes first.
        #[serde(default = "zero")]
        #[schemars(example = &"page")]
        offset: Expr,
        /// Where they go.
        #[schemars(example = &"heap + 8")]
        at: Expr,
        /// How many.
        #[schemars(example = &"16")]
        length: Expr,
    },
    /// Has the kernel write bytes of the process's memory to a file. The file does not grow.
    Write {
        /// The file.
        #[schemars(example = &"notes")]
        file: String,
        /// The byte of the file that comes first.
        #[serde(default = "zero")]
        #[schemars(example = &"page")]
        offset: Expr,
        /// Where they are.
        #[schemars(example = &"heap + 8")]
        at: Expr,
        /// How many.
        #[schemars(example = &"16")]
        length: Expr,
    },
    /// Asks the kernel for the process's number.
    Getpid {},
    /// Lets the process run.
    Switch {},
    /// Lets the timer tick: the kernel looks at the A bits, and clears them.
    Tick {},
    /// Writes a word of physical memory (bare machine).
    Poke {
        /// The physical address.
        #[schemars(example = &"0x80001000")]
        pa: Expr,
        /// What.
        #[schemars(example = &"0x80002 * 1024 + 1")]
        value: Expr,
        /// How many bytes.
        #[serde(default)]
        #[schemars(example = 4)]
        width: Width,
    },
    /// Writes registers of the hart (bare machine): whole, or fields by name.
    Csr(Box<CsrSetting>),
    /// Sets the privilege of the hart (bare machine).
    Privilege {
        /// `U` or `S`.
        #[schemars(example = &"U")]
        level: Privilege,
    },
    /// `sfence.vma` on the hart (bare machine).
    Sfence {
        /// Only translations of this address.
        #[schemars(example = &"0x4000")]
        va: Option<Expr>,
        /// Only translations of this address space.
        #[schemars(example = 3)]
        asid: Option<u16>,
    },
    /// Chooses the hart that does what follows (bare machine).
    Hart {
        /// Its number, from 0.
        #[schemars(example = 0)]
        hart: usize,
    },
}

fn heap() -> Expr {
    Expr::parse("heap").expect("a name is an expression")
}

fn zero() -> Expr {
    Expr::number(0)
}

impl Action {
    /// The name of what it makes: a process or a mapping.
    pub fn makes(&self) -> Option<&str> {
        match self {
            Self::Spawn { program, name } => Some(name.as_ref().unwrap_or(program)),
            Self::Fork { name } | Self::Vfork { name } => Some(name),
            Self::Mmap { name, .. } => name.as_deref(),
            _ => None,
        }
    }

    /// The name of the operation, as a scenario writes it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Spawn { .. } => "spawn",
            Self::Load { .. } => "load",
            Self::Store { .. } => "store",
            Self::Touch { .. } => "touch",
            Self::Fetch { .. } => "fetch",
            Self::Push { .. } => "push",
            Self::Fork { .. } => "fork",
            Self::Vfork { .. } => "vfork",
            Self::Exec { .. } => "exec",
            Self::Exit { .. } => "exit",
            Self::Sbrk { .. } => "sbrk",
            Self::Mmap { .. } => "mmap",
            Self::Munmap { .. } => "munmap",
            Self::Msync { .. } => "msync",
            Self::Accessed { .. } => "accessed",
            Self::Read { .. } => "read",
            Self::Write { .. } => "write",
            Self::Getpid {} => "getpid",
            Self::Switch {} => "switch",
            Self::Tick {} => "tick",
            Self::Poke { .. } => "poke",
            Self::Csr(_) => "csr",
            Self::Privilege { .. } => "privilege",
            Self::Sfence { .. } => "sfence",
            Self::Hart { .. } => "hart",
        }
    }
}
