//! How the kernel itself is mapped: in a page table of its own, or in the upper half of every process's.
//!
//! ```text
//! "own", as in xv6                            "copied" and "shared", as in Linux
//!
//! 0x3ffffff000  trampoline    R-X             0xffffffffffffe000  kernel stack of the first process
//! 0x3fffffd000  kernel stack  RW-             0xffffffffffffd000  no page: its guard
//! 0x3fffffc000  no page: its guard                    ⋮           the next ones
//!       ⋮       the next ones                 0xffffffc000000000  direct map: memory, from its start on
//! 0x80000000    direct map: memory, where it is      ⋮
//!                                             0x3fffffffff        the process's own half
//! ```
//!
//! Kernel pages have no U, and have A and D from the start: nobody could mend the kernel's own fault. In the upper half they
//! have G, as they are the same in every address space. The kernel keeps one table in any case. With "shared" a process's
//! root points to that table's lower tables, and with "copied" to copies of them.
//!
//! The direct map is no owner of the frames it shows; the PTE of a kernel stack in the kernel's own table is.

use crate::hw::tables::PageTable;
use crate::hw::{self, Csr, Flags, HartId, PhysAddr, Ppn, Pte, Satp, VirtAddr, Vpn};
use crate::kernel::PAGE;
use crate::kernel::event::{Change, Counters};
use crate::kernel::setup::{KernelMapping, Setup};
use crate::kernel::state::{Area, AreaKind, Mapping, Process, Usage};
use crate::kernel::system::{Observer, System, Unwatched, Work};
use std::ops::Range;

/// What a kernel page has besides its rights.
const KERNEL: Flags = Flags(Flags::V.0 | Flags::A.0 | Flags::D.0);

impl System {
    /// How the kernel is mapped.
    pub fn mapping(&self) -> KernelMapping {
        self.policies.as_ref().map(|policies| policies.mapping).unwrap_or_default()
    }

    /// Whether the kernel is mapped in the upper half of every process's table.
    pub fn kernel_is_in_every_table(&self) -> bool {
        matches!(self.mapping(), KernelMapping::Copied | KernelMapping::Shared)
    }

    /// The root of the kernel's own table; `None` if the kernel is not mapped.
    pub fn kernel_root(&self) -> Option<Ppn> {
        self.kernel_root
    }

    /// Whether the hart translates by the kernel's own table.
    pub fn is_in_kernel_table(&self) -> bool {
        let satp = self.machine.hart(self.hart).csrs.satp;
        self.machine.geometry(self.hart).is_some()
            && self.kernel_root == Some(satp.root(self.machine.config().paging))
    }

    /// Where the kernel finds a physical address.
    pub fn direct(&self, pa: PhysAddr) -> VirtAddr {
        match self.kernel_is_in_every_table() {
            true => VirtAddr(self.kernel_half().0 + (pa.0 - self.machine.memory().base().0)),
            false => VirtAddr(pa.0),
        }
    }

    /// The first address of the upper half.
    fn kernel_half(&self) -> VirtAddr {
        VirtAddr(self.geometry().user_end().0.wrapping_neg())
    }

    /// The kernel's areas, in the order of addresses; none if the kernel is not mapped.
    pub fn kernel_areas(&self) -> Vec<Area> {
        if self.kernel_root.is_none() {
            return vec![];
        }
        let (read, write, execute) = (Flags::R, Flags::W, Flags::X);
        let memory = self.machine.memory();
        let start = self.direct(memory.base()).0;
        let bytes = self.machine.config().memory_bytes;
        let mut areas = vec![Area::anonymous(AreaKind::DirectMap, start, start + bytes, read | write)];
        let living = self.processes().filter(|process| process.is_alive());
        areas.extend(living.filter_map(|process| {
            let page = process.kernel_stack?.0;
            let area = Area::anonymous(AreaKind::KernelStack, page, page + PAGE, read | write);
            Some(Area { name: Some(format!("kernel stack of {}", process.name)), ..area })
        }));
        if self.mapping() == KernelMapping::Own {
            let page = self.trampoline().0;
            areas.push(Area::anonymous(AreaKind::Trampoline, page, page + PAGE, read | execute));
        }
        areas.sort_by_key(|area| area.start);
        areas
    }

