//! One stream of an attempt, as the guard reads it.

use std::io;
use std::os::fd::OwnedFd;

use tokio::net::unix::pipe;

/// The reading end of a pipe. To make it known to the event loop, and to take it out again, takes longer than to read
/// what most attempts print; so that is done for those that last.
#[derive(Debug)]
pub(super) enum Stream {
    /// Nobody notices what comes: it is read when the process is over.
    Unwatched(OwnedFd),
    /// The event loop notices what comes.
    Watched(pipe::Receiver),
}

impl Stream {
    /// Of a pipe that was just made, which needs no check whether it is one.
    pub(super) fn new(pipe: OwnedFd) -> io::Result<Self> {
        rustix::io::ioctl_fionbio(&pipe, true)?;
        Ok(Self::Unwatched(pipe))
    }

    pub(super) const fn is_watched(&self) -> bool {
        matches!(self, Self::Watched(_))
    }

    pub(super) fn watched(self) -> io::Result<Self> {
        match self {
            Self::Unwatched(pipe) => pipe::Receiver::from_owned_fd_unchecked(pipe).map(Self::Watched),
            Self::Watched(_) => Ok(self),
        }
    }

    /// What is there: 0 bytes at the end, an error that says so where there is nothing yet.
    pub(super) fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Unwatched(pipe) => Ok(rustix::io::read(pipe, buffer)?),
            Self::Watched(pipe) => pipe.try_read(buffer),
        }
    }

    /// Until there is something to read; never where nobody notices it.
    pub(super) async fn readable(&self) {
        match self {
            Self::Unwatched(_) => std::future::pending().await,
            // An error shows itself again in the read that follows.
            Self::Watched(pipe) => drop(pipe.readable().await),
        }
    }
}
