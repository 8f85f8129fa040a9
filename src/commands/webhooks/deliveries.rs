//! Deliveries that somebody asks for.

use super::{
    change::{connect, failed, show},
    printed::{Printed, resource},
};
use crate::{
    account::webhooks::{Change, DELIVERIES},
    context::Context,
    engine::output::Format,
    error::Error,
    settings::Settings,
};

/// How to see what became of a delivery that was perhaps asked for.
const LOOK_FOR_NEW: &str = "`lucca-lake webhooks deliveries list` shows whether there is a new one";

/// The delivery to ask for.
#[derive(Debug)]
pub(crate) struct SendOptions {
    /// Id of the endpoint.
    pub(crate) endpoint: String,
    /// Id of an event to send once more; without one it is a test event.
    pub(crate) event: Option<String>,
    /// Show the request; send nothing.
    pub(crate) dry_run: bool,
    /// How the delivery is printed.
    pub(crate) format: Format,
}

/// Asks for a delivery, and prints it as it is before its first attempt.
///
/// # Errors
/// When there is no such endpoint or event; what the API says is wrong with it.
pub(crate) async fn send(context: &Context, settings: &Settings, options: SendOptions) -> Result<(), Error> {
    let change = Change::send(&options.endpoint, options.event.as_deref()).map_err(Error::Usage)?;
    let printed = Printed::new(context, resource(context, DELIVERIES)?, options.format.into()).on_screen();
    printed.check_screen()?;
    if options.dry_run {
        return show(settings, &change);
    }
    let connected = connect(context, settings, &change.scope())?;
    let record = connected.account.change(&change).await;
    printed.record(&record.map_err(|error| failed(error, &change, &options.endpoint, LOOK_FOR_NEW))?).await
}
