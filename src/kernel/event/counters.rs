//! What a run costs: totals that every event adds to. They are a function of the events, so a step back subtracts what a
//! step forward added.

use super::event::{Event, KernelEvent};
use crate::hw;
use crate::kernel::setup::Costs;
use serde::Serialize;

/// Totals since the start of the run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counters {
    /// Loads, stores and fetches that reached memory.
    pub accesses: u64,
    /// TLB look-ups that found a translation.
    pub tlb_hits: u64,
    /// TLB look-ups that found none.
    pub tlb_misses: u64,
    /// Walks of a page table by the hardware.
    pub walks: u64,
    /// PTEs that the walks read.
    pub pte_reads: u64,
    /// Traps into the kernel: system calls and faults.
    pub traps: u64,
    /// Traps that were page faults.
    pub page_faults: u64,
    /// Frames whose contents were copied to another.
    pub frames_copied: u64,
    /// Frames that were filled with zeros.
    pub frames_zeroed: u64,
    /// Pages read from a file or from swap.
    pub page_ins: u64,
    /// Pages written to a file or to swap.
    pub page_outs: u64,
    /// Pages that lost their frame to another.
    pub evictions: u64,
    /// What all of it took, by the machine's [`Costs`].
    pub cycles: u64,
}

impl Counters {
    /// Counts an event.
    pub fn add(&mut self, event: &Event, costs: &Costs) {
        self.count(event, costs, u64::wrapping_add);
    }

    /// Takes back what [`Self::add`] counted.
    pub fn remove(&mut self, event: &Event, costs: &Costs) {
        self.count(event, costs, u64::wrapping_sub);
    }

    fn count(&mut self, event: &Event, costs: &Costs, by: fn(u64, u64) -> u64) {
        match event {
            Event::Hardware(event) => self.count_hardware(event, costs, by),
            Event::Kernel(event) => {
                let (total, many, cycles) = match event {
                    KernelEvent::FrameCopy { .. } => (&mut self.frames_copied, 1, costs.copy),
                    KernelEvent::RunCopy { frames, .. } => (&mut self.frames_copied, *frames, costs.copy),
                    KernelEvent::FrameZero { .. } => (&mut self.frames_zeroed, 1, costs.zero),
                    KernelEvent::RunZero { frames, .. } => (&mut self.frames_zeroed, *frames, costs.zero),
                    KernelEvent::PageIn { .. } => (&mut self.page_ins, 1, costs.disk),
                    KernelEvent::PageOut { .. } => (&mut self.page_outs, 1, costs.disk),
                    KernelEvent::Evict { .. } => (&mut self.evictions, 1, 0),
                    _ => return,
                };
                *total = by(*total, many);
                self.cycles = by(self.cycles, many * cycles);
            }
        }
    }

    pub(in crate::kernel) fn add_hardware(&mut self, event: &hw::Event, costs: &Costs) {
        self.count_hardware(event, costs, u64::wrapping_add);
    }

    fn count_hardware(&mut self, event: &hw::Event, costs: &Costs, by: fn(u64, u64) -> u64) {
        let (total, cycles) = match event {
            hw::Event::TlbHit { .. } => (&mut self.tlb_hits, costs.tlb),
            hw::Event::TlbMiss { .. } => (&mut self.tlb_misses, costs.tlb),
            hw::Event::Walk { .. } => (&mut self.walks, 0),
            hw::Event::PteRead { .. } => (&mut self.pte_reads, costs.memory),
            hw::Event::MemRead { .. } | hw::Event::MemWrite { .. } | hw::Event::MemFetch { .. } => {
                (&mut self.accesses, costs.memory)
            }
            hw::Event::Trap { cause, .. } => {
                self.cycles = by(self.cycles, costs.trap);
                self.traps = by(self.traps, 1);
                if !cause.is_page_fault() {
                    return;
                }
                (&mut self.page_faults, 0)
            }
            _ => return,
        };
        *total = by(*total, 1);
        self.cycles = by(self.cycles, cycles);
    }
}
