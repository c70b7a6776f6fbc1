//! Carrying out an operation: whose it is, what its names and expressions mean now, and which mechanism does it.

use super::names::NAMES;
use crate::hw::{Access, Request, VirtAddr};
use crate::kernel::event::{Change, KernelEvent};
use crate::kernel::op::{About, Action, Expr, Op, OpError, Outcome, UnknownName, Within};
use crate::kernel::state::Pid;
use crate::kernel::system::{Observer, System, Work};
use crate::kernel::trap::{Call, MapRequest, Transfer};

impl System {
    /// Carries out one operation.
    ///
    /// # Errors
    ///
    /// If the operation makes no sense: it names a process, a program or a file that does not exist, or a value that
    /// cannot be. Little has happened then, but the state is no longer the one before; whoever goes on has a scenario
    /// to mend first.
    pub fn perform<O: Observer>(&mut self, op: &Op, watch: &mut O) -> Result<Outcome, OpError> {
        let hart = self.hart;
        let bare = self.policies.is_none();
        let mut kernel = Work { system: self, watch, hart, pinned: vec![], building: vec![] };
        if bare { kernel.bare(op) } else { kernel.perform(op) }
    }
}

impl<O: Observer> Work<'_, O> {
    fn perform(&mut self, op: &Op) -> Result<Outcome, OpError> {
        if let Action::Spawn { program, name } = &*op.action {
            return self.perform_spawn(program, name.as_deref().unwrap_or(program));
        }
        if let Action::Tick {} = &*op.action {
            return Ok(self.tick());
        }
        let Some(pid) = self.subject(op)? else {
            let process = op.process.clone().unwrap_or_else(|| self.current_name());
            self.event(KernelEvent::Skipped { process });
            return Ok(Outcome::Skipped);
        };
        self.change(Change::Current(Some(pid)));
        self.check_names(op, pid)?;
        self.switch_to(pid);
        if let Some(pc) = &op.pc {
            let pc = self.code_address(op, "pc", pc)?;
            self.set_pc(pc);
        }
        let access = |access, va, width: u64, value| Request { access, va, width, value };
        Ok(match &*op.action {
            Action::Load { at, width } => {
                let at = self.address(op, "at", at)?;
                self.user_access(pid, access(Access::Load, at, width.0, 0))
            }
            Action::Fetch { at, width } => {
                let at = self.code_address(op, "at", at)?;
                self.user_access(pid, access(Access::Fetch, at, width.0, 0))
            }
            Action::Store { at, width, value } => {
                let (at, value) = (self.address(op, "at", at)?, self.value(op, "value", value)?);
                self.user_access(pid, access(Access::Store, at, width.0, value))
            }
            Action::Touch { pages, at, store } => {
                let first = self.address(op, "at", at)?;
                let pages = self.values(op, "pages", pages.list())?;
                self.touch(pid, first, &pages, if *store { Access::Store } else { Access::Load })
            }
            Action::Push { bytes, value, times } => {
                let bytes = self.value(op, "bytes", bytes)?;
                let value = self.optional(op, "value", value.as_ref())?.unwrap_or_default();
                self.push(pid, bytes, value, times.0)
            }
            Action::Fork { name } => self.syscall(pid, &Call::Fork { name }),
            Action::Vfork { name } => self.syscall(pid, &Call::Vfork { name }),
            Action::Exec { program } => self.syscall(pid, &Call::Exec { program }),
            Action::Exit { status } => self.syscall(pid, &Call::Exit { status: *status }),
            Action::Sbrk { bytes } => {
                let bytes = self.value(op, "bytes", bytes)? as i64;
                self.syscall(pid, &Call::Sbrk { bytes })
            }
            Action::Mmap { file, length, offset, prot, shared, name } => {
                let request = MapRequest {
                    file: file.as_deref(),
                    length: self.optional(op, "length", length.as_ref())?,
                    offset: self.value(op, "offset", offset)?,
                    prot: prot.0,
                    shared: *shared,
                    name: name.as_deref(),
                };
                self.syscall(pid, &Call::Mmap(request))
            }
            Action::Munmap { at, length } => {
                let start = self.address(op, "at", at)?;
                let bytes = self.optional(op, "length", length.as_ref())?;
                self.syscall(pid, &Call::Munmap { start, bytes })
            }
            Action::Msync { at, length } => {
                let start = self.address(op, "at", at)?;
                let bytes = self.optional(op, "length", length.as_ref())?;
                self.syscall(pid, &Call::Msync { start, bytes })
            }
            Action::Accessed { at, length } => {
                let start = self.address(op, "at", at)?;
                let bytes = self.value(op, "length", length)?;
                self.syscall(pid, &Call::Accessed { start, bytes })
            }
            Action::Read { file, offset, at, length } => {
                let transfer = self.transfer(op, file, offset, at, length)?;
                self.syscall(pid, &Call::Read(transfer))
            }
            Action::Write { file, offset, at, length } => {
                let transfer = self.transfer(op, file, offset, at, length)?;
                self.syscall(pid, &Call::Write(transfer))
            }
            Action::Getpid {} => self.syscall(pid, &Call::Getpid),
            Action::Switch {} => {
                self.event(KernelEvent::Nothing);
                Outcome::Done
            }
            other @ (Action::Poke { .. }
            | Action::Csr(_)
            | Action::Privilege { .. }
            | Action::Sfence { .. }
            | Action::Hart { .. }) => {
                let what =
                    format!("\"{}\" is an operation of a bare machine (\"kernel\": \"none\")", other.name());
                return Err(OpError::new("op", About::Operation, what));
            }
            Action::Spawn { .. } | Action::Tick {} => unreachable!("no process does these: they came first"),
        })
    }

    fn transfer<'a>(
        &self,
        op: &Op,
        file: &'a str,
        offset: &Expr,
        at: &Expr,
        length: &Expr,
    ) -> Result<Transfer<'a>, OpError> {
        Ok(Transfer {
            file,
            offset: self.value(op, "offset", offset)?,
            buffer: self.address(op, "at", at)?,
            bytes: self.value(op, "length", length)?,
        })
    }

    fn perform_spawn(&mut self, program: &str, name: &str) -> Result<Outcome, OpError> {
        self.check_program(program)?;
        match self.spawn(name, program) {
            Ok(pid) => Ok(Outcome::Answer { value: u64::from(pid.0) }),
            Err(failure) => {
                let frames = self.system.frames.len();
                let what = format!("\"{program}\" does not fit into {frames} frames: {failure}");
                Err(OpError::new("program", About::Memory, what))
            }
        }
    }

    /// The process that an operation is of; `None` if it has ended.
    fn subject(&self, op: &Op) -> Result<Option<Pid>, OpError> {
        let process = match &op.process {
            Some(name) => self.system.process_named(name).ok_or_else(|| {
                let names = self.system.processes().map(|process| process.name.clone()).collect();
                OpError::no_such("process", name, names)
            })?,
            None => self.system.current.and_then(|pid| self.system.process(pid)).ok_or_else(|| {
                OpError::new(
                    "op",
                    About::NoProcess,
                    "no process is there yet: begin with { \"op\": \"spawn\", \"program\": … }",
                )
            })?,
        };
        if let Some(child) = process.lent_to.and_then(|child| self.system.process(child)) {
            let what = format!(
                "{} waits until {} executes a program or ends: it has lent its address space",
                process.name, child.name
            );
            return Err(OpError::new("process", About::Operation, what));
        }
        Ok(process.is_alive().then_some(process.pid))
    }

    fn current_name(&self) -> String {
        let current = self.system.current.and_then(|pid| self.system.process(pid));
        current.map(|process| process.name.clone()).unwrap_or_default()
    }

    /// The names in an operation must mean something before anything is done.
    fn check_names(&self, op: &Op, pid: Pid) -> Result<(), OpError> {
        match &*op.action {
            Action::Exec { program } => self.check_program(program),
            Action::Mmap { file: Some(file), .. }
            | Action::Read { file, .. }
            | Action::Write { file, .. }
                if self.system.file_named(file).is_none() =>
            {
                let names = self.system.named_files().map(|file| file.name.clone()).collect();
                Err(OpError::no_such("file", file, names))
            }
            Action::Mmap { file: None, offset, .. } if *offset != Expr::number(0) => {
                Err(OpError::new("offset", About::Operation, "without a file there is nothing to begin in"))
            }
            Action::Mmap { name: Some(name), .. }
                // A name of the kernel's own would win over the mapping, if not in this process then in another.
                if NAMES.contains(&name.as_str())
                    || self.system.lookup(self.system.process(pid), name).is_some() =>
            {
                Err(OpError::new(
                    "as",
                    About::Operation,
                    format!("\"{name}\" means something already: choose another name"),
                ))
            }
            _ => Ok(()),
        }
    }

    fn check_program(&self, program: &str) -> Result<(), OpError> {
        if self.system.programs.contains_key(program) {
            return Ok(());
        }
        let names = self.system.programs.keys().cloned().collect();
        Err(OpError::no_such("program", program, names))
    }

    /// The value of an expression for the process of the operation.
    pub(in crate::kernel) fn value(&self, op: &Op, key: &'static str, expr: &Expr) -> Result<u64, OpError> {
        self.system.evaluate(op, expr).map_err(|UnknownName { name, range }| OpError {
            within: Within::Part(range),
            ..OpError::unknown(key, format!("\"{name}\" means nothing here"), name, self.system.names(op))
        })
    }

    /// The values of a list of expressions.
    fn values(&self, op: &Op, key: &'static str, list: &[Expr]) -> Result<Vec<u64>, OpError> {
        let value = |(at, expr)| {
            self.value(op, key, expr).map_err(|error| match error.within {
                Within::Part(part) => OpError { within: Within::Item(at, part), ..error },
                _ => error,
            })
        };
        list.iter().enumerate().map(value).collect()
    }

    /// The same as an address.
    pub(in crate::kernel) fn address(
        &self,
        op: &Op,
        key: &'static str,
        expr: &Expr,
    ) -> Result<VirtAddr, OpError> {
        self.value(op, key, expr).map(|value| self.system.address(value))
    }

    /// The same as the address of an instruction: bit 0 of a pc is always clear.
    pub(in crate::kernel) fn code_address(
        &self,
        op: &Op,
        key: &'static str,
        expr: &Expr,
    ) -> Result<VirtAddr, OpError> {
        self.address(op, key, expr).map(|address| VirtAddr(address.0 & !1))
    }

    pub(in crate::kernel) fn optional(
        &self,
        op: &Op,
        key: &'static str,
        expr: Option<&Expr>,
    ) -> Result<Option<u64>, OpError> {
        expr.map(|expr| self.value(op, key, expr)).transpose()
    }
}

impl System {
    /// The value of an expression as the operation `op` would have it now.
    ///
    /// # Errors
    ///
    /// The name that means nothing.
    pub fn evaluate(&self, op: &Op, expr: &Expr) -> Result<u64, UnknownName> {
        let process = match &op.process {
            Some(name) => self.process_named(name),
            None => self.current.and_then(|pid| self.process(pid)),
        };
        expr.eval(&|name| {
            let var = op.vars.iter().rev().find(|(var, _)| **var == *name);
            var.map(|(_, value)| *value).or_else(|| self.lookup(process, name))
        })
    }

    /// The names that an expression of an operation may use.
    pub fn names(&self, op: &Op) -> Vec<String> {
        let process = self.current.and_then(|pid| self.process(pid));
        let areas = process.into_iter().flat_map(|process| &process.areas);
        let known = NAMES.iter().filter(|name| self.lookup(process, name).is_some());
        op.vars
            .iter()
            .map(|(name, _)| name.to_string())
            .chain(known.map(|name| (*name).to_owned()))
            .chain(areas.filter_map(|area| area.name.clone()))
            .collect()
    }
}
