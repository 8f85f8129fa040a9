//! Who was away when: whole days and halves of them, within contracts, never at a weekend, never twice at once.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Weekday};

use super::People;
use super::dice::{Dice, Stream, shift};

/// What an absence counts on.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) id: u64,
    pub(crate) name: &'static str,
    /// Hours of half a day, of an account that is counted in hours.
    pub(crate) hours: Option<&'static str>,
}

const fn account(id: u64, name: &'static str) -> Account {
    Account { id, name, hours: None }
}

/// The names of some say something of somebody's health.
pub(crate) static ACCOUNTS: [Account; 6] = [
    account(1, "Paid leave"),
    account(2, "RTT"),
    account(3, "Sick leave"),
    account(5, "Parental leave"),
    Account { id: 6, name: "Training (hours)", hours: Some("3.5") },
    account(8, "Accident du travail"),
];

/// Where a request for an absence stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Pending,
    Approved,
    Denied,
    Cancelled,
    /// Approved, and its cancellation is asked for.
    CancellationPending,
}

impl State {
    /// The number the API has for it.
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Pending => 0,
            Self::Approved => 2,
            Self::Denied => 3,
            Self::Cancelled => 4,
            Self::CancellationPending => 5,
        }
    }

    /// Whether somebody approved it.
    pub(crate) fn was_approved(self) -> bool {
        matches!(self, Self::Approved | Self::Cancelled | Self::CancellationPending)
    }
}

/// A continuous absence of somebody.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Period {
    pub(crate) employee: u32,
    pub(crate) starts_on: NaiveDate,
    /// The first half day is a morning.
    pub(crate) starts_am: bool,
    pub(crate) ends_on: NaiveDate,
    /// The last half day is a morning.
    pub(crate) ends_am: bool,
    /// Index into `ACCOUNTS`.
    pub(crate) account: usize,
    pub(crate) state: State,
    pub(crate) requested_at: NaiveDateTime,
    /// When it was approved or denied.
    pub(crate) decided_at: Option<NaiveDateTime>,
    pub(crate) cancelled_at: Option<NaiveDateTime>,
    /// Its half days, by index.
    pub(crate) first_half: u32,
    pub(crate) halves: u32,
}

/// One half day of one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HalfDay {
    pub(crate) period: u32,
    pub(crate) date: NaiveDate,
    pub(crate) is_am: bool,
    /// Cancelled alone, while the others of its period stay.
    pub(crate) cancelled_alone: bool,
}

/// All absences of a tenant, person by person, in order of time.
#[derive(Debug, Default)]
pub(crate) struct Absences {
    pub(crate) periods: Vec<Period>,
    pub(crate) halves: Vec<HalfDay>,
}

/// Days around today that absences are made for.
const PAST_DAYS: i64 = 500;
const FUTURE_DAYS: i64 = 150;

impl Absences {
    pub(crate) fn of(people: &People) -> Self {
        let mut absences = Self::default();
        for employee in 0..people.employee_count() {
            let mut dice = Dice::new(people.seed, Stream::Absence, employee as u64);
            let contracts = people.employee(employee).map(|known| known.employments.iter());
            for contract in contracts.into_iter().flatten().filter_map(|index| people.employment(index)) {
                let first = contract.start.max(shift(people.today, -PAST_DAYS));
                let horizon = shift(people.today, FUTURE_DAYS);
                let last = contract.end.map_or(horizon, |end| end.min(horizon));
                absences.fill(employee, first, last, people.today, &mut dice);
            }
        }
        absences
    }

