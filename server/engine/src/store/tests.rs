use std::collections::BTreeMap;
use std::fs;

use tempfile::TempDir;

use super::digests::{Digests, Known, Stamp};
use super::entry::ENTRY_FORMAT;
use super::manifest::{Content, Unrestorable, WrittenPath};
use super::*;

struct Bench {
    folder: TempDir,
    store: ContextStore,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = ContextStore::open_with(folder.path(), key(&folder)).unwrap();
        Self { folder, store }
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    /// A result of `node` that follows from `from` and wrote `files`.
    fn entry(&self, node: &str, from: &str, files: &[(&str, &str)]) -> Entry {
        let digest = blake3::hash(from.as_bytes()).to_hex().to_string();
        let parts = vec![Part { name: "run".to_owned(), digest }];
        let written = files.iter().map(|(path, text)| {
            let digest = self.store.keep(text.as_bytes()).unwrap();
            WrittenPath { path: (*path).to_owned(), content: Content::File { mode: 0o644, digest } }
        });
        Entry {
            format: ENTRY_FORMAT,
            identity: identity::digest_of_parts(&parts),
            node: format!("dag/{node}"),
            run: "first".to_owned(),
            created_at: 1_000,
            parts,
            outputs: BTreeMap::from([("out".to_owned(), StoredOutput::Value(from.into()))]),
            written: written.collect(),
            wall_ms: 5,
            usd: None,
            bytes: 10,
        }
    }

    fn put(&mut self, entry: &Entry, now: i64) -> u64 {
        self.store.put(entry, now).unwrap()
    }

    fn restore(&self, entry: &Entry) -> String {
        let mut digests = Digests::new(self.root(), []);
        match self.store.restore(self.root(), "run", entry, &mut digests).unwrap() {
            Ok(()) => "restored".to_owned(),
            Err(Unrestorable::Edited(path)) => format!("edited {path}"),
            Err(Unrestorable::Lost(path)) => format!("lost {path}"),
        }
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.root().join(path), text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap_or_default()
    }
}

fn key(folder: &TempDir) -> SigningKey {
    SigningKey::load_or_create(&folder.path().join("key")).unwrap()
}

#[test]
fn a_result_lives_as_long_as_its_ttl_and_no_run_waits_for_its_own() {
    let mut bench = Bench::new();
    let entry = bench.entry("a", "x", &[]);
    bench.put(&entry, 1_000);
    let mut find = |run: &str, ttl, now| bench.store.find(&entry.identity, run, ttl, now).unwrap().map(drop);
    assert_eq!(find("second", None, 9_999_999), Ok(()));
    assert_eq!(find("second", Some(500), 1_499), Ok(()));
    assert_eq!(find("second", Some(500), 1_500), Err(MissKind::Stale));
    assert_eq!(find("second", Some(500), 999), Err(MissKind::Stale), "the clock was set back");
    assert_eq!(find("first", Some(500), 1_500), Ok(()), "its own run");
    assert_eq!(find("second", Some(u64::MAX), i64::MAX - 1), Ok(()));
    assert_eq!(bench.store.find("no such", "second", None, 0).unwrap(), Err(MissKind::New));
}

#[test]
fn files_are_put_back_unless_somebody_worked_on_them() {
    let mut bench = Bench::new();
    let entry = bench.entry("a", "x", &[("deep/out.txt", "one"), ("other.txt", "two")]);
    bench.put(&entry, 0);
    assert_eq!(bench.restore(&entry), "restored");
    assert_eq!((bench.read("deep/out.txt"), bench.read("other.txt")), ("one".into(), "two".into()));
    bench.write("other.txt", "mine");
    fs::remove_file(bench.root().join("deep/out.txt")).unwrap();
    assert_eq!(bench.restore(&entry), "edited other.txt");
    assert_eq!(bench.read("deep/out.txt"), "", "nothing is put back where not all can be");
    // What another run of ours put there is not somebody's work.
    let later = bench.entry("a", "y", &[("other.txt", "mine")]);
    bench.put(&later, 0);
    assert_eq!(bench.restore(&entry), "restored");
    assert_eq!((bench.read("deep/out.txt"), bench.read("other.txt")), ("one".into(), "two".into()));
}

