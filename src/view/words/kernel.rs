//! The kernel's events in words.

use super::{fault, pressure, superpage};
use crate::hw::{Ppn, VirtAddr};
use crate::kernel::event::TrapStage;
use crate::kernel::process::PID;
use crate::kernel::setup::Heap;
use crate::kernel::{KernelEvent, Pid, System, Usage};
use crate::view::{count, grouped, names};

pub(super) fn sentence(event: &KernelEvent, system: &System) -> String {
    let who = |pid: &Pid| name(system, *pid);
    match event {
        KernelEvent::FrameAlloc { ppn, usage } => format!(
            "A frame is taken from the free list: {}, for {}. It is full of junk still.",
            names::frame(system, *ppn),
            names::a_usage(system, *usage)
        ),
        KernelEvent::FrameFree { ppn } => format!(
            "Frame {} has no owner left: it goes back to the head of the free list, filled with junk.",
            names::frame(system, *ppn)
        ),
        KernelEvent::FrameRef { ppn, refs } => {
            let owners = count((*refs).into(), "owner");
            format!("Frame {} ({}) has {owners} now.", names::frame(system, *ppn), what(system, *ppn))
        }
        KernelEvent::FrameCopy { from, to } => format!(
            "4 KiB are copied, from frame {} to {}.",
            names::frame(system, *from),
            names::frame(system, *to)
        ),
        KernelEvent::FrameZero { ppn } => {
            let why = match system.frame(*ppn).map(|frame| frame.usage) {
                Some(Usage::Table { .. }) => "the walker would take its junk for PTEs",
                _ => "nobody may see what was in it",
            };
            format!("Frame {} is filled with zeros: {why}.", names::frame(system, *ppn))
        }
        KernelEvent::RunAlloc { .. }
        | KernelEvent::RunFree { .. }
        | KernelEvent::RunRef { .. }
        | KernelEvent::RunCopy { .. }
        | KernelEvent::RunZero { .. }
        | KernelEvent::Demote { .. } => superpage::sentence(event, system).unwrap_or_default(),
        KernelEvent::CacheAdd { ppn } => format!(
            "Frame {} goes to the page cache: every process that maps this memory will find it there.",
            names::frame(system, *ppn)
        ),
        KernelEvent::ProcessNew { pid, name, program, parent: None } => {
            let entry = entry(system, program);
            format!("Process {pid}, {name}, is ready to run {program}: its first instruction is at {entry}.")
        }
        KernelEvent::ProcessNew { pid, name, parent: Some(parent), .. } if borrows(system, *pid) => format!(
            "Process {pid}, {name}, is ready: it borrows the memory of {}, which waits meanwhile.",
            who(parent)
        ),
        KernelEvent::ProcessNew { pid, name, parent: Some(parent), .. } => {
            format!(
                "Process {pid}, {name}, is ready: a second {}, with the same memory. In a real kernel, fork answers 0 here.",
                who(parent)
            )
        }
        KernelEvent::SpaceBack { pid, from } => format!(
            "{} has its address space back from {}, with all that was written there, and can go on.",
            who(pid),
            who(from)
        ),
        KernelEvent::ProcessExec { pid, program } => {
            let entry = entry(system, program);
            format!("{} has a new address space, and begins {program} at {entry}.", who(pid))
        }
        KernelEvent::ProcessExit { pid, status } => {
            let memory = match system.process(*pid).and_then(|process| process.borrowed_from) {
                Some(owner) => format!("Its memory goes back to {}", who(&owner)),
                None => "Its memory is taken apart".into(),
            };
            format!("{} ends with status {status}. {memory}.", who(pid))
        }
        KernelEvent::ProcessKill { pid, why } => format!("{} is killed: {}.", who(pid), fault::death(*why)),
        KernelEvent::ContextSwitch { from, to } => switch(system, *from, *to),
        KernelEvent::VdsoPid { pid } => {
            format!("Process {pid} will find its number in its vDSO page, at byte {PID}.")
        }
        KernelEvent::VdsoClock { pid, cycles } => format!(
            "Before it goes back to {}, the kernel sets the clock in its vDSO page: {} cycles.",
            who(pid),
            grouped(*cycles)
        ),
        KernelEvent::TrapPath { pid, stage } => stage_of(system, &who(pid), *stage),
        KernelEvent::Syscall { pid, name } => {
            format!("{} calls {name}. Its registers are kept in its trapframe.", who(pid))
        }
        KernelEvent::SyscallReturn { pid, value, error: None } => {
            format!("The kernel answers {}: {}.", who(pid), answer(*value))
        }
        KernelEvent::SyscallReturn { pid, error: Some(error), .. } => {
            format!("The kernel answers {} with -1: {error}.", who(pid))
        }
        KernelEvent::Fault { pid, va, access, case, area, prot, in_kernel } => {
            let found = fault::found(&who(pid), *access, *case, *area, *prot);
            let (before, end) = match in_kernel {
                true => (
                    format!("The kernel itself needs {va}, and it is not ready for that. "),
                    "The call fails.",
                ),
                false => (String::new(), "That kills."),
            };
            if case.kills() { format!("{before}{found} {end}") } else { before + &found }
        }
        KernelEvent::CopyOut { pid, va, bytes } => format!(
            "{} are copied to {va} for {}, through the kernel's own mapping: the process's PTE gets neither A nor D.",
            count(*bytes, "byte"),
            who(pid)
        ),
        KernelEvent::CopyIn { pid, va, bytes } => format!(
            "{} are copied from {va} of {}, through the kernel's own mapping: the process's PTE does not get A.",
            count(*bytes, "byte"),
            who(pid)
        ),
        KernelEvent::Accessed { pid, start, pages, mask: 0 } => format!(
            "No A is set in the PTEs of {} from {start} on: {} has touched none of them since it last asked.",
            count(*pages, "page"),
            who(pid)
        ),
        KernelEvent::Accessed { pid, start, pages, mask } => format!(
            "Of {} from {start} on, {} has touched {} since it last asked: the mask is {mask:#b}. Their A bits are clear now, and the TLB is fenced, as a hit would not set A again.",
            count(*pages, "page"),
            who(pid),
            grouped(mask.count_ones().into()),
        ),
        KernelEvent::AreaNew { start, end, area, .. } => {
            format!("A new area, {area}, from {start} to {end}. It is only a promise: no PTE is written.")
        }
        KernelEvent::AreaResize { start, end, area, .. } => {
            format!("The {area} is from {start} to {end} now. No PTE is written for that.")
        }
        KernelEvent::AreaGone { start, end, area, .. } => {
            format!("The {area} from {start} to {end} is no area of the process any more.")
        }
        KernelEvent::BreakMove { pid, brk, was } if brk < was => {
            format!(
                "The break of {} moves down from {was} to {brk}: what lies above is no longer promised.",
                who(pid)
            )
        }
        KernelEvent::BreakMove { pid, brk, was } => {
            format!("The break of {} moves from {was} to {brk}. {}", who(pid), promised(system))
        }
        KernelEvent::StackPointer { sp, was, .. } => {
            format!("The function makes room for its frame: sp moves from {was} to {sp}.")
        }
        KernelEvent::OutOfMemory { usage } => {
            format!("The free list is empty: there is no frame for {}.", names::a_usage(system, *usage))
        }
        KernelEvent::Stuck { pid, tries } => format!(
            "This instruction of {} was tried {tries} times, and nothing has changed: it would fault for ever. The story leaves it at that.",
            who(pid)
        ),
        KernelEvent::Skipped { process } => {
            format!("{process} has ended, so this step is passed over.")
        }
        KernelEvent::Nothing => "Everything is as it should be: nothing needs to change.".into(),
        KernelEvent::HandlerReturn { pc } => {
            format!(
                "The handler is the smallest there is: it skips the instruction. The hart goes on at {pc}."
            )
        }
        KernelEvent::Hart { hart } => format!("From here on hart {} acts.", hart.0),
        other => pressure::sentence(other, system).unwrap_or_default(),
    }
}

