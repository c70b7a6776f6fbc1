//! The command line as a shell sees it: the real binary, its exit status, and what it writes where. Data goes to
//! standard output and is never coloured unless asked; what is wrong goes to standard error, located.
//!
//! What other programs read has its tests in `formats`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and its helpers with it")]

mod binary;
mod config;
mod exercises;
mod fmt;
mod formats;
mod golden;
mod hostile;
mod include;
mod junit;
mod mistakes;
mod new;
mod notes;
mod plain;
mod problems;
mod surroundings;
mod variants;

use binary::{Ran, edited, fed, run, run_in, scratch};
use insta::assert_snapshot;
use pagewalk::scenario::library::ALL;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

/// What went well: nothing but data.
fn good(ran: &Ran) -> &str {
    assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{}", ran.out);
    &ran.out
}

/// What could not be done: nothing but a message, and status 2.
fn unusable(ran: &Ran) -> &str {
    assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{}", ran.err);
    assert!(!ran.err.trim().is_empty(), "status 2 without a word");
    &ran.err
}

#[test]
fn list_names_every_built_in_with_its_summary() {
    let ran = run(["list"]);
    let mut lines = good(&ran).lines();
    for builtin in ALL {
        let scenario = pagewalk::scenario::read::read(builtin.source()).unwrap();
        let line = lines.find(|line| line.starts_with(&format!("  {} ", builtin.name))).expect(builtin.name);
        let course = scenario.course.unwrap();
        assert!(line.contains(&course.question) && line.ends_with(&format!("({} minutes)", course.minutes)));
        assert!(lines.next().unwrap().ends_with(&format!("  {}", scenario.summary)));
        assert!(!scenario.summary.is_empty(), "{} has no summary", builtin.name);
    }
}

#[test]
fn list_tells_the_course_part_by_part() {
    let (text, lines) = (run(["list"]), run(["list", "--format", "jsonl"]));
    let headings: Vec<&str> =
        good(&text).lines().filter(|line| !line.is_empty() && !line.starts_with(' ')).collect();
    let courses = good(&lines).lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let mut parts: Vec<String> =
        courses.map(|line| line["course"]["part"].as_str().unwrap().to_owned()).collect();
    parts.dedup();
    assert_eq!(headings, parts);
    assert!(good(&text).contains("  after stack-overflow, lazy-heap\n"), "{}", text.out);
}

#[test]
fn run_tells_the_whole_story_in_words() {
    assert_snapshot!("run-stack-overflow", good(&run(["run", "stack-overflow"])));
}

#[test]
fn show_writes_the_same_screen_as_text_and_with_colours() {
    let show = |format| run(["show", "fork-exec", "--step", "9", "--size", "80x24", "--format", format]);
    let (text, ansi) = (show("text"), show("ansi"));
    let mut parser = vt100::Parser::new(24, 80, 0);
    parser.process(good(&ansi).trim_end_matches('\n').replace('\n', "\r\n").as_bytes());
    let rows: Vec<String> = parser.screen().rows(0, 80).map(|row| row.trim_end().to_owned()).collect();
    assert_eq!(good(&text).lines().collect::<Vec<_>>(), rows);
    assert_eq!(rows.len(), 24);
    assert!(ansi.out.contains("\x1b[0;38;2;"), "it was asked for colours");
}

#[test]
fn show_draws_a_picture_that_is_well_formed_and_holds_the_text() {
    let text = run(["show", "mmap-file", "--step", "9", "--size", "120x40"]);
    let svg = run(["show", "mmap-file", "--step", "9", "--size", "120x40", "--format", "svg"]);
    let document = roxmltree::Document::parse(good(&svg)).expect("it is XML");
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "svg");
    assert_eq!(root.tag_name().namespace(), Some("http://www.w3.org/2000/svg"));
    let view: Vec<f32> =
        root.attribute("viewBox").unwrap().split(' ').map(|number| number.parse().unwrap()).collect();
    // Each piece of text stands within the picture, and row by row they are the text.
    let mut rows: Vec<(String, String)> = vec![];
    for piece in root.children().filter(|node| node.has_tag_name("text")) {
        let number = |name| piece.attribute(name).unwrap().parse::<f32>().unwrap();
        assert!(number("x") >= 0.0 && number("x") + number("textLength") <= view[2], "{piece:?}");
        assert!(number("y") > 0.0 && number("y") <= view[3], "{piece:?}");
        let (y, words) = (piece.attribute("y").unwrap(), piece.text().unwrap());
        match rows.last_mut() {
            Some((last, row)) if last == y => row.push_str(words),
            _ => rows.push((y.to_owned(), words.to_owned())),
        }
    }
    let squeezed = |text: &str| text.replace(' ', "");
    let expected: Vec<String> = good(&text).lines().map(squeezed).filter(|line| !line.is_empty()).collect();
    assert_eq!(rows.iter().map(|(_, row)| squeezed(row)).collect::<Vec<_>>(), expected);
}

