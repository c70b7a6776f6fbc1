//! Where xv6's trapframe keeps what.

/// Where xv6's trapframe has the `satp` of the kernel's own table, in bytes.
pub const TRAPFRAME_KERNEL_SATP: u64 = 0;
/// Where xv6's trapframe has the top of the process's kernel stack, in bytes.
pub const TRAPFRAME_KERNEL_SP: u64 = 8;
/// Where xv6's trapframe keeps the pc of a process, in bytes.
pub const TRAPFRAME_EPC: u64 = 24;
/// Where xv6's trapframe keeps the stack pointer of a process, in bytes.
pub const TRAPFRAME_SP: u64 = 48;
