//! The guard process itself.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::rc::Rc;
use std::time::Duration;

use rustix::process::{WaitOptions, wait};
use tokio::io::AsyncWriteExt;
use tokio::net::unix::pipe;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::LocalSet;
use tokio::time::sleep;

use super::jobs::Jobs;
use super::lines::Lines;
use super::protocol::{AttemptName, FromGuard, ToGuard};
use crate::crash_point::{crash_point, name_of_line};
use crate::launch::{
    Attempt, Household, Order, ProcessSpec, Report, StartTimes, spawn, start_time, ticks_since_boot,
};
use crate::runner::listener;

/// Runs the guard until its input ends; by then every process it started is dead.
///
/// # Errors
/// Where standard input and output are no pipes, or the system refuses a signal handler.
pub fn guard_main() -> io::Result<()> {
    become_subreaper();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, serve())
}

/// Orphans of the attempts become children of this process.
fn become_subreaper() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::set_child_subreaper(Some(rustix::process::getpid())) {
        tracing::warn!("descendants that leave their group may be missed: {error}");
    }
}

/// How long the word that an attempt has started waits for company. The host commits together what it hears together:
/// of an attempt that is over sooner it hears all at once, and wakes once. A host that dies in between finds the
/// attempt by its token.
const COMPANY: Duration = Duration::from_millis(5);

