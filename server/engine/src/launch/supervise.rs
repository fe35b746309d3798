//! One attempt: start, streams, idle clock, stop sequence, drain, and the death of everything it left.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, kill_process_group};
use tokio::net::unix::pipe;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::sleep_until;

use super::conversation::Conversation;
use super::listen::Listener;
use super::outcome::{Outcome, open_outcomes, write_outcome};
use super::processes::{OwnChildren, carries_token, kill, process, with_descendants};
use super::spec::{AgentStream, ProcessSpec, Signal};
use super::stream::Stream;
use crate::crash_point::{crash_point, node_of_token};
use crate::logs::{Capture, Masker, STDOUT_LIMIT};

/// How long the streams are still read after the root process has ended.
const DRAIN: Duration = Duration::from_secs(2);

/// How long killed processes may take to vanish (one that hangs in the kernel cannot be waited for).
const KILL_PATIENCE: Duration = Duration::from_secs(5);

/// How long an attempt may run before the event loop is told of its streams.
const SHORT: Duration = Duration::from_millis(5);

/// Bytes that are taken from a pipe at once: as many as it holds.
const READ_SIZE: usize = 64 * 1024;

/// `ENOEXEC`.
const NOT_A_PROGRAM: i32 = rustix::io::Errno::NOEXEC.raw_os_error();

/// What an attempt can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// Begin the stop sequence.
    Stop,
    /// Kill the tree at once.
    Kill,
    /// The host is gone: kill the tree at once, and leave no outcome unless the root had ended by itself.
    HostGone,
}

/// What an attempt tells.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Report {
    /// No byte for the idle time. Told once.
    Idle,
    /// It is over, and its tree is dead.
    Over(Outcome),
    /// It was killed because the host is gone; nothing was recorded.
    Abandoned,
}

/// A live attempt, as the guard holds it.
#[derive(Debug)]
pub(crate) struct Attempt {
    /// Its root process, which leads its process group.
    pub(crate) pid: u32,
    /// Where orders go.
    pub(crate) orders: mpsc::UnboundedSender<Order>,
    /// Where the guard tells the root's exit status once it has reaped it.
    pub(crate) reaped: Option<oneshot::Sender<ExitStatus>>,
}

/// What the guard shares with its attempts: who else is alive, and a bell for each reaping.
#[derive(Debug)]
pub(crate) struct Household {
    /// Rung after each round of reaping.
    pub(crate) reaped: Notify,
    /// Root processes that are not reaped yet.
    pub(crate) roots: RefCell<BTreeSet<u32>>,
    /// Attempts whose end is not reported yet.
    pub(crate) live: Cell<usize>,
    children: OwnChildren,
    /// The run's file of outcomes, once there is one to write.
    outcomes: OnceCell<File>,
    /// Where there is nothing to read: the standard input of most.
    nothing: OnceCell<File>,
    /// For reading from pipes; one for all, since it is never held over a wait.
    buffer: RefCell<Vec<u8>>,
}

impl Household {
    /// Nobody lives here yet.
    pub(crate) fn new() -> Self {
        Self {
            reaped: Notify::new(),
            roots: RefCell::default(),
            live: Cell::new(0),
            children: OwnChildren::new(),
            outcomes: OnceCell::new(),
            nothing: OnceCell::new(),
            buffer: RefCell::new(vec![0; READ_SIZE]),
        }
    }

    /// An empty standard input, opened once for all.
    fn nothing(&self) -> io::Result<Stdio> {
        let file = match self.nothing.get() {
            Some(file) => file,
            None => {
                let file = File::open("/dev/null")?;
                self.nothing.get_or_init(|| file)
            }
        };
        file.try_clone().map(Stdio::from)
    }

    /// Writes down how an attempt ended. A guard serves one run, which has one file for that.
    fn record(&self, spec: &ProcessSpec, outcome: &Outcome) -> io::Result<()> {
        let file = match self.outcomes.get() {
            Some(file) => file,
            None => {
                let file = open_outcomes(&spec.outcomes)?;
                self.outcomes.get_or_init(|| file)
            }
        };
        let written = write_outcome(file, &spec.token, outcome);
        crash_point("guard recorded", [node_of_token(&spec.token)]);
        written
    }
}

