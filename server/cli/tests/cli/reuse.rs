//! Results of earlier runs, and runs that go on after an edit.

use expect_test::expect;

use crate::site::Site;

const BUILD: &str = "
name: build
nodes:
  - { id: gen, run: 'cat in > gen.txt', reads: [in], writes: [gen.txt] }
  - { id: use, run: 'cat gen.txt gen.txt > use.txt', depends_on: [gen], reads: [], writes: [use.txt] }
";

fn lines_with(text: &str, words: &[&str]) -> String {
    let wanted = text.lines().filter(|line| words.iter().any(|word| line.contains(word)));
    let steady = wanted.map(|line| {
        let is_time = |word: &str| {
            word.starts_with(|c: char| c.is_ascii_digit()) && word.trim_end_matches(',').ends_with('s')
        };
        let is_run = |word: &str| word.starts_with("20") && word.len() > 10;
        let words = line.split_whitespace().filter(|word| !is_time(word) && !is_run(word));
        words.collect::<Vec<_>>().join(" ")
    });
    steady.map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_second_run_reuses_and_says_why_something_is_made_anew() {
    let site = Site::new().write("build.dag.yaml", BUILD).write("in", "one\n");
    assert_eq!(site.divisi(&["run", "build", "--yes"]).status, 0);
    let said = site.divisi(&["run", "build", "--yes"]);
    expect![[r#"
        reused gen made by run
        reused use made by run
        reused 2 of 2 results, saved 12 B
    "#]]
    .assert_eq(&lines_with(&said.out, &["reused", "anew"]));
    site.put("in", "two\n");
    let said = site.divisi(&["run", "build", "--yes"]);
    expect![[r#"
        anew gen reads changed: in
        anew use the result of gen changed
        reused 0 of 2 results
    "#]]
    .assert_eq(&lines_with(&said.out, &["reused", "anew"]));
    assert_eq!(site.read("use.txt"), "two\ntwo\n");
    let said = site.divisi(&["run", "build", "--yes", "--refresh"]);
    assert_eq!(lines_with(&said.out, &["reused", "anew"]), "");
    let said = site.divisi(&["run", "build", "--yes", "--no-cache"]);
    assert_eq!(lines_with(&said.out, &["reused", "anew"]), "");
    let figures: serde_json::Value = {
        assert_eq!(site.divisi(&["run", "build", "--yes"]).status, 0);
        serde_json::from_str(&site.divisi(&["stats", "--json"]).out).expect("JSON")
    };
    assert_eq!(
        (&figures["each"][0]["reuse"]["hits"], &figures["each"][0]["reuse"]["misses"]),
        (&2.into(), &0.into())
    );
    assert_eq!((&figures["hit_rate"], &figures["reuse"]["saved_bytes"]), (&1.0.into(), &12.into()));
    let said = site.divisi(&["stats", "--min-hit-rate", "100"]);
    assert_eq!(said.status, 0, "{}", said.err);
    assert!(
        said.out.contains("reused 2 of 2 results, saved ") && said.out.contains("12 B, hit rate 100 %"),
        "{}",
        said.out
    );
}

#[test]
fn the_store_is_looked_at_carried_and_forgotten() {
    let site = Site::new().write("build.dag.yaml", BUILD).write("in", "one\n");
    assert_eq!(site.divisi(&["run", "build", "--yes"]).status, 0);
    let stats: serde_json::Value =
        serde_json::from_str(&site.divisi(&["cache", "stats", "--json"]).out).expect("JSON");
    assert_eq!(stats["entries"], 2);
    assert_eq!(site.divisi(&["cache", "export", "results"]).out, "wrote 2 results to results\n");
    assert_eq!(site.divisi(&["cache", "forget", "gen"]).out, "forgot 1 result\n");
    assert_eq!(site.divisi(&["cache", "import", "results"]).out, "took 1 result, 1 were here already\n");
    assert_eq!(site.divisi(&["cache", "forget", "build/*"]).out, "forgot 2 results\n");
    let elsewhere = Site::new().write("build.dag.yaml", BUILD).write("in", "one\n");
    elsewhere.put("results", std::fs::read(site.root().join("results")).expect("a file"));
    assert_eq!(elsewhere.divisi(&["cache", "import", "results"]).out, "took 2 results\n");
    let said = elsewhere.divisi(&["run", "build", "--yes"]);
    assert!(said.out.contains("reused 2 of 2 results"), "{}", said.out);
    assert_eq!(elsewhere.read("use.txt"), "one\none\n");
    let said = site.divisi(&["cache", "import", "in"]);
    assert_eq!(said.status, 2);
    assert!(said.err.contains("is no file of results"), "{}", said.err);
}

const EDITED: &str = "
name: edited
nodes:
  - { id: a, run: 'echo a >> ran' }
  - { id: b, run: 'echo b >> ran', depends_on: [a] }
  - { id: c, run: 'echo c >> ran; exit 1', depends_on: [a] }
  - { id: d, run: 'echo d >> ran', depends_on: [b, c] }
";

#[test]
fn an_edited_dag_brings_its_own_budget() {
    let said = Site::new().divisi(&["resume", "--edited", "--budget", "usd=5"]);
    assert_eq!(said.status, 2);
    assert!(said.err.contains("'--edited' cannot be used with '--budget"), "{}", said.err);
}

#[test]
fn an_edited_dag_goes_on_where_nothing_changed() {
    let site = Site::new().write("edited.dag.yaml", EDITED);
    assert_eq!(site.divisi(&["run", "edited", "--yes", "--max-parallel", "1"]).status, 1);
    assert_eq!(site.read("ran"), "a\nb\nc\n");
    site.put("edited.dag.yaml", EDITED.replace("; exit 1", ""));
    let said = site.divisi(&["resume", "--yes"]);
    assert_eq!(said.status, 1);
    expect![[r#"
        the file was edited since: c (run changed); this goes on as it was planned, `--edited` takes the edit up
    "#]].assert_eq(&lines_with(&said.err, &["edited"]));
    let said = site.divisi(&["resume", "--edited", "--yes"]);
    assert_eq!(said.status, 0, "{}{}", said.out, said.err);
    assert!(said.err.starts_with("2 nodes taken over from run "), "{}", said.err);
    assert_eq!(site.read("ran"), "a\nb\nc\nc\nc\nd\n");
    // What changes takes everything along that follows from it.
    site.put("edited.dag.yaml", EDITED.replace("; exit 1", "").replace("echo b", "echo  b"));
    let said = site.divisi(&["resume", "--edited", "--yes"]);
    assert_eq!(said.status, 0, "{}{}", said.out, said.err);
    assert_eq!(site.read("ran"), "a\nb\nc\nc\nc\nd\nb\nd\n");
}

const CHAIN: &str = "name: chain
nodes:
  - { id: a, run: 'echo a >> ran' }
  - { id: b, run: 'echo b >> ran', depends_on: [a] }
  - { id: c, run: 'echo c >> ran', depends_on: [b] }
";

#[test]
fn one_node_is_done_again_alone() {
    let site = Site::new().write("chain.dag.yaml", CHAIN);
    assert_eq!(site.divisi(&["run", "chain", "--yes"]).status, 0);
    let said = site.divisi(&["resume", "--only", "b", "--yes"]);
    assert_eq!(said.status, 75, "{}{}", said.out, said.err);
    assert_eq!(site.read("ran"), "a\nb\nc\nb\n");
    assert!(said.out.contains("to go on:     divisi resume "), "{}", said.out);
    assert!(site.divisi(&["runs"]).out.contains("halted"));
    let said = site.divisi(&["resume", "--only", "c", "--from", "b", "--yes"]);
    assert_eq!(said.status, 2, "{}{}", said.out, said.err);
    let said = site.divisi(&["resume", "--yes"]);
    assert_eq!(said.status, 0, "{}{}", said.out, said.err);
    assert_eq!(site.read("ran"), "a\nb\nc\nb\nc\n");
}

#[test]
fn a_node_whose_dependencies_are_not_done_does_not_run_alone() {
    let site = Site::new().write("chain.dag.yaml", CHAIN.replace("echo a >> ran", "exit 1"));
    assert_eq!(site.divisi(&["run", "chain", "--yes"]).status, 1);
    let said = site.divisi(&["resume", "--only", "b", "--yes"]);
    assert_eq!(said.status, 2, "{}{}", said.out, said.err);
    assert!(said.err.contains("b cannot run alone: it waits for a, which did not end well"), "{}", said.err);
}