#[test]
fn what_a_killed_host_was_writing_is_taken_away() {
    let mut bench = Bench::new();
    let entry = bench.entry("a", "x", &[("out.txt", "one")]);
    bench.put(&entry, 0);
    let draft = manifest::draft(bench.root(), "run", "out.txt");
    fs::write(&draft, "hal").unwrap();
    assert_eq!(bench.restore(&entry), "restored");
    assert_eq!((bench.read("out.txt"), draft.exists()), ("one".into(), false));
    fs::write(&draft, "hal").unwrap();
    bench.write("out.txt", "mine");
    assert_eq!(bench.restore(&entry), "edited out.txt");
    assert!(!draft.exists());
}

#[test]
fn a_path_through_a_link_or_out_of_the_workspace_is_not_written() {
    let mut bench = Bench::new();
    let outside = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(outside.path(), bench.root().join("deep")).unwrap();
    let entry = bench.entry("a", "x", &[("deep/out.txt", "one")]);
    bench.put(&entry, 0);
    assert_eq!(bench.restore(&entry), "edited deep/out.txt");
    assert!(!outside.path().join("out.txt").exists());
    for path in ["../x", "/x", "a/../../x", ".git/hooks/post-commit", ".divisi/x", "a//b", ""] {
        assert!(!bench.entry("a", "x", &[(path, "one")]).is_sound(), "{path}");
    }
}

#[test]
fn a_damaged_body_is_noticed() {
    let mut bench = Bench::new();
    let entry = bench.entry("a", "x", &[("out.txt", "one")]);
    bench.put(&entry, 0);
    let Content::File { digest, .. } = &entry.written[0].content else { unreachable!("it is a file") };
    fs::write(bench.store.bodies.path(digest), "onx").unwrap();
    assert_eq!(bench.restore(&entry), "lost out.txt");
    assert_eq!(bench.read("out.txt"), "");
}

#[test]
fn a_store_of_somebody_else_holds_nothing() {
    let mut bench = Bench::new();
    let entry = bench.entry("a", "x", &[("out.txt", "one")]);
    bench.put(&entry, 0);
    let other = SigningKey::load_or_create(&bench.root().join("other-key")).unwrap();
    let mut theirs = ContextStore::open_with(bench.root(), other).unwrap();
    assert_eq!(theirs.find(&entry.identity, "r", None, 0).unwrap(), Err(MissKind::New));
    assert_eq!(theirs.list().unwrap(), []);
    let mut ours = ContextStore::open_with(bench.root(), key(&bench.folder)).unwrap();
    assert!(ours.find(&entry.identity, "r", None, 0).unwrap().is_ok());
}

#[test]
fn what_was_not_used_for_longest_goes_first_and_pinned_results_stay() {
    let mut bench = Bench::new();
    let texts: Vec<String> = (0..4).map(|n| format!("{n}").repeat(10_000)).collect();
    let entries: Vec<Entry> =
        (0..4).map(|n| bench.entry(&format!("n{n}"), &format!("{n}"), &[("out", &texts[n])])).collect();
    bench.store.limit(Some(35_000));
    fs::create_dir_all(bench.root().join(".divisi/runs/living")).unwrap();
    assert_eq!(bench.put(&entries[0], 1), 0);
    assert_eq!(bench.put(&entries[1], 2), 0);
    assert_eq!(bench.put(&entries[2], 3), 0);
    bench.store.note_use(&entries[0].identity, "living", 4).unwrap();
    // The run "first" has no folder: it cannot be resumed, and holds nothing.
    assert_eq!(bench.put(&entries[3], 5), 1);
    let kept: Vec<bool> = entries
        .iter()
        .map(|entry| bench.store.find(&entry.identity, "r", None, 0).unwrap().is_ok())
        .collect();
    assert_eq!(kept, [true, false, true, true]);
    bench.store.limit(Some(0));
    assert_eq!(bench.store.evict().unwrap(), 2);
    assert_eq!(bench.store.figures().unwrap().entries, 1, "what a living run used");
    bench.store.unpin("living").unwrap();
    bench.store.evict().unwrap();
    let figures = bench.store.figures().unwrap();
    assert_eq!((figures.entries, figures.bytes), (0, 0));
    let left = walk_files(&bench.root().join(".divisi/store/bodies"));
    assert_eq!(left, 0, "bodies that nobody needs are gone");
}

fn walk_files(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| if entry.path().is_dir() { walk_files(&entry.path()) } else { 1 }).sum()
}

