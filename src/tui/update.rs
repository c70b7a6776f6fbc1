//! Messages change the model. Each part has its own update.

use super::line::{self, Line};
use super::message::{Go, Message};
use super::model::{Model, Player, Screen, Sheet};
use super::pace::Speed;
use super::reload::Live;
use super::select::{self, Direction};
use super::travel::travel;
use super::{arrange, panels, search, sheet, theme, tour};
use crate::scenario::stage::PanelName;
use crate::view::{Thing, value};
use ratatui::layout::Rect;

/// Does what a message says.
pub fn update(model: &mut Model, message: Message) {
    match message {
        Message::Quit => return model.quit = true,
        Message::Resize(columns, rows) => return model.size = (columns, rows),
        Message::NextTheme => return next_theme(model),
        Message::Suspend => return model.suspend = true,
        _ => {}
    }
    if let (Screen::Play(player), true) = (&mut model.screen, message != Message::Tick)
        && std::mem::take(&mut player.stage.black)
    {
        return;
    }
    if model.sheet.is_some() {
        return sheet::update(model, message);
    }
    if model.line.is_some() && message != Message::Tick {
        return line::update(model, message);
    }
    let area = model.area();
    match (message, &mut model.screen) {
        (Message::Prompt(kind), _) => model.line = Some(Line::new(kind)),
        (Message::Find(forward), _) => search::go_on(model, forward),
        (Message::Palette, _) => model.sheet = Some(Sheet::Palette { query: String::new(), chosen: 0 }),
        (Message::Help, _) => model.sheet = Some(Sheet::Help { filter: String::new(), scroll: 0 }),
        (Message::Copy, Screen::Play(player)) => {
            let value = player.selection.and_then(|thing| value::value(&player.story, thing));
            player.message = Some(match &value {
                Some(value) => format!("copied: {value}"),
                None => "select something with a value, and copy it then".into(),
            });
            model.copied = value;
        }
        (Message::Explain, Screen::Play(player)) => {
            let thing = player.selection.or_else(|| moved(player, Direction::Down, area));
            player.selection = thing;
            model.sheet = thing.map(|thing| Sheet::Explain { thing, scroll: 0 });
        }
        (message, Screen::Gallery) => gallery(model, message),
        (message, Screen::Play(playing)) => {
            if player(playing, message, area) == Leave::Yes {
                model.leave();
            }
        }
    }
}

fn next_theme(model: &mut Model) {
    model.looks.choose(theme::after(model.looks.theme));
    if let Screen::Play(player) = &mut model.screen {
        player.message = Some(format!("theme: {}", model.looks.theme.name));
    }
}

