//! The age pyramid: women to the left, men to the right, the young below.

use std::collections::BTreeMap;

use super::canvas::{Anchor, Ink, chart, scaled, step};
use crate::{
    html::{HtmlError, Markup, Texts, number},
    report::answer::{Answer, text, whole},
};

const WIDTH: u32 = 960;
const MIDDLE: i32 = 480;
/// Half of what is between both sides, where the bands are named.
const HALF: i32 = 50;
const LONGEST: i32 = 400;
const LINE: i32 = 28;
const TOP: i32 = 8;

/// The chart over rows of `ages`.
pub(in crate::report) fn ages(answer: &Answer, texts: &Texts) -> Result<Option<Markup>, HtmlError> {
    let mut bands: BTreeMap<i64, (&str, [i64; 2])> = BTreeMap::new();
    for row in answer.rows.iter().filter(|row| row.get("age_from").is_some_and(|from| !from.is_null())) {
        let (_, people) = bands.entry(whole(row, "age_from")).or_insert((text(row, "age_band"), [0, 0]));
        let [women, men] = people;
        match text(row, "gender") {
            "female" => *women += whole(row, "headcount"),
            "male" => *men += whole(row, "headcount"),
            _ => {}
        }
    }
    let largest = bands.values().flat_map(|(_, people)| people).max().copied().unwrap_or_default();
    if largest == 0 {
        return Ok(None);
    }
    let step = step(largest);
    let most = step * ((largest + step - 1) / step);
    let lines = i32::try_from(bands.len()).unwrap_or(1);
    let bottom = TOP + lines * LINE;
    let height = u32::try_from(bottom + 34).unwrap_or(400);
    let far = |people: i64| HALF + scaled(people, most, LONGEST);
    let says = texts.plain("ages.chart_says", &[("bands", &number(texts.language(), i64::from(lines)))])?;
    let drawn = chart((WIDTH, height), texts.get("ages.chart")?, &says, |canvas| {
        for tick in (0..=most / step).map(|tick| tick * step) {
            for side in [-1, 1] {
                let x = MIDDLE + side * far(tick);
                canvas.line(vec![(x, TOP), (x, bottom)], Ink::Line, 1)?;
                canvas.text(&number(texts.language(), tick), (x, bottom + 18), Anchor::Middle)?;
            }
        }
        for (index, (band, [women, men])) in bands.values().rev().enumerate() {
            let top = TOP + i32::try_from(index).unwrap_or_default() * LINE;
            canvas.bar((MIDDLE - HALF, top + 4), (MIDDLE - far(*women), top + LINE - 4), Ink::Series(4))?;
            canvas.bar((MIDDLE + HALF, top + 4), (MIDDLE + far(*men), top + LINE - 4), Ink::Series(3))?;
            let band = match *band {
                "under 20" => texts.get("ages.under_20")?.to_owned(),
                "70 and over" => texts.get("ages.over_70")?.to_owned(),
                band => band.replace('-', "–"),
            };
            canvas.text(&band, (MIDDLE, top + LINE / 2), Anchor::Middle)?;
        }
        Ok(())
    })?;
    Ok(Some(drawn))
}
