//! Bytes of any kind for everything that reads: scenarios, programs, configuration, settings, expressions, numbers, and the
//! lines of plain mode.

use crate::dice::Dice;
use crate::hunt::Kind;
use crate::mutate::mutate;
use crate::stories::{ELF, STORIES, TEXTS, folder, source};
use crate::tally::Tally;
use crate::{play, told};
use pagewalk::cli::configuration;
use pagewalk::hw::{Geometry, Paging};
use pagewalk::kernel::op::{Expr, parse_number};
use pagewalk::plain::Plain;
use pagewalk::scenario::{Folder, Source, format, read};
use pagewalk::view::decode;

/// Bytes for one of the readers.
#[derive(Default)]
pub struct Bytes;

/// Who reads, by the extension of what is kept, and how often in all.
const READERS: [(&str, usize); 7] =
    [("json", 8), ("elf", 4), ("toml", 4), ("set", 4), ("expr", 6), ("number", 6), ("lines", 1)];

/// The reader, by its extension, and what it reads.
type Case = (&'static str, Vec<u8>);

impl Kind for Bytes {
    const NAME: &'static str = "bytes";
    const WORDS: usize = 64;
    const CASES: u32 = 1000;
    type Case = Case;

    fn make(bytes: &[u8]) -> Case {
        let mut dice = Dice::new(bytes);
        let shares: Vec<&str> = READERS.iter().flat_map(|(name, share)| vec![*name; *share]).collect();
        let reader = dice.pick(&shares);
        let seed = |dice: &mut Dice<'_>| -> Vec<u8> {
            match reader {
                "json" => dice.pick(&TEXTS).into_bytes(),
                "elf" => ELF.to_vec(),
                "toml" => TOML.into(),
                "set" => dice.pick(&SETS).into(),
                "expr" => dice.pick(&EXPRESSIONS).into(),
                "lines" => LINES.into(),
                _ => format!("{:#x}", dice.extreme()).into(),
            }
        };
        let (text, other) = (seed(&mut dice), seed(&mut dice));
        let made = match reader {
            "elf" => headers(&mut dice, text),
            _ if dice.one_in(16) => (0..dice.below(300)).map(|_| dice.within(0..=255) as u8).collect(),
            _ => mutate(&mut dice, &text, &other),
        };
        (reader, made)
    }

    fn attempt(&mut self, (reader, bytes): &Case, tally: &mut Tally) {
        tally.add(reader, 1);
        let text = String::from_utf8_lossy(bytes);
        match *reader {
            "json" => scenario(&text, tally),
            "elf" => program(bytes, tally),
            "toml" => configured(&text),
            "set" => set(&text),
            "expr" => expression(&text),
            "lines" => lines(bytes),
            _ => number(&text),
        }
    }

    fn write((reader, bytes): &Case, _: &[u8]) -> (&'static str, Vec<u8>) {
        (reader, bytes.clone())
    }

    fn read(extension: &str, contents: Vec<u8>) -> Case {
        let known = READERS.iter().find(|(name, _)| *name == extension);
        (known.expect("an extension that a reader has").0, contents)
    }
}

/// A text is read twice with the same result, its problems can be told, and its layout is stable.
fn scenario(text: &str, tally: &mut Tally) {
    let source = source(text);
    let draft = read::draft(source.clone());
    assert_eq!(draft.problems, read::draft(source.clone()).problems, "reading is not deterministic");
    told::problems(&draft.problems, &source);
    match format::format(&source) {
        Err(problems) => told::problems(&problems, &source),
        Ok(formatted) => {
            tally.add("json, formatted", 1);
            let again = Source { text: formatted.clone(), ..source.clone() };
            assert_eq!(format::format(&again).as_ref(), Ok(&formatted), "fmt is not stable");
            let values = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
            assert_eq!(values(&source.text), values(&formatted), "fmt changes what a text says");
        }
    }
    if draft.scenario.is_some_and(|scenario| play::is_small(&scenario)) {
        play::briefly(source, tally);
    }
}

/// A program is loaded on demand and at once, and its pages are touched.
fn program(bytes: &[u8], tally: &mut Tally) {
    for exec in ["eager", "demand"] {
        let text = format!(
            r#"{{ "format": 1, "title": "", "kernel": {{ "exec": "{exec}" }}, "programs": {{ "p": {{ "elf": "p.elf" }} }},
              "steps": [ {{ "op": "spawn", "program": "p" }}, {{ "op": "fetch", "at": "pc" }},
                {{ "op": "store", "at": "sp - 8", "value": 1 }}, {{ "op": "fork", "as": "c" }} ] }}"#
        );
        let bytes = bytes.to_vec();
        let folder = Folder::new(move |_| Ok(bytes.clone()));
        play::briefly(Source { folder, ..Source::new("fuzz.json", text) }, tally);
    }
}

