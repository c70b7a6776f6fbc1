//! Every clause of the privileged specification's address translation, each in a test that is named after it.
//!
//! `step_N_…` is step N of the algorithm in "Virtual Address Translation Process"; step 0 is the check of the high
//! bits that Sv39 puts before it. Each test fails if its clause were left out of the machine.

mod accessed_and_dirty;
mod bench;
mod crossing;
mod fences;
mod leaf;
mod order;
mod other_modes;
mod permissions;
mod tlb;
mod traps;
mod walk;
