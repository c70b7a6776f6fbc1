//! What the screen shows: all of it, and nothing about how.

use super::comfort::Comfort;
use super::gallery::Gallery;
use super::line::Line;
use super::pace::{self, Speed};
use super::present::Stage;
use super::reload::Live;
use super::remembered::Remembered;
use super::search::Search;
use super::theme::{self, Depth, Theme};
use super::{arrange, tour};
use crate::hw::PhysAddr;
use crate::kernel::Pid;
use crate::scenario::stage::{Layout, PanelName};
use crate::story::Story;
use crate::view::{Look, Thing};
use ratatui::layout::Rect;
use std::collections::BTreeSet;
use std::time::Duration;

/// The whole screen.
#[derive(Debug)]
pub struct Model {
    /// What fills it.
    pub screen: Screen,
    /// What lies over it.
    pub sheet: Option<Sheet>,
    /// The line that is being typed.
    pub line: Option<Line>,
    /// What was searched for, the newest last.
    pub searches: Vec<String>,
    /// How it looks.
    pub looks: Looks,
    /// The user wants to leave.
    pub quit: bool,
    /// The user wants the shell back for a while.
    pub suspend: bool,
    /// What is to be put into the clipboard.
    pub copied: Option<String>,
    /// Columns and rows of the screen, as they were last told: what is scrolled ends where a panel of that screen does.
    pub size: (u16, u16),
    /// What the user has set.
    pub comfort: Comfort,
    /// What is known from other times.
    pub remembered: Remembered,
    gallery: Gallery,
}

/// How long the gallery shows a step of the chosen scenario.
const PREVIEW: Duration = Duration::from_millis(1_200);

/// How the screen looks.
#[derive(Clone, Copy, Debug)]
pub struct Looks {
    /// The colours and weights.
    pub theme: &'static Theme,
    /// The theme is to fit the page of the terminal, because the user has chosen none.
    pub fits: bool,
    /// How many colours there are.
    pub depth: Depth,
    /// Only ASCII characters are shown.
    pub ascii: bool,
}

impl Default for Looks {
    fn default() -> Self {
        Self { theme: &theme::DARK, fits: false, depth: Depth::default(), ascii: false }
    }
}

impl Looks {
    /// The user chooses a theme.
    pub fn choose(&mut self, theme: &'static Theme) {
        (self.theme, self.fits) = (theme, false);
    }

    /// The terminal says that it has a light page, or a dark one.
    pub fn fit(&mut self, light: bool) {
        if self.fits {
            self.theme = if light { &theme::LIGHT } else { &theme::DARK };
        }
    }
}

/// What lies over the screen for a while, and how far it is scrolled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sheet {
    /// The keys and the signs; those that have these words in them.
    Help {
        /// What was typed.
        filter: String,
        /// How far it is scrolled.
        scroll: i32,
    },
    /// Everything that can be done, to choose from.
    Palette {
        /// What was typed.
        query: String,
        /// Which of what fits it is chosen, from 0.
        chosen: usize,
    },
    /// What is selected, in full.
    Explain {
        /// What is explained.
        thing: Thing,
        /// How far it is scrolled.
        scroll: i32,
    },
}

/// What fills the screen.
#[derive(Debug)]
pub enum Screen {
    /// The scenarios to choose from.
    Gallery,
    /// A story.
    Play(Box<Player>),
}

/// A story that is looked at.
#[derive(Debug)]
pub struct Player {
    /// It, at the moment that is shown.
    pub story: Story,
    /// How its panels are arranged.
    pub layout: Layout,
    /// The panel that the keys act on, and that is shown where not all fit.
    pub focus: PanelName,
    /// The panel in focus has the whole screen.
    pub zoomed: bool,
    /// How far that panel is scrolled from where it would be by itself.
    pub scroll: i32,
    /// What is selected.
    pub selection: Option<Thing>,
    /// The process whose memory is shown, instead of the one that acts.
    pub process: Option<Pid>,
    /// PTEs whose tables are folded away.
    pub folded: BTreeSet<PhysAddr>,
    /// It plays by itself.
    pub playing: bool,
    /// How fast.
    pub speed: Speed,
    /// The answer that was last chosen: the moment at which, and its number.
    pub answer: Option<(usize, usize)>,
    /// What the room sees of it.
    pub stage: Stage,
    /// What was searched for.
    pub search: Option<Search>,
    /// Something to tell, until the next key.
    pub message: Option<String>,
    /// Whether it follows a file.
    pub live: Live,
}

/// What is said where a story goes on.
pub(super) const WERE_HERE: &str = "you were here: Home goes to the beginning";

impl Model {
    /// The gallery, or a story at its moment.
    pub fn new(story: Option<Story>) -> Self {
        let gallery = Gallery::new(story.as_ref().map(|story| &story.scenario));
        let screen = match story {
            Some(story) => Screen::Play(Box::new(Player::new(story))),
            None => Screen::Gallery,
        };
        Self {
            screen,
            sheet: None,
            line: None,
            searches: vec![],
            looks: Looks::default(),
            comfort: Comfort::default(),
            remembered: Remembered::default(),
            quit: false,
            suspend: false,
            copied: None,
            size: (80, 24),
            gallery,
        }
    }

    /// The whole screen, as its size was last told.
    pub fn area(&self) -> Rect {
        Rect::new(0, 0, self.size.0, self.size.1)
    }

    /// A story at its moment, which follows its file.
    pub fn following(story: Story) -> Self {
        let mut model = Self::new(Some(story));
        if let Screen::Play(player) = &mut model.screen {
            player.live = Live::Follows;
        }
        model
    }

