//! The real binary in a pseudo-terminal: keys go in, and what a terminal makes of the output is looked at. It obeys every
//! size, and however it ends, the terminal is as it was before.
//!
//! Nothing waits for a time: each wait is for something to be on the screen, or for the end.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and its helpers with it")]
#![cfg(unix)]

mod background;
mod hardships;
mod harness;
mod home;
mod notes;
mod panics;
mod ways;

use harness::{CTRL_C, LEFT, RIGHT, Terminal, drawn};
use pagewalk::scenario::library;
use pagewalk::story::Story;

#[test]
fn without_arguments_the_gallery_opens_and_enter_plays_the_chosen_scenario() {
    let mut terminal = Terminal::pagewalk("", (80, 24));
    terminal.see("Scenarios");
    terminal.see("\u{25b6} Build a page table by hand");
    terminal.press("j");
    terminal.see("\u{25b6} Superpages");
    terminal.press("k\r");
    terminal.see("step 0/13");
    assert!(terminal.text().starts_with(" Build a page table by hand"), "{}", terminal.text());
    terminal.press("\x1b");
    terminal.see("Scenarios");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn the_arrow_keys_go_event_by_event_and_back() {
    let mut terminal = Terminal::pagewalk("stack-overflow", (80, 24));
    terminal.see("step 0/6");
    terminal.press(RIGHT);
    terminal.see_all(&drawn("stack-overflow", |_| 1, (80, 24)));
    terminal.press(RIGHT);
    terminal.see_all(&drawn("stack-overflow", |_| 2, (80, 24)));
    terminal.press(LEFT);
    terminal.see_all(&drawn("stack-overflow", |_| 1, (80, 24)));
    terminal.press("]");
    terminal.see("store/AMO page fault");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn the_screen_follows_the_size_of_the_window() {
    let here = |story: &Story| story.timeline.after_steps(6);
    let next = |story: &Story| story.timeline.after_steps(6) + 1;
    let mut terminal = Terminal::pagewalk("fork-exec", (80, 24));
    terminal.press(":6\r");
    terminal.see_all(&drawn("fork-exec", here, (80, 24)));
    for columns_rows in [(120, 40), (60, 15), (80, 24), (200, 60), (40, 10)] {
        terminal.resize(columns_rows);
        terminal.see_all(&drawn("fork-exec", here, columns_rows));
    }
    assert!(terminal.text().starts_with("pagewalk needs 60x15 and has 40x10."), "{}", terminal.text());
    // Too small to show the panels, but the story goes on.
    terminal.press(RIGHT);
    terminal.see_all(&drawn("fork-exec", next, (40, 10)));
    terminal.press(LEFT);
    terminal.see_all(&drawn("fork-exec", here, (40, 10)));
    terminal.resize((80, 24));
    terminal.see_all(&drawn("fork-exec", here, (80, 24)));
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn the_help_opens_over_the_story_and_closes_again() {
    let mut terminal = Terminal::pagewalk("mmap-file", (80, 24));
    let story = drawn("mmap-file", |_| 0, (80, 24));
    terminal.see_all(&story);
    terminal.press("?");
    terminal.see("Keys and signs");
    terminal.see("next event");
    terminal.press("?");
    terminal.see_all(&story);
    terminal.press("?");
    terminal.see("Keys and signs");
    terminal.press(CTRL_C);
    assert_eq!(terminal.end(), 0);
}

#[test]
fn the_prompt_goes_where_it_is_told() {
    let mut terminal = Terminal::pagewalk("mmap-file", (80, 24));
    terminal.see("step 0/14");
    terminal.press(":");
    terminal.see("Tab for commands");
    terminal.press("8\x7f7");
    terminal.see(" :7 ");
    terminal.press("\r");
    terminal.see("step 7/14");
    terminal.press(":7.3\r");
    terminal.see("step 7/14 \u{b7} event 3/");
    terminal.press(":99\r");
    terminal.see("there is no step 99: the last is 14");
    // In the prompt a q is a letter.
    terminal.press(":q");
    terminal.see(" :q ");
    terminal.press("\x1b");
    terminal.see_no(" :q ");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn what_is_piped_in_is_played_with_the_keys_of_the_terminal() {
    let scenario = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/stack-overflow.json");
    let mut terminal = Terminal::shell(&format!("cat '{scenario}' | \"$PAGEWALK\" -"), (80, 24));
    terminal.see("step 0/6");
    terminal.press(RIGHT);
    terminal.see("step 1/6");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_story_plays_by_itself_until_it_is_paused() {
    let mut terminal = Terminal::pagewalk("stack-overflow", (80, 24));
    terminal.see("step 0/6");
    terminal.press("++++ ");
    terminal.see("playing, 20 events a second");
    terminal.see("step 2/6");
    terminal.press(" ");
    terminal.see_no("playing,");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn new_asks_on_a_terminal_and_derives_a_name_that_is_free() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("terminal-new");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let command = format!("cd '{}' && \"$PAGEWALK\" new", folder.display());
    for file in ["my-first-table.json", "my-first-table-2.json"] {
        let mut terminal = Terminal::shell(&command, (100, 24));
        terminal.see("1 process  Processes, and a kernel that serves them");
        terminal.see("What kind of machine? [process]:");
        terminal.press("bare\r");
        terminal.see("What is it about? [table]:");
        terminal.press("\r");
        terminal.see("Title [A page table by hand]:");
        terminal.press("My first table\r");
        terminal.see(&format!("File [{file}]:"));
        terminal.press("\r");
        terminal.see(&format!("{file} is written."));
        assert_eq!(terminal.end(), 0);
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        assert!(text.contains("\"title\": \"My first table\""), "{text}");
    }
    let mut terminal = Terminal::shell(&command, (100, 24));
    terminal.see("What kind of machine?");
    terminal.press("\x04");
    terminal.see("no answer: nothing is written");
    assert_eq!(terminal.end(), 2);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2);
}

#[test]
fn a_file_that_is_saved_is_read_again_and_what_is_wrong_with_it_is_told() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("terminal-reload");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("lecture.json");
    // As editors do it: a new file takes the place of the old one.
    let save = |text: &str| {
        std::fs::write(folder.join(".lecture.swp"), text).unwrap();
        std::fs::rename(folder.join(".lecture.swp"), &file).unwrap();
    };
    let good = library::Builtin::find("stack-overflow").unwrap().text;
    let title = "\"title\": \"";
    save(good);
    let mut terminal = Terminal::pagewalk(&format!("'{}'", file.display()), (80, 24));
    terminal.see("step 0/6");
    terminal.press(":2.3\r");
    terminal.see("step 2/6 \u{b7} event 3/");
    save(&good.replace(title, &format!("{title}NEW ")));
    terminal.see(" NEW ");
    terminal.see("the file was read again");
    terminal.see("step 2/6 \u{b7} event 3/");
    save(&good.replace(title, "\"titel\": \""));
    terminal.see("has 1 problem");
    terminal.see("unknown key \"titel\"");
    terminal.press(RIGHT);
    terminal.see("step 2/6 \u{b7} event 4/");
    // Written in place, and not yet whole: that is no problem to tell for long.
    std::fs::write(&file, good).unwrap();
    terminal.see_no("problem");
    std::fs::remove_file(&file).unwrap();
    terminal.press(RIGHT);
    terminal.see("step 2/6 \u{b7} event 5/");
    save("[");
    terminal.see("has 1 problem:");
    terminal.press("\x1b");
    terminal.see_no("problem");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn an_included_file_that_is_saved_is_read_again() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("terminal-prelude");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let prelude = |note: &str| {
        let spawn = format!(r#"{{ "op": "spawn", "program": "sh", "note": "{note}" }}"#);
        let text = format!(r#"{{ "format": 1, "programs": {{ "sh": {{}} }}, "steps": [{spawn}] }}"#);
        std::fs::write(folder.join("prelude.json"), text).unwrap();
    };
    prelude("the old note");
    let scenario = r#"{ "format": 1, "title": "t", "steps": [{ "include": "prelude.json" }] }"#;
    std::fs::write(folder.join("lecture.json"), scenario).unwrap();
    let mut terminal = Terminal::pagewalk(&format!("'{}/lecture.json'", folder.display()), (80, 24));
    terminal.see("step 0/1");
    terminal.press(":1.1\r");
    terminal.see("the old note");
    prelude("another note");
    terminal.see("another note");
    prelude("\u{1}");
    terminal.see("has 1 problem");
    terminal.see("prelude.json");
    terminal.press("\x1bq");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn without_colours_the_screen_says_the_same() {
    let coloured = |screen: &vt100::Screen| {
        let cells = (0..24).flat_map(|row| (0..80).map(move |column| (row, column)));
        cells
            .filter_map(|(row, column)| screen.cell(row, column))
            .any(|cell| cell.fgcolor() != vt100::Color::Default)
    };
    for (arguments, expected) in
        [("fork-exec", true), ("--color never fork-exec", false), ("--color always fork-exec", true)]
    {
        let mut terminal = Terminal::pagewalk(arguments, (80, 24));
        terminal.press("]");
        terminal.see_all(&drawn("fork-exec", |story| story.timeline.next_stop(0).unwrap(), (80, 24)));
        assert_eq!(coloured(terminal.screen.screen()), expected, "{arguments}");
        let tab = |column| terminal.screen.screen().cell(1, column).unwrap();
        let ground = |column| (tab(column).bgcolor(), tab(column).inverse());
        assert_ne!(ground(1), ground(20), "{arguments}: the name of the layout that is shown stands out");
        assert_eq!(tab(1).inverse(), !expected, "{arguments}: without colours it is reversed");
        terminal.press("q");
        assert_eq!(terminal.end(), 0);
    }
}
