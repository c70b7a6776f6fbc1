//! `new`: a small scenario to begin with. Its notes say what its parts are for.
//!
//! The stories are whole scenarios, in `templates/`; only the title is put into them.

use super::ask::Asker;
use super::load::{self, Failure};
use super::output::{errors, errors_are_on_a_terminal, is_terminal, output, say};
use super::whole;
use crate::scenario::diagnostic::one_of;
use crate::scenario::{Place, Source, format, syntax};
use clap::{Args, ValueEnum};
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;

/// What is asked for on the command line.
#[derive(Args)]
pub struct New {
    /// The file to write, which must not be there yet; - is standard output, as without a name where nobody is asked.
    file: Option<String>,
    /// Its title.
    #[arg(long)]
    title: Option<String>,
    /// What kind of machine.
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// What it is about: heap, fork, mmap and stack are stories of the kind process, table and fence of the kind bare.
    #[arg(long, value_enum)]
    story: Option<Story>,
    /// Ask nothing.
    #[arg(long)]
    yes: bool,
}

/// What kind of machine.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Processes, and a kernel that serves them.
    Process,
    /// A bare machine: page tables and registers by hand.
    Bare,
}

/// What a scenario is about.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Story {
    /// Memory that is promised, and its first touch.
    Heap,
    /// A child, and copy-on-write.
    Fork,
    /// A file in memory.
    Mmap,
    /// A stack that meets its guard page.
    Stack,
    /// A page table, built by hand.
    Table,
    /// A stale TLB entry, and the fence against it.
    Fence,
}

impl Story {
    fn kind(self) -> Kind {
        match self {
            Self::Heap | Self::Fork | Self::Mmap | Self::Stack => Kind::Process,
            Self::Table | Self::Fence => Kind::Bare,
        }
    }

    fn template(self) -> &'static str {
        match self {
            Self::Heap => include_str!("templates/heap.json"),
            Self::Fork => include_str!("templates/fork.json"),
            Self::Mmap => include_str!("templates/mmap.json"),
            Self::Stack => include_str!("templates/stack.json"),
            Self::Table => include_str!("templates/table.json"),
            Self::Fence => include_str!("templates/fence.json"),
        }
    }

    /// The stories of a kind; the first is the usual one.
    fn of(kind: Kind) -> Vec<Self> {
        Self::value_variants().iter().copied().filter(|story| story.kind() == kind).collect()
    }
}

/// Writes a scenario, after asking for what the command line leaves open, if somebody is there to be asked.
pub fn new(new: &New) -> Result<(), Failure> {
    if let (Some(kind), Some(story)) = (new.kind, new.story)
        && story.kind() != kind
    {
        let of_kind: Vec<String> = Story::of(kind).iter().map(name).collect();
        let (story, kind, known) = (name(&story), name(&kind), one_of(&of_kind));
        return Err(Failure::Use(format!(
            "the story \"{story}\" is none of the kind \"{kind}\": use {known}"
        )));
    }
    let asked = !new.yes && io::stdin().is_terminal() && errors_are_on_a_terminal();
    let mut asker = asked.then(|| Asker { from: io::stdin().lock(), to: errors() });
    let (text, file) = answers(new, asker.as_mut()).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => Failure::Use("no answer: nothing is written".into()),
        _ => Failure::Output(error),
    })?;
    match file.as_deref() {
        None | Some("-") => {
            let mut out = output();
            out.write_all(text.as_bytes())?;
            Ok(out.flush()?)
        }
        Some(file) => write(file, &text),
    }
}

/// The text of the scenario, and where it goes.
fn answers<R: BufRead, W: Write>(
    new: &New,
    mut asker: Option<&mut Asker<R, W>>,
) -> io::Result<(String, Option<String>)> {
    let kind = match (new.kind, new.story, &mut asker) {
        (_, Some(story), _) => story.kind(),
        (Some(kind), None, _) => kind,
        (None, None, Some(asker)) => choose(asker, "What kind of machine?", Kind::value_variants())?,
        (None, None, None) => Kind::Process,
    };
    let stories = Story::of(kind);
    let story = match (new.story, &mut asker) {
        (Some(story), _) => story,
        (None, Some(asker)) => choose(asker, "What is it about?", &stories)?,
        (None, None) => stories[0],
    };
    let source = Source::new("template", story.template());
    let title = match (&new.title, &mut asker) {
        (Some(title), _) => Some(title.clone()),
        (None, Some(asker)) => Some(asker.line("Title", &title_of(&source).0)?),
        (None, None) => None,
    };
    let file = match (&new.file, &mut asker) {
        (Some(file), _) => Some(file.clone()),
        (None, Some(asker)) if is_terminal() => Some(ask_for_file(asker, title.as_deref())?),
        (None, _) => None,
    };
    Ok((titled(&source, title.as_deref()), file))
}

