//! Floor 6, the command line: arguments, the file system, exit codes.
//!
//! Data goes to standard output, errors to standard error. Exit status: 0 fine; 1 the scenario ran and something in it
//! does not hold; 2 the command or the file could not be used.

mod ask;
mod check;
mod config;
mod decode;
mod fmt;
mod folder;
mod home;
mod load;
mod new;
mod notes;
mod output;
mod problems;
mod publish;
mod run;
mod schema;
mod show;
mod state;
mod test;
mod watch;
mod whole;

pub use config::read as configuration;

pub use check::MAX_SHARE as MAX_CHECKED;

use crate::plain::Plain;
use crate::tui::{Seen, comfort::Comfort, remembered::Remembered, speaker::Speaker};
use anstream::ColorChoice;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use load::Failure;
use std::io::IsTerminal;
use std::process::ExitCode;

/// See virtual memory happen: page tables, TLB, traps and a teaching kernel, event by event, forward and back.
#[derive(Parser)]
#[command(version, subcommand_precedence_over_arg = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    play: Play,
    /// When messages and the screen have colours. In a picture they are chosen by --format.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, global = true)]
    color: Color,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Args)]
struct Play {
    /// The scenario to play: a built-in's name, a file, or - for standard input. Without it the gallery opens.
    scenario: Option<String>,
    #[command(flatten)]
    settings: Settings,
    /// No screen, but everything that it says as lines of text. By itself where TERM is dumb.
    #[arg(long, conflicts_with_all = ["present", "theme", "ascii", "layout", "no_mouse"])]
    plain: bool,
    /// Begin as the room shall see it: big, calm, without keys and settings.
    #[arg(long)]
    present: bool,
    /// Neither go on where a scenario was left at another time, nor remember anything.
    #[arg(long)]
    no_state: bool,
    #[command(flatten)]
    options: config::Options,
}

impl Play {
    fn is_empty(&self) -> bool {
        let Self { scenario, settings, plain, present, no_state, options } = self;
        let is_unset = settings.sets.is_empty() && settings.variant.is_none();
        scenario.is_none()
            && is_unset
            && !plain
            && !present
            && !no_state
            && *options == config::Options::default()
    }

    /// Whether it is asked for lines of text, or the terminal can do no more.
    fn is_plain(&self) -> bool {
        self.plain || std::env::var_os("TERM").is_some_and(|term| term == "dumb")
    }
}

/// What every command takes that takes a scenario.
#[derive(Args, Clone, Default)]
struct Settings {
    /// Play a variant of the scenario, by the name that the scenario gives it.
    #[arg(long, value_name = "NAME")]
    variant: Option<String>,
    /// Override a setting of machine or kernel, like kernel.fork=copy, also of a variant. May be given more than once.
    #[arg(long = "set", value_name = "NAME=VALUE")]
    sets: Vec<String>,
}

