//! How a panel is looked at: what the reader has chosen, and not what the machine holds.

use crate::hw::PhysAddr;
use crate::kernel::Pid;
use std::collections::BTreeSet;

/// How a panel is looked at. The default is what the story itself would show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// How many columns there are, the one of the signs not counted; 0 where there is no end to them.
    pub columns: usize,
    /// How many rows there are, the title not counted; 0 where there is no end to them.
    pub rows: usize,
    /// The process whose memory is shown, instead of the one that acts.
    pub process: Option<Pid>,
    /// PTEs, by their physical addresses, whose tables are folded away.
    pub folded: BTreeSet<PhysAddr>,
    /// The number, from 0, of the answer that was chosen to the question that is open.
    pub answer: Option<usize>,
}
