//! Questions to somebody at a terminal, for what was not given.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};

use super::{
    given::{Answers, Known, Reader, SecretAt, holds_a_secret, known_tenant, tenant},
    lacking::APPLICATIONS,
    person::Person,
};
use crate::{api::is_legacy_key, error::Error};

/// What is given, and the answers to the rest. A secret that is typed goes beside the configuration at `config`.
///
/// # Errors
/// When the person leaves.
pub(super) fn asked(known: Known, config: &Path, person: &mut impl Person) -> Result<Answers, Error> {
    let base_url = match &known.given.base_url {
        Some(address) => known_tenant(address)?,
        None => until(person, "Address of the tenant, such as https://example.ilucca.net: ", tenant)?,
    };
    let reader = match known.reader() {
        Some(reader) => reader,
        None => {
            let host = base_url.trim_end_matches('/');
            person.say(&format!(
                "\nAn OAuth application reads all of it; an administrator makes one in Lucca, in\n  {APPLICATIONS}\n  \
                 {host}/identity/admin/integration-keys\nAn API key of the older APIs reads less.\n"
            ));
            until(person, "Read by an application or a key? [application] ", reader)?
        }
    };
    let client_id = match (reader, &known.given.client_id) {
        (Reader::Key, _) => None,
        (Reader::Application, Some(id)) => Some(id.clone()),
        (Reader::Application, None) => Some(until(person, "Client id: ", some)?),
    };
    let (key, what, file_name, file) = match reader {
        Reader::Application => {
            ("client_secret_file", "client secret", "lucca-lake.secret", &known.given.client_secret_file)
        }
        Reader::Key => ("api_key_file", "API key", "lucca-lake.key", &known.given.api_key_file),
    };
    let (file, secret) = match (file, known.secret_variable) {
        (Some(file), _) => (Some(file.clone()), SecretAt::Elsewhere),
        (None, Some(variable)) => {
            person.say(&format!("The {what} stays in {variable}.\n"));
            (None, SecretAt::Elsewhere)
        }
        (None, None) => {
            let (file, secret) = kept(&known, what, reader, &config.with_file_name(file_name), person)?;
            (Some(file), secret)
        }
    };
    let lake = match &known.given.lake {
        Some(lake) => lake.clone(),
        None => {
            let question = "Where the lake goes, a folder or such as s3://bucket/prefix [./lake] ";
            until(person, question, |answer| {
                Ok(if answer.is_empty() { "./lake".to_owned() } else { answer.to_owned() })
            })?
        }
    };
    person.say("\n");
    let text = known.text(&base_url, client_id.as_deref(), file.as_deref().map(|path| (key, path)), &lake);
    Ok(Answers { text, secret })
}

/// The file that holds the secret: one that is there, or a new one for what is typed.
fn kept(
    known: &Known,
    what: &str,
    reader: Reader,
    usual: &Path,
    person: &mut impl Person,
) -> Result<(PathBuf, SecretAt), Error> {
    let there = until(person, &format!("File that holds the {what} [none: type it next] "), |answer| match answer {
        "" => Ok(None),
        path => {
            let path = known.whole(Path::new(path));
            holds_a_secret(&path).map(|()| Some(path))
        }
    })?;
    if let Some(file) = there {
        return Ok((file, SecretAt::Elsewhere));
    }
    let secret = secret(person, what, reader)?;
    let question = format!("New file for it, which only you can read [{}] ", usual.display());
    let path = until(person, &question, |answer| {
        let path = if answer.is_empty() { usual.to_owned() } else { known.whole(Path::new(answer)) };
        let is_free = !path.exists() && path.parent().is_some_and(Path::is_dir);
        if is_free { Ok(path) } else { Err("there is such a file already, or no such folder".to_owned()) }
    })?;
    Ok((path.clone(), SecretAt::Typed { path, secret }))
}

/// Asks until the answer is one, and says what is wrong with those that are not.
fn until<T>(person: &mut impl Person, question: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<T, Error> {
    loop {
        match read(&person.answer(question)?) {
            Ok(answer) => return Ok(answer),
            Err(problem) => person.say(&format!("{problem}\n")),
        }
    }
}

/// A secret that is one, as far as can be seen.
fn secret(person: &mut impl Person, what: &str, reader: Reader) -> Result<SecretString, Error> {
    loop {
        let secret = person.secret(&format!("The {what}, which is not shown: "))?;
        if secret.expose_secret().is_empty() {
            person.say("it is empty\n");
        } else if reader == Reader::Application && is_legacy_key(secret.expose_secret()) {
            person.say("that has the form of an API key of the older APIs, not of a client secret\n");
        } else {
            return Ok(secret);
        }
    }
}

fn some(answer: &str) -> Result<String, String> {
    if answer.is_empty() { Err("it is needed".to_owned()) } else { Ok(answer.to_owned()) }
}

fn reader(answer: &str) -> Result<Reader, String> {
    match answer.to_lowercase().as_str() {
        "" | "a" | "application" => Ok(Reader::Application),
        "k" | "key" => Ok(Reader::Key),
        _ => Err("answer application or key".to_owned()),
    }
}
