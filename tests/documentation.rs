//! The documents are true: their scenarios hold, their examples are what the program prints, and the reference names all
//! that the format knows.

use pagewalk::kernel::perform::NAMES;
use pagewalk::scenario::diagnostic::{Kind, Problem};
use pagewalk::scenario::{Folder, Source, format, limits, read};
use pagewalk::story::Story;
use serde_json::{Value, json};

const README: &str = include_str!("../README.md");
const CHANGELOG: &str = include_str!("../CHANGELOG.md");
const REFERENCE: &str = include_str!("../scenarios/README.md");
const DOCUMENTS: [(&str, &str); 2] = [("README.md", README), ("scenarios/README.md", REFERENCE)];

/// What stands between two fences.
struct Block {
    /// The line of the first fence, from 1.
    line: usize,
    language: String,
    text: String,
}

fn blocks(document: &str) -> Vec<Block> {
    let mut blocks = vec![];
    let mut lines = document.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let Some(language) = line.strip_prefix("```") else { continue };
        let inside = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```");
        let text = inside.map(|line| format!("{line}\n")).collect();
        blocks.push(Block { line: at + 1, language: language.to_owned(), text });
    }
    blocks
}

impl Block {
    /// A whole scenario, not a piece of one.
    fn is_scenario(&self) -> bool {
        self.has("title")
    }

    /// A file that scenarios include.
    fn is_prelude(&self) -> bool {
        self.has("format") && !self.is_scenario()
    }

    fn has(&self, key: &str) -> bool {
        let json = serde_json::from_str::<Value>(&self.text);
        self.language == "json" && json.is_ok_and(|json| json.get(key).is_some())
    }
}

fn told(source: &Source, problems: &[Problem]) -> String {
    problems.iter().map(|problem| problem.render(source, false) + "\n").collect()
}

#[test]
fn every_scenario_is_formatted_and_holds() {
    for (name, document) in DOCUMENTS {
        let scenarios: Vec<Block> = blocks(document).into_iter().filter(Block::is_scenario).collect();
        assert!(!scenarios.is_empty(), "{name} shows no scenario");
        for block in scenarios {
            let source = Source::new(format!("{name}:{}", block.line), block.text);
            assert_eq!(
                format::format(&source).as_ref(),
                Ok(&source.text),
                "{} is not formatted",
                source.name
            );
            let scenario =
                read::read(source.clone()).unwrap_or_else(|problems| panic!("{}", told(&source, &problems)));
            let mut story =
                Story::new(scenario).unwrap_or_else(|problems| panic!("{}", told(&source, &problems)));
            let problems = story.check();
            assert!(problems.is_empty(), "{}", told(&source, &problems));
        }
    }
}

/// A piece is a few steps, or a key of a scenario with its value. What it says is not run, only read.
#[test]
fn every_piece_of_a_scenario_can_be_read() {
    let pieces = |block: &Block| block.language == "json" && !block.is_scenario() && !block.is_prelude();
    let prelude =
        blocks(REFERENCE).into_iter().find(Block::is_prelude).expect("the reference shows one").text;
    let folder = Folder::new(move |name| match name {
        "sum.elf" => Ok(include_bytes!("../scenarios/sum.elf").to_vec()),
        _ => Ok(prelude.clone().into_bytes()),
    });
    let pieces: Vec<Block> = blocks(REFERENCE).into_iter().filter(pieces).collect();
    assert!(pieces.len() > 20, "most operations have an example");
    for Block { line, text, .. } in pieces {
        let whole = match text.starts_with('"') {
            true => format!(r#"{{ "format": 1, "title": "", "steps": [], {text} }}"#),
            false => format!(r#"{{ "format": 1, "title": "", "steps": [{text}] }}"#),
        };
        let folder = folder.clone();
        let source = Source { folder, ..Source::new(format!("scenarios/README.md:{line}"), whole) };
        if let Err(problems) = read::read(source.clone()) {
            panic!("{}", told(&source, &problems));
        }
    }
}

/// Runs `$ …` lines of console blocks as a reader would, in a folder that holds the scenario shown before (or, if there is
/// none yet, the next one) under whatever name the line calls it. `…` in the expected lines stands for anything.
#[cfg(unix)]
#[test]
fn every_example_is_what_the_program_prints() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("documentation");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, document) in DOCUMENTS {
        let blocks = blocks(document);
        let mut examples = 0;
        for block in blocks.iter().filter(|block| block.language == "console") {
            let mut scenarios = blocks.iter().filter(|block| block.is_scenario());
            let before = scenarios.clone().rfind(|scenario| scenario.line < block.line);
            let scenario = &before.or(scenarios.next()).unwrap().text;
            for example in block.text.split("$ ").skip(1) {
                let (command, expected) = example.split_once('\n').unwrap();
                for file in command.split(' ').filter(|word| word.ends_with(".json")) {
                    std::fs::write(folder.join(file), scenario).unwrap();
                }
                let actual = printed(&folder, command);
                assert!(
                    fits(expected.trim_end(), actual.trim_end()),
                    "{name}:{}: {command}\n\nthe document says:\n{expected}\nthe program says:\n{actual}",
                    block.line
                );
                examples += 1;
            }
        }
        assert!(examples >= 5, "{name} has {examples} examples");
    }
}

/// Each step of the tutorial shows one version of its scenario, which is good and holds what it expects, and what a command
/// says of it. The versions are one scenario that grows.
#[cfg(unix)]
#[test]
fn the_tutorial_builds_one_scenario_in_ten_steps() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("tutorial");
    std::fs::create_dir_all(&folder).unwrap();
    let (_, tutorial) = REFERENCE.split_once("\n## Tutorial\n").expect("the reference ends with a tutorial");
    let steps: Vec<&str> = tutorial.split("\n### ").skip(1).collect();
    assert_eq!(steps.len(), 10);
    let (mut head, mut before, mut shown) = (String::new(), String::new(), String::new());
    for (at, step) in steps.iter().enumerate() {
        let (title, _) = step.split_once('\n').unwrap();
        assert!(title.starts_with(&format!("{}. ", at + 1)), "step {} is called {title}", at + 1);
        let blocks = blocks(step);
        let versions: Vec<&Block> = blocks.iter().filter(|block| block.language == "json").collect();
        let [version] = versions[..] else { panic!("{title} shows {} versions", versions.len()) };
        assert!(version.is_scenario(), "{title} does not show the whole scenario");
        let is_more = version.text.starts_with(&head) && version.text.len() > before.len();
        assert!(is_more, "{title} does not go on from the version before");
        head = version.text.split_inclusive('\n').take(3).collect();
        let commands: Vec<&str> = blocks
            .iter()
            .filter(|block| block.language == "console")
            .flat_map(|block| block.text.lines().filter_map(|line| line.strip_prefix("$ ")))
            .collect();
        assert!(commands.iter().any(|command| command.contains("pagewalk ")), "{title} runs nothing");
        std::fs::write(folder.join("walk.json"), &version.text).unwrap();
        let test = if version.text.contains("\"expect\"") { "&& pagewalk test walk.json" } else { "" };
        let said = printed(&folder, &format!("pagewalk check walk.json {test} && echo as promised"));
        assert!(said.ends_with("as promised\n"), "{title}\n{said}");
        shown.extend(commands);
        before.clone_from(&version.text);
    }
    for word in ["note", "expect", "chapter", "ask", "answers", "repeat", "var", "variants"] {
        assert!(before.contains(&format!("\"{word}\":")), "the last version has no {word}");
    }
    for command in ["pagewalk check", "pagewalk test", "pagewalk run", "--variant", "--set"] {
        assert!(shown.contains(command), "no step shows {command}");
    }
}

/// What a line of shell prints, standard error included.
#[cfg(unix)]
fn printed(folder: &std::path::Path, command: &str) -> String {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_pagewalk")).parent().expect("it lies in a folder");
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &format!("({command}) 2>&1")]).current_dir(folder).env("PATH", path);
    shell.env("XDG_CONFIG_HOME", "/home/you/.config").env("XDG_STATE_HOME", "/home/you/.local/state");
    String::from_utf8(shell.output().expect("a shell").stdout).expect("UTF-8")
}

/// Whether a text is what another one shows with some of it left out.
#[cfg(unix)]
fn fits(shown: &str, text: &str) -> bool {
    let mut pieces = shown.split('…');
    let Some(mut rest) = text.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let mut last = None;
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
        last = Some(piece);
    }
    match last {
        // The last piece is the end of the text, not just its first occurrence.
        Some(piece) => text.ends_with(piece),
        None => rest.is_empty(),
    }
}

#[cfg(unix)]
#[test]
fn what_is_left_out_may_be_anything_and_the_rest_may_not() {
    assert!(fits("a…c", "abc") && fits("a…", "abc") && fits("abc", "abc") && fits("a…c…c", "acbc"));
    assert!(!fits("a…c", "ab") && !fits("a…c", "xac") && !fits("ab", "abc") && !fits("a…b", "abc"));
}

#[cfg(unix)]
#[test]
fn the_readme_and_the_changelog_name_every_command() {
    let help = printed(std::path::Path::new("."), "pagewalk --help");
    let names = help.split("Commands:\n").nth(1).unwrap().lines().map_while(|line| line.strip_prefix("  "));
    let names: Vec<&str> =
        names.filter_map(|line| line.split(' ').next()).filter(|name| !name.is_empty()).collect();
    assert!(names.contains(&"run") && names.contains(&"help"), "{names:?}");
    for name in names {
        assert!(README.contains(&format!("`pagewalk {name}")), "the README lacks the command {name}");
        let is_own = name != "help";
        assert!(
            !is_own || CHANGELOG.contains(&format!("`{name}`")),
            "the changelog lacks the command {name}"
        );
    }
}

