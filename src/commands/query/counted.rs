//! The line below an answer on a terminal: how many rows it has, what the screen had no room for, how long it took.

use std::time::Duration;

use crate::engine::output::LeftOut;

/// The line; `remedy` says how to see what was left out.
pub(super) fn line(rows: u64, left_out: &LeftOut, took: Option<Duration>, remedy: &str) -> String {
    let mut parts = vec![format!("{rows} {}", if rows == 1 { "row" } else { "rows" })];
    if left_out.rows > 0 {
        parts.push(format!("{} shown", rows - left_out.rows.min(rows)));
    }
    if left_out.columns > 0 {
        parts.push(format!("{} of {} columns", left_out.of_columns - left_out.columns, left_out.of_columns));
    }
    if left_out.cut {
        parts.push("long texts cut".to_owned());
    }
    if let Some(took) = took {
        parts.push(format!("{:.3} s", took.as_secs_f64()));
    }
    let is_whole = left_out.rows == 0 && left_out.columns == 0 && !left_out.cut;
    let remedy = if is_whole { String::new() } else { format!("; {remedy}") };
    format!("({}{remedy})\n", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said_with_its_remedy() {
        let whole = LeftOut { of_columns: 31, ..LeftOut::default() };
        assert_eq!(line(1, &whole, None, "…"), "(1 row)\n");
        assert_eq!(line(0, &whole, Some(Duration::from_micros(31_499)), "…"), "(0 rows, 0.031 s)\n");
        let left_out = LeftOut { rows: 210, columns: 23, of_columns: 31, cut: true };
        assert_eq!(
            line(250, &left_out, Some(Duration::from_secs(75)), "\\x"),
            "(250 rows, 40 shown, 8 of 31 columns, long texts cut, 75.000 s; \\x)\n"
        );
    }
}
