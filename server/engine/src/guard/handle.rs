//! The guard, as the host holds it.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tokio::io::AsyncWriteExt;
use tokio::net::unix::pipe;

use super::lines::Lines;
use super::protocol::{FromGuard, ToGuard};

/// A running guard. Dropping it closes its input, at which it kills everything and ends.
#[derive(Debug)]
pub struct Guard {
    child: Child,
    orders: pipe::Sender,
    /// Orders that are not sent yet, a line each.
    unsent: Vec<u8>,
    told: Lines<pipe::Receiver>,
}

impl Guard {
    /// Starts `divisi guard` in a process group of its own, its errors going where ours go. Needs a tokio runtime.
    ///
    /// # Errors
    /// Where the program cannot be started.
    pub fn start(divisi: &Path) -> io::Result<Self> {
        let mut command = Command::new(divisi);
        command.arg("guard").stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0);
        let mut child = command.spawn()?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("the guard has no pipes"));
        };
        Ok(Self {
            child,
            orders: pipe::Sender::from_owned_fd(OwnedFd::from(stdin))?,
            unsent: Vec::new(),
            told: Lines::new(pipe::Receiver::from_owned_fd(OwnedFd::from(stdout))?),
        })
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Adds an order to those that [`Guard::send`] gives.
    ///
    /// # Errors
    /// Where it cannot be put into words.
    pub fn order(&mut self, order: &ToGuard) -> io::Result<()> {
        let before = self.unsent.len();
        let written = serde_json::to_writer(&mut self.unsent, order);
        if let Err(error) = written {
            self.unsent.truncate(before);
            return Err(error.into());
        }
        self.unsent.push(b'\n');
        Ok(())
    }

    /// Gives the orders that wait, all by one write where the pipe takes them.
    ///
    /// # Errors
    /// When the guard is dead.
    pub async fn send(&mut self) -> io::Result<()> {
        if self.unsent.is_empty() {
            return Ok(());
        }
        let sent = self.orders.write_all(&self.unsent).await;
        self.unsent.clear();
        sent
    }

    /// The next thing it tells; none when it is dead. Safe to drop and to call again.
    pub async fn next(&mut self) -> Option<FromGuard> {
        loop {
            let line = self.told.next().await.ok()??;
            match serde_json::from_slice(line) {
                Ok(told) => return Some(told),
                Err(error) => tracing::error!("the guard said something that cannot be read: {error}"),
            }
        }
    }

    /// Closes its input and waits until it and all it started are dead.
    pub async fn end(mut self) {
        drop(self.orders);
        while self.told.next().await.is_ok_and(|line| line.is_some()) {}
        // Its output is closed, so it is exiting: this does not block for long.
        let _ = self.child.wait();
    }

    /// Reaps a guard that has died.
    pub fn bury(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
