use super::*;

const GOOD: &str = "\
-- heads: one row per thing,
--   which has more words
-- column a_id string! none: identifier:
--   with a colon
-- source a_id: things.id
-- column n int64 directory: how many
-- column tags string_list sensitive: labels

-- A comment below the header is part of the query.
SELECT 1;
";

#[test]
fn a_header_describes_the_table() {
    let derived = parse("heads.sql", GOOD).unwrap();
    let table = &derived.table;
    assert_eq!(
        (&*table.name, table.zone, &*table.meaning),
        ("heads", Zone::Derived, "one row per thing, which has more words")
    );
    assert_eq!(derived.sql, "-- A comment below the header is part of the query.\nSELECT 1;");
    let column = |name: &str, lake_type, nullable, privacy, meaning: &str, source: &str| TableColumn {
        source: source.to_owned(),
        ..TableColumn::new(name, lake_type, nullable, privacy, meaning)
    };
    assert_eq!(
        table.columns,
        [
            column("a_id", LakeType::String, false, Privacy::None, "identifier: with a colon", "things.id"),
            column("n", LakeType::Int64, true, Privacy::Directory, "how many", ""),
            column("tags", LakeType::StringList, true, Privacy::Sensitive, "labels", ""),
        ]
    );
}

#[test]
fn an_internal_table_says_so_once_and_is_not_judged() {
    let read = |lines: &str| parse("heads.sql", &GOOD.replacen("-- column n", &format!("{lines}-- column n"), 1));
    assert!(!read("").unwrap().internal && read("-- internal\n").unwrap().internal);
    for (lines, expected) in [
        ("-- internal\n-- internal\n", "queries/heads.sql:7: a second internal"),
        ("-- internal: yes\n", "queries/heads.sql:6: expected `-- column"),
        ("-- internal table\n", "queries/heads.sql:6: expected `-- column"),
        ("-- internal\n-- key a_id\n", "queries/heads.sql: an internal table is not judged"),
    ] {
        assert!(read(lines).unwrap_err().to_string().starts_with(expected), "{lines}: {:?}", read(lines).err());
    }
}

#[test]
fn people_call_tables_and_columns_by_labels() {
    let read = |lines: &str| parse("heads.sql", &GOOD.replacen("-- column n", &format!("{lines}-- column n"), 1));
    let table = read("-- label a_id: Thing | Chose\n-- label: Heads | Têtes : toutes\n").unwrap().table;
    assert_eq!(table.labels, Some(Label::new("Heads", "Têtes : toutes")));
    assert_eq!(table.columns[0].labels, Some(Label::new("Thing", "Chose")));
    assert_eq!(table.columns[1].labels, None);
    for (lines, expected) in [
        ("-- label n: N | N\n", "queries/heads.sql:6: label of column n, which no line above declares"),
        ("-- label: A | B\n-- label: A | B\n", "queries/heads.sql:7: a second label"),
        ("-- label a_id: A | B\n-- label a_id: A | B\n", "queries/heads.sql:7: a second label of column a_id"),
        ("-- label a_id: A\n", "queries/heads.sql:6: expected `-- label <column>: <English> | <French>`"),
        ("-- label a_id: A |\n", "queries/heads.sql:6: expected `-- label"),
        ("-- label a_id: A | B\n--   more\n", "queries/heads.sql:7: a label is one line"),
        ("-- label a_id n: A | B\n", "queries/heads.sql:6: expected `-- column"),
        ("-- label a_id:\n", "queries/heads.sql:6: expected `-- column"),
    ] {
        assert!(read(lines).unwrap_err().to_string().starts_with(expected), "{lines}: {:?}", read(lines).err());
    }
}

#[test]
fn every_type_can_be_declared() {
    for lake_type in LakeType::ALL {
        let derived = parse("t.sql", &format!("-- t: x\n-- column a {lake_type} none: y\nselect 1")).unwrap();
        assert_eq!(derived.table.columns[0].lake_type, lake_type);
    }
}

#[test]
fn windows_line_ends_and_byte_order_marks_do_not_matter() {
    let windows = format!("\u{feff}{}", GOOD.replace('\n', "\r\n"));
    let (a, b) = (parse("heads.sql", &windows).unwrap(), parse("heads.sql", GOOD).unwrap());
    assert_eq!((a.table, a.sql), (b.table, b.sql));
}

