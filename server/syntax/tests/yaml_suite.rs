//! The yaml-test-suite as oracle: what is valid means the same here, or is
//! called unsupported; what is invalid is refused.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test stops at a suite it cannot read, and says when it is skipped"
)]

mod support;

use std::fs;
use std::path::Path;

use divisi_syntax::{ErrorKind, Span, Tree, strict, yaml};
use support::events::events;

const SUITE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/yaml-test-suite");

/// A case of the suite: one folder with `in.yaml`.
struct Case {
    name: String,
    text: String,
    /// `None` where the text is invalid.
    events: Option<Vec<String>>,
}

fn cases() -> Option<Vec<Case>> {
    let root = Path::new(SUITE);
    if !root.is_dir() {
        eprintln!("SKIPPED: {SUITE} is not here");
        return None;
    }
    let mut folders = vec![root.to_path_buf()];
    let mut cases = Vec::new();
    while let Some(folder) = folders.pop() {
        folders.extend(
            fs::read_dir(&folder)
                .unwrap()
                .filter_map(|entry| Some(entry.ok()?.path()))
                .filter(|path| path.is_dir() && !path.is_symlink()),
        );
        if folder.join("in.yaml").is_file() {
            cases.push(case(root, &folder));
        }
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    Some(cases)
}

fn case(root: &Path, folder: &Path) -> Case {
    let name = folder.strip_prefix(root).unwrap().display().to_string();
    let text = fs::read_to_string(folder.join("in.yaml")).unwrap();
    let invalid = folder.join("error").exists();
    let events = (!invalid).then(|| {
        let events = fs::read_to_string(folder.join("test.event")).unwrap();
        events.lines().map(|event| if event == "-DOC ..." { "-DOC" } else { event }.to_owned()).collect()
    });
    Case { name, text, events }
}

fn refused(tree: &Tree) -> bool {
    let all = Span::new(0, tree.text().len() as u32);
    !tree.errors().is_empty() || !strict::check_yaml(tree.text(), all).is_empty()
}

#[test]
fn agrees_with_the_suite() {
    let Some(cases) = cases() else { return };
    let (mut same, mut unsupported, mut refused_cases, mut refused_by_tree) = (0, 0, 0, 0);
    let mut wrong = Vec::new();
    for case in &cases {
        let tree = yaml::parse(case.text.as_str().into());
        match &case.events {
            Some(expected) if tree.errors().is_empty() && events(&tree) == *expected => same += 1,
            Some(_) if tree.errors().iter().any(|error| error.kind == ErrorKind::Unsupported) => {
                unsupported += 1
            }
            None if refused(&tree) => {
                refused_cases += 1;
                refused_by_tree += usize::from(!tree.errors().is_empty());
            }
            _ => wrong.push(case),
        }
    }
    for case in &wrong {
        let tree = yaml::parse(case.text.as_str().into());
        println!("=== {}\n{}\n--- {:#?}", case.name, case.text, tree.errors());
        if let Some(expected) = &case.events {
            println!("--- found\n{}\n--- expected\n{}", events(&tree).join("\n"), expected.join("\n"));
        }
    }
    let names: Vec<_> = wrong.iter().map(|case| case.name.as_str()).collect();
    println!(
        "{} cases: {same} with the same events, {unsupported} unsupported, {refused_cases} invalid ones refused \
         ({refused_by_tree} of them by the tree alone), {} wrong: {names:?}",
        cases.len(),
        wrong.len(),
    );
    assert_eq!(cases.len(), 402);
    assert!(wrong.is_empty(), "{names:?}");
    assert!(same >= 290, "{same}");
    assert_eq!(refused_cases, 94);
}
