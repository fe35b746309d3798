//! A jobserver for the builds that attempts run: make, cargo and ninja of all of them share the processors.
//!
//! It is the one of GNU make: a named pipe that holds one byte for each process that may run beside those that run anyway.
//! Its tokens are this machine's processors less one, so that a build alone gets all of them.
//!
//! Who is killed cannot give back what he took. So the pipe is followed by a new one as soon as an attempt has ended in
//! another way than by itself, or nobody builds and a token is missing; whoever has the old one keeps it to his end.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;

use rustix::fs::{CWD, FileType, Mode, OFlags};

use super::protocol::AttemptName;
use crate::launch::{Outcome, ProcessSpec, find_program};

/// Variables by which builds find their jobserver. Whoever has one of them already has made up his mind.
const VARIABLES: [&str; 2] = ["MAKEFLAGS", "CARGO_MAKEFLAGS"];

/// The first make that knows a pipe by its name; an older one breaks off at the sight of it.
const NAMED: (u32, u32) = (4, 4);

/// The first make that knows a pipe by `--jobserver-auth`.
const KNOWN: (u32, u32) = (4, 2);

/// One pipe.
#[derive(Debug)]
struct Pipe {
    path: PathBuf,
    /// Held so that the tokens stay while nobody else has it open.
    file: File,
    /// For builds that cannot open it by its name: left open in every process that is started from here on.
    inherited: Option<OwnedFd>,
}

impl Drop for Pipe {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// What the make of this machine understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// The pipe's name.
    Named,
    /// Numbers of open files.
    Inherited,
    /// Neither: only others are told.
    CargoAlone,
}

/// The pipes of a run.
#[derive(Debug, Default)]
pub(super) struct Jobs {
    made: u32,
    style: Option<Style>,
    current: Option<Rc<Pipe>>,
    lent: BTreeMap<AttemptName, Rc<Pipe>>,
}

impl Jobs {
    /// Tells an attempt of the jobserver, where it is to have one. One that cannot be made is done without.
    pub(super) fn lend(&mut self, name: AttemptName, spec: &mut ProcessSpec) {
        let Some(folder) = spec.jobs.clone() else { return };
        if spec.env.iter().any(|(name, _)| VARIABLES.contains(&name.as_str())) {
            return;
        }
        let style = *self.style.get_or_insert_with(|| style(version_of_make(spec)));
        match self.pipe(&folder, style) {
            Ok(pipe) => {
                spec.env.extend(variables(&pipe, style));
                self.lent.insert(name, pipe);
            }
            Err(error) => tracing::warn!("builds have no jobserver: {}: {error}", folder.display()),
        }
    }

    /// An attempt is over; `outcome` is none where nobody knows how.
    pub(super) fn take_back(&mut self, name: AttemptName, outcome: Option<&Outcome>) {
        let Some(pipe) = self.lent.remove(&name) else { return };
        let ended_by_itself =
            outcome.is_some_and(|outcome| outcome.exit_code.is_some() && outcome.left_behind == 0);
        if !ended_by_itself && self.current.as_ref().is_some_and(|current| Rc::ptr_eq(current, &pipe)) {
            self.current = None;
        }
    }

    fn pipe(&mut self, folder: &Path, style: Style) -> io::Result<Rc<Pipe>> {
        let is_idle = self.lent.is_empty();
        if let Some(current) = &self.current
            && (!is_idle || current.tokens() == Some(tokens()))
        {
            return Ok(Rc::clone(current));
        }
        self.made += 1;
        let path = folder.join(format!("jobs.{}.{}", std::process::id(), self.made));
        let pipe = Rc::new(Pipe::make(path, style)?);
        self.current = Some(Rc::clone(&pipe));
        Ok(pipe)
    }
}

impl Pipe {
    fn make(path: PathBuf, style: Style) -> io::Result<Self> {
        rustix::fs::mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)?;
        let open = |flags: OFlags| rustix::fs::open(&path, OFlags::RDWR | flags, Mode::empty());
        let mut file = File::from(open(OFlags::CLOEXEC)?);
        let inherited = if style == Style::Inherited { Some(open(OFlags::empty())?) } else { None };
        // Fewer than any pipe holds.
        file.write_all(&vec![b'+'; usize::try_from(tokens()).unwrap_or(0)])?;
        Ok(Self { path, file, inherited })
    }

    /// Tokens that nobody has.
    fn tokens(&self) -> Option<u64> {
        rustix::io::ioctl_fionread(&self.file).ok()
    }
}

/// More than a page of them would not fit into every pipe, and no build asks for so many.
fn tokens() -> u64 {
    let processors = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
    (processors - 1).min(4_096)
}

fn variables(pipe: &Pipe, style: Style) -> Vec<(String, String)> {
    let flags = match &pipe.inherited {
        Some(file) => {
            let number = file.as_raw_fd();
            format!(" -j --jobserver-auth={number},{number}")
        }
        None => format!(" -j --jobserver-auth=fifo:{}", pipe.path.display()),
    };
    let told = if style == Style::CargoAlone { &VARIABLES[1..] } else { &VARIABLES[..] };
    told.iter().map(|name| ((*name).to_owned(), flags.clone())).collect()
}

/// Without make the pipe's name is what all others understand.
fn style(make: Option<(u32, u32)>) -> Style {
    match make {
        Some(version) if version < KNOWN => Style::CargoAlone,
        Some(version) if version < NAMED => Style::Inherited,
        Some(_) | None => Style::Named,
    }
}

/// The version of the make that an attempt would start; none where there is none. One that is not GNU's is older than all.
fn version_of_make(spec: &ProcessSpec) -> Option<(u32, u32)> {
    let mut make = Command::new(find_program("make", spec));
    make.arg("--version").env_clear().stdin(Stdio::null()).stderr(Stdio::null());
    let output = make.output().ok()?;
    Some(read_version(&String::from_utf8_lossy(&output.stdout)).unwrap_or_default())
}

/// `GNU Make 4.3`.
fn read_version(text: &str) -> Option<(u32, u32)> {
    let version = text.lines().next()?.strip_prefix("GNU Make ")?;
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_make_is_told_what_it_understands() {
        let cases = [
            (Some("GNU Make 4.4.1\nBuilt for"), Style::Named),
            (Some("GNU Make 10.0"), Style::Named),
            (Some("GNU Make 4.3"), Style::Inherited),
            (Some("GNU Make 3.81"), Style::CargoAlone),
            (Some("bmake"), Style::CargoAlone),
            (None, Style::Named),
        ];
        for (text, expected) in cases {
            assert_eq!(style(text.map(|text| read_version(text).unwrap_or_default())), expected, "{text:?}");
        }
    }
}
