//! Functions, as far as it matters for what a call may say.

use datafusion::execution::SessionState;

/// What a function is when it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Callee {
    /// It gives a value for each row; the planner reads nothing but its arguments.
    Scalar,
    /// It makes one value of many; its own name, whatever it is called by.
    Aggregate(String),
    /// It looks at the rows around one; its own name.
    Window(String),
    /// The engine has no such function, which the planner says better.
    Unknown,
}

/// What the planner makes without looking into a list of functions.
const BUILT_IN: [&str; 3] = ["make_map", "unnest", "unnest_outer"];

/// Those whose arguments the planner takes in their order, whatever they are called.
const UNNAMED: [&str; 4] = ["make_map", "map", "unnest", "unnest_outer"];

/// Aggregates that were seen to count rows that are alike once. The others take DISTINCT, and some drop it.
const DISTINCT: [&str; 15] = [
    "array_agg",
    "avg",
    "bit_and",
    "bit_or",
    "bit_xor",
    "bool_and",
    "bool_or",
    "count",
    "max",
    "median",
    "min",
    "string_agg",
    "sum",
    "var",
    "var_pop",
];

/// Functions that were seen to leave out nulls when they are told to.
const IGNORE_NULLS: [&str; 3] = ["array_agg", "first_value", "last_value"];

/// Further ones that do in a window.
const IGNORE_NULLS_IN_WINDOW: [&str; 3] = ["lag", "lead", "nth_value"];

/// Aggregates of values in an order, which WITHIN GROUP says.
const ORDERED_SET: [&str; 4] =
    ["approx_percentile_cont", "approx_percentile_cont_with_weight", "percentile_cont", "quantile_cont"];

impl Callee {
    /// In the order in which the planner looks for them.
    pub(super) fn of(name: &str, in_window: bool, state: &SessionState) -> Self {
        let is_scalar = BUILT_IN.contains(&name)
            || state.scalar_functions().contains_key(name)
            || state.higher_order_functions().contains_key(name);
        let aggregate = state.aggregate_functions().get(name).map(|function| function.name().to_owned());
        let window = state.window_functions().get(name).map(|function| function.name().to_owned());
        let both = |aggregate: &String| ["first_value", "last_value", "nth_value"].contains(&aggregate.as_str());
        match (is_scalar, in_window) {
            (true, _) => Self::Scalar,
            (false, true) => match aggregate.filter(|name| !both(name)) {
                Some(aggregate) => Self::Aggregate(aggregate),
                None => window.map_or(Self::Unknown, Self::Window),
            },
            (false, false) => aggregate.map_or(Self::Unknown, Self::Aggregate),
        }
    }
}

/// Whether DISTINCT is executed by an aggregate.
pub(super) fn takes_distinct(name: &str) -> bool {
    DISTINCT.contains(&name)
}

/// Whether IGNORE NULLS is executed.
pub(super) fn takes_ignore_nulls(name: &str, in_window: bool) -> bool {
    IGNORE_NULLS.contains(&name) || in_window && IGNORE_NULLS_IN_WINDOW.contains(&name)
}

/// Whether the aggregate's order is said by WITHIN GROUP.
pub(super) fn takes_within_group(name: &str) -> bool {
    ORDERED_SET.contains(&name)
}

/// Whether names before arguments would be dropped.
pub(super) fn drops_names(name: &str, state: &SessionState) -> bool {
    UNNAMED.contains(&name) || state.higher_order_functions().contains_key(name)
}
