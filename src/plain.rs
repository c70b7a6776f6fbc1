//! Floor 5, plain mode: everything that the screen says as lines of text, for screen readers, for terminals that can do
//! no more, and for pipes on both ends.
//!
//! A line is read ([`command`]), obeyed, and answered with lines (`say`) in which signs are words (`words`), until no
//! line is left. What is said comes from [`crate::view`], as on the screen. Nothing is written that a terminal obeys.

pub mod command;
mod list;
mod picture;
mod say;
mod words;

use crate::scenario::printable::one_line;
use crate::scenario::stage::PanelName;
use crate::story::{Go, Story};
use crate::view::Look;
use command::Command;
use std::io::{self, BufRead, Read, Write};

/// More bytes than this are no line that anybody types: the rest of them counts as the next one.
const MAX_LINE_BYTES: u64 = 1024;

/// Who is talked with.
#[derive(Debug)]
pub struct Plain<R, W> {
    /// Commands, a line each.
    from: R,
    /// What is said.
    to: W,
    /// Whether it is shown that a command is awaited.
    prompts: bool,
}

/// A story that is told.
struct Telling {
    story: Story,
    /// The answer that was last chosen: the moment at which, and its number.
    answer: Option<(usize, usize)>,
}

/// How a story is left.
enum Left {
    /// For the list.
    ForList(Box<Story>),
    /// For good.
    ForGood,
}

impl<R: BufRead, W: Write> Plain<R, W> {
    /// Commands are read from one end and answered at the other. With `prompts` it is shown that one is awaited.
    pub fn new(from: R, to: W, prompts: bool) -> Self {
        Self { from, to, prompts }
    }

    /// Tells a story, or lets one be chosen first, until the commands end.
    ///
    /// # Errors
    ///
    /// If commands cannot be read or answers cannot be written.
    pub fn play(mut self, story: Option<Story>) -> io::Result<()> {
        let (mut next, mut left) = (story.map(Box::new), None);
        loop {
            let story = match next.take() {
                Some(story) => story,
                None => match self.choose(left.take())? {
                    Some(story) => story,
                    None => return Ok(()),
                },
            };
            match self.tell(*story)? {
                Left::ForList(story) => left = Some(story),
                Left::ForGood => return Ok(()),
            }
        }
    }

    fn tell(&mut self, story: Story) -> io::Result<Left> {
        let mut telling = Telling { story, answer: None };
        self.say(say::about(&telling.story))?;
        self.say(telling.moment())?;
        self.say(["Enter goes on, ? tells all commands.".into()])?;
        while let Some(line) = self.line("")? {
            let answers = telling.story.question().map_or(0, |ask| ask.answers.len());
            match command::parse(&line, answers) {
                Ok(Command::Quit) => return Ok(Left::ForGood),
                Ok(Command::List) => return Ok(Left::ForList(Box::new(telling.story))),
                Ok(Command::Play) => self.play_on(&mut telling)?,
                Ok(command) => self.say(telling.obey(command))?,
                Err(why) => self.say([format!("No: {why}.")])?,
            }
        }
        Ok(Left::ForGood)
    }

    /// Every event up to the next question or the end.
    fn play_on(&mut self, telling: &mut Telling) -> io::Result<()> {
        loop {
            self.say(telling.go(telling.story.target(Go::NextEvent), Go::NextEvent.nothing()))?;
            let timeline = &telling.story.timeline;
            if telling.story.question().is_some() || timeline.moment() == timeline.end() {
                return Ok(());
            }
        }
    }

    /// Writes lines, without anything that a terminal obeys.
    fn say(&mut self, lines: impl IntoIterator<Item = String>) -> io::Result<()> {
        for line in lines {
            writeln!(self.to, "{}", one_line(&line))?;
        }
        self.to.flush()
    }

    /// The next line that is typed; `None` if there will be none.
    fn line(&mut self, what: &str) -> io::Result<Option<String>> {
        if self.prompts {
            write!(self.to, "{what}> ")?;
            self.to.flush()?;
        }
        let mut bytes = vec![];
        self.from.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut bytes)?;
        let line = String::from_utf8_lossy(&bytes).trim().to_owned();
        Ok((!bytes.is_empty()).then_some(line))
    }
}

impl Telling {
    /// What is said of this moment.
    fn moment(&self) -> Vec<String> {
        say::moment(&self.story, self.chosen())
    }

    /// The answer that was chosen at this moment.
    fn chosen(&self) -> Option<usize> {
        let here = self.story.timeline.moment();
        self.answer.filter(|(moment, _)| *moment == here).map(|(_, number)| number)
    }

    /// Does what a command says, and tells what comes of it.
    fn obey(&mut self, command: Command) -> Vec<String> {
        match command {
            Command::Go(go) => self.go(self.story.target(go), go.nothing()),
            Command::Place(text) => match self.story.moment_named(&text) {
                Ok(moment) => self.go(Some(moment), "this is the place"),
                Err(why) => vec![format!("No: {why}.")],
            },
            Command::Answer(number) => {
                self.answer = Some((self.story.timeline.moment(), number));
                say::verdict(&self.story, number).into_iter().collect()
            }
            Command::Panel(name, process) => match self.look(process.as_deref()) {
                Ok(look) => say::panel(name, &self.story, &look),
                Err(why) => vec![format!("No: {why}.")],
            },
            Command::All => {
                let look = Look { answer: self.chosen(), ..Look::default() };
                let panels = PanelName::ALL.into_iter();
                panels.flat_map(|name| say::panel(name, &self.story, &look)).collect()
            }
            Command::Explain(name) => say::explained(&self.story, &name),
            Command::Where => say::edges(&self.story),
            Command::Help => command::help(),
            // These end or go on with the telling: who reads the lines does them.
            Command::Play | Command::List | Command::Quit => vec![],
        }
    }

    /// Goes to a moment and tells it, or why there is nothing to tell.
    fn go(&mut self, moment: Option<usize>, nothing: &str) -> Vec<String> {
        match moment.filter(|moment| *moment != self.story.timeline.moment()) {
            Some(moment) => {
                self.story.timeline.seek(moment);
                self.moment()
            }
            None => vec![format!("No: {nothing}.")],
        }
    }

    /// How a panel is looked at: with the eyes of the process of this name or number, if one is named.
    fn look(&self, process: Option<&str>) -> Result<Look, String> {
        let look = Look { answer: self.chosen(), ..Look::default() };
        let Some(name) = process else { return Ok(look) };
        let system = self.story.system();
        let numbered = || system.processes().find(|process| process.pid.to_string() == name);
        match system.process_named(name).or_else(numbered) {
            Some(process) => Ok(Look { process: Some(process.pid), ..look }),
            None => Err(format!("there is no process \"{name}\" now")),
        }
    }
}
