//! What every room with pages promises of its templates and texts.

use std::collections::{BTreeMap, BTreeSet};

use super::{Pages, TEXTS, Templates, Texts};
use crate::language::Language;

/// Checks that templates and texts parse, that both languages have the same texts with the same `{name}`s, that none is empty, and
/// that each text which a template names by a literal is there.
pub(crate) fn check(templates: &Templates) {
    let both = [Language::English, Language::French].map(|language| {
        drop(Pages::new(language, templates).unwrap());
        let texts = Texts::of(language, &[TEXTS, templates.texts]).unwrap();
        texts.names().map(|name| (name.to_owned(), texts.get(name).unwrap().to_owned())).collect::<BTreeMap<_, _>>()
    });
    let [english, french] = &both;
    let names = |texts: &BTreeMap<String, String>| texts.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(english), names(french));
    for (name, text) in english {
        assert!(!text.trim().is_empty() && !french[name].trim().is_empty(), "{name} is empty");
        assert_eq!(places(text), places(&french[name]), "{name}");
        assert!(text.matches('`').count().is_multiple_of(2), "{name}: a backtick is open");
        assert!(french[name].matches('`').count().is_multiple_of(2), "{name}: a backtick is open");
    }
    let files = templates.files.iter().map(|(_, text)| *text);
    for (call, name) in files.chain([templates.macros]).flat_map(called) {
        let there = if call == "n" { vec![format!("{name}.one"), format!("{name}.other")] } else { vec![name] };
        for name in there {
            assert!(english.contains_key(&name), "a template names the text {name}, which is not there");
        }
    }
}

/// The `{name}`s of a text.
fn places(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect()
}

/// The texts that a template names by a whole literal: `t("name"` and `n("name"`.
fn called(template: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    for call in ["t", "n"] {
        let begins = format!("{call}(\"");
        let mut parts = template.split(begins.as_str()).peekable();
        while let (Some(before), Some(after)) = (parts.next(), parts.peek()) {
            // Not the end of another name, such as that of a filter.
            let is_own = !before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
            let Some((name, rest)) = after.split_once('"').filter(|_| is_own) else { continue };
            if rest.trim_start().starts_with([',', ')']) {
                found.push((call, name.to_owned()));
            }
        }
    }
    found
}
