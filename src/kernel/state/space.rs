//! An address space.

use super::process::Pid;
use crate::hw::Ppn;

/// An address space, as far as it has to be known to take pages from it.
#[derive(Clone, Copy, Debug)]
pub(in crate::kernel) struct Space {
    pub pid: Pid,
    pub asid: u16,
    pub root: Ppn,
}