#[test]
fn every_file_that_is_linked_exists() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for (name, document) in DOCUMENTS {
        let links = document.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.contains("://") && !link.starts_with('#')) {
            let target = root.join(name).parent().unwrap().join(link);
            assert!(target.is_file(), "{name} links to {link}, which is not there");
        }
    }
}

/// The names that could stand where a scenario has `"?"`, as the reader tells them; `None` if it knows no names there.
fn names_at(keys: Value) -> Option<Vec<String>> {
    let mut scenario = json!({ "format": 1, "title": "", "steps": [] });
    for (key, value) in keys.as_object().expect("an object of keys") {
        scenario[key] = value.clone();
    }
    let folder = Folder::new(|_| Ok(json!({ "format": 1, "?": 1, "steps": [] }).to_string().into_bytes()));
    let source = Source { folder, ..Source::new("names", scenario.to_string()) };
    let problems = read::read(source).expect_err("\"?\" is no name");
    problems.into_iter().find_map(|problem| match problem.kind {
        Kind::UnknownKey { key: name, known } | Kind::UnknownWord { word: name, known } if name == "?" => {
            Some(known)
        }
        _ => None,
    })
}

/// The same where it must know some.
fn known(keys: Value) -> Vec<String> {
    names_at(keys).expect("the reader says what it knows")
}

