//! What holds for every seed, size and day.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use chrono::NaiveDate;
use proptest::prelude::*;

use super::People;
use super::attributes::{Selection, Slot};
use super::careers::{Status, UPDATABLE};
use super::definitions::{DEFINITIONS, Owner, index_of};
use super::dice::shift;
use super::ids::{EMPLOYEES, Numbering, PORTRAITS};
use super::organisation::{CATEGORIES, ESTABLISHMENTS, TEMPLATES, categories_at, sites_of};
use super::schemas::{Base, Shape};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn any_people() -> impl Strategy<Value = People> {
    let days = (0_i64..20_000).prop_map(|days| shift(day("1990-02-28"), days));
    (any::<u64>(), 0_usize..120, days).prop_map(|(seed, size, today)| People::new(seed, size, today))
}

fn slots(people: &People, employee: usize, selection: &Selection) -> Vec<(u64, Slot)> {
    let mut all = Vec::new();
    let _ = people.visit_attributes(employee, selection, |at, slot| {
        all.push((at, slot));
        ControlFlow::Continue(())
    });
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn contracts_never_overlap_and_statuses_follow_today(people in any_people()) {
        for index in 0..people.employee_count() {
            let employee = people.employee(index).unwrap();
            let contracts: Vec<_> = employee.employments.iter().map(|at| people.employment(at).unwrap()).collect();
            prop_assert!(!contracts.is_empty());
            for contract in &contracts {
                prop_assert_eq!(contract.employee as usize, index);
                prop_assert!(contract.end.is_none_or(|end| contract.start <= end));
                prop_assert_eq!(contract.status, Status::of(contract.start, contract.end, people.today));
                let template = &TEMPLATES[contract.template as usize];
                prop_assert!(template.entities.is_empty() || template.entities.contains(&(contract.entity as usize)));
            }
            for pair in contracts.windows(2) {
                prop_assert!(pair[0].end.unwrap() < pair[1].start);
            }
            let has = |status| contracts.iter().any(|contract| contract.status == status);
            let expected = if has(Status::Active) { Status::Active }
                else if has(Status::Upcoming) { Status::Upcoming } else { Status::Deactivated };
            prop_assert_eq!(employee.status, expected);
            prop_assert_eq!(people.applicable_employment(index).unwrap().status, expected);
            prop_assert_eq!(people.applicable_position(index).unwrap().status, expected);
        }
    }

    #[test]
    fn positions_fill_their_contract_without_gap_or_overlap(people in any_people()) {
        let mut by_contract: HashMap<u32, Vec<usize>> = HashMap::new();
        for index in 0..people.position_count() {
            by_contract.entry(people.position(index).unwrap().employment).or_default().push(index);
        }
        prop_assert_eq!(by_contract.len(), people.employment_count());
        for (contract, positions) in by_contract {
            let contract = people.employment(contract as usize).unwrap();
            let positions: Vec<_> = positions.into_iter().map(|at| people.position(at).unwrap()).collect();
            prop_assert_eq!(positions[0].starts_on, contract.start);
            prop_assert_eq!(positions.last().unwrap().ends_on, contract.end);
            for pair in positions.windows(2) {
                prop_assert_eq!(pair[0].ends_on, Some(shift(pair[1].starts_on, -1)));
                prop_assert!(pair[0].starts_on < pair[1].starts_on);
                prop_assert_eq!(pair[1].updated, pair[1].post.changes_since(&pair[0].post));
            }
            for position in positions {
                prop_assert_eq!(position.employee, contract.employee);
                prop_assert_eq!(position.status, Status::of(position.starts_on, position.ends_on, people.today));
                prop_assert!(sites_of(contract.entity as usize).contains(&(position.post.site as usize)));
                prop_assert!(position.updated_names().iter().all(|name| UPDATABLE.contains(name)));
                if let Some(category) = position.post.category {
                    prop_assert!(categories_at(position.post.site as usize).contains(&(category as usize)));
                }
                prop_assert_ne!(position.manager, Some(position.employee));
                prop_assert!(position.manager.is_none_or(|at| (at as usize) < people.employee_count()));
                let department = people.departments.get(position.post.department as usize).unwrap();
                prop_assert!(!department.archived || position.status == Status::Deactivated);
            }
        }
    }

    #[test]
    fn trials_start_with_their_contract_and_are_extended_forward(people in any_people()) {
        let mut contracts = HashSet::new();
        for index in 0..people.probation_count() {
            let trial = people.probation(index).unwrap();
            prop_assert!(contracts.insert(trial.employment), "at most one per contract");
            let contract = people.employment(trial.employment as usize).unwrap();
            prop_assert_eq!(contract.probation, Some(u32::try_from(index).unwrap()));
            prop_assert_eq!(trial.starts_on, contract.start);
            prop_assert!(trial.starts_on <= trial.initial_ends_on);
            prop_assert!(trial.extended_ends_on.is_none_or(|end| end > trial.initial_ends_on));
            prop_assert_eq!(trial.ends_on(), trial.extended_ends_on.unwrap_or(trial.initial_ends_on));
        }
    }

    #[test]
    fn departments_form_a_tree_with_one_hidden_node(people in any_people()) {
        let departments = &people.departments;
        for index in 0..=departments.visible() {
            let department = departments.get(index).unwrap();
            prop_assert_eq!(department.level, departments.ancestors(index).count() + 1);
            let siblings = (0..index).filter(|other| departments.get(*other).unwrap().parent == department.parent);
            prop_assert_eq!(department.sort_order, siblings.count());
            if let Some(head) = department.head {
                let position = people.applicable_position(head as usize).unwrap();
                prop_assert_eq!(position.post.department as usize, index);
                prop_assert_eq!(position.status, Status::Active);
            }
        }
        let below_hidden = (0..departments.visible()).filter(|at| departments.get(*at).unwrap().parent == Some(departments.hidden()));
        prop_assert_eq!(below_hidden.count(), 1);
    }

    #[test]
    fn every_attribute_is_found_by_its_position(people in any_people()) {
        let mut position = 0;
        for employee in 0..people.employee_count() {
            for (at, slot) in slots(&people, employee, &Selection::ALL) {
                prop_assert_eq!(at, position);
                prop_assert_eq!(slot.employee, employee);
                if at % 17 == 0 {
                    prop_assert_eq!(people.attribute(at), Some(slot));
                }
                position += 1;
            }
        }
        prop_assert_eq!(people.attribute_count(), position);
        prop_assert_eq!(people.attribute(position), None);
    }

    #[test]
    fn a_selection_keeps_exactly_what_it_says(people in any_people(), definitions in any::<u128>(), days in -900_i64..900) {
        let as_of = shift(people.today, days);
        let selection = Selection { definitions, as_of: Some(as_of) };
        for employee in 0..people.employee_count() {
            let kept = slots(&people, employee, &selection);
            let mut expected = slots(&people, employee, &Selection::ALL);
            expected.retain(|(_, slot)| {
                let applies = slot.applicability.is_none_or(|(start, end)| {
                    start.is_none_or(|start| start <= as_of) && end.is_none_or(|end| as_of <= end)
                });
                applies && definitions >> slot.definition & 1 == 1
            });
            prop_assert_eq!(people.selected_of(employee, &selection), kept.len() as u64);
            prop_assert_eq!(kept, expected);
            // At most one value a day, but for definitions that may have several.
            let mut seen = HashSet::new();
            for (_, slot) in slots(&people, employee, &Selection { definitions: u128::MAX, as_of: Some(as_of) }) {
                prop_assert!(seen.insert(slot.definition) || DEFINITIONS[slot.definition].multiple.is_some());
            }
        }
    }
}

