//! What happens, told as it happens: the hardware's events and the kernel's own.

use super::fault_case::{FaultCase, FaultCaseOrMemory};
use crate::hw::{self, Access, Flags, HartId, Ppn, VirtAddr};
use crate::kernel::setup::Reclaim;
use crate::kernel::state::{AreaKind, Pid, SwapSlot, Usage};
use serde::Serialize;

/// Something that happened, with the words' own numbers. Printed as `{"kind": …}`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Event {
    /// The hardware did it.
    Hardware(hw::Event),
    /// The kernel did it.
    Kernel(KernelEvent),
}

/// A page of the disk.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum DiskPage {
    /// One of a file.
    File {
        /// The file's name.
        file: String,
        /// Which page of it, from 0.
        page: u64,
    },
    /// One of swap.
    Swap {
        /// Which.
        slot: SwapSlot,
    },
}

/// The stages of the way into the kernel and back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TrapStage {
    /// `uservec` has begun, on the page table of the process.
    Save,
    /// The stack is the kernel's.
    KernelStack,
    /// `uservec` has gone on, on the page table of the kernel.
    KernelTable,
    /// `usertrap` has kept `sepc`.
    SaveEpc,
    /// `userret` has begun, on the page table of the kernel.
    Restore,
    /// `userret` is on the page table of the process.
    UserTable,
    /// The stack is the process's.
    UserStack,
}

