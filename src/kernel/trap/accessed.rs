//! accessed: which pages of a range were touched since the process last asked, from the A bits of their PTEs.
//!
//! The call is that of the page-access lab of xv6, and the mechanism that of every clock algorithm: to ask again, A must
//! be clear again. The hardware sets A on a walk, and an access that hits the TLB walks nowhere, so each cleared A needs
//! a fence: without it, the next touch would leave no trace.

use crate::hw::{Flags, VirtAddr};
use crate::kernel::PAGE;
use crate::kernel::event::{Failure, KernelEvent};
use crate::kernel::state::Pid;
use crate::kernel::system::{Observer, Work};

/// The most pages that one answer tells of: a bit each.
pub const MOST_PAGES: u64 = 64;

impl<O: Observer> Work<'_, O> {
    /// A mask of the pages of a range that were touched, bit 0 the first; their A bits are clear afterwards. A page that
    /// is not mapped, or not the user's, counts as untouched.
    ///
    /// # Errors
    ///
    /// If the range is empty, longer than [`MOST_PAGES`] pages, or not within the user's half.
    pub(in crate::kernel) fn accessed(
        &mut self,
        pid: Pid,
        start: VirtAddr,
        bytes: u64,
    ) -> Result<u64, Failure> {
        let process = self.process(pid).clone();
        let end = start.0.checked_add(bytes).filter(|end| *end <= self.system.geometry().user_end().0);
        let (first, end) = (start.round_down(PAGE), end.ok_or(Failure::OutOfRange)?);
        let count = (end - first.0).div_ceil(PAGE);
        if bytes == 0 || count > MOST_PAGES {
            return Err(Failure::OutOfRange);
        }
        let page = |index: u64| VirtAddr(first.0 + index * PAGE);
        let touched: Vec<u64> = (0..count).filter(|index| self.is_touched(pid, page(*index))).collect();
        for index in &touched {
            // The pages of a superpage share one PTE, and so one A.
            if self.is_touched(pid, page(*index)) {
                self.reflag(&process, page(*index), |flags| flags.without(Flags::A));
            }
        }
        let mask = touched.iter().fold(0, |mask, index| mask | 1 << index);
        self.event(KernelEvent::Accessed { pid, start: first, pages: count, mask });
        Ok(mask)
    }

    fn is_touched(&self, pid: Pid, page: VirtAddr) -> bool {
        let place = self.system.leaf_for(self.process(pid).root, page);
        place.is_some_and(|place| place.pte.flags().has(Flags::U | Flags::A))
    }
}
