//! `init`: from nothing to a configuration that is known to work. It asks somebody at a terminal for what it is not given,
//! writes the file, checks it, and says where in Lucca to tick what is missing.
//!
//! - `person`: who is asked, secrets without showing them
//! - `given`: what a configuration needs, from flags and variables; `asked`: the rest
//! - `written`: the file
//! - `lacking`: what the check found missing, and where it is given

mod asked;
mod given;
mod lacking;
mod person;
#[cfg(test)]
mod tests;
mod written;

use std::{collections::BTreeMap, path::PathBuf};

pub(crate) use self::given::InitGiven;
use self::{
    given::{Answers, SecretAt},
    person::{AtTerminal, Person},
};
use super::{check, confirm, secret_file::SecretFile};
use crate::{
    context::Context,
    error::Error,
    print::ListFormat,
    settings::{FILE_NAME, SETTINGS, Settings},
    shell,
};

/// What to write, and where.
#[derive(Debug)]
pub(crate) struct InitOptions {
    /// What was given as flags.
    pub(crate) given: InitGiven,
    /// The file; by default the one that is found in the working folder.
    pub(crate) config: Option<PathBuf>,
    /// Whether one that is there is replaced.
    pub(crate) force: bool,
    /// Whether the tenant is left alone.
    pub(crate) no_check: bool,
    /// How this program was called, so that it can be called again.
    pub(crate) program: String,
}

/// Writes a configuration, and checks it.
///
/// # Errors
/// When there is one already; when something is not given and nobody can be asked; as `check`.
pub(crate) async fn init(context: &Context, options: InitOptions) -> Result<(), Error> {
    let person = confirm::can_ask().then(AtTerminal::default);
    init_with(context, options, person).await
}

async fn init_with<P: Person>(context: &Context, options: InitOptions, person: Option<P>) -> Result<(), Error> {
    let InitOptions { given, config, force, no_check, program } = options;
    let is_found = config.is_none();
    let here = |source| Error::Io { what: "the working folder".into(), source };
    let path = std::path::absolute(config.unwrap_or(FILE_NAME.into())).map_err(here)?;
    written::check_place(&path, force)?;
    let given = given.or_of(&context.environment);
    let Answers { text, secret } = match person {
        Some(mut person) => {
            person.say(&format!(
                "This writes settings to {}\nEnter takes what stands in brackets; Ctrl-C leaves everything as it is.\n\n",
                path.display()
            ));
            asked::asked(given, &path, &mut person)?
        }
        None => given::complete(given)?,
    };
    let shown = path.display().to_string();
    // What cannot be right is refused before anything is written.
    let settings = Settings::resolve(&BTreeMap::new(), &context.environment, Some((&shown, &text)))?;
    settings.tenant()?;
    settings.source()?;
    match secret {
        SecretAt::Typed { path: file, secret } => {
            let file = (SecretFile::create(&file, None)?, file);
            written::write(&path, &text, force)?;
            file.0.keep(&secret)?;
            context.note(&format!("wrote {} and {shown}, which only you can read\n", file.1.display()));
        }
        SecretAt::Elsewhere => {
            written::write(&path, &text, force)?;
            context.note(&format!("wrote {shown}, which only you can read\n"));
        }
    }
    for (variable, key) in overruling(&settings, &text) {
        context.note(&format!("{variable} is set and goes before {key} in the file\n"));
    }
    let command = |name: &str| {
        let config = if is_found { Vec::new() } else { vec!["--config", shown.as_str()] };
        let words = [program.as_str()].into_iter().chain(config).chain([name]);
        words.map(shell::word).collect::<Vec<_>>().join(" ")
    };
    if no_check {
        context.note(&format!("\nNext: {}\n", command("check")));
        return Ok(());
    }
    context.note("\n");
    let checked = check::made(context, &settings).await?;
    let outcome = check::told(context, &checked, ListFormat::Text);
    let tenant = settings.tenant()?.origin();
    context.note(&lacking::told(&checked.lacking, &settings, &tenant, &command("check")));
    if outcome.is_ok() {
        context.note(&format!(
            "\nNext\nhow many requests and minutes it takes to read the account:\n  {}\nread it:\n  {}\n",
            command("plan"),
            command("sync")
        ));
    }
    outcome
}

/// Variables that give something else than the file does, with the file's key.
fn overruling(settings: &Settings, text: &str) -> Vec<(&'static str, &'static str)> {
    let Ok(file) = Settings::resolve(&BTreeMap::new(), &Default::default(), Some((FILE_NAME, text))) else {
        return Vec::new();
    };
    let value = |settings: &Settings, key: &str| {
        settings.shown().into_iter().find(|(declared, _)| declared.key == key).and_then(|(_, shown)| Some(shown?.0))
    };
    let written = written::keys(text);
    let differs = |key: &str| written.contains(&key.to_owned()) && value(settings, key) != value(&file, key);
    SETTINGS.iter().filter(|d| differs(d.key)).filter_map(|d| Some((d.variable?, d.key))).collect()
}
