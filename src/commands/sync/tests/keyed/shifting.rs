//! Lists whose records come and go while they are read: what was there all along is read, nothing is read twice.

use std::collections::BTreeSet;

use super::{Plan, relation::rows, tenant, with_key};
use crate::{exit_code::ExitCode, fake_tenant::Legacy};

const SEEDS: u64 = 4;

#[test]
fn shifting_lists_lose_and_double_nothing() {
    let whole = with_key(&tenant(Legacy::default()), Plan::clean(0));
    let ids = |tables: &super::Tables, table: &str| -> Vec<String> {
        rows(super::table(tables, table)).into_iter().map(|row| row["id"].clone().unwrap()).collect()
    };
    let (mut read_well, mut changed) = (0, 0);
    for seed in 0..SEEDS {
        let options = tenant(Legacy { shifting: Some(seed), ..Legacy::default() });
        let stays: BTreeSet<String> = stays(&options, seed);
        let read = with_key(&options, Plan::clean(seed));
        assert_eq!(read.over_budget, 0);
        match &read.result {
            Ok(_) => read_well += 1,
            // A list that does not come to rest in the end.
            Err(error) => {
                assert!(
                    matches!(error.exit_code(), ExitCode::Contract | ExitCode::Temporary),
                    "{}",
                    error.with_causes()
                );
                assert!(read.tables.is_empty());
                continue;
            }
        }
        let found = ids(&read.tables, "employees");
        let distinct: BTreeSet<String> = found.iter().cloned().collect();
        assert_eq!(distinct.len(), found.len(), "seed {seed}: doubled");
        let lost: Vec<&String> = stays.difference(&distinct).collect();
        assert!(lost.is_empty(), "seed {seed}: lost {lost:?}");
        let all: BTreeSet<String> = ids(&whole.tables, "employees").into_iter().collect();
        assert!(distinct.is_subset(&all));
        changed += usize::from(stays.len() < all.len());
    }
    assert!(read_well * 4 >= SEEDS * 3, "only {read_well} of {SEEDS} runs end well");
    assert!(changed > 0);
}

/// The users who are there from the first page to the last.
fn stays(options: &super::Options, seed: u64) -> BTreeSet<String> {
    let tenant = crate::fake_tenant::FakeTenant::new(options.clone());
    tenant.legacy_ids_that_stay("/api/v3/users", seed).into_iter().collect()
}