/// A name, and the heading under which the reference must tell it.
#[derive(Debug, PartialEq)]
struct Name {
    heading: String,
    name: String,
}

/// All names of the format, asked of the reader itself.
fn names() -> Vec<Name> {
    let mut names = vec![];
    let mut tell = |heading: &str, found: Vec<String>| {
        names.extend(found.into_iter().map(|name| Name { heading: heading.to_owned(), name }));
    };
    let quoted = |words: Vec<String>| words.into_iter().map(|word| format!("\"{word}\"")).collect();
    let step = |step: Value| known(json!({ "steps": [step] }));

    tell("## The file", known(json!({ "?": 1 })));
    let course = json!({ "course": { "part": "", "question": "", "minutes": 1, "?": 1 } });
    tell("## The file", known(course));
    let inside = |outer: &str, inner: &str| known(json!({ outer: { inner: { "?": 1 } } }));
    for (heading, outer) in [("## The machine", "machine"), ("## The kernel", "kernel")] {
        let keys = known(json!({ outer: { "?": 1 } }));
        for key in &keys {
            if let Some(words) = names_at(json!({ outer: { key: "?" } })) {
                tell(heading, quoted(words));
            }
        }
        tell(heading, keys);
    }
    for key in ["memory", "tlb", "costs", "paging"] {
        tell("## The machine", inside("machine", key));
    }
    tell("## The machine", quoted(known(json!({ "machine": { "tlb": { "replacement": "?" } } }))));
    tell("## Variants", known(json!({ "variants": { "copying": { "?": 1 } } })));
    tell("## Programs", inside("programs", "sh"));
    tell("## Files", inside("files", "notes"));

    let common = step(json!({ "op": "switch", "?": 1 }));
    tell("## Steps", common.clone());
    tell("## Steps", step(json!({ "repeat": 1, "?": 1, "steps": [] })));
    tell("## Steps", step(json!({ "repeat": 1, "steps": [], "random": { "?": 1 } })));
    tell("## Steps", step(json!({ "chapter": "", "?": 1 })));
    tell("## Included files", step(json!({ "include": "a file", "?": 1 })));
    tell("## Included files", step(json!({ "include": "a file" })));
    for ask in [json!({ "?": 1 }), json!({ "question": "", "answers": [{ "?": 1 }] })] {
        tell("## Steps", step(json!({ "op": "switch", "ask": ask })));
    }
    for operation in step(json!({ "op": "?" })) {
        let heading = format!("### `{operation}`");
        let keys = step(json!({ "op": operation, "?": 1 }));
        tell(&heading, keys.into_iter().filter(|key| !common.contains(key)).collect());
        tell("## Operations", vec![operation]);
    }
    tell("## Expectations", step(json!({ "op": "switch", "expect": { "?": 1 } })));
    for list in ["pages", "files", "processes", "memory", "tlb"] {
        let expect = json!({ list: [{ "?": 1 }] });
        tell("## Expectations", step(json!({ "op": "switch", "expect": expect })));
    }
    let invariants = step(json!({ "op": "switch", "expect": { "breaks": "?" } }));
    tell("### Wrong kernels", invariants);
    let state = json!({ "processes": [{ "name": "", "state": "?" }] });
    tell("## Expectations", quoted(step(json!({ "op": "switch", "expect": state }))));
    tell("## Numbers and expressions", NAMES.map(str::to_owned).to_vec());
    names
}

