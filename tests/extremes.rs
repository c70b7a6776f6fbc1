//! Files that nobody writes by hand: huge, deep, endless or not even text. Each is told clearly, in a message that fits
//! on a few screens, and without much memory.

#![cfg(unix)]

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The most memory that a check may ask for, in KiB. Address space is counted, of which the program is a part, and what
/// is never touched is free: it takes 200 MB.
const MAX_KIB: u32 = 256 << 10;

/// The most bytes that may be said.
const MAX_SAID: usize = 20_000;

/// The longest that a command may take. What is not bounded takes minutes, or for ever.
const MAX_SECONDS: u64 = 20;

/// What `pagewalk check` says of a file, and its exit status.
fn check(name: &str, bytes: &[u8]) -> (String, Option<i32>) {
    told("check", name, bytes)
}

/// What a command says of a file, and its exit status.
fn told(command: &str, name: &str, bytes: &[u8]) -> (String, Option<i32>) {
    told_beside(command, name, &[(name, bytes)])
}

/// The same where there are these files.
fn told_beside(command: &str, name: &str, files: &[(&str, &[u8])]) -> (String, Option<i32>) {
    // Files of the same name may be told of at the same time.
    static FOLDERS: AtomicUsize = AtomicUsize::new(0);
    let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("extremes-{number}"));
    std::fs::create_dir_all(&folder).expect("a folder for files");
    for (name, bytes) in files {
        std::fs::write(folder.join(name), bytes).expect("a file can be written");
    }
    let mut shell = Command::new("sh");
    let limits = format!("ulimit -v {MAX_KIB} && ulimit -t {MAX_SECONDS}");
    shell.args(["-c", &format!("{limits} && exec \"$0\" {command} \"$1\"")]);
    shell.args([env!("CARGO_BIN_EXE_pagewalk"), name]).current_dir(&folder).stdin(Stdio::null());
    shell.env("XDG_CONFIG_HOME", &folder).env("XDG_STATE_HOME", &folder);
    let ran = shell.output().expect("a shell");
    std::fs::remove_dir_all(&folder).expect("the folder can go");
    let said = [ran.stdout, ran.stderr].concat();
    (String::from_utf8(said).expect("what is said is UTF-8"), ran.status.code())
}

/// Checks a file that cannot be used, and that this is said in so many words.
#[track_caller]
fn refused(name: &str, bytes: impl AsRef<[u8]>, words: &str) {
    let (said, status) = check(name, bytes.as_ref());
    let start = said.get(..400).unwrap_or(&said);
    assert_eq!(status, Some(2), "{name}: {start}");
    assert!(said.contains(words), "{name} does not say \"{words}\": {start}");
    assert!(said.len() < MAX_SAID, "{name}: {} bytes are said", said.len());
    let obeyed = said.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(obeyed, None, "{name}: a terminal would obey");
}

/// A scenario with these steps, after a `spawn`.
fn steps(steps: &str) -> String {
    let head = r#"{"format":1,"title":"x","programs":{"sh":{}},"steps":[{"op":"spawn","program":"sh"}"#;
    format!("{head},{steps}]}}")
}

#[test]
fn files_of_any_size() {
    refused("nothing.json", "", "the file is empty");
    for byte in (0..=255u8).filter(|byte| !byte.is_ascii_digit()) {
        let (said, status) = check("byte.json", &[byte]);
        assert!(status == Some(2) && said.contains("error: "), "{byte:#x}: {said}");
    }
    refused("spaces.json", vec![b' '; 50_000_000], "at most 4194304 bytes");
    refused("noise.json", vec![0xff; 50_000_000], "at most 4194304 bytes");
    refused("values.json", steps(&"[],".repeat(1_000_000)), "more than 500000 values");
    refused("items.json", steps(&format!("{}0", "0,".repeat(400_000))), "these are the first 30 problems");
    refused("comments.json", steps(&"/**/".repeat(500_000)), "these are the first 30 problems");
}