/// Starts the program. The future is the attempt's whole life and must be run on the guard's thread; `report` is called
/// with what it tells, the last time with its end.
pub(crate) fn spawn(
    spec: ProcessSpec,
    listener: Option<Box<dyn Listener>>,
    household: Rc<Household>,
    report: impl Fn(Report),
) -> io::Result<(Attempt, impl Future<Output = ()>)> {
    let (mut command, program) = command(&spec, &household)?;
    let mut child = command.spawn().map_err(|error| explain(error, &program, &spec))?;
    let pid = child.id();
    household.roots.borrow_mut().insert(pid);
    household.live.set(household.live.get() + 1);
    let streams = Streams::new(&mut child, &spec, listener)?;
    let (orders, received) = mpsc::unbounded_channel();
    let (reaped, status) = oneshot::channel();
    let life = Life {
        household,
        pid,
        started: Instant::now(),
        last_byte: Instant::now(),
        streams,
        orders: received,
        root: Root::Alive(status),
        stopping: None,
        idle_told: false,
        host_gone: false,
        spec,
    };
    Ok((Attempt { pid, orders, reaped: Some(reaped) }, life.run(report)))
}

fn command(spec: &ProcessSpec, household: &Household) -> io::Result<(Command, String)> {
    let Some((program, arguments)) = spec.argv.split_first() else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the command is empty"));
    };
    let stdin = match &spec.stdin {
        Some(path) => Stdio::from(File::open(path)?),
        None if spec.stream.as_ref().is_some_and(AgentStream::is_a_conversation) => Stdio::piped(),
        None => household.nothing()?,
    };
    let mut command = Command::new(find_program(program, spec));
    command.arg0(program).args(arguments);
    command.env_clear().envs(spec.env.iter().map(|(name, value)| (name, value)));
    command.current_dir(&spec.cwd).stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.process_group(0);
    Ok((command, program.clone()))
}

/// Where a bare name stands in the program's own `PATH`. With a whole path the standard library starts it by
/// `posix_spawn`, else by a fork, which costs three times as much. One that is not found is left as it is: the start
/// then says so.
pub(crate) fn find_program(program: &str, spec: &ProcessSpec) -> PathBuf {
    if program.contains('/') {
        return PathBuf::from(program);
    }
    let path =
        spec.env.iter().find(|(name, _)| name == "PATH").map(|(_, value)| value.as_str()).unwrap_or_default();
    let candidates = path.split(':').map(|folder| spec.cwd.join(folder).join(program));
    let found = candidates.into_iter().find(|file| {
        file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
    });
    found.unwrap_or_else(|| PathBuf::from(program))
}

fn explain(error: io::Error, program: &str, spec: &ProcessSpec) -> io::Error {
    let message = match error.kind() {
        io::ErrorKind::NotFound if !spec.cwd.is_dir() => {
            format!("the folder {} does not exist", spec.cwd.display())
        }
        io::ErrorKind::NotFound if program.contains('/') => format!("there is no program {program}"),
        io::ErrorKind::NotFound => format!("the program {program} is not in PATH"),
        _ if error.raw_os_error() == Some(NOT_A_PROGRAM) => {
            format!("{program} is neither a program nor a script: its first line does not begin with #!")
        }
        io::ErrorKind::PermissionDenied => format!("{program} is not executable, or may not be entered"),
        _ => format!("{program}: {error}"),
    };
    io::Error::new(error.kind(), message)
}

/// Both streams of one attempt, and where they go: `log` gets both as they come, `stdout` the beginning of one.
#[derive(Debug)]
struct Streams {
    out: Option<Stream>,
    err: Option<Stream>,
    out_masker: Masker,
    err_masker: Masker,
    log: Capture,
    stdout: Beginning,
    /// Of an agent's program: who hears what it prints.
    conversation: Option<Conversation>,
    /// Why they could not be read to their end.
    fault: Option<io::Error>,
}

impl Streams {
    fn new(
        child: &mut std::process::Child,
        spec: &ProcessSpec,
        listener: Option<Box<dyn Listener>>,
    ) -> io::Result<Self> {
        let out = child.stdout.take().map(|pipe| Stream::new(pipe.into())).transpose()?;
        let err = child.stderr.take().map(|pipe| Stream::new(pipe.into())).transpose()?;
        let input =
            child.stdin.take().map(|pipe| pipe::Sender::from_owned_fd(OwnedFd::from(pipe))).transpose()?;
        let mut streams = Self {
            conversation: listener.map(|listener| Conversation::new(listener, input, spec)),
            out,
            err,
            out_masker: Masker::new(&spec.secrets),
            err_masker: Masker::new(&spec.secrets),
            log: Capture::log(spec.dir.join("log")),
            stdout: Beginning { capture: Capture::log(spec.dir.join("stdout")), total: 0 },
            fault: None,
        };
        if streams.conversation.is_some() {
            streams.watch()?;
        }
        Ok(streams)
    }

