//! The contracts an employee has had: which, from when to when, and their trial periods.

use chrono::NaiveDate;

use super::dice::{Dice, shift};
use super::organisation::{APPRENTICESHIP, CDD, CDI, CONTRACTOR, ENTITY_WEIGHTS, INTERNSHIP, MANDATE, UNBEFRISTET};

/// The shape of a working life. Days are counted from the tenant's today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Story {
    Founder,
    #[default]
    Settled,
    /// On trial, which ends so many days from now.
    TrialEnds(i64),
    /// On an extended trial, which ends so many days from now.
    ExtendedTrialEnds(i64),
    Upcoming,
    Leaver,
    /// Notice given: the end is known and ahead.
    LeavesSoon,
    Rehired,
    /// Gone, and coming back.
    ComesBack,
    MovedToOtherEntity,
    Temporary(usize),
    StartsToday,
    LastDayToday,
    LeftYesterday,
}

/// The first employees, so that even a small tenant has one of each.
const CAST: &[Story] = &[
    Story::Founder,
    Story::Settled,
    Story::TrialEnds(3),
    Story::Rehired,
    Story::MovedToOtherEntity,
    Story::Upcoming,
    Story::Leaver,
    Story::ExtendedTrialEnds(5),
    Story::TrialEnds(21),
    Story::Settled,
    Story::Temporary(CDD),
    Story::StartsToday,
    Story::TrialEnds(0),
    Story::LastDayToday,
    Story::ExtendedTrialEnds(28),
    Story::Temporary(INTERNSHIP),
    Story::LeftYesterday,
    Story::ComesBack,
    Story::TrialEnds(60),
    Story::TrialEnds(-1),
    Story::Temporary(APPRENTICESHIP),
    Story::LeavesSoon,
    Story::TrialEnds(7),
    Story::TrialEnds(30),
    Story::ExtendedTrialEnds(80),
    Story::Temporary(CONTRACTOR),
];

/// One contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: NaiveDate,
    /// Last day, included.
    pub(super) end: Option<NaiveDate>,
    pub(super) template: usize,
    pub(super) entity: usize,
    /// Last day of the trial as first agreed, and as extended.
    pub(super) trial: Option<(NaiveDate, Option<NaiveDate>)>,
}

fn story(index: usize, dice: &mut Dice) -> Story {
    if let Some(story) = CAST.get(index) {
        return *story;
    }
    match dice.between(0, 999) {
        0..520 => Story::Settled,
        520..580 => Story::TrialEnds(dice.between(0, 100)),
        580..605 => Story::ExtendedTrialEnds(dice.between(0, 90)),
        605..635 => Story::Upcoming,
        635..775 => Story::Leaver,
        775..795 => Story::LeavesSoon,
        795..855 => Story::Rehired,
        855..865 => Story::ComesBack,
        865..915 => Story::MovedToOtherEntity,
        _ => Story::Temporary(dice.pick(&[CDD, CDD, INTERNSHIP, APPRENTICESHIP, CONTRACTOR])),
    }
}

/// The contracts of an employee, earliest first; they never overlap.
pub(super) fn spans(index: usize, today: NaiveDate, dice: &mut Dice) -> Vec<Span> {
    let story = story(index, dice);
    let mut maker = Maker { today, dice };
    maker.tell(story)
}

struct Maker<'a> {
    today: NaiveDate,
    dice: &'a mut Dice,
}

