//! One table of keys: what they are called, what they do, and what that is in words. The footer, the help and the
//! README's list are made from it.

use super::line::Kind;
use super::message::{Go, Message};
use super::model::{Model, Player, Screen, Sheet};
use super::select::Direction;
use crate::scenario::stage::Layout;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_input::InputRequest;

/// Where a key works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Everywhere.
    Everywhere,
    /// In the gallery.
    Gallery,
    /// While a story is shown.
    Story,
    /// While a story is shown, and a question with answers is open.
    Question,
    /// While the keys are shown. All that can be typed filters them.
    Help,
    /// While something is explained.
    Explain,
    /// While the palette is open. All that can be typed filters it.
    Palette,
}

/// A line of the table.
#[derive(Debug)]
pub struct Binding {
    /// The keys that do it.
    pub keys: &'static [KeyCode],
    /// What they are called, as people read it.
    pub label: &'static str,
    /// Where it works.
    pub place: Place,
    /// What it does.
    pub message: Message,
    /// What that is, in a few words.
    pub words: &'static str,
    /// For the footer: what it is in one word, and how important it is; 0 for not at all.
    pub footer: (&'static str, u8),
}

const fn key(
    keys: &'static [KeyCode],
    label: &'static str,
    place: Place,
    message: Message,
    words: &'static str,
    footer: (&'static str, u8),
) -> Binding {
    Binding { keys, label, place, message, words, footer }
}

use KeyCode::{BackTab, Char, Down, End, Enter, Esc, Home, Left, PageDown, PageUp, Right, Tab, Up};
use Message::Go as Travel;
use Place::{Everywhere, Explain, Gallery, Help, Palette, Question, Story};

/// Stands for Ctrl-Z in the table.
const SUSPEND: KeyCode = KeyCode::Modifier(crossterm::event::ModifierKeyCode::LeftControl);

/// All keys, in the order in which they are told. Arrows that are spelled in ASCII are keys as well: `>`, `<`, `v`, `^`.
pub const TABLE: &[Binding] = &[
    key(&[Right, Char('l'), Char('>')], "→ l", Story, Travel(Go::NextEvent), "next event", ("event", 9)),
    key(
        &[Left, Char('h'), Char('<')],
        "← h",
        Story,
        Travel(Go::PreviousEvent),
        "previous event",
        ("back", 8),
    ),
    key(
        &[Down, Char('j'), Char('v'), PageDown],
        "↓ j PgDn",
        Story,
        Travel(Go::NextStep),
        "next step",
        ("step", 7),
    ),
    key(
        &[Up, Char('k'), Char('^'), PageUp],
        "↑ k PgUp",
        Story,
        Travel(Go::PreviousStep),
        "previous step",
        ("", 0),
    ),
    key(&[Char(']')], "]", Story, Travel(Go::NextStop), "next trap (but for system calls)", ("trap", 6)),
    key(&[Char('[')], "[", Story, Travel(Go::PreviousStop), "previous trap (but for system calls)", ("", 0)),
    key(&[Char('}')], "}", Story, Travel(Go::NextChapter), "next chapter", ("chapter", 3)),
    key(&[Char('{')], "{", Story, Travel(Go::PreviousChapter), "previous chapter", ("", 0)),
    key(&[Home, Char('g')], "Home g", Story, Travel(Go::First), "to the beginning", ("", 0)),
    key(&[End, Char('G')], "End G", Story, Travel(Go::Last), "to the end", ("", 0)),
    key(&[Char(' ')], "Space", Story, Message::Autoplay, "play by itself, or pause", ("play", 4)),
    key(&[Char('+'), Char('=')], "+", Story, Message::Faster, "play faster", ("", 0)),
    key(&[Char('-')], "-", Story, Message::Slower, "play slower", ("", 0)),
    key(&[Tab], "Tab", Story, Message::NextPanel, "next panel", ("panel", 5)),
    key(&[BackTab], "Shift-Tab", Story, Message::PreviousPanel, "previous panel", ("", 0)),
    key(
        &[Char('1')],
        "1",
        Story,
        Message::Layout(Layout::Overview),
        "overview: from the operation to the frame",
        ("", 0),
    ),
    key(&[Char('2')], "2", Story, Message::Layout(Layout::Tables), "page tables, large", ("", 0)),
    key(
        &[Char('3')],
        "3",
        Story,
        Message::Layout(Layout::Memory),
        "memory: frames, holders, free list",
        ("", 0),
    ),
    key(&[Char('4')], "4", Story, Message::Layout(Layout::Space), "address space, to scale", ("", 0)),
    key(&[Char('5')], "5", Story, Message::Layout(Layout::Tlb), "TLB and costs", ("", 0)),
    key(&[Char('6')], "6", Story, Message::Layout(Layout::Disk), "swap, page cache and files", ("", 0)),
    key(&[Char('7')], "7", Story, Message::Layout(Layout::Script), "script and events", ("", 0)),
    key(&[Char('8')], "8", Story, Message::Layout(Layout::Trap), "trap registers, bit by bit", ("", 0)),
    key(&[Char('9')], "9", Story, Message::Layout(Layout::Processes), "processes, page by page", ("", 0)),
    key(&[Char('0')], "0", Story, Message::Event, "what happens, in full", ("", 0)),
    key(
        &[Char('z')],
        "z",
        Story,
        Message::Zoom,
        "zoom: the panel alone on the whole screen, or no longer",
        ("zoom", 2),
    ),
    key(
        &[Char('J')],
        "J Shift-↓",
        Story,
        Message::Select(Direction::Down),
        "select what is below; in text, scroll",
        ("select", 4),
    ),
    key(
        &[Char('K')],
        "K Shift-↑",
        Story,
        Message::Select(Direction::Up),
        "select what is above; in text, scroll",
        ("", 0),
    ),
    key(
        &[Char('L')],
        "L Shift-→",
        Story,
        Message::Select(Direction::Right),
        "select what comes next, row by row",
        ("", 0),
    ),
    key(
        &[Char('H')],
        "H Shift-←",
        Story,
        Message::Select(Direction::Left),
        "select what comes before, row by row",
        ("", 0),
    ),
    key(&[Enter], "Enter", Story, Message::Explain, "explain what is selected", ("explain", 5)),
    key(&[Char('o')], "o", Story, Message::Fold, "fold the selected table away, or open it", ("", 0)),
    key(&[Char('p')], "p", Story, Message::NextProcess, "look at the next process, whoever acts", ("", 0)),
    key(
        &[Char('P')],
        "P",
        Story,
        Message::Present,
        "present: big and calm, or the whole screen again",
        ("", 0),
    ),
    key(
        &[Char('s')],
        "s",
        Story,
        Message::Spotlight,
        "spotlight: dim all but the panel, or no longer",
        ("", 0),
    ),
    key(&[Char('.')], ".", Story, Message::Black, "black screen; any key ends it", ("", 0)),
    key(&[Char('y')], "y", Story, Message::Copy, "copy the value of what is selected (OSC 52)", ("", 0)),
    key(&[Char('t')], "t", Everywhere, Message::NextTheme, "next theme", ("", 0)),
    key(&[Esc], "Esc", Story, Message::Back, "back to the gallery", ("", 0)),
    key(
        &[Char('a'), Char('b'), Char('c'), Char('d'), Char('e'), Char('f')],
        "a…f",
        Question,
        Message::Answer(0),
        "choose an answer, while a question has some",
        ("answer", 10),
    ),
    key(&[Down, Char('j'), Char('v')], "↓ j", Gallery, Message::Scenarios(1), "next scenario", ("next", 7)),
    key(
        &[Up, Char('k'), Char('^')],
        "↑ k",
        Gallery,
        Message::Scenarios(-1),
        "previous scenario",
        ("previous", 6),
    ),
    key(&[PageDown], "PgDn", Gallery, Message::Scenarios(10), "ten scenarios down", ("", 0)),
    key(&[PageUp], "PgUp", Gallery, Message::Scenarios(-10), "ten scenarios up", ("", 0)),
    key(&[Home, Char('g')], "Home g", Gallery, Message::Scenarios(i32::MIN), "the first scenario", ("", 0)),
    key(&[End, Char('G')], "End G", Gallery, Message::Scenarios(i32::MAX), "the last scenario", ("", 0)),
    key(&[Enter, Right, Char(' ')], "Enter", Gallery, Message::Choose, "play the scenario", ("play", 9)),
    key(&[Esc], "Esc", Gallery, Message::Quit, "quit", ("", 0)),
    key(&[Down], "↓", Help, Message::Scroll(1), "scroll down", ("down", 5)),
    key(&[Up], "↑", Help, Message::Scroll(-1), "scroll up", ("up", 4)),
    key(&[PageDown], "PgDn", Help, Message::Scroll(10), "ten lines down", ("", 0)),
    key(&[PageUp], "PgUp", Help, Message::Scroll(-10), "ten lines up", ("", 0)),
    key(&[End], "End", Help, Message::Scroll(i32::MAX), "to the end", ("", 0)),
    key(&[Home], "Home", Help, Message::Scroll(i32::MIN), "to the beginning", ("", 0)),
    key(&[KeyCode::Backspace], "Backspace", Help, Message::Erase, "take a typed letter back", ("", 0)),
    key(&[Esc, Enter], "Esc", Help, Message::Back, "close the help", ("close", 6)),
    key(&[Down, Char('j'), Char('v')], "↓ j", Explain, Message::Scroll(1), "scroll down", ("down", 5)),
    key(&[Up, Char('k'), Char('^')], "↑ k", Explain, Message::Scroll(-1), "scroll up", ("up", 4)),
    key(&[PageDown], "PgDn", Explain, Message::Scroll(10), "ten lines down", ("", 0)),
    key(&[PageUp], "PgUp", Explain, Message::Scroll(-10), "ten lines up", ("", 0)),
    key(&[Right, Char('l'), Char('>')], "→ l", Explain, Travel(Go::NextEvent), "next event", ("event", 3)),
    key(
        &[Left, Char('h'), Char('<')],
        "← h",
        Explain,
        Travel(Go::PreviousEvent),
        "previous event",
        ("back", 3),
    ),
    key(&[Down], "↓", Palette, Message::Scroll(1), "the next one", ("next", 5)),
    key(&[Up], "↑", Palette, Message::Scroll(-1), "the one before", ("previous", 4)),
    key(&[KeyCode::Backspace], "Backspace", Palette, Message::Erase, "take a typed letter back", ("", 0)),
    key(&[Enter], "Enter", Palette, Message::Enter, "do it", ("do it", 7)),
    key(&[Esc], "Esc", Palette, Message::Back, "close it", ("close", 6)),
    key(&[Esc, Enter], "Esc Enter", Explain, Message::Back, "close it", ("close", 6)),
    key(
        &[Char(':')],
        ":",
        Everywhere,
        Message::Prompt(Kind::Command),
        "type a command, or a place: 7, 7.3",
        ("go to", 4),
    ),
    key(
        &[Char('/')],
        "/",
        Everywhere,
        Message::Prompt(Kind::Search),
        "search addresses, names, flags and words",
        ("search", 3),
    ),
    key(&[Char('n')], "n", Everywhere, Message::Find(true), "next of what was found", ("", 0)),
    key(&[Char('N')], "N", Everywhere, Message::Find(false), "the one before", ("", 0)),
    key(&[SUSPEND], "Ctrl-Z", Everywhere, Message::Suspend, "back to the shell; fg comes back", ("", 0)),
    key(
        &[KeyCode::F(2)],
        "Ctrl-P F2",
        Everywhere,
        Message::Palette,
        "everything that can be done",
        ("palette", 3),
    ),
    key(&[Char('?')], "?", Everywhere, Message::Help, "all keys", ("keys", 10)),
    key(&[Char('q')], "q Ctrl-C", Everywhere, Message::Quit, "quit", ("quit", 9)),
];

/// The places in which the next key works.
pub fn places(model: &Model) -> &'static [Place] {
    match (&model.sheet, &model.screen) {
        (Some(Sheet::Help { .. }), _) => &[Help],
        (Some(Sheet::Palette { .. }), _) => &[Palette],
        (Some(Sheet::Explain { .. }), _) => &[Explain, Everywhere],
        (None, Screen::Gallery) => &[Gallery, Everywhere],
        (None, Screen::Play(player)) => playing(player),
    }
}

/// The places of a story.
pub fn playing(player: &Player) -> &'static [Place] {
    match player.story.question() {
        Some(ask) if !ask.answers.is_empty() => &[Story, Question, Everywhere],
        _ => &[Story, Everywhere],
    }
}

