//! Texts from elsewhere made safe to show: a name in the API may hold `ESC ] 0 ;`, which renames the terminal's window, or a
//! bidi override, which makes a line read as another.
//!
//! Only what people and logs see is escaped. Data written to files and pipes keeps its exact characters.

mod width;

use std::borrow::Cow;

pub(crate) use self::width::{cut, pad, width, wrap};

/// Longest text of the API that an error or a log line quotes, in characters, escapes included.
pub(crate) const MAX_QUOTED_CHARS: usize = 200;

/// Whether a character does something to a terminal or to the order of a line, rather than being shown: control characters
/// (C0, DEL, C1), bidi marks, embeddings, overrides and isolates, line and paragraph separators.
pub fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text on one line: harmful characters as `\n`, `\t` or `\u{1b}`.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    replace(text, |_| false, |c, out| out.extend(c.escape_default()))
}

/// The same for a text of several lines, whose line ends and tabs stay.
pub(crate) fn escape_lines(text: &str) -> Cow<'_, str> {
    replace(text, |c| matches!(c, '\n' | '\t'), |c, out| out.extend(c.escape_default()))
}

/// One JSON text with harmful characters as `\u001b`: it means the same to every parser.
pub(crate) fn escape_json(json: &str) -> Cow<'_, str> {
    replace(json, |_| false, |c, out| out.push_str(&format!("\\u{:04x}", u32::from(c))))
}

/// At most `most` characters of the text, the last one an ellipsis where something was cut.
pub(crate) fn shorten(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most || text.chars().nth(most).is_none() {
        return Cow::Borrowed(text);
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    Cow::Owned(kept + "…")
}

/// A text of the API as errors and log lines quote it: escaped, and at most [`MAX_QUOTED_CHARS`] characters.
pub(crate) fn quoted(text: &str) -> String {
    // What is cut away need not be escaped first.
    let some: String = text.chars().take(MAX_QUOTED_CHARS + 1).collect();
    shorten(&escape(&some), MAX_QUOTED_CHARS).into_owned()
}

fn replace(text: &str, stays: impl Fn(char) -> bool, write: impl Fn(char, &mut String)) -> Cow<'_, str> {
    let is_replaced = |c: char| is_harmful(c) && !stays(c);
    if !text.contains(is_replaced) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_replaced(c) { write(c, &mut out) } else { out.push(c) }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_acts_on_a_terminal_is_shown_and_the_rest_stays() {
        assert_eq!(escape("a\u{1b}]0;owned\u{7}b\r\n"), r"a\u{1b}]0;owned\u{7}b\r\n");
        assert_eq!(escape("\u{9b}31m \u{7f} \0"), r"\u{9b}31m \u{7f} \u{0}");
        assert_eq!(
            escape("\u{202e}txt.exe\u{2066}\u{200f}\u{61c}\u{2028}"),
            r"\u{202e}txt.exe\u{2066}\u{200f}\u{61c}\u{2028}"
        );
        for plain in ["", "Zoë 👩‍👩‍👧 日本 عربى", r"C:\new", "\u{feff}", "\u{fffd}"] {
            assert!(matches!(escape(plain), Cow::Borrowed(same) if same == plain), "{plain}");
        }
        assert_eq!(escape_lines("a\tb\n\u{1b}c\r\n"), "a\tb\n\\u{1b}c\\r\n");
    }

    #[test]
    fn a_cut_text_says_so() {
        assert_eq!(shorten("éàü", 3), "éàü");
        assert_eq!(shorten("éàüo", 3), "éà…");
        assert_eq!(shorten("", 0), "");
        let long = quoted(&"\u{1b}".repeat(1_000_000));
        assert!(long.chars().count() == MAX_QUOTED_CHARS && long.starts_with(r"\u{1b}\u{1b}") && long.ends_with('…'));
        assert_eq!(quoted(&"x".repeat(200)), "x".repeat(200));
        assert_eq!(quoted(&"x".repeat(201)), "x".repeat(199) + "…");
    }

    proptest! {
        #[test]
        fn nothing_harmful_is_left_and_json_keeps_its_meaning(text in prop::collection::vec(
            prop_oneof![any::<char>(), "[\0-\u{9f}\u{200e}-\u{202f}\u{2060}-\u{206f}]".prop_map(|s| s.chars().next().unwrap())], 0..40)) {
            let text: String = text.into_iter().collect();
            let escaped = escape(&text);
            prop_assert!(!escaped.contains(is_harmful));
            prop_assert_eq!(escape(&escaped), escaped.clone());
            prop_assert!(!escape_lines(&text).contains(|c| is_harmful(c) && c != '\n' && c != '\t'));
            let json = serde_json::Value::from(text.as_str()).to_string();
            let safe = escape_json(&json);
            prop_assert!(!safe.contains(is_harmful));
            prop_assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), text);
        }
    }
}
