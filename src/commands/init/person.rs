//! Somebody who answers questions.

use std::io::{self, Stdin, Write as _};

use nix::{
    sys::termios::{LocalFlags, SetArg, SpecialCharacterIndices, Termios, tcgetattr, tcsetattr},
    unistd::read,
};
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::{error::Error, print::tell};

/// More than any secret has. The buffer never grows: growing would leave a copy behind.
const MOST_BYTES: usize = 64 << 10;

/// Who is asked.
pub(super) trait Person {
    /// Tells something.
    fn say(&mut self, text: &str);

    /// Asks, and returns the answer without white space around it.
    ///
    /// # Errors
    /// When there is nobody any more.
    fn answer(&mut self, question: &str) -> Result<String, Error>;

    /// Asks for something that is shown nowhere.
    ///
    /// # Errors
    /// When there is nobody any more, or they want no more of it.
    fn secret(&mut self, question: &str) -> Result<SecretString, Error>;
}

/// Somebody at this process's terminal.
#[derive(Debug, Default)]
pub(super) struct AtTerminal;

impl Person for AtTerminal {
    fn say(&mut self, text: &str) {
        tell(text);
    }

    fn answer(&mut self, question: &str) -> Result<String, Error> {
        tell(question);
        let line = io::stdin().lines().next().transpose().map_err(unread)?;
        line.map(|line| line.trim().to_owned()).ok_or_else(left)
    }

    fn secret(&mut self, question: &str) -> Result<SecretString, Error> {
        tell(question);
        let quiet = Quiet::begin().map_err(unread)?;
        let typed = quiet.line().map_err(unread);
        drop(quiet);
        let _ = io::stderr().write_all(b"\n");
        typed?.ok_or_else(left)
    }
}

fn unread(source: io::Error) -> Error {
    Error::Io { what: "standard input".into(), source }
}

fn left() -> Error {
    Error::Usage("the questions were not answered to their end; nothing was written".into())
}

/// The terminal while it shows nothing of what is typed, and leaves Ctrl-C to us: ended by it, it would go on showing
/// nothing.
struct Quiet {
    input: Stdin,
    before: Termios,
}

impl Quiet {
    fn begin() -> io::Result<Self> {
        let input = io::stdin();
        let before = tcgetattr(&input)?;
        let mut quiet = before.clone();
        quiet.local_flags.remove(LocalFlags::ECHO | LocalFlags::ICANON | LocalFlags::ISIG | LocalFlags::IEXTEN);
        for (index, value) in [(SpecialCharacterIndices::VMIN, 1), (SpecialCharacterIndices::VTIME, 0)] {
            if let Some(character) = quiet.control_chars.get_mut(index as usize) {
                *character = value;
            }
        }
        tcsetattr(&input, SetArg::TCSAFLUSH, &quiet)?;
        Ok(Self { input, before })
    }

    /// What is typed until Enter, without white space around it; `None` when it is given up. Read past the buffer of
    /// standard input, which would keep a copy.
    fn line(&self) -> io::Result<Option<SecretString>> {
        let mut typed = Zeroizing::new(Vec::with_capacity(MOST_BYTES));
        loop {
            let mut byte = [0];
            let number = match read(&self.input, &mut byte) {
                Err(nix::errno::Errno::EINTR) => continue,
                number => number?,
            };
            match byte {
                // Ctrl-C, Ctrl-D, or nothing more to read.
                [3 | 4] => return Ok(None),
                _ if number == 0 => return Ok(None),
                [b'\r' | b'\n'] => break,
                // Backspace takes a letter away, Ctrl-U all.
                [8 | 127] => drop_letter(&mut typed),
                [21] => typed.clear(),
                [byte] if typed.len() < MOST_BYTES => typed.push(byte),
                _ => {}
            }
        }
        let text = std::str::from_utf8(&typed).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
        Ok(Some(text.trim().into()))
    }
}

/// Takes the last letter away, which may be several bytes.
fn drop_letter(typed: &mut Vec<u8>) {
    while typed.pop().is_some_and(|byte| byte & 0xC0 == 0x80) {}
}

impl Drop for Quiet {
    fn drop(&mut self) {
        let _ = tcsetattr(&self.input, SetArg::TCSAFLUSH, &self.before);
    }
}