    /// The area of the kernel's that an address lies in.
    pub fn kernel_area_at(&self, va: VirtAddr) -> Option<Area> {
        self.kernel_areas().into_iter().find(|area| area.contains(va))
    }

    /// The area that an address lies in while a process's table is used: the process's, or the kernel's in its half.
    pub fn area_at(&self, process: &Process, va: VirtAddr) -> Option<Area> {
        let kernels = || self.kernel_area_at(va).filter(|_| self.kernel_is_in_every_table());
        process.area_at(va).cloned().or_else(kernels)
    }

    /// The pages of a process's half of the address space.
    pub(in crate::kernel) fn user_pages(&self) -> Range<u64> {
        0..self.geometry().user_end().0 / PAGE
    }

    /// The pages of the kernel's half.
    fn kernel_pages(&self) -> Range<u64> {
        let Range { end, .. } = self.user_pages();
        if self.kernel_is_in_every_table() { end..2 * end } else { end..end }
    }

    /// The leaves of a process's half of a page table, in the order of addresses.
    pub fn user_mappings(&self, root: Ppn) -> Vec<Mapping> {
        let end = VirtAddr(self.user_pages().end * PAGE);
        self.mappings_between(root, VirtAddr(0), end)
    }

    /// The frames that a process's page table holds, one as often as it holds it: its tables and its pages. What the kernel
    /// has in its half is the kernel's, but for tables that are copies, and for the pointers to tables that are shared.
    pub fn held_by(&self, root: Ppn) -> Vec<Ppn> {
        let geometry = self.geometry();
        let mut held = vec![root];
        self.visit(root, self.user_pages(), &mut |_, place| {
            if place.pte.is_leaf() && place.level > 0 {
                held.extend(self.frames_of(place.level, place.pte).map(|(ppn, _)| ppn));
            } else if place.pte.is_leaf() || place.pte.is_pointer() {
                held.push(place.pte.ppn(&geometry));
            }
            true
        });
        held.extend(self.kernel_tables_of(root));
        held
    }

    /// The tables of the kernel's half that a process's page table holds.
    pub(in crate::kernel) fn kernel_tables_of(&self, root: Ppn) -> Vec<Ppn> {
        let geometry = self.geometry();
        let top = geometry.levels - 1;
        let mut held = vec![];
        for (_, pte) in self.kernel_pointers(root) {
            let table = pte.ppn(&geometry);
            held.push(table);
            if self.mapping() == KernelMapping::Copied {
                self.tables_under(table, top - 1, &mut held);
            }
        }
        held
    }

    /// The frames that the kernel's own table holds: its tables, the kernel stacks and the trampoline.
    pub fn held_by_kernel(&self) -> Vec<Ppn> {
        let Some(root) = self.kernel_root else { return vec![] };
        let geometry = self.geometry();
        let mut held = self.own_tables();
        let stacks =
            self.processes().filter(|process| process.is_alive()).filter_map(|process| process.kernel_stack);
        let own = [self.trampoline()].into_iter().filter(|_| self.mapping() == KernelMapping::Own);
        let leaves = stacks.chain(own).filter_map(|page| self.leaf_for(root, page));
        held.extend(leaves.map(|place| place.pte.ppn(&geometry)));
        held
    }

    /// The tables of the kernel's own table, the root first.
    pub(in crate::kernel) fn own_tables(&self) -> Vec<Ppn> {
        let mut found: Vec<Ppn> = self.kernel_root.into_iter().collect();
        if let Some(root) = self.kernel_root {
            self.tables_under(root, self.geometry().levels - 1, &mut found);
        }
        found
    }

    /// Adds the tables that are reached from a table.
    fn tables_under(&self, table: Ppn, level: u32, found: &mut Vec<Ppn>) {
        for (_, pte) in self.pointers(table, level) {
            let below = pte.ppn(&self.geometry());
            found.push(below);
            self.tables_under(below, level - 1, found);
        }
    }

    /// The pointers that a root has to tables of the kernel's half, with their indices.
    fn kernel_pointers(&self, root: Ppn) -> Vec<(u64, Pte)> {
        if !self.kernel_is_in_every_table() {
            return vec![];
        }
        let top = self.geometry().levels - 1;
        let half = self.geometry().index(self.kernel_half(), top);
        self.pointers(root, top).into_iter().filter(|(index, _)| *index >= half).collect()
    }