    /// The same as a user likes it, who has been here before: the story goes on where it was left.
    pub fn for_user(mut self, comfort: Comfort, remembered: Remembered) -> Self {
        self.looks.ascii = comfort.ascii;
        (self.comfort, self.remembered) = (comfort, remembered);
        if let Screen::Play(player) = &mut self.screen {
            player.welcome(&self.comfort, &self.remembered);
        }
        tour::welcome(&mut self);
        self
    }

    /// What is to be known at another time.
    pub fn into_remembered(mut self) -> Remembered {
        let shown = match &self.screen {
            Screen::Play(player) => Some(player.as_ref()),
            Screen::Gallery => None,
        };
        let others = |player: &&Player| !tour::is_tour(&player.story.scenario);
        for player in self.gallery.left().chain(shown).filter(others) {
            self.remembered.keep(&player.story);
        }
        self.remembered
    }

    /// The story that follows a file, also while it is left.
    pub(super) fn follower(&mut self) -> Option<&mut Player> {
        let shown = match &mut self.screen {
            Screen::Play(player) => Some(player.as_mut()),
            Screen::Gallery => None,
        };
        shown.into_iter().chain(self.gallery.left_mut()).find(|player| !matches!(player.live, Live::No))
    }

    /// Opens the story that is chosen in the gallery.
    pub(super) fn open(&mut self) {
        // A built-in that does not run fails the tests; here it just cannot be chosen.
        let is_new = !self.gallery.is_left();
        if let Ok(mut player) = self.gallery.open() {
            if is_new {
                player.welcome(&self.comfort, &self.remembered);
            }
            self.screen = Screen::Play(player);
        }
    }

    /// Goes back to the gallery.
    pub(super) fn leave(&mut self) {
        if let Screen::Play(player) = std::mem::replace(&mut self.screen, Screen::Gallery) {
            self.gallery.leave(player);
            tour::pass(self);
        }
    }

    /// The gallery, also while a story fills the screen.
    pub fn gallery(&self) -> &Gallery {
        &self.gallery
    }

    /// The gallery, to be changed.
    pub(super) fn gallery_mut(&mut self) -> &mut Gallery {
        &mut self.gallery
    }

    /// The story that fills the screen.
    pub fn player(&self) -> Option<&Player> {
        match &self.screen {
            Screen::Play(player) => Some(player),
            Screen::Gallery => None,
        }
    }

    /// How long to wait for a key before [`Tick`](super::message::Message::Tick); `None` for ever.
    pub fn patience(&self) -> Option<Duration> {
        match &self.screen {
            Screen::Gallery => Some(PREVIEW),
            Screen::Play(player) => player.playing.then(|| pace::interval(player)),
        }
    }
}

impl Player {
    /// A story at its moment, as it is first shown: as the chapter wants it that the moment lies in.
    pub fn new(story: Story) -> Self {
        let mut player = Self {
            story,
            layout: Layout::default(),
            focus: arrange::main(Layout::default()),
            zoomed: false,
            scroll: 0,
            selection: None,
            process: None,
            folded: BTreeSet::new(),
            playing: false,
            speed: Speed::default(),
            answer: None,
            stage: Stage::default(),
            search: None,
            message: None,
            live: Live::No,
        };
        player.enter(player.story.step().map(|step| step.chapter));
        player
    }

    /// A story that was just opened, as the user likes it, and where it was left at another time.
    fn welcome(&mut self, comfort: &Comfort, remembered: &Remembered) {
        self.speed = comfort.speed;
        self.stage.presenting = comfort.present;
        self.arrange(comfort.layout);
        self.enter(self.story.step().map(|step| step.chapter));
        if let Some(moment) = remembered.moment(&self.story) {
            self.arrive(moment);
            self.message = Some(WERE_HERE.into());
        }
    }

    /// The answer that was chosen at this moment.
    pub fn chosen(&self) -> Option<usize> {
        let here = self.story.timeline.moment();
        self.answer.filter(|(moment, _)| *moment == here).map(|(_, number)| number)
    }

    /// How its panels are looked at, with so many columns and rows of room.
    pub fn look(&self, columns: u16, rows: u16) -> Look {
        Look {
            columns: columns.into(),
            rows: rows.into(),
            process: self.process,
            folded: self.folded.clone(),
            answer: self.chosen(),
        }
    }

    /// Shows another layout, with the focus on what it is for.
    pub fn arrange(&mut self, layout: Layout) {
        self.layout = layout;
        self.focus_on(arrange::main(layout));
        self.zoomed = false;
    }

    /// Goes to a moment, and stays there.
    pub fn visit(&mut self, moment: usize) {
        self.playing = false;
        self.arrive(moment);
    }

    /// Goes to a moment. A chapter that is entered may choose the layout.
    pub fn arrive(&mut self, moment: usize) {
        let before = self.story.step().map(|step| step.chapter);
        self.story.timeline.seek(moment);
        self.scroll = 0;
        let now = self.story.step().map(|step| step.chapter);
        if now != before {
            self.enter(now);
        }
    }

    /// Arranges the panels as a chapter wants it.
    pub fn enter(&mut self, chapter: Option<usize>) {
        let Some(chapter) = chapter.and_then(|at| self.story.scenario.chapters.get(at)) else { return };
        let (layout, focus) = (chapter.layout, chapter.focus);
        if let Some(layout) = layout {
            self.arrange(layout);
        }
        if let Some(focus) = focus {
            // The reader may have chosen a layout that does not have it.
            if !self.layout.panels().contains(&focus) {
                self.arrange(Layout::default());
            }
            self.focus_on(focus);
        }
    }

    /// Moves the focus to a panel.
    pub fn focus_on(&mut self, panel: PanelName) {
        self.focus = panel;
        self.scroll = 0;
    }
}
