//! A flat model of what processes see: each has its own private bytes, and shared mappings have one file. There are no
//! frames in it, no page tables and no copy-on-write: fork copies all.

use std::collections::BTreeMap;

pub const PAGE: u64 = 4096;
/// How far below `sp` a growing stack may be touched.
const BELOW_SP: u64 = 256;

pub type Bytes = [u8; PAGE as usize];

/// What is wanted of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    Load,
    Store,
    Fetch,
}

/// Some of R, W and X.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prot(pub bool, pub bool, pub bool);

impl Prot {
    pub fn allows(self, want: Want) -> bool {
        match want {
            Want::Load => self.0,
            Want::Store => self.1,
            Want::Fetch => self.2,
        }
    }
}

/// A range of pages.
#[derive(Clone, Debug)]
pub struct Region {
    pub kind: &'static str,
    pub start: u64,
    pub end: u64,
    pub prot: Prot,
    /// The file or shared memory that it shows, and from which page on.
    pub shows: Option<(usize, u64)>,
    /// Stores go to what it shows.
    pub shared: bool,
}

/// A file, or memory that is shared.
#[derive(Clone, Debug)]
pub struct Object {
    pub bytes: Vec<u8>,
}

/// What a process can use.
#[derive(Clone, Debug, Default)]
pub struct Space {
    pub regions: Vec<Region>,
    /// Private pages that were written, by page number.
    pub own: BTreeMap<u64, Box<Bytes>>,
    pub brk: u64,
    pub stack_limit: u64,
}

#[derive(Clone, Debug)]
pub struct Process {
    pub name: String,
    pub space: usize,
    pub sp: u64,
    pub alive: bool,
    /// It waits for the child that has its space.
    pub lent: bool,
    /// Whose space it has.
    pub borrowed_from: Option<usize>,
}

#[derive(Debug, Default)]
pub struct Model {
    pub processes: Vec<Process>,
    pub spaces: Vec<Space>,
    pub objects: Vec<Object>,
    pub stack_grows: bool,
}

/// Pages of text, data, bss and heap of a program; guard and stack have one each, but for a growing stack's reserve.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    pub file: usize,
    pub text: u64,
    pub data: u64,
    pub bss: u64,
    pub heap: u64,
    /// The number of the process, if the kernel has a page that tells it.
    pub vdso: Option<u64>,
}

impl Space {
    /// A program as it begins. `eager` takes the bytes of its file at once.
    pub fn of(program: &Program, reserve: u64, top: u64, objects: &[Object], eager: bool) -> (Self, u64) {
        let mut space = Self::default();
        let mut end = 0;
        let mut add = |kind, pages: u64, prot, shows: Option<(usize, u64)>| {
            let start = end;
            end += pages * PAGE;
            space.regions.push(Region { kind, start, end, prot, shows, shared: false });
            start
        };
        add("text", program.text, Prot(true, false, true), Some((program.file, 0)));
        add("data", program.data, Prot(true, true, false), Some((program.file, program.text)));
        add("bss", program.bss, Prot(true, true, false), None);
        add("guard", 1, Prot(false, false, false), None);
        let limit = add("stack", 1 + reserve, Prot(true, true, false), None);
        let heap = add("heap", program.heap, Prot(true, true, false), None);
        let heap_end = heap + program.heap * PAGE;
        space.stack_limit = limit;
        space.brk = heap_end;
        let stack = space.regions.iter_mut().find(|region| region.kind == "stack").expect("there is one");
        stack.start += reserve * PAGE;
        space.regions.retain(|region| region.start < region.end || region.kind == "heap");
        for start in [top - 2 * PAGE, top - PAGE] {
            let prot = Prot(false, false, false);
            space.regions.push(Region {
                kind: "kernel",
                start,
                end: start + PAGE,
                prot,
                shows: None,
                shared: false,
            });
        }
        if let Some(number) = program.vdso {
            let start = top - 3 * PAGE;
            let prot = Prot(true, false, false);
            let kind = "vdso";
            space.regions.push(Region { kind, start, end: start + PAGE, prot, shows: None, shared: false });
            space.set_number(number);
        }
        if eager {
            for page in 0..(program.text + program.data) {
                let bytes = object_page(&objects[program.file], page);
                space.own.insert(page, Box::new(bytes));
            }
        }
        (space, heap)
    }

    /// The page that the kernel lets the process read, if there is one, has its number.
    pub fn set_number(&mut self, number: u64) {
        if let Some(start) = self.vdso() {
            let mut bytes = [0; PAGE as usize];
            bytes[8..16].copy_from_slice(&number.to_le_bytes());
            self.own.insert(start / PAGE, Box::new(bytes));
        }
    }

    /// Where that page is.
    pub fn vdso(&self) -> Option<u64> {
        self.regions.iter().find(|region| region.kind == "vdso").map(|region| region.start)
    }

    fn region(&self, va: u64) -> Option<&Region> {
        self.regions.iter().find(|region| (region.start..region.end).contains(&va))
    }

    pub fn heap(&mut self) -> &mut Region {
        self.regions.iter_mut().find(|region| region.kind == "heap").expect("there is always one")
    }

    pub fn mappings(&self) -> impl Iterator<Item = &Region> {
        self.regions.iter().filter(|region| region.kind == "mapping")
    }

    /// Whether a range of addresses, or what the stack may still take, has something in common with `start..end`.
    pub fn is_taken(&self, start: u64, end: u64) -> bool {
        let overlaps = |region: &Region| {
            let from = if region.kind == "stack" { self.stack_limit } else { region.start };
            from < end && start < region.end
        };
        self.regions.iter().any(overlaps)
    }