    /// The pointers in a table, with their indices.
    fn pointers(&self, table: Ppn, level: u32) -> Vec<(u64, Pte)> {
        let (geometry, table) = (self.geometry(), PageTable { ppn: table, level, first: Vpn(0) });
        let entries = table.entries(self.machine.memory(), &geometry, &(0..u64::MAX));
        let pointers = entries.into_iter().filter(|entry| level > 0 && entry.pte.is_pointer());
        pointers.map(|entry| (entry.index, entry.pte)).collect()
    }

    /// Where a table has its PTE of an index.
    fn entry(&self, table: Ppn, index: u64) -> PhysAddr {
        let geometry = self.geometry();
        PhysAddr(geometry.frame_address(table).0 + index * geometry.pte_bytes)
    }

    /// Whether the kernel's half of a process's table says what the kernel's own table says.
    pub(in crate::kernel) fn kernel_half_agrees(&self, process: &Process) -> bool {
        let leaves = |root| {
            let mut leaves = vec![];
            self.visit(root, self.kernel_pages(), &mut |va, place| {
                leaves.extend(place.pte.is_leaf().then_some((va, place.pte)));
                true
            });
            leaves
        };
        self.kernel_root.is_none_or(|root| leaves(root) == leaves(process.root))
    }

    /// Builds the kernel's table and has the hart use it, at boot.
    ///
    /// # Errors
    ///
    /// A sentence, if the machine has no room for it.
    pub(in crate::kernel) fn map_kernel(&mut self, setup: &Setup) -> Result<(), String> {
        if self.mapping() == KernelMapping::None {
            return Ok(());
        }
        self.check_kernel_layout(setup)?;
        self.write_trampoline();
        let hart = HartId(0);
        let mut kernel = Work { system: self, watch: &mut Unwatched, hart, pinned: vec![], building: vec![] };
        let built = kernel.build_kernel_table();
        // What happened before the first step is no part of the run.
        self.counters = Counters::default();
        let root = built.ok_or("the kernel's page table does not fit into memory")?;
        self.kernel_root = Some(root);
        let value = Satp::new(&self.geometry(), 0, root).0;
        self.swap(Change::Hardware(hw::Change::Csr { hart, csr: Csr::Satp, value }));
        Ok(())
    }

    /// Whether the address space has room for the kernel.
    fn check_kernel_layout(&self, setup: &Setup) -> Result<(), String> {
        let geometry = self.geometry();
        if self.kernel_is_in_every_table() {
            // 128 MiB, and two pages for each process that could live: far less than half of the smallest address space.
            return match geometry.sign_extended {
                true => Ok(()),
                false => {
                    Err("sv32 has no upper half for the kernel: set kernel.mapping to own or none".into())
                }
            };
        }
        let (start, bytes) = (setup.machine.memory_base.0, setup.machine.memory_bytes);
        let stacks = self.stack_page(bytes / PAGE).0;
        let below_or_above = start + bytes <= stacks || start > self.trampoline().0;
        let reached = [start, start + bytes - 1].iter().all(|pa| geometry.is_canonical(VirtAddr(*pa)));
        match below_or_above && reached {
            true => Ok(()),
            false => {
                Err("the kernel cannot map memory to its own addresses: set memory.base to 0x80000000".into())
            }
        }
    }
}