    const fn are_open(&self) -> bool {
        self.out.is_some() || self.err.is_some()
    }

    /// Whether what comes is noticed.
    fn are_watched(&self) -> bool {
        [&self.out, &self.err].into_iter().flatten().all(Stream::is_watched)
    }

    /// From here on what comes is noticed.
    fn watch(&mut self) -> io::Result<()> {
        for stream in [&mut self.out, &mut self.err] {
            *stream = stream.take().map(Stream::watched).transpose()?;
        }
        Ok(())
    }

    /// Waits for bytes and takes them in; returns when some came or a stream ended.
    async fn read(&mut self, buffer: &RefCell<Vec<u8>>) {
        tokio::select! {
            () = readable(self.out.as_ref()) => drop(self.read_out(&mut buffer.borrow_mut())),
            () = readable(self.err.as_ref()) => drop(self.read_err(&mut buffer.borrow_mut())),
            () = writable(self.conversation.as_ref()) => self.conversation.iter_mut().for_each(Conversation::write),
        }
    }

    /// Takes in what is there, without waiting for more.
    fn read_rest(&mut self, buffer: &mut [u8]) {
        // A pipe holds 64 KiB where nobody enlarged it, and 1 MiB at most.
        for _ in 0..64 {
            let came = [self.read_out(buffer), self.read_err(buffer)];
            if came == [false, false] {
                return;
            }
        }
    }

    /// Whether bytes came.
    fn read_out(&mut self, buffer: &mut [u8]) -> bool {
        let Some(count) = read(&mut self.out, buffer) else { return false };
        let (log, stdout) = (&mut self.log, &mut self.stdout);
        if let Some(conversation) = &mut self.conversation {
            self.out_masker.push(&buffer[..count], |bytes| conversation.keep(bytes));
            conversation.hear(&buffer[..count], log);
            return true;
        }
        self.out_masker.push(&buffer[..count], |bytes| {
            log.write(bytes);
            stdout.write(bytes);
        });
        true
    }

    /// Whether bytes came.
    fn read_err(&mut self, buffer: &mut [u8]) -> bool {
        let Some(count) = read(&mut self.err, buffer) else { return false };
        self.err_masker.push(&buffer[..count], |bytes| self.log.write(bytes));
        true
    }

    /// Everybody who could write is dead: tells what the maskers held back.
    fn finish(&mut self) {
        let (log, stdout) = (&mut self.log, &mut self.stdout);
        if let Some(conversation) = &mut self.conversation {
            self.out_masker.finish(|bytes| conversation.keep(bytes));
            conversation.finish(log);
        }
        self.out_masker.finish(|bytes| {
            log.write(bytes);
            stdout.write(bytes);
        });
        self.err_masker.finish(|bytes| log.write(bytes));
    }
}

/// How many bytes of a stream came; none where there are none now. One that is at its end is closed.
fn read(stream: &mut Option<Stream>, buffer: &mut [u8]) -> Option<usize> {
    match stream.as_ref()?.read(buffer) {
        Ok(count) if count > 0 => return Some(count),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
        _ => *stream = None,
    }
    None
}

/// The first [`STDOUT_LIMIT`] bytes of a stream, and how many there were.
#[derive(Debug)]
struct Beginning {
    capture: Capture,
    total: u64,
}

impl Beginning {
    fn write(&mut self, bytes: &[u8]) {
        let room = usize::try_from(STDOUT_LIMIT.saturating_sub(self.total)).unwrap_or(usize::MAX);
        self.capture.write(&bytes[..bytes.len().min(room)]);
        self.total += bytes.len() as u64;
    }
}

async fn readable(stream: Option<&Stream>) {
    match stream {
        Some(stream) => stream.readable().await,
        None => std::future::pending().await,
    }
}

async fn writable(conversation: Option<&Conversation>) {
    match conversation {
        Some(conversation) => conversation.writable().await,
        None => std::future::pending().await,
    }
}

#[derive(Debug)]
enum Root {
    Alive(oneshot::Receiver<ExitStatus>),
    Over { status: ExitStatus, at: Instant },
}