#[test]
fn numberings_leave_gaps_and_invert() {
    for numbers in [EMPLOYEES, PORTRAITS, Numbering::new(1, 3), Numbering::new(7400, 97)] {
        let ids: Vec<u64> = (0..500).map(|index| numbers.id(index)).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(ids.windows(2).any(|pair| pair[0] + 1 < pair[1]), "{numbers:?} has gaps");
        for id in (ids[0].saturating_sub(10))..ids[499] {
            let found = numbers.index(id).map(|index| ids[usize::try_from(index).unwrap()]);
            assert_eq!(found, ids.contains(&id).then_some(id));
        }
    }
    assert_eq!(EMPLOYEES.index_of_text("08"), None);
    assert_eq!(EMPLOYEES.index_of_text("+8"), None);
    assert_eq!(EMPLOYEES.index_of_text("8"), Some(0));
    assert_eq!(EMPLOYEES.index_of_text("99999999999999999999999"), None);
}

#[test]
fn definitions_are_sorted_and_cover_what_the_api_documents() {
    assert!(DEFINITIONS.windows(2).all(|pair| pair[0].id < pair[1].id));
    assert!(DEFINITIONS.len() <= 128);
    for base in Base::ALL {
        assert!(DEFINITIONS.iter().any(|known| known.is_custom() && known.shape == Shape::Base(base)), "{base:?}");
    }
    assert!(DEFINITIONS.iter().any(|known| matches!(known.shape, Shape::Composite(_)) && known.multiple.is_some()));
    for owner in [Owner::Person, Owner::PersonInTime, Owner::Employment, Owner::Position] {
        assert!(DEFINITIONS.iter().any(|known| known.is_custom() && known.owner == owner), "{owner:?}");
    }
    for definition in &DEFINITIONS {
        assert_eq!(index_of(definition.id).map(|at| DEFINITIONS[at].name), Some(definition.name));
        let schema: serde_json::Value = serde_json::from_str(&definition.shape.json(definition.id)).unwrap();
        assert_eq!(schema["title"], definition.shape.title(definition.id));
        assert_eq!(definition.is_custom(), !definition.id.contains('.'));
    }
    assert_eq!(Shape::System("").title("employee.givenName"), "employee.given-name");
}

