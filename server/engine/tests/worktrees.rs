//! Copies of a workspace and their way back, in real git repositories.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use divisi_engine::plan::PlanWorktree;
use divisi_engine::run_folder::RunFolder;
use divisi_engine::worktree::{Copies, CopyJob, GitError, Merge, find_repository};
use expect_test::{Expect, expect};

fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "protocol.file.allow=always"]);
    let output = command.args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn write(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A repository with a first commit and a `.divisi/` that git ignores.
struct Site {
    _folder: tempfile::TempDir,
    top: PathBuf,
}

impl Site {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap().join("work");
        fs::create_dir(&top).unwrap();
        git(&top, &["init", "-q", "-b", "main"]);
        write(&top, ".divisi/.gitignore", "*\n");
        for (file, text) in files {
            write(&top, file, text);
        }
        git(&top, &["add", "-A"]);
        git(&top, &["commit", "-q", "--allow-empty", "-m", "first"]);
        Self { _folder: folder, top }
    }

    fn run(&self) -> RunFolder {
        RunFolder::new(self.top.join(".divisi/runs/r"))
    }

    fn copies(&self) -> Copies {
        let run = self.run();
        Copies::new(&find_repository(&self.top).unwrap(), run.worktrees(), run.scratch(), "token")
    }

    fn job(&self, number: u32) -> CopyJob {
        let folder = self.run().attempt(0, "n", number);
        CopyJob {
            path: self.run().worktree(&folder),
            folder,
            extras: PlanWorktree::default(),
            forced: Vec::new(),
            name: format!("n, attempt {number},"),
        }
    }

    fn copy(&self) -> CopyJob {
        let job = self.job(1);
        self.copies().make(&job).unwrap();
        job
    }

    fn merge(&self, job: &CopyJob) -> Merge {
        self.copies().merge(job, &|_| Ok(())).unwrap()
    }

    /// Everything below the top but the folders of git and of ours: files with their text, links, whether they can be
    /// executed.
    fn listing(&self) -> BTreeMap<String, String> {
        listing(&self.top)
    }
}

fn listing(top: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut next = vec![top.to_owned()];
    while let Some(folder) = next.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let metadata = fs::symlink_metadata(&path).unwrap();
            let name = path.strip_prefix(top).unwrap().to_string_lossy().into_owned();
            if [".git", ".divisi"].contains(&name.as_str()) {
                continue;
            }
            if metadata.is_symlink() {
                found.insert(name, format!("→ {}", fs::read_link(&path).unwrap().display()));
            } else if metadata.is_dir() {
                next.push(path);
            } else {
                let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
                let mark = if metadata.permissions().mode() & 0o100 != 0 { "* " } else { "" };
                found.insert(name, format!("{mark}{text}"));
            }
        }
    }
    found
}

