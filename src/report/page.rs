//! The report as a page: its sections, each by its template.

use minijinja::{Value, context, value::Serde};

use super::{
    answer::{Answer, text},
    asked::Asked,
    charts,
    facts::Facts,
    pivot::Pivot,
    tree,
};
use crate::{
    error::Error,
    html::{HtmlError, Link, Markup, Page, Pages, Templates},
};

/// Templates, texts and style of the report.
pub(super) const TEMPLATES: Templates = Templates {
    files: &[
        ("subtitle", include_str!("sections/subtitle.html")),
        ("summary", include_str!("sections/summary.html")),
        ("headcount", include_str!("sections/headcount.html")),
        ("movements", include_str!("sections/movements.html")),
        ("ages", include_str!("sections/ages.html")),
        ("genders", include_str!("sections/genders.html")),
        ("deadlines", include_str!("sections/deadlines.html")),
        ("quality", include_str!("sections/quality.html")),
        ("completeness", include_str!("sections/completeness.html")),
        ("changes", include_str!("sections/changes.html")),
        ("about", include_str!("sections/about.html")),
    ],
    macros: include_str!("macros.html"),
    texts: [include_str!("texts/en.toml"), include_str!("texts/fr.toml")],
    style: include_str!("style.css"),
};

/// The sections in order: each is a template, an anchor and a title.
const SECTIONS: [&str; 10] = [
    "summary",
    "headcount",
    "movements",
    "ages",
    "genders",
    "deadlines",
    "quality",
    "completeness",
    "changes",
    "about",
];

/// In which order genders stand.
const GENDERS: [&str; 5] = ["female", "male", "diverse", "unknown", "hidden"];

/// The bytes of the file.
pub(super) fn html(asked: &Asked<'_>, facts: &Facts) -> Result<String, Error> {
    let pages = Pages::new(asked.language, &TEMPLATES)?;
    let context = everything(asked, facts, &pages)?;
    let mut main = String::new();
    let mut navigation = Vec::new();
    for name in SECTIONS {
        main.push_str(&pages.part(name, context.clone())?.to_string());
        let text = pages.texts().get(&format!("{name}.title"))?.to_owned();
        navigation.push(Link { href: format!("#{name}"), text, is_here: false });
    }
    let page = Page {
        title: pages.texts().get("report.title")?.to_owned(),
        subtitle: pages.part("subtitle", context)?,
        navigation,
        main: Markup::of_own(main),
        footer: Markup::empty(),
    };
    Ok(pages.whole(&page)?)
}

/// What all templates may ask for.
fn everything(asked: &Asked<'_>, facts: &Facts, pages: &Pages) -> Result<Value, HtmlError> {
    let nothing = Answer::default();
    let of = |name: &str| facts.answers.get(name).unwrap_or(&nothing);
    let months = of("headcount_months");
    let departments = of("departments_now");
    let snapshot = asked.snapshot;
    let last_month = of("movements_months").rows.first().map(|row| text(row, "month_end").to_owned());
    let last_month = last_month.or_else(|| months.rows.last().map(|row| text(row, "month_end").to_owned()));
    let texts = pages.texts();
    Ok(context! {
        as_of => snapshot.as_of.to_string(),
        snapshot => snapshot.id().to_string(),
        run_id => snapshot.run_id.to_string(),
        tenant => snapshot.state.tenant.clone(),
        ceiling => asked.ceiling.to_string(),
        last_month,
        answers => Value::from(Serde(&facts.answers)),
        completeness => Value::from(Serde(&facts.completeness)),
        changes => Value::from(Serde(&facts.changes)),
        months => Value::from(Serde(Pivot::of(months, &["month_end"], "legal_entity_rank", &[]))),
        departments => Value::from(Serde(tree::ordered(&departments.rows))),
        largest_department => tree::largest(&departments.rows),
        branches => Value::from(Serde(tree::branches(of("legal_entity_departments")))),
        ages => Value::from(Serde(Pivot::of(of("ages"), &["age_band"], "gender", &GENDERS))),
        genders => Value::from(Serde(Pivot::of(of("genders"), &["axis", "unit_id"], "gender", &GENDERS))),
        charts => context! {
            headcount => Value::from(Serde(charts::headcount(months, texts)?)),
            movements => Value::from(Serde(charts::movements(of("movements_months"), texts)?)),
            ages => Value::from(Serde(charts::ages(of("ages"), texts)?)),
            genders => Value::from(Serde(charts::genders(of("genders"), texts)?)),
        },
    })
}