    /// Takes `start..end` out of the mappings.
    pub fn cut(&mut self, start: u64, end: u64) {
        let mut rest = vec![];
        for region in std::mem::take(&mut self.regions) {
            if region.kind != "mapping" || region.end <= start || end <= region.start {
                rest.push(region);
                continue;
            }
            for (from, to) in [(region.start, start.max(region.start)), (end.min(region.end), region.end)] {
                if from < to {
                    let skipped = (from - region.start) / PAGE;
                    let shows = region.shows.map(|(object, first)| (object, first + skipped));
                    rest.push(Region { start: from, end: to, shows, ..region.clone() });
                }
            }
        }
        self.regions = rest;
        self.own.retain(|page, _| !(start..end).contains(&(page * PAGE)));
    }
}

/// A page of an object, zeros past its end.
fn object_page(object: &Object, page: u64) -> Bytes {
    let mut bytes = [0; PAGE as usize];
    let start = ((page * PAGE) as usize).min(object.bytes.len());
    let end = (start + PAGE as usize).min(object.bytes.len());
    bytes[..end - start].copy_from_slice(&object.bytes[start..end]);
    bytes
}

impl Model {
    fn space(&mut self, process: usize) -> &mut Space {
        &mut self.spaces[self.processes[process].space]
    }

    /// Whether a process may do this at one address. A stack that may grow to there does.
    pub fn allows(&mut self, process: usize, va: u64, want: Want) -> bool {
        let (sp, grows) = (self.processes[process].sp, self.stack_grows);
        let space = self.space(process);
        let limit = space.stack_limit;
        if let Some(stack) = space.regions.iter_mut().find(|region| region.kind == "stack")
            && grows
            && (limit..stack.start).contains(&va)
            && va >= sp.saturating_sub(BELOW_SP)
        {
            stack.start = va / PAGE * PAGE;
        }
        space.region(va).is_some_and(|region| region.prot.allows(want))
    }

    /// Whether some of these bytes lie in the last page of a shared file, past its end. What is stored there is nobody's
    /// promise: the page cache keeps it for as long as it keeps the page.
    pub fn is_past_the_end(&self, process: usize, va: u64, bytes: u64) -> bool {
        let space = &self.spaces[self.processes[process].space];
        let past = |region: &Region, va: u64| {
            let Some((object, first)) = region.shows.filter(|_| region.shared) else { return false };
            let size = self.objects[object].bytes.len() as u64;
            (size..size.next_multiple_of(PAGE)).contains(&(first * PAGE + va - region.start))
        };
        let at = |va: u64| space.region(va).is_some_and(|region| past(region, va));
        (0..bytes).any(|i| at(va.wrapping_add(i)))
    }

    pub fn byte(&mut self, process: usize, va: u64) -> u8 {
        let (page, at) = (va / PAGE, (va % PAGE) as usize);
        let space = &self.spaces[self.processes[process].space];
        if let Some(own) = space.own.get(&page) {
            return own[at];
        }
        let region = space.region(va).expect("the caller has asked");
        let shown = region.shows.map(|(object, first)| (object, (first * PAGE) + (va - region.start)));
        shown.and_then(|(object, at)| self.objects[object].bytes.get(at as usize).copied()).unwrap_or(0)
    }

    pub fn set_byte(&mut self, process: usize, va: u64, byte: u8) {
        let (page, at) = (va / PAGE, (va % PAGE) as usize);
        let space = self.processes[process].space;
        let region = self.spaces[space].region(va).expect("the caller has asked").clone();
        let shown = region.shows.map(|(object, first)| (object, first + (va - region.start) / PAGE));
        if let (Some((object, shown)), true) = (shown, region.shared) {
            let at = (shown * PAGE) as usize + at;
            if let Some(there) = self.objects[object].bytes.get_mut(at) {
                *there = byte;
                return;
            }
        }
        let objects = &self.objects;
        let own = self.spaces[space].own.entry(page).or_insert_with(|| {
            Box::new(shown.map_or([0; PAGE as usize], |(object, page)| object_page(&objects[object], page)))
        });
        own[at] = byte;
    }

    /// An access: what it reads or writes; `None` if the process dies of it.
    pub fn access(&mut self, process: usize, va: u64, width: u64, want: Want, value: u64) -> Option<u64> {
        let addresses: Vec<u64> = (0..width).map(|i| va.checked_add(i)).collect::<Option<_>>()?;
        if !addresses.iter().all(|va| self.allows(process, *va, want)) {
            return None;
        }
        let mut found = 0;
        for (i, va) in addresses.into_iter().enumerate() {
            if want == Want::Store {
                self.set_byte(process, va, (value >> (8 * i)) as u8);
            }
            found |= u64::from(self.byte(process, va)) << (8 * i);
        }
        Some(found)
    }

    /// A process is no more; a borrowed space is its owner's again.
    pub fn end(&mut self, process: usize) {
        self.processes[process].alive = false;
        self.leave(process);
    }

    pub fn leave(&mut self, process: usize) {
        if let Some(owner) = self.processes[process].borrowed_from.take() {
            self.processes[owner].lent = false;
        }
    }

    /// A copy of all that a process has, for a child.
    pub fn fork(&mut self, process: usize, name: String) {
        let mut space = self.spaces[self.processes[process].space].clone();
        space.set_number(self.processes.len() as u64 + 1);
        self.spaces.push(space);
        let sp = self.processes[process].sp;
        let space = self.spaces.len() - 1;
        self.processes.push(Process { name, space, sp, alive: true, lent: false, borrowed_from: None });
    }

    pub fn vfork(&mut self, process: usize, name: String) {
        self.processes[process].lent = true;
        let child =
            Process { name, lent: false, borrowed_from: Some(process), ..self.processes[process].clone() };
        self.processes.push(child);
    }
}
