//! Words of a shell, for lines that people type or evaluate.

/// A text as one word of a shell, whatever it holds.
pub(crate) fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=@:,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_shell_reads_what_was_meant() {
        for text in ["plain", "", "a b", "it's", "$HOME `id` \"x\" \\", "*", "~/x", "line\nline", "é #x"] {
            let said = Command::new("sh").args(["-c", &format!("printf %s {}", word(text))]).output().unwrap();
            assert_eq!(String::from_utf8(said.stdout).unwrap(), text);
        }
        assert_eq!(word("/data/lucca-lake/core"), "/data/lucca-lake/core");
    }
}
