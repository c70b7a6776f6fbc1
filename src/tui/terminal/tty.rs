//! What crossterm does not say to the terminal.

use rustix::process::getpgrp;
use rustix::termios::{OptionalActions, SpecialCodeIndex, tcgetattr, tcgetpgrp, tcsetattr};
use std::fs::File;
use std::io;

/// In raw mode: who reads gets what is there, and nothing if that is nothing. crossterm reads until nothing is left, and
/// would wait for the rest of half a key, deaf to everything else.
pub fn read_at_once() -> io::Result<()> {
    let tty = File::open("/dev/tty")?;
    let mut settings = tcgetattr(&tty)?;
    settings.special_codes[SpecialCodeIndex::VMIN] = 0;
    settings.special_codes[SpecialCodeIndex::VTIME] = 0;
    Ok(tcsetattr(&tty, OptionalActions::Now, &settings)?)
}

/// Whether the shell has given the terminal to this program.
pub fn is_in_foreground() -> bool {
    File::open("/dev/tty").is_ok_and(|tty| tcgetpgrp(tty).is_ok_and(|group| group == getpgrp()))
}
