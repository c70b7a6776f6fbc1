//! The page table that is shown, and what the event makes of each PTE: what the tree and the maps have in common.

use super::subject::{self, Subject};
use super::{Line, Look, Mark, Panel, Role, Thing, touched::Touched, translate};
use crate::hw::tables;
pub use crate::hw::tables::Entry;
use crate::hw::{Geometry, PhysAddr, Ppn, Pte, VirtAddr, Vpn, Why, walk};
use crate::kernel::state::{SwapSlot, slot_of};
use crate::kernel::{Area, System};
use crate::story::Story;

/// More PTEs than this are not counted: hostile tables can have millions.
const MOST_COUNTED: u64 = 1 << 16;

impl Entry {
    /// What can be selected.
    pub fn thing(&self) -> Thing {
        Thing::Pte { pa: self.pa, level: self.level }
    }
}

/// What lies below a pointer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Below {
    /// Leaves.
    pub leaves: u64,
    /// Pages in swap.
    pub swapped: u64,
    /// The strongest sign of a PTE there.
    pub mark: Mark,
    /// All PTEs that were seen.
    seen: u64,
}

impl Below {
    /// Whether there is more than was counted.
    pub fn is_cut(&self) -> bool {
        self.seen >= MOST_COUNTED
    }
}

/// A page table at a moment.
#[derive(Debug)]
pub struct Table<'a> {
    /// The system.
    pub system: &'a System,
    /// How it is laid out.
    pub geometry: Geometry,
    /// The panel's title with whose table it is.
    pub title: String,
    /// Its root.
    pub root: Ppn,
    /// Whose areas the pages belong to, and these areas. `None` in the kernel's table and a bare machine's.
    subject: Subject<'a>,
    areas: &'a [Area],
    /// The areas of the kernel, where the table has them.
    kernel: Vec<Area>,
    touched: Touched,
    /// PTEs that the current walk read, and the one that failed.
    path: Vec<PhysAddr>,
    failed: Option<PhysAddr>,
}

impl<'a> Table<'a> {
    /// The table that is looked at, for a panel of some title.
    ///
    /// # Errors
    ///
    /// The panel that says why there is none.
    pub fn of(story: &'a Story, look: &Look, title: &str) -> Result<Self, Panel> {
        let system = story.system();
        let subject = subject::looked_at(story, look);
        let told = format!("{title} · {}", subject.whose);
        let Some(root) = subject.root else {
            let (title, why) = match (subject.process, look.process) {
                (Some(_), _) => (told, "It has ended, and its tables are free."),
                (None, Some(_)) => (told, "It is not there at this moment."),
                (None, None) => (title.to_owned(), "There is none: translation is off."),
            };
            return Err(Panel::new(title, vec![Line::of(Role::Dim, why)]));
        };
        let bare = system.policies.is_none();
        let geometry = system.machine.geometry(system.hart).filter(|_| bare).unwrap_or(system.geometry());
        let progress = translate::progress(story).unwrap_or_default();
        let path: Vec<PhysAddr> = progress.ptes.iter().map(|(_, step)| step.pa).collect();
        let failed = path.last().copied().filter(|_| progress.failed.is_some() && !progress.handled);
        let has_kernel = system.kernel_root() == Some(root) || system.kernel_is_in_every_table();
        Ok(Self {
            system,
            geometry,
            title: told,
            root,
            areas: subject.process.map_or(&[], |process| system.areas_of(process)),
            subject,
            kernel: if has_kernel { system.kernel_areas() } else { vec![] },
            touched: Touched::of(story),
            path,
            failed,
        })
    }

    /// The level of the root.
    pub fn top(&self) -> u32 {
        self.geometry.levels - 1
    }

    /// What the event changed.
    pub fn touched(&self) -> &Touched {
        &self.touched
    }

    /// How many slots a table of a level has.
    pub fn slots(&self, level: u32) -> u64 {
        1 << self.geometry.index_bits_at(level)
    }

