//! What a scenario has made so far: whom its steps can name.

/// A machine, what is on its disk, and who lives.
#[derive(Debug)]
pub struct World {
    pub bare: bool,
    /// The kernel is mapped in an upper half of the addresses.
    pub upper_half: bool,
    pub is_32_bit: bool,
    /// Pages can lose their frames.
    pub reclaims: bool,
    pub base: u64,
    pub harts: u64,
    pub programs: Vec<String>,
    pub files: Vec<String>,
    pub processes: Vec<Process>,
    /// The process of the step before, or of this one, if it has been said.
    pub current: Option<usize>,
    /// Variables of the repetitions around.
    pub vars: Vec<String>,
    /// How many repetitions are around.
    pub rounds: usize,
    fresh: usize,
}

/// A process, as far as steps have to know it.
#[derive(Clone, Debug, Default)]
pub struct Process {
    pub name: String,
    pub mappings: Vec<String>,
    /// It has lent its memory to this one.
    pub waits_for: Option<usize>,
    pub ended: bool,
}

impl Default for World {
    fn default() -> Self {
        Self {
            bare: false,
            upper_half: false,
            is_32_bit: false,
            reclaims: false,
            base: 0x8000_0000,
            harts: 1,
            programs: vec![],
            files: vec![],
            processes: vec![],
            current: None,
            vars: vec![],
            rounds: 0,
            fresh: 0,
        }
    }
}

impl World {
    /// A name that nothing has.
    pub fn fresh(&mut self, what: &str) -> String {
        self.fresh += 1;
        format!("{what}{}", self.fresh)
    }

    fn can_act(process: &Process) -> bool {
        !process.ended && process.waits_for.is_none()
    }

    /// Who can act, by name.
    pub fn actors(&self) -> Vec<String> {
        self.processes
            .iter()
            .filter(|process| Self::can_act(process))
            .map(|process| process.name.clone())
            .collect()
    }

    /// Whether the process of the step before can act.
    pub fn has_actor(&self) -> bool {
        self.actor().is_some_and(Self::can_act)
    }

    pub fn actor(&self) -> Option<&Process> {
        self.processes.get(self.current?)
    }

    /// The process of this name acts.
    pub fn acts(&mut self, name: &str) {
        self.current = self.processes.iter().rposition(|process| process.name == name).or(self.current);
    }

    /// An operation was written down: what it makes is there, what it ends is not.
    pub fn did(&mut self, op: &str, name: Option<String>) {
        let actor = self.current;
        let known = actor.map(|at| self.processes[at].clone()).unwrap_or_default();
        match (op, name, actor) {
            ("spawn", Some(name), _) => {
                self.processes.push(Process { name, ..Process::default() });
                self.current = Some(self.processes.len() - 1);
            }
            ("fork", Some(name), Some(_)) => {
                self.processes.push(Process { name, mappings: known.mappings, ..Process::default() });
            }
            ("vfork", Some(name), Some(at)) => {
                self.processes.push(Process { name, mappings: known.mappings, ..Process::default() });
                self.processes[at].waits_for = Some(self.processes.len() - 1);
            }
            ("exec" | "exit", _, Some(at)) => {
                self.processes[at].mappings.clear();
                self.processes[at].ended = op == "exit";
                for process in self.processes.iter_mut().filter(|process| process.waits_for == actor) {
                    process.waits_for = None;
                }
            }
            ("mmap", Some(name), Some(at)) => self.processes[at].mappings.push(name),
            _ => {}
        }
    }
}
