//! Where there are no signals nothing stops the program for a while, and there is nobody to take turns with.

use std::io;

/// Who may write to the terminal: always the program.
#[derive(Clone, Debug, Default)]
pub struct Turn;

impl Turn {
    /// Does something.
    pub fn take<T>(&self, what: impl FnOnce() -> T) -> T {
        what()
    }

    /// The terminal is never given back for a while.
    pub fn resumed(&self) -> bool {
        false
    }

    /// The same, to be asked again.
    pub fn is_resumed(&self) -> bool {
        false
    }
}

/// There is nothing to obey.
pub fn obey(_: &Turn) -> io::Result<()> {
    Ok(())
}

/// Nothing asks for it but keys.
pub fn is_asked_to_end() -> bool {
    false
}

/// Nothing has asked.
pub fn end_as_asked() {}

/// There is no shell to go back to.
pub fn suspend() -> io::Result<()> {
    Ok(())
}