fn gallery(model: &mut Model, message: Message) {
    let gallery = model.gallery_mut();
    match message {
        Message::Tick => gallery.tick(),
        Message::Scenarios(by) => {
            gallery.chosen = gallery.chosen.saturating_add_signed(by as isize).min(gallery.last());
        }
        Message::Scenario(at) if at != gallery.chosen => gallery.chosen = at.min(gallery.last()),
        Message::Choose | Message::Scenario(_) => tour::open(model),
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
    match message {
        Message::Back if matches!(player.live, Live::Broken(_)) => player.live = Live::Follows,
        Message::Back if player.zoomed => player.zoomed = false,
        Message::Back if player.stage.spotlight => player.stage.spotlight = false,
        Message::Back if player.stage.presenting => player.stage.presenting = false,
        Message::Back if player.selection.is_some() => player.selection = None,
        Message::Back => return Leave::Yes,
        Message::Go(go) => {
            player.playing = false;
            travel(player, go);
        }
        Message::Tick if player.playing => tick(player),
        Message::Autoplay if at_end(player) => player.message = Some(END.into()),
        Message::Autoplay if player.playing => {
            player.playing = false;
            player.message = Some("paused: Space plays on".into());
        }
        Message::Autoplay => {
            player.playing = true;
            tick(player);
        }
        Message::Faster => set_speed(player, player.speed.faster()),
        Message::Slower => set_speed(player, player.speed.slower()),
        Message::Layout(layout) => player.arrange(layout),
        Message::NextPanel => player.focus_on(neighbour(player, area, 1)),
        Message::PreviousPanel => player.focus_on(neighbour(player, area, -1)),
        Message::Event => player.focus_on(PanelName::Event),
        Message::Zoom => player.zoomed = !player.zoomed,
        Message::Present => player.stage.presenting = !player.stage.presenting,
        Message::Spotlight => player.stage.spotlight = !player.stage.spotlight,
        Message::Black => player.stage.black = true,
        Message::Select(direction) => select(player, direction, area),
        Message::Moment(moment) => player.visit(moment),
        Message::Point(panel, thing) => {
            // A click beside everything takes the selection away.
            point(player, panel, thing, area);
        }
        Message::Wheel(panel, rows) => {
            if player.focus != panel {
                player.focus_on(panel);
            }
            scroll(player, rows, area);
        }
        Message::Fold => fold(player),
        Message::NextProcess => next_process(player),
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

/// Selects what was pointed at. What is seen of the panel stays where it is, so that a second click finds it again.
fn point(player: &mut Player, panel: PanelName, thing: Option<Thing>, area: Rect) {
    let first = |player: &Player, scroll| {
        let shown = panels::on_stage(player, area).into_iter().find(|shown| shown.name == panel)?;
        Some(shown.rows.first(shown.height(), scroll) as i32)
    };
    let before = first(player, if player.focus == panel { player.scroll } else { 0 });
    player.focus_on(panel);
    player.selection = thing;
    if let (Some(before), Some(now)) = (before, first(player, 0)) {
        player.scroll = before - now;
    }
}

/// Moves the selection within the panel in focus. A panel that shows nothing to select is scrolled.
fn select(player: &mut Player, direction: Direction, area: Rect) {
    match moved(player, direction, area) {
        Some(thing) => {
            player.selection = Some(thing);
            player.scroll = 0;
        }
        None => match direction {
            Direction::Down => scroll(player, 1, area),
            Direction::Up => scroll(player, -1, area),
            Direction::Left | Direction::Right => {}
        },
    }
}

/// What is next to the selection in the panel in focus.
fn moved(player: &Player, direction: Direction, area: Rect) -> Option<Thing> {
    let shown = panels::on_stage(player, area).into_iter().find(|shown| shown.name == player.focus)?;
    select::moved(&shown.rows, player.selection, direction)
}

/// Scrolls the panel in focus, but not past its ends.
fn scroll(player: &mut Player, lines: i32, area: Rect) {
    let panels = panels::on_stage(player, area);
    if let Some(shown) = panels.iter().find(|shown| shown.name == player.focus) {
        player.scroll = shown.rows.scrolled(shown.height(), player.scroll, lines);
    }
}

/// Folds the table that the selected PTE points to away, or opens it.
fn fold(player: &mut Player) {
    match player.selection {
        Some(Thing::Pte { pa, level: 1.. }) => {
            if !player.folded.remove(&pa) {
                player.folded.insert(pa);
            }
        }
        _ => player.message = Some("select a PTE that points to a table, and fold it then".into()),
    }
}

/// Shows the memory of the next living process; after the last one that of whoever acts.
fn next_process(player: &mut Player) {
    let alive = player.story.system().processes().filter(|process| process.is_alive());
    let pids: Vec<_> = alive.map(|process| (process.pid, process.name.clone())).collect();
    let next = match player.process {
        None => pids.first(),
        Some(pid) => pids.iter().find(|(next, _)| *next > pid),
    };
    player.process = next.map(|(pid, _)| *pid);
    player.scroll = 0;
    player.message = Some(match next {
        Some((_, name)) => format!("this is {name}'s memory, whoever acts"),
        None => "this is the memory of whoever acts".into(),
    });
}

fn set_speed(player: &mut Player, speed: Speed) {
    player.speed = speed;
    player.message = Some(format!("speed: {}", speed.words()));
}

/// The panel so many places further on in the layout.
fn neighbour(player: &Player, area: Rect, distance: isize) -> PanelName {
    let ring = arrange::ring(player.layout, area.width);
    let at = ring.iter().position(|name| *name == player.focus).unwrap_or_default();
    let next = at as isize + distance;
    ring[next.rem_euclid(ring.len() as isize) as usize]
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
