//! Who came and who left in each month: bars upwards and downwards.

use super::canvas::{Anchor, Ink, chart, scaled, step};
use crate::{
    html::{HtmlError, Markup, Texts, month_name, number},
    report::answer::{Answer, Row, text, whole},
};

const SIZE: (u32, u32) = (960, 300);
const LEFT: i32 = 64;
const RIGHT: i32 = 950;
const TOP: i32 = 14;
const BOTTOM: i32 = 264;

/// The chart over rows of `movements_months`.
pub(in crate::report) fn movements(answer: &Answer, texts: &Texts) -> Result<Option<Markup>, HtmlError> {
    let rows: Vec<&Row> = answer.rows.iter().rev().collect();
    let largest = |column: &str| rows.iter().map(|row| whole(row, column)).max().unwrap_or_default();
    let (up, down) = (largest("came"), largest("leavers"));
    if up + down == 0 {
        return Ok(None);
    }
    let step = step(up.max(down));
    let ticks = |most: i64| (most + step - 1) / step;
    let (up, down) = (ticks(up), ticks(down));
    let zero = TOP + scaled(up, up + down, BOTTOM - TOP);
    let y = |people: i64| zero - scaled(people, (up + down) * step, BOTTOM - TOP);
    let count = i64::try_from(rows.len()).unwrap_or(1);
    let x = |index: usize| LEFT + scaled(i64::try_from(index).unwrap_or(count), count, RIGHT - LEFT);
    let sum = |column: &str| number(texts.language(), rows.iter().map(|row| whole(row, column)).sum());
    let values = [("came", sum("came")), ("left", sum("leavers")), ("months", number(texts.language(), count))];
    let says = texts.plain("movements.chart_says", &values.each_ref().map(|(name, value)| (*name, value.as_str())))?;
    let drawn = chart(SIZE, texts.get("movements.chart")?, &says, |canvas| {
        for tick in (-down..=up).map(|tick| tick * step) {
            canvas.line(vec![(LEFT, y(tick)), (RIGHT, y(tick))], Ink::Line, 1)?;
            canvas.text(&number(texts.language(), tick.abs()), (LEFT - 10, y(tick)), Anchor::Right)?;
        }
        for (index, row) in rows.iter().enumerate() {
            let (left, right) = (x(index), x(index + 1));
            let gap = (right - left) / 5;
            canvas.bar((left + gap, y(0)), (right - gap, y(whole(row, "came"))), Ink::Series(3))?;
            canvas.bar((left + gap, y(0)), (right - gap, y(-whole(row, "leavers"))), Ink::Series(2))?;
            // Every third month, so that the last one is named.
            if (rows.len() - 1 - index).is_multiple_of(3) {
                let name = month_name(texts, text(row, "month_end"))?;
                canvas.text(&name, ((left + right) / 2, BOTTOM + 22), Anchor::Middle)?;
            }
        }
        canvas.line(vec![(LEFT, zero), (RIGHT, zero)], Ink::Muted, 1)
    })?;
    Ok(Some(drawn))
}
