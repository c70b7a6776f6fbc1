//! What keys can be bound to: a name for every message that a key can have.

use super::keys;
use super::line::Kind;
use super::message::{Go, Message};
use super::select::Direction;

/// The name of what a message does; `None` for what no key is bound to: it comes from elsewhere, or depends on what is
/// open.
pub fn name(message: Message) -> Option<&'static str> {
    Some(match message {
        Message::Quit => "quit",
        Message::Back => "back",
        Message::Help => "help",
        Message::Go(go) => travel(go),
        Message::Autoplay => "play",
        Message::Faster => "faster",
        Message::Slower => "slower",
        Message::Layout(layout) => layout.name(),
        Message::Event => "what-happens",
        Message::Zoom => "zoom",
        Message::Select(direction) => match direction {
            Direction::Up => "select-up",
            Direction::Down => "select-down",
            Direction::Left => "select-left",
            Direction::Right => "select-right",
        },
        Message::Explain => "explain",
        Message::Fold => "fold",
        Message::NextProcess => "next-process",
        Message::Present => "present",
        Message::Spotlight => "spotlight",
        Message::Black => "black",
        Message::Copy => "copy",
        Message::Suspend => "suspend",
        Message::NextTheme => "next-theme",
        Message::Prompt(Kind::Command) => "command",
        Message::Prompt(Kind::Search) => "search",
        Message::Find(true) => "next-find",
        Message::Find(false) => "previous-find",
        Message::Palette => "palette",
        Message::NextPanel => "next-panel",
        Message::PreviousPanel => "previous-panel",
        Message::Scroll(1) => "scroll-down",
        Message::Scroll(-1) => "scroll-up",
        Message::Scroll(i32::MIN) => "scroll-to-beginning",
        Message::Scroll(i32::MAX) => "scroll-to-end",
        Message::Scroll(rows) => {
            if rows < 0 {
                "page-up"
            } else {
                "page-down"
            }
        }
        Message::Scenarios(1) => "next-scenario",
        Message::Scenarios(-1) => "previous-scenario",
        Message::Scenarios(i32::MIN) => "first-scenario",
        Message::Scenarios(i32::MAX) => "last-scenario",
        Message::Scenarios(by) => {
            if by < 0 {
                "scenarios-up"
            } else {
                "scenarios-down"
            }
        }
        Message::Choose => "choose-scenario",
        Message::Resize(..)
        | Message::Tick
        | Message::Type(_)
        | Message::Edit(_)
        | Message::Complete(_)
        | Message::Older
        | Message::Newer
        | Message::Scenario(_)
        | Message::Moment(_)
        | Message::Point(..)
        | Message::Wheel(..)
        | Message::Erase
        | Message::Enter
        | Message::Answer(_) => return None,
    })
}

fn travel(go: Go) -> &'static str {
    match go {
        Go::NextEvent => "next-event",
        Go::PreviousEvent => "previous-event",
        Go::NextStep => "next-step",
        Go::PreviousStep => "previous-step",
        Go::NextStop => "next-trap",
        Go::PreviousStop => "previous-trap",
        Go::NextChapter => "next-chapter",
        Go::PreviousChapter => "previous-chapter",
        Go::First => "beginning",
        Go::Last => "end",
    }
}

/// All names, each once, with their messages: what the table of keys can do, in its order.
pub fn all() -> Vec<(&'static str, Message)> {
    let mut all: Vec<(&'static str, Message)> = vec![];
    for (name, message) in
        keys::TABLE.iter().filter_map(|binding| name(binding.message).map(|name| (name, binding.message)))
    {
        if all.iter().all(|(known, _)| *known != name) {
            all.push((name, message));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_table_has_a_name_but_those_of_answers_and_of_typing() {
        for binding in keys::TABLE {
            let unnamed = matches!(binding.message, Message::Answer(_) | Message::Erase | Message::Enter);
            assert_eq!(name(binding.message).is_none(), unnamed, "{}", binding.words);
        }
    }

    #[test]
    fn a_name_means_one_message() {
        for (name, message) in all() {
            assert_eq!(self::name(message), Some(name));
        }
        let named = keys::TABLE.iter().filter(|binding| name(binding.message).is_some());
        for binding in named {
            let (_, message) =
                all().into_iter().find(|(known, _)| Some(*known) == name(binding.message)).unwrap();
            assert_eq!(message, binding.message);
        }
    }
}
