//! The guard, as the host holds it.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::unix::pipe;

use super::protocol::{FromGuard, ToGuard};

/// A running guard. Dropping it closes its input, at which it kills everything and ends.
#[derive(Debug)]
pub struct Guard {
    child: Child,
    orders: pipe::Sender,
    told: Lines<BufReader<pipe::Receiver>>,
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
            told: BufReader::new(pipe::Receiver::from_owned_fd(OwnedFd::from(stdout))?).lines(),
        })
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Gives an order.
    ///
    /// # Errors
    /// When the guard is dead.
    pub async fn order(&mut self, order: &ToGuard) -> io::Result<()> {
        let mut line = serde_json::to_vec(order)?;
        line.push(b'\n');
        self.orders.write_all(&line).await
    }

    /// The next thing it tells; none when it is dead. Safe to drop and to call again.
    pub async fn next(&mut self) -> Option<FromGuard> {
        loop {
            let line = self.told.next_line().await.ok()??;
            match serde_json::from_str(&line) {
                Ok(told) => return Some(told),
                Err(error) => tracing::error!("the guard said something that cannot be read: {error}"),
            }
        }
    }

    /// Closes its input and waits until it and all it started are dead.
    pub async fn end(mut self) {
        drop(self.orders);
        while self.told.next_line().await.is_ok_and(|line| line.is_some()) {}
        // Its output is closed, so it is exiting: this does not block for long.
        let _ = self.child.wait();
    }

    /// Reaps a guard that has died.
    pub fn bury(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