#[test]
fn wide_and_combined_characters_keep_their_places_in_pictures() {
    // Two columns each for the first three, one for the two that are combined.
    let text = edited("mmap-file", "A file in memory", "\u{65e5}\u{672c}\u{8a9e} e\u{301} x");
    let show = |format| fed(["show", "-", "--size", "80x24", "--format", format], &text);
    let header = good(&show("text")).lines().next().unwrap().to_owned();
    assert!(
        header.starts_with(" \u{65e5}\u{672c}\u{8a9e} e\u{301} x \u{203a} 5/5 Back to the file "),
        "{header}"
    );
    let svg = show("svg").out;
    roxmltree::Document::parse(&svg).expect("it is XML");
    let piece = svg.lines().find(|line| line.contains('\u{65e5}')).unwrap();
    assert!(piece.contains("\u{65e5}\u{672c}\u{8a9e} e\u{301} x<"), "{piece}");
    assert!(piece.contains("textLength=\"84.0\""), "ten columns of 8.4: {piece}");
}

#[test]
fn what_means_something_in_xml_is_only_text_in_a_picture() {
    let title = "a <b> & \\\"c\\\" ]]> &amp;";
    let text = edited("mmap-file", "A file in memory", title);
    let ran = fed(["show", "-", "--size", "80x24", "--format", "svg"], &text);
    let document = roxmltree::Document::parse(good(&ran)).expect("it is XML");
    let pieces: Vec<&str> = document.descendants().filter_map(|node| node.text()).collect();
    assert!(pieces.contains(&"a <b> & \"c\" ]]> &amp;"), "{pieces:?}");
}

#[test]
fn show_finds_the_moment_that_is_asked_for() {
    let screen = |arguments: &[&str]| {
        let ran = run([&["show", "fork-exec", "--size", "80x24"], arguments].concat());
        let header = good(&ran).lines().next().unwrap().to_owned();
        let place = header.split("  ").find(|part| part.trim_start().starts_with("step "));
        place.expect("the header says which step it is").trim().to_owned()
    };
    assert_eq!(screen(&[]), "step 14/14 · event 15/15");
    assert_eq!(screen(&["--step", "0"]), "step 0/14");
    assert_eq!(screen(&["--step", "1"]), "step 1/14 · event 35/35");
    assert_eq!(screen(&["--step", "1", "--event", "2"]), "step 2/14 · event 2/11");
    assert_eq!(screen(&["--event", "37"]), "step 2/14 · event 2/11");
    let refused =
        |arguments: &[&str]| unusable(&run([&["show", "fork-exec"], arguments].concat())).to_owned();
    assert_eq!(refused(&["--step", "15"]), "error: there is no step 15: the scenario has 14\n");
    assert_eq!(
        refused(&["--step", "1", "--event", "12"]),
        "error: there is no event 12: after step 1 comes step 2, which has 11 events\n"
    );
    assert_eq!(refused(&["--event", "351"]), "error: there is no event 351: the run has 350 events\n");
    assert!(refused(&["--size", "80"]).contains("write it as COLUMNSxROWS, like 120x40"));
    assert!(refused(&["--size", "9999x9999"]).contains("a screen has 20 to 500 columns and 5 to 300 rows"));
}

#[test]
fn check_and_test_pass_every_built_in() {
    let names = ALL.iter().map(|builtin| builtin.name);
    let checked = run(std::iter::once("check").chain(names.clone()));
    assert_eq!(good(&checked).matches(": good, ").count(), ALL.len());
    let tested = run(std::iter::once("test").chain(names));
    assert!(good(&tested).ends_with(&format!("\n{} passed, 0 failed, 0 unusable\n", ALL.len())));
}

