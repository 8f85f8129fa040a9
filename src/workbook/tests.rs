use super::{chosen::Why, *};
use crate::{
    catalog::{Catalog, Table, TableColumn},
    engine::{Session, testing::unzipped},
    lake::{DataFile, FORMAT_VERSION, Snapshot, SnapshotColumn, SnapshotState, SnapshotTable},
    language::Language,
};

/// A snapshot that has these tables, with so many rows each.
fn snapshot(tables: &[Table], rows: u64) -> Snapshot {
    let column = |column: &TableColumn| SnapshotColumn {
        name: column.name.clone(),
        lake_type: column.lake_type,
        nullable: column.nullable,
    };
    let table = |table: &Table| SnapshotTable {
        name: table.name.clone(),
        zone: table.zone,
        columns: table.columns.iter().map(column).collect(),
        files: vec![DataFile { path: "x.parquet".into(), rows, bytes: 1, sha256: String::new() }],
    };
    Snapshot {
        format_version: FORMAT_VERSION,
        as_of: "2026-03-31".parse().unwrap(),
        sequence: 2,
        run_id: "r".parse().unwrap(),
        published_at: "2026-04-01T06:00:00Z".parse().unwrap(),
        program_version: "0".into(),
        previous: None,
        keeps_replaced_until: None,
        tables: tables.iter().map(table).collect(),
        state: SnapshotState { tenant: Some("example.ilucca.net".into()), ..SnapshotState::default() },
    }
}

fn tables(catalog: &Catalog) -> Vec<Table> {
    chosen::SHEETS.iter().map(|(name, _)| catalog.table(name).unwrap()).collect()
}

/// What of these tables gets sheets, and what is written.
fn asked<'a>(catalog: &'a Catalog, session: &'a Session, snapshot: &'a Snapshot, ceiling: Privacy) -> Asked<'a> {
    let at = "2026-04-01T07:00:00Z".parse().unwrap();
    Asked { catalog, session, snapshot, ceiling, language: Language::French, at }
}

#[test]
fn every_sheet_is_described_in_every_language() {
    for language in [Language::English, Language::French] {
        let texts = Texts::of(language).unwrap();
        let mut known: Vec<&str> =
            chosen::SHEETS.iter().flat_map(|(name, otherwise)| [Some(*name), *otherwise]).flatten().collect();
        known.sort_unstable();
        assert_eq!(texts.sheets.keys().map(String::as_str).collect::<Vec<_>>(), known);
        assert!(texts.sheets.values().all(|text| text.ends_with('.')), "{:?}", texts.sheets);
    }
    let catalog = Catalog::embedded().unwrap();
    let queries = catalog.report.iter().map(|query| query.table.clone());
    let queries = queries.filter(|table| chosen::SHEETS.iter().any(|(_, otherwise)| *otherwise == Some(&table.name)));
    for table in tables(&catalog).into_iter().chain(queries) {
        let labels = table.labels.as_ref().unwrap();
        // Spreadsheets cut longer names.
        assert!([&labels.en, &labels.fr].iter().all(|label| label.chars().count() <= 31), "{labels:?}");
        let unnamed: Vec<&str> = table.columns.iter().filter(|c| c.labels.is_none()).map(|c| c.name.as_str()).collect();
        assert_eq!(unnamed, Vec::<&str>::new(), "{}", table.name);
    }
}

#[test]
fn what_is_above_the_ceiling_is_left_out() {
    let catalog = Catalog::embedded().unwrap();
    let all = tables(&catalog);
    let session = Session::of_declared(&catalog.tables()).unwrap();
    for ceiling in Privacy::ALL {
        let snapshot = snapshot(&all, 3);
        let (chosen, left_out) = chosen::of(&asked(&catalog, &session, &snapshot, ceiling)).unwrap();
        let queries = chosen.iter().filter(|chosen| chosen.query.is_some()).count();
        assert_eq!(chosen.len() - queries + left_out.len(), all.len());
        assert_eq!(queries, [1, 5, 0, 0][ceiling as usize], "{ceiling}");
        let classes = chosen.iter().flat_map(|chosen| &chosen.columns).map(|column| column.privacy);
        assert!(classes.fold(Privacy::None, Ord::max) <= ceiling);
        let rows = |chosen: &chosen::Chosen<'_>| {
            chosen.query.map_or_else(|| catalog.privacy_of_rows(&chosen.table), |q| q.rows())
        };
        assert!(chosen.iter().all(|chosen| rows(chosen) <= ceiling));
        for left_out in left_out {
            assert!(matches!(left_out.why, Why::Private(class) if class > ceiling), "{left_out:?}");
        }
    }
    let mut few = snapshot(&all[..2], 2_000_000);
    few.state.absent.insert("tenure".to_owned(), "no permission".to_owned());
    let (chosen, left_out) = chosen::of(&asked(&catalog, &session, &few, Privacy::Sensitive)).unwrap();
    assert!(chosen.is_empty());
    let why = |name: &str| &left_out.iter().find(|left_out| left_out.table.name == name).unwrap().why;
    assert_eq!(why("headcount"), &Why::TooLong(2_000_000));
    assert_eq!(why("movements"), &Why::Absent(None));
    assert_eq!(why("tenure"), &Why::Absent(Some("no permission".to_owned())));
}

#[tokio::test]
async fn a_workbook_has_a_sheet_that_says_what_it_is_and_one_for_each_table() {
    let catalog = Catalog::embedded().unwrap();
    let all = tables(&catalog);
    let (session, snapshot) = (Session::of_declared(&all).unwrap(), snapshot(&all, 0));
    let asked = asked(&catalog, &session, &snapshot, Privacy::Directory);
    let mut bytes = Vec::new();
    let made = write(&asked, &mut bytes).await.unwrap();
    let parts = unzipped(&bytes);
    let names = parts["xl/workbook.xml"].split("<sheet name=\"").skip(1).map(|name| name.split('"').next().unwrap());
    let names: Vec<&str> = names.collect();
    let (chosen, left_out) = chosen::of(&asked).unwrap();
    let wanted: Vec<&str> = chosen.iter().map(|chosen| chosen.table.label(Language::French)).collect();
    assert_eq!((names[0], &names[1..]), ("À propos", wanted.as_slice()));
    assert_eq!(made, Made { sheets: chosen.len(), left_out: left_out.len() });
    assert_eq!(most_private(&asked).unwrap(), Privacy::Directory);
    let about = &parts["xl/worksheets/sheet1.xml"];
    for text in
        ["example.ilucca.net", "2026-03-31.2, publié le 2026-04-01T06:00:00Z", "Ancienneté", "de classe personal"]
    {
        assert!(about.contains(text), "{text}: {about}");
    }
    let people = &parts["xl/worksheets/sheet2.xml"];
    assert!(people.contains("Intitulé de poste") && !people.contains("Date de fin de contrat"), "{people}");
}
