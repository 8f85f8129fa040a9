use serde_json::json;

use super::*;

fn run(name: &str) -> RunId {
    name.parse().unwrap()
}

fn report(name: &str, outcome: serde_json::Value, seconds: f64) -> Vec<u8> {
    let json = json!({ "run_id": name, "as_of": "2026-03-15", "started_at": run(name).began_at(), "seconds": seconds,
        "outcome": outcome });
    serde_json::to_vec(&json).unwrap()
}

/// A lake whose runs have these reports.
async fn lake(reports: &[(&str, &[u8])]) -> Lake {
    let lake = Lake::open("memory:///", &|_| None).unwrap();
    for (name, json) in reports {
        lake.put_report(&run(name), json).await.unwrap();
    }
    lake
}

#[tokio::test]
async fn every_run_is_listed_whatever_its_report_is_and_the_newest_first() {
    let published = report("20260315T060000Z-00000001", json!({ "status": "published", "sequence": 1 }), 2.5);
    let slower = report("20260316T060000Z-00000002", json!({ "status": "published", "sequence": 1 }), 4.0);
    let failed =
        report("20260317T060000Z-00000003", json!({ "status": "failed", "exit_code": 75, "error": "gone\u{7}" }), 1.0);
    let held = report("20260317T070000Z-00000003", json!({ "status": "failed", "exit_code": 5, "error": "rows" }), 1.0);
    let of_tomorrow = report("20260318T060000Z-00000004", json!({ "status": "sung" }), 1.0);
    let lake = lake(&[
        ("20260315T060000Z-00000001", &published),
        ("20260316T060000Z-00000002", &slower),
        ("20260317T060000Z-00000003", &failed),
        ("20260317T070000Z-00000003", &held),
        ("20260318T060000Z-00000004", &of_tomorrow),
        ("20260319T060000Z-00000005", &published[..40]),
        ("20260320T060000Z-00000006", b""),
        ("20260321T060000Z-00000007", &published),
        ("older", b"[]"),
    ])
    .await;
    let runs = lake.runs().await.unwrap();
    assert_eq!(runs.first(), Some(&run("20260321T060000Z-00000007")));
    assert_eq!(runs.last(), Some(&run("older")));
    let listed = lake.reports(&runs, Listed::of).await.unwrap();
    let text = printed::text(&listed, 12);
    assert!(!text.contains('\u{7}'), "{text}");
    assert_lines(
        &text,
        "\
began (UTC)      run                       command day          outcome     seconds requests       rows drift
2026-03-21 06:00 20260321T060000Z-00000007                      unreadable
                 its report is of 20260315T060000Z-00000001
2026-03-20 06:00 20260320T060000Z-00000006                      unreadable
                 its report is empty
2026-03-19 06:00 20260319T060000Z-00000005                      unreadable
                 its report ends in the middle, after 40 bytes
2026-03-18 06:00 20260318T060000Z-00000004                      unreadable
                 its report says less than this version of the program needs
2026-03-17 07:00 20260317T070000Z-00000003 sync    2026-03-15   held 5          1.0        0          0     0
                 rows
2026-03-17 06:00 20260317T060000Z-00000003 sync    2026-03-15   failed 75       1.0        0          0     0
                 gone\\u{7}
2026-03-16 06:00 20260316T060000Z-00000002 sync    2026-03-15   published       4.0        0          0     0
2026-03-15 06:00 20260315T060000Z-00000001 sync    2026-03-15   published       2.5        0          0     0
                 older                                          unreadable
                 its report says less than this version of the program needs
9 of 12 runs; --last N lists more
sync: 2 published took 2.5 to 4.0 s, half of them up to 4.0 s, the newest 4.0 s
",
    );
}

/// Line by line, so that a difference is found.
fn assert_lines(text: &str, expected: &str) {
    assert_eq!(text.lines().collect::<Vec<_>>(), expected.lines().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_run_at_work_or_killed_is_listed_as_unfinished() {
    use object_store::ObjectStoreExt as _;
    let lake = lake(&[]).await;
    for path in ["20260315T060000Z-00000001.20260228/core/x.parquet", "20260315T060000Z-00000001/pages/x", "folder/x"] {
        lake.store().put(&format!("_lake/staging/{path}").as_str().into(), "x".into()).await.unwrap();
    }
    let runs = lake.runs().await.unwrap();
    assert_eq!(runs, [run("20260315T060000Z-00000001")]);
    let listed = lake.reports(&runs, Listed::of).await.unwrap();
    let json = serde_json::to_value(&listed).unwrap();
    assert_eq!(json[0]["outcome"], "unfinished", "{json}");
    assert_eq!(json[0]["started_at"], "2026-03-15T06:00:00Z");
}