    /// The PTEs of a table that say something: the valid ones, those of pages in swap, and the invalid ones that the walk has
    /// just stumbled over or the event has cleared. `base` is the first page that the table is for.
    pub fn entries(&self, table: Ppn, level: u32, base: u64) -> Vec<Entry> {
        let Geometry { pte_bytes, .. } = self.geometry;
        let first = self.geometry.frame_address(table);
        let slots = self.slots(level);
        let table = tables::PageTable { ppn: table, level, first: Vpn(base) };
        let memory = self.system.machine.memory();
        let says = |entry: &Entry| entry.pte.is_valid() || self.slot(entry.pte).is_some();
        let mut entries = table.entries(memory, &self.geometry, &(0..u64::MAX));
        entries.retain(says);
        let bytes = first.0..first.0.saturating_add(slots * pte_bytes);
        for pa in self.touched.words_in(bytes.clone()).chain(self.failed.filter(|pa| bytes.contains(&pa.0))) {
            let index = (pa.0 - first.0) / pte_bytes;
            let word = memory.read(pa, pte_bytes);
            let known = entries.binary_search_by_key(&index, |entry| entry.index);
            if let (Some(word), Err(at)) =
                (word.filter(|_| (pa.0 - first.0).is_multiple_of(pte_bytes)), known)
            {
                entries.insert(at, table.entry(&self.geometry, index, Pte(word)));
            }
        }
        entries
    }

    /// The table that a PTE leads on to, if it does.
    pub fn next(&self, entry: &Entry) -> Option<Ppn> {
        entry.table().map(|table| table.ppn)
    }

    /// What lies below a table, itself included.
    pub fn below(&self, table: Ppn, level: u32, base: u64) -> Below {
        let mut below = Below::default();
        self.count(table, level, base, &mut below);
        below
    }

    fn count(&self, table: Ppn, level: u32, base: u64, below: &mut Below) {
        for entry in self.entries(table, level, base) {
            if below.is_cut() {
                return;
            }
            below.seen += 1;
            below.mark = below.mark.max(self.mark(entry.pa));
            match self.next(&entry) {
                Some(next) => self.count(next, level - 1, entry.vpn.0, below),
                None if self.slot(entry.pte).is_some() => below.swapped += 1,
                None => below.leaves += u64::from(entry.pte.is_leaf() && self.refusal(&entry).is_none()),
            }
        }
    }

    /// The runs of pages without a PTE that areas promise, in a table of the last level: the first and the last page.
    pub fn promised(&self, entries: &[Entry], base: u64) -> Vec<(u64, u64, &'a Area)> {
        let mut found = vec![];
        let areas = if self.subject.whole { self.areas } else { &[] };
        for area in areas.iter().filter(|area| area.start < area.end) {
            let mut from = self.geometry.vpn(area.start).0.max(base);
            let end = (self.geometry.vpn(VirtAddr(area.end.0 - 1)).0 + 1).min(base + self.slots(0));
            let pages = from..end;
            for entry in entries.iter().filter(|entry| pages.contains(&entry.vpn.0)) {
                found.extend((from < entry.vpn.0).then(|| (from, entry.vpn.0 - 1, area)));
                from = entry.vpn.0 + 1;
            }
            found.extend((from < end).then(|| (from, end - 1, area)));
        }
        found
    }

    /// The first address that a PTE is for.
    pub fn va(&self, vpn: u64) -> VirtAddr {
        self.geometry.page_address(Vpn(vpn))
    }

    /// A page of the process whose areas these are.
    pub fn page(&self, vpn: u64) -> Option<Thing> {
        Some(Thing::Page { pid: self.subject.process?.pid, va: self.va(vpn) })
    }

    /// The area that an address lies in: the process's, or else the kernel's.
    pub fn area(&self, va: VirtAddr) -> Option<&Area> {
        self.areas.iter().find(|area| area.contains(va)).or_else(|| self.kernel_area(va))
    }

    /// The area of the kernel's that an address lies in.
    pub fn kernel_area(&self, va: VirtAddr) -> Option<&Area> {
        self.kernel.iter().find(|area| area.contains(va))
    }

    /// The slot of a page in swap.
    pub fn slot(&self, pte: Pte) -> Option<SwapSlot> {
        slot_of(pte, &self.geometry).filter(|_| self.system.policies.is_some())
    }

    /// Why the walker ends at a PTE without a leaf.
    pub fn refusal(&self, entry: &Entry) -> Option<Why> {
        walk::refusal(entry.pte, &self.geometry, entry.level)
    }

    /// The sign of a PTE.
    pub fn mark(&self, pa: PhysAddr) -> Mark {
        if self.touched.word(pa) {
            Mark::Changed
        } else if self.failed == Some(pa) {
            Mark::Fault
        } else if self.path.contains(&pa) {
            Mark::Here
        } else {
            Mark::None
        }
    }

    /// The role of a PTE, `otherwise` if it has no sign.
    pub fn role(&self, pa: PhysAddr, otherwise: Role) -> Role {
        match self.mark(pa) {
            Mark::None => otherwise,
            mark => mark.role(),
        }
    }
}