#[test]
fn an_expectation_that_does_not_hold_is_told_where_it_is_written() {
    // The second is far to the right in its line: the column is the file's all the same.
    let folder = scratch("expectations");
    let text = edited("mmap-file", "\"frames_copied\": \"+1\"", "\"frames_copied\": \"+2\"");
    let text = text.replace("\"process\": \"anna\", \"refs\": 3", "\"process\": \"anna\", \"refs\": 4");
    let text = text.replace("\n      ", " ");
    std::fs::write(folder.join("altered.json"), &text).unwrap();
    let ran = run_in(&folder, ["test", "altered.json"]);
    assert_eq!(ran.status, 1);
    let line = text.lines().position(|line| line.contains("\"refs\": 4")).unwrap();
    let column = text.lines().nth(line).unwrap().find("\"refs\": 4").unwrap() + "\"refs\": ".len();
    assert!(column > 170, "the line has become too short to prove anything");
    assert!(ran.err.contains(&format!("altered.json:{}:{}\n", line + 1, column + 1)), "{}", ran.err);
    assert_snapshot!("altered-expectation", format!("{}{}", ran.out, ran.err));
    // It is a good scenario still: what it expects is no part of that.
    good(&run_in(&folder, ["check", "altered.json"]));
    good(&run_in(&folder, ["run", "altered.json"]));
}

#[test]
fn a_mistake_far_into_a_line_has_its_true_column() {
    // The whole scenario in one line, as a program might write it.
    let text = edited("fork-exec", "\"value\": \"0x43\"", "\"valeu\": \"0x43\"");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let column = text.find("\"valeu\"").unwrap() + 1;
    assert!(column > 4_000, "the line has become too short to prove anything");
    let ran = fed(["check", "-"], &text);
    let told = unusable(&ran);
    assert!(told.contains(&format!("--> <standard input>:1:{column}\n")), "{told}");
    let mark =
        told.lines().position(|line| line.contains("^^^^^^^ means nothing here")).expect("it is marked");
    let (line, marks) = (told.lines().nth(mark - 1).unwrap(), told.lines().nth(mark).unwrap());
    assert_eq!(line.find("\"valeu\""), marks.find('^'), "what is marked is the key:\n{told}");
    assert!(told.lines().all(|line| line.len() < 400), "and not all of the line is shown:\n{told}");
}

#[test]
fn the_worst_of_several_files_gives_the_exit_status() {
    let folder = scratch("several");
    let failing = edited("stack-overflow", "\"scause\": 15", "\"scause\": 13");
    std::fs::write(folder.join("failing.json"), failing).unwrap();
    std::fs::write(folder.join("broken.json"), "{").unwrap();
    let status = |arguments: &[&str]| run_in(&folder, arguments).status;
    assert_eq!(status(&["test", "fork-exec"]), 0);
    assert_eq!(status(&["test", "fork-exec", "failing.json"]), 1);
    assert_eq!(status(&["test", "failing.json", "fork-exec"]), 1);
    assert_eq!(status(&["test", "failing.json", "broken.json", "fork-exec"]), 2);
    assert_eq!(status(&["check", "failing.json", "fork-exec"]), 0);
    assert_eq!(status(&["check", "broken.json", "fork-exec"]), 2);
    let ran = run_in(&folder, ["test", "broken.json", "fork-exec", "failing.json"]);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert!(lines[0].starts_with("error  broken.json"), "{}", ran.out);
    assert!(lines[1].starts_with("ok     fork-exec"), "{}", ran.out);
    assert!(lines[2].starts_with("FAILED failing.json"), "{}", ran.out);
}

#[test]
fn unknown_names_are_told_with_the_known_ones() {
    let folder = scratch("unknown");
    let text = edited("stack-overflow", "\"title\"", "\"titel\"");
    let text = text.replacen("\"note\"", "\"nota\"", 1).replacen("\"load\"", "\"laod\"", 1);
    std::fs::write(folder.join("unknown.json"), text).unwrap();
    let ran = run_in(&folder, ["check", "unknown.json"]);
    assert_snapshot!("unknown-keys", unusable(&ran));
}