/// How far the stop sequence is: the next step, and when it is due.
#[derive(Debug, Clone, Copy)]
struct Stopping {
    next: usize,
    due: Instant,
}

struct Life {
    spec: ProcessSpec,
    household: Rc<Household>,
    pid: u32,
    started: Instant,
    last_byte: Instant,
    streams: Streams,
    orders: mpsc::UnboundedReceiver<Order>,
    root: Root,
    stopping: Option<Stopping>,
    idle_told: bool,
    host_gone: bool,
}

impl Life {
    async fn run(mut self, report: impl Fn(Report)) {
        self.watch(&report).await;
        let ended_by_itself = matches!(self.root, Root::Over { .. });
        let left_behind = self.kill_tree().await;
        self.streams.finish();
        self.household.live.set(self.household.live.get() - 1);
        if self.host_gone && !ended_by_itself {
            report(Report::Abandoned);
            return;
        }
        crash_point("guard reaped", [node_of_token(&self.spec.token)]);
        let outcome = self.outcome(left_behind);
        match self.household.record(&self.spec, &outcome) {
            Ok(()) => report(Report::Over(outcome)),
            Err(error) => {
                let log_error = Some(format!("the outcome could not be written: {error}"));
                report(Report::Over(Outcome { log_error, ..outcome }));
            }
        }
    }

    /// Until the root is over and its streams have ended, or the tree is to be killed.
    async fn watch(&mut self, report: &impl Fn(Report)) {
        let household = Rc::clone(&self.household);
        loop {
            if matches!(self.root, Root::Over { .. }) && !self.streams.are_open() {
                return;
            }
            let deadline = self.deadline();
            tokio::select! {
                () = self.streams.read(&household.buffer), if self.streams.are_open() => self.last_byte = Instant::now(),
                status = root_status(&mut self.root) => {
                    self.root = Root::Over { status, at: Instant::now() };
                    if !self.streams.are_watched() {
                        self.streams.read_rest(&mut household.buffer.borrow_mut());
                    }
                }
                order = self.orders.recv() => match order {
                    Some(Order::Stop) => if self.stopping.is_none() {
                        self.streams.conversation.iter_mut().for_each(Conversation::say_farewell);
                        self.stopping = Some(Stopping { next: 0, due: Instant::now() });
                    },
                    Some(Order::Kill) => return,
                    Some(Order::HostGone) | None => {
                        self.host_gone = true;
                        return;
                    }
                },
                () = sleep_until(deadline.unwrap_or_else(Instant::now).into()), if deadline.is_some() => {
                    if self.act_on_time(report) {
                        return;
                    }
                }
            }
        }
    }

    /// The next moment at which something is due.
    fn deadline(&self) -> Option<Instant> {
        if !self.streams.are_watched() {
            return Some(self.started + SHORT);
        }
        if let Root::Over { at, .. } = self.root {
            return Some(at + DRAIN);
        }
        if let Some(stopping) = self.stopping {
            return Some(stopping.due);
        }
        let over = self.streams.conversation.as_ref().and_then(Conversation::over_due);
        over.or_else(|| self.idle_due())
    }

    fn idle_due(&self) -> Option<Instant> {
        let idle = Duration::from_millis(self.spec.idle_ms?);
        let since = match &self.streams.conversation {
            Some(conversation) => conversation.silent_since()?,
            None => self.last_byte,
        };
        (!self.idle_told).then_some(since + idle)
    }

    /// Does what is due; true when the tree is to be killed.
    fn act_on_time(&mut self, report: &impl Fn(Report)) -> bool {
        if !self.streams.are_watched() {
            // Nobody would read a program that prints: it would wait for ever.
            self.streams.fault = self.streams.watch().err();
            return self.streams.fault.is_some();
        }
        if matches!(self.root, Root::Over { .. }) {
            return true;
        }
        if let Some(stopping) = self.stopping {
            return self.next_stop_step(stopping);
        }
        if self.streams.conversation.as_ref().is_some_and(|conversation| conversation.over_due().is_some()) {
            return true;
        }
        self.idle_told = true;
        report(Report::Idle);
        false
    }

    fn next_stop_step(&mut self, stopping: Stopping) -> bool {
        let Some(step) = self.spec.stop.get(stopping.next) else { return true };
        let signal = match step.signal {
            Signal::Interrupt => Some(rustix::process::Signal::INT),
            Signal::Terminate => Some(rustix::process::Signal::TERM),
            Signal::Word => None,
        };
        if let Some(signal) = signal {
            self.signal_group(signal);
        }
        self.stopping = Some(Stopping { next: stopping.next + 1, due: Instant::now() + step.grace });
        false
    }

