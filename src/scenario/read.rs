//! From a text to a scenario, all problems told together.

use super::de::TAG;
use super::diagnostic::Problem;
use super::document::Document;
use super::expand::{Script, expand};
use super::node::Node;
use super::settings::MachineSettings;
use super::source::{Place, Source};
use super::{Scenario, disk, include, meaning, mend, overlay, programs, syntax, unused, variants};
use crate::kernel::Costs;
use crate::kernel::op::Size;
use crate::kernel::setup::KernelMapping;
use crate::kernel::setup::Setup;
use std::collections::BTreeSet;

/// A scenario as far as it could be read, and what is wrong with it.
#[derive(Debug)]
pub struct Draft {
    /// What could be read. If a problem is an error, it is only good for finding more of them.
    pub scenario: Option<Scenario>,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// What no further problem can be made of.
    pub doubts: Doubts,
}

/// What is not there, or not as it was meant, because something is wrong where it was to be made.
#[derive(Clone, Debug, Default)]
pub struct Doubts {
    /// The names of processes, programs, files and mappings.
    pub names: BTreeSet<String>,
    /// Something about the machine.
    pub machine: bool,
    /// Something about what happened before the first step that could be read.
    pub past: bool,
}

/// Reads a scenario, with the settings of the variant and of the command line put over its own.
///
/// # Errors
///
/// All problems that can be found without running it, if one of them is an error.
pub fn read(source: Source) -> Result<Scenario, Vec<Problem>> {
    let Draft { scenario, problems, .. } = draft(source);
    match scenario {
        Some(scenario) if !problems.iter().any(Problem::is_error) => Ok(scenario.warned(problems)),
        _ => Err(problems),
    }
}

/// Reads as much of a scenario as can be read.
pub fn draft(source: Source) -> Draft {
    let mut problems = vec![];
    let mut draft = Draft { scenario: None, problems: vec![], doubts: Doubts::default() };
    let root = syntax::read(&source.text, &Place::Text, &mut problems);
    if let Some(mut root) = root {
        include::resolve(&mut root, &source, &mut problems);
        let variants = variants::list(&root);
        let values = include::count(&root);
        variants::apply(&mut root, &source, &mut problems);
        overlay::apply(&mut root, &source, &mut problems);
        Problem::sort(&mut problems);
        if Problem::limit(&mut problems) {
            return Draft { problems, ..draft };
        }
        // Only a tree that is mended is needed as it was.
        let good = root.read::<Document>().ok();
        let written = good.is_none().then(|| root.clone());
        let document = good.or_else(|| mend::read_all(&mut root, &mut problems));
        if let Some(document) = document {
            draft.doubts = doubts(written.as_ref().unwrap_or(&root), &problems);
            let scenario = scenario(source, document, root, &mut problems, &mut draft.doubts);
            draft.scenario = Some(Scenario { variants, values, ..scenario });
        }
    }
    Problem::sort(&mut problems);
    draft.problems = problems;
    draft
}

fn scenario(
    source: Source,
    document: Document,
    mut root: Node,
    problems: &mut Vec<Problem>,
    doubts: &mut Doubts,
) -> Scenario {
    let broken: Vec<Place> = problems.iter().filter_map(|problem| problem.place.clone()).collect();
    let settings = serde_json::json!({ "machine": document.machine, "kernel": document.kernel });
    let has_kernel = document.kernel.policies().is_some();
    let machine = document.machine.config(root.get("machine").unwrap_or(&root), has_kernel, problems);
    let lost = &mut doubts.names;
    let (programs, room) =
        programs::programs(&document, &source, &root, disk::MAX_FILE_BYTES, problems, lost);
    let files = disk::files(&document, &root, &broken, room, problems, lost);
    meaning::check(&document, &root, &broken, problems);
    let unused = if broken.is_empty() { unused::warnings(&document, &root) } else { vec![] };
    // What cannot be is replaced, so that what can be is looked at all the same.
    doubts.machine |= machine.is_none();
    let costs = if machine.is_some() { document.machine.costs } else { Costs::default() };
    let machine = machine.or_else(|| MachineSettings::default().config(&root, has_kernel, &mut vec![]));
    let mut machine = machine.expect("a machine without settings can be built");
    let mut kernel = document.kernel.policies().cloned();
    if kernel.is_some() && !meaning::has_kernel_pages(machine.paging) {
        machine.paging = MachineSettings::default().paging.0;
    }
    for policies in kernel.iter_mut().filter(|policies| !meaning::has_kernel_half(machine.paging, policies)) {
        policies.mapping = KernelMapping::default();
    }
    for policies in kernel.iter_mut().filter(|policies| !meaning::is_swap_possible(policies)) {
        policies.swap = Size(0);
    }
    let setup = Setup { machine, costs, kernel, programs, files };
    let Script { chapters, steps } = match root.get_mut("steps") {
        Some(list) => expand(&document.steps, list, &broken, problems),
        None => Script::default(),
    };
    let Document { title, summary, course, .. } = document;
    Scenario {
        source,
        title,
        summary,
        course,
        setup,
        settings,
        variants: vec![],
        values: 0,
        chapters,
        steps,
        warnings: unused,
    }
}

/// What cannot be relied on, given what is wrong in a tree.
fn doubts(root: &Node, problems: &[Problem]) -> Doubts {
    let mut doubts = Doubts::default();
    for place in problems.iter().filter_map(|problem| problem.place.as_ref()) {
        let in_key = |key| {
            root.field(key)
                .is_some_and(|(name, value)| name.place.contains(place) || value.place.contains(place))
        };
        doubts.machine |= matches!(place, Place::Set { .. }) || in_key("machine") || in_key("variants");
        doubts.past |= in_key("steps") || matches!(place, Place::Included { .. });
        if let Some(text) = text_of(root, place) {
            names(text, place, &mut doubts.names);
        }
    }
    doubts
}

/// The outermost value around a place: the scenario, or the file that is included there.
fn text_of<'a>(node: &'a Node, place: &Place) -> Option<&'a Node> {
    match node.place.contains(place) {
        true => Some(node),
        false => node.children().find_map(|child| text_of(child, place)),
    }
}

/// The names that may not be there because of a problem at a place: the keys on the way to it, and the words of the
/// step around it, which is not carried out at all.
fn names(node: &Node, place: &Place, found: &mut BTreeSet<String>) {
    let here =
        node.fields().iter().find(|(key, value)| key.place.contains(place) || value.place.contains(place));
    found.extend(here.map(|(key, _)| key.name.clone()));
    if node.get(TAG).is_some() {
        found.extend(node.children().filter_map(Node::as_str).map(str::to_owned));
    }
    if let Some(child) = node.children().find(|child| child.place.contains(place)) {
        names(child, place, found);
    }
}