#[test]
fn a_setting_that_is_unknown_is_told_with_the_known_ones() {
    let mut told = String::new();
    for set in ["kernel.frok=copy", "kernel.fork=cpoy", "kernl.fork=copy", "machine.frames=0", "kernel.fork"]
    {
        told += unusable(&run(["run", "fork-exec", "--set", set]));
    }
    assert_snapshot!("unknown-settings", told);
}

#[test]
fn several_settings_are_told_apart() {
    let sets = ["--set", "kernel.fork=copy", "--set", "kernel.frok=cow", "--set", "machine.frames=12k"];
    let ran = run([&["check", "fork-exec"][..], &sets].concat());
    let told = unusable(&ran);
    assert!(told.contains("--> --set:2:1:8\n") && told.contains("--> --set:3:1:16\n"), "{told}");
}

#[test]
fn a_warning_is_no_error_unless_it_is_asked_to_be() {
    let sets = ["fork-exec", "--set", "machine.tlb.seed=3"];
    let ran = run([&["check"][..], &sets].concat());
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert_eq!(ran.out, "fork-exec: good, 14 steps, 350 events, 2 variants, 1 warning\n");
    assert!(ran.err.starts_with("warning: \"seed\" has no effect"), "{}", ran.err);
    let strict = run([&["check", "--strict"][..], &sets].concat());
    assert_eq!(strict.status, 2);
    assert!(strict.err.ends_with("error: 1 of 1 have warnings\n"), "{}", strict.err);
    // Who runs a scenario wants to see it.
    for command in ["test", "run", "show"] {
        good(&run([&[command][..], &sets].concat()));
    }
}

#[test]
fn a_name_behind_which_nothing_is_gets_a_sentence() {
    assert_snapshot!("no-such-scenario", unusable(&run(["run", "fork-exce"])));
    assert!(unusable(&run(["run", "./fork-exec"])).contains("there is no file"));
    assert!(unusable(&run(["run", "src"])).starts_with("error: src: "));
    assert!(unusable(&run(["frobnicate"])).contains("no built-in scenario \"frobnicate\""));
    assert!(unusable(&run(["run"])).contains("required"));
    assert!(unusable(&run(["run", "fork-exec", "--format", "pdf"])).contains("possible values: text, jsonl"));
}

