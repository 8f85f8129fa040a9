//! Functions that are not there.

use crate::{
    engine::{functions::instead_of, known::Known},
    similar::did_you_mean,
};

/// Functions of windows, which are unknown without one.
const OF_WINDOWS: [&str; 8] = ["row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead"];

/// The function in "Invalid function 'x'.".
pub(super) fn unknown(text: &str) -> Option<&str> {
    text.strip_prefix("Invalid function '")?.split('\'').next()
}

/// What is said of it.
pub(super) fn message(name: &str, known: &Known) -> String {
    if OF_WINDOWS.contains(&name) {
        return format!("{name} is a window function: write {name}(…) OVER (ORDER BY …)");
    }
    let hint = match instead_of(name) {
        Some(instead) => format!("; {instead}"),
        None => did_you_mean(name, known.functions.iter().map(String::as_str)),
    };
    let list = "; SELECT DISTINCT routine_name FROM information_schema.routines lists what there is";
    format!("there is no function {name}{}", if hint.is_empty() { list } else { &hint })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::testing::empty_session;

    #[test]
    fn functions_of_windows_are_those_that_are_nothing_else() {
        let session = empty_session();
        let state = session.context().state();
        let mut names: Vec<&str> = state.window_functions().keys().map(String::as_str).collect();
        names.retain(|name| !state.aggregate_functions().contains_key(*name));
        names.retain(|name| !["first_value", "last_value", "nth_value"].contains(name));
        names.sort_unstable();
        let mut known = OF_WINDOWS;
        known.sort_unstable();
        assert_eq!(names, known);
    }
}
