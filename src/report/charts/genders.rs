//! The shares of genders in each unit: bars of one length.

use super::canvas::{Anchor, Ink, chart, cut, scaled};
use crate::{
    html::{HtmlError, Markup, Texts, number},
    report::answer::{Answer, Row, text, whole},
};

const WIDTH: u32 = 960;
const LEFT: i32 = 280;
const RIGHT: i32 = 880;
const LINE: i32 = 34;
/// Units that the chart shows; the table has all.
const MOST: usize = 13;
/// The genders in order, each with its colour; what is hidden has that of lines.
const GENDERS: [(&str, Ink); 5] = [
    ("female", Ink::Series(4)),
    ("male", Ink::Series(3)),
    ("diverse", Ink::Series(2)),
    ("unknown", Ink::Series(8)),
    ("hidden", Ink::Line),
];

/// The chart over rows of `genders`.
pub(in crate::report) fn genders(answer: &Answer, texts: &Texts) -> Result<Option<Markup>, HtmlError> {
    let mut units: Vec<(&Row, Vec<&Row>)> = Vec::new();
    for row in answer.rows.iter().filter(|row| whole(row, "unit_people") > 0) {
        let of = |first: &Row| first.get("axis") == row.get("axis") && first.get("unit_id") == row.get("unit_id");
        if let Some(known) = units.iter().position(|(first, _)| of(first)) {
            if let Some((_, rows)) = units.get_mut(known) {
                rows.push(row);
            }
        } else if units.len() < MOST {
            units.push((row, vec![row]));
        }
    }
    if units.is_empty() {
        return Ok(None);
    }
    let height = u32::try_from(units.len()).unwrap_or(1) * LINE.unsigned_abs() + 34;
    let bottom = i32::try_from(height).unwrap_or_default() - 28;
    let says = texts
        .plain("genders.chart_says", &[("units", &number(texts.language(), units.len().try_into().unwrap_or(0)))])?;
    let drawn = chart((WIDTH, height), texts.get("genders.chart")?, &says, |canvas| {
        for (index, (first, rows)) in units.iter().enumerate() {
            let top = i32::try_from(index).unwrap_or_default() * LINE;
            let name = match (text(first, "axis"), text(first, "unit_name")) {
                ("tenant", _) => texts.get("all_people")?,
                (_, "") => texts.get("no_legal_entity")?,
                (_, name) => name,
            };
            canvas.text(&cut(name, 36), (LEFT - 12, top + LINE / 2), Anchor::Right)?;
            let all = whole(first, "unit_people");
            let mut before = 0;
            for (gender, ink) in GENDERS {
                let people: i64 =
                    rows.iter().filter(|row| text(row, "gender") == gender).map(|row| whole(row, "headcount")).sum();
                let x = |people: i64| LEFT + scaled(people, all, RIGHT - LEFT);
                canvas.bar((x(before), top + 5), (x(before + people), top + LINE - 5), ink)?;
                if gender == "hidden" && people > 0 {
                    let (left, right, bottom) = (x(before), x(before + people), top + LINE - 5);
                    let around =
                        vec![(left, top + 5), (right, top + 5), (right, bottom), (left, bottom), (left, top + 5)];
                    canvas.line(around, Ink::Muted, 1)?;
                }
                before += people;
            }
            canvas.text(&number(texts.language(), all), (RIGHT + 12, top + LINE / 2), Anchor::Left)?;
        }
        for percent in [0, 25, 50, 75, 100] {
            let x = LEFT + scaled(percent, 100, RIGHT - LEFT);
            canvas.line(vec![(x, 2), (x, bottom)], Ink::Paper, 1)?;
            canvas.text(&format!("{percent}{}", texts.get("percent_sign")?), (x, bottom + 16), Anchor::Middle)?;
        }
        Ok(())
    })?;
    Ok(Some(drawn))
}
