//! People at the end of each month, one area on another for each legal entity.

use std::collections::BTreeMap;

use super::canvas::{Anchor, Ink, chart, scaled, step};
use crate::{
    html::{HtmlError, Markup, Texts, number},
    report::answer::{Answer, text, whole},
};

const SIZE: (u32, u32) = (960, 340);
const LEFT: i32 = 64;
const RIGHT: i32 = 950;
const TOP: i32 = 14;
const BOTTOM: i32 = 306;
/// Legal entities that stand for themselves, and all others together.
const RANKS: i64 = 8;

/// The chart over rows of `headcount_months`.
pub(in crate::report) fn headcount(answer: &Answer, texts: &Texts) -> Result<Option<Markup>, HtmlError> {
    let mut months: BTreeMap<&str, BTreeMap<i64, i64>> = BTreeMap::new();
    for row in &answer.rows {
        let people = whole(row, "people");
        *months.entry(text(row, "month_end")).or_default().entry(whole(row, "legal_entity_rank")).or_default() +=
            people;
    }
    let up_to = |ranks: &BTreeMap<i64, i64>, last: i64| ranks.range(..=last).map(|(_, people)| people).sum::<i64>();
    let largest = months.values().map(|ranks| up_to(ranks, RANKS)).max().unwrap_or_default();
    let (Some(last), true) = (months.len().checked_sub(1).filter(|last| *last > 0), largest > 0) else {
        return Ok(None);
    };
    let step = step(largest);
    let most = step * ((largest + step - 1) / step);
    let length = i64::try_from(last).unwrap_or(1);
    let x = |index: usize| LEFT + scaled(i64::try_from(index).unwrap_or(length), length, RIGHT - LEFT);
    let y = |people: i64| BOTTOM - scaled(people, most, BOTTOM - TOP);
    let total = |index: usize| months.values().nth(index).map_or(0, |ranks| up_to(ranks, RANKS));
    let says = texts.plain(
        "headcount.chart_says",
        &[
            ("first", &number(texts.language(), total(0))),
            ("last", &number(texts.language(), total(last))),
            ("months", &number(texts.language(), length)),
        ],
    )?;
    let drawn = chart(SIZE, texts.get("headcount.chart")?, &says, |canvas| {
        for rank in (1..=RANKS).rev().filter(|rank| months.values().any(|ranks| ranks.contains_key(rank))) {
            let edge =
                |last: i64| months.values().enumerate().map(move |(index, ranks)| (x(index), y(up_to(ranks, last))));
            let upper: Vec<(i32, i32)> = edge(rank).collect();
            let mut points = upper.clone();
            points.extend(edge(rank - 1).collect::<Vec<_>>().into_iter().rev());
            canvas.area(points, Ink::Series(u8::try_from(rank).unwrap_or(8)))?;
            // A line of paper keeps neighbours apart for those who do not tell their colours.
            canvas.line(upper, Ink::Paper, 1)?;
        }
        for tick in (0..=most / step).map(|tick| tick * step) {
            canvas.line(vec![(LEFT, y(tick)), (RIGHT, y(tick))], Ink::Line, 1)?;
            canvas.text(&number(texts.language(), tick), (LEFT - 10, y(tick)), Anchor::Right)?;
        }
        for (index, month) in months.keys().enumerate() {
            if let Some((year, "01")) = month.rsplit_once('-').and_then(|(month, _)| month.split_once('-')) {
                canvas.line(vec![(x(index), BOTTOM), (x(index), BOTTOM + 6)], Ink::Muted, 1)?;
                canvas.text(year, (x(index), BOTTOM + 20), Anchor::Middle)?;
            }
        }
        Ok(())
    })?;
    Ok(Some(drawn))
}
