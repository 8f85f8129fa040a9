use std::{collections::VecDeque, os::unix::fs::PermissionsExt as _};

use secrecy::{ExposeSecret as _, SecretString};

use super::*;
use crate::env_vars::Environment;

/// Somebody who has made up their mind.
struct Script {
    answers: VecDeque<&'static str>,
    shown: String,
}

impl Script {
    fn of<const N: usize>(answers: [&'static str; N]) -> Self {
        Self { answers: answers.into(), shown: String::new() }
    }

    fn next(&mut self, question: &str) -> Result<&'static str, Error> {
        self.shown.push_str(question);
        self.shown.push('\n');
        self.answers.pop_front().ok_or_else(|| Error::Usage("left".into()))
    }
}

impl Person for Script {
    fn say(&mut self, text: &str) {
        self.shown.push_str(text);
    }

    fn answer(&mut self, question: &str) -> Result<String, Error> {
        Ok(self.next(question)?.to_owned())
    }

    fn secret(&mut self, question: &str) -> Result<SecretString, Error> {
        Ok(self.next(question)?.into())
    }
}

/// What comes of answers, with what was shown.
fn asked<const N: usize>(
    given: InitGiven,
    environment: &[(&str, &str)],
    folder: &std::path::Path,
    answers: [&'static str; N],
) -> (Result<Answers, Error>, String) {
    let environment: Environment = environment.iter().copied().collect();
    let mut script = Script::of(answers);
    let found = asked::asked(given.or_of(&environment), &folder.join("lucca-lake.toml"), &mut script);
    (found, script.shown)
}

fn lines(answers: &Answers) -> Vec<String> {
    answers.text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

#[test]
fn answers_become_settings_and_the_secret_a_file_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let answers = ["https://acme.ilucca.net/", "", "my \"app\"", "", "canary-secret", "", "/data/lucca"];
    let (found, shown) = asked(InitGiven::default(), &[], folder.path(), answers);
    let found = found.unwrap();
    let file = folder.path().join("lucca-lake.secret");
    assert_eq!(
        lines(&found),
        [
            "base_url = \"https://acme.ilucca.net\"",
            "client_id = 'my \"app\"'",
            &format!("client_secret_file = \"{}\"", file.display()),
            "lake = \"/data/lucca\"",
        ]
    );
    assert!(
        matches!(&found.secret, SecretAt::Typed { path, secret } if *path == file && secret.expose_secret() == "canary-secret")
    );
    assert!(!found.text.contains("canary") && !shown.contains("canary") && !format!("{found:?}").contains("canary"));
    assert!(shown.contains("https://acme.ilucca.net/identity/admin/integration-keys"), "{shown}");
}

#[test]
fn an_answer_that_is_none_is_asked_for_again() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("lucca-lake.key"), "there already").unwrap();
    let own = folder.path().join("secret");
    std::fs::write(&own, "x").unwrap();
    let answers = [
        "acme",
        "http://acme.ilucca.net",
        "https://acme.ilucca.net",
        "both",
        "key",
        "/nowhere/secret",
        "",
        "",
        "canary",
        "",
        "~/key",
        "",
    ];
    let (found, shown) =
        asked(InitGiven::default(), &[("HOME", folder.path().to_str().unwrap())], folder.path(), answers);
    let found = found.unwrap();
    for said in [
        "not an address such as",
        "plain http sends secrets in clear text",
        "answer application or key",
        "/nowhere/secret: No such file",
        "it is empty",
        "there is such a file already",
    ] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    let key = format!("api_key_file = \"{}\"", folder.path().join("key").display());
    assert!(lines(&found).contains(&key), "{found:?}");
    let here = std::env::current_dir().unwrap();
    assert!(lines(&found).contains(&format!("lake = \"{}\"", here.join("lake").display())), "{found:?}");
    // An application is not read with a key.
    let given = InitGiven {
        base_url: Some("https://acme.ilucca.net".into()),
        client_id: Some("app".into()),
        ..InitGiven::default()
    };
    let answers = ["", "01234567-89ab-cdef-0123-456789abcdef", "secret", "", "s3://bucket/lake"];
    let (found, shown) = asked(given, &[], folder.path(), answers);
    assert!(shown.contains("form of an API key"), "{shown}");
    assert!(lines(&found.unwrap()).contains(&"lake = \"s3://bucket/lake\"".to_owned()));
}

#[test]
fn what_flags_and_variables_give_is_not_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let given = InitGiven {
        base_url: Some("https://acme.ilucca.net".into()),
        lake: Some("s3://b/l".into()),
        ..InitGiven::default()
    };
    let variables = [
        ("LUCCA_CLIENT_ID", "app"),
        ("LUCCA_CLIENT_SECRET", "canary"),
        ("LUCCA_TOKEN_URL", "https://sso.example/token"),
    ];
    let (found, shown) = asked(given, &variables, folder.path(), []);
    let found = found.unwrap();
    assert_eq!(
        lines(&found),
        [
            "base_url = \"https://acme.ilucca.net\"",
            "token_url = \"https://sso.example/token\"",
            "client_id = \"app\"",
            "lake = \"s3://b/l\""
        ]
    );
    assert!(shown.contains("stays in LUCCA_CLIENT_SECRET") && !shown.contains("canary"), "{shown}");
    let (left, _) = asked(InitGiven::default(), &[], folder.path(), ["https://acme.ilucca.net"]);
    assert_eq!(left.unwrap_err().to_string(), "left");
}

#[test]
fn where_nobody_can_be_asked_one_error_names_all_that_is_missing() {
    let missing = |given: InitGiven| given::complete(given.or_of(&Environment::default())).unwrap_err().to_string();
    assert_eq!(
        missing(InitGiven::default()),
        "nobody can be asked here: give --base-url URL, --client-id ID, --client-secret-file FILE; or --api-key-file FILE in \
         place of client id and secret"
    );
    let application = InitGiven { client_id: Some("app".into()), ..InitGiven::default() };
    assert_eq!(missing(application), "nobody can be asked here: give --base-url URL, --client-secret-file FILE");
    let key = InitGiven { api_key_file: Some("/nowhere".into()), ..InitGiven::default() };
    assert_eq!(missing(key), "nobody can be asked here: give --base-url URL");
    let wrong =
        InitGiven { base_url: Some("acme".into()), api_key_file: Some("/dev/null".into()), ..InitGiven::default() };
    assert_eq!(missing(wrong.clone()), "/dev/null: is empty");
    let wrong = InitGiven { api_key_file: Some("/proc/version".into()), ..wrong };
    assert!(missing(wrong).starts_with("the tenant's address \"acme\": not an address"));
}

#[test]
fn the_file_is_written_whole_and_never_over_another() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lucca-lake.toml");
    written::check_place(&path, false).unwrap();
    written::write(&path, "a = 1\n", false).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let taken = written::check_place(&path, false).unwrap_err().to_string();
    assert!(taken.contains("--force replaces it"), "{taken}");
    // Somebody was faster.
    assert_eq!(written::write(&path, "a = 2\n", false).unwrap_err().to_string(), taken);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "a = 1\n");
    written::check_place(&path, true).unwrap();
    written::write(&path, "a = 3\n", true).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "a = 3\n");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
    // A link that leads nowhere is something too.
    let link = folder.path().join("link.toml");
    std::os::unix::fs::symlink("/nowhere", &link).unwrap();
    assert!(written::check_place(&link, false).is_err());
    assert!(written::write(&folder.path().join("none/x.toml"), "", false).is_err());
}
