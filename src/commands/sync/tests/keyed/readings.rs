//! Whatever the documentation leaves open, either way.

use super::{Plan, same::differences, tenant, with_application, with_key};
use crate::fake_tenant::{Legacy, Quirks};

#[test]
fn a_key_gives_the_tables_of_v5_whichever_way_the_open_facts_are() {
    let v5 = with_application(&tenant(Legacy::default()));
    let some = [
        Quirks::default(),
        Quirks::ALL,
        Quirks { varied_keys: true, own_ids: true, varied_errors: true, ..Quirks::default() },
        Quirks { cursors: true, archives_ended_contracts: true, ..Quirks::default() },
    ];
    let mut wrong = Vec::new();
    for quirks in some {
        let read = with_key(&tenant(Legacy { quirks, ..Legacy::default() }), Plan::clean(0));
        if let Err(error) = &read.result {
            panic!("{quirks:?}: {}", error.with_causes());
        }
        assert_eq!(read.over_budget, 0);
        let differ = differences(&read.tables, &v5).into_iter();
        wrong.extend(differ.map(|difference| format!("{difference} with {quirks:?}")));
    }
    assert!(wrong.is_empty(), "{}: {wrong:#?}", wrong.len());
}
