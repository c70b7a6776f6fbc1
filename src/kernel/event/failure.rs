//! Why a system call is refused.

use std::fmt;

/// Why the kernel says no. The process goes on, with -1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kernel) enum Failure {
    NoMemory,
    OutOfRange,
    NoFile,
    NoAsid,
    BadAddress,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoMemory => "no frame is free",
            Self::OutOfRange => "there is no such range of addresses",
            Self::NoFile => "there is no such file",
            Self::BadAddress => "the process may not use this address itself",
            Self::NoAsid => "every ASID is taken by a living process",
        })
    }
}
