//! The words of a report.

use std::fmt::Write as _;

use chrono::NaiveDate;

use super::{
    Absence, KeptBecause, Outcome, ReferenceReport, RunReport, SkippedReport, TableReport, UnforeseenReport, WideReport,
};
use crate::{api::RequestCounts, day_list::days_in_words, decode::DriftFinding, terminal_text::quoted};

impl RunReport {
    /// The closing report for people.
    pub(crate) fn for_people(&self) -> String {
        let mut text = String::new();
        let _ = self.write_to(&mut text);
        text
    }

    fn write_to(&self, out: &mut String) -> std::fmt::Result {
        if !self.tables.is_empty() {
            writeln!(out, "{:<34} {:<9} {:>10} {:>6} {:>12}", "table", "zone", "rows", "files", "bytes")?;
        }
        for TableReport { table, zone, rows, files, bytes } in &self.tables {
            writeln!(out, "{table:<34} {:<9} {rows:>10} {files:>6} {bytes:>12}", zone.as_str())?;
        }
        for SkippedReport { table, missing } in &self.skipped {
            writeln!(out, "{table}: not computed, this run has no {}", missing.join(", "))?;
        }
        for Absence { resource, tables, reason } in &self.absent {
            match tables.as_slice() {
                [] => writeln!(out, "{resource}: {reason}")?,
                tables => writeln!(out, "{}: not in this snapshot: {reason}", tables.join(", "))?,
            }
        }
        if !self.not_available.is_empty() {
            let columns: usize = self.not_available.iter().map(|lacking| lacking.columns.len()).sum();
            let tables = self.not_available.len();
            writeln!(
                out,
                "{columns} columns of {tables} tables are null, as a legacy API key cannot read them: not_available in the \
                 snapshot's manifest lists them"
            )?;
        }
        for ReferenceReport { table, column, to, references, unresolved, unresolved_ids } in &self.references {
            if *unresolved > 0 {
                writeln!(
                    out,
                    "{table}.{column}: {unresolved} of {references} references lead to {unresolved_ids} records that {to} \
                     does not have: hidden from the application, or removed"
                )?;
            }
        }
        for WideReport { table, appeared, disappeared, unforeseen } in &self.wide {
            for (columns, what) in [(appeared, "new"), (disappeared, "gone")] {
                if !columns.is_empty() {
                    writeln!(out, "{table}: columns {what} since the snapshot before: {}", listed(columns))?;
                }
            }
            for (definition, UnforeseenReport { other_shape, several }) in unforeseen {
                let definition = quoted(definition);
                if *other_shape > 0 {
                    writeln!(
                        out,
                        "{table}: {other_shape} values of {definition} are not of its type, kept in _unforeseen"
                    )?;
                }
                if *several > 0 {
                    writeln!(
                        out,
                        "{table}: {several} people have several values of {definition}; the newest is shown"
                    )?;
                }
            }
        }
        for resource in &self.resources {
            if resource.missing > 0 {
                writeln!(
                    out,
                    "{}: {} records that the API counts were not served, as --accept-missing allows",
                    resource.resource, resource.missing
                )?;
            }
            if resource.restarts > 0 {
                writeln!(out, "{}: {} times read again from a first page", resource.resource, resource.restarts)?;
            }
            if resource.repeated > 0 {
                writeln!(out, "{}: {} records were served more than once", resource.resource, resource.repeated)?;
            }
            if !resource.left_out.is_empty() {
                let names: Vec<&str> = resource.left_out.iter().map(String::as_str).collect();
                let (resource, count) = (&resource.resource, names.len());
                writeln!(
                    out,
                    "{resource}: the API refused to show {count} properties, whose columns are null: {}",
                    quoted(&names.join(", "))
                )?;
            }
            resource.of_the_lake(out)?;
            resource.of_changes(out)?;
            for finding in &resource.drift {
                match finding {
                    DriftFinding::UnknownProperty { property, json_type, records } => writeln!(
                        out,
                        "{}: unknown property \"{}\" ({json_type}) in {records} records, kept in _extra",
                        resource.resource,
                        quoted(property)
                    )?,
                    DriftFinding::UnknownValue { column, value, records } => writeln!(
                        out,
                        "{}: unknown value \"{}\" of {column} in {records} records, kept",
                        resource.resource,
                        quoted(value)
                    )?,
                    DriftFinding::Disagreement { column, property, records } => writeln!(
                        out,
                        "{}: {property} says otherwise than {column} in {records} records, kept in _extra",
                        resource.resource
                    )?,
                    DriftFinding::LoneSurrogates { column, records } => writeln!(
                        out,
                        "{}: halves of characters (lone surrogates) in {column} of {records} records, each replaced by U+FFFD",
                        resource.resource
                    )?,
                }
            }
        }
        if let Some(run) = &self.continued {
            let kept: u64 = self.resources.iter().map(|r| r.kept_pages).sum();
            writeln!(out, "continued {run}: {kept} pages were not asked for again")?;
            let published = self.kept.iter().filter(|day| day.because == KeptBecause::AlreadyPublished);
            let published: Vec<NaiveDate> = published.map(|day| day.as_of).collect();
            if !published.is_empty() {
                writeln!(out, "published before, of the same reading: {}", days_in_words(&published))?;
            }
        }
        if self.seconds_lost_to_others > 0.0 {
            writeln!(
                out,
                "{:.0} s were lost to others who spend the same budget; a smaller share (--requests-per-minute) helps both",
                self.seconds_lost_to_others
            )?;
        }
        if self.seconds_waited_for_budget >= 1.0 {
            writeln!(out, "{:.0} s were waited for the budget", self.seconds_waited_for_budget)?;
        }
        write!(out, "{} as of {}: ", self.run_id, self.as_of)?;
        let RequestCounts { requests, retries, too_many_requests, .. } = self.requests;
        // What asks nobody is told by its command.
        match self.command.as_ref() {
            "sync" => write!(
                out,
                "{requests} requests ({} at best), {retries} retries, {too_many_requests} times 429, {:.1} s",
                self.fewest_requests, self.seconds
            )?,
            other => write!(out, "{other}, {:.1} s", self.seconds)?,
        }
        match &self.outcome {
            Outcome::Published { .. } if self.published.len() > 1 => {
                writeln!(out, "; published {} days, this one last", self.published.len())
            }
            Outcome::Published { sequence } => writeln!(out, "; published as number {sequence} of that day"),
            Outcome::Kept => {
                let days: Vec<NaiveDate> = self.kept.iter().map(|day| day.as_of).collect();
                let days = days_in_words(&days);
                writeln!(out, "; nothing to do, as {days} stay as read on their own day; --replace reads them again")
            }
            Outcome::Failed { .. } => writeln!(out, "; failed"),
        }
    }
}

/// Names that come from the API, as a list.
fn listed(names: &[String]) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}
