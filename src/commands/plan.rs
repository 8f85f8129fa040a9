//! `plan`: what a `sync` would cost, from counts alone: no record is read.

use std::{collections::BTreeMap, fmt::Write as _};

use chrono::NaiveDate;
use serde::Serialize;

use crate::{
    api::{Budget, PageLimits},
    catalog::Source,
    commands::sync::reader,
    context::Context,
    day_list::days_in_words,
    error::Error,
    fetch::{
        AskedDays, Counts, Estimate, Increments, LastTables, Readings, ResourceEstimate, Selected, Selection, Takes,
        Upon, Wanted, count, estimate, rows, sort_out, upon,
    },
    print::{ListFormat, print_list},
    run_report::KeptDay,
    settings::{HistoryMode, HistorySettings, LeavesWindow, Settings},
};

/// What `plan` is asked beyond the settings.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PlanOptions {
    /// Ask nobody: the counts are those of the newest snapshot.
    pub(crate) offline: bool,
    /// Count also days that were read on their own day.
    pub(crate) replace: bool,
    /// How it is printed.
    pub(crate) format: ListFormat,
}

/// What `plan` tells.
#[derive(Debug, Serialize)]
struct Plan<'a> {
    tenant: String,
    /// Which APIs are read.
    #[serde(skip_serializing_if = "Source::is_v5")]
    source: Source,
    /// The last of the days.
    as_of: String,
    /// The days to be read, ascending: one reading serves all of them.
    days: &'a [NaiveDate],
    /// Where the counts come from.
    counts_of: &'static str,
    /// Requests that counting took; the time counts from after them.
    requests_spent: u64,
    #[serde(flatten)]
    estimate: &'a Estimate,
    requests_per_minute: u32,
    minutes: f64,
    scopes: Vec<String>,
    /// Days asked for that a sync leaves as they are.
    kept: &'a [KeptDay],
    /// Resources that a sync cannot read, and why.
    inaccessible: BTreeMap<String, String>,
    /// Why a sync may need more or fewer requests.
    notes: Vec<String>,
}

/// Prints what a `sync` with these settings would cost.
///
/// # Errors
/// When the counts cannot be had, or a scope is missing that no setting allows to miss.
pub(crate) async fn plan(context: &Context, settings: &Settings, options: PlanOptions) -> Result<(), Error> {
    let selection = Selection::configured(&context.catalog, settings)?;
    let requests_per_minute = settings.requests_per_minute()?;
    let now = context.clock.now();
    let AskedDays { read: days, kept } = days(context, settings, options.replace).await?;
    let Some(as_of) = days.last().map(ToString::to_string) else { return nothing_to_do(options.format, &kept) };
    let history = settings.history()?;
    let window = selection.window(settings, &days)?;
    let asked_for = (days.len() == 1 && history.mode == HistoryMode::AsOf).then_some(as_of.as_str());
    let Remembered { limits, records: known, there, increments } =
        remembered(context, settings, &selection, window, now).await?;
    let before = known.clone().unwrap_or_default();
    let mut inaccessible = BTreeMap::new();
    let mut spent = 0;
    let mut missing = None;
    let mut budget = Budget::new(requests_per_minute);
    let mut counts = if options.offline {
        let records = known.clone().ok_or_else(|| {
            Error::NoSnapshot("there is no snapshot whose counts could be used; leave out --offline".into())
        })?;
        let chains = increments.iter().filter_map(|(name, upon)| Some((name.clone(), upon.chains()?))).collect();
        Counts { records, chains, ..Counts::default() }
    } else {
        let turn = context.turn(settings, &settings.tenant()?, &format!("plan (process {})", std::process::id()))?;
        let client = context.client(settings, selection.scopes(), &turn)?;
        let refused = client.missing_scopes().await?;
        let readable = selection.resources.iter().filter(|s| !refused.contains(&s.resource.scope));
        let wanted = Wanted { as_of: asked_for, history: &history, window, increments: &increments };
        let counts = count(&client, wanted, readable).await?;
        for selected in selection.resources.iter().filter(|s| refused.contains(&s.resource.scope)) {
            inaccessible.insert(selected.resource.name.clone(), format!("{} was not granted", selected.resource.scope));
        }
        inaccessible.extend(counts.hidden.clone());
        spent = client.stats().counts().requests;
        budget = client.budget().clone();
        let unreadable = |s: &&Selected| !s.optional && inaccessible.contains_key(&s.resource.name);
        missing = selection.resources.iter().find(unreadable).map(|s| {
            let tables = s.tables.iter().map(|t| t.name.as_str()).collect::<Vec<_>>().join(", ");
            match selection.source {
                Source::V5 => Error::MissingScopes { scopes: s.resource.scope.clone(), tables },
                Source::Legacy => {
                    Error::MissingPermission { resource: s.resource.name.clone(), permission: s.resource.scope.clone() }
                }
            }
        });
        counts
    };
    // What can be asked for by ids alone is as it was.
    let by_ids = selection.resources.iter().filter(|selected| selected.is_asked_by_ids());
    let by_ids: Vec<&String> = by_ids.map(|selected| &selected.resource.name).collect();
    let uncounted: Vec<&String> = by_ids
        .into_iter()
        .filter(|name| !counts.records.contains_key(*name) && !counts.hidden.contains_key(*name))
        .collect();
    for name in &uncounted {
        counts.records.extend(before.get(*name).map(|records| ((*name).clone(), *records)));
    }
    counts.there = there;
    let estimate = estimate(&selection, &counts, &limits, &history);
    let time = budget.shortest_time(estimate.requests);
    let plan = Plan {
        tenant: settings.tenant().map(|t| t.host()).unwrap_or_default(),
        source: selection.source,
        notes: notes(&options, &selection, &history, Asked { for_day: asked_for, uncounted: !uncounted.is_empty() })
            .into_iter()
            .chain(of_changes(&increments))
            .collect(),
        as_of: as_of.clone(),
        days: &days,
        counts_of: if options.offline { "the newest snapshot" } else { "the API, now" },
        requests_spent: spent,
        estimate: &estimate,
        requests_per_minute,
        minutes: time.as_secs_f64() / 60.0,
        scopes: selection.scopes(),
        kept: &kept,
        inaccessible,
    };
    print_list(options.format, &plan, text)?;
    missing.map_or(Ok(()), Err)
}

