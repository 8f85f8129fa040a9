//! Texts in the columns of a terminal, where some characters take two and some none.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// What stands for what was cut away.
const ELLIPSIS: char = '…';

/// Columns that a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// The text in at most so many columns, the last one an ellipsis where something was cut.
pub(crate) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most || width(text) <= most {
        return Cow::Borrowed(text);
    }
    let mut kept = String::new();
    let mut taken = 0;
    for c in text.chars() {
        taken += c.width().unwrap_or(0);
        if taken >= most {
            break;
        }
        kept.push(c);
    }
    // Joined characters may take more than each alone.
    while width(&kept) >= most && kept.pop().is_some() {}
    if most > 0 {
        kept.push(ELLIPSIS);
    }
    Cow::Owned(kept)
}

/// The text with spaces behind it up to so many columns.
pub(crate) fn pad(text: &str, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(width(text))))
}

/// Lines of at most so many columns, broken between words; a longer word has a line of its own. At least one line.
pub(crate) fn wrap(text: &str, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut taken = 0;
    for word in text.split_whitespace() {
        let wide = width(word);
        match lines.last_mut() {
            Some(line) if line.is_empty() => {
                line.push_str(word);
                taken = wide;
            }
            Some(line) if taken.saturating_add(1 + wide) <= most => {
                line.push(' ');
                line.push_str(word);
                taken += 1 + wide;
            }
            _ => {
                lines.push(word.to_owned());
                taken = wide;
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn columns_are_counted_not_characters() {
        assert_eq!((width("王"), width("e\u{301}"), width("Núria"), width("")), (2, 1, 5, 0));
        assert_eq!(cut("王王王", 6), "王王王");
        assert_eq!(cut("王王王", 5), "王王…");
        assert_eq!(cut("王王王", 4), "王…");
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "ab…");
        assert_eq!(cut("abcd", 0), "");
        assert_eq!(pad("王", 4), "王  ");
        assert_eq!(pad("abc", 2), "abc");
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrap("one two  three", 7), ["one two", "three"]);
        assert_eq!(wrap("immeasurable is long", 5), ["immeasurable", "is", "long"]);
        assert_eq!(wrap("", 5), [""]);
        assert_eq!(wrap("a b", usize::MAX), ["a b"]);
    }

    proptest! {
        #[test]
        fn what_is_cut_fits_and_what_is_wrapped_is_whole(text in "[a-z é王\u{301}👩\u{200d}]{0,40}", most in 0usize..30) {
            prop_assert!(width(&cut(&text, most)) <= most);
            let lines = wrap(&text, most);
            let (joined, words) = (lines.join(" "), text.split_whitespace().collect::<Vec<_>>());
            prop_assert_eq!(joined.split_whitespace().collect::<Vec<_>>(), words);
            prop_assert!(lines.iter().all(|line| width(line) <= most || !line.contains(' ')));
        }
    }
}
