//! One line of text out of what DataFusion says, without values of the data.

use datafusion::{error::DataFusionError, sql::sqlparser::parser::ParserError};

/// DataFusion's words, in one line.
pub(super) fn one_line(error: &DataFusionError) -> String {
    match error.find_root() {
        DataFusionError::SQL(parser, _) => match parser.as_ref() {
            ParserError::TokenizerError(text) | ParserError::ParserError(text) => flatten(text),
            ParserError::RecursionLimitExceeded => "it is nested too deep".to_owned(),
        },
        DataFusionError::Plan(text) => flatten(text),
        _ => flatten(&error.strip_backtrace()),
    }
}

/// The message without what it quotes and without the numbers in it: both may be values of the data.
pub(super) fn without_values(message: &str) -> String {
    let mut text = message.to_owned();
    for quote in ['\'', '"', '`'] {
        // From the first to the last: a value may hold the quote itself.
        if let (Some(from), Some(to)) = (text.find(quote), text.rfind(quote))
            && from < to
        {
            text.replace_range(from..=to, "(a value)");
        }
    }
    let is_number = |word: &str| word.contains(|c: char| c.is_ascii_digit()) && !word.contains(char::is_alphabetic);
    text.split(' ').map(|word| if is_number(word) { "(a value)" } else { word }).collect::<Vec<_>>().join(" ")
}

/// What the engine says while it computes, and what is said instead.
const IN_PLAIN_WORDS: [(&str, &str); 8] = [
    ("value of Date32 type", "a text is not a date; dates are written as '2024-12-31'"),
    ("value of Timestamp", "a text is not a time; times are written as '2024-12-31 08:00:00'"),
    ("value of Int", "a text is not a whole number; TRY_CAST gives null where CAST fails"),
    ("value of Float64 type", "a text is not a number; TRY_CAST gives null where CAST fails"),
    ("value of Boolean type", "a text is neither true nor false; write a comparison, as in status = 'active'"),
    ("Divide by zero", "division by zero; write a / nullif(b, 0) for null there"),
    (
        "Scalar subquery returned more than one row",
        "a subquery that stands for a value gave more than one row; write IN, or an aggregate in it",
    ),
    (
        "Date part (a value) not supported",
        "there is no such part of a date; there are year, quarter, month, week, day, hour, minute, second, doy, dow, isodow, \
         isoyear and epoch",
    ),
];

/// What is said of a value that could not be computed, from the engine's words without values.
pub(super) fn in_plain_words(message: String) -> String {
    let said = IN_PLAIN_WORDS.iter().find(|(engine, _)| message.contains(engine)).map(|(_, plain)| (*plain).to_owned());
    said.unwrap_or(message)
}

/// One line, at most 2,000 characters: DataFusion repeats the whole expression it could not plan.
pub(super) fn flatten(text: &str) -> String {
    const MAX_CHARS: usize = 2_000;
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((at, _)) = line.char_indices().nth(MAX_CHARS) {
        line.truncate(at);
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_cut_out_of_messages() {
        for (message, told) in [
            (
                "Arrow error: Cast error: Cannot cast string 'O'Brien' to value of Int32 type",
                "Arrow error: Cast error: Cannot cast string (a value) to value of Int32 type",
            ),
            ("Overflow happened on: 4611686018427387904 * -2", "Overflow happened on: (a value) * (a value)"),
            ("Error parsing \"1989-12-21\" as date", "Error parsing (a value) as date"),
            ("Divide by zero error", "Divide by zero error"),
            ("one ' alone", "one ' alone"),
        ] {
            assert_eq!(without_values(message), told);
        }
    }
}
