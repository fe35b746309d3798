//! What is run: 200 nodes in layers. Some fail at first, hold locks or take their time; some keep their result for later
//! runs, some can be undone, some work on a copy of the workspace. Each appends to a witness file when it begins and when
//! it has done its work.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use divisi_engine::plan::{
    PlanCache, PlanCompensation, PlanHold, PlanLock, PlanNode, PlanRetry, PlanWorktree, StoredPlan,
};
use divisi_engine::worktree::find_repository;
use divisi_model::{Backoff, LockScope, OutputForm, ResumePolicy};

use crate::bench::{output, sh};

/// Nodes of a layer. Each waits for the one above it and that one's neighbour.
pub(crate) const WIDTH: usize = 10;

/// The first nodes of each layer can be found again: they wait for each other only.
pub(crate) const CACHED: usize = 3;

/// What the files hold that they read.
pub(crate) const COLUMNS: [&str; CACHED] = ["one", "two", "three"];

/// The locks, and whether each is a semaphore.
const LOCKS: [(&str, Option<u32>); 2] = [("tree", None), ("seats", Some(2))];

/// What a node is, by its index.
pub(crate) fn is_cached(index: usize) -> bool {
    index % WIDTH < CACHED
}

pub(crate) fn is_isolated(index: usize) -> bool {
    index % 40 == 35
}

pub(crate) fn can_be_undone(index: usize) -> bool {
    !is_cached(index) && !is_isolated(index) && index.is_multiple_of(4)
}

/// `count` nodes that all succeed in the end.
pub(crate) fn nodes(root: &Path, count: usize) -> Vec<PlanNode> {
    (0..count).map(|index| node(root, index)).collect()
}

/// The same, and then one that fails for good.
pub(crate) fn failing(root: &Path, count: usize) -> Vec<PlanNode> {
    let last = PlanNode {
        dependencies: (count - WIDTH..count).collect(),
        ..sh("last", &witnessed(root, "exit 7;"))
    };
    nodes(root, count).into_iter().chain([last]).collect()
}

/// Of the same nodes those that can be found again, and one that holds every lock alone.
pub(crate) fn cached(root: &Path, count: usize) -> Vec<PlanNode> {
    let cached: Vec<usize> = (0..count).filter(|index| is_cached(*index)).collect();
    let place = |index: &usize| cached.iter().position(|cached| cached == index);
    let alone = PlanNode {
        locks: (0..LOCKS.len()).map(|lock| PlanHold { lock, exclusive: true }).collect(),
        ..sh("alone", &witnessed(root, ""))
    };
    let moved = cached.iter().map(|index| {
        let node = node(root, *index);
        PlanNode { dependencies: node.dependencies.iter().filter_map(place).collect(), ..node }
    });
    moved.chain([alone]).collect()
}

fn node(root: &Path, index: usize) -> PlanNode {
    let fails_at_first = index % 7 == 3;
    let mut work = String::new();
    if fails_at_first {
        work.push_str("[ $DIVISI_ATTEMPT -gt 1 ] || exit 7; ");
    }
    if index % 5 == 1 {
        work.push_str("sleep 0.02; ");
    }
    let lock = |lock, exclusive| PlanHold { lock, exclusive };
    let above = above(index);
    let plain = PlanNode {
        dependencies: above.clone(),
        retry: fails_at_first.then(retry),
        resume: if index % 20 == 19 { ResumePolicy::Never } else { ResumePolicy::Retry },
        locks: match index % 6 {
            0 => vec![lock(0, true)],
            1 => vec![lock(0, false)],
            2 => vec![lock(1, false)],
            _ => Vec::new(),
        },
        ..sh(&format!("n{index}"), "")
    };
    if is_cached(index) {
        return found_again(root, index, &work, plain);
    }
    if is_isolated(index) {
        // The line of its own in a file that all of them change.
        work.push_str(&format!("sed -i 's/^{index}$/{index} done/' shared; echo {index} > made-{index}; "));
        return PlanNode {
            worktree: Some(PlanWorktree::default()),
            ..with_line(plain, &witnessed(root, &work))
        };
    }
    if can_be_undone(index) {
        work.push_str(&format!("echo x > made/{index}; "));
        return PlanNode {
            compensate: Some(Box::new(undoing(root, index))),
            ..with_line(plain, &witnessed(root, &work))
        };
    }
    with_line(plain, &witnessed(root, &work))
}

