//! The order of sources, and what people get wrong.

use super::*;

fn resolve(flags: &[(&'static str, &str)], env: Environment, file: Option<&str>) -> Result<Settings, SettingsError> {
    let flags = flags.iter().map(|(k, v)| (*k, (*v).to_owned())).collect();
    Settings::resolve(&flags, &env, file.map(|text| ("lucca-lake.toml", text)))
}

#[test]
fn flags_beat_environment_beats_file_beats_default() {
    let env = || Environment::from([("LUCCA_LAKE", "/env")]);
    let file = Some("lake = \"/file\"");
    assert_eq!(resolve(&[("lake", "/flag")], env(), file).unwrap().lake(), "/flag");
    assert_eq!(resolve(&[], env(), file).unwrap().lake(), "/env");
    assert_eq!(resolve(&[], Environment::default(), file).unwrap().lake(), "/file");
    assert_eq!(resolve(&[], Environment::default(), None).unwrap().lake(), "./lake");
}

#[test]
fn unknown_keys_are_errors_with_a_suggestion() {
    let error = resolve(&[], Environment::default(), Some("request_per_minute = 10")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "lucca-lake.toml: unknown key \"request_per_minute\"; did you mean \"requests_per_minute\"?"
    );
    let error = resolve(&[], Environment::default(), Some("client_secret = \"hunter2\"")).unwrap_err();
    assert!(!error.to_string().contains("hunter2"), "{error}");
    let error = resolve(&[], Environment::default(), Some("\nclient_id = \"hunter2")).unwrap_err();
    assert_eq!(error.to_string(), "lucca-lake.toml: not valid TOML near line 2");
}

#[test]
fn a_request_takes_five_minutes_at_most_unless_told_otherwise() {
    let seconds =
        |flags: &[(&'static str, &str)]| resolve(flags, Environment::default(), None).unwrap().request_timeout();
    assert_eq!(seconds(&[]).unwrap().as_secs(), 300);
    assert_eq!(seconds(&[("request-timeout-seconds", "20")]).unwrap().as_secs(), 20);
    for wrong in ["0", "-1", "1.5", "5m", "86401", ""] {
        assert!(
            seconds(&[("request-timeout-seconds", wrong)]).unwrap_err().to_string().contains("whole number of seconds")
        );
    }
}

#[test]
fn the_secret_is_never_shown() {
    let settings = resolve(&[], Environment::from([("LUCCA_CLIENT_SECRET", "hunter2")]), None).unwrap();
    let environment = Environment::from([("LUCCA_CLIENT_SECRET", "hunter2")]);
    assert!(!format!("{:?} {:?} {environment:?}", settings.shown(), settings).contains("hunter2"));
    let shown = settings.shown().into_iter().find(|(d, _)| d.key == "client_secret").unwrap().1;
    assert_eq!(shown, Some(("(hidden)".to_owned(), "LUCCA_CLIENT_SECRET".to_owned())));
}

#[test]
fn today_is_a_day_in_the_time_zone() {
    let now = "2026-11-22T23:30:00Z".parse().unwrap();
    let day = |zone: &'static str| resolve(&[("timezone", zone)], Environment::default(), None).unwrap().as_of(now);
    assert_eq!(day("Europe/Paris").unwrap().to_string(), "2026-11-23");
    assert_eq!(day("UTC").unwrap().to_string(), "2026-11-22");
    assert!(day("Mars").is_err());
    let given = resolve(&[("as-of", "2026-02-30")], Environment::default(), None).unwrap().as_of(now);
    assert_eq!(given.unwrap_err().to_string(), "as_of (from --as-of): \"2026-02-30\" is no date such as 2026-01-31");
}

#[test]
fn missing_settings_say_how_to_set_them() {
    let error = Settings::default().tenant().unwrap_err();
    assert_eq!(
        error.to_string(),
        "base_url is not set: use the environment variable LUCCA_BASE_URL, or the flag --base-url, or base_url in lucca-lake.toml"
    );
}

#[test]
fn days_that_no_snapshot_can_be_of_are_refused() {
    // In Kiritimati it is the 24th already.
    let now = "2026-11-23T10:30:00Z".parse().unwrap();
    let days = |zone: &'static str, as_of: &'static str| {
        let settings = resolve(&[("timezone", zone), ("as-of", as_of)], Environment::default(), None).unwrap();
        settings.days(now).map(|days| days.len()).map_err(|error| error.to_string())
    };
    assert_eq!(days("UTC", "1950-01-01,2026-11-24"), Ok(2));
    assert_eq!(days("Pacific/Kiritimati", "2026-11-25"), Ok(1));
    let late =
        "as_of (from --as-of): 2026-11-25 is later than tomorrow: today is 2026-11-23 in the configured time zone";
    assert_eq!(days("UTC", "2026-01-01,2026-11-25"), Err(late.to_owned()));
    let early = "as_of (from --as-of): 1949-12-31 is before 1950: no account has data of that day";
    assert_eq!(days("UTC", "1949-12-31"), Err(early.to_owned()));
}
