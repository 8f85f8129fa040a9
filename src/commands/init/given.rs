//! What a configuration needs, from flags and variables.

use std::{
    collections::BTreeMap,
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use secrecy::SecretString;

use super::written::{self, Setting};
use crate::{
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
    pub(super) given: InitGiven,
    /// The variable that holds the secret itself, which then stays there.
    pub(super) secret_variable: Option<&'static str>,
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
pub(super) enum Reader {
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
            in_variables.iter().filter(|(_, counts)| *counts).map(|(name, _)| *name).find(|name| is_set(name));
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
    pub(super) fn reader(&self) -> Option<Reader> {
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
    pub(super) fn whole(&self, path: &Path) -> PathBuf {
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
    pub(super) fn text(
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
        written::text(settings.into_iter().flatten())
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

/// The address of a tenant, as the settings see it.
pub(super) fn tenant(answer: &str) -> Result<String, String> {
    let flags = BTreeMap::from([("base-url", answer.to_owned())]);
    let tenant = Settings::resolve(&flags, &Environment::default(), None).and_then(|settings| settings.tenant());
    match tenant {
        Ok(tenant) => Ok(tenant.origin()),
        Err(SettingsError::Invalid { problem, .. }) => Err(problem),
        Err(error) => Err(error.to_string()),
    }
}

/// The same of an address that nobody can be asked for again.
pub(super) fn known_tenant(address: &str) -> Result<String, Error> {
    tenant(address).map_err(|problem| Error::Usage(format!("the tenant's address {address:?}: {problem}")))
}

/// Whether a file can be read and is not empty; what it holds is looked at by whoever needs it.
pub(super) fn holds_a_secret(path: &Path) -> Result<(), String> {
    let found = File::open(path).and_then(|mut file| file.read(&mut [0]));
    match found {
        Ok(0) => Err(format!("{}: is empty", path.display())),
        Ok(_) => Ok(()),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}
