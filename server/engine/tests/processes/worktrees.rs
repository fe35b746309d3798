//! Runs whose nodes work on copies of a real repository.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use divisi_engine::event::{Event, NodeState};
use divisi_engine::plan::{PlanNode, PlanRetry, PlanWorktree, StoredPlan};
use divisi_engine::worktree::find_repository;
use divisi_model::{Backoff, OutputForm};

use crate::support::{Bench, await_that, kill_9, output, sh};

crate::trials![
    nodes_work_on_copies_side_by_side_and_their_work_is_merged,
    a_conflict_fails_the_node_and_keeps_the_copy,
    a_retry_begins_with_a_new_copy_and_the_old_one_leaves_a_patch,
    a_host_that_dies_while_it_merges_is_followed_by_one_that_does,
    a_node_that_is_cancelled_while_its_copy_is_made_never_starts,
    a_copy_of_a_killed_host_is_removed,
    no_copy_is_left_when_the_end_of_a_run_is_told,
    a_git_that_was_killed_with_its_host_is_in_nobodys_way,
];

fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=t", "-c", "user.email=t@example.org"]).args(arguments);
    let output = command.current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A workspace that is a repository with the file `f` of seven lines.
fn bench(nodes: impl FnOnce(&Path) -> Vec<PlanNode>) -> Bench {
    Bench::with(nodes, |plan: &mut StoredPlan| {
        let root = plan.workspace.clone();
        git(&root, &["init", "-q"]);
        fs::write(root.join("f"), "1\n2\n3\n4\n5\n6\n7\n").unwrap();
        fs::write(root.join(".gitignore"), ".divisi\nbuilt\nlog*\n").unwrap();
        git(&root, &["add", "-A"]);
        git(&root, &["commit", "-q", "-m", "first"]);
        plan.repository = Some(find_repository(&root).unwrap());
    })
}

fn isolated(path: &str, line: &str) -> PlanNode {
    PlanNode { worktree: Some(PlanWorktree::default()), ..sh(path, line) }
}

fn copies(bench: &Bench) -> Vec<PathBuf> {
    let folder = bench.root().join(".divisi/runs").join(&bench.run).join("worktrees");
    fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect()
}

fn worktrees(bench: &Bench) -> usize {
    git(&bench.root(), &["worktree", "list"]).lines().count() - 1
}

/// Copies are removed beside everything else, while the run goes on.
fn await_copies(bench: &Bench, count: usize) {
    await_that("the copies", || copies(bench).len() == count && worktrees(bench) == count);
}

fn is_in(bench: &Bench, wanted: &str, state: NodeState) -> bool {
    let events = bench.events();
    events.iter().any(|record| matches!(&record.event, Event::NodeState { node, state: now, .. } if node == wanted && *now == state))
}

/// Holds what a host needs for a copy or a merge.
fn hold_merges(bench: &Bench) -> File {
    let path = bench.root().join(".git/divisi.lock");
    let file = File::options().write(true).create(true).truncate(false).open(path).unwrap();
    file.lock().unwrap();
    file
}

fn nodes_work_on_copies_side_by_side_and_their_work_is_merged() {
    let bench = bench(|_| {
        let seen = sh("seen", "echo uncommitted > u");
        let a = PlanNode {
            dependencies: vec![0],
            outputs: vec![output("built", OutputForm::File("built".to_owned()))],
            ..isolated(
                "a",
                "cat u; test \"$PWD\" = \"$(pwd)\"; sed -i s/1/one/ f; cat f > built; git status --short > logA; cp logA ../../../../../logs-a",
            )
        };
        let b = PlanNode {
            dependencies: vec![0],
            ..isolated("b", "sed -i s/7/seven/ f; rm u; echo new > n; echo x > log")
        };
        let c = PlanNode {
            dependencies: vec![1, 2],
            ..sh("c", "cat f n > all; cat built >> all; echo {{ nodes.a.outputs.built }} > path")
        };
        vec![seen, a, b, c]
    });
    let index = fs::read(bench.root().join(".git/index")).unwrap();
    assert_eq!(bench.start().verdict(), "succeeded", "{:?} {}", bench.ends(), bench.detail("a"));
    assert_eq!(bench.read("all"), "one\n2\n3\n4\n5\n6\nseven\nnew\none\n2\n3\n4\n5\n6\n7\n");
    assert_eq!(bench.read("logs-a"), " M f\n", "the copy is a commit of what was there");
    assert!(!bench.root().join("log").exists() && !bench.root().join("u").exists());
    assert_eq!(fs::read(bench.root().join(".git/index")).unwrap(), index);
    let built = bench.events().iter().rev().find_map(|record| match &record.event {
        Event::NodeState { node, state: NodeState::Succeeded, outputs, .. } if node == "a" => {
            Some(serde_json::to_value(&outputs["built"]).unwrap())
        }
        _ => None,
    });
    assert_eq!(built.unwrap()["file"]["path"], bench.root().join("built").to_str().unwrap());
    await_copies(&bench, 0);
}