/// What a key means now.
pub fn message(model: &Model, key: KeyEvent) -> Option<Message> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        Char('c') if control => return Some(Message::Quit),
        // It only ends the black screen.
        _ if model.player().is_some_and(|player| player.stage.black) => return Some(Message::Black),
        _ if model.sheet.is_none() && model.line.is_some() => return typed(key, control),
        _ => {}
    }
    let places = places(model);
    let code = unshifted(key);
    let mut here = TABLE.iter().filter(|binding| places.contains(&binding.place));
    let is_letter =
        matches!(key.code, Char(_)) && !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    let types = is_letter && matches!(places, [Help] | [Palette]);
    let bound = model.comfort.bound(key).filter(|message| !types && is_possible(*message, places));
    if bound.is_some() {
        return bound;
    }
    if control && !matches!(code, KeyCode::F(2) | SUSPEND) {
        return None;
    }
    let bound = here.find_map(|binding| {
        let at = binding.keys.iter().position(|known| *known == code)?;
        Some(match binding.message {
            // Each of these keys is an answer.
            Message::Answer(_) => Message::Answer(at),
            message => message,
        })
    });
    match (bound, code) {
        (None, Char(c)) if types => Some(Message::Type(c)),
        (bound, _) => bound,
    }
}

/// What a key means in the line that is being typed: as in a shell.
fn typed(key: KeyEvent, control: bool) -> Option<Message> {
    use InputRequest as Edit;
    let edit = match key.code {
        Char('a') if control => Edit::GoToStart,
        Char('e') if control => Edit::GoToEnd,
        Char('u') if control => Edit::DeleteLine,
        Char('k') if control => Edit::DeleteTillEnd,
        Char('w') if control => Edit::DeletePrevWord,
        Home => Edit::GoToStart,
        End => Edit::GoToEnd,
        Left if control => Edit::GoToPrevWord,
        Right if control => Edit::GoToNextWord,
        Left => Edit::GoToPrevChar,
        Right => Edit::GoToNextChar,
        KeyCode::Delete => Edit::DeleteNextChar,
        Enter => return Some(Message::Enter),
        Esc => return Some(Message::Back),
        KeyCode::Backspace => return Some(Message::Erase),
        Tab => return Some(Message::Complete(true)),
        BackTab => return Some(Message::Complete(false)),
        Up => return Some(Message::Older),
        Down => return Some(Message::Newer),
        Char(c) if !control => return Some(Message::Type(c)),
        _ => return None,
    };
    Some(Message::Edit(edit))
}

