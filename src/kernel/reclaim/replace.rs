//! Page replacement: which page loses its frame. Policy only; what then happens is in [`reclaim`](super).
//!
//! FIFO, clock and second chance, aging, and LRU are as Silberschatz, Galvin and Gagne, "Operating System Concepts", and
//! Tanenbaum and Bos, "Modern Operating Systems", have them; the optimal policy is Belady's (IBM Systems Journal 5, 1966).

use super::reclaim::{Mappers, Resident};
use crate::hw::{Flags, Ppn, Request, SplitMix64};
use crate::kernel::PAGE;
use crate::kernel::event::{Change, KernelEvent};
use crate::kernel::setup::Reclaim;
use crate::kernel::state::{Frame, Hands, NEVER, Pid, Usage};
use crate::kernel::system::{Observer, System, Work};

impl System {
    /// The order in which the hand goes round: down from the frame before it, as a fresh free list hands frames out.
    fn hand_to(&self, ppn: Ppn) -> u64 {
        let (hand, count) = (self.replacement.hand, self.frames.len() as u64);
        let next = hand.map_or(count, |hand| self.frame_index(hand).unwrap_or_default() as u64);
        let index = self.frame_index(ppn).unwrap_or_default() as u64;
        (next + count - 1 - index) % count
    }

    /// The frames of the pages that may go, in the order in which the policy comes to them; none if chance decides.
    pub fn replacement_order(&self) -> Vec<Ppn> {
        match self.reclaim_policy() {
            Reclaim::None | Reclaim::Random => vec![],
            policy => {
                let mappers = self.mappers();
                let order = self.in_order(policy, self.residents(&mappers).collect());
                order.into_iter().map(|page| page.ppn).collect()
            }
        }
    }

    /// Pages in the order in which a policy comes to them.
    fn in_order<'a>(&self, policy: Reclaim, mut pages: Vec<Resident<'a>>) -> Vec<Resident<'a>> {
        pages.sort_by_cached_key(|page| self.rank(policy, page));
        pages
    }

    /// What a policy orders pages by: the lowest goes first.
    fn rank(&self, policy: Reclaim, page: &Resident<'_>) -> (u64, u64, u64) {
        let Frame { arrived, used, .. } = page.frame;
        match policy {
            Reclaim::None | Reclaim::Random => (0, 0, 0),
            Reclaim::Fifo | Reclaim::SecondChance => (0, 0, arrived),
            Reclaim::Lru => (0, used, arrived),
            Reclaim::Clock => (0, 0, self.hand_to(page.ppn)),
            // Unused for longest, then in memory for longest.
            Reclaim::Aging => (page.accessed().into(), used, arrived),
            Reclaim::Optimal => (0, NEVER - self.next_use(page), arrived),
        }
    }
}

