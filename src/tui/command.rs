//! Commands: what can be typed after `:`, and how it is completed.

use super::message::Message;
use super::model::{Model, Player, Screen};
use super::pace::Speed;
use super::update::update;
use super::{arrange, search, theme, tour};
use crate::scenario::stage::Layout;
use crate::view::named as things;

/// A command.
#[derive(Debug)]
pub struct Command {
    /// Its name.
    pub name: &'static str,
    /// What it is given, as people read it; empty for nothing.
    pub argument: &'static str,
    /// What it does.
    pub words: &'static str,
    /// What it can be given, as far as that can be listed.
    arguments: fn(&Model) -> Vec<String>,
    run: fn(&mut Model, &str) -> Result<(), String>,
}

impl Command {
    /// Whether it needs no story.
    pub fn is_of_gallery(&self) -> bool {
        ["open", "tour", "theme", "ascii", "mouse", "find", "help", "quit"].contains(&self.name)
    }
}

/// All of them, in the order in which they are told.
pub const TABLE: &[Command] = &[
    command("go", "7.3", "to step 7, or its event 3; the number alone does", nothing, go),
    command("chapter", "TITLE", "to the beginning of a chapter", chapters, chapter),
    command("layout", "NAME", "arrange the panels", layouts, layout),
    command("panel", "NAME", "move the focus to a panel of the layout", panels, panel),
    command("theme", "NAME", "choose the colours", themes, theme),
    command("ascii", "on|off", "show ASCII characters only, or all", on_off, ascii),
    command("mouse", "on|off", "listen to the mouse, or leave it to the terminal", on_off, mouse),
    command("speed", "NUMBER", "events a second while it plays by itself", speeds, speed),
    command("select", "0x4008", "select a page; also: frame 80034, slot 2, swap 1, satp", selectable, select),
    command("process", "NAME", "show the memory of a process; none for whoever acts", processes, process),
    command("find", "TEXT", "search, as / does", nothing, search::begin),
    command("open", "SCENARIO", "play another scenario", scenarios, open),
    command("explain", "", "all about what is selected", nothing, |model, _| {
        message(model, Message::Explain)
    }),
    command("copy", "", "copy the value of what is selected", nothing, |model, _| {
        message(model, Message::Copy)
    }),
    command("present", "", "show the room a calm screen, or the whole one", nothing, |model, _| {
        message(model, Message::Present)
    }),
    command("zoom", "", "give the panel in focus the whole screen, or no longer", nothing, |model, _| {
        message(model, Message::Zoom)
    }),
    command("gallery", "", "choose a scenario", nothing, |model, _| {
        model.leave();
        Ok(())
    }),
    command("tour", "", "tour of the screen, which plays by itself", nothing, |model, _| {
        tour::begin(model);
        Ok(())
    }),
    command("help", "", "all keys", nothing, |model, _| message(model, Message::Help)),
    command("quit", "", "leave pagewalk", nothing, |model, _| message(model, Message::Quit)),
];

const fn command(
    name: &'static str,
    argument: &'static str,
    words: &'static str,
    arguments: fn(&Model) -> Vec<String>,
    run: fn(&mut Model, &str) -> Result<(), String>,
) -> Command {
    Command { name, argument, words, arguments, run }
}

/// Does what a line says.
///
/// # Errors
///
/// Why it cannot be done.
pub fn run(model: &mut Model, text: &str) -> Result<(), String> {
    let (name, argument) = text.split_once(' ').unwrap_or((text, ""));
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return go(model, text);
    }
    let mut begin = TABLE.iter().filter(|command| command.name.starts_with(name));
    let command = match (TABLE.iter().find(|command| command.name == name), begin.next(), begin.next()) {
        (Some(command), ..) | (None, Some(command), None) => command,
        (None, Some(one), Some(other)) => {
            return Err(format!("{name} may be {} or {}", one.name, other.name));
        }
        (None, None, _) => return Err(unknown(name, &TABLE.iter().map(|it| it.name).collect::<Vec<_>>())),
    };
    (command.run)(model, argument.trim())
}

/// Whole lines that begin as this one does.
pub fn completions(model: &Model, text: &str) -> Vec<String> {
    let Some((name, argument)) = text.split_once(' ') else {
        let named = TABLE.iter().filter(|command| command.name.starts_with(text));
        let space = |command: &Command| if command.argument.is_empty() { "" } else { " " };
        return named.map(|command| format!("{}{}", command.name, space(command))).collect();
    };
    let Some(command) = TABLE.iter().find(|command| command.name == name) else { return vec![] };
    let wanted = argument.to_lowercase();
    let fits = |argument: &String| argument.to_lowercase().starts_with(&wanted);
    (command.arguments)(model).into_iter().filter(fits).map(|argument| format!("{name} {argument}")).collect()
}

/// What is said of a name that is none.
fn unknown(name: &str, allowed: &[&str]) -> String {
    let near = |one: &&&str| strsim::jaro(name, one);
    match allowed.iter().max_by(|one, other| near(one).total_cmp(&near(other))) {
        Some(best) if strsim::jaro(name, best) > 0.7 => format!("{name} is unknown: is it {best}?"),
        _ => format!("{name} is unknown: Tab shows what there is"),
    }
}

/// The one of some names that is meant: it, or the only one that begins so.
fn named<'a>(given: &str, names: &'a [String]) -> Result<&'a str, String> {
    let given = given.to_lowercase();
    let begin = |name: &&String| name.to_lowercase().starts_with(&given);
    let exact = names.iter().find(|name| name.to_lowercase() == given);
    let mut found = names.iter().filter(begin);
    match (exact, found.next(), found.next()) {
        (Some(name), ..) | (None, Some(name), None) if !given.is_empty() => Ok(name),
        _ => Err(unknown(&given, &names.iter().map(String::as_str).collect::<Vec<_>>())),
    }
}

