//! What became of people and absences since the tenant was made, as the legacy routes tell it, and how they answer to who asks
//! for what changed.

use std::collections::{HashMap, HashSet};

use chrono::{Datelike as _, NaiveDate, NaiveDateTime, Weekday};

use crate::fake_tenant::people::absences::{Absences, HalfDay, Period, State};
use crate::fake_tenant::people::dice::{Dice, Stream, shift};

/// Parameters that ask for what changed, in lower case.
const SINCE: [&str; 4] = ["modifiedat", "creationdate", "cancellationdate", "leaveperiod.confirmationdate"];

/// What changed, and how it is told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// All changes there are ever to be: who comes with one of them is not there before.
    pub edits: Vec<Edit>,
    /// How many of them have been made.
    pub made: usize,
    /// What becomes of filters by when something changed.
    pub since: SinceRule,
    /// Half days that were cancelled or denied are listed only for who asks when they were cancelled.
    pub only_active_leaves: bool,
}

/// What becomes of a filter by when something changed. Only that there is one is documented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SinceRule {
    /// It is heeded.
    #[default]
    Heeded,
    /// Everything is answered.
    Ignored,
    /// It is 400.
    Refused,
    /// Nothing is answered, as if nothing had changed.
    Empty,
}

/// One change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edit {
    /// When, as the tenant's stamps have it.
    pub at: NaiveDateTime,
    /// What; numbers stand for users and absences by their index, counted on from the first again.
    pub what: Edited,
}

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edited {
    /// A user has another phone number.
    User(usize),
    /// The same, and nothing says when.
    UserUnsaid(usize),
    /// A user came.
    UserAdded(usize),
    /// A user was deleted.
    UserRemoved(usize),
    /// Somebody asked for a day off, which was approved at once.
    LeaveAsked(usize),
    /// An absence was approved that waited.
    LeaveApproved(usize),
    /// An absence was cancelled.
    LeaveCancelled(usize),
    /// An absence was denied that waited: nothing of its half days says when.
    LeaveDenied(usize),
    /// An absence was deleted.
    LeaveRemoved(usize),
}

impl Edited {
    /// Whether who asks for what changed is told.
    pub fn is_told(self) -> bool {
        !matches!(self, Self::UserUnsaid(_) | Self::UserRemoved(_) | Self::LeaveDenied(_) | Self::LeaveRemoved(_))
    }
}

impl Changes {
    /// So many changes of which the routes tell, all of them made, one second after another from a time on.
    pub fn told(seed: u64, count: usize, from: NaiveDateTime) -> Self {
        let edit = |nth: usize| {
            let mut dice = Dice::with_salt(seed, Stream::Legacy, 9, nth as u64);
            let whom = usize::try_from(dice.between(0, 1 << 30)).unwrap_or_default();
            let what = match dice.between(0, 4) {
                0 => Edited::User(whom),
                1 => Edited::UserAdded(whom),
                2 => Edited::LeaveAsked(whom),
                3 => Edited::LeaveApproved(whom),
                _ => Edited::LeaveCancelled(whom),
            };
            let seconds = chrono::TimeDelta::seconds(i64::try_from(nth).unwrap_or_default());
            Edit { at: from + seconds, what }
        };
        Self { edits: (0..count).map(edit).collect(), made: count, ..Self::default() }
    }

    /// What the made ones come to, for so many users.
    pub(super) fn of_users(&self, users: usize) -> Users {
        let mut of = Users::default();
        let mut mentioned = HashSet::new();
        for (nth, Edit { at, what }) in self.edits.iter().enumerate() {
            let made = nth < self.made;
            let (Edited::User(index)
            | Edited::UserUnsaid(index)
            | Edited::UserAdded(index)
            | Edited::UserRemoved(index)) = *what
            else {
                continue;
            };
            let index = index % users.max(1);
            match what {
                Edited::UserAdded(_) if !made && mentioned.insert(index) => drop(of.absent.insert(index)),
                Edited::UserAdded(_) if made => {
                    mentioned.insert(index);
                    of.absent.remove(&index);
                    of.changed.entry(index).or_default().at = Some(*at);
                }
                Edited::UserRemoved(_) => {
                    mentioned.insert(index);
                    if made {
                        of.absent.insert(index);
                    }
                }
                Edited::User(_) | Edited::UserUnsaid(_) if made => {
                    let changed = of.changed.entry(index).or_default();
                    changed.times += 1;
                    changed.at = Some(*at).filter(|_| what.is_told()).or(changed.at);
                }
                _ => {}
            }
        }
        of
    }

