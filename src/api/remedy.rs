//! What to do about a refusal.

use http::StatusCode;

use super::{
    caller::Caller,
    purpose::{About, Purpose},
};

/// What helps, by what was asked for, by whom, and what was answered.
pub(super) fn of(about: About<'_>, by: Caller, status: StatusCode) -> String {
    match by {
        Caller::Application => of_application(about, status),
        Caller::Key { has_form } => of_key(about, status, has_form),
    }
}

const NO_REDIRECT: &str = "a redirect is not followed: check that LUCCA_BASE_URL is the tenant's own address";
const NOT_TAKEN: &str = "the API does not take this request: please report it";

/// What to do about a refusal of an application.
fn of_application(About { scope, purpose, .. }: About<'_>, status: StatusCode) -> String {
    match (status.as_u16(), purpose) {
        (401, _) => "a fresh token was refused: check that the application belongs to this tenant".to_owned(),
        (403, Purpose::Page) => format!(
            "grant the scope {scope} to the application, leave the table out with --tables, or allow its absence with \
             --optional-tables"
        ),
        (403, _) => format!("grant the scope {scope} to the application"),
        (404 | 410, Purpose::Page) => {
            "the collection is not accessible: check the tenant's address and that its module is active".to_owned()
        }
        (404, _) => "there is no such record, or the application may not see it".to_owned(),
        (300..=399, _) => NO_REDIRECT.to_owned(),
        (_, Purpose::Page) => NOT_TAKEN.to_owned(),
        (_, Purpose::Record) => "check what was asked for".to_owned(),
        (_, Purpose::Change) => "nothing was changed; correct what it names".to_owned(),
    }
}

/// What to do about a refusal of a key.
fn of_key(About { scope, .. }: About<'_>, status: StatusCode, has_form: bool) -> String {
    match status.as_u16() {
        401 => {
            let form = if has_form {
                ""
            } else {
                "; it does not look like a key, which is a GUID: the secret of an OAuth application goes into \
                 LUCCA_CLIENT_SECRET, with LUCCA_CLIENT_ID"
            };
            format!(
                "this tenant does not know the API key: compare LUCCA_API_KEY, or the file that api_key_file names, with \
                 Settings > Authentication, SSO and API > API keys{form}"
            )
        }
        403 => format!(
            "tick \"{scope}\" in the key's role, which has its name and is at the bottom of \
             <tenant>/organization/structure/roles, leave the table out with --tables, or allow its absence with \
             --optional-tables"
        ),
        404 => "there is no such route here: Lucca has ended it, or its module is not active on this tenant; leave the table \
                out with --tables, or allow its absence with --optional-tables"
            .to_owned(),
        410 => "Lucca has ended this route: leave the table out with --tables, or allow its absence with --optional-tables"
            .to_owned(),
        300..=399 => NO_REDIRECT.to_owned(),
        500 => "the older APIs answer so about what is not there: check what the settings ask for".to_owned(),
        _ => NOT_TAKEN.to_owned(),
    }
}
