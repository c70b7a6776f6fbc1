//! What can be typed, a line each: the screen's keys and their names, places, answers and panels.

use crate::scenario::diagnostic::nearest;
use crate::scenario::stage::PanelName;
use crate::story::Go;

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Move in time.
    Go(Go),
    /// Go to a place, as it was typed: `7.3`.
    Place(String),
    /// Choose the answer with this number, from 0.
    Answer(usize),
    /// Tell all of a panel; of a process, if one is named.
    Panel(PanelName, Option<String>),
    /// Tell all about a thing, by its name: `0x4008`, `frame 80034`, `satp`.
    Explain(String),
    /// Tell all of every panel.
    All,
    /// Tell where this is, and under which settings.
    Where,
    /// Play on to the next question, or to the end.
    Play,
    /// Tell the commands.
    Help,
    /// Leave this scenario for another.
    List,
    /// Leave the program.
    Quit,
}

/// What one line of the table says: what is typed, what it does, and that in words. The long names may be shortened.
type Entry = (&'static [&'static str], Command, &'static str);

/// All commands but places, answers and panels.
static TABLE: [Entry; 17] = [
    (&["", "l", "right", "next"], Command::Go(Go::NextEvent), "next event; Enter alone does it, too"),
    (&["h", "left", "back"], Command::Go(Go::PreviousEvent), "previous event"),
    (&["j", "down", "pgdn"], Command::Go(Go::NextStep), "next step"),
    (&["k", "up", "pgup"], Command::Go(Go::PreviousStep), "previous step"),
    (&["]"], Command::Go(Go::NextStop), "next trap (but for system calls)"),
    (&["["], Command::Go(Go::PreviousStop), "previous trap (but for system calls)"),
    (&["}"], Command::Go(Go::NextChapter), "next chapter"),
    (&["{"], Command::Go(Go::PreviousChapter), "previous chapter"),
    (&["g", "home"], Command::Go(Go::First), "to the beginning"),
    (&["G", "end"], Command::Go(Go::Last), "to the end"),
    (&["play"], Command::Play, "play on to the next question, or to the end"),
    (&["where"], Command::Where, "where this is, and under which settings"),
    (
        &["explain"],
        Command::Explain(String::new()),
        "all about a page, like explain 0x4008; also frame 80034, slot 2, swap 1, process sh, satp",
    ),
    (&["all"], Command::All, "every panel in full"),
    (&["esc", "list"], Command::List, "to the list of scenarios"),
    (&["?", "help"], Command::Help, "these commands"),
    (&["q", "quit"], Command::Quit, "quit"),
];

/// What a line means, while the open question has so many answers.
///
/// # Errors
///
/// Why it means nothing.
pub fn parse(line: &str, answers: usize) -> Result<Command, String> {
    let typed = line.trim();
    let text = typed.strip_prefix(':').unwrap_or(typed).trim();
    if typed != text && text.is_empty() {
        return Err("type a step, like 7, or an event of it, like 7.3".into());
    }
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(Command::Place(text.to_owned()));
    }
    if let Some(number) = letter(text).filter(|number| *number < answers) {
        return Ok(Command::Answer(number));
    }
    if let Some((_, command, _)) = TABLE.iter().find(|(names, ..)| names.contains(&text)) {
        return Ok(command.clone());
    }
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let process = Some(rest.trim().to_owned()).filter(|rest| !rest.is_empty());
    match (named(&word.to_lowercase())?, process) {
        (Command::Panel(name, _), process) => Ok(Command::Panel(name, process)),
        (Command::Explain(_), thing) => Ok(Command::Explain(thing.unwrap_or_default())),
        (command, None) => Ok(command),
        (_, Some(_)) => Err(format!("nothing comes after \"{word}\"")),
    }
}

/// The number of a letter, from 0.
fn letter(text: &str) -> Option<usize> {
    let only = text.chars().next().filter(|c| c.is_ascii_lowercase() && text.len() == 1)?;
    Some(only as usize - 'a' as usize)
}