/// The nodes that a node waits for: the one above it and that one's neighbour to the right.
fn above(index: usize) -> Vec<usize> {
    let Some(above) = index.checked_sub(WIDTH) else { return Vec::new() };
    let beside = above + 1;
    let is_last = if is_cached(index) { beside % WIDTH == CACHED } else { beside % WIDTH == 0 };
    if is_last { vec![above] } else { vec![above, beside] }
}

/// Reads a file of its column, writes one from that and from what the nodes above it wrote.
fn found_again(root: &Path, index: usize, work: &str, plain: PlanNode) -> PlanNode {
    let read = format!("in/{}", index % WIDTH);
    let files: Vec<String> = above(index).iter().map(|above| format!("out/{above}")).collect();
    let files = files.join(" ");
    let line = format!(
        "{work}cat {read} {files} > out/{index}.new; echo {index} >> out/{index}.new; sort -u out/{index}.new > out/{index}; rm out/{index}.new; echo {index} > $DIVISI_OUTPUT_DIR/name; "
    );
    PlanNode {
        reads: Some(vec![read]),
        writes: Some(vec![format!("out/{index}")]),
        outputs: vec![output("name", OutputForm::Text)],
        cache: Some(PlanCache::default()),
        ..with_line(plain, &witnessed(root, &line))
    }
}

/// The lines that such a node writes, where the columns' files hold these texts.
pub(crate) fn lines_of(index: usize, columns: &[&str; CACHED]) -> BTreeSet<String> {
    let above = above(index).into_iter().flat_map(|above| lines_of(above, columns));
    above.chain([columns[index % WIDTH].to_owned(), index.to_string()]).collect()
}

/// Removes what the node made; some of it at the second try only.
fn undoing(root: &Path, index: usize) -> PlanCompensation {
    let mut work = String::new();
    if index.is_multiple_of(3) {
        work.push_str(&format!("[ -e made/try-{index} ] || {{ touch made/try-{index}; exit 7; }}; "));
    }
    work.push_str(&format!("rm -f made/{index} made/try-{index}; "));
    PlanCompensation {
        work: sh("", &witnessed_as("-undo", root, &work)).work,
        on: Vec::new(),
        retry: Some(retry()),
        timeout_ms: None,
        idle_timeout_ms: None,
        env: Vec::new(),
        cwd: None,
    }
}

fn with_line(node: PlanNode, line: &str) -> PlanNode {
    PlanNode { work: sh("", line).work, ..node }
}

fn witnessed(root: &Path, work: &str) -> String {
    witnessed_as("", root, work)
}

fn witnessed_as(suffix: &str, root: &Path, work: &str) -> String {
    let word =
        |word| format!("echo {word}{suffix} $DIVISI_NODE $DIVISI_ATTEMPT >> {}/witness", root.display());
    format!("{}; {work}{}", word("begin"), word("end"))
}

fn retry() -> PlanRetry {
    PlanRetry {
        attempts: 3,
        backoff: Backoff::Linear,
        initial_ms: 5,
        max_ms: 5,
        multiplier: 1.0,
        jitter: false,
        on: None,
    }
}

/// Makes the workspace: a repository, and the files that nodes read and change.
pub(crate) fn prepare(plan: &mut StoredPlan) {
    let root = plan.workspace.clone();
    for folder in ["in", "out", "made"] {
        fs::create_dir(root.join(folder)).unwrap();
    }
    for (column, text) in COLUMNS.iter().enumerate() {
        fs::write(root.join(format!("in/{column}")), format!("{text}\n")).unwrap();
    }
    let isolated = (0..1_000).filter(|index| is_isolated(*index));
    let lines: Vec<String> = isolated.map(|index| format!("\n\n{index}\n\n\n")).collect();
    fs::write(root.join("shared"), lines.concat()).unwrap();
    fs::write(root.join(".gitignore"), "/.divisi\n/in\n/out\n/made\n/witness\n").unwrap();
    git(&root, &["init", "-q"]);
    git(&root, &["add", "-A"]);
    git(&root, &["-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "-m", "first"]);
    options(plan);
}

/// What all runs have in common.
pub(crate) fn options(plan: &mut StoredPlan) {
    plan.max_parallel = 3;
    plan.repository = Some(find_repository(&plan.workspace).unwrap());
    let locks = LOCKS.iter();
    let locks = locks.map(|(name, capacity)| PlanLock {
        name: (*name).to_owned(),
        capacity: *capacity,
        scope: LockScope::Workspace,
    });
    plan.locks = locks.collect();
}

pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
