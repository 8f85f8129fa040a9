//! Whether the tenant lets us in, and what it lets us see.

use secrecy::ExposeSecret as _;

use super::{checks::Checks, key};
use crate::{
    api::{Client, is_legacy_key},
    catalog::Source,
    context::{Context, LUCCA_REQUESTS_PER_MINUTE},
    error::Error,
    fetch::{Counts, Increments, Selected, Selection, Wanted, count},
    settings::{Settings, SettingsError},
};

/// Differences between the tenant's clock and ours that nobody notices.
const TOLERATED_SKEW_SECS: i64 = 30;

/// Everything on the tenant's side. Costs one request for each resource.
///
/// # Errors
/// When another process is reading from the tenant.
pub(super) async fn check(
    context: &Context,
    settings: &Settings,
    selection: &Selection,
    checks: &mut Checks,
) -> Result<(), Error> {
    let tenant = match settings.tenant() {
        Ok(tenant) => tenant,
        Err(error) => {
            checks.error("tenant address", &error.into());
            return Ok(());
        }
    };
    match tenant.environment() {
        Some(kind) => checks.ok("tenant address", format!("{}: {kind}", tenant.host())),
        None if tenant.is_local() => checks.ok("tenant address", format!("{}: this machine", tenant.host())),
        None => checks.note("tenant address", format!("{}: not one of Lucca's known hosts", tenant.host())),
    }
    budget(settings.requests_per_minute(), tenant.is_local(), checks);
    let source = match settings.source() {
        Ok(source) => source,
        Err(error) => {
            checks.error("credentials", &error.into());
            return Ok(());
        }
    };
    if let Err(error) = credentials(settings, source, checks) {
        checks.error(if source == Source::Legacy { "API key" } else { "client secret" }, &error.into());
        return Ok(());
    }
    let turn = context.turn(settings, &tenant, &format!("check (process {})", std::process::id()))?;
    let client = match context.client(settings, selection.scopes(), &turn) {
        Ok(client) => client,
        Err(error) => {
            checks.error("client", &error);
            return Ok(());
        }
    };
    if source == Source::Legacy {
        let as_of = settings.as_of(context.clock.now())?;
        key::routes(&client, selection, settings.leaves_window(as_of, as_of)?, checks).await;
        clock(&client, checks);
        return Ok(());
    }
    let missing = match client.missing_scopes().await {
        Ok(missing) => missing,
        Err(error) => {
            checks.error("token", &error.into());
            return Ok(());
        }
    };
    let granted = selection.scopes().len() - missing.len();
    checks.ok("token", format!("given, with {granted} of {} scopes", granted + missing.len()));
    resources(context, settings, selection, &client, &missing, checks).await?;
    clock(&client, checks);
    Ok(())
}

/// Who asks, and what was taken for something else.
fn credentials(settings: &Settings, source: Source, checks: &mut Checks) -> Result<(), SettingsError> {
    if source == Source::Legacy {
        key::form(&settings.api_key()?, checks);
    } else if is_legacy_key(settings.client_secret()?.expose_secret()) {
        checks.note(
            "client secret",
            "has the form of a legacy API key: give it as LUCCA_API_KEY in place of client id and secret to read the older \
             APIs; OAuth applications are made at <tenant>/identity/admin/integration-keys",
        );
    } else {
        checks.ok("client secret", "set");
    }
    Ok(())
}

/// More than Lucca allows is right for a tenant that was given more, and a mistake otherwise.
fn budget(requests_per_minute: Result<u32, SettingsError>, is_local: bool, checks: &mut Checks) {
    match requests_per_minute {
        Ok(share) if share > LUCCA_REQUESTS_PER_MINUTE && !is_local => checks.note(
            "request budget",
            format!(
                "{share} a minute, more than the {LUCCA_REQUESTS_PER_MINUTE} that Lucca allows: expect to be refused"
            ),
        ),
        Ok(share) => checks.ok("request budget", format!("{share} a minute")),
        Err(error) => checks.error("request budget", &error.into()),
    }
}

/// One line for each resource: allowed, empty, its scope missing, or not there.
async fn resources(
    context: &Context,
    settings: &Settings,
    selection: &Selection,
    client: &Client,
    missing: &[String],
    checks: &mut Checks,
) -> Result<(), Error> {
    let as_of = settings.as_of(context.clock.now())?.to_string();
    let history = settings.history()?;
    let increments = Increments::new();
    let wanted = Wanted { as_of: Some(&as_of), history: &history, window: None, increments: &increments };
    for selected in &selection.resources {
        let Selected { resource, optional, .. } = selected;
        let name = format!("resource {}", resource.name);
        if missing.contains(&resource.scope) {
            checks.absent(name, &format!("missing scope: grant {}", resource.scope), *optional);
            checks.lacks(selected, *optional);
            continue;
        }
        if let Some(each) = &resource.each {
            checks.ok(name, format!("read one by one, as {} names them", each.from));
            continue;
        }
        match count(client, wanted, std::iter::once(selected)).await {
            Err(error) => checks.error(name, &error),
            Ok(Counts { hidden, .. }) if hidden.contains_key(&resource.name) => {
                let why = hidden.get(&resource.name).cloned().unwrap_or_default();
                checks.absent(name, &format!("{why}; it needs {}", resource.scope), *optional);
            }
            Ok(Counts { records, .. }) => match records.get(&resource.name).copied() {
                None => checks.note(name, "allowed, but the API does not count its records"),
                Some(0) => checks.note(
                    name,
                    "empty: there are none, or the application's establishments and sections hide them all",
                ),
                Some(records) => checks.ok(name, format!("allowed: {records} records")),
            },
        }
    }
    Ok(())
}

/// The as-of date and `Retry-After` dates are read off our clock.
fn clock(client: &Client, checks: &mut Checks) {
    match client.stats().clock_skew_secs() {
        None => checks.note("clock", "the tenant's answers carry no date to compare with"),
        Some(skew) if skew.abs() <= TOLERATED_SKEW_SECS => checks.ok("clock", "agrees with the tenant's"),
        Some(skew) => {
            let side = if skew > 0 { "behind" } else { "ahead of" };
            checks.note("clock", format!("ours is {} s {side} the tenant's: set it right", skew.abs()));
        }
    }
}
