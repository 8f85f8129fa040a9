//! What a configuration needs, from flags, variables and answers.

use std::{
    collections::BTreeMap,
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret as _, SecretString};

use super::{person::Person, written::Setting};
use crate::{
    api::is_legacy_key,
    env_vars::{
        Environment, HOME, LUCCA_API_KEY, LUCCA_API_KEY_FILE, LUCCA_BASE_URL, LUCCA_CLIENT_ID, LUCCA_CLIENT_SECRET,
        LUCCA_CLIENT_SECRET_FILE, LUCCA_LAKE, LUCCA_TOKEN_URL,
    },
    error::Error,
    settings::{Settings, SettingsError},
};

/// What was given without asking.
#[derive(Debug, Clone, Default)]
pub(crate) struct InitGiven {
    /// Tenant address.
    pub(crate) base_url: Option<String>,
    /// OAuth token endpoint.
    pub(crate) token_url: Option<String>,
    /// OAuth client id.
    pub(crate) client_id: Option<String>,
    /// File that holds the client secret.
    pub(crate) client_secret_file: Option<PathBuf>,
    /// File that holds a legacy API key.
    pub(crate) api_key_file: Option<PathBuf>,
    /// Where the lake is to be.
    pub(crate) lake: Option<String>,
}

/// The same with what variables give.
#[derive(Debug)]
pub(super) struct Known {
    given: InitGiven,
    /// The variable that holds the secret itself, which then stays there.
    secret_variable: Option<&'static str>,
    /// The user's home.
    home: Option<PathBuf>,
}

/// What to write.
#[derive(Debug)]
pub(super) struct Answers {
    /// The file's text.
    pub(super) text: String,
    /// Where the secret is.
    pub(super) secret: SecretAt,
}

/// Where the secret is.
#[derive(Debug)]
pub(super) enum SecretAt {
    /// In a file or a variable that somebody else takes care of.
    Elsewhere,
    /// It was typed, and goes to a new file.
    Typed {
        /// The file.
        path: PathBuf,
        /// The secret.
        secret: SecretString,
    },
}

/// Who is to read the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    Application,
    Key,
}

impl InitGiven {
    /// Flags first, then variables, as everywhere.
    pub(super) fn or_of(self, environment: &Environment) -> Known {
        let text = |name: &str| environment.get(name).map(str::to_owned);
        let is_set = |name: &&'static str| environment.get(name).is_some();
        let has_application = self.client_id.is_some() || self.client_secret_file.is_some();
        let has_key = self.api_key_file.is_some();
        let file = |name: &str, other: bool| if other { None } else { text(name).map(PathBuf::from) };
        let client_secret_file = self.client_secret_file.or_else(|| file(LUCCA_CLIENT_SECRET_FILE, has_key));
        let api_key_file = self.api_key_file.or_else(|| file(LUCCA_API_KEY_FILE, has_application));
        let in_variables = [
            (LUCCA_CLIENT_SECRET, client_secret_file.is_none() && !has_key),
            (LUCCA_API_KEY, api_key_file.is_none() && !has_application),
        ];
        let secret_variable =
            in_variables.iter().filter(|(_, counts)| *counts).map(|(name, _)| *name).find(|name| is_set(&name));
        let given = Self {
            base_url: self.base_url.or_else(|| text(LUCCA_BASE_URL)),
            token_url: self.token_url.or_else(|| text(LUCCA_TOKEN_URL)),
            client_id: self.client_id.or_else(|| if has_key { None } else { text(LUCCA_CLIENT_ID) }),
            client_secret_file,
            api_key_file,
            lake: self.lake.or_else(|| text(LUCCA_LAKE)),
        };
        Known { given, secret_variable, home: text(HOME).map(PathBuf::from) }
    }
}

impl Known {
    /// Who reads, as far as it is known.
    fn reader(&self) -> Option<Reader> {
        let given = &self.given;
        if given.api_key_file.is_some() || self.secret_variable == Some(LUCCA_API_KEY) {
            Some(Reader::Key)
        } else if given.client_id.is_some() || given.client_secret_file.is_some() || self.secret_variable.is_some() {
            Some(Reader::Application)
        } else {
            None
        }
    }

    /// A path as it is written: whole, so that it means the same in every folder.
    fn whole(&self, path: &Path) -> PathBuf {
        let path = match (path.strip_prefix("~"), &self.home) {
            (Ok(below), Some(home)) => home.join(below),
            _ => path.to_owned(),
        };
        std::path::absolute(&path).unwrap_or(path)
    }

    /// The lake as it is written.
    fn lake(&self, lake: &str) -> String {
        if lake.contains("://") { lake.to_owned() } else { self.whole(Path::new(lake)).display().to_string() }
    }