impl<O: Observer> Work<'_, O> {
    /// The page that loses its frame.
    pub(in crate::kernel) fn choose<'a>(
        &mut self,
        policy: Reclaim,
        residents: Vec<Resident<'a>>,
    ) -> Option<Resident<'a>> {
        match policy {
            Reclaim::Clock | Reclaim::SecondChance => {
                self.first_unused(policy, self.system.in_order(policy, residents))
            }
            Reclaim::Random if residents.is_empty() => None,
            Reclaim::Random => {
                let at = self.draw(residents.len() as u64) as usize;
                residents.into_iter().nth(at)
            }
            _ => residents.into_iter().min_by_key(|page| self.system.rank(policy, page)),
        }
    }

    /// Goes through pages in order: one whose A is set is spared once, and loses the bit.
    fn first_unused<'a>(&mut self, policy: Reclaim, order: Vec<Resident<'a>>) -> Option<Resident<'a>> {
        let first = *order.first()?;
        for page in order {
            self.pass(policy, page.ppn);
            if !page.accessed() {
                return Some(page);
            }
            if policy == Reclaim::SecondChance {
                self.arrive(page.ppn);
            }
            self.event(KernelEvent::Spare { ppn: page.ppn, by: policy });
            self.clear_accessed(&page);
        }
        // All were spared: the first is the one that comes round first, and has lost its bits.
        self.pass(policy, first.ppn);
        Some(first)
    }

    /// The clock's hand passes a frame. The change belongs to the event that follows.
    fn pass(&mut self, policy: Reclaim, ppn: Ppn) {
        if policy == Reclaim::Clock {
            self.change(Change::Replacement(Hands { hand: Some(ppn), ..self.system.replacement }));
        }
    }

    /// Clears A in every PTE of a page. Without the fence the TLB would hide the next use.
    pub(in crate::kernel) fn clear_accessed(&mut self, page: &Resident<'_>) {
        for mapper in page.mappers.iter().filter(|mapper| mapper.place.pte.flags().has(Flags::A)) {
            let pte = mapper.place.pte;
            let cleared = pte.with_flags(pte.flags().without(Flags::A));
            self.write_pte(mapper.place.level, mapper.place.pa, cleared);
            self.fence_page(mapper.va, mapper.asid);
        }
    }

    /// A number below `bound`.
    fn draw(&mut self, bound: u64) -> u64 {
        let mut numbers = SplitMix64(self.system.replacement.random);
        let drawn = numbers.below(bound);
        self.change(Change::Replacement(Hands { random: numbers.0, ..self.system.replacement }));
        drawn
    }

    /// A page comes into memory, or to the end of the queue: nobody has come later. The change belongs to the event that
    /// follows.
    pub(in crate::kernel) fn arrive(&mut self, ppn: Ppn) {
        let Some(frame) = self.system.frame(ppn).copied() else { return };
        let Hands { arrivals, uses, .. } = self.system.replacement;
        // To LRU it is a use as well: the page is brought in to be used next.
        let (uses, used) = match self.system.reclaim_policy() {
            Reclaim::Lru => (uses + 1, uses + 1),
            _ => (uses, frame.used),
        };
        let arrived = arrivals + 1;
        let replacement = Hands { arrivals: arrived, uses, ..self.system.replacement };
        self.change(Change::Replacement(replacement));
        self.change(Change::Frame { ppn, frame: Frame { arrived, used, ..frame } });
    }

    /// A process has used pages: the exact LRU order is kept by doing something at every access, which no real kernel can
    /// afford, and the optimal policy has to know how far the run has come.
    pub(in crate::kernel) fn note_uses(&mut self, pid: Pid, request: &Request) {
        let policy = self.system.reclaim_policy();
        if !matches!(policy, Reclaim::Lru | Reclaim::Optimal) {
            return;
        }
        let last = request.va.0.saturating_add(request.width - 1);
        for page in (request.va.0 / PAGE..=last / PAGE).map(|page| crate::hw::VirtAddr(page * PAGE)) {
            let system = &self.system;
            let leaf = system.process(pid).and_then(|process| system.leaf_for(process.root, page));
            let Some(ppn) = leaf.map(|place| place.frame_of(&system.geometry(), page)) else { continue };
            let Some(frame) = system.frame(ppn).copied() else { continue };
            let uses = system.replacement.uses + 1;
            self.change(Change::Replacement(Hands { uses, ..self.system.replacement }));
            if matches!(frame.usage, Usage::Private(_) | Usage::Cache { .. }) {
                self.change(Change::Frame { ppn, frame: Frame { used: uses, ..frame } });
            }
            self.event(KernelEvent::PageUse { pid, page, ppn });
        }
    }

    /// The timer ticks: every page gets older by one, and its A bits are kept as the newest bit of its age.
    pub(in crate::kernel) fn age_pages(&mut self, mappers: &Mappers) {
        let pages: Vec<_> = self.system.pages(mappers).collect();
        for page in pages {
            let used = page.frame.used >> 1 | u64::from(page.accessed()) << 7;
            if self.system.reclaim_policy() == Reclaim::Aging && used != page.frame.used {
                self.change(Change::Frame { ppn: page.ppn, frame: Frame { used, ..page.frame } });
                self.event(KernelEvent::Aged { ppn: page.ppn, age: used });
            }
            self.clear_accessed(&page);
        }
    }
}