fn configured(text: &str) {
    let source = Source::new("config.toml", text);
    let given = configuration::read(&source);
    assert_eq!(given, configuration::read(&source), "reading is not deterministic");
    if let Err(problems) = given {
        told::problems(&problems, &source);
    }
}

/// Settings of the command line, a line each, over a small scenario.
fn set(text: &str) {
    let small = r#"{ "format": 1, "title": "", "programs": { "sh": {} }, "variants": { "v": { "kernel": { "fork": "copy" } } },
        "steps": [ { "op": "spawn", "program": "sh" } ] }"#;
    let sets = text.lines().map(str::to_owned).collect();
    let variant = text.contains("variant").then(|| "v".to_owned());
    let source = Source { sets, variant, folder: folder(), ..Source::new("fuzz.json", small) };
    let draft = read::draft(source.clone());
    assert_eq!(draft.problems, read::draft(source.clone()).problems, "reading is not deterministic");
    told::problems(&draft.problems, &source);
}

fn expression(text: &str) {
    match Expr::parse(text) {
        Ok(expression) => {
            let known = |name: &str| (name.len() < 6).then_some(name.len() as u64 * 4096);
            if let Err(unknown) = expression.eval(&known) {
                assert_eq!(text.get(unknown.range), Some(unknown.name.as_str()));
            }
            assert!(expression.names().iter().all(|name| text.contains(name)));
        }
        Err(error) => {
            assert!(text.get(error.range.clone()).is_some(), "{:?} is no place in {text:?}", error.range);
        }
    }
    if let Err(what) = parse_number(text) {
        assert!(what.len() < 400, "{what}");
    }
}

/// A number taken apart as everything that it can be; and its bytes as a geometry.
fn number(text: &str) {
    let number = parse_number(text).unwrap_or(text.len() as u64);
    let mut told = vec![];
    for mode in Paging::SPECIFIED {
        told.extend([
            decode::satp(number, mode),
            decode::scause(number, mode),
            decode::sstatus(number, mode),
        ]);
        if let Some(geometry) = mode.geometry() {
            told.extend([decode::pte(number, mode, &geometry), decode::va(number, mode, &geometry)]);
        }
    }
    let [bits, page, pte, ..] = number.to_le_bytes();
    for page in [1 << (page % 64), u64::from(page), number] {
        if let Ok(geometry) = Geometry::described(bits.into(), page, u64::from(pte) % 9) {
            let mode = Paging::Described(geometry);
            told.extend([decode::pte(number, mode, &geometry), decode::va(number, mode, &geometry)]);
            decode::shape(&geometry).lines().iter().for_each(|line| told::quiet(line));
        }
    }
    told.iter().for_each(told::json);
}

/// What is typed to a story without a screen.
fn lines(bytes: &[u8]) {
    let story = STORIES[bytes.len() % STORIES.len()].clone();
    let mut said = vec![];
    Plain::new(bytes, &mut said, bytes.len() % 2 == 1).play(Some(story)).unwrap();
}

/// Changes the file where the loader looks: its header and the table of its segments.
fn headers(dice: &mut Dice<'_>, mut elf: Vec<u8>) -> Vec<u8> {
    for _ in 0..dice.below(6) {
        let width = dice.pick(&[1, 2, 4, 8]);
        let at = dice.below(64 + 56 * 6) / width * width;
        let value = dice.extreme().to_le_bytes();
        if let Some(field) = elf.get_mut(at..at + width) {
            field.copy_from_slice(&value[..width]);
        }
    }
    if dice.one_in(8) {
        elf.truncate(dice.below(elf.len() + 1));
    }
    elf
}

const TOML: &str = r#"theme = "projector"
ascii = true
speed = 2
layout = "tables"
mouse = false
[keys]
n = "next-event"
"ctrl-p" = "previous-event"
space = "play"
"alt-left" = "zoom"
"#;

const SETS: [&str; 10] = [
    "kernel.fork=copy",
    "machine.frames=128",
    "machine.tlb.entries=0\nmachine.tlb.ways=4",
    "machine.paging=sv48",
    "kernel.stack_limit=\"12K\"",
    "machine.memory={ \"size\": \"64K\" }",
    "kernel=none",
    "machine.costs.disk=5\nvariant",
    "machine={}",
    "kernel.reclaim=clock\nkernel.swap=64K",
];

const EXPRESSIONS: [&str; 9] = [
    "heap + 2*page + 8",
    "0x80002 * 1024 + 1",
    "-(4K - 0b101)",
    "(((1 + 2) * 3) - 4)",
    "stack_top - 8",
    "12_000G",
    "a.b_c + _",
    "18446744073709551615 + 1",
    "page*page*page*page*page",
];

const LINES: &str = "]\n\n}\n7.3\n0\nall\ntables child\nframes\nexplain 0x4008\nexplain frame 80034\nexplain satp\nslot 2\n\
    explain slot 1\nexplain swap 1\nwhere\na\nb\n?\nG\nh\nk\n[\n{\nplay\nswap\nprocesses 2\ntlb\nlist\n3\n\n]\nq\n";
