//! The way into the kernel and back, step by step: the trampoline and the trapframe.
//!
//! A trap changes privilege and pc, and not `satp`: the first instructions of the kernel run on the page table of the
//! process. So the trampoline is mapped there, without U, and beside it the trapframe, where the registers go. Where the
//! kernel has a table of its own, `uservec` writes `satp` in the middle of itself. It can, because the kernel's table has the
//! trampoline at the same address: the instruction after the write is found where the one before it was. `userret` is the
//! same way back.
//!
//! Each fetch, load and store here is one of the hart's, in supervisor mode, through TLB and page table. Of the general
//! registers the machine has `sp` only, so of all the registers that `uservec` saves it saves that one. The code between,
//! which xv6 has in C, is the kernel of the other files: it is not made of instructions, and the pc stays where `uservec`
//! ended.

use crate::hw::{
    self, Access, Csr, Flags, INSTRUCTION_BYTES, PhysAddr, Ppn, Privilege, Pte, Request, Satp, VirtAddr,
};
use crate::kernel::PAGE;
use crate::kernel::event::{Change, KernelEvent, TrapStage};
use crate::kernel::setup::{KernelMapping, TrapPath};
use crate::kernel::state::{
    Pid, Process, TRAPFRAME_EPC, TRAPFRAME_KERNEL_SATP, TRAPFRAME_KERNEL_SP, TRAPFRAME_SP,
};
use crate::kernel::system::{Observer, System, Work};

/// Where `userret` begins in the trampoline, in bytes.
const USERRET: u64 = 0x80;
/// How far into `uservec` sp is saved, in bytes.
const SAVING: u64 = 8;
/// How far after the first instruction of `userret` on the process's table sp is loaded, in bytes.
const RESTORING: u64 = 8;

/// `csrrw a0, sscratch, a0`: a0 is the address of the trapframe, and the process's a0 is safe.
const SWAP_A0: u32 = 0x1405_1573;
/// `sd sp, 48(a0)`.
const SAVE_SP: u32 = 0x0225_3823;
/// `ld sp, 8(a0)`.
const LOAD_KERNEL_SP: u32 = 0x0085_3103;
/// `ld t0, 16(a0)`: the address of `usertrap`.
const LOAD_USERTRAP: u32 = 0x0105_3283;
/// `ld t1, 0(a0)`.
const LOAD_KERNEL_SATP: u32 = 0x0005_3303;
/// `csrw satp, t1`.
const SET_KERNEL_SATP: u32 = 0x1803_1073;
/// `csrw satp, a1`.
const SET_USER_SATP: u32 = 0x1805_9073;
/// `sfence.vma zero, zero`.
const FENCE: u32 = 0x1200_0073;
/// `jr t0`.
const TO_USERTRAP: u32 = 0x0002_8067;
/// `ld t0, 112(a0)`: the process's a0.
const LOAD_A0: u32 = 0x0705_3283;
/// `csrw sscratch, t0`.
const KEEP_A0: u32 = 0x1402_9073;
/// `ld sp, 48(a0)`.
const LOAD_SP: u32 = 0x0305_3103;
/// `sret`.
const SRET: u32 = 0x1020_0073;

impl System {
    /// How the kernel is entered. Without page tables of the kernel's there is no long way.
    pub fn trap_path(&self) -> TrapPath {
        match (self.mapping(), &self.policies) {
            (KernelMapping::None, _) | (_, None) => TrapPath::Short,
            (_, Some(policies)) => policies.trap_path,
        }
    }

    /// Whether the process that the hart runs has its registers in its trapframe, as the kernel has the hart.
    pub(in crate::kernel) fn is_in_kernel(&self) -> bool {
        let privilege = self.machine.hart(self.hart).privilege;
        self.trap_path() == TrapPath::Full && privilege == Privilege::Supervisor
    }

