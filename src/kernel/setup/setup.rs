//! What a system is made of.

use super::costs::Costs;
use super::policy::Policies;
use super::program::Program;
use crate::hw;
use crate::kernel::state::File;
use std::collections::BTreeMap;

/// The most frames that the kernel runs with: 128 MiB, as much as xv6 expects.
pub const MOST_FRAMES: usize = 1 << 15;

/// What a system is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Setup {
    /// The machine.
    pub machine: hw::Config,
    /// What events cost on it.
    pub costs: Costs,
    /// The kernel's policies; `None` for a bare machine.
    pub kernel: Option<Policies>,
    /// The programs on its disk.
    pub programs: BTreeMap<String, Program>,
    /// The other files on its disk, by name.
    pub files: BTreeMap<String, File>,
}