/// What stands under a heading, up to the next one that is not below it.
fn section<'a>(document: &'a str, heading: &str) -> Option<&'a str> {
    let heading_line = format!("\n{heading}\n");
    let start = document.find(&heading_line)? + heading_line.len() - 1;
    let depth = heading.find(' ')?;
    let next = (1..=depth).filter_map(|depth| {
        let heading = format!("\n{} ", "#".repeat(depth));
        document[start..].find(&heading)
    });
    let end = next.min().map_or(document.len(), |end| start + end);
    Some(&document[start..end])
}

fn is_told(document: &str, Name { heading, name }: &Name) -> bool {
    section(document, heading).is_some_and(|section| section.contains(&format!("`{name}`")))
}

#[test]
fn the_reference_names_all_that_the_format_knows() {
    let names = names();
    assert!(names.len() > 150, "the reader tells {} names", names.len());
    let missing: Vec<&Name> = names.iter().filter(|name| !is_told(REFERENCE, name)).collect();
    assert!(missing.is_empty(), "scenarios/README.md lacks {missing:#?}");
}

/// A name that is told under another heading only is not told.
#[test]
fn a_name_that_is_removed_is_missed() {
    let mut elsewhere = 0;
    for name in names() {
        let told = format!("`{}`", name.name);
        let section = section(REFERENCE, &name.heading).expect("the heading is there");
        let without = REFERENCE.replacen(section, &section.replace(&told, ""), 1);
        assert!(!is_told(&without, &name), "nobody would miss {name:?}");
        elsewhere += usize::from(without.contains(&told));
    }
    assert!(elsewhere > 50, "only {elsewhere} names are told under two headings");
}

