//! Trackers, imported: what is said is there, what is not is told, and nothing has errors.
#![expect(clippy::expect_used, reason = "what goes wrong here fails a test")]

use std::path::Path;

use divisi_analysis::{Severity, check};
use divisi_edit::import::{self, Imported, NothingToDo};
use divisi_syntax::Span;
use divisi_syntax::strict::check_yaml;
use divisi_workspace::{Change, Places, Workspace};
use expect_test::{Expect, expect};
use proptest::prelude::*;

fn imported(text: &str) -> Imported {
    let known = |label: &str| (label == "Tester").then(|| "Explore".to_owned());
    import::tracker(text, "PLAN.md", &known).expect("something to do")
}

/// Errors of the result, by our own reader and a strict one.
fn errors(text: &str) -> Vec<String> {
    let folder = std::env::temp_dir().join("no such workspace");
    let mut workspace = Workspace::with_places(vec![folder.clone()], Places::default());
    let path = folder.join("plan.dag.yaml");
    workspace.apply(Change::Opened { path: path.clone(), version: 1, text: text.to_owned() });
    let snapshot = workspace.snapshot();
    let document = snapshot.document(&path).expect("it was opened");
    let found = check(&snapshot, document).into_iter().filter(|finding| finding.severity == Severity::Error);
    let strict = check_yaml(text, Span::new(0, text.len() as u32)).into_iter().map(|fault| fault.message);
    found.map(|finding| format!("{} {}", finding.code, finding.message)).chain(strict).collect()
}

#[track_caller]
fn check_import(text: &str, expected: Expect) {
    let imported = imported(text);
    assert_eq!(errors(&imported.text), Vec::<String>::new(), "{}", imported.text);
    let mut out = imported.text;
    for notice in &imported.notices {
        out.push_str(&format!("{}-{}: {}\n", notice.first, notice.last, notice.message));
    }
    for label in &imported.labels {
        out.push_str(&format!("label: {label}\n"));
    }
    expected.assert_eq(&out);
}

#[test]
fn agents_phases_matrix_and_sync_points() {
    check_import(
        "\
# 🛠️ Moving the shop

**Owner**: all of us

## Phase 1: Groundwork

### AGENT 1: Store Builder 🏗️
**Status**: 🔄 IN PROGRESS
**Priority**: HIGH
**Estimated**: 1.5h

#### Tasks:
- [x] Draw the **tables**
- [🔄] Write {{ migrations }}
  - keep the old names
- [ ] Fill it

#### Known limits:
- No triggers

### AGENT 2: Tester
**Status**: ⏳ pending
**Estimated**: 2-3 days
- [ ] Write the suite

## Phase 2: Switch

### AGENT 3: Release Manager
- [ ] Switch over

| Agent | Dependencies | Outputs |
|---|:-:|---|
| Builder | None | Tables, scripts |
| Tester | Agent 1 | A suite |
| Release Manager | Store Builder, Tester | — |
| Nobody | Tester | x |

**Sync Point**: everybody is done before Phase 2
",
        expect![[r##"
            # Imported from PLAN.md.
            name: moving-the-shop
            description: "Moving the shop"
            phases:
              - { id: phase-1, title: Groundwork }
              - { id: phase-2, title: Switch, barrier: true }
            nodes:
              # PLAN.md:7, in progress
              # done: Draw the tables (line 13)
              - id: store-builder
                title: "Store Builder"
                phase: phase-1
                agent: claude
                prompt: |-
                  Store Builder
                  Phase 1: Groundwork

                  - Write {{ '{{' }} migrations }} (in progress)
                    - keep the old names
                  - Fill it

                  Known limits:
                  - No triggers

                  Hand over: Tables, scripts
                estimate: 1h30m
                priority: 10
              # PLAN.md:21
              - id: tester
                title: Tester
                phase: phase-1
                agent: Explore
                prompt: |-
                  Tester
                  Phase 1: Groundwork

                  - Write the suite

                  Hand over: A suite
                depends_on: [store-builder]
              # PLAN.md:28
              - id: release-manager
                title: "Release Manager"
                phase: phase-2
                agent: claude
                prompt: |-
                  Release Manager
                  Phase 2: Switch

                  - Switch over
                depends_on: [store-builder, tester]
            3-3: “Moving the shop”: text without a task: not read
            23-23: `2-3 days` is not understood and left out
            36-36: the matrix names `Nobody`, which is none of the sections with tasks, or several
            label: Store Builder
            label: Release Manager
        "##]],
    );
}

