//! A program of the user's that is run with something on its standard input: no shell reads its arguments, it does not see our
//! secrets, and it does not outlive us.

use std::{
    ffi::OsString,
    io,
    os::fd::OwnedFd,
    process::{Child, Command, ExitStatus, Stdio},
};

use tokio::{
    io::AsyncWriteExt as _,
    net::unix::pipe,
    signal::unix::{SignalKind, signal},
};

/// What is run, and what it is given.
#[derive(Debug, Clone, Default)]
pub(crate) struct Program {
    /// Program and arguments.
    pub(crate) command: Vec<OsString>,
    /// Variables that it must not see: those that hold secrets.
    pub(crate) hidden: Vec<&'static str>,
    /// Variables that it is given beside ours.
    pub(crate) given: Vec<(&'static str, String)>,
    /// Where what it prints goes.
    pub(crate) prints_to: PrintsTo,
}

/// Where a program prints to that writes to its standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum PrintsTo {
    /// Our standard output.
    #[default]
    Stdout,
    /// Our standard error, as our standard output carries something else.
    Stderr,
}

impl Program {
    /// Runs it with `input` on its standard input, and waits for its end, which comes by force when `too_long` completes.
    ///
    /// # Errors
    /// When it cannot be run, or took too long.
    pub(crate) async fn run(&self, input: &[u8], too_long: impl Future<Output = ()>) -> io::Result<ExitStatus> {
        let (program, arguments) = self.command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        // Before it begins: its end is not to be missed.
        let mut a_child_ended = signal(SignalKind::child())?;
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped());
        if self.prints_to == PrintsTo::Stderr {
            command.stdout(io::stderr());
        }
        for name in &self.hidden {
            command.env_remove(name);
        }
        command.envs(self.given.iter().map(|(name, value)| (name, value)));
        let mut child = Running(command.spawn()?);
        let stdin = child.0.stdin.take().map(|stdin| pipe::Sender::from_owned_fd(OwnedFd::from(stdin)));
        let ended = async {
            // A program that does not read all of it, or nothing, is no error.
            let write = async {
                if let Some(Ok(mut stdin)) = stdin {
                    let _ = stdin.write_all(input).await;
                }
                std::future::pending().await
            };
            let wait = async {
                loop {
                    if let Some(status) = child.0.try_wait()? {
                        return Ok(status);
                    }
                    a_child_ended.recv().await;
                }
            };
            tokio::select! {
                status = wait => status,
                () = write => Err(io::ErrorKind::BrokenPipe.into()),
            }
        };
        tokio::select! {
            status = ended => status,
            () = too_long => Err(io::Error::new(io::ErrorKind::TimedOut, "it took too long, and was ended")),
        }
    }
}

/// A process that does not outlive us.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended, or it is ended: there is nothing to be done about an error.
        if !matches!(self.0.try_wait(), Ok(Some(_))) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}