impl<O: Observer> Work<'_, O> {
    /// The kernel's own table: memory, the trampoline where it is not in a process's table anyway, and the tables that
    /// kernel stacks will need.
    fn build_kernel_table(&mut self) -> Option<Ppn> {
        let geometry = self.system.geometry();
        let root = self.alloc_zeroed(Usage::Table { level: geometry.levels - 1 })?;
        let base = self.system.machine.memory().base();
        let bytes = self.system.machine.config().memory_bytes;
        let mut done = 0;
        while done < bytes {
            let pa = PhysAddr(base.0 + done);
            let va = self.system.direct(pa);
            // The largest leaf that begins here and ends in memory.
            let fits = |level: &u32| {
                let leaf = geometry.leaf_bytes(*level);
                pa.0.is_multiple_of(leaf) && va.0.is_multiple_of(leaf) && done + leaf <= bytes
            };
            let level = (0..geometry.levels).rev().find(fits).unwrap_or(0);
            let place = self.entry_address(root, va, level)?;
            self.write_pte(level, place, self.kernel_pte(geometry.ppn(pa), Flags::R | Flags::W));
            done += geometry.leaf_bytes(level);
        }
        if self.system.mapping() == KernelMapping::Own {
            let frame = self.system.trampoline_frame();
            self.get_frame(frame);
            let place = self.entry_address(root, self.system.trampoline(), 0)?;
            self.write_pte(0, place, self.kernel_pte(frame, Flags::R | Flags::X));
        }
        self.entry_address(root, self.system.stack_page(0), 0)?;
        Some(root)
    }

    pub(in crate::kernel) fn kernel_pte(&self, ppn: Ppn, rights: Flags) -> Pte {
        let global = if self.system.kernel_is_in_every_table() { Flags::G } else { Flags::default() };
        Pte::new(ppn, rights | global | KERNEL)
    }

    /// Puts the kernel into its half of a new table. `None` if memory runs out; what is there by then goes with the table.
    pub(in crate::kernel) fn adopt_kernel(&mut self, root: Ppn) -> Option<()> {
        let Some(kernel) = self.system.kernel_root else { return Some(()) };
        let geometry = self.system.geometry();
        let top = geometry.levels - 1;
        for (index, pte) in self.system.kernel_pointers(kernel) {
            let table = pte.ppn(&geometry);
            let below = match self.system.mapping() {
                KernelMapping::Copied => self.copy_table(table, top - 1)?,
                _ => {
                    self.get_frame(table);
                    table
                }
            };
            self.write_pte(top, self.system.entry(root, index), Pte::new(below, Flags::V));
        }
        Some(())
    }

    /// A copy of a table and of all below it. `None` if memory runs out; nothing is left behind then.
    fn copy_table(&mut self, table: Ppn, level: u32) -> Option<Ppn> {
        let geometry = self.system.geometry();
        let mut below = vec![];
        let mut copied = Some(());
        for (index, pte) in self.system.pointers(table, level) {
            match self.copy_table(pte.ppn(&geometry), level - 1) {
                Some(copy) => below.push((index, copy)),
                None => copied = None,
            }
            if copied.is_none() {
                break;
            }
        }
        let copy = copied.and_then(|()| self.alloc_copy(table, Usage::Table { level }));
        for (index, below) in below {
            match copy {
                Some(copy) => {
                    self.write_pte(level, self.system.entry(copy, index), Pte::new(below, Flags::V))
                }
                None => self.drop_table(below, level - 1),
            }
        }
        copy
    }

    /// Takes the kernel's half out of a table that is to be freed.
    pub(in crate::kernel) fn leave_kernel(&mut self, root: Ppn) {
        let geometry = self.system.geometry();
        let top = geometry.levels - 1;
        for (index, pte) in self.system.kernel_pointers(root) {
            self.write_pte(top, self.system.entry(root, index), Pte(0));
            match self.system.mapping() {
                KernelMapping::Copied => self.drop_table(pte.ppn(&geometry), top - 1),
                _ => self.put_frame(pte.ppn(&geometry)),
            }
        }
    }

    /// Frees a copy of a table, and all below it. The pages that it maps are not its own.
    fn drop_table(&mut self, table: Ppn, level: u32) {
        let geometry = self.system.geometry();
        for (index, pte) in self.system.pointers(table, level) {
            self.write_pte(level, self.system.entry(table, index), Pte(0));
            self.drop_table(pte.ppn(&geometry), level - 1);
        }
        self.put_frame(table);
    }

    /// The hart leaves the table of a process that ends: for the kernel's, or for none.
    pub(in crate::kernel) fn load_kernel_satp(&mut self) {
        if self.system.is_in_kernel_table() {
            return;
        }
        let root = self.system.kernel_root;
        let satp = root.map_or(0, |root| Satp::new(&self.system.geometry(), 0, root).0);
        let hart = self.hart;
        self.hardware(|machine, tap| {
            machine.write_csr(hart, Csr::Satp, satp, tap);
            if root.is_some() && !machine.config().tlb.asid {
                machine.sfence(hart, None, None, tap);
            }
        });
    }
}