fn a_conflict_fails_the_node_and_keeps_the_copy() {
    let bench = bench(|root| {
        let root = root.display();
        vec![isolated("a", &format!("sed -i s/4/four/ f; echo new > n; sed -i s/4/vier/ {root}/f"))]
    });
    assert_eq!(bench.start().verdict(), "failed");
    assert_eq!(bench.ends(), ["a failed(merge_conflict)"]);
    let [copy] = &copies(&bench)[..] else { panic!("{:?}", copies(&bench)) };
    assert_eq!(
        bench.detail("a"),
        format!(
            "what it made could not be merged: f (the same lines changed on both sides); its copy of the workspace is kept in {}",
            copy.display()
        )
    );
    assert_eq!(bench.read("f"), "1\n2\n3\nvier\n5\n6\n7\n");
    assert!(!bench.root().join("n").exists(), "nothing is applied");
    assert_eq!(fs::read_to_string(copy.join("f")).unwrap(), "1\n2\n3\nfour\n5\n6\n7\n");
}

fn a_retry_begins_with_a_new_copy_and_the_old_one_leaves_a_patch() {
    let bench = bench(|root| {
        let retry = PlanRetry {
            attempts: 2,
            backoff: Backoff::Immediate,
            initial_ms: 0,
            max_ms: 0,
            multiplier: 1.0,
            jitter: false,
            on: None,
        };
        let line = format!(
            "cat s >> s2; echo $DIVISI_ATTEMPT > s; echo outside > {}/o; cat o >> s2; test $DIVISI_ATTEMPT = 2",
            root.display()
        );
        vec![PlanNode { retry: Some(retry), ..isolated("a", &line) }]
    });
    assert_eq!(bench.start().verdict(), "succeeded", "{:?}", bench.detail("a"));
    assert_eq!((bench.read("s"), bench.read("s2")), ("2\n".to_owned(), "outside\n".to_owned()));
    let patch = format!(".divisi/runs/{}/attempts/0-a.1/changes.patch", bench.run);
    assert!(bench.read(&patch).contains("+1\n"), "{}", bench.read(&patch));
    await_copies(&bench, 0);
}

fn a_host_that_dies_while_it_merges_is_followed_by_one_that_does() {
    let bench = bench(|root| {
        let root = root.display();
        // Once its copy is made it waits until nobody can merge.
        vec![isolated(
            "a",
            &format!("echo x >> {root}/logs; until test -e {root}/log-go; do sleep 0.01; done; echo new > n"),
        )]
    });
    bench.start();
    await_that("the attempt", || bench.root().join("logs").exists());
    let held = hold_merges(&bench);
    fs::write(bench.root().join("log-go"), "").unwrap();
    await_that("the merge", || is_in(&bench, "a", NodeState::Merging));
    kill_9(bench.host_pid());
    await_that("the death of the host", || bench.status() == divisi_engine::client::RunStatus::Orphaned);
    assert!(!bench.root().join("n").exists());
    drop(held);
    assert_eq!(bench.resume().verdict(), "succeeded", "{}", bench.detail("a"));
    assert_eq!((bench.read("n"), bench.read("logs")), ("new\n".to_owned(), "x\n".to_owned()));
    await_copies(&bench, 0);
}

fn a_node_that_is_cancelled_while_its_copy_is_made_never_starts() {
    let bench = bench(|root| vec![isolated("a", &format!("touch {}/logs", root.display()))]);
    let held = hold_merges(&bench);
    bench.start();
    await_that("the grant", || is_in(&bench, "a", NodeState::Running));
    bench.runs.ask(&bench.run, divisi_engine::event::Request::Cancel).unwrap();
    let stopping = NodeState::Stopping { cause: divisi_engine::event::StopCause::Cancelled };
    await_that("the stop", || is_in(&bench, "a", stopping));
    drop(held);
    assert_eq!(bench.verdict(), "cancelled");
    assert!(!bench.root().join("logs").exists());
    await_copies(&bench, 0);
}

fn a_copy_of_a_killed_host_is_removed() {
    let bench = bench(|root| {
        let root = root.display();
        let line = format!(
            "echo half > n; touch {root}/log$DIVISI_ATTEMPT; until test -e {root}/log-go; do sleep 0.01; done"
        );
        vec![isolated("a", &line)]
    });
    bench.start();
    await_that("the attempt", || bench.root().join("log1").exists());
    kill_9(bench.host_pid());
    await_that("the death of the host", || bench.status() == divisi_engine::client::RunStatus::Orphaned);
    bench.resume();
    await_that("the second attempt", || bench.root().join("log2").exists());
    await_copies(&bench, 1);
    fs::write(bench.root().join("log-go"), "").unwrap();
    assert_eq!(bench.verdict(), "succeeded", "{}", bench.detail("a"));
    assert_eq!(bench.read("n"), "half\n");
    await_copies(&bench, 0);
}

fn no_copy_is_left_when_the_end_of_a_run_is_told() {
    let bench = bench(|_| {
        let tolerated = PlanNode { continue_on_error: true, ..isolated("a", "echo half > n; exit 7") };
        vec![tolerated, isolated("b", "echo new > n")]
    });
    assert_eq!(bench.start().verdict(), "succeeded");
    // Whoever kills the host now leaves nobody who would remove them.
    assert_eq!((copies(&bench), worktrees(&bench)), (Vec::new(), 0));
    assert_eq!(bench.read("n"), "new\n");
}

/// What a killed git leaves behind: the lock of an index of ours.
fn a_git_that_was_killed_with_its_host_is_in_nobodys_way() {
    let bench = bench(|_| vec![isolated("a", "echo a > made")]);
    let scratch = bench.root().join(".divisi/runs").join(&bench.run).join("scratch");
    fs::create_dir_all(&scratch).unwrap();
    fs::write(scratch.join("index.lock"), "").unwrap();
    bench.start();
    assert_eq!(bench.verdict(), "succeeded");
    assert_eq!(bench.read("made"), "a\n");
}
