//! What a machine is built like.

use crate::hw::{Paging, PhysAddr, TlbConfig};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who sets the A and D bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AdUpdate {
    /// The walker does (Svadu).
    #[default]
    Hardware,
    /// An access that needs one set is a page fault, and the kernel does (Svade).
    Fault,
}

/// What a machine is built like.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The address translation it has.
    pub paging: Paging,
    /// The first address of memory.
    pub memory_base: PhysAddr,
    /// Bytes of memory.
    pub memory_bytes: u64,
    /// Who sets A and D.
    pub ad_update: AdUpdate,
    /// The TLB of each hart.
    pub tlb: TlbConfig,
    /// How many harts there are, at least 1.
    pub harts: usize,
}
