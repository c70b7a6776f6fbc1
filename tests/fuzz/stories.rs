//! Texts and stories to begin with, and the files beside them.

use pagewalk::scenario::library::{self, Builtin};
use pagewalk::scenario::{Folder, Source};
use pagewalk::story::Story;
use std::path::Path;
use std::sync::LazyLock;

/// A file that real scenarios use: a program.
pub static ELF: &[u8] = include_bytes!("../../scenarios/sum.elf");

/// The folder that every scenario of these tests lies in: that of `tests/good`, and the program.
pub fn folder() -> Folder {
    Folder::new(|name| match name {
        "sum.elf" => Ok(ELF.to_vec()),
        "prelude.json" => Ok(include_bytes!("../good/prelude.json").to_vec()),
        _ => Err(format!("there is no file \"{name}\"")),
    })
}

/// A scenario of this text.
pub fn source(text: &str) -> Source {
    Source { folder: folder(), ..Source::new("fuzz.json", text) }
}

/// The built-in scenarios, the good ones of the tests and the broken ones.
pub static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut texts: Vec<String> = library::ALL.iter().map(|builtin| builtin.text.to_owned()).collect();
    for folder in ["tests/good", "tests/broken"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        texts.extend(files.into_iter().filter_map(|file| std::fs::read_to_string(file).ok()));
    }
    texts
});

/// Short stories: with a kernel, under pressure, wrong on purpose, without one, with a question, and one whose words are
/// all obeyed by terminals that are not told otherwise.
pub static STORIES: LazyLock<Vec<Story>> = LazyLock::new(|| {
    let names = [
        "fork-exec",
        "build-a-table",
        "mmap-file",
        "swap",
        "no-fence",
        "stale-tlb",
        "heap-superpages",
        "trap-path",
    ];
    let builtin = names.map(|name| Story::read(Builtin::find(name).unwrap().source()).unwrap());
    builtin.into_iter().chain([Story::read(source(HOSTILE)).unwrap()]).collect()
});

/// Words that a terminal would obey, wherever a scenario has words.
pub const HOSTILE: &str = r#"{
  "format": 1,
  "title": "\u001b[2J\u0007\u202eeltit \t\u0000\ud83d\ude00\u0301\u0301\u0301",
  "summary": "\u009b31m \u200f\u061c",
  "programs": { "s\u001b[0mh": {} },
  "files": { "f\u0008": { "text": "\u001b]52;c;AAAA\u0007" } },
  "steps": [
    { "chapter": "\u001bc one\r\ntwo", "say": "\u0085\u2028\u2029" },
    { "op": "spawn", "program": "s\u001b[0mh", "as": "\u202e\u0007p", "note": "\u001b[31mred\u001b[0m\u200b" },
    { "op": "mmap", "file": "f\u0008", "shared": true, "as": "m" },
    { "op": "load", "at": "m", "ask": { "question": "\u0007?", "answers": [
      { "text": "\u001b[1A", "why": "\u0007", "right": true }, { "text": "\uff2a\uff2b", "why": "\u0000" } ] } },
    { "op": "fork", "as": "\t\u0000" },
    { "op": "store", "process": "\t\u0000", "at": 0, "value": 1, "say": "\u001b[?1049l" }
  ]
}"#;
