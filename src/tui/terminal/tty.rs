//! What crossterm does not say to the terminal.

use rustix::io::Errno;
use rustix::process::getpgrp;
use rustix::termios::{OptionalActions, SpecialCodeIndex, tcdrain, tcgetattr, tcgetpgrp, tcsetattr};
use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, OwnedFd};

/// In raw mode: who reads gets what is there, and nothing if that is nothing. crossterm reads until nothing is left, and
/// would wait for the rest of half a key, deaf to everything else.
pub fn read_at_once() -> io::Result<()> {
    let tty = terminal()?;
    let mut settings = tcgetattr(&tty)?;
    settings.special_codes[SpecialCodeIndex::VMIN] = 0;
    settings.special_codes[SpecialCodeIndex::VTIME] = 0;
    Ok(tcsetattr(&tty, OptionalActions::Now, &settings)?)
}

/// Waits until the terminal is ours. In the background the system stops the program here, until the shell brings it to the
/// foreground, because this would act on the terminal.
///
/// # Errors
///
/// If no shell can do that: the program is in the background for good.
pub fn wait_for_turn() -> io::Result<()> {
    let Ok(tty) = terminal() else { return Ok(()) };
    loop {
        match tcdrain(&tty) {
            Err(Errno::INTR) => {}
            Err(Errno::IO) => return Err(Errno::IO.into()),
            // A terminal that cannot do this is found out when it is used.
            Ok(()) | Err(_) => return Ok(()),
        }
    }
}

/// Whether another program has the terminal now, as far as that can be told.
pub fn is_in_background() -> bool {
    terminal().is_ok_and(|tty| tcgetpgrp(tty).is_ok_and(|group| group != getpgrp()))
}

/// The terminal that crossterm reads: standard input, or else the one that the session has.
fn terminal() -> io::Result<OwnedFd> {
    let input = io::stdin();
    match input.is_terminal() {
        true => input.as_fd().try_clone_to_owned(),
        false => File::open("/dev/tty").map(Into::into),
    }
}
