//! Whether the lake can be written, and keeps the one promise that publishing rests on. What its snapshots remember of page
//! limits is forgotten.

use super::{super::snapshots::in_the_future, checks::Checks};
use crate::{
    context::Context,
    error::Error,
    lake::{Lake, PutIfAbsent, Replace},
    settings::Settings,
};

/// Makes and removes one small object, and notes that remembered page limits no longer count; nothing else in the lake is
/// touched.
pub(super) async fn check(context: &Context, settings: &Settings, checks: &mut Checks) {
    let lake = match context.lake(settings) {
        Ok(lake) => lake,
        Err(error) => return checks.error("lake", &error),
    };
    match lake.probe(&context.run_id(context.clock.now())).await {
        Ok(PutIfAbsent::Honoured) => {
            checks.ok("lake: writable", lake.display());
            checks.ok("lake: put-if-absent", "honoured: of two runs that publish at once, one succeeds");
        }
        Ok(PutIfAbsent::Ignored) => {
            checks.ok("lake: writable", lake.display());
            checks.error("lake: put-if-absent", &Error::from(lake.not_conditional()));
        }
        Err(error) => return checks.error("lake: writable", &Error::from(error)),
    }
    replace(context, &lake, checks).await;
    for (folder, command) in lake.exposed() {
        let who = "can be read by more than its owner, and holds personal data or what runs found";
        checks.note("lake: who may read", format!("{folder} {who}: {command}"));
    }
    if let Err(error) = owner(settings, &lake).await {
        return checks.error("lake: tenant", &error);
    }
    match lake.days().await {
        Ok(days) => {
            days.unreadable.iter().for_each(|day| checks.note("lake: days", day.error.to_string()));
            days.in_the_future().for_each(|day| checks.note("lake: days", in_the_future(day)));
        }
        Err(error) => checks.error("lake: days", &Error::from(error)),
    }
    match drop_page_limits(context, &lake).await {
        Ok(true) => checks.ok(
            "lake: page limits",
            "forgotten: the next sync asks again how large pages may be, and for properties that were refused",
        ),
        Ok(false) => {}
        Err(error) => checks.error("lake: page limits", &error),
    }
}

/// Makes the next run find out how large pages may be: a refusal may have been about something else, or be history.
async fn drop_page_limits(context: &Context, lake: &Lake) -> Result<bool, Error> {
    let remembered = lake.newest().await?.map(|newest| newest.state).unwrap_or_default();
    let dropped = lake.page_limits_dropped_at().await?;
    let learned = remembered.page_limits.values().map(|learned| learned.learned_at);
    let learned = learned.chain(remembered.left_out.values().map(|left_out| left_out.learned_at));
    let counts = learned.into_iter().any(|learned_at| dropped.is_none_or(|at| learned_at > at));
    if counts {
        lake.drop_page_limits(context.clock.now()).await?;
    }
    Ok(counts)
}

/// Publishing does not rest on it, so that a sync works all the same.
async fn replace(context: &Context, lake: &Lake, checks: &mut Checks) {
    let check = "lake: conditional replace";
    match lake.probe_replace(&context.run_id(context.clock.now())).await {
        Ok(Replace::Honoured) => checks.ok(check, "honoured: of two runs that take over an expired lease, one gets it"),
        Ok(Replace::Ignored) => checks.note(
            check,
            "ignored: two runs may both believe that they hold the lake; one of them publishes, the other has read in vain",
        ),
        Ok(Replace::Unsupported) => checks.note(
            check,
            "not known to this store: two runs may both believe that they hold the lake; one of them publishes, the other \
             has read in vain",
        ),
        Ok(Replace::NotNeeded) => {}
        Err(error) => checks.error(check, &Error::from(error)),
    }
}

/// A lake that holds another tenant's data is refused by `sync`.
async fn owner(settings: &Settings, lake: &Lake) -> Result<(), Error> {
    match settings.tenant() {
        Ok(tenant) => crate::fetch::check_tenant(lake, &tenant).await,
        Err(_) => Ok(()),
    }
}
