//! The speaker's screen in a second terminal: it follows what another one plays, and shows what the room does not see.
//! Who finds out what is played is not known here.

use super::model::Looks;
use super::speaker::Published;
use super::{draw, theme};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long until it is looked again for what is played.
pub const LOOK: Duration = Duration::from_millis(200);

/// What is shown.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// What is played, if anything is.
    pub published: Option<Published>,
    /// What time it is, in milliseconds since 1970.
    pub now: u64,
    /// When the clock was set to zero; it counts from the start of what is played otherwise.
    pub zero: Option<u64>,
    /// How far the text is scrolled.
    pub scroll: u16,
    /// Columns and rows of the screen.
    pub size: (u16, u16),
    /// How it looks.
    pub looks: Looks,
    /// The user wants to leave.
    pub quit: bool,
    /// The user wants the shell back for a while.
    pub suspend: bool,
}

/// What can be wanted of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To leave.
    Quit,
    /// To have the shell for a while.
    Suspend,
    /// The clock begins at zero.
    Reset,
    /// Another theme.
    NextTheme,
    /// See what is below.
    Down,
    /// See what is above.
    Up,
}

/// A key: the codes that are it, what it is called, what it does, and that in words.
pub type Key = (&'static [KeyCode], &'static str, Wish, &'static str);

/// All keys, in the order in which they are told.
pub const KEYS: [Key; 5] = [
    (&[KeyCode::Char('q'), KeyCode::Esc], "q", Wish::Quit, "quit"),
    (&[KeyCode::Char('r')], "r", Wish::Reset, "clock to zero"),
    (&[KeyCode::Char('t')], "t", Wish::NextTheme, "next theme"),
    (&[KeyCode::Down, KeyCode::Char('j')], "↓", Wish::Down, "scroll down"),
    (&[KeyCode::Up, KeyCode::Char('k')], "↑", Wish::Up, "scroll up"),
];

impl Notes {
    /// Takes over what is played now. Text that is new is read from its beginning.
    pub fn follow(&mut self, published: Option<Published>, now: u64) {
        let text = |published: &Option<Published>| published.as_ref().map(|it| it.speaker.clone());
        if text(&self.published) != text(&published) {
            self.scroll = 0;
        }
        let started = |published: &Option<Published>| published.as_ref().map(|it| it.started);
        if started(&self.published) != started(&published) && published.is_some() {
            self.zero = None;
        }
        (self.published, self.now) = (published, now);
    }

    /// Does what is wanted.
    pub fn obey(&mut self, wish: Wish) {
        match wish {
            Wish::Quit => self.quit = true,
            Wish::Suspend => self.suspend = true,
            Wish::Reset => self.zero = Some(self.now),
            Wish::NextTheme => self.looks.choose(theme::after(self.looks.theme)),
            Wish::Down => self.scroll = self.scroll.saturating_add(1).min(self.furthest()),
            Wish::Up => self.scroll = self.scroll.saturating_sub(1),
        }
    }

    fn furthest(&self) -> u16 {
        draw::furthest_note(self, Rect::new(0, 0, self.size.0, self.size.1))
    }

    /// How long it has been since the clock was set to zero, or since the start.
    pub fn clock(&self) -> Option<Duration> {
        let start = self.zero.or(self.published.as_ref().map(|it| it.started))?;
        Some(Duration::from_millis(self.now.saturating_sub(start)))
    }

    /// How long the chapter lasts already.
    pub fn chapter_clock(&self) -> Option<Duration> {
        let entered = self.published.as_ref()?.entered;
        Some(Duration::from_millis(self.now.saturating_sub(entered)))
    }
}

/// What a key means.
pub fn wish(key: KeyEvent) -> Option<Wish> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Char('c') if control => Some(Wish::Quit),
        KeyCode::Char('z') if control => Some(Wish::Suspend),
        _ if control => None,
        code => KEYS.iter().find(|(codes, ..)| codes.contains(&code)).map(|(_, _, wish, _)| *wish),
    }
}

/// `3:07`, `1:02:03`
pub fn told(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// What time it is, in milliseconds since 1970.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis() as u64)
}

/// Draws the notes, and paints them.
pub(super) fn paint(notes: &Notes, buffer: &mut Buffer) {
    draw::notes(notes, buffer.area, buffer);
    super::paint(&notes.looks, buffer);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::speaker::Speaker;

    fn published(started: u64, say: &str) -> Option<Published> {
        let speaker = Speaker { say: Some(say.repeat(9)), note: Some("more".into()), ..Speaker::default() };
        Some(Published { started, entered: started + 5_000, changed: started, speaker })
    }

    #[test]
    fn the_clock_counts_from_the_start_until_it_is_set_to_zero() {
        let mut notes = Notes { size: (10, 6), ..Notes::default() };
        assert_eq!(notes.clock(), None);
        notes.follow(published(1_000, "one"), 66_000);
        assert_eq!(notes.clock().map(told).as_deref(), Some("1:05"));
        assert_eq!(notes.chapter_clock().map(told).as_deref(), Some("1:00"));
        notes.obey(Wish::Reset);
        notes.obey(Wish::Down);
        notes.follow(published(1_000, "one"), 69_000);
        assert_eq!((notes.clock().map(told).as_deref(), notes.scroll), (Some("0:03"), 1));
        notes.follow(published(1_000, "two"), 70_000);
        assert_eq!((notes.clock().map(told).as_deref(), notes.scroll), (Some("0:04"), 0));
        notes.follow(published(60_000, "two"), 70_000);
        assert_eq!(notes.clock().map(told).as_deref(), Some("0:10"), "another talk");
        assert_eq!(told(Duration::from_secs(3_723)), "1:02:03");
        // A clock that was put back does no harm.
        notes.follow(published(90_000, "two"), 70_000);
        assert_eq!(notes.clock().map(told).as_deref(), Some("0:00"));
    }

    #[test]
    fn the_readme_lists_every_key_of_the_notes() {
        let readme = include_str!("../../README.md");
        for (_, label, _, words) in KEYS {
            assert!(readme.contains(&format!("`{label}` {words}")), "the README lacks `{label}` {words}");
        }
    }
}