    /// Makes them of absences.
    pub(super) fn of_absences(
        &self,
        mut absences: Absences,
        users: usize,
        today: NaiveDate,
    ) -> (Absences, HashSet<u32>) {
        let before = absences.periods.len().max(1);
        let mut removed = HashSet::new();
        for (nth, Edit { at, what }) in self.edits.iter().take(self.made).enumerate() {
            if let Edited::LeaveAsked(employee) = what {
                absences.ask(employee % users.max(1), free_day(today, nth), *at);
                continue;
            }
            let (Edited::LeaveApproved(index)
            | Edited::LeaveCancelled(index)
            | Edited::LeaveDenied(index)
            | Edited::LeaveRemoved(index)) = *what
            else {
                continue;
            };
            let index = index % before;
            let Some(period) = absences.periods.get_mut(index) else { continue };
            match what {
                Edited::LeaveApproved(_) if period.state == State::Pending => {
                    (period.state, period.decided_at) = (State::Approved, Some(*at));
                }
                Edited::LeaveDenied(_) if period.state == State::Pending => {
                    (period.state, period.decided_at) = (State::Denied, Some(*at));
                }
                Edited::LeaveCancelled(_) if !matches!(period.state, State::Cancelled | State::Denied) => {
                    (period.state, period.cancelled_at) = (State::Cancelled, Some(*at));
                    period.decided_at = period.decided_at.or(Some(*at));
                }
                Edited::LeaveRemoved(_) => drop(removed.insert(u32::try_from(index).unwrap_or(u32::MAX))),
                _ => {}
            }
        }
        (absences, removed)
    }
}

/// Users as changes have left them.
#[derive(Debug, Default)]
pub(super) struct Users {
    absent: HashSet<usize>,
    changed: HashMap<usize, UserChanged>,
}

/// What became of one.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct UserChanged {
    pub(super) times: u32,
    /// When, where somebody is told.
    pub(super) at: Option<NaiveDateTime>,
}

impl Users {
    pub(super) fn is_absent(&self, index: usize) -> bool {
        self.absent.contains(&index)
    }

    pub(super) fn changed(&self, index: usize) -> UserChanged {
        self.changed.get(&index).copied().unwrap_or_default()
    }
}

impl Absences {
    /// One more day off, approved as soon as it was asked for.
    fn ask(&mut self, employee: usize, day: NaiveDate, at: NaiveDateTime) {
        let number = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let (period, first_half) = (number(self.periods.len()), number(self.halves.len()));
        self.halves.extend([true, false].map(|is_am| HalfDay { period, date: day, is_am, cancelled_alone: false }));
        self.periods.push(Period {
            employee: number(employee),
            starts_on: day,
            starts_am: true,
            ends_on: day,
            ends_am: false,
            account: 0,
            state: State::Approved,
            requested_at: at,
            decided_at: Some(at),
            cancelled_at: None,
            first_half,
            halves: 2,
        });
    }
}

/// A Saturday of its own for each change: nobody is away then otherwise.
fn free_day(today: NaiveDate, nth: usize) -> NaiveDate {
    let saturday = (1..8).map(|days| shift(today, days)).find(|day| day.weekday() == Weekday::Sat).unwrap_or(today);
    shift(saturday, 7 * (i64::try_from(nth).unwrap_or_default() % 80))
}

/// Whether a parameter asks for what changed.
pub(super) fn asks_for_changes(name: &str) -> bool {
    SINCE.contains(&name)
}
