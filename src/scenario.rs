//! Floor 3, scenarios: the JSON format that authors write, and its mistakes, located.
//!
//! The way of a file: its text becomes a tree of [`node`]s that know their places ([`syntax`]); files that it includes
//! take their places in it ([`mod@include`]); settings of a variant and of the command line are put over it
//! ([`variants`]); serde ([`de`]) reads it as a [`Document`](document::Document), the format as types, from which its JSON
//! Schema is derived too; repetitions are unrolled ([`expand`]) into a [`Scenario`]. Each way station tells all of its
//! [`Problem`]s and hands on what is good, so that one run tells them all. Nothing here runs anything:
//! [`Scenario::ops`] is what a timeline runs. A file is untrusted: its size, its depth and the number of its steps are
//! bounded, and control characters never reach the screen.

pub mod ask;
pub mod course;
pub mod de;
pub mod diagnostic;
mod disk;
pub mod document;
mod elf;
pub mod expand;
pub mod expect;
pub mod folder;
pub mod format;
mod impossible;
pub mod include;
pub mod library;
pub mod limits;
pub mod meaning;
mod mend;
pub mod node;
mod overlay;
pub mod printable;
mod programs;
pub mod random;
pub mod read;
pub mod schema;
pub mod settings;
pub mod source;
pub mod stage;
pub mod syntax;
mod unused;
pub mod variants;

pub use ask::Ask;
pub use course::Course;
pub use diagnostic::Problem;
pub use expect::Expect;
pub use folder::Folder;
pub use source::{Place, Source};
pub use variants::Variant;

use crate::kernel::{Op, Setup};
use node::Node;
use std::sync::Arc;

/// A scenario, ready to be run.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Where it came from, for messages.
    pub source: Source,
    /// Its title.
    pub title: String,
    /// One sentence about it.
    pub summary: String,
    /// Its place in a course.
    pub course: Option<Course>,
    /// The machine, the kernel's policies, programs and files.
    pub setup: Setup,
    /// The settings of machine and kernel as they were written or set, for other programs.
    pub settings: serde_json::Value,
    /// Other settings that it can be played under, in the order of the text.
    pub variants: Vec<Variant>,
    /// Its chapters, in order. Steps before the first chapter belong to one without a title.
    pub chapters: Vec<Chapter>,
    /// Its steps, `repeat` unrolled.
    pub steps: Vec<Step>,
    /// How many values its text has, with all that it includes.
    pub values: usize,
    /// What its author may not have meant, in the order of the text.
    pub warnings: Vec<Problem>,
}

/// A chapter: what its steps are called together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chapter {
    /// Its title.
    pub title: Arc<str>,
    /// What the speaker says when it begins. Not for the room.
    pub say: Option<Arc<str>>,
    /// How the screen is arranged from here on.
    pub layout: Option<stage::Layout>,
    /// The panel that the screen is about from here on.
    pub focus: Option<stage::PanelName>,
}

/// One step. The rounds of a repetition share what was written.
#[derive(Clone, Debug)]
pub struct Step {
    /// What is done, and by whom.
    pub op: Op,
    /// The index of its chapter.
    pub chapter: usize,
    /// The author's sentence: why this step is here.
    pub note: Option<Arc<str>>,
    /// What the speaker says here. Not for the room.
    pub say: Option<Arc<str>>,
    /// A question to the reader before the step.
    pub ask: Option<Arc<Ask>>,
    /// What must hold after it.
    pub expect: Option<Arc<Expect>>,
    /// The step as it was written.
    pub node: Arc<Node>,
}

impl Scenario {
    /// The same with more warnings.
    pub fn warned(mut self, warnings: Vec<Problem>) -> Self {
        self.warnings.extend(warnings);
        Problem::sort(&mut self.warnings);
        Problem::limit(&mut self.warnings);
        self
    }

    /// The operations, in order.
    pub fn ops(&self) -> Vec<Op> {
        self.steps.iter().map(|step| step.op.clone()).collect()
    }
}
