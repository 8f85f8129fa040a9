//! What the directory shows of an employee. Made when asked for.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate};
use rand::RngCore;
use serde::Serialize;

use super::People;
use super::dice::{Dice, Stream, shift};
use super::ids::{EMPLOYEES, PORTRAITS};
use super::names;

/// The public facts of one person.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) given_name: &'static str,
    pub(crate) family_name: &'static str,
    pub(crate) remote_id: Option<String>,
    pub(crate) employee_number: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) phone_number: Option<String>,
    pub(crate) portrait: Option<u64>,
    pub(crate) birth_date: Option<NaiveDate>,
}

/// `{day, month}`.
#[derive(Debug, Serialize)]
pub(crate) struct BirthDay {
    day: u32,
    month: u32,
}

impl Identity {
    pub(crate) fn birth_day(&self) -> Option<BirthDay> {
        self.birth_date.map(|date| BirthDay { day: date.day(), month: date.month() })
    }
}

impl People {
    /// Given and family name only, which is what sorting and searching need.
    pub(crate) fn name_of(&self, employee: usize) -> (&'static str, &'static str) {
        names::full_name(employee, &mut Dice::with_salt(self.seed, Stream::Identity, 1, employee as u64))
    }

    pub(crate) fn email_of(&self, employee: usize) -> Option<String> {
        let (given, family) = self.name_of(employee);
        let has_one = employee % 37 != 11;
        has_one.then(|| format!("{}.{}@lacbleu.example", names::mailbox(given, family), EMPLOYEES.id(employee as u64)))
    }

    pub(crate) fn identity(&self, employee: usize) -> Identity {
        let mut dice = Dice::new(self.seed, Stream::Identity, employee as u64);
        let (given_name, family_name) = self.name_of(employee);
        let number = employee + 1;
        let employee_number = match dice.between(0, 19) {
            0 => None,
            1 | 2 => Some(format!("E{number:06}")),
            3 => Some(format!("{number:04}/a b")),
            _ => Some(format!("{number:04}")),
        };
        Identity {
            given_name,
            family_name,
            remote_id: (!dice.chance(120))
                .then(|| format!("{:08}", dice.next_u64() % 1000 * 100_000 + number as u64 % 100_000)),
            employee_number,
            email: self.email_of(employee),
            phone_number: (!dice.chance(200)).then(|| phone(&mut dice)),
            portrait: dice.chance(700).then(|| PORTRAITS.id(employee as u64)),
            birth_date: self.birth_date_of(employee),
        }
    }

    /// Adults at their first contract; leap days and the turn of the year occur.
    pub(crate) fn birth_date_of(&self, employee: usize) -> Option<NaiveDate> {
        let mut dice = Dice::with_salt(self.seed, Stream::Private, 1, employee as u64);
        if dice.chance(30) {
            return None;
        }
        let hired = self.hired_on(employee)?;
        let born = shift(hired, -dice.between(18 * 366, 50 * 365));
        match dice.between(0, 99) {
            0 => NaiveDate::from_ymd_opt(born.year() / 4 * 4 - 4, 2, 29).or(Some(born)),
            1 => NaiveDate::from_ymd_opt(born.year() - 1, 12, 31),
            _ => Some(born),
        }
    }
}

/// A number in one of the notations the API accepts.
pub(crate) fn phone(dice: &mut Dice) -> String {
    let digits = dice.next_u64();
    let part = |skip: u64, size: u64| digits / skip % size;
    match dice.between(0, 4) {
        0 => format!("+33{:01}{:08}", 1 + part(1, 9), part(16, 100_000_000)),
        1 => format!("0{:02} {:03} {:04}", part(1, 100), part(128, 1000), part(65_536, 10_000)),
        2 => format!("({:03})-{:03}-{:04}", 200 + part(1, 799), part(1024, 1000), part(1_048_576, 10_000)),
        3 => format!("+41{:01}.{:03}.{:05}", 2 + part(1, 8), part(16, 1000), part(65_536, 100_000)),
        _ => format!("0{:09}", part(1, 1_000_000_000)),
    }
}

/// A note of one or two sentences, at most 500 characters.
pub(crate) fn note(dice: &mut Dice) -> Cow<'static, str> {
    let text = names::long_text(20, dice);
    Cow::Owned(text.trim().chars().take(500).collect())
}

/// A long text; see `names::long_text`.
pub(crate) fn essay(characters: usize, dice: &mut Dice) -> Cow<'static, str> {
    names::long_text(characters, dice)
}