/// Something that the kernel did.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum KernelEvent {
    /// A frame is taken from the free list.
    FrameAlloc {
        /// Which.
        ppn: Ppn,
        /// What for.
        #[serde(rename = "use")]
        usage: Usage,
    },
    /// A frame goes back to the free list.
    FrameFree {
        /// Which.
        ppn: Ppn,
    },
    /// A frame has more owners, or fewer.
    FrameRef {
        /// Which.
        ppn: Ppn,
        /// How many now.
        refs: u32,
    },
    /// A frame's contents are copied to another.
    FrameCopy {
        /// From this one.
        from: Ppn,
        /// To this one.
        to: Ppn,
    },
    /// A frame is filled with zeros.
    FrameZero {
        /// Which.
        ppn: Ppn,
    },
    /// A run of frames is taken from the free list, for a megapage.
    RunAlloc {
        /// The first of them.
        ppn: Ppn,
        /// How many they are.
        frames: u64,
        /// What for.
        #[serde(rename = "use")]
        usage: Usage,
    },
    /// Frames of a run go back to the free list.
    RunFree {
        /// The first frame of the run.
        ppn: Ppn,
        /// How many go back: all, unless others still hold some.
        frames: u64,
    },
    /// Frames of a run have more owners, or fewer.
    RunRef {
        /// The first frame of the run.
        ppn: Ppn,
        /// How many have.
        frames: u64,
        /// The most that one of them has now.
        refs: u32,
    },
    /// The contents of a run are copied to another.
    RunCopy {
        /// From the run that begins with this frame.
        from: Ppn,
        /// To the run that begins with this one.
        to: Ppn,
        /// How many frames each has.
        frames: u64,
    },
    /// A run is filled with zeros.
    RunZero {
        /// Its first frame.
        ppn: Ppn,
        /// How many it has.
        frames: u64,
    },
    /// A megapage is divided into pages, which keep its frames and its flags.
    Demote {
        /// Whose.
        pid: Pid,
        /// Its first address.
        va: VirtAddr,
        /// The new table, which has a PTE for each page.
        table: Ppn,
        /// How many pages it becomes.
        frames: u64,
    },
    /// A page is read from the disk into a frame.
    PageIn {
        /// Where on the disk.
        #[serde(flatten)]
        place: DiskPage,
        /// The frame.
        ppn: Ppn,
    },
    /// A page is written from a frame to the disk.
    PageOut {
        /// Where on the disk.
        #[serde(flatten)]
        place: DiskPage,
        /// The frame.
        ppn: Ppn,
    },
    /// A page loses its frame, as none is free.
    Evict {
        /// The frame.
        ppn: Ppn,
        /// What it is used for.
        #[serde(rename = "use")]
        usage: Usage,
        /// How it was chosen.
        by: Reclaim,
        /// It has to be written to the disk first.
        dirty: bool,
    },
    /// A page was used lately, and is spared once more: its A is going to be cleared.
    Spare {
        /// Its frame.
        ppn: Ppn,
        /// By which policy.
        by: Reclaim,
    },
    /// A page is the one that was used last. Told only if the policy wants to know.
    PageUse {
        /// By whom.
        pid: Pid,
        /// Its first address.
        page: VirtAddr,
        /// Its frame.
        ppn: Ppn,
    },
    /// At a tick of the timer, a page's A becomes a bit of its age.
    Aged {
        /// Its frame.
        ppn: Ppn,
        /// A bit for each of the last eight ticks, the newest highest.
        age: u64,
    },
    /// The timer has ticked.
    Tick,
    /// A slot of swap has more holders, or fewer; 0 if only a frame keeps it, or nobody.
    SwapRef {
        /// Which.
        slot: SwapSlot,
        /// How many PTEs name it, and pages of shared memory.
        refs: u32,
    },
    /// A page of shared memory is in the page cache from now on.
    CacheAdd {
        /// The frame.
        ppn: Ppn,
    },
    /// A process begins.
    ProcessNew {
        /// Its number.
        pid: Pid,
        /// Its name.
        name: String,
        /// What it runs.
        program: String,
        /// Who forked it; absent for the first of all.
        #[serde(skip_serializing_if = "Option::is_none")]
        parent: Option<Pid>,
    },
    /// A process has its address space back from the child that borrowed it.
    SpaceBack {
        /// Who has it back.
        pid: Pid,
        /// From whom.
        from: Pid,
    },
    /// A process runs another program from here on.
    ProcessExec {
        /// Which.
        pid: Pid,
        /// What it runs now.
        program: String,
    },
    /// A process ends because it wants to.
    ProcessExit {
        /// Which.
        pid: Pid,
        /// What it leaves.
        status: u64,
    },
    /// A process is ended by the kernel.
    ProcessKill {
        /// Which.
        pid: Pid,
        /// Why.
        why: FaultCaseOrMemory,
    },
    /// A hart leaves one process and runs another.
    ContextSwitch {
        /// The one it leaves.
        from: Option<Pid>,
        /// The one it runs.
        to: Option<Pid>,
    },
    /// The number of a process is written into its vDSO page.
    VdsoPid {
        /// Whose.
        pid: Pid,
    },
    /// The clock in a process's vDSO page is set.
    VdsoClock {
        /// Whose.
        pid: Pid,
        /// What it tells.
        cycles: u64,
    },
    /// The way into the kernel, or back, comes to its next stage.
    TrapPath {
        /// Whose.
        pid: Pid,
        /// Which.
        stage: TrapStage,
    },
    /// A process asks for something.
    Syscall {
        /// Who.
        pid: Pid,
        /// What.
        name: &'static str,
    },
    /// The kernel answers.
    SyscallReturn {
        /// Whom.
        pid: Pid,
        /// With what: -1 if it could not be done.
        value: i64,
        /// Why it could not.
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
    /// The fault handler says which of its cases it is in.
    Fault {
        /// Whose fault.
        pid: Pid,
        /// The address.
        va: VirtAddr,
        /// What was wanted.
        access: Access,
        /// The case.
        case: FaultCase,
        /// The kind of the area that holds the address.
        #[serde(skip_serializing_if = "Option::is_none")]
        area: Option<AreaKind>,
        /// What that area allows.
        #[serde(skip_serializing_if = "Option::is_none")]
        prot: Option<Prot>,
        /// The kernel itself came upon it, in a system call: nothing trapped.
        #[serde(skip_serializing_if = "is_false")]
        in_kernel: bool,
    },
    /// The kernel copies bytes to a process's memory, through its own mapping of the frame.
    CopyOut {
        /// Whose memory.
        pid: Pid,
        /// Where to.
        va: VirtAddr,
        /// How many; they lie in one page.
        bytes: u64,
    },
    /// The kernel copies bytes from a process's memory.
    CopyIn {
        /// Whose memory.
        pid: Pid,
        /// Where from.
        va: VirtAddr,
        /// How many; they lie in one page.
        bytes: u64,
    },
    /// The kernel has looked which pages of a range were touched, and has cleared their A bits.
    Accessed {
        /// Whose pages.
        pid: Pid,
        /// The first address.
        start: VirtAddr,
        /// How many pages.
        pages: u64,
        /// A bit for each, the lowest for the first: it was touched.
        #[serde(serialize_with = "word")]
        mask: u64,
    },
    /// A process has one more area.
    AreaNew {
        /// Whose.
        pid: Pid,
        /// Of what kind.
        area: AreaKind,
        /// Its first address.
        start: VirtAddr,
        /// The first address past it.
        end: VirtAddr,
    },
    /// An area begins or ends elsewhere.
    AreaResize {
        /// Whose.
        pid: Pid,
        /// Of what kind.
        area: AreaKind,
        /// Its first address.
        start: VirtAddr,
        /// The first address past it.
        end: VirtAddr,
    },
    /// An area is no more.
    AreaGone {
        /// Whose.
        pid: Pid,
        /// Of what kind.
        area: AreaKind,
        /// Its first address.
        start: VirtAddr,
        /// The first address past it.
        end: VirtAddr,
    },
    /// The break moves.
    BreakMove {
        /// Whose.
        pid: Pid,
        /// Where to.
        brk: VirtAddr,
        /// Where from.
        was: VirtAddr,
    },
    /// The stack pointer moves.
    StackPointer {
        /// Whose.
        pid: Pid,
        /// Where to.
        sp: VirtAddr,
        /// Where from.
        was: VirtAddr,
    },
    /// No frame is free.
    OutOfMemory {
        /// What it was wanted for.
        #[serde(rename = "use")]
        usage: Usage,
    },
    /// An instruction has faulted again and again, although the kernel said each time that it has mended that. The run
    /// goes on with the next operation; the process would not.
    Stuck {
        /// Whose instruction.
        pid: Pid,
        /// How often it was tried.
        tries: usize,
    },
    /// The operation is passed over: its process has ended.
    Skipped {
        /// Whose operation.
        process: String,
    },
    /// The operation finds everything as it wants it.
    Nothing,
    /// The smallest handler has answered a trap of the bare machine: it repairs nothing and skips the instruction.
    HandlerReturn {
        /// The instruction that is next.
        pc: VirtAddr,
    },
    /// A hart is chosen for what follows.
    Hart {
        /// Which.
        hart: HartId,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(flag: &bool) -> bool {
    !flag
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn word<S: serde::Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    hw::Word(*value).serialize(serializer)
}

/// What an area allows: `R`, `W` and `X`, a dash where it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prot(pub Flags);

impl std::fmt::Display for Prot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.to_string()[1..4])
    }
}

impl Serialize for Prot {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
