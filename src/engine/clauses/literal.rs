//! Values as they are written.

use datafusion::sql::sqlparser::ast::{DollarQuotedString, Value, ValueWithSpan};

use super::{
    refusal::Refusal,
    walk::{Walk, Walked},
};

impl Walk<'_> {
    pub(super) fn value(&self, value: &ValueWithSpan) -> Walked {
        let ValueWithSpan { value, span } = value;
        let prefix = match value {
            Value::Number(_, _)
            | Value::SingleQuotedString(_)
            | Value::DoubleQuotedString(_)
            | Value::EscapedStringLiteral(_)
            | Value::HexStringLiteral(_)
            | Value::DollarQuotedString(DollarQuotedString { value: _, tag: _ })
            | Value::Boolean(_)
            | Value::Null
            | Value::Placeholder(_) => return Ok(()),
            Value::NationalStringLiteral(_) => "N",
            Value::UnicodeStringLiteral(_) => "U&",
            Value::QuoteDelimitedStringLiteral(_) => "Q",
            Value::NationalQuoteDelimitedStringLiteral(_) => "NQ",
            Value::SingleQuotedByteStringLiteral(_)
            | Value::DoubleQuotedByteStringLiteral(_)
            | Value::TripleSingleQuotedByteStringLiteral(_)
            | Value::TripleDoubleQuotedByteStringLiteral(_) => "B",
            Value::SingleQuotedRawStringLiteral(_)
            | Value::DoubleQuotedRawStringLiteral(_)
            | Value::TripleSingleQuotedRawStringLiteral(_)
            | Value::TripleDoubleQuotedRawStringLiteral(_) => "R",
            Value::TripleSingleQuotedString(_) | Value::TripleDoubleQuotedString(_) => {
                let refusal = Refusal::at(*span, "a text in three quotes");
                return Err(refusal.instead("write single quotes, twice for one in the text"));
            }
        };
        let refusal = Refusal::at(*span, format!("{prefix} before a text"));
        Err(refusal.instead(if prefix == "B" { "write bytes as X'41'" } else { "leave it out" }))
    }
}
