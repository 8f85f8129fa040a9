//! A change: shown instead of sent, or sent.

use crate::{
    account::{Account, webhooks::Change},
    api::ApiError,
    context::{Context, Turn},
    error::{Error, NoRecord},
    print::print,
    settings::Settings,
    terminal_text::escape_json,
};

/// A tenant's account, and the right to spend its budget.
pub(super) struct Connected {
    pub(super) account: Account,
    _turn: Turn,
}

/// An account that may do what one scope lets it.
pub(super) fn connect(context: &Context, settings: &Settings, scope: &str) -> Result<Connected, Error> {
    settings.check_application("webhooks")?;
    let turn = context.turn(settings, &settings.tenant()?, &format!("webhooks (process {})", std::process::id()))?;
    let account = Account::new(context.client(settings, vec![scope.to_owned()], &turn)?);
    Ok(Connected { account, _turn: turn })
}

/// Prints the request that a change would be: method and address, and below them the body exactly as it would be sent.
pub(super) fn show(settings: &Settings, change: &Change) -> Result<(), Error> {
    let body = change.body().map(|body| format!("{}\n", escape_json(body))).unwrap_or_default();
    print(&format!("{} {}\n{body}", change.method(), change.url(&settings.tenant()?)))
}

/// What a change of the record with this id failed with: one that is not there is named, and after a change that was perhaps
/// made it is said how to look.
pub(super) fn failed(error: ApiError, change: &Change, id: &str, look: &str) -> Error {
    match error {
        error if error.is_unknown_record() => {
            NoRecord { place: change.collection().to_owned(), ids: vec![id.to_owned()], printed: 0 }.into()
        }
        error @ ApiError::Unsure { .. } => Error::Unsure { source: error, look: look.to_owned() },
        error => error.into(),
    }
}
