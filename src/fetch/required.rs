//! The lists of ids without which a collection cannot be asked: all that there are, and those of people whom none of these
//! reaches. Whoever is in neither list would be lost, and nobody would know.

use std::collections::HashSet;

use super::{
    extract::Ids,
    fan_out::{self, Owners},
};
use crate::{catalog::Required, error::Error};

/// The lists to ask `resource` by. `people` are the ids of all who may have records, `reached_by` says for each by which id of
/// the first list; empty where by none.
///
/// # Errors
/// When the first list cannot be had, and nothing says who there is.
pub(super) fn lists(
    resource: &str,
    required: &Required,
    from: &Ids,
    people: &[String],
    reached_by: &[String],
) -> Result<Vec<Owners>, Error> {
    let ids = from.all();
    let Some(rest) = required.rest() else {
        return match from {
            Ids::Unreadable => {
                let from = &required.from;
                Err(Error::Usage(format!(
                    "{resource} can only be asked for by the ids of {from}, which cannot be read: have them allowed, or leave it out"
                )))
            }
            Ids::None | Ids::Read(_) => Ok(fan_out::fewest(&required.parameter, ids)),
        };
    };
    let known: HashSet<&str> = ids.iter().map(String::as_str).collect();
    let unreached = people.iter().zip(reached_by).filter(|(_, by)| !known.contains(by.as_str()));
    let unreached: Vec<String> = unreached.map(|(person, _)| person.clone()).collect();
    let mut lists = fan_out::fewest(&required.parameter, ids);
    lists.extend(fan_out::fewest(rest.parameter, &unreached));
    Ok(lists)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;

    fn required(has_rest: bool) -> Required {
        let some = |text: &str| has_rest.then(|| text.to_owned());
        Required {
            parameter: "entity".into(),
            from: "entities".into(),
            rest_parameter: some("owner"),
            rest_from: some("people"),
            rest_column: some("entity_id"),
            rest_everybody: None,
        }
    }

    proptest! {
        #[test]
        fn everybody_is_reached_by_one_list(people in prop::collection::vec(0_u32..30, 0..200), entities in prop::collection::btree_set(1_u32..25, 0..20)) {
            let entities: Vec<String> = entities.iter().map(u32::to_string).collect();
            let ids: Vec<String> = (0..people.len()).map(|n| format!("p{n}")).collect();
            // 0 is nowhere.
            let of: Vec<String> = people.iter().map(|e| if *e == 0 { String::new() } else { e.to_string() }).collect();
            let lists = lists("x", &required(true), &Ids::Read(Arc::new(entities)), &ids, &of).unwrap();
            let asked = |parameter: &str, id: &String| {
                lists.iter().filter(|list| list.parameter == parameter && list.ids.contains(id)).count()
            };
            for (person, entity) in ids.iter().zip(&of) {
                prop_assert_eq!(asked("entity", entity) + asked("owner", person), 1);
            }
        }
    }

    #[test]
    fn without_the_first_list_people_are_asked_for_and_without_people_nobody_can_be() {
        let people = ["1".to_owned(), "2".to_owned()];
        let all = lists("x", &required(true), &Ids::Unreadable, &people, &["7".into(), String::new()]).unwrap();
        assert_eq!((all.len(), &*all[0].parameter, all[0].ids.len()), (1, "owner", 2));
        let error = lists("x", &required(false), &Ids::Unreadable, &[], &[]).unwrap_err().to_string();
        assert!(error.starts_with("x can only be asked for by the ids of entities"), "{error}");
        assert_eq!(lists("x", &required(false), &Ids::Read(Arc::default()), &[], &[]).unwrap(), []);
    }
}