async fn serve() -> io::Result<()> {
    let mut orders = lines_of_input()?;
    let mut children = signal(SignalKind::child())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (told, telling) = mpsc::unbounded_channel();
    let writer = tokio::task::spawn_local(write_lines(telling));
    let mut guard = Keeper {
        attempts: BTreeMap::new(),
        household: Rc::new(Household::new()),
        start_times: StartTimes::default(),
        jobs: Rc::default(),
        told,
    };
    let (over, mut ended) = mpsc::unbounded_channel();
    let mut host_is_there = true;
    while host_is_there || !guard.attempts.is_empty() {
        tokio::select! {
            line = orders.next(), if host_is_there => match line {
                Ok(Some(line)) => guard.obey(line, &over),
                Ok(None) | Err(_) => {
                    host_is_there = false;
                    guard.tell_all(Order::HostGone);
                }
            },
            _ = children.recv() => guard.reap(),
            Some(name) = ended.recv() => {
                guard.attempts.remove(&name);
            }
            _ = terminate.recv() => {
                host_is_there = false;
                guard.tell_all(Order::HostGone);
            }
            // A terminal that closes, or a Ctrl-C in it, is not for us: the host decides.
            _ = hang_up.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
    kill_the_rest();
    drop(guard);
    // The writer ends with the last sender; where nobody reads any more it has ended already.
    let _ = writer.await;
    Ok(())
}

/// Whatever still hangs below this process belongs to nobody else: it shed its group and its token.
fn kill_the_rest() {
    let token = format!("none of process {}", std::process::id());
    let children: Vec<(u32, u64)> =
        crate::launch::own_children().into_iter().map(|pid| (pid, start_time(pid))).collect();
    if !children.is_empty() {
        crate::launch::kill_survivors(&token, &children, Duration::from_secs(5));
    }
}

/// Standard input as lines. It must be a pipe; a regular read would take a thread of its own.
fn lines_of_input() -> io::Result<Lines<pipe::Receiver>> {
    let input = io::stdin().as_fd().try_clone_to_owned()?;
    Ok(Lines::new(pipe::Receiver::from_owned_fd(input)?))
}

async fn write_lines(mut lines: mpsc::UnboundedReceiver<FromGuard>) -> io::Result<()> {
    let output = io::stdout().as_fd().try_clone_to_owned()?;
    let mut output = pipe::Sender::from_owned_fd(output)?;
    let mut text = Vec::new();
    while let Some(first) = lines.recv().await {
        let mut is_urgent = write_line(&mut text, &first)?;
        let patience = sleep(COMPANY);
        tokio::pin!(patience);
        loop {
            let next = tokio::select! {
                biased;
                next = lines.recv() => next,
                () = std::future::ready(()), if is_urgent => None,
                () = &mut patience => None,
            };
            match next {
                Some(line) => is_urgent |= write_line(&mut text, &line)?,
                None => break,
            }
        }
        crash_point("guard tells", text.split(|byte| *byte == b'\n').filter_map(name_of_line));
        output.write_all(&text).await?;
        text.clear();
    }
    Ok(())
}

/// Adds a line; whether it must be told at once.
fn write_line(text: &mut Vec<u8>, line: &FromGuard) -> io::Result<bool> {
    serde_json::to_writer(&mut *text, line)?;
    text.push(b'\n');
    Ok(!matches!(line, FromGuard::Started { .. }))
}

/// Everything the guard holds.
struct Keeper {
    attempts: BTreeMap<AttemptName, Attempt>,
    household: Rc<Household>,
    start_times: StartTimes,
    jobs: Rc<RefCell<Jobs>>,
    told: mpsc::UnboundedSender<FromGuard>,
}

impl Keeper {
    fn obey(&mut self, line: &[u8], over: &mpsc::UnboundedSender<AttemptName>) {
        match serde_json::from_slice(line) {
            Ok(ToGuard::Start { name, spec }) => self.start(name, *spec, over.clone()),
            Ok(ToGuard::Stop { name }) => self.order(name, Order::Stop),
            Ok(ToGuard::Kill { name }) => self.order(name, Order::Kill),
            // Host and guard are the same build; the reason without the line, which may hold secrets.
            Err(error) => tracing::error!("an order of the host cannot be read: {error}"),
        }
    }

    fn start(&mut self, name: AttemptName, mut spec: ProcessSpec, over: mpsc::UnboundedSender<AttemptName>) {
        if self.attempts.contains_key(&name) {
            return;
        }
        self.jobs.borrow_mut().lend(name, &mut spec);
        let (told, jobs) = (self.told.clone(), Rc::clone(&self.jobs));
        let report = move |report| {
            let line = match report {
                Report::Idle => FromGuard::Idle { name },
                Report::Over(outcome) => {
                    jobs.borrow_mut().take_back(name, Some(&outcome));
                    let _ = over.send(name);
                    FromGuard::Over { name, outcome }
                }
                Report::Abandoned => {
                    jobs.borrow_mut().take_back(name, None);
                    let _ = over.send(name);
                    return;
                }
            };
            // The host is gone when nobody listens; then nobody needs to know.
            let _ = told.send(line);
        };
        let listener = spec.stream.as_ref().map(listener);
        crash_point("guard starts", [name.node]);
        let before = ticks_since_boot();
        match spawn(spec, listener, Rc::clone(&self.household), report) {
            Ok((attempt, life)) => {
                crash_point("guard started", [name.node]);
                let start_time = self.start_times.of(attempt.pid, before, ticks_since_boot());
                let line = FromGuard::Started { name, pid: attempt.pid, start_time };
                let _ = self.told.send(line);
                self.attempts.insert(name, attempt);
                tokio::task::spawn_local(life);
            }
            Err(error) => {
                self.jobs.borrow_mut().take_back(name, None);
                let _ = self.told.send(FromGuard::NotStarted { name, detail: error.to_string() });
            }
        }
    }

    fn order(&self, name: AttemptName, order: Order) {
        if let Some(attempt) = self.attempts.get(&name) {
            // An attempt that no longer listens is about to end.
            let _ = attempt.orders.send(order);
        }
    }

    fn tell_all(&self, order: Order) {
        for name in self.attempts.keys() {
            self.order(*name, order);
        }
    }

    /// Reaps whoever is over: root processes, whose attempts are told, and orphans.
    fn reap(&mut self) {
        while let Ok(Some((pid, status))) = wait(WaitOptions::NOHANG) {
            let pid = pid.as_raw_nonzero().get().unsigned_abs();
            self.household.roots.borrow_mut().remove(&pid);
            let attempt = self.attempts.values_mut().find(|attempt| attempt.pid == pid);
            if let Some(reaped) = attempt.and_then(|attempt| attempt.reaped.take()) {
                let _ = reaped.send(ExitStatus::from_raw(status.as_raw()));
            }
        }
        self.household.reaped.notify_waiters();
    }
}
