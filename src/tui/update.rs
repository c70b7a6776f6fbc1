//! Messages change the model. Each part has its own update.

use super::message::{Go, Message};
use super::model::{Model, Player, Screen, Tab};
use super::reload::Live;
use super::travel::travel;
use super::{draw, panels};
use ratatui::layout::Rect;

/// Does what a message says.
pub fn update(model: &mut Model, message: Message) {
    if model.help.is_some() {
        return help(model, message);
    }
    let area = model.area();
    match message {
        Message::Quit => model.quit = true,
        Message::Help => model.help = Some(0),
        Message::Resize(columns, rows) => model.size = (columns, rows),
        _ => match &mut model.screen {
            Screen::Gallery => gallery(model, message),
            Screen::Play(playing) => {
                let typed = playing.prompt.clone().filter(|_| message == Message::Enter);
                if player(playing, message, area) == Leave::Yes {
                    model.leave();
                }
                keep_command(model, typed);
            }
        },
    }
}

/// Keeps a line that was typed, for another time, if it was obeyed: one that was refused stays open.
fn keep_command(model: &mut Model, typed: Option<String>) {
    if let Some(command) = typed.filter(|_| model.player().is_some_and(|player| player.prompt.is_none())) {
        model.remembered.keep_command(&command);
    }
}

fn help(model: &mut Model, message: Message) {
    match message {
        Message::Quit => model.quit = true,
        Message::Help | Message::Back => model.help = None,
        Message::Resize(columns, rows) => model.size = (columns, rows),
        Message::Scroll(lines) => {
            let shown = draw::help::shown(model, model.area());
            model.help = model.help.map(|scroll| shown.scrolled(scroll, lines));
        }
        _ => {}
    }
}

fn gallery(model: &mut Model, message: Message) {
    let gallery = model.gallery_mut();
    match message {
        Message::NextScenario => gallery.chosen = (gallery.chosen + 1).min(gallery.last()),
        Message::PreviousScenario => gallery.chosen = gallery.chosen.saturating_sub(1),
        Message::Choose => model.open(),
        _ => {}
    }
}

#[derive(PartialEq, Eq)]
enum Leave {
    Yes,
    No,
}

fn player(player: &mut Player, message: Message, area: Rect) -> Leave {
    if message != Message::Tick {
        player.message = None;
    }
    if player.prompt.is_some() {
        prompt(player, message);
        return Leave::No;
    }
    match message {
        Message::Back if matches!(player.live, Live::Broken(_)) => player.live = Live::Follows,
        Message::Back => return Leave::Yes,
        Message::Go(go) => {
            player.playing = false;
            travel(player, go);
        }
        Message::Tick if player.playing => tick(player),
        Message::Autoplay if at_end(player) => player.message = Some(END.into()),
        Message::Autoplay => player.playing = !player.playing,
        Message::Faster => set_speed(player, player.speed.faster()),
        Message::Slower => set_speed(player, player.speed.slower()),
        Message::Panel(number) => show(player, Tab::ALL.get(number).copied().unwrap_or(player.tab)),
        Message::NextPanel => show(player, neighbour(player.tab, 1)),
        Message::PreviousPanel => show(player, neighbour(player.tab, Tab::ALL.len() - 1)),
        Message::Scroll(lines) => scroll(player, lines, area),
        Message::Prompt => player.prompt = Some(String::new()),
        Message::Answer(number) => answer(player, number),
        _ => {}
    }
    Leave::No
}

/// Takes down which answer was chosen, if the open question has so many.
fn answer(player: &mut Player, number: usize) {
    if player.story.question().is_some_and(|ask| number < ask.answers.len()) {
        player.answer = Some((player.story.timeline.moment(), number));
        player.playing = false;
        player.scroll = 0;
    }
}

/// Scrolls the chosen panel, but not past its ends.
fn scroll(player: &mut Player, lines: i32, area: Rect) {
    let panels = panels::shown(player, area);
    if let Some(shown) = panels.iter().find(|shown| shown.tab == Some(player.tab)) {
        player.scroll = shown.scrolled(player.scroll, lines);
    }
}

fn set_speed(player: &mut Player, speed: super::model::Speed) {
    player.speed = speed;
    player.message = Some(format!("speed: {}", speed.words()));
}

fn show(player: &mut Player, tab: Tab) {
    player.tab = tab;
    player.scroll = 0;
}

fn neighbour(tab: Tab, distance: usize) -> Tab {
    let at = Tab::ALL.iter().position(|other| *other == tab).unwrap_or_default();
    Tab::ALL[(at + distance) % Tab::ALL.len()]
}

/// What is said where nothing more can be played.
const END: &str = "this is the end: Home goes to the beginning";

fn at_end(player: &Player) -> bool {
    player.story.timeline.moment() == player.story.timeline.end()
}

/// The next event, by itself. It waits at the end, and where a question is open.
fn tick(player: &mut Player) {
    travel(player, Go::NextEvent);
    let why = match player.story.question() {
        _ if at_end(player) => END,
        Some(_) => "a question: Space plays on",
        None => return,
    };
    player.playing = false;
    player.message = Some(why.into());
}

fn prompt(player: &mut Player, message: Message) {
    let Some(text) = &mut player.prompt else { return };
    match message {
        // After a place that was refused, the key that opened the line begins it anew.
        Message::Type(':') => text.clear(),
        Message::Type(c) if text.len() < 20 => text.push(c),
        Message::Erase if text.is_empty() => player.prompt = None,
        Message::Erase => drop(text.pop()),
        Message::Back => player.prompt = None,
        Message::Enter => {
            player.playing = false;
            match player.story.moment_named(text) {
                Ok(moment) => {
                    player.prompt = None;
                    player.story.timeline.seek(moment);
                    player.scroll = 0;
                }
                // What was typed stays, to be mended.
                Err(what) => player.message = Some(what),
            }
        }
        _ => {}
    }
}