    /// Absences of somebody from one day to another.
    fn fill(&mut self, employee: usize, first: NaiveDate, last: NaiveDate, today: NaiveDate, dice: &mut Dice) {
        let mut free = shift(first, dice.between(5, 60));
        // Each takes a week at the least.
        for _ in 0..(PAST_DAYS + FUTURE_DAYS) / 7 {
            let starts_on = next_workday(free);
            let halves = dice.pick(&[1_usize, 1, 2, 2, 2, 3, 4, 6, 10, 10, 20]);
            let starts_am = halves.is_multiple_of(2) || dice.chance(500);
            let days = workdays(starts_on, (halves + usize::from(!starts_am)).div_ceil(2));
            let Some(ends_on) = days.last().copied().filter(|end| *end <= last) else { return };
            let index = u32::try_from(self.periods.len()).unwrap_or(u32::MAX);
            let first_half = u32::try_from(self.halves.len()).unwrap_or(u32::MAX);
            let all = days.iter().flat_map(|date| [(*date, true), (*date, false)]);
            let own = all.skip(usize::from(!starts_am)).take(halves);
            let lost = dice.chance(40).then(|| dice.between(1, 3));
            let before = self.halves.len();
            self.halves.extend(own.zip(0..).map(|((date, is_am), nth)| HalfDay {
                period: index,
                date,
                is_am,
                cancelled_alone: halves > 3 && lost == Some(nth),
            }));
            let ends_am = self.halves.last().is_some_and(|half| half.is_am);
            let length = u32::try_from(self.halves.len() - before).unwrap_or(0);
            let span = Span { starts_on, starts_am, ends_on, ends_am };
            self.periods.push(period(employee, span, (first_half, length), today, dice));
            free = shift(ends_on, dice.between(8, 75));
        }
    }

    /// The half days of a period.
    pub(crate) fn halves_of(&self, period: &Period) -> impl Iterator<Item = (usize, &HalfDay)> {
        let (first, count) = (period.first_half as usize, period.halves as usize);
        self.halves.iter().enumerate().skip(first).take(count)
    }
}

struct Span {
    starts_on: NaiveDate,
    starts_am: bool,
    ends_on: NaiveDate,
    ends_am: bool,
}

fn period(employee: usize, span: Span, (first_half, halves): (u32, u32), today: NaiveDate, dice: &mut Dice) -> Period {
    let account = match dice.between(0, 99) {
        0..50 => 0,
        50..68 => 1,
        68..80 => 2,
        80..86 => 3,
        86..96 => 4,
        _ => 5,
    };
    let is_past = span.starts_on < today;
    let state = match dice.between(0, 99) {
        // Nobody asks to be ill.
        _ if matches!(account, 2 | 5) => State::Approved,
        0..40 if !is_past => State::Pending,
        0..84 => State::Approved,
        84..90 => State::Denied,
        90..97 => State::Cancelled,
        _ => State::CancellationPending,
    };
    let yesterday = shift(today, -1);
    let requested = shift(span.starts_on, -dice.between(1, 60)).min(yesterday);
    let decided = shift(requested, dice.between(0, 9)).min(yesterday);
    let cancelled = shift(decided, dice.between(0, 20)).min(yesterday);
    Period {
        employee: u32::try_from(employee).unwrap_or(u32::MAX),
        starts_on: span.starts_on,
        starts_am: span.starts_am,
        ends_on: span.ends_on,
        ends_am: span.ends_am,
        account,
        state,
        requested_at: at(requested, 8 * 3600, dice),
        decided_at: (state != State::Pending).then(|| at(decided, 13 * 3600, dice)),
        cancelled_at: (state == State::Cancelled).then(|| at(cancelled, 18 * 3600, dice)),
        first_half,
        halves,
    }
}

/// Some time in the four hours after so many seconds of a day, to the millisecond.
fn at(date: NaiveDate, seconds: u32, dice: &mut Dice) -> NaiveDateTime {
    let more = u32::try_from(dice.between(0, 4 * 3600 - 1)).unwrap_or(0);
    let millis = u32::try_from(dice.between(0, 999)).unwrap_or(0);
    let time = NaiveTime::from_num_seconds_from_midnight_opt(seconds + more, millis * 1_000_000);
    date.and_time(time.unwrap_or_default())
}

fn is_workday(date: NaiveDate) -> bool {
    !matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

fn next_workday(date: NaiveDate) -> NaiveDate {
    (0..3).map(|days| shift(date, days)).find(|day| is_workday(*day)).unwrap_or(date)
}

/// So many working days from a working day on.
fn workdays(first: NaiveDate, count: usize) -> Vec<NaiveDate> {
    (0..100).map(|days| shift(first, days)).filter(|day| is_workday(*day)).take(count).collect()
}