fn name(value: &impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

fn choose<T: ValueEnum>(
    asker: &mut Asker<impl BufRead, impl Write>,
    question: &str,
    of: &[T],
) -> io::Result<T> {
    let words = |value: &T| {
        let help = value.to_possible_value().and_then(|value| value.get_help().map(ToString::to_string));
        (name(value), help.unwrap_or_default())
    };
    let choices: Vec<(String, String)> = of.iter().map(words).collect();
    Ok(of[asker.choice(question, &choices)?].clone())
}

/// Asks for a file that is not there yet.
fn ask_for_file(asker: &mut Asker<impl BufRead, impl Write>, title: Option<&str>) -> io::Result<String> {
    let stem = file_stem(title.unwrap_or_default());
    let mut names = std::iter::once(stem.clone()).chain((2..).map(|number| format!("{stem}-{number}")));
    let free = names.find(|name| !Path::new(&format!("{name}.json")).exists()).unwrap_or(stem);
    loop {
        let file = asker.line("File", &format!("{free}.json"))?;
        if !Path::new(&file).exists() {
            return Ok(file);
        }
        writeln!(asker.to, "{} is there already, and stays as it is.", file)?;
    }
}

/// A title as a file's name, without its ending: `What a fork costs!` is `what-a-fork-costs`.
fn file_stem(title: &str) -> String {
    let lower = title.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let stem: String = words.collect::<Vec<_>>().join("-").chars().take(40).collect();
    let stem = stem.trim_end_matches('-');
    if stem.is_empty() { "scenario".into() } else { stem.to_owned() }
}

/// The title of a template, and where it is written.
fn title_of(template: &Source) -> (String, std::ops::Range<usize>) {
    let root = syntax::read(&template.text, &Place::Text, &mut vec![]);
    let root = root.expect("a template is JSON: the tests read each");
    let title = root.get("title").expect("a template has a title");
    let (_, range, _) = template.locate(&title.place);
    (title.as_str().expect("a title is a string").to_owned(), range)
}

/// A template with another title.
fn titled(template: &Source, title: Option<&str>) -> String {
    let Some(title) = title else { return template.text.clone() };
    let mut text = template.text.clone();
    text.replace_range(title_of(template).1, &serde_json::json!(title).to_string());
    format::format(&Source::new("template", text)).expect("a title is only a string")
}

fn write(file: &str, text: &str) -> Result<(), Failure> {
    let problem = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            Failure::Use(format!("{file} is there already, and stays as it is: choose another name"))
        }
        _ => load::unreadable(file, &error),
    };
    whole::create(Path::new(file), text).map_err(problem)?;
    say(format_args!("{file} is written. `pagewalk {file}` plays it, `pagewalk test {file}` tests it."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{library::ALL, read};

    #[test]
    fn every_template_is_formatted_and_holds_under_any_title() {
        for story in Story::value_variants() {
            let source = Source::new(name(story), story.template());
            assert!(format::format(&source).unwrap() == source.text, "run fmt on {}.json", source.name);
            for title in [None, Some("\"T\"\n\\\u{1b}")] {
                let source = Source::new(name(story), titled(&source, title));
                let scenario = read::read(source.clone()).unwrap();
                assert_eq!(scenario.title, title.map_or_else(|| title_of(&source).0, str::to_owned));
                assert_eq!(scenario.setup.kernel.is_none(), story.kind() == Kind::Bare);
                assert!(scenario.steps.iter().all(|step| step.note.is_some()), "each step explains itself");
                assert!(scenario.steps.iter().any(|step| step.ask.is_some()));
                assert!(ALL.iter().all(|builtin| builtin.text != source.text));
                assert_eq!(crate::story::Story::new(scenario).unwrap().check(), []);
            }
        }
    }

    #[test]
    fn a_title_makes_a_name() {
        assert_eq!(file_stem("What a fork costs!"), "what-a-fork-costs");
        assert_eq!(file_stem("  ../../etc/passwd "), "etc-passwd");
        assert_eq!(file_stem("\u{1b}[2J \u{dc}bung 1"), "2j-\u{fc}bung-1");
        assert_eq!(file_stem("?!"), "scenario");
        assert_eq!(file_stem(&"abc ".repeat(40)), ["abc"; 10].join("-"));
    }

    /// What comes of answers, for somebody who gives nothing on the command line.
    fn answered(lines: &str) -> String {
        let new = New { file: Some("-".into()), title: None, kind: None, story: None, yes: false };
        let mut asker = Asker { from: lines.as_bytes(), to: vec![] };
        answers(&new, Some(&mut asker)).unwrap().0
    }

    #[test]
    fn answers_choose_the_kind_the_story_and_the_title() {
        assert_eq!(answered("\n\n\n"), Story::Heap.template());
        assert_eq!(answered("process\nmmap\n\n"), Story::Mmap.template());
        assert_eq!(answered("2\n2\n\n"), Story::Fence.template());
        assert_eq!(
            answered("bare\n\nMy table\n"),
            titled(&Source::new("", Story::Table.template()), Some("My table"))
        );
    }
}
