//! A drawn screen held against what it should say: each panel in its place, whole or with an ellipsis, and nothing beside
//! the places.

use pagewalk::scenario::printable::printable;
use pagewalk::tui::model::Player;
use pagewalk::tui::panels::{self, Shown};
use pagewalk::tui::present::{self, Letters};
use pagewalk::tui::{draw, footer, keys};
use pagewalk::view::Mark;
use pagewalk::view::place::{place, set};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

/// What is wrong with the screen of a story, if anything is.
pub fn complaint(player: &Player, buffer: &Buffer) -> Option<String> {
    let area = buffer.area;
    let shown = panels::on_stage(player, area);
    let (places, edges) = match player.stage.presenting {
        true => presented(player, buffer),
        false => whole(player, buffer),
    };
    let all: Vec<Rect> = shown.iter().map(|shown| shown.area).chain(places).collect();
    if shown.is_empty() {
        return Some("no panel".into());
    }
    let scroll = |shown: &Shown| if shown.name == player.focus { player.scroll } else { 0 };
    edges
        .or_else(|| apart(&all, area))
        .or_else(|| {
            shown.iter().find_map(|shown| panel(shown, scroll(shown), player.selection.is_some(), buffer))
        })
        .or_else(|| beside(&all, buffer))
}

/// The text of an area, row by row.
fn text(buffer: &Buffer, area: Rect) -> Vec<String> {
    let area = area.intersection(buffer.area);
    let cells = |y: u16| {
        let start = usize::from(y) * usize::from(buffer.area.width) + usize::from(area.x);
        &buffer.content()[start..start + usize::from(area.width)]
    };
    (area.top()..area.bottom()).map(|y| cells(y).iter().map(|cell| cell.symbol()).collect()).collect()
}

fn row(buffer: &Buffer, area: Rect) -> String {
    text(buffer, area).concat()
}

/// Places that overlap, or are not on the screen.
fn apart(places: &[Rect], area: Rect) -> Option<String> {
    let outside = places.iter().find(|place| place.intersection(area) != **place);
    let overlap = places.iter().enumerate().find_map(|(at, one)| {
        places[at + 1..].iter().find(|other| one.intersects(**other)).map(|other| (one, other))
    });
    match (outside, overlap) {
        (Some(place), _) => Some(format!("{place} is outside")),
        (_, Some((one, other))) => Some(format!("{one} overlaps {other}")),
        _ => None,
    }
}

/// Something that stands in no place.
fn beside(places: &[Rect], buffer: &Buffer) -> Option<String> {
    for y in buffer.area.top()..buffer.area.bottom() {
        let here = places.iter().filter(|place| (place.top()..place.bottom()).contains(&y));
        let mut here: Vec<Rect> = here.copied().collect();
        here.sort_by_key(|place| place.x);
        let ends = [0].into_iter().chain(here.iter().map(|place| place.right()));
        let starts = here.iter().map(|place| place.left()).chain([buffer.area.right()]);
        for (x, end) in ends.zip(starts) {
            let free = row(buffer, Rect { x, y, width: end.saturating_sub(x), height: 1 });
            if !free.trim().is_empty() {
                return Some(format!("{free:?} at row {y}, column {x} is in no panel"));
            }
        }
    }
    None
}

/// A panel that is not as its rows are, or does not tell how many there are above and below.
fn panel(shown: &Shown, scroll: i32, selected: bool, buffer: &Buffer) -> Option<String> {
    let Shown { name, rows, area } = shown;
    let told = text(buffer, *area);
    let (height, columns) = (shown.height(), usize::from(area.width));
    let first = rows.first(height, scroll);
    let below = rows.rows.len().saturating_sub(first + height);
    let hidden = [("↑", first), ("↓", below)].into_iter().filter(|(_, rows)| *rows > 0);
    let hidden: String = hidden.map(|(arrow, rows)| format!(" {arrow}{rows}")).collect();
    // At the other end of the rule may stand what Tab brings.
    let title = told[0].trim_start_matches('─').split('─').next().unwrap_or_default();
    let full = format!(" {}{hidden} ", rows.title);
    let (kept, after) = title.split_once('…').unwrap_or((title, ""));
    let is_cut = after == format!("{hidden} ") && full.starts_with(kept) && full.width() + 2 > columns;
    if title != full && !is_cut {
        return Some(format!("{name:?} has the title {title:?} instead of {full:?}"));
    }
    for (line, told) in rows.rows.iter().skip(first).zip(&told[1..]) {
        let all = line.to_string();
        let said: String = told.chars().skip(1).collect();
        let (said, all) = (said.trim_end(), all.trim_end());
        if said != all && !said.ends_with('…') {
            return Some(format!("{name:?} says {said:?} instead of {all:?}"));
        }
        let sign = told.chars().next().unwrap_or(' ');
        let lit = line.mark == Mark::None && selected && "»›".contains(sign);
        if sign != line.mark.glyph() && !lit {
            return Some(format!("{name:?} has the sign {sign:?} at {all:?}"));
        }
    }
    let rest = told.iter().skip(1 + rows.rows.len()).find(|told| !told.trim().is_empty())?;
    Some(format!("{name:?} goes on with {rest:?}"))
}

