//! Records as the API sent them.

use crate::{account::Record, engine::output::Format, terminal_text::escape_json};

/// The text of records: each on a line where lines are asked for, else an array where `several` ids were asked for, and
/// else the one record. Records keep every byte, except that in lines of their own they have no line end within.
pub(super) fn text(records: &[Record], format: Format, several: bool) -> String {
    let records = records.iter().map(|record| record.json.get());
    let text = match format {
        // Within a text of JSON a line end is escaped: one that is not stands between values.
        Format::Ndjson => records.map(|json| json.replace(['\n', '\r'], " ")).collect::<Vec<_>>().join("\n"),
        _ if several => format!("[{}]", records.collect::<Vec<_>>().join(",")),
        _ => records.collect::<Vec<_>>().join("\n"),
    };
    text + "\n"
}

/// The same with what acts on a terminal escaped as JSON escapes it.
pub(super) fn for_screen(text: &str) -> String {
    text.split_inclusive('\n')
        .map(|line| match line.strip_suffix('\n') {
            Some(line) => format!("{}\n", escape_json(line)),
            None => escape_json(line).into_owned(),
        })
        .collect()
}