#[test]
fn each_mistake_names_its_line_and_the_remedy() {
    for (file, from, to, expected) in [
        ("heads.txt", "", "", "queries/heads.txt: a derived table's file is named <table>.sql"),
        ("Heads.sql", "", "", "queries/Heads.sql: a derived table's file is named"),
        (".sql", "", "", "queries/.sql: a derived table's file is named"),
        ("other.sql", "", "", "queries/other.sql:1: expected `-- other: <what one row is>`"),
        ("heads.sql", "-- heads: one row per thing,", "-- heads:", "queries/heads.sql:1: expected `-- heads:"),
        ("heads.sql", "-- heads: one", "\n-- heads: one", "queries/heads.sql: the first line must be `-- heads:"),
        ("heads.sql", "-- column n", "-- colum n", "queries/heads.sql:6: expected `-- column"),
        ("heads.sql", "-- column n", "--column n x", "queries/heads.sql:6: expected `-- column"),
        ("heads.sql", "int64 directory: how many", "int64 directory:", "queries/heads.sql:6: expected `-- column"),
        ("heads.sql", "int64 directory", "int64", "queries/heads.sql:6: expected `-- column"),
        ("heads.sql", "int64 ", "int63 ", "queries/heads.sql:6: unknown type int63; the types are string,"),
        (
            "heads.sql",
            "directory",
            "public",
            "queries/heads.sql:6: unknown privacy class public; the classes are none,",
        ),
        ("heads.sql", "column n", "column N", "queries/heads.sql:6: column name N is not lower snake_case"),
        ("heads.sql", "column n", "column as_of", "queries/heads.sql:6: column as_of is the partition key"),
        ("heads.sql", "column n int64", "column a_id string", "queries/heads.sql: column a_id is declared twice"),
        (
            "heads.sql",
            "source a_id",
            "source n",
            "queries/heads.sql:5: source of column n, which no line above declares",
        ),
        (
            "heads.sql",
            "-- column n",
            "-- source a_id: again\n-- column n",
            "queries/heads.sql:6: a second source of column a_id",
        ),
        (
            "heads.sql",
            "-- A comment below the header is part of the query.\nSELECT 1;",
            "",
            "queries/heads.sql: there is no query below",
        ),
        ("heads.sql", "-- column tags", "-- what?\n-- column tags", "queries/heads.sql:7: expected `-- column"),
        ("heads.sql", "column n", "column rows", "queries/heads.sql:6: a column named rows could not be told"),
    ] {
        let error = parse(file, &GOOD.replacen(from, to, 1)).map(|_| ()).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{file} {to}: {error}");
    }
    let error = parse("t.sql", "-- t: x\nselect 1").unwrap_err().to_string();
    assert!(error.starts_with("queries/t.sql: no column is declared"), "{error}");
}

/// Else a table could stand where another's days are looked for.
#[test]
fn no_table_is_called_as_those_of_all_days_are() {
    for name in ["all_days", "all_days_heads"] {
        let text = GOOD.replace("heads: one", &format!("{name}: one"));
        let error = crate::catalog::Catalog::parse(&[], &[(name, &text)], &[]).unwrap_err().to_string();
        assert!(error.contains("names that begin with all_days are those of all days"), "{error}");
    }
}

#[test]
fn a_column_may_be_declared_less_private_than_what_flows_into_it_with_a_reason() {
    let lowered = |line: &str| parse("heads.sql", &GOOD.replacen("\n\n", &format!("\n{line}\n\n"), 1));
    let of = |column: &str, to, reason: &str| Lowered { column: column.to_owned(), to, reason: reason.to_owned() };
    assert_eq!(
        lowered("-- lowered a_id to none: why: so\n--   it is\n-- lowered n to directory: x").unwrap().lowered,
        [of("a_id", Privacy::None, "why: so it is"), of("n", Privacy::Directory, "x")]
    );
    let both =
        parse("t.sql", "-- t: x\n-- column a int64 none: x\n-- lowered a, rows to none: y\n--   z\nSELECT 1").unwrap();
    assert_eq!(both.lowered, [of("a", Privacy::None, "y z"), of("rows", Privacy::None, "y z")]);
    assert_eq!((lowered("-- lowered rows to none: x").unwrap().rows(), both.rows()), (Privacy::None, Privacy::None));
    assert_eq!(lowered("").unwrap().rows(), Privacy::Sensitive, "its most private column's");
    let open = parse("t.sql", "-- t: x\n-- column a int64 none: x\n-- lowered rows to personal: y\nSELECT 1");
    let error = open.map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("rows are lowered to personal, but the most private column is only none"), "{error}");
    for (line, expected) in [
        ("-- lowered a_id to none", ":8: expected `-- column"),
        ("-- lowered a_id to none:", ":8: expected `-- column"),
        ("-- lowered a_id: because", ":8: expected `-- column"),
        ("-- lowered b to none: x", ":8: column b is lowered, which no line above declares"),
        ("-- lowered a_id,, n to none: x", ":8: column  is lowered, which no line above declares"),
        ("-- lowered n to none: x", ":8: column n is lowered to none and declared directory"),
        ("-- lowered n to public: x", ":8: unknown privacy class public"),
        ("-- lowered n to directory: x\n-- lowered n to directory: y", ":9: n is lowered twice"),
    ] {
        let error = lowered(line).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(expected), "{line}: {error}");
    }
}