#[test]
fn tasks_under_headings_priorities_and_hand_offs() {
    check_import(
        "\
# List

## High Priority Tasks
### 1. Search index
Rebuild it nightly.
- [ ] Choose the engine
- [~] Try it

### 2. Mail
- ✅ Templates
- [x] Sender

## Low priority
### 3. Handbook
1. [ ] Write it

## Where it stands
### Completed
- Kick-off
### In Progress
- 🔄 Hiring
### Blocked
- ⏸️ None currently

## Hand-offs
1. After search index → Handbook
2. After Mail → Handbook
3. After the war → Handbook
4. After Handbook → Search Index

## Success criteria
- [ ] Fast
",
        expect![[r##"
            # Imported from PLAN.md.
            name: list
            description: List
            nodes:
              # PLAN.md:6
              - id: search-index
                title: "Search index"
                agent: claude
                prompt: |-
                  Search index

                  Rebuild it nightly.
                  - Choose the engine
                  - Try it (in progress)
                priority: 10
              # PLAN.md:15
              # waited for mail: done
              - id: handbook
                title: Handbook
                agent: claude
                prompt: |-
                  Handbook

                  - Write it
                depends_on: [search-index]
                priority: -10
              # PLAN.md:21
              - id: hiring
                title: Hiring
                agent: claude
                prompt: |-
                  Hiring

                  - Hiring (in progress)
            # Done already:
            #   Mail (PLAN.md:10)
            #     Templates (line 10)
            #     Sender (line 11)
            #   Kick-off (PLAN.md:19)
            # Goals of the whole, which no node checks:
            #   Fast (PLAN.md:32)
            28-28: `the war` names none of the sections with tasks, or several: left out
            29-29: waiting for `Handbook` would close a ring: left out
        "##]],
    );
}

#[test]
fn damaged_text_reads_like_whole_text() {
    let whole = "# P\n\n## 🚀 Phase 1: Größe → klein\n\n- ✅ fertig\n- ⏳ Müll weg\n";
    let damaged: String =
        whole.bytes().map(|byte| if byte < 0x80 { char::from(byte) } else { high(byte) }).collect();
    assert_ne!(whole, damaged);
    assert_eq!(imported(&damaged), imported(whole));
}

/// Windows-1252, as far as the text above needs it.
fn high(byte: u8) -> char {
    match byte {
        0x80 => '€',
        0x85 => '…',
        0x86 => '†',
        0x92 => '’',
        0x93 => '“',
        0x9A => 'š',
        0x9C => 'œ',
        0x9F => 'Ÿ',
        _ => char::from(byte),
    }
}

#[test]
fn nothing_is_made_of_nothing() {
    let none = |_: &str| None;
    assert_eq!(import::tracker("# Notes\n\nText.\n", "N.md", &none), Err(NothingToDo { done_tasks: 0 }));
    assert_eq!(import::tracker("- [x] a\n- [x] b\n", "N.md", &none), Err(NothingToDo { done_tasks: 2 }));
}

#[test]
fn rings_stay_open() {
    let text = "\
## Agent 1: A
**Depends on**: Agent 2
- [ ] a
## Agent 2: B
**Depends on**: Agent 1, Agent 2
- [ ] b
";
    let imported = imported(text);
    assert_eq!(errors(&imported.text), Vec::<String>::new());
    assert_eq!(imported.text.matches("depends_on").count(), 1);
    assert_eq!(imported.notices.iter().map(|notice| notice.first).collect::<Vec<_>>(), [5, 5]);
}

/// Counts that were verified by eye: boxes under headings that are work, headings that hold them.
#[test]
fn published_trackers() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/trackers"));
    if !folder.is_dir() {
        println!("SKIPPED: {} is not here", folder.display());
        return;
    }
    // nodes, phases, open, done, labels, notices
    let expected = [
        ("000_815d4eeb7f32fd00.txt", (3, 1, 15, 0, 3, 5)),
        ("001_8dc8e9e59926c5cc.txt", (47, 11, 172, 8, 0, 8)),
        ("003_356ed9122aa68829.txt", (10, 0, 54, 3, 0, 6)),
    ];
    for (name, counts) in expected {
        let text = std::fs::read(folder.join(name)).unwrap();
        let imported = import::tracker(&String::from_utf8_lossy(&text), name, &|_| None).unwrap();
        assert_eq!(errors(&imported.text), Vec::<String>::new(), "{name}");
        assert!(!imported.text.contains('â'), "{name} is mojibake no more");
        let phases = imported.text.matches("{ id: phase-").count();
        let labels = imported.labels.len();
        let found = (
            imported.nodes,
            phases,
            imported.open_tasks,
            imported.done_tasks,
            labels,
            imported.notices.len(),
        );
        assert_eq!(found, counts, "{name}");
    }
}

/// What trackers are made of, and what breaks them.
const PIECES: &[&str] = &[
    "# Title",
    "## Phase 1: A: b # c",
    "## Phase 1",
    "## PHASE 2 - \"x\" {{ y }}",
    "### AGENT 1: Écrivain",
    "### Agent 2: 作家",
    "### Agent 2: - ",
    "#### Tasks:",
    "### true",
    "### 7. null",
    "- [ ] a: b # c",
    "  - [x] nested {% if %}",
    "- [🔄] 🎉",
    "- ⏸ `x: |`",
    "* plain",
    "**Status**: done",
    "**Estimated**: 0h",
    "**Estimated**: 90 min",
    "**Priority**: high",
    "**Depends on**: Agent 1 and Phase 1",
    "**Sync Point**: before Phase 2",
    "**Sync Point**: after phase 4294967295",
    "| Agent | Dependencies | Outputs |",
    "|---|---|---|",
    "| Agent 1 | Agent 2 | \"o\" |",
    "| Agent 2 | Agent 1 |",
    "- After Écrivain → 作家",
    "## Success criteria",
    "## Completed Tasks",
    "## Blocked",
    "```",
    "\u{FEFF}\u{0}\u{2028}text\t",
    "",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_mixture_gives_a_dag_without_errors(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40)) {
        if let Ok(imported) = import::tracker(&pieces.join("\n"), "P.md", &|_| None) {
            prop_assert_eq!(errors(&imported.text), Vec::<String>::new(), "{}", imported.text);
        }
    }

    #[test]
    fn any_text_is_survived(text in "\\PC*") {
        let _ = import::tracker(&text, "P.md", &|_| None);
    }
}
