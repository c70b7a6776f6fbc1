//! The state after a step: what processes do, what memory holds, what the TLB has. Nothing is accessed for it.

use super::{Case, for_process};
use crate::hw::{PhysAddr, VirtAddr};
use crate::kernel::{Expr, Op, Process};
use crate::scenario::expect::{MemoryExpect, ProcessExpect, TlbExpect};
use crate::scenario::node::Node;

impl<'a> Case<'a> {
    pub(super) fn process(&mut self, expected: &ProcessExpect, node: &Node) {
        match self.after.process_named(&expected.name) {
            Some(process) => {
                let condition = self.after.condition(process);
                if condition != expected.state {
                    self.differ(node, "state", expected.state, condition);
                }
            }
            // It would have been, had the run gone another way.
            None if self.names.contains(&expected.name) => {
                self.differs(node, "state", expected.state, "there is no such process".into());
            }
            None => self.unknown_process(&expected.name, "name", node),
        }
    }

    pub(super) fn memory(&mut self, expected: &MemoryExpect, node: &Node) {
        let MemoryExpect { at, physical, process, value, width } = expected;
        let owner = match physical {
            true => Some((for_process(self.op, process.as_ref()), None)),
            false => self.owner(process.as_ref(), at, node),
        };
        let Some((op, process)) = owner else { return };
        let Some(at) = self.evaluate(&op, at, node, "at") else { return };
        let Some(value) = self.evaluate(&op, value, node, "value") else { return };
        // Byte by byte, as it may reach into another page.
        let byte = |offset| self.byte(process, at.checked_add(offset)?);
        let bytes: Option<Vec<u64>> = (0..width.0).map(byte).collect();
        let word = bytes.map(|bytes| bytes.iter().rev().fold(0, |word, byte| word << 8 | byte));
        if word != Some(value) {
            let none = if process.is_some() { "in no page that is mapped" } else { "where no memory is" };
            let actual = word.map_or(none.into(), |word| format!("{word:#x}"));
            self.differ(node, "value", format!("{value:#x}"), actual);
        }
    }

    /// A byte of a process, read through its page table; without one, of physical memory.
    fn byte(&self, process: Option<&Process>, at: u64) -> Option<u64> {
        let memory = self.after.machine.memory();
        let Some(process) = process else { return memory.read(PhysAddr(at), 1) };
        let geometry = self.after.geometry();
        let leaf = self.after.leaf_for(process.root, VirtAddr(at))?;
        let frame = geometry.frame_address(leaf.pte.ppn(&geometry));
        memory.read(PhysAddr(frame.0 | at & (geometry.leaf_bytes(leaf.level) - 1)), 1)
    }

    /// The frames that are handed out next, in their order.
    pub(super) fn free_list(&mut self, expected: &[Expr]) {
        let op = for_process(self.op, None);
        let list = self.after.free_list_up_to(expected.len());
        for (at, (frame, node)) in expected.iter().zip(self.items("free_list")).enumerate() {
            let Some(expected) = self.evaluate(&op, frame, node, "free_list") else { return };
            let actual = list.get(at).map(|ppn| self.after.frame_address(*ppn));
            if actual != Some(PhysAddr(expected)) {
                let actual = actual.map_or("past the end of the list".into(), |frame| frame.to_string());
                self.differ(node, "free_list", PhysAddr(expected), actual);
                return;
            }
        }
    }

    pub(super) fn tlb(&mut self, expected: &TlbExpect, node: &Node) {
        let Some((op, process)) = self.owner(expected.process.as_ref(), &expected.at, node) else { return };
        let Some(at) = self.evaluate(&op, &expected.at, node, "at") else { return };
        let system = self.after;
        let hart = system.machine.hart(system.hart);
        let geometry = system.machine.geometry(system.hart).unwrap_or(system.geometry());
        let paging = system.machine.config().paging;
        let asid = process.map_or(hart.csrs.satp.asid(paging), |process| process.asid);
        let slot = hart.tlb.lookup(&geometry, geometry.vpn(VirtAddr(at)), asid);
        if let Some(present) = expected.present.filter(|present| *present != slot.is_some()) {
            self.differ(node, "present", present, slot.is_some());
        }
        let is_stale = |slot| system.machine.is_stale(system.hart, slot);
        let stale = expected.stale.and(slot).map(is_stale);
        if let Some(expected) = expected.stale.filter(|expected| stale != Some(*expected)) {
            let actual = stale.map_or("not in the TLB".into(), |stale| stale.to_string());
            self.differ(node, "stale", expected, actual);
        }
    }

    /// Whose memory is meant, and an operation for its names to mean something: nobody's on a bare machine.
    fn owner(&mut self, name: Option<&String>, at: &Expr, node: &Node) -> Option<(Op, Option<&'a Process>)> {
        match self.after.policies {
            None => Some((self.op.clone(), None)),
            Some(_) => self.living(name, at, node).map(|(op, process)| (op, Some(process))),
        }
    }
}