/// The mixture the demo and the tests rely on, at the default size.
#[test]
fn a_tenant_of_250_has_one_of_everything() {
    let today = day("2026-03-15");
    let people = People::new(1, 250, today);
    let count = |keep: &dyn Fn(usize) -> bool| (0..people.employee_count()).filter(|at| keep(*at)).count();
    let of = |status| count(&|at| people.employee(at).unwrap().status == status);
    assert!(of(Status::Active) > 150 && of(Status::Upcoming) >= 5 && of(Status::Deactivated) >= 20);
    assert!(count(&|at| people.employee(at).unwrap().employments.count > 1) >= 15, "rehires and moves");
    let entities = |at: usize| {
        let rows = people.employee(at).unwrap().employments;
        rows.iter().map(|row| people.employment(row).unwrap().entity).collect::<HashSet<_>>().len()
    };
    assert!(count(&|at| entities(at) > 1) >= 5, "moves between entities");
    let trials: Vec<_> = (0..people.probation_count()).map(|at| people.probation(at).unwrap()).collect();
    let due = |low: i64, high: i64, extended: bool| {
        let within = |date: NaiveDate| (shift(today, low)..=shift(today, high)).contains(&date);
        trials.iter().any(|trial| within(trial.ends_on()) && trial.extended_ends_on.is_some() == extended)
    };
    for extended in [false, true] {
        assert!(due(-4000, -1, extended) && due(0, 7, extended) && due(8, 30, extended) && due(31, 200, extended));
    }
    assert!(trials.iter().any(|trial| trial.starts_on > today), "an upcoming trial");
    assert!(ESTABLISHMENTS.iter().any(|site| site.archived) && CATEGORIES.iter().any(|one| one.sites.is_none()));
    let departments: HashSet<_> =
        (0..people.position_count()).map(|at| people.position(at).unwrap().post.department as usize).collect();
    assert!(departments.contains(&people.departments.hidden()) && departments.contains(&people.departments.archived()));
}

#[test]
fn a_day_has_45_to_60_values_per_employee() {
    let people = People::new(1, 1000, day("2026-03-15"));
    let selection = Selection { definitions: u128::MAX, as_of: Some(people.today) };
    let active: Vec<usize> = (0..1000).filter(|at| people.employee(*at).unwrap().status == Status::Active).collect();
    let total: u64 = active.iter().map(|at| people.selected_of(*at, &selection)).sum();
    let average = total as f64 / active.len() as f64;
    assert!((45.0..=60.0).contains(&average), "{average}");
}

#[test]
fn hopeless_days_do_not_panic() {
    for today in [NaiveDate::MIN, NaiveDate::MAX] {
        let people = People::new(3, 60, today);
        assert!((0..60).all(|at| people.identity(at).given_name.len() + people.private(at).title.len() > 0));
        assert!(people.attribute_count() > 0);
    }
}