/// Shift with an arrow moves the selection, as the capital letters do that stand for the arrows without it.
fn unshifted(key: KeyEvent) -> KeyCode {
    match key.code {
        Char('p') if key.modifiers.contains(KeyModifiers::CONTROL) => KeyCode::F(2),
        Char('z') if key.modifiers.contains(KeyModifiers::CONTROL) => SUSPEND,
        Down if key.modifiers.contains(KeyModifiers::SHIFT) => Char('J'),
        Up if key.modifiers.contains(KeyModifiers::SHIFT) => Char('K'),
        Right if key.modifiers.contains(KeyModifiers::SHIFT) => Char('L'),
        Left if key.modifiers.contains(KeyModifiers::SHIFT) => Char('H'),
        code => code,
    }
}

/// Whether what the user has bound a key to can be done in these places.
fn is_possible(message: Message, places: &[Place]) -> bool {
    TABLE.iter().any(|binding| places.contains(&binding.place) && binding.message == message)
}

#[cfg(test)]
mod tests {
    use super::super::comfort::Key;
    use super::*;

    #[test]
    fn no_key_has_two_meanings_in_one_place() {
        for places in [
            &[Gallery, Everywhere][..],
            &[Story, Question, Everywhere],
            &[Help],
            &[Palette],
            &[Explain, Everywhere],
        ] {
            let mut seen = vec![];
            for binding in TABLE.iter().filter(|binding| places.contains(&binding.place)) {
                for key in binding.keys {
                    assert!(!seen.contains(key), "{key:?} twice in {places:?}");
                    seen.push(*key);
                }
            }
        }
    }

    #[test]
    fn what_is_typed_is_typed_whatever_the_user_has_bound_it_to() {
        let mut model = Model::new(None);
        model.comfort.keys =
            vec![(Key::named("x").unwrap(), Message::Back), (Key::named("f5").unwrap(), Message::Back)];
        let pressed = |model: &Model, code| message(model, KeyEvent::new(code, KeyModifiers::NONE));
        for sheet in [
            Sheet::Help { filter: String::new(), scroll: 0 },
            Sheet::Palette { query: String::new(), chosen: 0 },
        ] {
            model.sheet = Some(sheet);
            assert_eq!(pressed(&model, Char('x')), Some(Message::Type('x')));
            assert_eq!(pressed(&model, KeyCode::F(5)), Some(Message::Back));
            assert_ne!(
                message(&model, KeyEvent::new(Down, KeyModifiers::SHIFT)),
                Some(Message::Type('J')),
                "an arrow is no letter"
            );
        }
    }

    #[test]
    fn the_readme_lists_every_key() {
        let readme = include_str!("../../README.md");
        for binding in TABLE {
            let row = format!("| `{}` | {} |", binding.label, binding.words);
            assert!(readme.contains(&row), "the README lacks this row:\n{row}");
        }
    }
}
