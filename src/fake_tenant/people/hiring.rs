//! Makes the careers: contracts from the stories, positions inside them, heads of departments, managers.

use chrono::NaiveDate;

use super::careers::{Employee, Employment, Position, Post, Probation, Rows, Status};
use super::departments::Departments;
use super::dice::{Dice, Stream, shift};
use super::organisation::{ARRANGEMENT_IDS, QUALIFICATIONS, categories_at, sites_of};
use super::stories::{Span, spans};

/// Job titles that are not the title of a qualification.
pub(crate) const OWN_TITLES: [&str; 6] = [
    "Responsable «Grands Comptes»",
    "VP, R&D / Ops",
    "Spezialist:in (80 %)",
    "开发工程师",
    "Chargée d'études\t(bis)",
    "🧙 Wizard",
];

/// All careers of a tenant.
#[derive(Debug, Default)]
pub(crate) struct Careers {
    pub(crate) employees: Vec<Employee>,
    pub(crate) employments: Vec<Employment>,
    pub(crate) positions: Vec<Position>,
    pub(crate) probations: Vec<Probation>,
}

/// Counts stay far below the type's limits; a larger one is clipped rather than wrapped.
pub(super) fn small<T: TryFrom<usize>>(count: usize) -> Option<T> {
    T::try_from(count).ok()
}

fn row(count: usize) -> u32 {
    small(count).unwrap_or(u32::MAX)
}

impl Careers {
    pub(super) fn new(seed: u64, employees: usize, today: NaiveDate, departments: &mut Departments) -> Self {
        let mut careers = Self::default();
        let open = departments.open();
        for index in 0..employees {
            let mut dice = Dice::new(seed, Stream::Career, index as u64);
            let spans = spans(index, today, &mut dice);
            let places = Places { open: &open, hidden: departments.hidden(), archived: departments.archived(), today };
            careers.hire(index, &spans, &places, &mut dice);
        }
        careers.appoint_heads(departments);
        careers.assign_managers(seed, departments);
        careers
    }

    fn hire(&mut self, index: usize, spans: &[Span], places: &Places<'_>, dice: &mut Dice) {
        let employee = row(index);
        let employments = Rows { first: row(self.employments.len()), count: row(spans.len()) };
        let first_position = self.positions.len();
        let mut previous: Option<Post> = None;
        for span in spans {
            let employment = row(self.employments.len());
            let probation = span.trial.map(|(initial_ends_on, extended_ends_on)| {
                self.probations.push(Probation {
                    employment,
                    starts_on: span.start,
                    initial_ends_on,
                    extended_ends_on,
                });
                row(self.probations.len() - 1)
            });
            let first = self.positions.len();
            for (starts_on, ends_on) in stages(span, places.today, dice) {
                let same_contract = self.positions.len() > first;
                let post = places.post(index, span, ends_on, previous.filter(|_| same_contract), dice);
                let updated = previous.map_or(0, |before| post.changes_since(&before));
                let status = Status::of(starts_on, ends_on, places.today);
                self.positions.push(Position {
                    employment,
                    employee,
                    status,
                    starts_on,
                    ends_on,
                    post,
                    manager: None,
                    updated,
                });
                previous = Some(post);
            }
            self.employments.push(Employment {
                employee,
                entity: small(span.entity).unwrap_or(0),
                template: small(span.template).unwrap_or(0),
                status: Status::of(span.start, span.end, places.today),
                start: span.start,
                end: span.end,
                probation,
            });
        }
        let positions = Rows { first: row(first_position), count: row(self.positions.len() - first_position) };
        let contract = |at: usize| self.employments.get(at).map_or(Status::Deactivated, |one| one.status);
        let position = |at: usize| self.positions.get(at).map_or(Status::Deactivated, |one| one.status);
        let applicable_employment = applicable(employments, contract);
        self.employees.push(Employee {
            employments,
            positions,
            status: contract(applicable_employment as usize),
            applicable_employment,
            applicable_position: applicable(positions, position),
        });
    }

    /// The first person who works in a department today heads it.
    fn appoint_heads(&self, departments: &mut Departments) {
        for (index, employee) in self.employees.iter().enumerate() {
            if employee.status != Status::Active {
                continue;
            }
            let Some(position) = self.positions.get(employee.applicable_position as usize) else { continue };
            if let Some(department) = departments.get_mut(position.post.department as usize) {
                department.head.get_or_insert(row(index));
            }
        }
    }

    /// Each position reports to the head of its department, a head to the one above.
    fn assign_managers(&mut self, seed: u64, departments: &Departments) {
        for (index, position) in self.positions.iter_mut().enumerate() {
            let own = position.post.department as usize;
            let heads = std::iter::once(own).chain(departments.ancestors(own));
            let mut heads = heads.filter_map(|above| departments.get(above)?.head);
            let unknown = Dice::with_salt(seed, Stream::Career, 1, index as u64).chance(20);
            position.manager = heads.find(|head| *head != position.employee).filter(|_| !unknown);
        }
    }
}