#[derive(Subcommand)]
enum Command {
    /// What is built in.
    List {
        /// As text for people, or as JSON lines.
        #[arg(long, value_enum, default_value_t)]
        format: Lines,
    },
    /// The whole run as text, or for other programs.
    Run {
        /// Built-in names, files, or - for standard input.
        #[arg(required = true)]
        scenarios: Vec<String>,
        #[command(flatten)]
        settings: Settings,
        /// As text for people, or as JSON lines.
        #[arg(long, value_enum, default_value_t)]
        format: Lines,
        /// In the text, also what the speaker says and the room does not see. JSON lines always have it.
        #[arg(long)]
        notes: bool,
    },
    /// One moment as a picture or as data.
    Show {
        /// A built-in's name, a file, or - for standard input.
        scenario: String,
        #[command(flatten)]
        settings: Settings,
        #[command(flatten)]
        moment: Moment,
        /// What to write.
        #[arg(long, value_enum, default_value_t)]
        format: Picture,
        /// Columns and rows of the screen.
        #[arg(long, default_value = "120x40", value_parser = show::parse_size)]
        size: (u16, u16),
        #[command(flatten)]
        looks: config::Looks,
        /// The layout of the screen. By itself that of the chapter, or the overview.
        #[arg(long, value_name = "NAME", value_parser = config::layouts())]
        layout: Option<crate::scenario::stage::Layout>,
    },
    /// Is it a good scenario? Every problem, located.
    Check {
        /// Built-in names, files, or - for standard input.
        #[arg(required = true)]
        scenarios: Vec<String>,
        #[command(flatten)]
        settings: Settings,
        /// How problems are told.
        #[arg(long, value_enum, default_value_t)]
        format: problems::Format,
        /// Let a warning be as bad as an error.
        #[arg(long)]
        strict: bool,
    },
    /// Write a small scenario to begin with.
    New(new::New),
    /// How the screen is set: the configuration file, explained, with the options over it.
    Config {
        #[command(flatten)]
        options: config::Options,
        /// Only say where the file is, or would be.
        #[arg(long)]
        path: bool,
    },
    /// What the speaker says, and a clock: in a second terminal, which follows what the first one plays.
    Notes {
        #[command(flatten)]
        looks: config::Looks,
        /// Read no configuration file.
        #[arg(long)]
        no_config: bool,
    },
    /// Put scenario files into the one layout, in place.
    Fmt {
        /// Files, or - for standard input, which goes to standard output.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<String>,
        /// Write nothing: name the files that would change, and exit with 1 if there are any.
        #[arg(long)]
        check: bool,
    },
    /// Take a number apart: each field named, with its bits and what they mean.
    Decode {
        /// What the number is.
        #[arg(value_enum)]
        kind: decode::Kind,
        /// The number: 0x21fdb0d7, 4104 or 12K.
        #[arg(value_parser = crate::kernel::op::parse_number)]
        value: u64,
        /// The paging mode to read it under.
        #[arg(long, value_enum, default_value_t)]
        mode: decode::ModeName,
        /// As text for people, or as JSON.
        #[arg(long, value_enum, default_value_t)]
        format: decode::Format,
    },
    /// What a geometry comes to: index bits, levels, entries a table, and what a flat table would cost.
    Geometry {
        /// Bits of a virtual address.
        #[arg(long, default_value = "39", value_parser = decode::parse_bits)]
        va_bits: u32,
        /// Bytes of a page, like 4K.
        #[arg(long, default_value = "4K", value_parser = crate::kernel::op::parse_number)]
        page: u64,
        /// Bytes of a PTE: 2, 4 or 8.
        #[arg(long, default_value = "8", value_parser = crate::kernel::op::parse_number)]
        pte: u64,
        /// As text for people, or as JSON.
        #[arg(long, value_enum, default_value_t)]
        format: decode::Format,
    },
    /// The format of scenarios as JSON Schema, for editors.
    Schema,
    /// Do its expectations hold?
    Test {
        /// Built-in names, files, or - for standard input.
        #[arg(required = true)]
        scenarios: Vec<String>,
        #[command(flatten)]
        settings: Settings,
        /// What it is told for.
        #[arg(long, value_enum, default_value_t)]
        format: test::Report,
    },
}

