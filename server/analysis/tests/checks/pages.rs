//! The generated pages and examples are up to date, and their examples show what they say.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::{AGENTS, Fixture};
use divisi_analysis::codes;
use divisi_analysis::pages::{broken_examples, pages};
use expect_test::expect_file;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/diagnostics");
const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/broken");

#[test]
fn pages_are_up_to_date() {
    let folder = Path::new(FOLDER);
    let mut names = BTreeSet::new();
    for page in pages() {
        expect_file![folder.join(&page.file)].assert_eq(&page.text);
        names.insert(page.file);
    }
    let written =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(written.collect::<BTreeSet<_>>(), names, "remove pages of codes that are gone");
}

fn expect(path: &Path, text: &str) {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    }
    expect_file![path].assert_eq(text);
}

/// `examples/broken/` holds one example a code, and the agents that they name.
#[test]
fn broken_examples_are_up_to_date() {
    let folder = Path::new(EXAMPLES);
    let mut names = BTreeSet::from(["README.md", "divisi.toml", ".claude"].map(str::to_owned));
    for page in broken_examples() {
        expect(&folder.join(&page.file), &page.text);
        names.extend(page.file.split('/').next().map(str::to_owned));
    }
    for (path, text) in AGENTS {
        expect(&folder.join(path), text);
    }
    let written =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(written.collect::<BTreeSet<_>>(), names, "remove folders of codes that are gone");
}

#[test]
fn codes_are_sorted_and_kebab_case() {
    let names: Vec<&str> = codes::all().map(|code| code.name).collect();
    assert!(names.is_sorted(), "{names:?}");
    assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')));
}

#[test]
fn each_example_shows_its_code() {
    for code in codes::all().filter(|code| !code.example.bad.is_empty()) {
        let found = |text: &str| -> Vec<&'static str> {
            let mut fixture = Fixture::new(AGENTS);
            fixture.open(code.example.path, text);
            fixture.findings(code.example.path).iter().map(|finding| finding.code).collect()
        };
        let (bad, good) = (found(code.example.bad), found(code.example.good));
        assert!(bad.contains(&code.name), "{}: the example has {bad:?}", code.name);
        assert!(good.is_empty(), "{}: the better example has {good:?}", code.name);
    }
}
