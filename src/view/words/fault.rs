//! The fault handler's cases in words.

use crate::hw::Access;
use crate::kernel::event::{FaultCaseOrMemory, Prot};
use crate::kernel::{AreaKind, FaultCase};

/// Why a process is killed.
pub(super) fn death(why: FaultCaseOrMemory) -> &'static str {
    match why {
        FaultCaseOrMemory::OutOfMemory => "no frame is free, and nothing can be taken back",
        FaultCaseOrMemory::Fault(case) => match case {
            FaultCase::NoArea => "it touched an address that is not promised to it",
            FaultCase::GuardPage => "it touched the guard page, where nothing is allowed",
            FaultCase::WildStack => "it touched memory far below its stack pointer",
            FaultCase::KernelPage => "it touched a page of the kernel's",
            FaultCase::Forbidden => "it did to an area what the area does not allow",
            _ => "nothing the kernel can do would let it go on",
        },
    }
}

/// What the fault handler finds, and what it is going to do about it, if it can do something.
pub(super) fn found(
    who: &str,
    access: Access,
    case: FaultCase,
    area: Option<AreaKind>,
    prot: Option<Prot>,
) -> String {
    let area = area.map_or("area", AreaKind::name);
    match case {
        FaultCase::NoArea => format!("The fault handler looks for an area, and {who} has none there."),
        FaultCase::GuardPage => {
            "The fault handler finds the guard page under the stack, where nothing is allowed.".into()
        }
        FaultCase::WildStack => {
            "The fault handler finds an address below the stack, but far below sp: no stack grows so.".into()
        }
        FaultCase::KernelPage => {
            format!("The fault handler finds the {area}, a page of the kernel's that user mode may not use.")
        }
        FaultCase::Forbidden => {
            let prot = prot.map(|prot| format!(" ({prot})")).unwrap_or_default();
            format!("The fault handler finds the area {area}{prot}, which does not allow a {access}.")
        }
        FaultCase::Unrepairable => "The fault handler can mend page tables, but not memory that is absent.".into(),
        FaultCase::StackGrowth => {
            "The fault handler finds an address just below the stack, and not far below sp: the stack grows down to it.".into()
        }
        FaultCase::ZeroFill => format!(
            "The fault handler finds the {area}: promised, and touched for the first time. It gets a frame of zeros."
        ),
        FaultCase::ZeroPage => format!(
            "The fault handler finds the {area}: promised, and only read so far. All such pages share one frame of zeros."
        ),
        FaultCase::SwapIn => format!(
            "The fault handler finds the {area}. The page lost its frame before, and its PTE says in which slot of swap it is: it comes back."
        ),
        FaultCase::FilePage => format!(
            "The fault handler finds the {area}, whose pages are those of the page cache: it takes this one from there, or reads it first."
        ),
        FaultCase::FileCopy => format!(
            "The fault handler finds the {area}, a private view of a file: a store gets a copy of the cached page."
        ),
        FaultCase::CowCopy => {
            "The page is copy-on-write and its frame has other owners: the writer gets a copy of its own.".into()
        }
        FaultCase::CowLastOwner => {
            "The page is copy-on-write, but its frame has no other owner: nothing needs to be copied.".into()
        }
        FaultCase::SuperpageFill => format!(
            "The fault handler finds the {area}: promised, and a whole aligned block of it is untouched. It gets one megapage of zeros."
        ),
        FaultCase::SuperpageCopy => {
            "The megapage is copy-on-write and its frames have other owners: the writer gets a copy of all of it.".into()
        }
        FaultCase::SuperpageSplit => {
            "The megapage is copy-on-write and no run of frames is free for a copy: it is divided, and one page of it copied.".into()
        }
        FaultCase::SetAccessed => "The page is there, but A is clear: on this machine the kernel has to set it.".into(),
        FaultCase::SetDirty => "The page is there, but D is clear: on this machine the kernel has to set it.".into(),
        FaultCase::Spurious => "The page table allows it already: the TLB was stale. A fence is all that is needed.".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_has_a_sentence_of_its_own() {
        let cases = [
            FaultCase::NoArea,
            FaultCase::GuardPage,
            FaultCase::WildStack,
            FaultCase::KernelPage,
            FaultCase::Forbidden,
            FaultCase::Unrepairable,
            FaultCase::StackGrowth,
            FaultCase::ZeroFill,
            FaultCase::ZeroPage,
            FaultCase::SwapIn,
            FaultCase::FilePage,
            FaultCase::FileCopy,
            FaultCase::CowCopy,
            FaultCase::CowLastOwner,
            FaultCase::SuperpageFill,
            FaultCase::SuperpageCopy,
            FaultCase::SuperpageSplit,
            FaultCase::SetAccessed,
            FaultCase::SetDirty,
            FaultCase::Spurious,
        ];
        let sentences: std::collections::BTreeSet<String> =
            cases.iter().map(|case| found("sh", Access::Store, *case, Some(AreaKind::Heap), None)).collect();
        assert_eq!(sentences.len(), cases.len());
    }
}