    /// Signals the process group, while its leader is not reaped: until then no other group can have its number.
    fn signal_group(&self, signal: rustix::process::Signal) {
        if !matches!(self.root, Root::Alive(_)) {
            return;
        }
        if let Some(group) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) {
            // A group that is gone is what is wanted.
            let _ = kill_process_group(group, signal);
        }
    }

    /// Kills whatever is alive of this attempt, root included, and waits until it is gone. Returns how many processes
    /// outlived the root.
    async fn kill_tree(&mut self) -> u32 {
        let deadline = Instant::now() + KILL_PATIENCE;
        let mut left_behind = BTreeSet::new();
        loop {
            let bell = Rc::clone(&self.household);
            let reaped = bell.reaped.notified();
            self.take_status();
            self.signal_group(rustix::process::Signal::KILL);
            let alive = self.survivors();
            let root_is_over = matches!(self.root, Root::Over { .. });
            if (alive.is_empty() && root_is_over) || Instant::now() >= deadline {
                break;
            }
            left_behind.extend(alive.iter().copied().filter(|pid| root_is_over && *pid != self.pid));
            alive.into_iter().for_each(kill);
            // Grandchildren are reaped by their own parents, which rings no bell here: look again soon.
            let _ = tokio::time::timeout(Duration::from_millis(5), reaped).await;
        }
        // Nobody can write any more.
        self.streams.read_rest(&mut self.household.buffer.borrow_mut());
        u32::try_from(left_behind.len()).unwrap_or(u32::MAX)
    }

    fn take_status(&mut self) {
        if let Root::Alive(receiver) = &mut self.root
            && let Ok(status) = receiver.try_recv()
        {
            self.root = Root::Over { status, at: Instant::now() };
        }
    }

    /// Processes of this attempt that are alive.
    ///
    /// The guard is a subreaper: whoever loses its parent becomes a child of the guard, so everything that is left hangs
    /// below the guard's children. Of these, those belong here that are in the root's group or carry the token. One that
    /// has shed both is taken for this attempt's when no other attempt is alive, and dies with the guard at the latest.
    fn survivors(&self) -> Vec<u32> {
        let roots = self.household.roots.borrow();
        let alone = self.household.live.get() == 1;
        let children = self.household.children.list();
        let mut tops: Vec<u32> = children
            .into_iter()
            .filter(|pid| !roots.contains(pid))
            .filter(|pid| alone || self.owns(*pid))
            .collect();
        if matches!(self.root, Root::Alive(_)) {
            tops.push(self.pid);
        }
        let all = with_descendants(tops);
        all.into_iter().filter(|pid| process(*pid).is_some_and(|process| !process.zombie)).collect()
    }

    fn owns(&self, pid: u32) -> bool {
        process(pid).is_some_and(|process| process.group == self.pid) || carries_token(pid, &self.spec.token)
    }

    fn outcome(&mut self, left_behind: u32) -> Outcome {
        let (status, at) = match self.root {
            Root::Over { status, at } => (Some(status), at),
            // It hangs in the kernel: there is no status, and there may never be one.
            Root::Alive(_) => (None, Instant::now()),
        };
        let kept = self.streams.conversation.as_mut().and_then(Conversation::take_error);
        let unwritten =
            self.streams.log.take_error().or(kept).or_else(|| self.streams.stdout.capture.take_error());
        let fault = unwritten.or_else(|| self.streams.fault.take());
        Outcome {
            exit_code: status.and_then(|status| status.code()),
            signal: status.and_then(|status| status.signal()),
            wall_ms: u64::try_from((at - self.started).as_millis()).unwrap_or(u64::MAX),
            stdout_bytes: self.streams.stdout.total,
            stdout_masked: self.streams.out_masker.masked(),
            left_behind,
            agent: self.streams.conversation.as_ref().map(Conversation::report).map(Box::new),
            log_error: fault.map(|error| format!("the log is not complete: {error}")),
        }
    }
}

async fn root_status(root: &mut Root) -> ExitStatus {
    match root {
        Root::Alive(receiver) => match receiver.await {
            Ok(status) => status,
            Err(_) => std::future::pending().await,
        },
        Root::Over { .. } => std::future::pending().await,
    }
}