/// The places of the usual screen beside the panels, and what is wrong in them.
fn whole(player: &Player, buffer: &Buffer) -> (Vec<Rect>, Option<String>) {
    let frame = panels::frame(player, buffer.area);
    let places = [frame.header, frame.bar, frame.selected, frame.timeline, frame.footer];
    let wrong = header(player, &row(buffer, frame.header))
        .or_else(|| bar(player, frame.bar, buffer))
        .or_else(|| last_row(player, frame.footer, buffer));
    (places.into_iter().filter(|place| !place.is_empty()).collect(), wrong)
}

/// The header tells title, chapter and place, and what differs from the author's settings.
fn header(player: &Player, told: &str) -> Option<String> {
    let story = &player.story;
    let (number, chapter) = story.chapter();
    let title = printable(&story.scenario.title);
    let all = match (story.step_index(), chapter) {
        (_, "") | (None, _) => format!(" {title}"),
        _ => format!(" {title} › {number}/{} {}", story.scenario.chapters.len(), printable(chapter)),
    };
    let place = place(story);
    let Some((before, _)) = told.rsplit_once(&place) else {
        return Some(format!("no {place:?} in {told:?}"));
    };
    let set = set(story).is_none_or(|set| before.contains(&set) || before.contains('…'));
    let is_cut = before.split_once('…').is_some_and(|(kept, _)| all.starts_with(kept));
    let is_whole = before.strip_prefix(&*all).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    (!(is_whole || is_cut) || !set).then(|| format!("{told:?} instead of {all:?}"))
}

/// Every layout has its label in the bar; what is zoomed is told beside them.
fn bar(player: &Player, area: Rect, buffer: &Buffer) -> Option<String> {
    let told = row(buffer, area);
    let mut end = 0;
    for (layout, label, x) in draw::tabs(player, area) {
        let place = Rect { x, width: label.width() as u16, ..area };
        if x < end || place.right() > area.right() || row(buffer, place) != label {
            return Some(format!("{layout:?} is not at {x} of {told:?}"));
        }
        end = place.right();
    }
    let rest = row(buffer, Rect { x: end, width: area.right() - end, ..area });
    let zoomed = !player.zoomed || rest.contains("zoomed: z goes back") || rest.trim_end().ends_with('…');
    (!zoomed).then(|| format!("{rest:?} does not say what is zoomed"))
}

/// Each key in the footer is there with its word.
fn last_row(player: &Player, area: Rect, buffer: &Buffer) -> Option<String> {
    let told = row(buffer, area);
    let message = player.message.as_deref();
    for item in footer::items(keys::playing(player), message, area) {
        let place = Rect { x: item.x, width: item.width(), ..area };
        let wanted = format!(" {} {} ", item.key(), item.word());
        if place.right() > area.right() || row(buffer, place) != wanted {
            return Some(format!("no {wanted:?} in {told:?}"));
        }
    }
    let is_told = message.is_none_or(|message| told.contains(message) || told.trim_end().ends_with('…'));
    (!is_told).then(|| format!("{told:?} is not {message:?}"))
}

/// The places of the screen while somebody speaks, and what is wrong in them.
fn presented(player: &Player, buffer: &Buffer) -> (Vec<Rect>, Option<String>) {
    let frame = present::frame(player, buffer.area);
    let places = vec![frame.header, frame.sentence, frame.timeline, frame.footer];
    let header = row(buffer, frame.header);
    let place = place(&player.story);
    let said = present::sentence(player);
    let told = words(&text(buffer, frame.sentence).join(" "));
    let is_told = match present::letters(&said, buffer.area).0 {
        // Letters in blocks: something stands there.
        Letters::Large(..) => !told.is_empty(),
        Letters::Usual => told.starts_with(&words(&said)) || told.ends_with('…'),
    };
    let wrong = match () {
        () if !header.trim_end().ends_with(&place) => Some(format!("no {place:?} in {header:?}")),
        () if !is_told => Some(format!("{told:?} instead of {said:?}")),
        () => None,
    };
    (places, wrong)
}

/// Text without what differs when lines break elsewhere.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
