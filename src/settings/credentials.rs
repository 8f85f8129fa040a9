//! Settings of who asks: an OAuth application or a legacy API key, and never both.

use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};

use super::{Origin, Settings, SettingsError, how_to_set, secret};
use crate::{
    api::{Application, Credentials, Key},
    catalog::Source,
};

/// What an application is made of.
pub(super) const OF_APPLICATION: [&str; 3] = ["client_id", "client_secret", "client_secret_file"];
/// What a key is.
pub(super) const OF_KEY: [&str; 2] = ["api_key", "api_key_file"];

impl Settings {
    /// What the tenant is read through: the API that the configured credentials are good for. Without any it is that of
    /// applications.
    ///
    /// # Errors
    /// When both kinds of credentials are given.
    pub(crate) fn source(&self) -> Result<Source, SettingsError> {
        let given = |keys: &[&'static str]| keys.iter().filter_map(|key| self.origin_of(key)).collect::<Vec<_>>();
        match (given(&OF_KEY).as_slice(), given(&OF_APPLICATION).as_slice()) {
            ([], _) => Ok(Source::V5),
            (_, []) => Ok(Source::Legacy),
            (key, application) => {
                let all = |of: &[String]| of.join(" and ");
                Err(SettingsError::TwoCredentials { key: all(key), application: all(application) })
            }
        }
    }

    /// Who asks; an application asks for one token with `scopes`.
    ///
    /// # Errors
    /// When nobody is given, or half of an application; when a file cannot be read, or holds no key.
    pub(crate) fn credentials(&self, scopes: Vec<String>) -> Result<Credentials, SettingsError> {
        match self.source()? {
            Source::Legacy => Ok(Credentials::Key(self.api_key()?)),
            Source::V5 => Ok(Credentials::OAuth(Application {
                token_url: self.token_url()?,
                client_id: self.client_id()?,
                client_secret: self.client_secret()?,
                scopes,
            })),
        }
    }

    /// That `what`, which asks API v5 itself, is not asked with a legacy API key.
    ///
    /// # Errors
    /// When it is; when both kinds of credentials are given.
    pub(crate) fn check_application(&self, what: &'static str) -> Result<(), SettingsError> {
        match self.source()? {
            Source::V5 => Ok(()),
            Source::Legacy => Err(SettingsError::NeedsApplication { what }),
        }
    }

    /// The legacy API key, from its variable or its file.
    ///
    /// # Errors
    /// When there is neither, the file cannot be read, or it is no key.
    pub(crate) fn api_key(&self) -> Result<Key, SettingsError> {
        let of = |key, origin: &Origin, secret: &SecretString| {
            let problem = |wrong: crate::api::NotAKey| SettingsError::Invalid {
                key,
                origin: origin.clone(),
                problem: wrong.to_string(),
            };
            Key::new(secret).map_err(problem)
        };
        match (self.secrets.get("api_key"), self.get("api_key_file")) {
            (Some((secret, origin)), _) => of("api_key", origin, secret),
            (None, Some((path, origin))) => of("api_key_file", origin, &secret::read(Path::new(path))?),
            (None, None) => Err(SettingsError::Missing { key: "api_key", how: how_to_set("api_key") }),
        }
    }

    /// The client id.
    ///
    /// # Errors
    /// When it is missing.
    pub(crate) fn client_id(&self) -> Result<String, SettingsError> {
        match self.get("client_id") {
            Some((id, _)) => Ok(id.to_owned()),
            None => Err(SettingsError::Missing { key: "client_id", how: or_a_key("client_id") }),
        }
    }

    /// The client secret, from its variable or its file.
    ///
    /// # Errors
    /// When there is neither, or the file cannot be read.
    pub(crate) fn client_secret(&self) -> Result<SecretString, SettingsError> {
        match (self.secrets.get("client_secret"), self.get("client_secret_file")) {
            (Some((secret, _)), _) => Ok(secret.expose_secret().trim().into()),
            (None, Some((path, _))) => secret::read(Path::new(path)),
            (None, None) => Err(SettingsError::Missing { key: "client_secret", how: or_a_key("client_secret") }),
        }
    }

    /// How a setting is called where it was set.
    fn origin_of(&self, key: &'static str) -> Option<String> {
        let secret = self.secrets.get(key).map(|(_, origin)| origin);
        match secret.or(self.get(key).map(|(_, origin)| origin))? {
            Origin::File(path) => Some(format!("{key} in {path}")),
            origin => Some(origin.to_string()),
        }
    }
}

/// How to set a part of an application, or what to give in its place.
fn or_a_key(key: &str) -> String {
    format!(
        "{}; a tenant with only a legacy API key is read with LUCCA_API_KEY or LUCCA_API_KEY_FILE instead",
        how_to_set(key)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env_vars::Environment;

    const FILE: &str = "lucca-lake.toml";

    fn with<const N: usize>(variables: [(&str, &str); N], file: &str) -> Settings {
        Settings::resolve(&[].into(), &Environment::from(variables), Some((FILE, file))).unwrap()
    }

    #[test]
    fn the_credentials_say_what_a_tenant_is_read_through() {
        assert_eq!(with([], "").source().unwrap(), Source::V5);
        assert_eq!(with([("LUCCA_CLIENT_ID", "x")], "").source().unwrap(), Source::V5);
        assert_eq!(with([("LUCCA_API_KEY", "x")], "").source().unwrap(), Source::Legacy);
        assert_eq!(with([], "api_key_file = \"/nowhere\"").source().unwrap(), Source::Legacy);
        assert!(with([], "").check_application("get").is_ok());
        let with_key = with([("LUCCA_API_KEY", "x")], "").check_application("get").unwrap_err().to_string();
        assert!(
            with_key.starts_with("get needs an OAuth application, as API v5 takes no legacy API key"),
            "{with_key}"
        );
        let missing = with([], "").credentials(Vec::new()).unwrap_err().to_string();
        assert!(missing.starts_with("client_id is not set: ") && missing.contains("LUCCA_API_KEY"), "{missing}");
    }

    #[test]
    fn of_two_kinds_of_credentials_one_must_go_and_the_error_names_both() {
        let both = with([("LUCCA_API_KEY", "canary"), ("LUCCA_CLIENT_SECRET", "canary")], "client_id = \"canary\"");
        for error in [both.source().unwrap_err(), both.credentials(Vec::new()).unwrap_err()] {
            assert_eq!(
                error.to_string(),
                "LUCCA_API_KEY gives a legacy API key, client_id in lucca-lake.toml and LUCCA_CLIENT_SECRET an OAuth \
                 application, and a run reads with one of them: drop LUCCA_API_KEY to read the v5 API, or client_id in \
                 lucca-lake.toml and LUCCA_CLIENT_SECRET to read the legacy routes"
            );
        }
    }

    #[test]
    fn a_key_comes_from_its_variable_or_its_file_and_is_never_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "lucca application=canary\n").unwrap();
        let in_file = with([("LUCCA_API_KEY_FILE", path.to_str().unwrap())], "");
        let in_variable = with([("LUCCA_API_KEY", " canary ")], "");
        for settings in [in_file, in_variable] {
            let credentials = settings.credentials(Vec::new()).unwrap();
            assert!(matches!(credentials, Credentials::Key(_)));
            assert!(!format!("{credentials:?} {settings:?} {:?}", settings.shown()).contains("canary"));
        }
        for wrong in ["can ary", "\"canary\"", "lucca application="] {
            let error = with([("LUCCA_API_KEY", wrong)], "").credentials(Vec::new()).unwrap_err().to_string();
            assert!(error.starts_with("api_key (from LUCCA_API_KEY): is no legacy API key"), "{error}");
            assert!(!error.contains("canary") && !error.contains("can ary"), "{error}");
        }
    }
}
