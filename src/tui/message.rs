//! What the user can want. Keys, and later mouse and commands, all become these.

pub use crate::story::Go;

use super::line::Kind;
use super::select::Direction;
use crate::scenario::stage::{Layout, PanelName};
use crate::view::Thing;
use tui_input::InputRequest;

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
    /// Arrange the panels in another way.
    Layout(Layout),
    /// Move the focus to the next panel.
    NextPanel,
    /// To the panel before.
    PreviousPanel,
    /// Move the focus to what happens.
    Event,
    /// Let the panel in focus have the whole screen, or no longer.
    Zoom,
    /// Move the selection, within the panel in focus.
    Select(Direction),
    /// Tell all about what is selected, or no longer.
    Explain,
    /// Fold the table that the selected PTE points to away, or open it.
    Fold,
    /// Show the memory of the next process, whoever acts.
    NextProcess,
    /// Show the room a calm screen, or the whole one again.
    Present,
    /// Dim all but the panel in focus, or no longer.
    Spotlight,
    /// Show a black screen, or no longer.
    Black,
    /// Put the value of what is selected into the clipboard.
    Copy,
    /// Give the shell the terminal for a while.
    Suspend,
    /// Another theme.
    NextTheme,
    /// Scroll the panel by so many lines.
    Scroll(i32),
    /// Open the line where commands or searches are typed.
    Prompt(Kind),
    /// A character typed into that line.
    Type(char),
    /// The cursor of that line is moved, or something around it is taken away.
    Edit(InputRequest),
    /// The line is completed: to the next that it may become, or to the one before.
    Complete(bool),
    /// The line that was typed before.
    Older,
    /// The line that was typed after that.
    Newer,
    /// Go to the next thing that was found, or to the one before.
    Find(bool),
    /// Show everything that can be done, to choose from.
    Palette,
    /// The last character of that line is taken back.
    Erase,
    /// The line is done.
    Enter,
    /// Choose the answer with this number, from 0, to the question that is open.
    Answer(usize),
    /// Choose the scenario that stands so many further on in the gallery, or the last one; further up, if less than 0.
    Scenarios(i32),
    /// Play the chosen scenario.
    Choose,
    /// Choose the scenario with this number, from 0; play it, if it is chosen already.
    Scenario(usize),
    /// Go to this moment.
    Moment(usize),
    /// Move the focus to a panel, and select what was pointed at there.
    Point(PanelName, Option<Thing>),
    /// Scroll a panel by so many rows, and move the focus to it.
    Wheel(PanelName, i32),
}