#[test]
fn equal_contents_are_kept_once() {
    let mut bench = Bench::new();
    let text = "x".repeat(50_000);
    for n in 0..3 {
        let entry = bench.entry(&format!("n{n}"), &format!("{n}"), &[("a", &text), ("b", &text)]);
        bench.put(&entry, 0);
    }
    let figures = bench.store.figures().unwrap();
    assert!((50_000..60_000).contains(&figures.bytes), "{figures:?}");
    assert!(figures.bytes_without_sharing > 150_000, "{figures:?}");
}

#[test]
fn results_are_forgotten_by_pattern() {
    let mut bench = Bench::new();
    for node in ["build", "test[eu]", "test[us]"] {
        let entry = bench.entry(node, node, &[]);
        bench.put(&entry, 0);
    }
    let nodes = |store: &ContextStore| {
        let mut nodes: Vec<String> = store.list().unwrap().into_iter().map(|result| result.node).collect();
        nodes.sort();
        nodes
    };
    assert_eq!(bench.store.forget("test[eu]").unwrap(), 1);
    assert_eq!(nodes(&bench.store), ["dag/build", "dag/test[us]"]);
    assert_eq!(bench.store.forget("test*").unwrap(), 1);
    assert_eq!(bench.store.forget("other/*").unwrap(), 0);
    assert_eq!(bench.store.forget("dag/*").unwrap(), 1);
    assert!(bench.store.forget("[").is_err());
}

#[test]
fn an_export_is_imported_elsewhere_and_damage_is_refused() {
    let mut bench = Bench::new();
    let entry = bench.entry("a", "x", &[("out.txt", "one")]);
    bench.put(&entry, 0);
    let file = bench.root().join("results");
    assert_eq!(bench.store.export(&file).unwrap(), 1);
    let mut other = Bench::new();
    assert_eq!(other.store.import(&file, 0).unwrap(), Imported { results: 1, known: 0 });
    assert_eq!(other.store.import(&file, 0).unwrap(), Imported { results: 0, known: 1 });
    assert_eq!(other.store.find(&entry.identity, "r", None, 0).unwrap(), Ok(entry.clone()));
    assert_eq!(other.restore(&entry), "restored");
    assert_eq!(other.read("out.txt"), "one");

    let good = fs::read(&file).unwrap();
    for at in (0..good.len()).step_by(41) {
        let mut bad = good.clone();
        bad[at] ^= 1;
        fs::write(&file, &bad).unwrap();
        let fresh = Bench::new();
        let mut store = fresh.store;
        // Either it is refused, or what was changed is nothing that a result follows from.
        if store.import(&file, 0).is_ok() {
            assert!(store.list().unwrap().len() <= 1);
        }
    }
    fs::write(&file, &good[..good.len() - 5]).unwrap();
    assert!(Bench::new().store.import(&file, 0).is_err(), "cut off");
    fs::write(&file, b"something else\n").unwrap();
    assert!(Bench::new().store.import(&file, 0).is_err());
}

#[test]
fn an_import_writes_nowhere_but_where_results_may_be() {
    let bench = Bench::new();
    let entry = bench.entry("a", "x", &[("../../escape", "one")]);
    let json = serde_json::to_string(&entry).unwrap();
    let file = bench.root().join("results");
    let digest = blake3::hash(b"one").to_hex();
    let text = format!("divisi results 1\nbody {digest} 3\noneentry {}\n{json}end\n", json.len());
    fs::write(&file, text).unwrap();
    let mut other = Bench::new();
    assert!(other.store.import(&file, 0).is_err_and(|error| error.to_string().contains("not what it says")));
    let text = "divisi results 1\nbody ../../../../x 3\noneend\n";
    fs::write(&file, text).unwrap();
    assert!(other.store.import(&file, 0).is_err());
}