    /// The flags of trampoline and trapframe in the table of a process. The kernel itself uses them on the long way: who
    /// would mend a fault for want of A or D?
    pub(in crate::kernel) fn trap_page_flags(&self, rights: Flags) -> Flags {
        match self.trap_path() {
            TrapPath::Short => rights,
            TrapPath::Full => rights | Flags::A | Flags::D,
        }
    }

    /// Puts the code of `uservec` and `userret` into the trampoline, at boot.
    pub(in crate::kernel) fn write_trampoline(&mut self) {
        if self.trap_path() == TrapPath::Short {
            return;
        }
        let fence = (!self.machine.config().tlb.asid).then_some(FENCE);
        let own = self.mapping() == KernelMapping::Own;
        let switch = |words: &[u32]| words.iter().copied().chain(fence).filter(|_| own).collect::<Vec<u32>>();
        let save = vec![SWAP_A0, LOAD_USERTRAP, SAVE_SP, LOAD_KERNEL_SP];
        let uservec = [save, switch(&[LOAD_KERNEL_SATP, SET_KERNEL_SATP]), vec![TO_USERTRAP]].concat();
        let restore = vec![LOAD_A0, KEEP_A0, LOAD_SP, SWAP_A0, SRET];
        let userret = [switch(&[SET_USER_SATP]), restore].concat();
        let start = self.frame_address(self.trampoline_frame()).0;
        for (code, offset) in [(uservec, 0), (userret, USERRET)] {
            for (word, pa) in code.into_iter().zip((start + offset..).step_by(4)) {
                let (pa, value) = (PhysAddr(pa), word.into());
                self.swap(Change::Hardware(hw::Change::Memory { pa, width: 4, value }));
            }
        }
    }
}

