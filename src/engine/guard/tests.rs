use super::*;

fn depth(sql: &str) -> usize {
    measure(&Tokenizer::new(&GenericDialect {}, sql).tokenize().unwrap()).depth
}

#[test]
fn chains_count_and_lists_do_not() {
    assert_eq!(depth("select 1+1+1") - depth("select 1"), 2);
    assert_eq!(depth(&format!("select {}", vec!["1"; 1_000].join("+"))) - depth("select 1"), 999);
    assert!(depth(&format!("select a in ({})", vec!["-1"; 10_000].join(","))) < 10);
    assert!(depth(&format!("select case {} end", "when a = 1 then -2 ".repeat(10_000))) < 10);
    // Both sides of AND are separate trees, the ANDs are one chain.
    let both = |n: usize| depth(&format!("select {}", vec!["a is not null"; n].join(" and ")));
    assert_eq!(both(1_000) - both(10), 990);
}

#[test]
fn nested_groups_add_to_what_is_around_them() {
    let around = depth("select 1 + (2 + (3 + 4))");
    assert!(around >= depth("select 1 + 2 + 3 + 4"), "{around}");
    // Whatever is unbalanced, nothing of a chain is lost.
    for sql in ["select 1+1+1+1 end +1+1", "select case +1+1+1 ) +1+1", "select ((( 1+1+1+1+1", "))) select 1+1+1+1+1"]
    {
        assert!(depth(sql) >= 4, "{sql}");
    }
}

#[test]
fn tables_count_however_they_are_joined() {
    for sql in [
        "select 1 from a, b, c",
        "select 1 from a join b on 1=1 join c on 1=1",
        "select 1 union select 2 union select 3",
    ] {
        assert!(depth(sql) >= 2 * RELATION_WEIGHT, "{sql}");
    }
    assert!(depth("with a as (select 1), b as (select 2), c as (select 3) select 4") >= 2 * RELATION_WEIGHT);
    assert!(depth("select a, b, c from t where x in (1, 2, 3) order by 1, 2, 3") < RELATION_WEIGHT);
}

fn refused(sql: &str, deep: bool) -> String {
    check(sql, deep).unwrap_err().to_string()
}

#[test]
fn limits_hold_at_their_edge() {
    let plus = |terms: usize| format!("select {}", vec!["1"; terms].join("+"));
    check(&plus(MAX_DEPTH - 10), true).unwrap();
    assert!(refused(&plus(MAX_DEPTH + 2), true).contains("longest chain of operators"));
    assert!(refused(&plus(MAX_DEPTH_SHALLOW + 2), false).contains("the limit is 120"));
    let nested = |n: usize| format!("select {}1{}", "(".repeat(n), ")".repeat(n));
    check(&nested(MAX_NESTING), true).unwrap();
    assert!(refused(&nested(MAX_NESTING + 1), true).contains("deepest nesting is 65"));
    assert!(refused(&nested(MAX_NESTING_SHALLOW + 1), false).contains("deepest nesting is 6"));
    assert!(refused(&"x".repeat(MAX_SQL_BYTES + 1), true).contains("length"));
    let with = |n: usize| format!("{}select 1{}", "with a as (".repeat(n), ") select * from a".repeat(n));
    check(&with(MAX_NESTED_WITH), true).unwrap();
    assert!(refused(&with(MAX_NESTED_WITH + 1), true).contains("WITH"));
    // Not SQL at all: left to the parser.
    check("select 'open", true).unwrap();
}

#[test]
fn common_table_expressions_that_multiply_are_refused() {
    use datafusion::sql::sqlparser::parser::Parser;
    let expansion = |sql: &str| check_expansion(&Parser::parse_sql(&GenericDialect {}, sql).unwrap());
    let doubling = |n: usize| {
        let more: String =
            (1..n).map(|i| format!(", c{i} as (select * from c{p} union all select * from C{p})", p = i - 1)).collect();
        format!("with c0 as (select 1 from t){more} select * from c{}", n - 1)
    };
    expansion(&doubling(5)).unwrap();
    assert!(expansion(&doubling(60)).unwrap_err().to_string().contains("the tables it expands to are"));
    let inner = doubling(9);
    assert!(expansion(&format!("with z as ({inner}) select * from z a, z b, z c, z d")).is_err());
    let long = format!("with v as (select '{}') select * from v a, v b, v c, v d, v e", "x".repeat(1_000_000));
    assert!(expansion(&long).unwrap_err().to_string().contains("bytes"));
}
