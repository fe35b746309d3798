//! The nearest known name.

use std::time::Instant;

use divisi_analysis::did_you_mean::nearest;

const KNOWN: &[&str] = &["code-reviewer", "planner", "tests", "test-runner", "a", "ab", "id", "quality"];

#[test]
fn slips_are_forgiven_by_length() {
    for (name, meant) in [
        ("code-reviwer", Some("code-reviewer")),
        ("code-reveiwer", Some("code-reviewer")),
        ("CodeReviewer", Some("code-reviewer")),
        ("planer", Some("planner")),
        ("plnr", None),
        ("test", Some("tests")),
        ("testrunner", Some("test-runner")),
        ("tests", None),
        ("b", None),
        ("ac", None),
        ("di", None),
        ("ID", Some("id")),
        ("qualify", Some("quality")),
        ("", None),
        ("ünïcode", None),
    ] {
        assert_eq!(nearest(name, KNOWN.iter().copied()), meant, "{name}");
    }
}

#[test]
fn the_nearest_wins_and_of_equals_the_first() {
    assert_eq!(nearest("reviewer-x", ["reviewer-ab", "reviewer-a", "reviewer-b"]), Some("reviewer-a"));
    assert_eq!(nearest("review_er", ["reviewe", "reviewer"]), Some("reviewer"));
}

#[test]
fn two_thousand_names_cost_little() {
    let names: Vec<String> =
        (0..2_000).map(|at| format!("agent-for-{}-{at}", ["web", "data", "ops"][at % 3])).collect();
    let begin = Instant::now();
    for _ in 0..100 {
        assert!(nearest("agent-for-wbe-1500", names.iter().map(String::as_str)).is_some());
    }
    println!("one look-up among 2,000: {:?}", begin.elapsed() / 100);
}
