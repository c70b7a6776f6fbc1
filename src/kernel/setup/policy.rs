//! The kernel's policies: what it may do in more than one way. Each is a setting of a scenario.

use super::bug::Bug;
use crate::kernel::PAGE;
use crate::kernel::op::Size;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! policy {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident),+ $(,)? }) => {
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        $(#[$doc])*
        pub enum $name {
            $($(#[$variant_doc])* $variant),+
        }
    };
}

policy! {
    /// What fork does with the parent's private pages.
    Fork {
        /// Shares them copy-on-write.
        #[default]
        Cow,
        /// Copies each that is present.
        Copy,
    }
}

policy! {
    /// When heap pages get their frames.
    Heap {
        /// At the first touch.
        #[default]
        Lazy,
        /// When the break moves.
        Eager,
    }
}

policy! {
    /// When a program's text, data and bss are brought in.
    Exec {
        /// At the first touch: text from the page cache, shared; data privately.
        Demand,
        /// All at exec, into frames of the process's own, as xv6 does.
        #[default]
        Eager,
    }
}

policy! {
    /// Whether the stack may grow.
    Stack {
        /// It has the pages that the program asks for and no more.
        #[default]
        Fixed,
        /// It gains pages on faults just below `sp`, up to `stack_limit`.
        Grow,
    }
}

policy! {
    /// What the guard page under the stack is.
    Guard {
        /// A valid PTE without U that owns a frame, as in xv6.
        #[default]
        Mapped,
        /// A page without a PTE.
        Unmapped,
    }
}

policy! {
    /// What becomes of page tables from which every PTE was cleared, while the process lives.
    EmptyTables {
        /// They stay until exit or exec, as in xv6.
        #[default]
        Keep,
        /// They are freed.
        Free,
    }
}

policy! {
    /// Which page loses its frame when none is free.
    Reclaim {
        /// None: who needs a frame then does not get one.
        #[default]
        None,
        /// The one that is in memory for longest.
        Fifo,
        /// The one that was not used for longest, by an exact list that is kept at every access.
        Lru,
        /// The first without A, going round the frames; A is cleared in passing.
        Clock,
        /// FIFO, but a page with A loses the bit and goes to the end of the queue.
        SecondChance,
        /// The one that was used least lately, by a byte for each page that every `tick` shifts its A bit into.
        Aging,
        /// Any.
        Random,
        /// The one that is not used again for longest. It takes knowing the future: the scenario.
        Optimal,
    }
}

policy! {
    /// Where the kernel itself is mapped.
    #[schemars(rename = "Mapping")]
    KernelMapping {
        /// Nowhere: it touches physical memory directly.
        #[default]
        None,
        /// In a page table of its own, as in xv6.
        Own,
        /// In the upper half of every process's table, by copies of the kernel's tables.
        Copied,
        /// In the upper half of every process's table, by the kernel's own lower tables.
        Shared,
    }
}

policy! {
    /// How much of the way into the kernel and back is carried out.
    TrapPath {
        /// The trap and `sret`: the kernel is simply there.
        #[default]
        Short,
        /// Every step of `uservec` and `userret` that touches memory or `satp`.
        Full,
    }
}

impl std::fmt::Display for Reclaim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Fifo => "fifo",
            Self::Lru => "lru",
            Self::Clock => "clock",
            Self::SecondChance => "second chance",
            Self::Aging => "aging",
            Self::Random => "random",
            Self::Optimal => "optimal",
        })
    }
}

/// All policies of a kernel.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Policies {
    /// What fork does with the parent's private pages.
    #[schemars(example = &"copy")]
    pub fork: Fork,
    /// When heap pages get their frames.
    #[schemars(example = &"eager")]
    pub heap: Heap,
    /// When a program is brought in.
    #[schemars(example = &"demand")]
    pub exec: Exec,
    /// Whether the stack may grow.
    #[schemars(example = &"grow")]
    pub stack: Stack,
    /// How large a growing stack may become, in bytes.
    #[schemars(example = &"32K")]
    pub stack_limit: Size,
    /// What the guard page is.
    #[schemars(example = &"unmapped")]
    pub guard: Guard,
    /// What becomes of empty page tables.
    #[schemars(example = &"free")]
    pub empty_tables: EmptyTables,
    /// Whether loads from private memory that was never written all see one frame of zeros, read-only and shared.
    #[schemars(example = true)]
    pub zero_page: bool,
    /// Whether parts of the heap as large as a leaf of level 1 maps, and aligned so, get megapages.
    #[schemars(example = true)]
    pub superpages: bool,
    /// Which page loses its frame when none is free.
    #[schemars(example = &"clock")]
    pub reclaim: Reclaim,
    /// How large the swap is, in bytes; without one, only pages of files can lose their frames.
    #[schemars(example = &"64K")]
    pub swap: Size,
    /// Whether pages that need not be written lose their frames before others.
    #[schemars(example = true)]
    pub clean_first: bool,
    /// Where the numbers of random reclaim begin.
    #[schemars(example = 7)]
    pub seed: u64,
    /// What the kernel gets wrong: a safeguard that is left out, for the damage to be seen.
    #[schemars(example = &"no_fence")]
    pub bug: Bug,
    /// Whether each process can read its number and a clock from a page of the kernel's, without a system call.
    #[schemars(example = true)]
    pub vdso: bool,
    /// Where the kernel itself is mapped.
    #[schemars(example = &"own")]
    pub mapping: KernelMapping,
    /// How much of the way into the kernel and back is carried out.
    #[schemars(example = &"full")]
    pub trap_path: TrapPath,
}

impl Default for Policies {
    fn default() -> Self {
        Self {
            fork: Fork::default(),
            heap: Heap::default(),
            exec: Exec::default(),
            stack: Stack::default(),
            stack_limit: Size(4 * PAGE),
            guard: Guard::default(),
            empty_tables: EmptyTables::default(),
            zero_page: false,
            superpages: false,
            reclaim: Reclaim::default(),
            swap: Size(0),
            clean_first: false,
            seed: 0,
            bug: Bug::None,
            vdso: false,
            mapping: KernelMapping::default(),
            trap_path: TrapPath::default(),
        }
    }
}
