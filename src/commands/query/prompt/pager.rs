//! Answers that do not fit the screen, shown by another program that pages.

use std::{
    io::{self, Write},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
};

use crate::{
    env_vars::{Environment, LUCCA_CLIENT_SECRET, LUCCA_WEBHOOK_SECRET, PAGER, PATH},
    screen::Screen,
    terminal_text::width,
};

/// What pages where `PAGER` says nothing: long lines go off the side, one screen needs no key, the text stays.
const LESS: &str = "less -SRFX";
/// Lines that the prompt needs below an answer.
const BELOW: usize = 2;
/// What a shell ends with when it cannot run a command.
const CANNOT_RUN: [i32; 2] = [126, 127];

/// The command that pages: `$PAGER`, else `less` where there is one.
pub(super) fn command(environment: &Environment) -> Option<String> {
    match environment.get(PAGER) {
        Some(named) => Some(named.trim().to_owned()).filter(|named| !named.is_empty()),
        None => {
            let has_less = |folder: &str| Path::new(folder).join("less").is_file();
            environment.get(PATH)?.split(':').any(has_less).then(|| LESS.to_owned())
        }
    }
}

/// How showing an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// It is where it was meant to be.
    There,
    /// Somebody saw as much as they wanted to.
    Paged,
    /// There is no such pager.
    NoPager,
}

/// An output that goes to `out` if it fits the screen, else to a pager.
pub(super) struct Paged<W> {
    out: W,
    screen: Screen,
    command: String,
    state: State,
}

enum State {
    /// It may fit.
    Held(Vec<u8>),
    /// It does not.
    Running { child: Child, input: ChildStdin },
    /// It does not, and nobody shows it.
    Failed,
}

impl<W: Write> Paged<W> {
    /// Holds what is written until it is known to fit or not.
    pub(super) fn new(out: W, screen: Screen, command: String) -> Self {
        Self { out, screen, command, state: State::Held(Vec::new()) }
    }

    /// Waits until somebody has seen enough.
    ///
    /// # Errors
    /// When the screen cannot be written.
    pub(super) fn finish(mut self) -> io::Result<Ended> {
        match self.state {
            State::Held(text) => self.out.write_all(&text).and_then(|()| self.out.flush()).map(|()| Ended::There),
            State::Running { mut child, input } => {
                drop(input);
                // What a pager ends with says nothing of the answer.
                let code = child.wait().ok().and_then(|status| status.code());
                Ok(if code.is_some_and(|code| CANNOT_RUN.contains(&code)) { Ended::NoPager } else { Ended::Paged })
            }
            State::Failed => Ok(Ended::NoPager),
        }
    }

    fn start(&mut self, text: &[u8]) -> io::Result<()> {
        // It needs no secret.
        let child = Command::new("sh")
            .args(["-c", &self.command])
            .env_remove(LUCCA_CLIENT_SECRET)
            .env_remove(LUCCA_WEBHOOK_SECRET)
            .stdin(Stdio::piped())
            .spawn();
        let started = child.map(|mut child| (child.stdin.take(), child));
        let Ok((Some(mut input), child)) = started else {
            self.state = State::Failed;
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let written = input.write_all(text);
        self.state = State::Running { child, input };
        written
    }
}

impl<W: Write> Write for Paged<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.state {
            State::Held(text) => {
                text.extend_from_slice(bytes);
                if !fits(text, self.screen) {
                    let text = std::mem::take(text);
                    self.start(&text)?;
                }
                Ok(bytes.len())
            }
            State::Running { input, .. } => input.write(bytes),
            State::Failed => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.state {
            State::Running { input, .. } => input.flush(),
            State::Held(_) | State::Failed => Ok(()),
        }
    }
}

fn fits(text: &[u8], screen: Screen) -> bool {
    let lines = text.split(|byte| *byte == b'\n');
    let mut number = 0_usize;
    for line in lines {
        number += 1;
        if number > screen.height.saturating_sub(BELOW) || width(&String::from_utf8_lossy(line)) > screen.width {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCREEN: Screen = Screen { width: 20, height: 10 };

    fn paged(command: &str, text: &str) -> (String, Ended) {
        let mut out = Vec::new();
        let mut paged = Paged::new(&mut out, SCREEN, command.to_owned());
        let outcome = text.as_bytes().chunks(7).try_for_each(|part| paged.write_all(part));
        assert!(outcome.is_ok() || outcome.is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe));
        let ended = paged.finish().unwrap();
        (String::from_utf8(out).unwrap(), ended)
    }

    #[test]
    fn only_what_does_not_fit_is_paged() {
        let folder = tempfile::tempdir().unwrap();
        let seen = folder.path().join("seen");
        let command = format!("cat > {}", seen.display());
        assert_eq!(paged(&command, "one\ntwo\n"), ("one\ntwo\n".to_owned(), Ended::There));
        assert!(!seen.exists());
        for long in ["x\n".repeat(1_000), format!("a\n{}\n", "王".repeat(11))] {
            assert_eq!(paged(&command, &long), (String::new(), Ended::Paged));
            assert_eq!(std::fs::read_to_string(&seen).unwrap(), long);
        }
    }

    #[test]
    fn a_pager_that_fails_or_is_left_early_is_no_error() {
        let long = "x\n".repeat(100_000);
        for command in ["true", "false", "head -n 1 > /dev/null", "kill -9 $$"] {
            assert_eq!(paged(command, &long), (String::new(), Ended::Paged), "{command}");
        }
        assert_eq!(paged("exec 2> /dev/null; no-such-pager", &long).1, Ended::NoPager);
    }

    #[test]
    fn the_pager_is_the_one_of_the_environment() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().display().to_string();
        let of = |pager: Option<&str>| {
            let variables = [Some((PATH, path.as_str())), pager.map(|pager| (PAGER, pager))];
            command(&variables.into_iter().flatten().collect())
        };
        assert_eq!(of(Some("more -x")), Some("more -x".to_owned()));
        assert_eq!((of(Some(" ")), of(None)), (None, None));
        std::fs::write(folder.path().join("less"), "").unwrap();
        assert_eq!(of(None), Some(LESS.to_owned()));
    }
}
