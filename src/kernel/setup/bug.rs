//! Wrong kernels: each leaves out one safeguard, so that what it is there for can be seen.
//!
//! The mistake is made where a real kernel would make it, and nothing is staged: what follows is what the machine does.
//! A wrong kernel may find its own data in ruins. Where xv6 would panic, this one goes on as well as it can, so that
//! there is more to see; [`check`](crate::kernel::check) says from which event on it is wrong.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What the kernel gets wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Bug {
    /// Nothing.
    #[default]
    None,
    /// It changes PTEs without `sfence.vma`: the TLB goes on with what it knows.
    NoFence,
    /// fork shares private frames without raising their counts: the first to let go frees what the other still has.
    NoReferenceCount,
    /// fork marks shared pages copy-on-write and leaves W set: nothing traps, and nothing is copied.
    WritableFork,
    /// It never sets A for a machine that leaves that to it: the instruction faults for ever.
    NeverAccessed,
}

/// As a scenario writes it.
impl fmt::Display for Bug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::NoFence => "no_fence",
            Self::NoReferenceCount => "no_reference_count",
            Self::WritableFork => "writable_fork",
            Self::NeverAccessed => "never_accessed",
        })
    }
}
