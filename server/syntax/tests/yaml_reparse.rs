//! Reading a changed text anew gives what reading all of it gives.

mod support;

use std::sync::Arc;

use divisi_syntax::{Tree, yaml};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use support::shape::assert_sound;

const LIST: &str = "\
# a review
name: review-all
description: >-
  Review everything
  and sum it up.
args: {target: {required: true}, depth: 2}
nodes:
  - id: analyse
    agent: analyser
    prompt: |
      Look at {{ args.target }}.

      Be kind.
    outputs: [report, \"files\"]
  # in between
  - id: review
    depends_on: [analyse]   # first that
    for_each: \"{{ nodes.analyse.outputs.files }}\"
    run: ['cargo', 'test', \"--package={{ item }}\"]
    timeout: 10m

  -
    id: sum
    depends_on:
    - review
    - analyse
    with:
      \"a key\": 'it''s fine'
      last: plain text
        over two lines
  - # a comment
    id: empty
    run:
  -
  - id: last
    run: cargo test
max_parallel: 4
locks: [gpu]
";

const UNDENTED: &str = "\
name: undented
nodes:
- id: a
  run: x
- id: b
  depends_on: [a]
  prompt: >
    folded
     text
- id: c
  run: |2
      two
";

const MAP: &str = "\
nodes:
    first:
        run: a
        env: {A: 1}
    second: {depends_on: [first], run: b}
    third:
        depends_on: [first,
            second]
        prompt: \"in quotes
            over lines\"
    fourth:
";

const BROKEN: &str = "\
name: broken
nodes:
  - id: a
    depends_on: [b, c
  - id: b
    prompt: \"never closed
  - id: c
    timou
  - id: d
    run: x
     - wrong
  - id: e
   run: y
  - id: f
    run: z
last: 1
";

const PIECES: &[&str] = &[
    "a",
    "b: ",
    "c:",
    "key",
    "- ",
    "-",
    "? ",
    ": ",
    ":",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "\"",
    "'",
    "|",
    ">",
    "|-\n",
    "&x ",
    "*x",
    "!t ",
    "#",
    " # no",
    "\n",
    "\n  ",
    "\n    ",
    "\n- ",
    "\n  - ",
    "\n  - id: new\n    run: x",
    "\n\t",
    " ",
    "  ",
    "\t",
    "\r\n",
    "\r",
    "---",
    "\n---\n",
    "\n...\n",
    "<<: ",
    "{{ x }}",
    "{{",
    "\\",
    "\u{feff}",
    "é",
    "🦀",
    "\n    k",
    "\n    k:",
    "\n    k: v",
    "\nk: v",
    "\nk",
    "\n    ? x\n",
    "\n    : y",
    "\n   m: 1",
    "\n   - z",
];

fn base() -> impl Strategy<Value = String> {
    let text = select(vec![LIST, UNDENTED, MAP, BROKEN]);
    (text, 0..6).prop_map(|(text, form)| match form {
        0 => text.replace('\n', "\r\n"),
        1 => format!("\u{feff}{text}"),
        2 => format!("---\n{text}"),
        3 => text.trim_end().to_owned(),
        4 => text.replace('\n', "\r"),
        _ => text.to_owned(),
    })
}

/// Where, how much goes, what comes.
type Edit = (Index, usize, &'static str);

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let removed = prop_oneof![3 => Just(0_usize), 3 => 1..4_usize, 1 => 0..90_usize];
    let piece = prop_oneof![1 => Just(""), 4 => select(PIECES)];
    prop::collection::vec((any::<Index>(), removed, piece), 1..8)
}

/// The start of the character at `offset`, or the end of the text.
fn char_start(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn edited(text: &str, (place, removed, piece): &Edit) -> String {
    let start = char_start(text, place.index(text.len() + 1));
    let end = char_start(text, start + removed);
    format!("{}{piece}{}", &text[..start], &text[end..])
}

/// The first lines in which two trees differ.
fn first_difference(left: &Tree, right: &Tree) -> Option<(String, String)> {
    let lines = |tree: &Tree| {
        format!("{tree:?}").replace("NodeData", "\nNodeData").replace("SyntaxError", "\nSyntaxError")
    };
    let (left, right) = (lines(left), lines(right));
    let mut pairs = left.lines().zip(right.lines());
    pairs.find(|(left, right)| left != right).map(|(left, right)| (left.to_owned(), right.to_owned()))
}

/// Reads `text` anew from `before` and all over, and compares; whether only a part was read.
fn step(before: Tree, text: &str) -> (Tree, bool) {
    let text: Arc<str> = text.into();
    let old = before.text().clone();
    let again = yaml::reparse(before, Arc::clone(&text));
    let full = yaml::parse(text);
    let difference = first_difference(&again.tree, &full);
    let (after, change) = (full.text(), again.change);
    assert_eq!(
        difference, None,
        "
--- before
{old}
--- after
{after}
--- {change:?}"
    );
    assert_sound(&again.tree);
    if let Some(change) = again.change {
        assert_eq!(old[..change.text.start as usize], full.text()[..change.text.start as usize]);
        assert_eq!(old[change.text.old_end as usize..], full.text()[change.text.new_end as usize..]);
    }
    (again.tree, again.change.is_some())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edits_one_after_the_other(base in base(), edits in edits()) {
        let mut tree = yaml::parse(base.as_str().into());
        for edit in &edits {
            let text = edited(tree.text(), edit);
            tree = step(tree, &text).0;
        }
    }

    #[test]
    fn an_edit_and_back(base in base(), edit in edits()) {
        let tree = yaml::parse(base.as_str().into());
        let mut text = base.clone();
        for edit in &edit {
            text = edited(&text, edit);
        }
        let (tree, _) = step(tree, &text);
        step(tree, &base);
    }
}

/// Typing in an item reads that item alone, also while it is broken; else the tests above show nothing.
#[test]
fn typing_reads_a_part() {
    let typed = "\n    depends_on: [analyse, \"x\"]\n    prompt: |\n      Look\n    timeout: 10m # well";
    for after in ["id: review", "agent: analyser", "id: last", "name: review-all", "locks: [gpu]", "Be kind."]
    {
        let at = LIST.find(after).unwrap() + after.len();
        let typed = if after.contains(':') { typed } else { ", really\n\n      and so on" };
        let indent = if ["name", "locks"].iter().any(|key| after.starts_with(key)) { "\n" } else { "\n    " };
        let typed = typed.replace("\n    ", indent);
        let mut tree = yaml::parse(LIST.into());
        let (mut parts, mut steps) = (0, 0);
        for (end, c) in typed.char_indices() {
            let text = format!("{}{}{}", &LIST[..at], &typed[..end + c.len_utf8()], &LIST[at..]);
            let (next, is_part) = step(tree, &text);
            tree = next;
            parts += usize::from(is_part);
            steps += 1;
        }
        assert!(parts * 10 >= steps * 9, "after {after}: {parts} of {steps}");
    }
}
