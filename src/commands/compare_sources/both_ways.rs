//! One tenant read both ways: through an application and with a key, one after the other, into two lakes of their own.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::LakeDay;
use crate::{
    catalog::Source,
    commands::{SyncOptions, sync},
    context::Context,
    error::Error,
    settings::Settings,
};

/// The name of the folder below that for state.
const FOLDER: &str = "compare-sources";

/// Two lakes that were just read.
pub(super) struct BothWays {
    /// By API v5.
    pub(super) v5: LakeDay,
    /// By the older ones.
    pub(super) legacy: LakeDay,
    /// What goes when they were compared.
    scratch: Option<PathBuf>,
}

/// Reads the configured tenant both ways, in `work` or below the folder for state. Both runs keep to the tenant's one budget.
///
/// # Errors
/// When one kind of credentials is missing, or a run fails: it is gone on with by the same command.
pub(super) async fn read(context: &Context, settings: &Settings, work: Option<&Path>) -> Result<BothWays, Error> {
    let days = settings.days(context.clock.now())?;
    let [day] = days.as_slice() else {
        return Err(Error::Usage("compare-sources reads one day: name one with --as-of, or none for today".to_owned()));
    };
    // Nothing is asked before it is known that both can be.
    let ways = [settings.of_source(Source::V5), settings.of_source(Source::Legacy)];
    for way in &ways {
        way.credentials(Vec::new()).map_err(|error| {
            Error::Usage(format!(
                "{error}; compare-sources without --left and --right reads a tenant both ways, and needs an application and a key"
            ))
        })?;
    }
    let (folder, scratch) = match work {
        Some(work) => (work.to_owned(), None),
        None => {
            let folder = context.state_folder(settings)?.map(|folder| folder.join(FOLDER).join(place(settings)));
            let none = "no folder can hold two lakes for a while; name one with --work";
            let folder = folder.ok_or_else(|| Error::Usage(none.to_owned()))?;
            (folder.clone(), Some(folder))
        }
    };
    let mut lakes = Vec::new();
    for (way, source) in ways.into_iter().zip([Source::V5, Source::Legacy]) {
        let (name, what) = match source {
            Source::V5 => ("v5", "through the application"),
            Source::Legacy => ("legacy", "with the key"),
        };
        let lake = folder.join(name).display().to_string();
        context.note(&format!("reading {what}, into {lake}\n"));
        sync(context, &way.with_lake(&lake), SyncOptions { replace: true, ..SyncOptions::default() }).await?;
        lakes.push(LakeDay { lake, as_of: Some(*day) });
    }
    match <[LakeDay; 2]>::try_from(lakes) {
        Ok([v5, legacy]) => Ok(BothWays { v5, legacy, scratch }),
        Err(_) => Err(Error::Bug("two ways are two".to_owned())),
    }
}

impl BothWays {
    /// Removes what nobody asked to keep.
    pub(super) fn clean_up(&self) {
        let Some(folder) = &self.scratch else { return };
        if let Err(error) = fs::remove_dir_all(folder) {
            tracing::warn!(folder = %folder.display(), %error, "the two lakes that were compared stay; remove them");
        }
    }
}

/// A folder's name for a tenant.
fn place(settings: &Settings) -> String {
    let tenant = settings.tenant().map(|tenant| tenant.origin()).unwrap_or_default();
    tenant.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}
