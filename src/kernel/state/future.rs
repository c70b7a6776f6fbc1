//! When each page is used, as far as it is known.

use super::process::Pid;
use crate::hw::VirtAddr;
use std::collections::BTreeMap;

/// The use that never comes.
pub const NEVER: u64 = u64::MAX;

/// When each page of each process is used. Uses are numbered from 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Future {
    /// Each use.
    uses: Vec<Use>,
    /// The numbers of the uses of each page, rising.
    of_page: BTreeMap<(Pid, VirtAddr), Vec<u64>>,
}

/// A use of a page.
#[derive(Clone, Debug, PartialEq)]
struct Use {
    page: (Pid, VirtAddr),
    /// The number of the next use of the same page.
    next: u64,
}

impl Future {
    pub(in crate::kernel) fn add(&mut self, page: (Pid, VirtAddr)) {
        self.uses.push(Use { page, next: NEVER });
        let number = self.uses.len() as u64;
        let of_page = self.of_page.entry(page).or_default();
        if let Some(last) = of_page.last() {
            self.uses[*last as usize - 1].next = number;
        }
        of_page.push(number);
    }

    /// The number of the first use of a page after use `now`. `last` is one that may have been the last before: if so, the
    /// next is known without a search.
    pub(in crate::kernel) fn next(&self, page: (Pid, VirtAddr), last: u64, now: u64) -> u64 {
        let last = (last as usize).checked_sub(1).and_then(|index| self.uses.get(index));
        if let Some(last) = last.filter(|last| last.page == page && last.next > now) {
            return last.next;
        }
        let Some(uses) = self.of_page.get(&page) else { return NEVER };
        uses.get(uses.partition_point(|number| *number <= now)).copied().unwrap_or(NEVER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hw::SplitMix64;

    /// Whatever is taken for the last use, the next is the one that a search finds.
    #[test]
    fn the_next_use_is_the_first_that_comes_after() {
        let mut numbers = SplitMix64(1);
        let pages: Vec<_> = (0..200).map(|_| (Pid(1), VirtAddr(numbers.below(7) << 12))).collect();
        let mut future = Future::default();
        pages.iter().for_each(|page| future.add(*page));
        for now in 0..=pages.len() {
            for page in (0..8).map(|page| (Pid(1), VirtAddr(page << 12))) {
                let after = pages[now..].iter().position(|used| *used == page);
                let next = after.map_or(NEVER, |after| (now + after + 1) as u64);
                let last = pages[..now].iter().rposition(|used| *used == page).map_or(0, |at| at as u64 + 1);
                for last in [0, last, last / 2, now as u64] {
                    assert_eq!(future.next(page, last, now as u64), next, "{page:?} after {now}, {last}");
                }
            }
        }
    }
}
