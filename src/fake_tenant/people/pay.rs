//! What people are paid: a salary by contract, with its raises, and what comes on top in some months.

use chrono::{Datelike, NaiveDate};

use super::People;
use super::dice::{Dice, Stream, shift};

/// A kind of pay.
#[derive(Debug)]
pub(crate) struct Nature {
    pub(crate) id: u64,
    pub(crate) name: &'static str,
    /// Id and code of its category.
    pub(crate) category: Option<(u64, &'static str)>,
    /// Whether what is paid is money; otherwise a number of something.
    pub(crate) is_money: bool,
    /// Indexes of the establishments that have it; `None` is all of them.
    pub(crate) sites: Option<&'static [usize]>,
}

const fn nature(id: u64, name: &'static str, category: Option<(u64, &'static str)>) -> Nature {
    Nature { id, name, category, is_money: true, sites: None }
}

pub(crate) static FIXED: [Nature; 3] = [
    nature(11, "Basic salary", Some((1, "BASIC_SALARY"))),
    Nature { sites: Some(&[0, 1, 2, 8]), ..nature(12, "13ᵉ mois", Some((2, "THIRTEENTH_MONTH"))) },
    nature(14, "Allowance", None),
];

pub(crate) static VARIABLE: [Nature; 3] = [
    nature(21, "Annual bonus", Some((5, "BONUS"))),
    Nature { is_money: false, ..nature(22, "Overtime hours", Some((6, "OVERTIME"))) },
    nature(25, "Referral bonus", None),
];

/// What is paid again and again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FixedItem {
    pub(crate) employment: u32,
    /// Number of the change of the contract it came with; 0 for none.
    pub(crate) amendment: u32,
    /// Index into `FIXED`.
    pub(crate) nature: usize,
    /// In hundredths.
    pub(crate) amount: i64,
    pub(crate) starts_on: NaiveDate,
    pub(crate) ends_on: Option<NaiveDate>,
}

/// What is paid once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct VariableItem {
    pub(crate) employment: u32,
    /// Index into `VARIABLE`.
    pub(crate) nature: usize,
    /// In hundredths.
    pub(crate) amount: i64,
    /// First day of its month.
    pub(crate) period: NaiveDate,
    pub(crate) deleted: bool,
}

/// All pay of a tenant, contract by contract.
#[derive(Debug, Default)]
pub(crate) struct Pay {
    pub(crate) fixed: Vec<FixedItem>,
    pub(crate) variable: Vec<VariableItem>,
}

impl Pay {
    pub(crate) fn of(people: &People) -> Self {
        let mut pay = Self::default();
        for index in 0..people.employment_count() {
            let Some(contract) = people.employment(index) else { continue };
            let mut dice = Dice::new(people.seed, Stream::Pay, index as u64);
            let employment = u32::try_from(index).unwrap_or(u32::MAX);
            let horizon = contract.end.map_or(people.today, |end| end.min(people.today));
            pay.salary(employment, contract.start, contract.end, horizon, &mut dice);
            if dice.chance(250) {
                let (nature, amount) = (2, 5_000 + 2_500 * dice.between(0, 9));
                let (starts_on, ends_on) = (contract.start, contract.end);
                pay.fixed.push(FixedItem { employment, amendment: 0, nature, amount, starts_on, ends_on });
            }
            pay.extras(employment, contract.start, horizon, &mut dice);
        }
        pay
    }

    /// A salary and its raises: each begins when the one before has ended.
    fn salary(
        &mut self,
        employment: u32,
        start: NaiveDate,
        end: Option<NaiveDate>,
        horizon: NaiveDate,
        dice: &mut Dice,
    ) {
        let mut amount = 180_000 + 12_345 * dice.between(0, 60);
        let mut starts = vec![start];
        let first_year = horizon.year().saturating_sub(3).max(start.year() + 1);
        let raises = (first_year..=horizon.year()).filter_map(|year| NaiveDate::from_ymd_opt(year, 1, 1));
        starts.extend(raises.filter(|day| *day <= horizon && dice.chance(600)));
        let ends = starts.iter().skip(1).map(|next| Some(shift(*next, -1))).chain([end]).collect::<Vec<_>>();
        for ((starts_on, ends_on), amendment) in starts.into_iter().zip(ends).zip(0..) {
            self.fixed.push(FixedItem { employment, amendment, nature: 0, amount, starts_on, ends_on });
            amount += amount / 1000 * dice.between(5, 60);
        }
    }

    /// Bonuses and hours of some of the last months.
    fn extras(&mut self, employment: u32, start: NaiveDate, horizon: NaiveDate, dice: &mut Dice) {
        let mut month = horizon.with_day(1).unwrap_or(horizon);
        for _ in 0..14 {
            if month < start {
                return;
            }
            if dice.chance(120) {
                let nature = usize::try_from(dice.between(0, 2)).unwrap_or(0);
                let amount = if nature == 1 { 25 * dice.between(1, 80) } else { 10_000 * dice.between(1, 40) + 50 };
                let deleted = dice.chance(80);
                self.variable.push(VariableItem { employment, nature, amount, period: month, deleted });
            }
            month = shift(month, -1).with_day(1).unwrap_or(month);
        }
    }
}