fn name(system: &System, pid: Pid) -> String {
    system.process(pid).map_or_else(|| format!("process {pid}"), |process| process.name.clone())
}

fn entry(system: &System, program: &str) -> VirtAddr {
    system.programs().get(program).map(|program| program.entry).unwrap_or_default()
}

/// What a frame is, in a word or two.
fn what(system: &System, ppn: Ppn) -> String {
    match system.frame(ppn).map(|frame| frame.usage) {
        Some(Usage::Kernel) if ppn == system.trampoline_frame() => "the trampoline".into(),
        Some(usage) => names::usage(system, usage),
        None => "no memory".into(),
    }
}

/// What comes of a heap that has grown.
fn promised(system: &System) -> &'static str {
    match system.policies.as_ref().map(|policies| policies.heap) {
        Some(Heap::Eager) => "Its new pages get frames at once.",
        _ => "No PTE is written for that.",
    }
}

/// How far the way into the kernel and back is.
fn stage_of(system: &System, who: &str, stage: TrapStage) -> String {
    let shared = system.kernel_is_in_every_table();
    match stage {
        TrapStage::Save if shared => format!(
            "This is uservec, the kernel's first code. satp is still {who}'s, and can stay: the kernel is in this table, too."
        ),
        TrapStage::Save => format!(
            "This is uservec, the kernel's first code. satp is still {who}'s: the instruction was found because the trampoline is in this table, without U."
        ),
        TrapStage::KernelStack => {
            format!("sp is the top of the kernel's stack for {who} now, as the trapframe has told.")
        }
        TrapStage::KernelTable => {
            "satp has changed under the running code, and the next instruction was found all the same: the trampoline has one address in both tables.".into()
        }
        TrapStage::SaveEpc => format!(
            "usertrap has kept sepc in the trapframe of {who}, through the direct map: the kernel may trap again, and the register is only one."
        ),
        TrapStage::Restore => format!(
            "This is userret, in the trampoline as well. The next thing it does is to write the satp of {who}."
        ),
        TrapStage::UserTable if shared => {
            "This is userret. satp is the process's already, so there is nothing to switch.".into()
        }
        TrapStage::UserTable => {
            format!("userret goes on, on the table of {who}, where its trapframe is mapped.")
        }
        TrapStage::UserStack => {
            format!("sp is that of {who} again. With sret, pc and privilege will be, too.")
        }
    }
}

fn borrows(system: &System, pid: Pid) -> bool {
    system.process(pid).is_some_and(|process| process.borrowed_from.is_some())
}

fn answer(value: i64) -> String {
    if (0..4096).contains(&value) { value.to_string() } else { format!("{value:#x}") }
}

fn switch(system: &System, from: Option<Pid>, to: Option<Pid>) -> String {
    let asids = system.machine.config().tlb.asid;
    let tlb = match asids {
        true => "The TLB keeps the entries of both, told apart by their ASID.",
        false => "The TLB has no ASIDs, so it will be flushed.",
    };
    match (from, to) {
        (Some(from), Some(to)) => format!(
            "Context switch: {}'s registers go to its trapframe, {}'s come from its own. {tlb}",
            name(system, from),
            name(system, to)
        ),
        (None, Some(to)) => {
            format!("The hart runs {}: its registers come from its trapframe.", name(system, to))
        }
        _ => "The hart runs no process.".into(),
    }
}
