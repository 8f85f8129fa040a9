//! `publish --accept`: publishes a snapshot that a quality gate held back, because somebody says that it is right.

use crate::{
    context::{Context, Writer, exclusively},
    error::Error,
    lake::{self, Accepted, Held, Lake},
    print::print,
    run_id::RunId,
    settings::Settings,
};

/// What to publish, and why.
#[derive(Debug)]
pub(crate) struct AcceptOptions {
    /// The run that is held back.
    pub(crate) run_id: String,
    /// Why it is right all the same; the manifest keeps it.
    pub(crate) reason: String,
}

/// Publishes what a run holds back.
///
/// # Errors
/// When there is no such run, its files are no longer what they were, its day was published meanwhile, or the lake cannot be written.
pub(crate) async fn accept(context: &Context, settings: &Settings, options: AcceptOptions) -> Result<(), Error> {
    let AcceptOptions { run_id, reason } = options;
    if reason.trim().is_empty() {
        return Err(Error::Usage("--reason is empty: say why the snapshot is right all the same".into()));
    }
    let lake = context.lake_to_change(settings)?;
    let run_id = run_called(&lake, &run_id)?;
    let publish = async {
        lake::align(&lake).await?;
        let held = held(&lake, &run_id).await?;
        let reason = reason.trim().to_owned();
        let accepted = Accepted { at: context.clock.now(), breaches: held.breaches.clone(), reason };
        Ok(held.publish(&lake, accepted, settings.superseded_grace()?).await?)
    };
    let snapshot =
        exclusively(context, &lake, Writer { what: "publish", run_id: &run_id, owner: None }, publish).await?;
    match context.quiet {
        true => Ok(()),
        false => print(&format!("{}\tpublished\n", snapshot.id())),
    }
}

/// What a run holds back.
pub(super) async fn held(lake: &Lake, run_id: &RunId) -> Result<Held, Error> {
    Held::of_run(lake, run_id).await?.ok_or_else(|| holds_nothing(lake, run_id.as_str()))
}

/// The run that somebody means: what is no run's name holds nothing back either.
pub(super) fn run_called(lake: &Lake, text: &str) -> Result<RunId, Error> {
    text.parse().map_err(|_| holds_nothing(lake, text))
}

fn holds_nothing(lake: &Lake, run: &str) -> Error {
    let what = format!("run {run} holds nothing back in the lake at {}", lake.display());
    Error::NoSnapshot(format!("{what}; `lucca-lake snapshots` lists those that do"))
}
