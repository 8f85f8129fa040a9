//! What changes endpoints.

use std::path::PathBuf;

use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    change::{connect, failed, show},
    printed::{Printed, resource},
};
use crate::{
    account::webhooks::{Change, Created, ENDPOINTS, EndpointFields},
    api::ApiError,
    commands::{confirm, secret_file::SecretFile},
    context::Context,
    engine::output::Format,
    error::{Error, NoRecord},
    print::print,
    settings::Settings,
    terminal_text::quoted,
};

/// How to see what became of an endpoint that was perhaps made.
const LOOK_FOR_NEW: &str = "`lucca-lake webhooks endpoints list` shows whether there is a new one: nobody has seen its secret, so \
                            delete it before you create another";

/// The endpoint to make, and where its secret goes.
#[derive(Debug)]
pub(crate) struct CreateOptions {
    /// What it is to be.
    pub(crate) fields: EndpointFields,
    /// A new file for the secret; otherwise it is printed.
    pub(crate) secret_file: Option<PathBuf>,
    /// Show the request; send nothing.
    pub(crate) dry_run: bool,
    /// How the endpoint is printed.
    pub(crate) format: Format,
}

/// The endpoint to change.
#[derive(Debug)]
pub(crate) struct UpdateOptions {
    /// Its id.
    pub(crate) id: String,
    /// What changes.
    pub(crate) fields: EndpointFields,
    /// Show the request; send nothing.
    pub(crate) dry_run: bool,
    /// How the endpoint is printed.
    pub(crate) format: Format,
}

/// The endpoint to delete.
#[derive(Debug)]
pub(crate) struct DeleteOptions {
    /// Its id.
    pub(crate) id: String,
    /// Show the request; send nothing.
    pub(crate) dry_run: bool,
    /// Do not ask.
    pub(crate) yes: bool,
}

/// Makes an endpoint and prints it. Its secret, which the API never tells again, is printed with it or goes to a file.
///
/// # Errors
/// When the file cannot be made, and then nothing is asked for; what the API says is wrong with the endpoint.
pub(crate) async fn create(context: &Context, settings: &Settings, options: CreateOptions) -> Result<(), Error> {
    let change = Change::create(&options.fields).map_err(Error::Usage)?;
    let printed = printed(context, options.format)?;
    if !printed.is_text() && options.secret_file.is_none() {
        let why =
            "the endpoint's secret is no column: name a new file for it with --secret-file FILE, or leave out --format";
        return Err(Error::Usage(why.to_owned()));
    }
    if options.dry_run {
        return show(settings, &change);
    }
    let connected = connect(context, settings, &change.scope())?;
    let file =
        options.secret_file.as_deref().map(|path| SecretFile::create(path, Some("--secret-file"))).transpose()?;
    let created = connected.account.create_endpoint(&change).await;
    let Created { record, sent, secret } = created.map_err(|error| failed(error, &change, "", LOOK_FOR_NEW))?;
    let is_told = secret.is_some();
    match (file, secret) {
        (Some(file), Some(secret)) => {
            if let Err(error) = file.keep(&secret) {
                // Better seen than lost.
                print(&format!("{}\n", sent.expose_secret()))?;
                return Err(error);
            }
            printed.record(&record).await?;
        }
        (None, Some(_)) => printed.text(sent.expose_secret())?,
        (_, None) => printed.record(&record).await?,
    }
    if !is_told {
        let why = "the endpoint was made, but the answer does not tell its secret: delete it and create it again";
        return Err(ApiError::contrary(ENDPOINTS, why).into());
    }
    if let Some(hint) = inactive(&record) {
        context.note(&hint);
    }
    Ok(())
}

/// Changes what is said of an endpoint, and prints it as it is then.
///
/// # Errors
/// When there is no such endpoint; what the API says is wrong with the change.
pub(crate) async fn update(context: &Context, settings: &Settings, options: UpdateOptions) -> Result<(), Error> {
    let change = Change::update(&options.id, &options.fields).map_err(Error::Usage)?;
    let printed = printed(context, options.format)?;
    if options.dry_run {
        return show(settings, &change);
    }
    let connected = connect(context, settings, &change.scope())?;
    let record = connected.account.change(&change).await;
    printed.record(&record.map_err(|error| failed(error, &change, &options.id, ""))?).await
}

/// Deletes an endpoint, when somebody has said yes.
///
/// # Errors
/// When nobody has; when there is no such endpoint.
pub(crate) async fn delete(context: &Context, settings: &Settings, options: DeleteOptions) -> Result<(), Error> {
    let DeleteOptions { id, dry_run, yes } = &options;
    let change = Change::delete(id).map_err(Error::Usage)?;
    if *dry_run {
        return show(settings, &change);
    }
    if !yes && !confirm::can_ask() {
        let why = format!(
            "webhook endpoint {} would be deleted for good: say --yes, or look first with --dry-run",
            quoted(id)
        );
        return Err(Error::Usage(why));
    }
    let connected = connect(context, settings, &change.scope())?;
    let missing = || NoRecord { place: ENDPOINTS.to_owned(), ids: vec![id.clone()], printed: 0 };
    if !yes {
        let endpoint = connected.account.record(resource(context, ENDPOINTS)?, id, false).await?;
        let what = described(&endpoint.ok_or_else(missing)?);
        if !confirm::ask(&format!("Delete webhook endpoint {}{what} for good?", quoted(id))).await? {
            return Err(Error::Usage("the answer was not yes; nothing was deleted".to_owned()));
        }
    }
    let is_deleted =
        connected.account.delete_endpoint(&change).await.map_err(|error| failed(error, &change, id, ""))?;
    if !is_deleted {
        return Err(missing().into());
    }
    context.note(&format!("webhook endpoint {} was deleted\n", quoted(id)));
    Ok(())
}

/// How an endpoint is printed.
fn printed(context: &Context, format: Format) -> Result<Printed, Error> {
    let printed = Printed::new(context, resource(context, ENDPOINTS)?, format.into()).on_screen();
    printed.check_screen()?;
    Ok(printed)
}

/// What people know an endpoint by.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Known {
    id: String,
    name: Option<String>,
    webhook_url: Option<String>,
    status: Option<String>,
}

impl Known {
    fn of(record: &RawValue) -> Self {
        serde_json::from_str(record.get()).unwrap_or_default()
    }
}

/// Its name and host; the rest of the address may be secret.
fn described(record: &RawValue) -> String {
    let Known { name, webhook_url, .. } = Known::of(record);
    let host = webhook_url.and_then(|url| url::Url::parse(&url).ok()?.host_str().map(str::to_owned));
    let parts: Vec<String> = name.map(|name| format!("\"{}\"", quoted(&name))).into_iter().chain(host).collect();
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
}

/// What to do with an endpoint that is sent nothing.
fn inactive(record: &RawValue) -> Option<String> {
    let Known { id, status, .. } = Known::of(record);
    let status = status.filter(|status| status != "active")?;
    let (status, id) = (quoted(&status), quoted(&id));
    Some(format!(
        "it is {status}, and is sent nothing before `lucca-lake webhooks endpoints update {id} --status active`\n"
    ))
}
