use minijinja::context;

use super::*;

const TEMPLATES: Templates = Templates {
    files: &[
        ("said.html", "{{ t(\"said\", who=who) }}"),
        ("counted.html", "{{ n(\"people\", count) }}"),
        ("values.html", "{{ 1234567|data }} {{ (-5)|change }} {{ 7|signed }} {{ 0.1234|percent }}"),
        ("dates.html", "{{ date|day }} {{ date|long_day }} {{ date|month }}"),
        ("text.html", "{{ shout(text) }}{{ text|name }}<p title=\"{{ text }}\">"),
        ("missing.html", "{{ nobody }}"),
        ("unsaid.html", "{{ t(\"un\" ~ \"said\") }}"),
    ],
    macros: "{% macro shout(text) %}{{ text }}!{% endmacro %}",
    texts: [
        "said = \"`run` of {who} <b>\"\n[people]\none = \"{count} person\"\nother = \"{count} people\"\n",
        "said = \"`run` de {who} <b>\"\n[people]\none = \"{count} personne\"\nother = \"{count} personnes\"\n",
    ],
    style: ".own { color: red; }",
};

fn part(language: Language, template: &str, context: Value) -> String {
    let Markup(value) = Pages::new(language, &TEMPLATES).unwrap().part(template, context).unwrap();
    value.to_string()
}

#[test]
fn templates_and_texts_hold_what_is_promised() {
    testing::check(&TEMPLATES);
    testing::check(&Templates { files: &[FRAME], macros: "", texts: ["", ""], style: "" });
}

#[test]
fn what_others_wrote_stays_text() {
    let hostile = "</script><script>alert(1)</script>\" onload='x' {{ 7 }} `a`";
    let escaped =
        "&lt;&#x2f;script&gt;&lt;script&gt;alert(1)&lt;&#x2f;script&gt;&quot; onload=&#x27;x&#x27; {{ 7 }} `a`";
    let english = part(Language::English, "text.html", context! { text => hostile });
    assert_eq!(english, format!("{escaped}!<bdi>{escaped}</bdi><p title=\"{escaped}\">"));
    let said = part(Language::English, "said.html", context! { who => hostile });
    assert_eq!(said, format!("<code>run</code> of {escaped} &lt;b&gt;"));
}

#[test]
fn numbers_dates_and_plurals_follow_the_language() {
    let values = [Language::English, Language::French].map(|l| part(l, "values.html", context! {}));
    assert_eq!(
        values,
        [
            "<data value=\"1234567\">1,234,567</data> <data value=\"-5\">\u{2212}5</data> +7 12.3%",
            "<data value=\"1234567\">1\u{202f}234\u{202f}567</data> <data value=\"-5\">\u{2212}5</data> +7 12,3\u{202f}%",
        ]
    );
    let date = || context! { date => "2026-08-01" };
    let dates = [Language::English, Language::French].map(|l| part(l, "dates.html", date()).replace('\u{a0}', " "));
    let time = |[day, long, month]: [&str; 3]| {
        format!(
            "<time datetime=\"2026-08-01\">{day}</time> <time datetime=\"2026-08-01\">{long}</time> \
             <time datetime=\"2026-08\">{month}</time>"
        )
    };
    assert_eq!(dates[0], time(["1 Aug 2026", "1 August 2026", "Aug 2026"]));
    assert_eq!(dates[1], time(["1er août 2026", "1er août 2026", "août 2026"]));
    let counted = |language, count| part(language, "counted.html", context! { count });
    assert_eq!(counted(Language::English, 0), "0 people");
    assert_eq!(counted(Language::English, 1), "1 person");
    assert_eq!(counted(Language::French, 0), "0 personne");
    assert_eq!(counted(Language::French, 2000), "2\u{202f}000 personnes");
    assert_eq!(numbers::percent(Language::French, -0.0001), "0,0\u{202f}%");
}

#[test]
fn a_template_that_asks_for_what_is_not_there_fails() {
    let pages = Pages::new(Language::English, &TEMPLATES).unwrap();
    for template in ["missing.html", "unsaid.html", "no.html", "said.html"] {
        pages.part(template, context! {}).unwrap_err();
    }
}

#[test]
fn a_page_forbids_what_it_does_not_need() {
    let pages = Pages::new(Language::French, &TEMPLATES).unwrap();
    let link = Link { href: "#a\"b".into(), text: "<A>".into(), is_here: true };
    let page = Page {
        title: "<T>".into(),
        subtitle: Markup::of_own("<p>s</p>".into()),
        navigation: vec![link],
        main: pages.part("counted.html", context! { count => 3 }).unwrap(),
        footer: Markup::empty(),
    };
    let whole = pages.whole(&page).unwrap();
    for expected in [
        "<html lang=\"fr\">",
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'",
        "<title>&lt;T&gt;</title>",
        "<p>s</p>",
        "<a href=\"#a&quot;b\" aria-current=\"page\"><bdi>&lt;A&gt;</bdi></a>",
        "3 personnes",
        ".own { color: red; }",
        "<main id=\"main\"",
    ] {
        assert!(whole.contains(expected), "{expected}");
    }
    assert!(!whole.contains("<script") && !whole.contains("http:") && !whole.contains("https:"), "{whole}");
}