#[test]
fn nesting_of_any_depth() {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(10_000), close.repeat(10_000));
    refused("lists.json", deep("[", "]"), "nested too deeply");
    refused("open.json", deep("[", ""), "nested too deeply");
    refused("objects.json", deep("{\"a\":", "}"), "nested too deeply");
    refused("repeats.json", steps(&deep(r#"{"repeat":2,"steps":["#, "]}")), "nested too deeply");
    let below = format!("{}0{}", "[".repeat(100), "]".repeat(100));
    refused("deep.json", steps(&below), "nested more than 64 deep");
    // Sums of products of sums: each chain is short, and the whole is not.
    let product = format!("({})", vec!["data"; 60].join("*"));
    let sum = format!(r#"{{"op":"load","at":"{}"}}"#, vec![product; 60].join("+"));
    refused("sum.json", steps(&sum), "the expression is too long");
    let parentheses = format!(r#"{{"op":"load","at":"{}"}}"#, "(".repeat(100_000));
    refused("parentheses.json", steps(&parentheses), "parentheses are nested too deeply");
}

#[test]
fn repetitions_without_end() {
    let repeat = |rounds: u64, what: &str| steps(&format!(r#"{{"repeat":{rounds},"steps":[{what}]}}"#));
    let load = r#"{"op":"load","at":"heap"}"#;
    refused("billion.json", repeat(1_000_000_000, load), "1000000000 rounds of 1 step");
    refused("most.json", repeat(u64::MAX, load), "a scenario has at most 100000 steps");
    let nested = (0..30).fold(load.to_owned(), |inner, _| format!(r#"{{"repeat":9,"steps":[{inner}]}}"#));
    refused("nested.json", steps(&nested), "9 rounds of 59049 steps");
    let wrong = r#"{"op":"load","at":"hep"}"#;
    refused("wrong.json", repeat(90_000, wrong), "\"hep\" means nothing here");
    let (said, status) = check("chapters.json", repeat(1_000_000_000, r#"{"chapter":"x"}"#).as_bytes());
    assert_eq!(status, Some(0), "a billion rounds of nothing are nothing: {said}");
}

#[test]
fn repetitions_of_little_and_past_the_limit() {
    let switch = r#"{"op":"switch"}"#;
    let repeat = |rounds: u64, what: &str| format!(r#"{{"repeat":{rounds},"steps":[{what}]}}"#);
    // What follows the last possible step is not unrolled, however much it is.
    let past = [repeat(99_999, switch), switch.into(), repeat(u64::MAX, switch)].join(",");
    refused("past.json", steps(&past), "this is step 100001: a scenario has at most 100000");
    let nothing = vec![repeat(u64::MAX, ""); 10_000].join(",");
    let (said, status) =
        check("nothing.json", steps(&repeat(90_000, &format!("{switch},{nothing}"))).as_bytes());
    assert_eq!(status, Some(0), "nothing in each of many rounds is nothing: {said}");
    let never = vec![repeat(0, switch); 10_000].join(",");
    let (said, status) = check("never.json", steps(&repeat(90_000, &format!("{switch},{never}"))).as_bytes());
    assert_eq!(status, Some(0), "steps that are never carried out are none: {said}");
    let chapters = vec![r#"{"chapter":"x"}"#; 10_000].join(",");
    refused(
        "chapters.json",
        steps(&repeat(90_000, &format!("{switch},{chapters}"))),
        "90000 rounds of 10001 steps",
    );
}

#[test]
fn the_same_mistake_everywhere() {
    let keys = format!("{{{}}}", vec![r#""title":"x""#; 200_000].join(",\n"));
    for (command, name, text) in [
        ("fmt", "fmt.json", keys.clone()),
        ("check", "keys.json", keys),
        ("check", "quotes.json", steps(&vec!["{'op':'switch'}"; 20_000].join(",\n"))),
        ("test", "lines.json", steps(&vec![r#"{"op":"switch","expect":{"ok":false}}"#; 20_000].join(",\n"))),
        ("test", "rounds.json", steps(r#"{"repeat":90000,"steps":[{"op":"switch","expect":{"ok":false}}]}"#)),
    ] {
        let (said, _) = told(command, name, text.as_bytes());
        assert!(said.contains("these are the first 30 problems"), "{command} {name}: {said}");
        assert!(said.len() < MAX_SAID, "{command} {name}: {} bytes are said", said.len());
    }
    let failing = steps(&vec![r#"{"op":"switch","expect":{"ok":false}}"#; 20_000].join(","));
    let (said, status) = told("test --format junit", "junit.json", failing.as_bytes());
    assert_eq!((status, said.matches("<failure ").count()), (Some(1), 20_000));
}

#[test]
fn refusals_among_many_processes() {
    let name = "n".repeat(90);
    let spawn = |at: usize| format!(r#"{{"op":"spawn","program":"sh","as":"{at}{name}"}}"#);
    let spawns: Vec<String> = (0..300).map(spawn).collect();
    let wrong = r#"{"repeat":20000,"steps":[{"op":"switch","process":"nobody"}]}"#;
    let text = steps(&format!("{},{wrong}", spawns.join(",")));
    let text = text.replace(r#""programs""#, r#""machine":{"frames":4096},"programs""#);
    refused("nobody.json", text, "there is no process \"nobody\"");
}

/// Many steps that say something each, or do much each, still fit into little memory.
#[test]
fn as_many_steps_as_there_may_be() {
    let load = vec![r#"{"op":"load","at":"data"}"#; 99_000].join(",");
    let (said, status) = check("loads.json", steps(&load).as_bytes());
    assert_eq!(status, Some(0), "{said}");
    refused("misspelt.json", steps(&load.replace("load", "laod")), "did you mean \"load\"?");
    refused("nowhere.json", steps(&load.replace("data", "dota")), "these are the first 30 problems");
    let repeat = |what: &str| steps(&format!(r#"{{"repeat":49000,"steps":[{what}]}}"#));
    refused("forks.json", repeat(r#"{"op":"fork","as":"c"}"#), "the run is too long");
    refused("ends.json", repeat(r#"{"op":"spawn","program":"sh"},{"op":"exit"}"#), "the run is too long");
    // A change of a process keeps all of its areas, and here there are more and more.
    refused("areas.json", repeat(r#"{"op":"mmap","length":"page"}"#), "the run is too long");
    refused("pages.json", bare(r#""pa":"0x80000000+i*page*10","value":1"#), "the run writes too much memory");
    let one = bare(r#""pa":"0x80000000+i*8","value":1"#);
    let (said, status) = check("words.json", one.as_bytes());
    assert_eq!(status, Some(0), "{said}");
}

/// A bare machine of 4 GiB on which so much is poked as there may be steps.
fn bare(poke: &str) -> String {
    let head = r#"{"format":1,"title":"x","kernel":"none","machine":{"memory":{"size":"4G"}},"steps":"#;
    format!(r#"{head}[{{"repeat":100000,"var":"i","steps":[{{"op":"poke",{poke}}}]}}]}}"#)
}

/// One operation may do very much, and what is rehearsed is bounded as what is run.
#[test]
fn operations_that_go_on_and_on() {
    let pushes = steps(r#"{"repeat":99000,"steps":[{"op":"push","bytes":0,"times":10000}]}"#);
    refused("pushes.json", &pushes, "the run is too long");
    for (reclaim, words) in
        [("lru", "the run is too long"), ("optimal", "its rehearsal has more than 1000000 events")]
    {
        let kernel = format!(r#""kernel":{{"reclaim":"{reclaim}"}},"programs""#);
        refused("reclaim.json", pushes.replacen(r#""programs""#, &kernel, 1), words);
    }
    let ticks = steps(r#"{"repeat":99000,"steps":[{"op":"tick"}]}"#);
    let kernel = r#""kernel":{"reclaim":"aging"},"machine":{"frames":32768},"programs""#;
    refused("ticks.json", ticks.replacen(r#""programs""#, kernel, 1), "read more than 10000000 frames");
}

/// As much memory as xv6 has, with room for a run.
#[test]
fn as_many_frames_as_there_may_be() {
    let run = steps(r#"{"repeat":4000,"steps":[{"op":"push","bytes":16,"times":4}]},{"op":"fork","as":"c"}"#);
    let text = run.replacen(r#""programs""#, r#""machine":{"frames":32768},"programs""#, 1);
    let (said, status) = check("frames.json", text.as_bytes());
    assert_eq!(status, Some(0), "{said}");
}

#[test]
fn expectations_in_every_round() {
    let pages = vec![r#"{"at":"data"}"#; 100].join(",");
    let load = format!(r#"{{"op":"load","at":"data","expect":{{"ok":true,"pages":[{pages}]}}}}"#);
    let rounds = |rounds: u64| steps(&format!(r#"{{"repeat":{rounds},"steps":[{load}]}}"#));
    refused("expect.json", rounds(90_000), "the steps up to this one have more than 500000 expectations");
    let (said, status) = told("test", "expect.json", rounds(4_900).as_bytes());
    assert_eq!(status, Some(0), "{said}");
}

/// Programs of the same names, and files that are not there, as many as fit.
#[test]
fn included_files_without_measure() {
    let program = |of: &str, at: usize| format!(r#""{of}{at}":{{"stack":0}}"#);
    let programs = |of: &str| -> Vec<String> { (0..4_000).map(|at| program(of, at)).collect() };
    let prelude =
        |of: &str| format!(r#"{{"format":1,"programs":{{{}}},"steps":[]}}"#, programs(of).join(","));
    let scenario = steps(r#"{"include":"a.json"},{"include":"b.json"}"#);
    for (other, words) in [
        ("b", "with this program the scenario has more than 4096"),
        ("a", "a.json has a program \"a0\" already"),
    ] {
        let files = [scenario.clone(), prelude("a"), prelude(other)];
        let files: Vec<(&str, &[u8])> = ["x.json", "a.json", "b.json"]
            .into_iter()
            .zip(files.iter().map(|text| text.as_bytes()))
            .collect();
        let (said, status) = told_beside("check", "x.json", &files);
        assert!(status == Some(2) && said.contains(words), "{}", &said[..400]);
    }
    let files: Vec<String> = (0..5_000).map(|at| format!(r#""{at}":{{"size":8}}"#)).collect();
    let many =
        steps("{}").replacen(r#""programs""#, &format!(r#""files":{{{}}},"programs""#, files.join(",")), 1);
    refused("files.json", many, "the object has more than 4096 keys");
    let items: Vec<String> = (0..130_000).map(|at| format!(r#"{{"include":"{at}.json"}}"#)).collect();
    refused("gone.json", steps(&items.join(",")), "these are the first 30 problems");
}

#[test]
fn as_many_files_and_programs_as_fit() {
    let named = |count: usize, what: &str| -> Vec<String> {
        (0..count).map(|at| format!(r#""f{at}":{what}"#)).collect()
    };
    let with = |key: &str, entries: Vec<String>| {
        format!(r#"{{"format":1,"title":"","{key}":{{{}}},"steps":[]}}"#, entries.join(","))
    };
    let empty = with("files", named(4_000, r#"{"size":0}"#));
    let (said, status) = check("empty.json", empty.as_bytes());
    assert_eq!(status, Some(0), "{said}");
    let words = "programs and files have more than 64 MiB together";
    // A file takes whole pages: five of them here, and not quite 64 MiB of bytes.
    refused("bytes.json", with("files", named(4_000, r#"{"size":16385}"#)), words);
    refused("large.json", with("programs", named(4_000, r#"{"text":"17M"}"#)), "it can have 16 MiB");
}

/// A check plays all variants, and so they have a limit together.
#[test]
fn variants_that_take_much_each() {
    let variants: Vec<String> =
        (20..36).map(|at| format!(r#""v{at}":{{"machine":{{"frames":{at}}}}}"#)).collect();
    let text = |rounds: u64| {
        let loads = steps(&format!(r#"{{"repeat":{rounds},"steps":[{{"op":"load","at":"data"}}]}}"#));
        loads.replacen(r#""programs""#, &format!(r#""variants":{{{}}},"programs""#, variants.join(",")), 1)
    };
    let (said, status) = check("few.json", text(1_000).as_bytes());
    assert_eq!(status, Some(0), "{said}");
    refused("many.json", text(90_000), "takes more than 5 times as much as one may take");
}

/// One step with as many values as a text may have, each looked up once.
#[test]
fn an_expectation_without_measure() {
    let pages = vec![r#"{"at":0}"#; 140_000].join(",");
    let load = format!(r#"{{"op":"load","at":"data","expect":{{"pages":[{pages}]}}}}"#);
    let (said, status) = check("pages.json", steps(&load).as_bytes());
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("31 warnings"), "{}", &said[..200]);
}

/// Each look at what was before a step must not cost a copy of the machine.
#[test]
fn expectations_on_a_large_machine() {
    let text = r#"{"format":1,"title":"","kernel":"none","machine":{"frames":1048576,"paging":"bare"},"steps":[
        {"repeat":2000,"steps":[{"op":"load","at":"0x80000000","expect":{"value":0,"accesses":"+1"}}]}]}"#;
    let (said, status) = told("test", "large.json", text.as_bytes());
    assert_eq!(status, Some(0), "{said}");
}

#[test]
fn names_in_every_round() {
    let name = "n".repeat(98);
    let mut nested = r#"{"op":"load","at":"heep"}"#.to_owned();
    for depth in 0..29 {
        let rounds = if depth == 0 { 99_000 } else { 1 };
        nested = format!(r#"{{"repeat":{rounds},"var":"{name}{depth}","steps":[{nested}]}}"#);
    }
    refused("vars.json", steps(&nested), "\"heep\" means nothing here");
    let mmap = format!(r#"{{"op":"mmap","file":"{name}","as":"{name}m"}}"#);
    let mmaps = format!(r#"{{"repeat":99000,"steps":[{mmap}]}}"#);
    refused("names.json", steps(&mmaps), "there is no file");
}

#[test]
fn what_is_not_text() {
    refused(
        "latin.json",
        b"{ \"format\": 1,\n \"title\": \"\xe4\" }",
        "latin.json:2: the file is not UTF-8 at byte 26",
    );
    refused("utf16.json", b"\xff\xfe{\0}\0", "not UTF-8 at byte 0");
    let controls: String = ('\u{1}'..='\u{1f}').chain('\u{7f}'..='\u{9f}').filter(|c| *c != '\n').collect();
    let text = format!(
        r#"{{"format":1,"title":"{controls}","{controls}":1,"kernel":"{controls}","programs":{{"{controls}":5}},
            "steps":[{{"op":"{controls}"}},{{"op":"load","at":"{controls}","process":"{controls}"}}]}}"#
    );
    refused("controls.json", &text, "a control character");
    let escaped: String = controls.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
    refused("escaped.json", text.replace(&controls, &escaped), "unknown key");
}

#[test]
fn keys_and_numbers_and_names_without_measure() {
    let keys: Vec<String> = (0..100_000).map(|_| r#""title":"x""#.to_owned()).collect();
    refused("keys.json", format!("{{{}}}", keys.join(",")), "is here for the second time");
    let digits = "9".repeat(1_000_000);
    refused("digits.json", steps(&format!(r#"{{"op":"load","at":{digits}}}"#)), "does not fit into 64 bits");
    refused("hex.json", steps(r#"{"op":"load","at":"0x1ffffffffffffffff"}"#), "does not fit into 64 bits");
    refused("exponent.json", steps(r#"{"op":"load","at":1e999999}"#), "is not a whole number");
    let name = "n".repeat(3_000_000);
    refused("name.json", steps(&format!(r#"{{"op":"exec","program":"{name}"}}"#)), "a name of 3000000 bytes");
    refused("key.json", format!(r#"{{"{name}":1}}"#), "unknown key \"nnn");
    let files: Vec<String> = (0..1_000).map(|at| format!(r#""f{at}":{{"size":"16M"}}"#)).collect();
    let text = format!(r#"{{"format":1,"title":"","files":{{{}}},"steps":[]}}"#, files.join(","));
    refused("files.json", text, "more than 64 MiB together");
}
