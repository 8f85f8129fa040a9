//! `gc`: deletes snapshots past retention and files that nobody needs, or everything of the days that are named.

mod list;

use chrono::NaiveDate;

use self::list::{Shown, in_words};
use super::confirm;
use crate::{
    context::{Context, Writer, exclusively},
    error::Error,
    lake::{self, Garbage, GarbageScope, Lake, LakeError, Objection, Retention},
    print::{ListFormat, print_list},
    settings::Settings,
};

/// How to collect.
#[derive(Debug, Clone, Default)]
pub(crate) struct GcOptions {
    /// Only show what would go.
    pub(crate) dry_run: bool,
    /// Only these days, whole, instead of what retention says.
    pub(crate) drop: Vec<NaiveDate>,
    /// Do not ask before days are dropped.
    pub(crate) yes: bool,
    /// Delete although something speaks against it.
    pub(crate) force: bool,
    /// List every file, not only how many there are of a table.
    pub(crate) verbose: bool,
    /// How to print.
    pub(crate) format: ListFormat,
}

/// Said where dates are kept for ever, which may not be meant.
const NO_RETENTION: &str = "no retention is set, so that every date stays: --keep-last, --keep-days or --keep-month-ends, or \
                            keep_last, keep_days or keep_month_ends in lucca-lake.toml, say which ones go";

/// Collects garbage, or shows it.
///
/// # Errors
/// When something speaks against it and nobody insists; when days are to be dropped and nobody confirms it; when the lake
/// cannot be read or written, or another run writes to it.
pub(crate) async fn gc(context: &Context, settings: &Settings, options: GcOptions) -> Result<(), Error> {
    let lake = context.lake_to_change(settings)?;
    let now = context.clock.now();
    let today = settings.today(now)?;
    let scope = match options.drop.is_empty() {
        true => GarbageScope::Retention(settings.retention()?),
        false => GarbageScope::Days(options.drop.iter().copied().collect()),
    };
    let find = || async {
        let mut garbage = lake::find_garbage(&lake, &scope, today, now).await?;
        garbage.objections.extend(other_tenant(&lake, settings).await?);
        if scope == GarbageScope::Retention(Retention::default()) {
            garbage.notes.push(NO_RETENTION.to_owned());
        }
        Ok::<_, Error>(garbage)
    };
    let show = |garbage: &Garbage, shown| {
        if context.quiet && !options.dry_run && options.format == ListFormat::Text {
            return Ok(());
        }
        print_list(options.format, garbage, |garbage| in_words(garbage, shown, options.verbose))
    };
    if options.dry_run {
        return show(&find().await?, Shown::Before);
    }
    let confirmed = match options.drop.is_empty() {
        true => None,
        false => Some(confirm(&lake, find().await?, &options).await?),
    };
    let run_id = context.run_id(now);
    let collect = async {
        let garbage = find().await?;
        if !garbage.objections.is_empty() && !options.force {
            return Err(doubtful(&lake, &garbage));
        }
        if confirmed.is_some_and(|confirmed| confirmed != garbage) {
            let lake = lake.display();
            return Err(LakeError::ChangedMeanwhile { lake }.into());
        }
        let is_listed = !garbage.objections.is_empty();
        if is_listed {
            show(&garbage, Shown::Before)?;
        }
        lake::align(&lake).await?;
        lake::collect_garbage(&lake, &run_id, &garbage).await?;
        Ok((garbage, is_listed))
    };
    let (garbage, is_listed) =
        exclusively(context, &lake, Writer { what: "gc", run_id: &run_id, owner: None }, collect).await?;
    match (is_listed, options.format) {
        // A machine reads one document.
        (true, ListFormat::Json) => Ok(()),
        (true, ListFormat::Text) => show(&garbage, Shown::AfterTheList),
        (false, _) => show(&garbage, Shown::After),
    }
}

/// Days go for good: somebody must have seen what that means, or have said that it is not needed.
async fn confirm(lake: &Lake, garbage: Garbage, options: &GcOptions) -> Result<Garbage, Error> {
    let days = options.drop.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if garbage.is_empty() {
        return Err(Error::NoSnapshot(format!("the lake at {} has nothing of {days}", lake.display())));
    }
    if !garbage.objections.is_empty() && !options.force {
        return Err(doubtful(lake, &garbage));
    }
    if options.yes {
        return Ok(garbage);
    }
    if !confirm::can_ask() {
        return Err(Error::Usage(format!(
            "--drop deletes {days} for good: say --yes, or look first at what would go with --dry-run"
        )));
    }
    let question = format!("{}Delete {days} for good?", in_words(&garbage, Shown::Before, options.verbose));
    if confirm::ask(&question).await? {
        Ok(garbage)
    } else {
        Err(Error::Usage("the answer was not yes; nothing was deleted".to_owned()))
    }
}

fn doubtful(lake: &Lake, garbage: &Garbage) -> Error {
    /// Objections that a message names.
    const NAMED: usize = 3;
    let mut objections: Vec<String> = garbage.objections.iter().take(NAMED).map(Objection::to_string).collect();
    let more = garbage.objections.len().saturating_sub(NAMED);
    objections.extend((more > 0).then(|| format!("and {more} more")));
    Error::Doubtful { lake: lake.display(), objections }
}

/// Whether a tenant is configured whose data the lake does not hold.
async fn other_tenant(lake: &Lake, settings: &Settings) -> Result<Option<Objection>, Error> {
    let Ok(tenant) = settings.tenant() else { return Ok(None) };
    let asked = tenant.host();
    let snapshot = match lake.any_snapshot().await {
        Ok(snapshot) => snapshot,
        // That is an objection of its own.
        Err(LakeError::NoneReadable { .. } | LakeError::Newer { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let held = snapshot.and_then(|snapshot| snapshot.state.tenant).filter(|held| *held != asked);
    Ok(held.map(|held| Objection::OtherTenant { held, asked }))
}