/// A number as the reference writes it: 100,000.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group));
    groups.collect::<Vec<_>>().join(",")
}

#[test]
fn the_limits_are_those_of_the_program() {
    let mib = |bytes: u64| format!("{} MiB", bytes >> 20);
    let rows = [
        format!(
            "| a scenario, with all that it includes | {} of UTF-8, {} values, nested {} deep |",
            mib(limits::MAX_BYTES as u64),
            grouped(limits::MAX_VALUES as u64),
            limits::MAX_DEPTH
        ),
        format!(
            "| the keys of one object: programs, files, variants … | {} |",
            grouped(limits::MAX_KEYS as u64)
        ),
        format!("| its steps and chapters, repetitions unrolled | {} |", grouped(limits::MAX_STEPS)),
        format!(
            "| what its steps expect, repetitions unrolled: a key of `expect` is one thing, and so is each item of a list | {} |",
            grouped(limits::MAX_EXPECTATIONS as u64)
        ),
        format!("| `times` of a `push` | {} |", grouped(limits::MAX_TIMES)),
        format!("| a name | {} bytes |", limits::MAX_NAME_BYTES),
        format!("| each part of a program | {} |", mib(limits::MAX_PART_BYTES)),
        format!("| its programs and files, together, in whole pages | {} |", mib(limits::MAX_FILE_BYTES)),
        format!(
            "| its run, with the memory that is written | {} MiB: about 200 bytes for each event, and 4 KiB more for each page of bytes that is written or replaced |",
            pagewalk::timeline::MAX_RECORD_MIB
        ),
        format!(
            "| the rehearsal of that run for `\"reclaim\": \"optimal\"` | {} events, and as many frames and PTEs as the run |",
            grouped(pagewalk::timeline::MAX_REHEARSED_EVENTS as u64)
        ),
        format!(
            "| frames and PTEs that page replacement and ticks read: each search and each tick reads all of them | {} |",
            grouped(limits::MAX_LOOKED_AT)
        ),
        format!(
            "| frames, PTEs and changes that are looked at to check the invariants of a wrong kernel | {} |",
            grouped(pagewalk::story::MAX_AUDITED)
        ),
        format!(
            "| a scenario and its run, with all of its variants, when it is checked | {} times as much as one may take |",
            pagewalk::cli::MAX_CHECKED / 1_000
        ),
        format!(
            "| memory | {} with a kernel, {} GiB without |",
            mib(limits::MAX_KERNEL_FRAMES as u64 * 4096),
            limits::MAX_MEMORY_BYTES >> 30
        ),
        format!("| slots of swap | {} |", grouped(limits::MAX_SLOTS)),
        format!("| slots of a TLB | {} |", grouped(limits::MAX_TLB_ENTRIES as u64)),
        format!("| harts | {} |", limits::MAX_HARTS),
        format!("| each of the `costs` | {} |", grouped(limits::MAX_COST)),
        format!(
            "| an expression | {} terms, {} parentheses in each other |",
            limits::MAX_OPERATORS + 1,
            limits::MAX_PARENTHESES
        ),
        format!("| problems that are told of it | {} |", limits::MAX_PROBLEMS),
    ];
    let section = section(REFERENCE, "## Limits").unwrap();
    let told: Vec<&str> = section.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert_eq!(told, rows);
}
