//! `gc`: deletes snapshots past retention and files that nobody needs.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{Context, ListFormat, exclusive::exclusively, print};
use crate::{
    error::Error,
    lake::{self, Garbage, Why},
    settings::Settings,
};

/// How to collect.
#[derive(Debug, Clone, Copy, Default)]
pub struct GcOptions {
    /// Only show what would go.
    pub dry_run: bool,
    /// How to print.
    pub format: ListFormat,
}

/// Collects garbage, or shows it.
///
/// # Errors
/// When the lake cannot be read or written, or another run writes to it.
pub async fn gc(context: &Context, settings: &Settings, options: GcOptions) -> Result<(), Error> {
    let lake = context.lake_to_change(settings)?;
    let now = context.clock.now();
    let (retention, today) = (settings.retention()?, settings.today(now)?);
    let find = || lake::find_garbage(&lake, retention, today, now);
    if options.dry_run {
        return print(&show(&find().await?, options));
    }
    let run_id = context.run_id(now);
    let collect = async {
        lake::align(&lake).await?;
        let garbage = find().await?;
        lake::collect_garbage(&lake, &run_id, &garbage).await?;
        Ok(garbage)
    };
    let garbage = exclusively(context, &lake, ("gc", &run_id), collect).await?;
    print(&show(&garbage, options))
}

fn show(garbage: &Garbage, options: GcOptions) -> String {
    if options.format == ListFormat::Json {
        return serde_json::to_string_pretty(garbage).unwrap_or_default() + "\n";
    }
    let mut text = String::new();
    let mut sums = BTreeMap::<Why, (usize, u64)>::new();
    for snapshot in &garbage.snapshots {
        let _ = writeln!(text, "{snapshot}\tsnapshot past retention");
    }
    for object in &garbage.objects {
        if options.dry_run {
            let _ = writeln!(text, "{}\t{}\t{} bytes", object.path, object.why.as_str(), object.bytes);
        }
        let (objects, bytes) = sums.entry(object.why).or_default();
        (*objects, *bytes) = (*objects + 1, *bytes + object.bytes);
    }
    let verb = if options.dry_run { "would go" } else { "deleted" };
    for (why, (objects, bytes)) in sums {
        let _ = writeln!(text, "{objects} files, {bytes} bytes, {}: {verb}", why.as_str());
    }
    if text.is_empty() { "nothing to collect\n".to_owned() } else { text }
}
