//! Steps 6 and 8 of the algorithm: may this access, at this privilege, use a page with these flags?
//!
//! (Step 7 is the shadow stack of the extension Zicfiss, which this machine lacks.)

use crate::hw::{Access, Flags, Privilege, Sstatus, Why};

/// Checks the U bit, then R, W and X, in the specification's order.
///
/// # Errors
///
/// The first check that fails.
#[inline]
pub fn check(flags: Flags, access: Access, privilege: Privilege, sstatus: Sstatus) -> Result<(), Why> {
    step_6_user(flags, access, privilege, sstatus)?;
    step_8_read_write_execute(flags, access, sstatus)
}

#[inline]
fn step_6_user(flags: Flags, access: Access, privilege: Privilege, sstatus: Sstatus) -> Result<(), Why> {
    match (privilege, flags.has(Flags::U)) {
        (Privilege::User, false) => Err(Why::SupervisorPage),
        // SUM opens user pages to loads and stores of the supervisor, never to its fetches.
        (Privilege::Supervisor, true) if access == Access::Fetch || !sstatus.sum() => Err(Why::UserPage),
        _ => Ok(()),
    }
}

#[inline]
fn step_8_read_write_execute(flags: Flags, access: Access, sstatus: Sstatus) -> Result<(), Why> {
    match access {
        // MXR makes executable pages readable.
        Access::Load if flags.has(Flags::R) || sstatus.mxr() && flags.has(Flags::X) => Ok(()),
        Access::Load => Err(Why::NotReadable),
        Access::Store if flags.has(Flags::W) => Ok(()),
        Access::Store => Err(Why::NotWritable),
        Access::Fetch if flags.has(Flags::X) => Ok(()),
        Access::Fetch => Err(Why::NotExecutable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every flag byte × access × privilege × SUM × MXR, against the rules as the specification's prose states them.
    #[test]
    fn every_combination_is_as_the_prose_says() {
        for bits in 0..=255u16 {
            let flags = Flags(bits);
            for access in [Access::Load, Access::Store, Access::Fetch] {
                for privilege in [Privilege::User, Privilege::Supervisor] {
                    for (sum, mxr) in [(false, false), (false, true), (true, false), (true, true)] {
                        let sstatus = Sstatus::default().with(Sstatus::SUM, sum).with(Sstatus::MXR, mxr);
                        let user_page = flags.has(Flags::U);
                        let by_u = if privilege == Privilege::User {
                            user_page
                        } else {
                            !user_page || (sum && access != Access::Fetch)
                        };
                        let readable = flags.has(Flags::R) || (mxr && flags.has(Flags::X));
                        let by_rwx = match access {
                            Access::Load => readable,
                            Access::Store => flags.has(Flags::W),
                            Access::Fetch => flags.has(Flags::X),
                        };
                        let got = check(flags, access, privilege, sstatus);
                        assert_eq!(got.is_ok(), by_u && by_rwx, "{flags} {access} {privilege:?} {sum} {mxr}");
                        if !by_u {
                            assert_eq!(got.unwrap_err().step(), Some(6), "the U bit is looked at first");
                        }
                    }
                }
            }
        }
    }
}