    /// The file's text.
    fn text(
        &self,
        base_url: &str,
        client_id: Option<&str>,
        secret: Option<(&'static str, &Path)>,
        lake: &str,
    ) -> String {
        let file = secret.map(|(key, path)| (key, self.whole(path).display().to_string()));
        let settings = [
            Some(Setting { key: "base_url", value: base_url.to_owned() }),
            self.given.token_url.clone().map(|value| Setting { key: "token_url", value }),
            client_id.map(|id| Setting { key: "client_id", value: id.to_owned() }),
            file.map(|(key, value)| Setting { key, value }),
            Some(Setting { key: "lake", value: self.lake(lake) }),
        ];
        super::written::text(settings.into_iter().flatten())
    }
}

/// What is given, where nobody can be asked.
///
/// # Errors
/// Names all that is missing at once.
pub(super) fn complete(known: Known) -> Result<Answers, Error> {
    let given = &known.given;
    let reader = known.reader();
    let needs_application = reader != Some(Reader::Key);
    let has_secret = given.client_secret_file.is_some() || known.secret_variable == Some(LUCCA_CLIENT_SECRET);
    let missing: Vec<&str> = [
        ("--base-url URL", given.base_url.is_none()),
        ("--client-id ID", needs_application && given.client_id.is_none()),
        ("--client-secret-file FILE", needs_application && !has_secret),
    ]
    .into_iter()
    .filter_map(|(flag, is_missing)| is_missing.then_some(flag))
    .collect();
    if !missing.is_empty() {
        let instead = if reader.is_none() { "; or --api-key-file FILE in place of client id and secret" } else { "" };
        return Err(Error::Usage(format!("nobody can be asked here: give {}{instead}", missing.join(", "))));
    }
    let secret = match (&given.api_key_file, &given.client_secret_file) {
        (Some(path), _) => Some(("api_key_file", path.as_path())),
        (None, Some(path)) => Some(("client_secret_file", path.as_path())),
        (None, None) => None,
    };
    if let Some((_, path)) = secret {
        holds_a_secret(path).map_err(Error::Usage)?;
    }
    let base_url = known_tenant(given.base_url.as_deref().unwrap_or_default())?;
    let text = known.text(&base_url, given.client_id.as_deref(), secret, given.lake.as_deref().unwrap_or("./lake"));
    Ok(Answers { text, secret: SecretAt::Elsewhere })
}

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
                "\nAn OAuth application reads the whole of it. An administrator makes one in Lucca, under Settings > \
                 Authentication, SSO and API > OAuth Applications:\n  {host}/identity/admin/integration-keys\n\
                 With an API key of the older APIs some of it is missing.\n"
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
    let mut typed = SecretAt::Elsewhere;
    let file = match (file, known.secret_variable) {
        (Some(file), _) => Some(file.clone()),
        (None, Some(variable)) => {
            person.say(&format!("The {what} stays in {variable}.\n"));
            None
        }
        (None, None) => {
            let question = format!("File that holds the {what} [none: type it next] ");
            let file = until(person, &question, |answer| match answer {
                "" => Ok(None),
                path => {
                    let path = known.whole(Path::new(path));
                    holds_a_secret(&path).map(|()| Some(path))
                }
            })?;
            match file {
                Some(file) => Some(file),
                None => {
                    let secret = secret(person, what, reader)?;
                    let usual = config.with_file_name(file_name);
                    let question = format!("New file for it, which only you can read [{}] ", usual.display());
                    let path = until(person, &question, |answer| {
                        let path = if answer.is_empty() { usual.clone() } else { known.whole(Path::new(answer)) };
                        let is_free = !path.exists() && path.parent().is_some_and(Path::is_dir);
                        if is_free {
                            Ok(path)
                        } else {
                            Err("there is such a file already, or no such folder".to_owned())
                        }
                    })?;
                    typed = SecretAt::Typed { path: path.clone(), secret };
                    Some(path)
                }
            }
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
    Ok(Answers { text, secret: typed })
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

/// The address of a tenant, as the settings see it.
fn tenant(answer: &str) -> Result<String, String> {
    let flags = BTreeMap::from([("base-url", answer.to_owned())]);
    let tenant = Settings::resolve(&flags, &Environment::default(), None).and_then(|settings| settings.tenant());
    match tenant {
        Ok(tenant) => Ok(tenant.origin()),
        Err(SettingsError::Invalid { problem, .. }) => Err(problem),
        Err(error) => Err(error.to_string()),
    }
}

/// The same of an address that nobody can be asked for again.
fn known_tenant(address: &str) -> Result<String, Error> {
    tenant(address).map_err(|problem| Error::Usage(format!("the tenant's address {address:?}: {problem}")))
}

/// Whether a file can be read and is not empty; what it holds is looked at by whoever needs it.
fn holds_a_secret(path: &Path) -> Result<(), String> {
    let found = File::open(path).and_then(|mut file| file.read(&mut [0]));
    match found {
        Ok(0) => Err(format!("{}: is empty", path.display())),
        Ok(_) => Ok(()),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}