/// The current row of a career; else the next one; else the last one. Rows are in order of time.
fn applicable(rows: Rows, status: impl Fn(usize) -> Status) -> u32 {
    let current = rows.iter().find(|at| status(*at) == Status::Active);
    let next = || rows.iter().find(|at| status(*at) == Status::Upcoming);
    row(current.or_else(next).or_else(|| rows.iter().next_back()).unwrap_or(0))
}

/// Start and end of the successive positions within a contract.
fn stages(span: &Span, today: NaiveDate, dice: &mut Dice) -> Vec<(NaiveDate, Option<NaiveDate>)> {
    let horizon = span.end.unwrap_or(today).min(today);
    let days = horizon.signed_duration_since(span.start).num_days();
    let mut starts = vec![span.start];
    if days > 120 {
        for _ in 0..dice.pick(&[0, 0, 0, 1, 1, 1, 2, 3]) {
            starts.push(shift(span.start, dice.between(1, days)));
        }
    }
    if span.end.is_none() && days > 0 && dice.chance(40) {
        starts.push(shift(today, dice.between(1, 60)));
    }
    starts.sort_unstable();
    starts.dedup();
    let ends = starts.iter().skip(1).map(|next| Some(shift(*next, -1))).chain([span.end]);
    starts.iter().copied().zip(ends).collect()
}

struct Places<'a> {
    open: &'a [usize],
    hidden: usize,
    archived: usize,
    today: NaiveDate,
}

impl Places<'_> {
    /// A first post under a contract, or what a transfer makes of the previous one.
    fn post(
        &self,
        index: usize,
        span: &Span,
        ends_on: Option<NaiveDate>,
        before: Option<Post>,
        dice: &mut Dice,
    ) -> Post {
        let past = ends_on.is_some_and(|end| end < self.today);
        let mut post = before.unwrap_or_else(|| {
            let mut post = self.first_post(index, span, dice);
            if past && dice.chance(60) {
                post.department = row(self.archived);
            }
            post
        });
        if before.is_some() {
            match dice.between(0, 3) {
                0 => post.department = self.department(dice),
                1 => post.qualification = qualification(dice),
                2 => {
                    post.department = self.department(dice);
                    post.title = own_title(post.qualification, dice);
                    post.arrangement = arrangement(dice);
                }
                _ => {
                    post.site = small(dice.pick(&sites_of(span.entity))).unwrap_or(0);
                    post.category = category(post.site, dice);
                    post.remote = remote(dice);
                }
            }
            // Nobody stays in a department that was closed.
            if post.department == row(self.archived) && !past {
                post.department = self.department(dice);
            }
        }
        post
    }

    fn first_post(&self, index: usize, span: &Span, dice: &mut Dice) -> Post {
        let site = small(dice.pick(&sites_of(span.entity))).unwrap_or(0);
        let chief = index == 0;
        let department = match index {
            0 => 0,
            _ if index % 53 == 17 => row(self.hidden),
            _ => self.department(dice),
        };
        let qualification = if chief { Some(0) } else { qualification(dice) };
        Post {
            site,
            department,
            qualification,
            title: own_title(qualification, dice),
            category: category(site, dice),
            arrangement: arrangement(dice),
            remote: remote(dice),
        }
    }

    fn department(&self, dice: &mut Dice) -> u32 {
        row(dice.pick(self.open))
    }
}

fn qualification(dice: &mut Dice) -> Option<u8> {
    let count = i64::try_from(QUALIFICATIONS.len()).unwrap_or(1);
    if dice.chance(50) { None } else { u8::try_from(dice.between(1, count - 1)).ok() }
}

/// Titles below the number of qualifications are those of the qualifications.
fn own_title(qualification: Option<u8>, dice: &mut Dice) -> Option<u8> {
    match dice.between(0, 99) {
        0..4 => None,
        4..12 => {
            let own = i64::try_from(OWN_TITLES.len()).unwrap_or(1);
            let first: Option<u8> = small(QUALIFICATIONS.len());
            first?.checked_add(u8::try_from(dice.between(0, own - 1)).ok()?)
        }
        _ => qualification,
    }
}

/// The text of a job title.
pub(crate) fn title_text(title: u8) -> Option<&'static str> {
    let at = title as usize;
    match QUALIFICATIONS.get(at) {
        Some(qualification) => Some(qualification.title),
        None => OWN_TITLES.get(at.checked_sub(QUALIFICATIONS.len())?).copied(),
    }
}

fn category(site: u8, dice: &mut Dice) -> Option<u8> {
    if dice.chance(80) { None } else { small(dice.pick(&categories_at(site as usize))) }
}

fn arrangement(dice: &mut Dice) -> Option<u8> {
    let count = i64::try_from(ARRANGEMENT_IDS.len()).unwrap_or(1);
    if dice.chance(150) { None } else { u8::try_from(dice.between(0, count - 1)).ok() }
}

fn remote(dice: &mut Dice) -> Option<u16> {
    if dice.chance(600) { None } else { u16::try_from(dice.between(1, 400)).ok() }
}
