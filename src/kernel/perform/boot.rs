//! Booting: a machine, and a kernel on it.

use crate::hw::{self, HartId, Machine};
use crate::kernel::PAGE;
use crate::kernel::event::{Change, Counters};
use crate::kernel::setup::{MOST_FRAMES, Program, Setup};
use crate::kernel::state::{ByName, File, FileId, Frame, Hands, Usage};
use crate::kernel::system::System;
use std::collections::BTreeMap;
use std::sync::Arc;

impl System {
    /// A system after booting: memory is free, no process is there, the files lie on the disk.
    ///
    /// # Errors
    ///
    /// A sentence, if the machine cannot be built, or the kernel cannot run on it.
    pub fn boot(setup: &Setup) -> Result<Self, String> {
        let machine = Machine::new(setup.machine.clone())?;
        let mut system = Self {
            machine,
            policies: setup.kernel.clone(),
            costs: setup.costs,
            counters: Counters::default(),
            hart: HartId(0),
            running: None,
            current: None,
            frames: vec![],
            free: 0,
            free_head: None,
            kernel_root: None,
            processes: BTreeMap::new(),
            by_name: ByName::default(),
            files: vec![],
            file_ids: Arc::default(),
            cache: BTreeMap::new(),
            programs: Arc::new(setup.programs.clone()),
            swap: vec![],
            swapped_shared: BTreeMap::new(),
            replacement: Hands::default(),
            future: Arc::default(),
        };
        if setup.kernel.is_some() {
            if setup.machine.paging.geometry().is_none() {
                return Err(
                    "the kernel needs page tables: set machine.paging to sv39, sv48, sv57 or sv32".into()
                );
            }
            let count = (setup.machine.memory_bytes / PAGE) as usize;
            if count > MOST_FRAMES {
                return Err(format!(
                    "the kernel runs with at most {MOST_FRAMES} frames, and here are {count}"
                ));
            }
            system.check_layouts(setup)?;
            // Traps enter at the first instruction of the trampoline.
            let (hart, value) = (HartId(0), system.trampoline().0);
            system.swap(Change::Hardware(hw::Change::Csr { hart, csr: hw::Csr::Stvec, value }));
            system.frames = vec![Frame::new(0, Usage::Free); count];
            let own = system.own_frames();
            system.free = count.saturating_sub(own.len());
            for (frame, usage) in system.frames.iter_mut().zip(&own) {
                *frame = Frame::new(1, *usage);
            }
            system.fill_free_list(own.len());
            system.make_swap()?;
            system.map_kernel(setup)?;
        }
        for (name, program) in &setup.programs {
            system.files.push(File { name: name.clone(), ..program.image.clone() });
        }
        system.files.extend(setup.files.values().cloned());
        let ids = system.files.iter().enumerate().rev().map(|(at, file)| (file.name.clone(), FileId(at)));
        system.file_ids = Arc::new(ids.collect());
        Ok(system)
    }

    /// Whether page tables can point to all of memory, and every program fits under the kernel's pages.
    fn check_layouts(&self, setup: &Setup) -> Result<(), String> {
        let geometry = self.geometry();
        if geometry.page_bytes() != PAGE {
            return Err(format!("the kernel needs page tables with pages of {PAGE} bytes"));
        }
        let end = setup.machine.memory_base.0.saturating_add(setup.machine.memory_bytes);
        let reach = 1 << (geometry.ppn_bits + geometry.page_bits);
        if end > reach {
            return Err(format!("page tables cannot point to memory from {reach:#x} on, and there is some"));
        }
        let stack = setup.kernel.as_ref().map_or(0, |policies| policies.stack_limit.pages());
        let room = self.user_top().0 / PAGE;
        let fits = |program: &Program| {
            let parts = program.end() / PAGE;
            let [stack_pages, heap] = [program.stack, program.heap].map(|size| size.pages());
            // The guard page, and a stack of one page at least.
            let rest = [stack.max(stack_pages), heap, 2];
            rest.into_iter().fold(parts, u64::saturating_add) <= room
        };
        match setup.programs.iter().find(|(_, program)| !fits(program)) {
            Some((name, _)) => Err(format!("\"{name}\" with its stack does not fit below the trapframe")),
            None => Ok(()),
        }
    }

    /// What the kernel keeps the lowest frames for.
    fn own_frames(&self) -> Vec<Usage> {
        let zero = self.policies.as_ref().is_some_and(|policies| policies.zero_page);
        std::iter::once(Usage::Kernel).chain(zero.then_some(Usage::Zero)).collect()
    }
}
