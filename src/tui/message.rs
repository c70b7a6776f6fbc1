//! What the user can want. Keys, and later mouse and commands, all become these.

pub use crate::story::Go;

/// Something to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// Leave the program.
    Quit,
    /// Close what is open, or go back to the gallery.
    Back,
    /// Show the keys, or hide them.
    Help,
    /// Move in time.
    Go(Go),
    /// Play by itself, or pause.
    Autoplay,
    /// Play faster.
    Faster,
    /// Play slower.
    Slower,
    /// The screen has so many columns and rows.
    Resize(u16, u16),
    /// Time has passed while playing by itself.
    Tick,
    /// Show the panel with this number, from 0.
    Panel(usize),
    /// Show the next panel.
    NextPanel,
    /// Show the panel before.
    PreviousPanel,
    /// Scroll the panel by so many lines.
    Scroll(i32),
    /// Open the line where a step's number is typed.
    Prompt,
    /// A character typed into that line.
    Type(char),
    /// The last character of that line is taken back.
    Erase,
    /// The line is done.
    Enter,
    /// Choose the answer with this number, from 0, to the question that is open.
    Answer(usize),
    /// The next scenario of the gallery.
    NextScenario,
    /// The scenario before.
    PreviousScenario,
    /// Play the chosen scenario.
    Choose,
}