impl<O: Observer> Work<'_, O> {
    /// What the way in finds in a new process's trapframe.
    pub(in crate::kernel) fn prepare_trapframe(&mut self, trapframe: Ppn, kernel_stack: Option<VirtAddr>) {
        let (TrapPath::Full, Some(stack)) = (self.system.trap_path(), kernel_stack) else { return };
        let root = self.system.kernel_root().filter(|_| self.system.mapping() == KernelMapping::Own);
        let satp = root.map_or(0, |root| Satp::new(&self.system.geometry(), 0, root).0);
        let sp = self.system.address(stack.0.wrapping_add(PAGE)).0;
        for (offset, value) in [(TRAPFRAME_KERNEL_SATP, satp), (TRAPFRAME_KERNEL_SP, sp)] {
            let pa = PhysAddr(self.system.frame_address(trapframe).0 + offset);
            self.change(Change::Hardware(hw::Change::Memory { pa, width: 8, value }));
        }
    }

    /// `uservec`, and the beginning of `usertrap`: from the trap to where the kernel knows what it needs.
    pub(in crate::kernel) fn uservec(&mut self, pid: Pid) {
        if self.system.trap_path() == TrapPath::Short {
            return;
        }
        let trapframe = self.system.trapframe().0;
        let start = self.system.trampoline().0;
        self.run(start, start + SAVING);
        self.event(KernelEvent::TrapPath { pid, stage: TrapStage::Save });
        let sp = self.system.machine.hart(self.hart).sp;
        self.access(Access::Store, trapframe + TRAPFRAME_SP, sp.0);
        let kernel_sp = self.access(Access::Load, trapframe + TRAPFRAME_KERNEL_SP, 0);
        self.set_stack_pointer(VirtAddr(kernel_sp));
        self.event(KernelEvent::TrapPath { pid, stage: TrapStage::KernelStack });
        if self.system.mapping() == KernelMapping::Own {
            let satp = self.access(Access::Load, trapframe + TRAPFRAME_KERNEL_SATP, 0);
            let next = self.switch_table(satp);
            self.run(next, next + INSTRUCTION_BYTES);
            self.event(KernelEvent::TrapPath { pid, stage: TrapStage::KernelTable });
        }
        let sepc = self.system.machine.hart(self.hart).csrs.sepc;
        let at = self.direct_trapframe(pid);
        self.access(Access::Store, at + TRAPFRAME_EPC, sepc.0);
        self.event(KernelEvent::TrapPath { pid, stage: TrapStage::SaveEpc });
    }

    /// The end of `usertrap`, `userret` and `sret`: back to a process, to where its trapframe says.
    pub(in crate::kernel) fn userret(&mut self, pid: Pid) {
        if self.system.trap_path() == TrapPath::Full {
            self.restore(pid);
        }
        let hart = self.hart;
        self.hardware(|machine, tap| machine.sret(hart, tap));
    }

    fn restore(&mut self, pid: Pid) {
        let (geometry, hart) = (self.system.geometry(), self.hart);
        let at = self.direct_trapframe(pid);
        let epc = self.access(Access::Load, at + TRAPFRAME_EPC, 0);
        self.hardware(|machine, tap| machine.write_csr(hart, Csr::Sepc, epc, tap));
        let mut next = self.system.trampoline().0 + USERRET;
        if self.system.mapping() == KernelMapping::Own {
            self.run(next, next);
            self.event(KernelEvent::TrapPath { pid, stage: TrapStage::Restore });
            let process = self.process(pid);
            let satp = Satp::new(&geometry, process.asid, process.root);
            next = self.switch_table(satp.0);
        }
        self.run(next, next + RESTORING);
        self.event(KernelEvent::TrapPath { pid, stage: TrapStage::UserTable });
        let sp = self.access(Access::Load, self.system.trapframe().0 + TRAPFRAME_SP, 0);
        self.set_stack_pointer(VirtAddr(sp));
        self.event(KernelEvent::TrapPath { pid, stage: TrapStage::UserStack });
    }

    /// Where the kernel finds a process's trapframe once it is in.
    fn direct_trapframe(&self, pid: Pid) -> u64 {
        self.system.direct(self.system.frame_address(self.process(pid).trapframe)).0
    }

    /// The instruction at the pc writes `satp`, and without ASIDs the next one flushes the TLB. Gives the address after them.
    fn switch_table(&mut self, satp: u64) -> u64 {
        let hart = self.hart;
        let asids = self.system.machine.config().tlb.asid;
        self.hardware(|machine, tap| {
            machine.write_csr(hart, Csr::Satp, satp, tap);
            if !asids {
                machine.sfence(hart, None, None, tap);
            }
        });
        let pc = self.system.machine.hart(hart).pc.0;
        pc + if asids { INSTRUCTION_BYTES } else { 2 * INSTRUCTION_BYTES }
    }

    /// The instruction at `pc` is fetched. What it does, and what follows up to `next`, is to registers that the machine
    /// lacks.
    fn run(&mut self, pc: u64, next: u64) {
        self.access(Access::Fetch, pc, 0);
        self.set_pc(VirtAddr(next));
    }

    /// The kernel's own access.
    fn access(&mut self, access: Access, va: u64, value: u64) -> u64 {
        let width = if access == Access::Fetch { INSTRUCTION_BYTES } else { 8 };
        let (hart, request) = (self.hart, Request { access, va: VirtAddr(va), width, value });
        let done = self.hardware(|machine, tap| machine.execute(hart, request, tap));
        self.relies_on(done.is_ok(), || format!("the kernel's own page at {va:#x} is mapped, with A and D"));
        done.map_or(0, |reached| reached.value)
    }

    /// A vforked child has the page table of its parent, and registers of its own: while it has the table, the table has
    /// its trapframe. The hold that the table had on the other one is its process's.
    pub(in crate::kernel) fn show_trapframe(&mut self, process: &Process, trapframe: Ppn) {
        let va = self.system.trapframe();
        let Some(place) = self.system.leaf_for(process.root, va) else { return };
        self.write_pte(place.level, place.pa, Pte::new(trapframe, place.pte.flags()));
        self.fence_page(va, process.asid);
    }
}