/// What git knows and must not change: every byte of its folder but objects, our lock and the worktrees' own.
fn git_state(top: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut next = vec![top.join(".git")];
    while let Some(folder) = next.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let name = path.strip_prefix(top.join(".git")).unwrap().to_string_lossy().into_owned();
            if ["objects", "worktrees", "divisi.lock"].contains(&name.as_str()) {
                continue;
            }
            if path.is_dir() {
                next.push(path);
            } else {
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}

const HOOKS: [&str; 8] = [
    "post-checkout",
    "pre-commit",
    "post-index-change",
    "reference-transaction",
    "post-commit",
    "prepare-commit-msg",
    "commit-msg",
    "pre-auto-gc",
];

#[test]
fn a_copy_shows_what_is_not_committed_and_leaves_git_as_it_was() {
    let site = Site::new(&[
        (".gitignore", "ignored\n"),
        ("kept", "1"),
        ("changed", "1"),
        ("staged", "1"),
        ("deleted", "1"),
        ("stashed", "1"),
    ]);
    write(&site.top, "stashed", "2");
    git(&site.top, &["stash", "-q"]);
    write(&site.top, "staged", "2");
    git(&site.top, &["add", "staged"]);
    write(&site.top, "changed", "2");
    write(&site.top, "new/file", "2");
    write(&site.top, "ignored", "2");
    fs::remove_file(site.top.join("deleted")).unwrap();
    symlink("kept", site.top.join("link")).unwrap();
    for hook in HOOKS {
        let path = site.top.join(".git/hooks").join(hook);
        write(
            &site.top,
            &format!(".git/hooks/{hook}"),
            "#!/bin/sh\ntouch \"$(git rev-parse --git-common-dir)/HOOK\"\nexit 1\n",
        );
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let (before, status) = (
        git_state(&site.top),
        git(&site.top, &["-c", "core.hooksPath=/dev/null", "--no-optional-locks", "status", "--porcelain"]),
    );
    let job = site.copy();
    let mut copied = listing(&job.path);
    copied.remove(".git");
    assert_eq!(git_state(&site.top), before);
    expect![[r#"
        {
            ".gitignore": "ignored\n",
            "changed": "2",
            "kept": "1",
            "link": "→ kept",
            "new/file": "2",
            "staged": "2",
            "stashed": "1",
        }
    "#]]
    .assert_debug_eq(&copied);

    write(&job.path, "kept", "3");
    write(&job.path, "new/other", "3");
    git(&job.path, &["-c", "core.hooksPath=/dev/null", "add", "new/other"]);
    git(&job.path, &["-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "by the node"]);
    assert_eq!(site.merge(&job), Merge::Done);
    assert_eq!(git_state(&site.top), before);
    assert_eq!([&site.listing()["kept"], &site.listing()["new/other"]], ["3", "3"]);
    site.copies().remove_others(&[], &site.run());
    assert_eq!(git_state(&site.top), before);
    assert!(!job.path.exists() && !site.top.join(".git/worktrees").exists());
    assert!(!job.folder.patch().exists(), "what was merged needs no patch");
    let now =
        git(&site.top, &["-c", "core.hooksPath=/dev/null", "--no-optional-locks", "status", "--porcelain"]);
    assert_eq!(now, status.replace(" D deleted\n", " D deleted\n M kept\n"));
}

/// Files of the base, then what changes in the workspace and in the copy; empty text deletes.
struct Case {
    base: &'static [(&'static str, &'static str)],
    workspace: &'static [(&'static str, &'static str)],
    copy: &'static [(&'static str, &'static str)],
}

fn change(folder: &Path, files: &[(&str, &str)]) {
    for (file, text) in files {
        let path = folder.join(file);
        match *text {
            "" => fs::remove_file(path).unwrap(),
            "+x" => fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap(),
            _ => match text.strip_prefix("→ ") {
                Some(target) => {
                    let _ = fs::remove_file(&path);
                    symlink(target, path).unwrap();
                }
                None => {
                    if let Some(above) = path.ancestors().skip(1).find(|above| above.is_file()) {
                        fs::remove_file(above).unwrap();
                    }
                    if path.is_dir() {
                        fs::remove_dir_all(&path).unwrap();
                    }
                    write(folder, file, text);
                }
            },
        }
    }
}

fn shown(text: &str) -> String {
    let text = text.trim_end().replace('\n', "|");
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

fn merged(case: &Case, expect: Expect) {
    let site = Site::new(case.base);
    let job = site.copy();
    change(&site.top, case.workspace);
    change(&job.path, case.copy);
    let before = site.listing();
    let mut told = match site.merge(&job) {
        Merge::Done => String::new(),
        Merge::Refused(reasons) => {
            assert_eq!(site.listing(), before, "nothing is applied at a conflict");
            reasons.iter().map(|reason| format!("conflict: {reason}\n")).collect()
        }
    };
    if told.is_empty() {
        let listing = site.listing().into_iter().filter(|(_, text)| text != "ignored\n");
        told = listing.map(|(file, text)| format!("{file}: {}\n", shown(&text))).collect();
    }
    expect.assert_eq(&told);
}

const LINES: &str = "1\n2\n3\n4\n5\n6\n7\n";

#[test]
fn a_path_that_one_side_changed_is_taken_from_it() {
    merged(
        &Case {
            base: &[("a", "1"), ("b", "1"), ("c", "1"), ("d/e", "1"), ("run", "1"), ("bin", "\0\u{1}")],
            workspace: &[("a", "2"), ("only-here", "2")],
            copy: &[
                ("b", "2"),
                ("c", ""),
                ("d/e", ""),
                ("d2/e", "1"),
                ("link", "→ b"),
                ("run", "+x"),
                ("bin", "\0\u{2}"),
            ],
        },
        expect![[r#"
            a: 2
            b: 2
            bin: ??
            d2/e: 1
            link: → b
            only-here: 2
            run: * 1
        "#]],
    );
}

#[test]
fn different_lines_of_one_file_are_merged() {
    merged(
        &Case {
            base: &[("f", LINES), ("g", LINES), ("same", "1\n")],
            workspace: &[("f", "one\n2\n3\n4\n5\n6\n7\n"), ("g", "+x"), ("same", "2\n"), ("new", "n\n")],
            copy: &[
                ("f", "1\n2\n3\n4\n5\n6\nseven\n"),
                ("g", "1\n2\n3\nfour\n5\n6\n7\n"),
                ("same", "2\n"),
                ("new", "n\n"),
            ],
        },
        expect![[r#"
            f: one|2|3|4|5|6|seven
            g: * 1|2|3|four|5|6|7
            new: n
            same: 2
        "#]],
    );
}

#[test]
fn what_both_sides_changed_is_a_conflict_and_nothing_is_applied() {
    merged(
        &Case {
            base: &[
                ("lines", LINES),
                ("gone", "1"),
                ("gone-here", "1"),
                ("bin", "\0a"),
                ("link", "1"),
                ("fine", "1"),
            ],
            workspace: &[
                ("lines", "one\n2\n3\n4\n5\n6\n7\n"),
                ("gone", "2"),
                ("gone-here", ""),
                ("bin", "\0b"),
                ("link", "2"),
                ("new", "2"),
            ],
            copy: &[
                ("lines", "eins\n2\n3\n4\n5\n6\n7\n"),
                ("gone", ""),
                ("gone-here", "3"),
                ("bin", "\0c"),
                ("link", "→ fine"),
                ("new", "3"),
                ("fine", "3"),
            ],
        },
        expect![[r#"
            conflict: bin (the same lines changed on both sides)
            conflict: gone (deleted in the copy, changed in the workspace)
            conflict: gone-here (changed in the copy, deleted in the workspace)
            conflict: lines (the same lines changed on both sides)
            conflict: link (no regular file on both sides)
            conflict: new (added on both sides)
        "#]],
    );
}

#[test]
fn files_and_folders_take_each_others_place() {
    merged(
        &Case {
            base: &[("a", "1"), ("b/c", "1"), ("b/d/e", "1")],
            workspace: &[],
            copy: &[("a/x/y", "2"), ("b", "2")],
        },
        expect![[r#"
            a/x/y: 2
            b: 2
        "#]],
    );
}

#[test]
fn what_git_does_not_know_is_in_the_way() {
    merged(
        &Case {
            base: &[(".gitignore", "ignored\n*.log\n"), ("d/x", "1"), ("b/c", "1")],
            workspace: &[("ignored", "mine"), ("b/own.log", "mine")],
            copy: &[
                (".gitignore", "*.log\n"),
                ("ignored", "theirs"),
                ("b", "2"),
                ("new.log", "never merged"),
            ],
        },
        expect![[r#"
            conflict: b (a folder stands there)
            conflict: ignored (a file that git ignores stands there)
        "#]],
    );
    merged(
        &Case { base: &[("a", "1")], workspace: &[("d", "→ /tmp")], copy: &[("d/x", "1")] },
        expect![[r#"
            conflict: d/x (d is no folder)
        "#]],
    );
}

#[test]
fn ignored_files_come_along_where_asked_and_go_back_only_as_outputs() {
    let site = Site::new(&[(".gitignore", "/modules/\n.env\nout/\n"), ("a", "1")]);
    for (file, text) in [("modules/m", "m"), (".env", "secret"), ("out/report", "old"), ("out/other", "old")]
    {
        write(&site.top, file, text);
    }
    let job = CopyJob {
        extras: PlanWorktree {
            copy: vec![".env".to_owned(), "**/none".to_owned()],
            link: vec!["modules".to_owned()],
        },
        forced: vec!["out/report".to_owned(), "out/never".to_owned()],
        ..site.job(1)
    };
    site.copies().make(&job).unwrap();
    let copied = listing(&job.path);
    assert_eq!(copied[".env"], "secret");
    assert_eq!(copied["modules"], format!("→ {}", site.top.join("modules").display()));
    assert_eq!(copied["out/report"], "old");
    assert!(!copied.contains_key("out/other"));
    for (file, text) in [(".env", "changed"), ("out/report", "new"), ("out/other", "new")] {
        write(&job.path, file, text);
    }
    assert_eq!(site.merge(&job), Merge::Done);
    let listing = site.listing();
    assert_eq!(
        [".env", "out/report", "out/other", "modules/m"].map(|file| listing[file].as_str()),
        ["secret", "new", "old", "m"]
    );
}

#[test]
fn a_merge_that_breaks_off_anywhere_is_completed() {
    let base: &[(&str, &str)] =
        &[("a", "1"), ("b/c", "1"), ("b/d", "1"), ("f", LINES), ("gone", "1"), ("kept", "1"), ("file", "1")];
    let prepared = || {
        let site = Site::new(base);
        let job = site.copy();
        change(&site.top, &[("f", "one\n2\n3\n4\n5\n6\n7\n"), ("kept", "2")]);
        change(
            &job.path,
            &[
                ("a", "2"),
                ("b", "2"),
                ("f", "1\n2\n3\n4\n5\n6\nseven\n"),
                ("gone", ""),
                ("file/x", "2"),
                ("new/y", "2"),
                ("l", "→ a"),
            ],
        );
        (site, job)
    };
    let (site, job) = prepared();
    let before = site.listing();
    assert_eq!(site.merge(&job), Merge::Done);
    let whole = site.listing();
    let mut crashes = 0;
    for survived in 0.. {
        let (site, job) = prepared();
        let steps = Cell::new(0);
        let dies = |_| {
            steps.set(steps.get() + 1);
            if steps.get() > survived { Err(GitError::Missing) } else { Ok(()) }
        };
        if site.copies().merge(&job, &dies).is_ok() {
            break;
        }
        crashes += 1;
        let between = site.listing();
        if survived < 4 {
            assert_eq!(between, before, "nothing is touched before the intent is on the disk");
        }
        assert_eq!(site.merge(&job), Merge::Done, "after {survived} steps");
        assert_eq!(site.listing(), whole, "after {survived} steps");
        assert_eq!(site.merge(&job), Merge::Done, "once more");
        assert_eq!(site.listing(), whole);
        assert_eq!(git(&site.top, &["ls-files", "-o", "--exclude-standard"]), "b\nfile/x\nl\nnew/y\n");
    }
    assert!(crashes >= 18, "{crashes} points");
}

/// A merge that died before one of its paths was done: what somebody wrote there meanwhile is left alone.
#[test]
fn work_that_came_between_a_crash_and_its_mending_is_left_alone() {
    let site = Site::new(&[("a", "1"), ("b", "1"), ("c", "1")]);
    let job = site.copy();
    change(&job.path, &[("a", "2"), ("b", "2"), ("c", "2")]);
    let applied = Cell::new(0);
    let dies = |step| {
        applied.set(applied.get() + u32::from(step == divisi_engine::worktree::Step::Applied));
        if applied.get() == 2 { Err(GitError::Missing) } else { Ok(()) }
    };
    assert!(site.copies().merge(&job, &dies).is_err());
    write(&site.top, "c", "mine");
    let Merge::Refused(reasons) = site.merge(&job) else { panic!() };
    assert_eq!(reasons, ["c (changed while the merge was broken off)"]);
    assert_eq!(Vec::from_iter(site.listing().into_values()), ["2", "2", "mine"]);
}

/// Before anything was touched, what somebody wrote is taken into account anew.
#[test]
fn work_that_comes_while_a_merge_is_decided_is_merged_too() {
    let site = Site::new(&[("f", LINES), ("g", "1")]);
    let job = site.copy();
    change(&job.path, &[("f", "1\n2\n3\n4\n5\n6\nseven\n"), ("g", "2")]);
    let is_first = Cell::new(true);
    let writes = |step| {
        if step == divisi_engine::worktree::Step::Intended && is_first.replace(false) {
            write(&site.top, "f", "one\n2\n3\n4\n5\n6\n7\n");
            fs::remove_file(site.top.join("g")).unwrap();
            write(&site.top, "g", "1");
        }
        Ok(())
    };
    assert_eq!(site.copies().merge(&job, &writes).unwrap(), Merge::Done);
    assert_eq!(site.listing()["f"], "one\n2\n3\n4\n5\n6\nseven\n");
}

#[test]
fn a_copy_that_is_not_merged_leaves_a_patch() {
    let site = Site::new(&[("a", "1\n")]);
    let job = site.copy();
    let other = site.job(2);
    site.copies().make(&other).unwrap();
    write(&job.path, "a", "2\n");
    write(&job.path, "b", "new\n");
    let making = site.job(3);
    fs::create_dir_all(making.path.join("half")).unwrap();
    site.copies().remove_others(std::slice::from_ref(&other.path), &site.run());
    assert!(!job.path.exists() && !making.path.exists() && other.path.exists());
    assert_eq!(git(&site.top, &["worktree", "list"]).lines().count(), 2);
    git(&site.top, &["apply", job.folder.patch().to_str().unwrap()]);
    assert_eq!(Vec::from_iter(site.listing().into_values()), ["2\n", "new\n"]);
}

#[test]
fn a_workspace_below_the_top_is_found() {
    let site = Site::new(&[("sub/a", "1")]);
    let found = find_repository(&site.top.join("sub")).unwrap();
    assert_eq!((found.top, found.prefix), (site.top.clone(), PathBuf::from("sub/")));
}

#[test]
fn what_cannot_be_copied_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let top = folder.path().canonicalize().unwrap();
    let why = find_repository(&top).unwrap_err();
    assert!(why.contains("is not inside a working tree of git"), "{why}");
    git(&top, &["init", "-q"]);
    let why = find_repository(&top).unwrap_err();
    assert!(why.ends_with("has no commit yet"), "{why}");

    let inner = Site::new(&[("x", "1")]);
    let outer = Site::new(&[("a", "1")]);
    git(&outer.top, &["submodule", "--quiet", "add", inner.top.to_str().unwrap(), "sub"]);
    git(&outer.top, &["commit", "-q", "-m", "sub"]);
    find_repository(&outer.top).unwrap();
    write(&outer.top, "sub/x", "2");
    let why = find_repository(&outer.top).unwrap_err();
    assert!(why.starts_with("the submodule sub has changes"), "{why}");
    git(&outer.top.join("sub"), &["checkout", "-q", "."]);
    write(&outer.top, "sub/new", "2");
    assert!(find_repository(&outer.top).is_err());
}

#[test]
fn a_file_that_changed_in_the_tick_of_the_index_is_seen() {
    let site = Site::new(&[("a", "1")]);
    for round in 2..30 {
        git(&site.top, &["add", "-A"]);
        write(&site.top, "a", &(round % 10).to_string());
        let job = site.job(round);
        site.copies().make(&job).unwrap();
        assert_eq!(fs::read_to_string(job.path.join("a")).unwrap(), (round % 10).to_string());
    }
}