#[test]
fn standard_input_is_read_as_a_scenario() {
    let text = ALL.iter().find(|builtin| builtin.name == "stack-overflow").unwrap().text;
    assert_eq!(good(&fed(["run", "-"], text)), good(&run(["run", "stack-overflow"])));
    assert!(good(&fed(["check", "-"], text)).starts_with("<standard input>: good, 6 steps"));
    assert!(unusable(&fed(["check", "-"], "{ \"format\": 1, ")).contains("--> <standard input>:1:1"));
    assert!(
        unusable(&fed(["check", "-"], b"{\n\n\xff}"))
            .contains("<standard input>:3: the file is not UTF-8 at byte 3")
    );
    let huge = vec![b' '; (4 << 20) + 1];
    assert!(unusable(&fed(["check", "-"], &huge)).contains("at most 4194304 bytes"));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let names = ["fork-exec"; 50];
    let mut child = binary::command(["run"].iter().chain(&names), &scratch("pipe"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "fork, then exec\n");
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failure() {
    for arguments in [
        &["run", "fork-exec"][..],
        &["check", "fork-exec"],
        &["test", "fork-exec"],
        &["show", "fork-exec"],
        &["--help"],
        &["run", "--help"],
        &["help", "run"],
        &["--version"],
    ] {
        let full = std::fs::File::create("/dev/full").unwrap();
        let output = binary::command(arguments, &scratch("full")).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(
            String::from_utf8(output.stderr).unwrap().ends_with("cannot be written: the disk is full\n"),
            "{arguments:?}"
        );
    }
}

#[test]
fn without_a_terminal_there_is_no_screen() {
    let sentence =
        "error: standard output is not a terminal: use `pagewalk run`, `pagewalk show` or --plain there\n";
    assert_eq!(unusable(&run(["fork-exec"])), sentence);
    assert_eq!(unusable(&run([""; 0])), sentence);
}

#[test]
fn nothing_is_coloured_that_is_not_asked_to_be() {
    let data: [&[&str]; 9] = [
        &["list"],
        &["list", "--format", "jsonl"],
        &["run", "mmap-file"],
        &["run", "mmap-file", "--format", "jsonl"],
        &["show", "mmap-file"],
        &["show", "mmap-file", "--format", "svg"],
        &["show", "mmap-file", "--format", "json"],
        &["check", "mmap-file"],
        &["test", "mmap-file"],
    ];
    for arguments in data {
        assert!(!good(&run(arguments)).contains('\x1b'), "{arguments:?}");
    }
    assert!(!unusable(&run(["run", "fork-exec", "--set", "kernel.frok=copy"])).contains('\x1b'));
}

#[test]
fn what_the_system_says_is_told_in_words() {
    for (arguments, words) in [
        (vec!["check", "/"], "error: /: this is a folder, not a file\n"),
        (vec!["fmt", "gone.json"], "error: gone.json: there is no such file\n"),
        (vec!["new", "/gone/x.json"], "error: /gone/x.json: there is no such file\n"),
        (vec!["geometry", "--va-bits", "abc"], "'--va-bits <VA_BITS>': write a number of bits, like 39\n"),
        (vec!["geometry", "--pte", "abc"], "'--pte <PTE>': \"abc\" is not a number"),
        (vec!["show", "bss", "--step", "abc"], "'--step <STEP>': write a number, like 3\n"),
        (
            vec!["show", "bss", "--size", "100000x100000"],
            "a screen has 20 to 500 columns and 5 to 300 rows\n",
        ),
        (vec!["show", "bss", "--size", "80"], "write it as COLUMNSxROWS, like 120x40\n"),
        (vec!["check", "bss", "--set", "kernel=none"], "whether there is a kernel cannot be set"),
        (vec!["check", "bss", "--set", "machine=small"], "the machine cannot be set as a whole"),
    ] {
        let said = unusable(&run(&arguments)).to_owned();
        assert!(said.contains(words) && !said.contains("os error"), "{arguments:?}: {said}");
    }
}

#[test]
fn standard_input_has_one_name() {
    let good =
        r#"{"format":1,"title":"t","programs":{"a":{}},"steps":[{"op":"spawn","program":"a"#.to_owned();
    let (failing, good) = (good.clone() + r#"","expect":{"ok":false}}]}"#, good + r#""}]}"#);
    assert_eq!(fed(["check", "-"], &good).out.split(':').next(), Some("<standard input>"));
    assert!(fed(["test", "-"], &good).out.starts_with("ok     <standard input> ("));
    assert!(fed(["test", "-"], &failing).out.starts_with("FAILED <standard input> ("));
    assert!(
        fed(["check", "-"], &b"\xff"[..]).err.starts_with("error: <standard input>:1: the file is not UTF-8")
    );
    let report = fed(["test", "-", "--format", "junit"], &failing).out;
    assert!(report.contains("classname=\"&lt;standard input&gt;\"") && !report.contains("\"-\""), "{report}");
}

#[test]
fn decode_names_the_mode_only_where_it_has_a_say() {
    let first = |arguments: &[&str]| run(arguments).out.lines().next().unwrap_or_default().to_owned();
    assert_eq!(first(&["decode", "scause", "15"]), "scause 0xf");
    assert_eq!(first(&["decode", "satp", "0"]), "satp 0x0 (bare)");
    let of_sv39 = "0x8000000000080001";
    assert_eq!(first(&["decode", "satp", of_sv39, "--mode", "sv48"]), format!("satp {of_sv39} (sv39)"));
    assert!(run(["decode", "va", "0x3fffffe008"]).out.contains("0xff               entry 255, byte 0x7f8"));
    assert!(!run(["decode", "pte", "0"]).out.contains("not: "));
    assert!(run(["decode", "sstatus", "0x40100"]).out.contains("sret goes to supervisor mode"));
    let geometry = run(["geometry", "--va-bits", "16", "--page", "1K", "--pte", "4"]);
    assert!(
        geometry.out.contains("256 entries of 4 bytes in each; 64 of them are used\n"),
        "{}",
        geometry.out
    );
}