/// The names that may be shortened, with what they do.
fn names() -> impl Iterator<Item = (&'static str, Command)> {
    let words =
        TABLE.iter().flat_map(|(names, command, _)| names.iter().map(|name| (*name, command.clone())));
    let panels = PanelName::ALL.map(|name| (name.name(), Command::Panel(name, None)));
    words.filter(|(name, _)| name.len() > 1).chain(panels)
}

/// What a name does, or the only one that begins so.
fn named(word: &str) -> Result<Command, String> {
    if let Some((_, command)) = names().find(|(name, _)| *name == word) {
        return Ok(command);
    }
    let found: Vec<(&str, Command)> = names().filter(|(name, _)| name.starts_with(word)).collect();
    match &found[..] {
        [(_, command)] => Ok(command.clone()),
        [] => {
            let known: Vec<String> = names().map(|(name, _)| name.to_owned()).collect();
            let near = nearest(word, &known).map(|near| format!("; did you mean \"{near}\"?"));
            Err(format!("there is no command \"{word}\"{}", near.unwrap_or("; ? tells them all".into())))
        }
        several => {
            let names: Vec<&str> = several.iter().map(|(name, _)| *name).collect();
            Err(format!("\"{word}\" could be {}", names.join(", ")))
        }
    }
}

/// All that can be typed, a line each.
pub fn help() -> Vec<String> {
    let entry = |(names, _, words): &Entry| {
        let names: Vec<&str> = names.iter().copied().filter(|name| !name.is_empty()).collect();
        format!("{}: {words}", names.join(" or "))
    };
    let panels = PanelName::ALL.map(PanelName::name).join(", ");
    let mut lines: Vec<String> = TABLE.iter().map(entry).collect();
    lines.extend([
        "7 or :7: to the end of step 7; 7.3: to its event 3".into(),
        "a to f: choose an answer, while a question has some".into(),
        format!("a panel's name: the panel in full. The panels are {panels}"),
        "a panel's name and a process, like tables child: the panel of that process".into(),
        "Names may be shortened. Signs are words: changed in this event; here, on the way of the walk; fault; \
         stale, where the tables say otherwise."
            .into(),
    ]);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_names_places_and_panels_are_commands() {
        for (line, command) in [
            ("", Command::Go(Go::NextEvent)),
            (" right ", Command::Go(Go::NextEvent)),
            ("RIGHT", Command::Go(Go::NextEvent)),
            ("g", Command::Go(Go::First)),
            ("G", Command::Go(Go::Last)),
            ("7.3", Command::Place("7.3".into())),
            (":7", Command::Place("7".into())),
            ("tab", Command::Panel(PanelName::Tables, None)),
            (":tables", Command::Panel(PanelName::Tables, None)),
            ("tables  the child ", Command::Panel(PanelName::Tables, Some("the child".into()))),
            ("tl", Command::Panel(PanelName::Tlb, None)),
            ("explain frame 80034", Command::Explain("frame 80034".into())),
            ("a", Command::Answer(0)),
            ("all", Command::All),
        ] {
            assert_eq!(parse(line, 2), Ok(command), "{line}");
        }
    }

    #[test]
    fn an_answer_is_one_only_while_there_are_so_many() {
        assert_eq!(parse("b", 2), Ok(Command::Answer(1)));
        assert_eq!(parse("h", 6), Ok(Command::Go(Go::PreviousEvent)));
        assert_eq!(parse("f", 0), Err("\"f\" could be frames, fields".into()));
    }

    #[test]
    fn what_means_nothing_is_told() {
        assert_eq!(parse("t", 0), Err("\"t\" could be translate, tables, tlb".into()));
        assert_eq!(
            parse("tabels", 0),
            Err("there is no command \"tabels\"; did you mean \"tables\"?".into())
        );
        assert_eq!(parse("xyzzy", 0), Err("there is no command \"xyzzy\"; ? tells them all".into()));
        assert_eq!(parse("quit now", 0), Err("nothing comes after \"quit\"".into()));
        assert!(parse(":", 0).is_err());
    }

    #[test]
    fn no_name_is_given_twice() {
        let mut seen: Vec<&str> = TABLE.iter().flat_map(|(names, ..)| names.iter().copied()).collect();
        seen.extend(PanelName::ALL.map(PanelName::name));
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), count);
    }
}