/// Which moment of a run.
#[derive(Args)]
struct Moment {
    /// When so many steps are done: 0 is the start. The end, if it is left out.
    #[arg(long, value_parser = show::parse_count)]
    step: Option<usize>,
    /// After so many events of the next step, or of the whole run without --step.
    #[arg(long, value_parser = show::parse_count)]
    event: Option<usize>,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Lines {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Jsonl,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Picture {
    /// The screen as plain text.
    #[default]
    Text,
    /// The screen with colours.
    Ansi,
    /// The screen as a picture.
    Svg,
    /// The state as data.
    Json,
}

/// Reads the arguments and does what they say.
pub fn main() -> ExitCode {
    let done = match Arguments::try_parse().and_then(Arguments::of_one_place) {
        Ok(arguments) => obey(&arguments),
        Err(answer) => output::answer(&answer),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // A reader that has seen enough, as in `pagewalk run … | head`, is no failure.
        Err(Failure::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failure) => {
            output::complain(&failure);
            failure.exit_code()
        }
    }
}

impl Arguments {
    /// These arguments, unless a scenario or a setting stands before a command. clap's own way to forbid that would forbid
    /// `--color` before a command as well.
    fn of_one_place(self) -> Result<Self, clap::Error> {
        if self.command.is_none() || self.play.is_empty() {
            return Ok(self);
        }
        let what =
            "a command has its scenarios and settings after it: pagewalk COMMAND SCENARIO --set NAME=VALUE";
        Err(Self::command().error(ErrorKind::ArgumentConflict, what))
    }
}

fn obey(arguments: &Arguments) -> Result<(), Failure> {
    match arguments.color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    }
    .write_global();
    match &arguments.command {
        None => play(&arguments.play),
        Some(Command::List { format }) => run::list(*format),
        Some(Command::Run { scenarios, settings, format, notes }) => {
            run::run(scenarios, settings, *format, *notes)
        }
        Some(Command::Show { scenario, settings, moment, format, size, looks, layout }) => {
            show::show(scenario, settings, moment, *format, *size, looks, *layout)
        }
        Some(Command::Config { options, path }) => config::config(options, *path),
        Some(Command::Notes { looks, no_config }) => notes::notes(&config::Options::of(looks, *no_config)),
        Some(Command::New(new)) => new::new(new),
        Some(Command::Fmt { files, check }) => fmt::fmt(files, *check),
        Some(Command::Decode { kind, value, mode, format }) => decode::decode(*kind, *value, *mode, *format),
        Some(Command::Geometry { va_bits, page, pte, format }) => {
            decode::geometry(*va_bits, *page, *pte, *format)
        }
        Some(Command::Schema) => schema::print(),
        Some(Command::Check { scenarios, settings, format, strict }) => {
            check::check(scenarios, settings, *format, *strict)
        }
        Some(Command::Test { scenarios, settings, format }) => test::test(scenarios, settings, *format),
    }
}

fn play(play: &Play) -> Result<(), Failure> {
    let settings = &play.settings;
    let file = play.scenario.as_deref().filter(|name| load::is_file(name));
    let (watched, story) = match file.map(|name| watch::Watched::read(name, settings)) {
        Some((watched, story)) => (Some(watched), Some(story?)),
        None => (None, play.scenario.as_ref().map(|name| load::story(name, settings)).transpose()?),
    };
    if play.is_plain() {
        let stdin = std::io::stdin();
        let prompts = stdin.is_terminal();
        return Ok(Plain::new(stdin.lock(), output::output(), prompts).play(story)?);
    }
    if !output::is_terminal() {
        let what = "standard output is not a terminal: use `pagewalk run`, `pagewalk show` or --plain there";
        return Err(Failure::Use(what.into()));
    }
    let colour = output::has_colours();
    let comfort = Comfort { present: play.present, ..config::Config::load(&play.options)?.comfort };
    let remembered = if play.no_state { Remembered::of_nobody() } else { state::load() };
    let mut publisher = publish::Publisher::new(!play.no_state);
    let seen: Seen<'_> = &mut |model| publisher.tell(Speaker::of(model));
    let (remembered, ended) = match (story, watched) {
        (Some(story), Some(watched)) => {
            crate::tui::follow(story, &watched.follow(), comfort, remembered, seen, colour)
        }
        (story, _) => crate::tui::play(story, comfort, remembered, seen, colour),
    };
    drop(publisher);
    if !play.no_state {
        state::save(&remembered);
    }
    crate::tui::end_as_asked();
    Ok(ended?)
}