/// The days that a sync would read, and those that it would leave as they are.
async fn days(context: &Context, settings: &Settings, replace: bool) -> Result<AskedDays, Error> {
    let now = context.clock.now();
    let asked = settings.days(now)?;
    match context.lake_to_read(settings) {
        Ok(lake) if !replace => sort_out(&lake, &asked, now, settings.timezone()?).await,
        _ => Ok(AskedDays { read: asked, kept: Vec::new() }),
    }
}

/// What was counted.
struct Asked<'a> {
    /// Attributes of that day alone.
    for_day: Option<&'a str>,
    /// Not all that is asked for by ids.
    uncounted: bool,
}

/// What counts cannot tell.
fn notes(options: &PlanOptions, selection: &Selection, history: &HistorySettings, asked: Asked<'_>) -> Vec<String> {
    let prefixes = history.patterns.iter().any(|pattern| pattern.ends_with('*') && pattern != "*");
    let one_by_one = selection.resources.iter().any(|selected| selected.resource.each.is_some());
    let notes = [
        (
            asked.uncounted && !options.offline,
            "this tenant counts no absences of everybody at once, and by establishment not before these are read: they are \
             counted as the newest snapshot had them",
        ),
        (
            one_by_one,
            "portraits are counted as if every employee had one and nothing were due to be asked for again: most often fewer do",
        ),
        (
            prefixes,
            "attributes of all definitions are counted, as prefixes name some only when definitions are read: fewer may do",
        ),
        (history.statuses.is_some(), "attributes of all people are counted, whatever their status: fewer may do"),
        (
            options.offline && asked.for_day.is_none() && history.mode != HistoryMode::Off,
            "the whole history of attributes is read, and the newest snapshot may have counted those of one day: more may be \
             needed; leave out --offline to count them",
        ),
    ];
    notes.into_iter().filter(|(applies, _)| *applies).map(|(_, note)| note.to_owned()).collect()
}

/// What is said of lists that tell what changed.
fn of_changes(increments: &Increments) -> Vec<String> {
    let note = |(name, upon): (&String, &Upon)| match (upon.since(), &upon.in_full_because) {
        (Some(since), _) => Some(format!("{name}: only what changed since {since} is read")),
        (None, Some(why)) => Some(format!("{name}: read in full: {why}")),
        (None, None) => None,
    };
    increments.iter().filter_map(note).collect()
}

/// What is said where no day is left to read.
fn nothing_to_do(format: ListFormat, kept: &[KeptDay]) -> Result<(), Error> {
    let days: Vec<NaiveDate> = kept.iter().map(|day| day.as_of).collect();
    let plan = serde_json::json!({ "days": [], "requests_spent": 0, "requests": 0, "minutes": 0.0, "kept": kept });
    print_list(format, &plan, |_| {
        let days = days_in_words(&days);
        format!(
            "no request: {days} stay as read on their own day; count with --replace what reading them again costs\n"
        )
    })
}

/// What the lake remembers, where there is one.
struct Remembered {
    limits: PageLimits,
    /// Counts of the newest snapshot.
    records: Option<BTreeMap<String, u64>>,
    /// Rows of what is read one by one, by table.
    there: BTreeMap<String, u64>,
    /// How lists are read that tell what changed.
    increments: Increments,
}

