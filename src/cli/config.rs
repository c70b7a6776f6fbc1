//! How the user likes the screen: the configuration file, and the options of the command line over it. `config` prints
//! what that comes to.

pub mod read;
mod write;

use super::home;
use super::load::Failure;
use super::output::output;
use crate::scenario::Source;
use crate::scenario::printable::one_line;
use crate::scenario::stage::{Layout, ThemeName};
use crate::tui::comfort::Comfort;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use read::Given;
use std::io::Write;
use std::path::{Path, PathBuf};

/// More bytes than this are no configuration.
const MAX_BYTES: u64 = 64 << 10;

/// What is said on the command line of how a screen looks.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct Looks {
    /// The colours of the screen.
    #[arg(long, value_name = "NAME", value_parser = themes())]
    pub theme: Option<ThemeName>,
    /// Draw the screen with ASCII characters alone.
    #[arg(long)]
    pub ascii: bool,
}

/// What is said of the screen on the command line.
#[derive(Args, Clone, Debug, Default, PartialEq)]
pub struct Options {
    #[command(flatten)]
    looks: Looks,
    /// The layout that a story begins with.
    #[arg(long, value_name = "NAME", value_parser = layouts())]
    layout: Option<Layout>,
    /// Do not listen to the mouse.
    #[arg(long)]
    no_mouse: bool,
    /// Read no configuration file.
    #[arg(long)]
    no_config: bool,
}

impl Options {
    /// Nothing but these looks, over the configuration or without it.
    pub fn of(looks: &Looks, no_config: bool) -> Self {
        Self { looks: looks.clone(), no_config, ..Self::default() }
    }
}

fn themes() -> impl TypedValueParser<Value = ThemeName> {
    named(ThemeName::ALL.map(|theme| (theme.name(), theme)))
}

/// The names of layouts.
pub fn layouts() -> impl TypedValueParser<Value = Layout> {
    named(Layout::ALL.map(|layout| (layout.name(), layout)))
}

/// One of some names.
fn named<T: Copy + Default + Send + Sync + 'static, const N: usize>(
    known: [(&'static str, T); N],
) -> impl TypedValueParser<Value = T> {
    let find = move |word: String| known.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
    // The names were checked before.
    PossibleValuesParser::new(known.map(|(name, _)| name)).map(move |word| find(word).unwrap_or_default())
}

/// What holds now, and where it comes from.
#[derive(Debug)]
pub struct Config {
    /// Where the file is or would be; `None` if the user has no home.
    path: Option<PathBuf>,
    /// What the file sets; `None` if there is none, or it was not to be read.
    file: Option<Given>,
    /// What the command line says.
    options: Options,
    /// What that comes to.
    pub comfort: Comfort,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// Nobody has said anything.
    Default,
    /// The file.
    File,
    /// The command line.
    Option,
}

impl Origin {
    fn words(self) -> &'static str {
        match self {
            Self::Default => "the default",
            Self::File => "from the file",
            Self::Option => "from the command line",
        }
    }
}

impl Config {
    /// Reads the file, unless it is not to be read, and puts the options over it.
    ///
    /// # Errors
    ///
    /// All that is wrong with the file.
    pub fn load(options: &Options) -> Result<Self, Failure> {
        let path = home::config();
        let file = match &path {
            Some(path) if !options.no_config => file(path)?,
            _ => None,
        };
        let comfort = comfort(file.as_ref(), options);
        Ok(Self { path, file, options: options.clone(), comfort })
    }

    /// Where a key's value comes from.
    fn origin(&self, key: &str) -> Origin {
        let Options { looks: Looks { theme, ascii }, layout, no_mouse, no_config: _ } = &self.options;
        let given = self.file.as_ref();
        let (option, file) = match key {
            "theme" => (theme.is_some(), given.is_some_and(|given| given.theme.is_some())),
            "ascii" => (*ascii, given.is_some_and(|given| given.ascii.is_some())),
            "speed" => (false, given.is_some_and(|given| given.speed.is_some())),
            "layout" => (layout.is_some(), given.is_some_and(|given| given.layout.is_some())),
            "mouse" => (*no_mouse, given.is_some_and(|given| given.mouse.is_some())),
            _ => (false, given.is_some_and(|given| given.keys.is_some())),
        };
        match (option, file) {
            (true, _) => Origin::Option,
            (false, true) => Origin::File,
            (false, false) => Origin::Default,
        }
    }

    /// Where the file is, in a sentence.
    fn place(&self) -> String {
        let Some(path) = &self.path else { return "There is no home to have a file in.".into() };
        let path = shown(path);
        match &self.file {
            Some(_) => format!("Read from {path}"),
            None if self.options.no_config => {
                format!("No file was read, as --no-config says; its place is {path}")
            }
            None => format!("There is no file yet; its place is {path}"),
        }
    }
}

fn shown(path: &Path) -> String {
    one_line(&path.display().to_string())
}

/// What a file sets; `None` if there is none.
fn file(path: &Path) -> Result<Option<Given>, Failure> {
    let wrong =
        |what: String| Failure::Use(format!("{}: {what}; --no-config starts without it", shown(path)));
    let Some(text) = home::text(path, MAX_BYTES).map_err(wrong)? else { return Ok(None) };
    let source = Source::new(path.display().to_string(), text);
    match read::read(&source) {
        Ok(given) => Ok(Some(given)),
        Err(problems) => Err(Failure::Config(Box::new(source), problems)),
    }
}

/// The options over the file over the defaults.
fn comfort(file: Option<&Given>, options: &Options) -> Comfort {
    let usual = Comfort::default();
    let mut comfort = match file {
        None => usual,
        Some(given) => Comfort {
            theme: given.theme.unwrap_or(usual.theme),
            ascii: given.ascii.unwrap_or(usual.ascii),
            speed: given.speed.unwrap_or(usual.speed),
            layout: given.layout.unwrap_or(usual.layout),
            mouse: given.mouse.unwrap_or(usual.mouse),
            keys: given.keys.clone().unwrap_or(usual.keys),
            present: false,
        },
    };
    comfort.theme = options.looks.theme.unwrap_or(comfort.theme);
    comfort.layout = options.layout.unwrap_or(comfort.layout);
    comfort.ascii |= options.looks.ascii;
    comfort.mouse &= !options.no_mouse;
    comfort
}

/// Prints the configuration, or only where its file is.
pub fn config(options: &Options, path: bool) -> Result<(), Failure> {
    let mut out = output();
    if path {
        let home = || Failure::Use("there is no home to have a configuration in".into());
        writeln!(out, "{}", shown(&home::config().ok_or_else(home)?))?;
    } else {
        write::write(&Config::load(options)?, &mut out)?;
    }
    Ok(out.flush()?)
}
