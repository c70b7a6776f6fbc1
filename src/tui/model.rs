//! What the screen shows: all of it, and nothing about how.

use super::comfort::Comfort;
use super::gallery::Gallery;
use super::reload::Live;
use super::remembered::Remembered;
use crate::story::Story;
use ratatui::layout::Rect;
use std::time::Duration;

/// The whole screen.
#[derive(Debug)]
pub struct Model {
    /// What fills it.
    pub screen: Screen,
    /// The keys are shown over it, scrolled by so many rows.
    pub help: Option<i32>,
    /// The user wants to leave.
    pub quit: bool,
    /// Columns and rows of the screen, as they were last told: what is scrolled ends where a panel of that screen does.
    pub size: (u16, u16),
    /// What the user has set.
    pub comfort: Comfort,
    /// What is known from other times.
    pub remembered: Remembered,
    gallery: Gallery,
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
    /// The panel that is shown where not all fit.
    pub tab: Tab,
    /// How far that panel is scrolled from where it would be by itself.
    pub scroll: i32,
    /// It plays by itself.
    pub playing: bool,
    /// How fast.
    pub speed: Speed,
    /// The answer that was last chosen: the moment at which, and its number.
    pub answer: Option<(usize, usize)>,
    /// The line that is being typed.
    pub prompt: Option<String>,
    /// Something to tell, until the next key.
    pub message: Option<String>,
    /// Whether it follows a file.
    pub live: Live,
}

/// The panels to choose from where not all fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// The translation and the page table.
    Walk,
    /// The script.
    Script,
    /// The frames.
    Frames,
    /// The TLB.
    Tlb,
    /// The areas.
    Space,
    /// The registers.
    Registers,
    /// The counters.
    Costs,
    /// What happens, in full.
    Event,
}

impl Tab {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::Walk,
        Self::Script,
        Self::Frames,
        Self::Tlb,
        Self::Space,
        Self::Registers,
        Self::Costs,
        Self::Event,
    ];

    /// Its number, from 1.
    pub fn number(self) -> usize {
        self as usize + 1
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Walk => "Walk",
            Self::Script => "Script",
            Self::Frames => "Frames",
            Self::Tlb => "TLB",
            Self::Space => "Space",
            Self::Registers => "Registers",
            Self::Costs => "Costs",
            Self::Event => "Event",
        }
    }
}

/// How fast a story plays by itself: events a second, in steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speed(usize);

/// What is said where a story goes on.
pub(super) const WERE_HERE: &str = "you were here: Home goes to the beginning";

impl Default for Speed {
    fn default() -> Self {
        Self(2)
    }
}

impl Speed {
    const MILLISECONDS: [u64; 7] = [4_000, 2_000, 1_000, 500, 250, 125, 50];

    /// All of them in events a second, the slowest first.
    pub fn all() -> impl Iterator<Item = (f64, Self)> {
        (0..Self::MILLISECONDS.len()).map(|at| (Self(at).events_a_second(), Self(at)))
    }

    /// Events a second: 0.25 to 20.
    pub fn events_a_second(self) -> f64 {
        1_000.0 / Self::MILLISECONDS[self.0] as f64
    }

    /// How long an event is shown.
    pub fn interval(self) -> Duration {
        Duration::from_millis(Self::MILLISECONDS[self.0])
    }

    /// The next faster one.
    pub fn faster(self) -> Self {
        Self((self.0 + 1).min(Self::MILLISECONDS.len() - 1))
    }

    /// The next slower one.
    pub fn slower(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// In words: `2 events a second`, `an event every 4 seconds`.
    pub fn words(self) -> String {
        match Self::MILLISECONDS[self.0] {
            1_000 => "1 event a second".into(),
            fast if fast < 1_000 => format!("{} events a second", 1_000 / fast),
            slow => format!("an event every {} seconds", slow / 1_000),
        }
    }
}

impl Model {
    /// The gallery, or a story at its moment.
    pub fn new(story: Option<Story>) -> Self {
        let gallery = Gallery::new(story.as_ref().map(|story| &story.scenario));
        let screen = match story {
            Some(story) => Screen::Play(Box::new(Player::new(story))),
            None => Screen::Gallery,
        };
        let (comfort, remembered) = (Comfort::default(), Remembered::default());
        Self { screen, help: None, quit: false, size: (80, 24), comfort, remembered, gallery }
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
        (self.comfort, self.remembered) = (comfort, remembered);
        if let Screen::Play(player) = &mut self.screen {
            player.welcome(&self.comfort, &self.remembered);
        }
        self
    }

    /// What is to be known at another time.
    pub fn into_remembered(mut self) -> Remembered {
        let shown = match &self.screen {
            Screen::Play(player) => Some(player.as_ref()),
            Screen::Gallery => None,
        };
        for player in self.gallery.left().chain(shown) {
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
        self.player().filter(|player| player.playing).map(|player| player.speed.interval())
    }
}

impl Player {
    /// A story at its moment, as it is first shown.
    pub fn new(story: Story) -> Self {
        Self {
            story,
            tab: Tab::Walk,
            scroll: 0,
            playing: false,
            speed: Speed::default(),
            answer: None,
            prompt: None,
            message: None,
            live: Live::No,
        }
    }

    /// A story that was just opened, as the user likes it, and where it was left at another time.
    fn welcome(&mut self, comfort: &Comfort, remembered: &Remembered) {
        self.speed = comfort.speed;
        if let Some(moment) = remembered.moment(&self.story) {
            self.story.timeline.seek(moment);
            self.message = Some(WERE_HERE.into());
        }
    }

    /// The answer that was chosen at this moment.
    pub fn chosen(&self) -> Option<usize> {
        let here = self.story.timeline.moment();
        self.answer.filter(|(moment, _)| *moment == here).map(|(_, number)| number)
    }
}
