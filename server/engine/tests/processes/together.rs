//! Runs beside each other: locks, files, runners, and who owns what.

use std::fs;
use std::path::Path;

use divisi_engine::client::RunStatus;
use divisi_engine::event::Event;
use divisi_engine::plan::{LockScope, PlanHold, PlanLock, PlanNode, StoredPlan};
use rustix::process::Signal;

use crate::support::{Bench, await_pid, await_that, is_alive, kill_9, sh, signal};

crate::trials![
    a_lock_is_held_against_other_runs,
    a_lock_dies_with_its_holder_and_not_before,
    a_capacity_is_shared_by_runs,
    runs_that_write_to_the_same_files_take_turns,
    runs_that_write_elsewhere_go_on_together,
    a_run_that_waits_can_be_cancelled,
    an_owner_is_named_and_a_stopped_one_stays_the_owner,
];

/// A node that tells that it runs, and hangs until `go` is there.
fn gate(path: &str) -> PlanNode {
    let line =
        format!("echo $$ > pid-{path}; while ! [ -e go ]; do sleep 0.01; done; echo {path} >> witness");
    sh(path, &line)
}

fn held(mut node: PlanNode, exclusive: bool) -> Vec<PlanNode> {
    node.locks = vec![PlanHold { lock: 0, exclusive }];
    vec![node]
}

fn locked(plan: &mut StoredPlan, capacity: Option<u32>) {
    // The test's own lock: tests run beside each other.
    let name = format!("db{}", plan.workspace.display());
    plan.locks = vec![PlanLock { name, capacity, scope: LockScope::Machine }];
    plan.concurrent = true;
}

fn waits(bench: &Bench) -> Option<String> {
    bench.events().into_iter().find_map(|record| match record.event {
        Event::Withheld { what, by, .. } => {
            by.map(|holder| format!("{what}, held by {holder} (process {})", holder.pid))
        }
        _ => None,
    })
}

fn open(root: &Path) {
    fs::write(root.join("go"), "").unwrap();
}

fn a_lock_is_held_against_other_runs() {
    let first = Bench::with(|_| held(gate("a"), true), |plan| locked(plan, None));
    first.start();
    await_pid(&first.root().join("pid-a"));
    let second = first.beside(|_| held(gate("b"), true), |plan| locked(plan, None));
    second.start();
    await_that("the wait", || waits(&second).is_some());
    let lock = format!("the lock db{}", first.root().display());
    assert_eq!(
        waits(&second).unwrap(),
        format!("{lock}, held by run {} node a (process {})", first.run, first.host_pid())
    );
    let view = second.runs.view(&second.run).unwrap().0;
    assert_eq!(view.in_the_way_of(view.node("b").unwrap()), waits(&second));
    assert!(!first.root().join("pid-b").exists());
    assert_eq!(second.status(), RunStatus::Running, "it goes on by itself");
    open(&first.root());
    assert_eq!(first.verdict(), "succeeded");
    assert_eq!(second.verdict(), "succeeded");
    assert_eq!(first.read("witness"), "a\nb\n");
    let asked = second.events().iter().filter(|r| matches!(r.event, Event::Withheld { .. })).count();
    assert_eq!(asked, 1, "what was said once is not said again");
}

fn a_lock_dies_with_its_holder_and_not_before() {
    let first = Bench::with(|_| held(gate("a"), true), |plan| locked(plan, None));
    first.start();
    let attempt = await_pid(&first.root().join("pid-a"));
    let second = first.beside(|_| held(gate("b"), true), |plan| locked(plan, None));
    second.start();
    await_that("the wait", || waits(&second).is_some());
    signal(first.host_pid(), Signal::STOP);
    // Two looks at the table, at least.
    let before = second.events().len();
    second.runs.ask(&second.run, divisi_engine::event::Request::Pause).unwrap();
    await_that("the pause", || second.events().len() > before);
    second.runs.ask(&second.run, divisi_engine::event::Request::Unpause).unwrap();
    await_that("the end of the pause", || second.events().len() > before + 1);
    assert!(!first.root().join("pid-b").exists(), "a host that is stopped holds what it holds");
    kill_9(first.host_pid());
    await_pid(&first.root().join("pid-b"));
    assert!(!is_alive(attempt), "nobody else is at it");
    open(&first.root());
    assert_eq!(second.verdict(), "succeeded");
}

