//! Where a terminal is another thing, crossterm says all to it.

use std::io;

/// Nothing is to be said.
pub fn read_at_once() -> io::Result<()> {
    Ok(())
}

/// There is no background to wait in.
pub fn wait_for_turn() -> io::Result<()> {
    Ok(())
}

/// Always false: this platform has no background jobs.
pub fn is_in_background() -> bool {
    false
}