impl Maker<'_> {
    /// A day so many days from today, drawn from a range.
    fn day(&mut self, low: i64, high: i64) -> NaiveDate {
        shift(self.today, self.dice.between(low, high))
    }

    fn tell(&mut self, story: Story) -> Vec<Span> {
        let today = self.today;
        let entity = self.dice.pick(&ENTITY_WEIGHTS);
        match story {
            Story::Founder => {
                let start = self.day(-9000, -8000);
                vec![Span { start, end: None, template: MANDATE, entity: 0, trial: None }]
            }
            Story::Settled => {
                let start = self.day(-6000, -220);
                vec![self.permanent(start, None, entity)]
            }
            Story::TrialEnds(days) => {
                let initial = shift(today, days);
                let start = shift(initial, 1 - self.dice.pick(&[61, 91, 122]));
                vec![Span { trial: Some((initial, None)), ..self.permanent(start, None, entity) }]
            }
            Story::ExtendedTrialEnds(days) => {
                let extended = shift(today, days);
                let initial = shift(extended, -self.dice.pick(&[30, 61, 91]));
                let start = shift(initial, 1 - self.dice.pick(&[61, 91, 122]));
                vec![Span { trial: Some((initial, Some(extended))), ..self.permanent(start, None, entity) }]
            }
            Story::Upcoming => {
                let start = self.day(1, 90);
                let initial = shift(start, 89);
                vec![Span { trial: Some((initial, None)), ..self.permanent(start, None, entity) }]
            }
            Story::Leaver => {
                let start = self.day(-5000, -1100);
                let end = self.day(-1000, -2);
                vec![self.permanent(start, Some(end), entity)]
            }
            Story::LeavesSoon => {
                let start = self.day(-3000, -300);
                let end = self.day(1, 90);
                vec![self.permanent(start, Some(end), entity)]
            }
            Story::Rehired => self.twice(entity, -2, -600, -30),
            Story::ComesBack => self.twice(entity, -2, 1, 60),
            Story::MovedToOtherEntity => {
                let first_start = self.day(-4000, -1000);
                let move_day = self.day(-900, 40);
                let first = self.permanent(first_start, Some(shift(move_day, -1)), entity);
                let other = self.dice.pick(&ENTITY_WEIGHTS.map(|to| if to == entity { (to + 1) % 5 } else { to }));
                vec![first, Span { trial: None, ..self.permanent(move_day, None, other) }]
            }
            Story::Temporary(template) => {
                let start = self.day(-300, -10);
                let end = shift(start, self.dice.between(60, 540));
                // An apprentice's contract exists in the French entities only.
                let entity = if template == APPRENTICESHIP { 0 } else { entity };
                let trial = (template == CDD).then(|| (shift(start, 29), None));
                vec![Span { start, end: Some(end), template, entity, trial }]
            }
            Story::StartsToday => {
                let trial = Some((shift(today, 121), None));
                vec![Span { trial, ..self.permanent(today, None, entity) }]
            }
            Story::LastDayToday => {
                let start = self.day(-1500, -400);
                vec![self.permanent(start, Some(today), entity)]
            }
            Story::LeftYesterday => {
                let start = self.day(-1500, -400);
                vec![self.permanent(start, Some(shift(today, -1)), entity)]
            }
        }
    }

    /// A contract that ended some time ago, and another from `low..=high` days from today.
    fn twice(&mut self, entity: usize, latest_end: i64, low: i64, high: i64) -> Vec<Span> {
        let second = self.day(low, high);
        let first_end = shift(second.min(shift(self.today, latest_end)), -self.dice.between(1, 700));
        let first_start = shift(first_end, -self.dice.between(20, 2000));
        let template = self.dice.pick(&[CDI, CDD, INTERNSHIP]);
        let first = Span { template, ..self.permanent(first_start, Some(first_end), entity) };
        vec![first, self.permanent(second, None, entity)]
    }

    /// A permanent contract; most have had a trial period, one in seven of those an extended one.
    fn permanent(&mut self, start: NaiveDate, end: Option<NaiveDate>, entity: usize) -> Span {
        let template = if entity == 3 { self.dice.pick(&[UNBEFRISTET, CDI]) } else { CDI };
        let trial = self.dice.chance(650).then(|| {
            let initial = shift(start, self.dice.pick(&[61, 91, 122]) - 1);
            let extended = self.dice.chance(150).then(|| shift(initial, self.dice.pick(&[30, 61, 91])));
            (initial, extended)
        });
        Span { start, end, template, entity, trial }
    }
}
