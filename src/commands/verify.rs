//! `verify`: re-checks published snapshots from the store alone.

use std::fmt::Write as _;

use super::{Context, print};
use crate::{error::Error, lake, settings::Settings};

/// Checks the snapshot of `as_of`, or all current ones, and prints what is wrong, one finding per line.
///
/// # Errors
/// When a snapshot cannot be read or something is wrong with it.
pub async fn verify(context: &Context, settings: &Settings, as_of: Option<chrono::NaiveDate>) -> Result<(), Error> {
    let lake = context.lake_to_read(settings)?;
    let wanted: Vec<_> = lake.snapshots().await?.into_iter().filter(|s| as_of.is_none_or(|d| d == s.as_of)).collect();
    if wanted.is_empty() {
        return Err(Error::NoSnapshot(format!("the lake at {} has no such snapshot", lake.display())));
    }
    let mut findings = 0;
    let mut text = String::new();
    for id in wanted {
        let Some(snapshot) = lake.snapshot(id.as_of).await? else { continue };
        let found = lake::verify(&lake, &snapshot).await?;
        for finding in &found {
            let _ = writeln!(text, "{finding}");
        }
        if found.is_empty() {
            let (files, rows) = (snapshot.files().count(), snapshot.files().map(|f| f.rows).sum::<u64>());
            let _ = writeln!(text, "{} number {}: {files} files, {rows} rows, all as published", id.as_of, id.sequence);
        }
        findings += found.len();
    }
    print(&text)?;
    if findings == 0 { Ok(()) } else { Err(Error::Damaged(findings)) }
}