fn message(model: &mut Model, message: Message) -> Result<(), String> {
    update(model, message);
    Ok(())
}

/// The story, without which most commands mean nothing.
fn player(model: &mut Model) -> Result<&mut Player, String> {
    match &mut model.screen {
        Screen::Play(player) => Ok(player),
        Screen::Gallery => Err("open a scenario first".into()),
    }
}

fn nothing(_: &Model) -> Vec<String> {
    vec![]
}

fn go(model: &mut Model, place: &str) -> Result<(), String> {
    let player = player(model)?;
    let moment = player.story.moment_named(place)?;
    player.visit(moment);
    Ok(())
}

fn chapters(model: &Model) -> Vec<String> {
    let Some(player) = model.player() else { return vec![] };
    let chapters = &player.story.scenario.chapters;
    player.story.chapters().map(|at| chapters[at].title.to_string()).collect()
}

fn chapter(model: &mut Model, title: &str) -> Result<(), String> {
    let titles = chapters(model);
    let title = named(title, &titles)?;
    let player = player(model)?;
    let is_it = |at: &usize| *player.story.scenario.chapters[*at].title == *title;
    let found = player.story.chapters().find(is_it);
    if let Some(at) = found {
        player.visit(player.story.chapter_start(at));
    }
    Ok(())
}

fn layouts(_: &Model) -> Vec<String> {
    Layout::ALL.map(|layout| layout.name().to_owned()).to_vec()
}

fn layout(model: &mut Model, name: &str) -> Result<(), String> {
    let names = layouts(model);
    let name = named(name, &names)?;
    let layout = Layout::ALL.into_iter().find(|layout| layout.name() == name);
    player(model)?.arrange(layout.unwrap_or_default());
    Ok(())
}

fn panels(model: &Model) -> Vec<String> {
    let Some(player) = model.player() else { return vec![] };
    let ring = arrange::ring(player.layout, model.size.0);
    ring.iter().map(|name| name.name().to_owned()).collect()
}

fn panel(model: &mut Model, name: &str) -> Result<(), String> {
    let names = panels(model);
    let name = named(name, &names)?.to_owned();
    let columns = model.size.0;
    let player = player(model)?;
    let ring = arrange::ring(player.layout, columns);
    if let Some(at) = names.iter().position(|known| *known == name) {
        player.focus_on(ring[at]);
    }
    Ok(())
}

fn themes(_: &Model) -> Vec<String> {
    theme::ALL.iter().map(|theme| theme.name.to_owned()).collect()
}

fn theme(model: &mut Model, name: &str) -> Result<(), String> {
    let names = themes(model);
    let name = named(name, &names)?;
    if let Some(theme) = theme::ALL.into_iter().find(|theme| theme.name == name) {
        model.looks.choose(theme);
    }
    Ok(())
}

fn on_off(_: &Model) -> Vec<String> {
    ["on", "off"].map(str::to_owned).to_vec()
}

fn ascii(model: &mut Model, value: &str) -> Result<(), String> {
    model.looks.ascii = named(value, &on_off(model))? == "on";
    Ok(())
}

fn mouse(model: &mut Model, value: &str) -> Result<(), String> {
    model.comfort.mouse = named(value, &on_off(model))? == "on";
    Ok(())
}

fn speeds(_: &Model) -> Vec<String> {
    Speed::ALL.map(|speed| speed.events_a_second().to_string()).to_vec()
}

fn speed(model: &mut Model, value: &str) -> Result<(), String> {
    let found = Speed::ALL.into_iter().find(|speed| speed.events_a_second().to_string() == value);
    let all = speeds(model).join(", ");
    player(model)?.speed = found.ok_or(format!("a speed is one of {all}"))?;
    Ok(())
}

fn selectable(model: &Model) -> Vec<String> {
    let names = ["frame ", "slot ", "swap ", "process "].map(str::to_owned).to_vec();
    let processes = processes(model).into_iter().map(|name| format!("process {name}"));
    [names, things::REGISTERS.map(|csr| csr.name().to_owned()).to_vec(), processes.collect()].concat()
}

fn select(model: &mut Model, text: &str) -> Result<(), String> {
    let player = player(model)?;
    player.selection = Some(things::thing(&player.story, player.process, text)?);
    player.scroll = 0;
    Ok(())
}

fn processes(model: &Model) -> Vec<String> {
    let Some(player) = model.player() else { return vec![] };
    let alive = player.story.system().processes().filter(|process| process.is_alive());
    alive.map(|process| process.name.clone()).collect()
}

fn process(model: &mut Model, name: &str) -> Result<(), String> {
    let names = processes(model);
    let player = player(model)?;
    if name.is_empty() {
        player.process = None;
        return Ok(());
    }
    let name = named(name, &names)?;
    let found = player.story.system().processes().find(|process| process.is_alive() && process.name == name);
    player.process = found.map(|process| process.pid);
    Ok(())
}

fn scenarios(model: &Model) -> Vec<String> {
    model.gallery().scenarios().map(|scenario| name_of(&scenario.source.name)).collect()
}

fn name_of(source: &str) -> String {
    source.strip_suffix(".json").unwrap_or(source).to_owned()
}

fn open(model: &mut Model, name: &str) -> Result<(), String> {
    let names = scenarios(model);
    let name = named(name, &names)?.to_owned();
    model.leave();
    if let Some(at) = names.iter().position(|known| *known == name) {
        model.gallery_mut().chosen = at;
        model.open();
    }
    Ok(())
}
