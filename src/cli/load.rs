//! From what the command line names to a story, and what can go wrong on the way.

use super::Settings;
use super::folder::Beside;
use crate::scenario::diagnostic::Located;
use crate::scenario::library::{ALL, Builtin};
use crate::scenario::printable::one_line;
use crate::scenario::syntax::MAX_BYTES;
use crate::scenario::{Problem, Source, diagnostic};
use crate::story::{self, Story};
use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;

/// Why a command could not do its work.
#[derive(Debug)]
pub enum Failure {
    /// The command cannot be used so.
    Use(String),
    /// The scenario has problems.
    Scenario(Box<Source>, Vec<Problem>),
    /// The configuration file has problems.
    Config(Box<Source>, Vec<Problem>),
    /// The arguments cannot be used. The usage error is written.
    Usage,
    /// The scenario ran, and something in it does not hold. All has been said.
    Failed,
    /// Writing went wrong.
    Output(std::io::Error),
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Output(error)
    }
}

impl Failure {
    /// Says what went wrong. That it cannot be said is not said.
    pub fn tell(&self, to: &mut impl Write, colour: bool) {
        let _ = match self {
            Self::Use(what) => writeln!(to, "error: {}", one_line(what)),
            Self::Scenario(source, problems) => {
                problems.iter().try_for_each(|problem| writeln!(to, "{}\n", problem.render(source, colour)))
            }
            Self::Config(source, problems) => problems
                .iter()
                .try_for_each(|problem| writeln!(to, "{}\n", problem.render(source, colour)))
                .and_then(|()| writeln!(to, "help: --no-config starts pagewalk without this file")),
            Self::Usage | Self::Failed => Ok(()),
            Self::Output(error) => {
                writeln!(to, "error: what was asked for cannot be written: {}", reason(error))
            }
        };
    }

    /// The same for other programs, problem by problem, where the command line calls the file so.
    pub fn located(&self, name: &str) -> Vec<Located> {
        let name = called(name);
        let whole = |what: String| {
            let prefix = format!("{name}: ");
            vec![Located::whole(name, what.strip_prefix(&prefix).unwrap_or(&what))]
        };
        match self {
            Self::Use(what) => whole(what.clone()),
            Self::Scenario(source, problems) | Self::Config(source, problems) => {
                problems.iter().map(|problem| Located::of(problem, source)).collect()
            }
            Self::Usage | Self::Failed => vec![],
            Self::Output(error) => whole(reason(error)),
        }
    }

    /// The exit status.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Failed => ExitCode::from(1),
            _ => ExitCode::from(2),
        }
    }
}

/// What messages call what the command line calls so.
pub fn called(name: &str) -> &str {
    if name == "-" { "<standard input>" } else { name }
}

/// Why something cannot be read or written, in words.
pub fn reason(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".into(),
        ErrorKind::IsADirectory => "this is a folder, not a file".into(),
        ErrorKind::NotADirectory => "a part of the path is a file, not a folder".into(),
        ErrorKind::PermissionDenied => "this is not permitted".into(),
        ErrorKind::StorageFull => "the disk is full".into(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or_default().to_lowercase()
        }
    }
}

/// Whether a name is that of a file, if it is that of anything.
pub fn is_file(name: &str) -> bool {
    name != "-" && Builtin::find(name).is_none()
}

/// The text behind a name: `-`, a file, or a built-in. A file wins over a built-in if the name looks like a path.
pub fn source(name: &str, settings: &Settings) -> Result<Source, Failure> {
    let mut source = if name == "-" {
        Source::new(called(name), text(std::io::stdin().lock(), name)?)
    } else if let Some(builtin) = Builtin::find(name) {
        builtin.source()
    } else if Path::new(name).exists() {
        let file = std::fs::File::open(name).map_err(|error| unreadable(name, &error))?;
        Source { folder: Beside::of(name).folder(), ..Source::new(name, text(file, name)?) }
    } else {
        return Err(Failure::Use(not_found(name)));
    };
    source.sets = settings.sets.clone();
    source.variant = settings.variant.clone();
    Ok(source)
}

/// A file that cannot be read or written, and why.
pub fn unreadable(name: &str, error: &std::io::Error) -> Failure {
    Failure::Use(format!("{}: {}", called(name), reason(error)))
}

/// The text of a scenario, if it is not too long and UTF-8.
pub fn text(from: impl Read, name: &str) -> Result<String, Failure> {
    let name = called(name);
    let mut bytes = vec![];
    // One byte more than is allowed tells that there are too many.
    from.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|error| unreadable(name, &error))?;
    if bytes.len() > MAX_BYTES {
        return Err(Failure::Use(format!(
            "{name}: a scenario has at most {MAX_BYTES} bytes, and this is longer"
        )));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        Failure::Use(format!("{name}:{line}: the file is not UTF-8 at byte {at}"))
    })
}

fn not_found(name: &str) -> String {
    let names: Vec<String> = ALL.iter().map(|builtin| builtin.name.to_owned()).collect();
    let hint = match diagnostic::nearest(name, &names) {
        Some(near) => format!("; did you mean \"{near}\"?"),
        None => "; `pagewalk list` names the built-in ones".into(),
    };
    format!("there is no file and no built-in scenario \"{name}\"{hint}")
}

/// The story behind a name.
pub fn story(name: &str, settings: &Settings) -> Result<Story, Failure> {
    read(source(name, settings)?)
}

/// The story of a source.
pub fn read(source: Source) -> Result<Story, Failure> {
    Story::read(source.clone()).map_err(|problems| Failure::Scenario(Box::new(source), problems))
}

/// Does something with a story. That pagewalk itself fails at it is a problem of the story's file.
pub fn with<T>(story: Story, work: impl FnOnce(Story) -> Result<T, Failure>) -> Result<T, Failure> {
    let source = story.scenario.source.clone();
    story::guarded(|| work(story))
        .unwrap_or_else(|failed| Err(Failure::Scenario(Box::new(source), vec![failed])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn that_pagewalk_itself_fails_is_told_like_a_broken_file() {
        let told = |work: fn(Story) -> Result<(), Failure>| {
            let failure = with(story("fork-exec", &Settings::default()).unwrap(), work).unwrap_err();
            let mut told = vec![];
            failure.tell(&mut told, false);
            assert_eq!(failure.exit_code(), ExitCode::from(2));
            (String::from_utf8(told).unwrap(), failure.located("fork-exec"))
        };
        let (text, located) = told(|story| panic!("{} steps are too many", story.scenario.steps.len()));
        let title = "error: pagewalk itself failed, at src/cli/load.rs:";
        assert!(text.starts_with(title) && text.contains(": 14 steps are too many\n"), "{text}");
        assert!(text.contains("--> fork-exec.json\n") && text.contains("please report it"), "{text}");
        assert!(located[0].short().starts_with("fork-exec.json:1:1: error: pagewalk itself failed"));
        assert_eq!(told(|_| Err(Failure::Use("no".into()))).0, "error: no\n");
    }
}