fn a_capacity_is_shared_by_runs() {
    let first = Bench::with(|_| held(gate("a"), false), |plan| locked(plan, Some(2)));
    first.start();
    await_pid(&first.root().join("pid-a"));
    let second = first.beside(|_| held(gate("b"), false), |plan| locked(plan, Some(2)));
    second.start();
    await_pid(&first.root().join("pid-b"));
    let third = first.beside(|_| held(gate("c"), false), |plan| locked(plan, Some(2)));
    third.start();
    await_that("the wait", || waits(&third).is_some());
    assert!(!first.root().join("pid-c").exists());
    open(&first.root());
    assert_eq!(third.verdict(), "succeeded");
}

fn runs_that_write_to_the_same_files_take_turns() {
    let first = Bench::with(|_| vec![gate("a")], |plan| plan.writes = None);
    first.start();
    await_pid(&first.root().join("pid-a"));
    let second = first.beside(|_| vec![gate("b")], |plan| plan.writes = Some(vec!["x/**".to_owned()]));
    second.start();
    await_that("the wait", || waits(&second).is_some());
    assert_eq!(
        waits(&second).unwrap(),
        format!("the files of this worktree, held by run {} (process {})", first.run, first.host_pid())
    );
    let third = first.beside(|_| vec![gate("c")], |plan| plan.concurrent = true);
    third.start();
    await_pid(&first.root().join("pid-c"));
    open(&first.root());
    assert_eq!(first.verdict(), "succeeded");
    assert_eq!(third.verdict(), "succeeded");
    assert_eq!(second.verdict(), "succeeded");
}

fn runs_that_write_elsewhere_go_on_together() {
    let first = Bench::with(|_| vec![gate("a")], |plan| plan.writes = Some(vec!["x/**".to_owned()]));
    first.start();
    await_pid(&first.root().join("pid-a"));
    let second = first.beside(|_| vec![gate("b")], |plan| plan.writes = Some(vec!["y/*.md".to_owned()]));
    second.start();
    await_pid(&first.root().join("pid-b"));
    open(&first.root());
    assert_eq!(first.verdict(), "succeeded");
    assert_eq!(second.verdict(), "succeeded");
}

fn a_run_that_waits_can_be_cancelled() {
    let first = Bench::new(|_| vec![gate("a")]);
    first.start();
    await_pid(&first.root().join("pid-a"));
    let second = first.beside(|_| vec![gate("b")], |_| {});
    second.start();
    await_that("the wait", || waits(&second).is_some());
    second.runs.ask(&second.run, divisi_engine::event::Request::Cancel).unwrap();
    assert_eq!(second.verdict(), "cancelled");
    open(&first.root());
    assert_eq!(first.verdict(), "succeeded");
}

fn an_owner_is_named_and_a_stopped_one_stays_the_owner() {
    let bench = Bench::new(|_| vec![gate("a")]);
    bench.start();
    await_pid(&bench.root().join("pid-a"));
    let host = bench.host_pid();
    let second = || bench.runs.start_host(&bench.run, &std::env::current_exe().unwrap()).unwrap_err();
    let told = format!("{} is run by process {host}, since 2", bench.run);
    assert!(second().to_string().contains(&told), "{}", second());
    let resumed = bench.runs.prepare_resume(&bench.run).unwrap_err().to_string();
    assert!(resumed.contains(&format!("process {host}, since ")), "{resumed}");
    signal(host, Signal::STOP);
    assert!(second().to_string().contains(&told), "a stopped owner is an owner");
    signal(host, Signal::CONT);
    kill_9(host);
    await_that("the lock", || matches!(bench.status(), RunStatus::Orphaned));
    open(&bench.root());
    assert_eq!(bench.resume().verdict(), "succeeded");
}