/// What the lake remembers that makes a sync cost less.
async fn remembered(
    context: &Context,
    settings: &Settings,
    selection: &Selection,
    window: Option<LeavesWindow>,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Remembered, Error> {
    let asked = settings.increments(selection.source)?;
    let Ok(lake) = context.lake_to_read(settings) else {
        let limits = PageLimits::new(BTreeMap::new(), now, None);
        return Ok(Remembered { limits, records: None, there: BTreeMap::new(), increments: Increments::new() });
    };
    let newest = lake.newest().await?;
    let limits = newest.as_ref().map(|s| s.state.page_limits.clone()).unwrap_or_default();
    let limits = PageLimits::new(limits, now, lake.page_limits_dropped_at().await?);
    let mut last = LastTables::new();
    let takes_over = selection.takes_over();
    if !takes_over.is_empty() {
        let days = lake.days_around(&[]).await?;
        for Takes { table, .. } in takes_over {
            let there = lake.last_written(&days, &table, false).await?;
            last.extend(there.map(|there| (table, there)));
        }
    }
    let days = lake.days_around(&[]).await?;
    let readings = Readings {
        lake: &lake,
        before: &days,
        settings: asked,
        fresh: false,
        began_at: now,
        zone: settings.timezone()?,
        window,
        reader: &reader(settings, selection.source)?,
    };
    let increments = if asked.wanted { upon(&readings, selection).await? } else { Increments::new() };
    Ok(Remembered { limits, records: newest.map(|newest| newest.state.records), there: rows(&last), increments })
}

/// How long requests wait for their places, and that each takes a moment. Half a minute is neither none nor one.
fn in_words(minutes: f64, requests_per_minute: u32) -> String {
    let waits = match minutes * 60.0 {
        seconds if seconds < 1.5 => return format!("some seconds at {requests_per_minute} a minute"),
        seconds if seconds < 120.0 => format!("{seconds:.0} seconds"),
        seconds => format!("{:.0} minutes", seconds / 60.0),
    };
    format!("{waits} at {requests_per_minute} a minute, and some seconds more")
}

/// One reading serves all days.
fn of_days(days: &[NaiveDate]) -> String {
    match days {
        [day] => format!("as of {day}"),
        days => format!("for the snapshots of {}", days_in_words(days)),
    }
}

fn text(plan: &Plan<'_>) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let of = match plan.source {
        Source::V5 => "scope",
        Source::Legacy => "permission",
    };
    let _ = writeln!(out, "{:<32} {:>9} {:>6} {:>9}  {of}", "resource", "records", "page", "requests");
    let number = |number: Option<u64>| number.map_or_else(|| "?".to_owned(), |n| n.to_string());
    for ResourceEstimate { resource, scope, records, page_limit, requests } in &plan.estimate.resources {
        let (records, requests) = (number(*records), number(*requests));
        let why = plan.inaccessible.get(resource).map(|why| format!("  ({why})")).unwrap_or_default();
        let _ = writeln!(out, "{resource:<32} {records:>9} {page_limit:>6} {requests:>9}  {scope}{why}");
    }
    if plan.estimate.probing > 0 {
        let _ = writeln!(out, "{:<32} {:>9} {:>6} {:>9}", "how large pages may be", "", "", plan.estimate.probing);
    }
    let Plan { requests_per_minute, counts_of, requests_spent, .. } = plan;
    let _ = writeln!(
        out,
        "\nabout {} requests {}: {}\n\
         counts: of {counts_of}, for {requests_spent} requests",
        plan.estimate.requests,
        of_days(plan.days),
        in_words(plan.minutes, *requests_per_minute),
    );
    match plan.source {
        Source::V5 => drop(writeln!(out, "scopes: {}", plan.scopes.join(" "))),
        // Each is a sentence, and stands above.
        Source::Legacy => {}
    }
    if !plan.kept.is_empty() {
        let days: Vec<NaiveDate> = plan.kept.iter().map(|day| day.as_of).collect();
        let days = days_in_words(&days);
        let _ = writeln!(out, "kept as read on their own day, at no request: {days}; --replace reads them again");
    }
    for note in &plan.notes {
        let _ = writeln!(out, "{note}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_people_say_them() {
        let said = |seconds: f64| in_words(seconds / 60.0, 50);
        assert_eq!(said(0.0), "some seconds at 50 a minute");
        assert_eq!(said(60.0), "60 seconds at 50 a minute, and some seconds more");
        assert_eq!(said(660.0), "11 minutes at 50 a minute, and some seconds more");
        let days: Vec<NaiveDate> = "2026-01-30".parse::<NaiveDate>().unwrap().iter_days().take(9).collect();
        assert_eq!(of_days(&days[..1]), "as of 2026-01-30");
        assert_eq!(of_days(&days[..2]), "for the snapshots of 2026-01-30, 2026-01-31");
        assert_eq!(of_days(&days), "for the snapshots of 9 days from 2026-01-30 to 2026-02-07");
    }
}
