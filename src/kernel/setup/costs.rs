//! What events cost.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an event takes, in cycles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Costs {
    /// A look-up in the TLB.
    #[schemars(example = 1)]
    pub tlb: u64,
    /// An access to memory, by an instruction or by the walker.
    #[schemars(example = 80)]
    pub memory: u64,
    /// Entering a trap.
    #[schemars(example = 1000)]
    pub trap: u64,
    /// Filling a frame with zeros.
    #[schemars(example = 10000)]
    pub zero: u64,
    /// Copying a frame.
    #[schemars(example = 20000)]
    pub copy: u64,
    /// Reading or writing a page of the disk.
    #[schemars(example = 500000)]
    pub disk: u64,
}

impl Default for Costs {
    fn default() -> Self {
        Self { tlb: 1, memory: 100, trap: 1_000, zero: 10_000, copy: 20_000, disk: 1_000_000 }
    }
}

impl Costs {
    /// Each by its key.
    pub fn named(&self) -> [(&'static str, u64); 6] {
        let &Self { tlb, memory, trap, zero, copy, disk } = self;
        [("tlb", tlb), ("memory", memory), ("trap", trap), ("zero", zero), ("copy", copy), ("disk", disk)]
    }
}
