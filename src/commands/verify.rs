//! `verify`: re-checks published snapshots from the store alone.

use std::fmt::Write as _;

use super::missing_day::no_such_day;
use crate::{
    context::Context,
    error::Error,
    lake::{self, LakeError, Problem},
    print::print_lines,
    settings::Settings,
};

/// Checks the snapshot of `as_of`, or all current ones, the views and what else belongs to the whole lake, and prints what is wrong, one finding per line.
///
/// # Errors
/// When a snapshot cannot be read or something is wrong with it.
pub(crate) async fn verify(
    context: &Context,
    settings: &Settings,
    as_of: Option<chrono::NaiveDate>,
) -> Result<(), Error> {
    let lake = context.lake_to_read(settings)?;
    let wanted: Vec<_> = lake.snapshots().await?.into_iter().filter(|s| as_of.is_none_or(|d| d == s.as_of)).collect();
    let of_lake = match as_of {
        None => lake::verify_lake(&lake).await?,
        Some(_) => Vec::new(),
    };
    // A lake whose days have all vanished is no lake without days.
    if wanted.is_empty() && !of_lake.iter().any(|finding| matches!(finding.problem, Problem::Vanished { .. })) {
        return Err(match as_of {
            Some(day) => no_such_day(&lake, day).await,
            None => Error::NoSnapshot(format!(
                "the lake at {} has no snapshot; run `lucca-lake sync` first",
                lake.display()
            )),
        });
    }
    let mut findings = 0;
    let mut text = String::new();
    for id in wanted {
        let snapshot = match lake.snapshot(id.as_of).await {
            Ok(Some(snapshot)) => snapshot,
            Ok(None) => continue,
            // One day that cannot be believed says nothing of the others.
            Err(error @ LakeError::Corrupt { .. }) => {
                let _ = writeln!(text, "{error}");
                findings += 1;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let found = lake::verify(&lake, &snapshot).await?;
        for finding in &found {
            let _ = writeln!(text, "{finding}");
        }
        if found.is_empty() && !context.quiet {
            let (files, rows) = (snapshot.files().count(), snapshot.files().map(|f| f.rows).sum::<u64>());
            let _ = writeln!(text, "{} number {}: {files} files, {rows} rows, all as published", id.as_of, id.sequence);
        }
        findings += found.len();
    }
    for finding in &of_lake {
        let _ = writeln!(text, "{finding}");
    }
    findings += of_lake.len();
    print_lines(&text)?;
    if findings == 0 { Ok(()) } else { Err(Error::Damaged(findings)) }
}