#[test]
fn a_miss_names_the_first_difference() {
    let mut bench = Bench::new();
    let part = |name: &str, text: &str| Part {
        name: name.to_owned(),
        digest: bench.store.keep(text.as_bytes()).unwrap(),
    };
    let (one, two) =
        ("file aa src/a.rs\nfile bb src/b.rs\n", "file ab src/a.rs\nfile bb src/b.rs\nfile cc src/c.rs\n");
    let parts = |prompt: &str, reads: &str| vec![part("prompt", prompt), part("reads", reads)];
    let before = parts("p", one);
    let mut entry = bench.entry("a", "x", &[]);
    entry.identity = identity::digest_of_parts(&before);
    entry.parts = before;
    let (changed_prompt, changed_reads) = (parts("q", two), parts("p", two));
    let other = vec![part("prompt", "p"), part("reads", one), part("env", "e")];
    bench.put(&entry, 0);
    let why = |parts: &[Part]| bench.store.explain("dag/a", parts, two).unwrap().detail;
    assert_eq!(why(&changed_prompt), "prompt changed");
    assert_eq!(why(&changed_reads), "reads changed: src/a.rs, src/c.rs");
    assert_eq!(why(&other), "env changed");
    assert_eq!(bench.store.explain("dag/b", &[], "").unwrap().kind, MissKind::New);
}

#[test]
fn unchanged_files_are_not_read_again_and_changed_ones_always_are() {
    let bench = Bench::new();
    bench.write("a", "one");
    let mut digests = Digests::new(bench.root(), []);
    let digest = |digests: &mut Digests| match digests.look("a").unwrap().unwrap().0 {
        Content::File { digest, .. } => digest,
        other => format!("{other:?}"),
    };
    let first = digest(&mut digests);
    assert!(digests.take_news().is_empty(), "a file that is so young may change without a trace");
    bench.write("a", "two");
    assert_ne!(digest(&mut digests), first, "of the same length, in the same tick of the clock");
    // Long ago, as far as its stamp tells.
    let file = fs::File::options().write(true).open(bench.root().join("a")).unwrap();
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(100);
    file.set_modified(old).unwrap();
    assert!(digests.take_news().is_empty(), "its inode changed a moment ago");
    let stamp = Stamp::of(&fs::symlink_metadata(bench.root().join("a")).unwrap());
    let known: Known =
        serde_json::from_value(serde_json::json!({"stamp": stamp, "digest": "known"})).unwrap();
    let mut digests = Digests::new(bench.root(), [("a".to_owned(), known)]);
    assert_eq!(digest(&mut digests), "known");
    bench.write("a", "six");
    assert_ne!(digest(&mut digests), "known");
}

#[test]
fn globs_name_files_of_the_workspace() {
    let bench = Bench::new();
    for folder in ["src/deep", "target", ".git", "docs"] {
        fs::create_dir_all(bench.root().join(folder)).unwrap();
    }
    for file in
        ["src/a.rs", "src/deep/b.rs", "src/c.md", "target/x", ".git/config", "docs/d.md", ".hidden", "top"]
    {
        bench.write(file, file);
    }
    fs::write(bench.root().join(".gitignore"), "target\nkey\n").unwrap();
    let find = |globs: &[&str]| {
        let found = reads::Files::new(globs.iter().copied()).unwrap().find(bench.root()).unwrap();
        Vec::from_iter(found).join(" ")
    };
    assert_eq!(find(&["src/*.rs"]), "src/a.rs");
    assert_eq!(find(&["src/**/*.rs"]), "src/a.rs src/deep/b.rs");
    assert_eq!(find(&["src", "!**/*.md"]), "src/a.rs src/deep/b.rs");
    assert_eq!(find(&["./docs/../top", "nothing/**"]), "top");
    assert_eq!(find(&["target/x"]), "target/x", "what is named counts, ignored or not");
    assert_eq!(find(&["workspace", "!src"]), ".gitignore .hidden docs/d.md top");
    assert_eq!(find(&[]), "");
    assert!(reads::Files::new(["../x"]).is_err());
    assert!(reads::Files::new(["/etc/passwd"]).is_err());
}

#[test]
fn tracked_files_belong_to_the_workspace_though_they_are_ignored() {
    let bench = Bench::new();
    let git = |arguments: &[&str]| {
        let mut command = std::process::Command::new("git");
        let output = command.args(arguments).current_dir(bench.root()).output().unwrap();
        assert!(output.status.success(), "{arguments:?}");
    };
    git(&["init", "-q"]);
    fs::write(bench.root().join(".gitignore"), "*.log\n").unwrap();
    for file in ["tracked.log", "other.log", "new.txt"] {
        bench.write(file, file);
    }
    git(&["add", "-f", "tracked.log"]);
    let found = reads::Files::new(["workspace", "!key"]).unwrap().find(bench.root()).unwrap();
    assert_eq!(Vec::from_iter(found).join(" "), ".gitignore new.txt tracked.log");
}
