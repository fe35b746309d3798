//! Results of earlier runs in the place of new ones, with real files.

use std::fs;
use std::path::Path;

use divisi_engine::client::Runs;
use divisi_engine::event::{Event, MissKind};
use divisi_engine::plan::{PlanCache, PlanInput, PlanNode, Reuse, StoredPlan};
use divisi_engine::store::ContextStore;
use divisi_model::OutputForm;

use crate::support::{Bench, await_that, output, sh};

crate::trials![
    an_unchanged_run_does_nothing_again,
    only_what_follows_from_a_changed_file_runs,
    a_deleted_output_is_put_back,
    an_edited_output_is_kept_and_its_node_runs,
    what_runs_anew_is_followed_by_nothing_old,
    reads_that_change_meanwhile_are_not_kept,
    what_others_write_while_a_node_waits_is_not_its_own,
    a_refresh_stores_and_does_not_look,
    no_cache_neither_looks_nor_stores,
    a_large_output_comes_back,
    a_secret_is_not_kept,
    a_result_that_is_too_old_is_made_anew,
    another_argument_is_another_result,
];

/// What each attempt appends to: the program itself says that it ran.
const WITNESS: &str = "witness";

fn cached(path: &str, line: &str, reads: &[&str], writes: &[&str]) -> PlanNode {
    let globs = |globs: &[&str]| Some(globs.iter().map(|glob| (*glob).to_owned()).collect());
    PlanNode {
        reads: globs(reads),
        writes: globs(writes),
        cache: Some(PlanCache::default()),
        ..sh(path, &format!("echo {path} >> {WITNESS}; {line}"))
    }
}

fn after(node: PlanNode, dependencies: &[usize]) -> PlanNode {
    PlanNode { dependencies: dependencies.to_vec(), ..node }
}

/// `a` and `b` read a file each; `c` joins what they wrote.
fn diamond() -> Vec<PlanNode> {
    vec![
        cached("a", "cat in-a > out-a", &["in-a"], &["out-a"]),
        cached("b", "cat in-b > out-b", &["in-b"], &["out-b"]),
        after(cached("c", "cat out-a out-b > out-c", &[], &["out-c"]), &[0, 1]),
    ]
}

struct Workspace {
    bench: Bench,
    plan: StoredPlan,
}

impl Workspace {
    /// Runs the nodes once over the files `in-a` and `in-b`.
    fn new(nodes: Vec<PlanNode>) -> Self {
        Self::with(nodes, |_| {})
    }

    fn with(nodes: Vec<PlanNode>, change: impl FnOnce(&mut StoredPlan)) -> Self {
        let bench = Bench::with(|_| nodes, change);
        let plan = bench.runs.plan(&bench.run).unwrap();
        let workspace = Self { bench, plan };
        workspace.write("in-a", "one\n");
        workspace.write("in-b", "two\n");
        workspace.bench.start();
        assert_eq!(workspace.bench.verdict(), "succeeded");
        workspace.witness();
        workspace
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.bench.root().join(file), text).unwrap();
    }

    fn read(&self, file: &str) -> String {
        self.bench.read(file)
    }

    fn remove(&self, file: &str) {
        fs::remove_file(self.bench.root().join(file)).unwrap();
    }

    /// Runs the plan once more; which nodes ran.
    fn again(&mut self) -> String {
        self.bench.run = self.bench.runs.create(&self.plan).unwrap();
        self.bench.start();
        assert_eq!(self.bench.verdict(), "succeeded");
        self.witness()
    }

    /// Which nodes ran since the last call, in the order of their names.
    fn witness(&self) -> String {
        let text = self.read(WITNESS);
        let _ = fs::remove_file(self.bench.root().join(WITNESS));
        let mut nodes: Vec<&str> = text.lines().collect();
        nodes.sort_unstable();
        nodes.join(" ")
    }

    /// Why the nodes of the last run found nothing earlier.
    fn misses(&self) -> Vec<String> {
        let events = self.bench.events();
        let misses = events.iter().filter_map(|record| match &record.event {
            Event::NodeIdentified { node, miss: Some(miss), .. } => {
                Some(format!("{node} {:?} {}", miss.kind, miss.detail).trim_end().to_owned())
            }
            _ => None,
        });
        misses.collect()
    }

    /// Why results of the last run were not kept.
    fn not_kept(&self) -> Vec<String> {
        let events = self.bench.events();
        let results = events.iter().filter_map(|record| match &record.event {
            Event::AttemptEnded { evidence, .. } => evidence.result.clone(),
            _ => None,
        });
        results.map(|result| result.not_kept).filter(|why| !why.is_empty()).collect()
    }
}

fn an_unchanged_run_does_nothing_again() {
    let mut workspace = Workspace::new(diamond());
    assert_eq!(workspace.again(), "");
    assert_eq!(workspace.bench.ends(), ["a reused", "b reused", "c reused"]);
    let events = workspace.bench.events();
    let saved = events.iter().filter_map(|record| match &record.event {
        Event::NodeReused { source, .. } => Some(source.bytes),
        _ => None,
    });
    assert_eq!(saved.collect::<Vec<_>>(), [4, 4, 8]);
    assert!(!events.iter().any(|record| matches!(record.event, Event::AttemptGranted { .. })));
}

fn only_what_follows_from_a_changed_file_runs() {
    let mut workspace = Workspace::new(diamond());
    workspace.write("in-a", "three\n");
    assert_eq!(workspace.again(), "a c");
    assert_eq!(workspace.misses(), ["a Changed reads changed: in-a", "c Changed the result of a changed"]);
    assert_eq!(workspace.read("out-c"), "three\ntwo\n");
    // Back to what it was: both results are still there.
    workspace.write("in-a", "one\n");
    assert_eq!(workspace.again(), "");
    assert_eq!(workspace.read("out-c"), "one\ntwo\n");
}

fn a_deleted_output_is_put_back() {
    let mut workspace = Workspace::new(diamond());
    workspace.remove("out-a");
    workspace.remove("out-c");
    assert_eq!(workspace.again(), "");
    assert_eq!(workspace.read("out-a"), "one\n");
    assert_eq!(workspace.read("out-c"), "one\ntwo\n");
}

fn an_edited_output_is_kept_and_its_node_runs() {
    let nodes = vec![cached("a", "cat in-a >> out-a", &["in-a"], &["out-a"])];
    let mut workspace = Workspace::new(nodes);
    workspace.write("out-a", "mine\n");
    assert_eq!(workspace.again(), "a");
    assert_eq!(workspace.misses(), ["a Edited output edited: out-a"]);
    assert_eq!(workspace.read("out-a"), "mine\none\n", "nothing was put over it");
}

fn what_runs_anew_is_followed_by_nothing_old() {
    let plain = sh("plain", "echo plain >> witness");
    let follower = after(cached("follower", "true", &[], &[]), &[0]);
    let mut workspace = Workspace::new(vec![plain, follower]);
    assert_eq!(workspace.again(), "follower plain");
    assert_eq!(workspace.misses(), ["follower Changed the result of plain changed"]);
}

fn reads_that_change_meanwhile_are_not_kept() {
    let format = cached("a", "grep -q x in-a || echo x >> in-a", &["in-a"], &["in-a"]);
    let mut workspace = Workspace::new(vec![format]);
    assert_eq!(workspace.not_kept(), ["what it reads changed while it ran"]);
    assert_eq!(workspace.again(), "a");
    assert_eq!(workspace.not_kept(), [""; 0]);
    assert_eq!(workspace.again(), "");
}

/// `b` was looked for before `a` wrote into the same folder, and started after.
fn what_others_write_while_a_node_waits_is_not_its_own() {
    let nodes = vec![
        cached("a", "while [ ! -e go ]; do sleep 0.05; done; cat in-a > made/a", &["in-a"], &["made/a"]),
        cached("b", "cat in-b > made/b", &["in-b"], &["made/*"]),
    ];
    let bench = Bench::with(|_| nodes, |plan| plan.max_parallel = 1);
    let plan = bench.runs.plan(&bench.run).unwrap();
    let mut workspace = Workspace { bench, plan };
    fs::create_dir(workspace.bench.root().join("made")).unwrap();
    workspace.write("in-a", "one\n");
    workspace.write("in-b", "two\n");
    workspace.bench.start();
    await_that("b was looked for", || {
        let is_b = |event: &Event| matches!(event, Event::NodeIdentified { node, .. } if node == "b");
        workspace.bench.events().iter().any(|record| is_b(&record.event))
    });
    workspace.write("go", "");
    assert_eq!(workspace.bench.verdict(), "succeeded");
    assert_eq!(workspace.witness(), "a b");

    workspace.remove("made/a");
    workspace.remove("made/b");
    workspace.plan.nodes.remove(0);
    assert_eq!(workspace.again(), "", "its result is used again");
    assert_eq!(workspace.read("made/b"), "two\n");
    assert!(!workspace.bench.root().join("made/a").exists(), "what another node wrote is none of it");
}

fn a_refresh_stores_and_does_not_look() {
    let mut workspace = Workspace::new(diamond());
    workspace.plan.reuse = Reuse::Refresh;
    assert_eq!(workspace.again(), "a b c");
    workspace.plan.reuse = Reuse::On;
    workspace.remove("out-a");
    assert_eq!(workspace.again(), "");
    assert_eq!(workspace.read("out-a"), "one\n", "written with the bytes that it had, and kept all the same");
}

fn no_cache_neither_looks_nor_stores() {
    let mut workspace = Workspace::with(diamond(), |plan| plan.reuse = Reuse::Off);
    assert_eq!(workspace.again(), "a b c");
    workspace.plan.reuse = Reuse::On;
    assert_eq!(workspace.again(), "a b c");
    assert_eq!(workspace.misses(), ["a New", "b New", "c New"]);
}

fn a_large_output_comes_back() {
    let a = PlanNode {
        outputs: vec![
            output("large", OutputForm::Text),
            output("page", OutputForm::File("page.md".to_owned())),
        ],
        ..cached(
            "a",
            "head -c 300000 /dev/zero | tr '\\0' x > $DIVISI_OUTPUT_DIR/large; echo hello > page.md",
            &["in-a"],
            &[],
        )
    };
    let input = |name: &str| PlanInput {
        name: name.to_owned(),
        from: Some((0, name.to_owned())),
        required: true,
        default: None,
    };
    let b = PlanNode {
        inputs: vec![input("large"), input("page")],
        ..sh(
            "b",
            "wc -c < \"$DIVISI_INPUT_LARGE_FILE\" > size; cat \"$DIVISI_INPUT_PAGE\" >> size; echo b >> witness",
        )
    };
    let mut workspace = Workspace::new(vec![a, after(b, &[0])]);
    let before = workspace.read("size");
    fs::remove_file(workspace.bench.root().join("page.md")).unwrap();
    let first = workspace.bench.root().join(".divisi/runs").join(&workspace.bench.run);
    fs::remove_dir_all(first).unwrap();
    assert_eq!(workspace.again(), "b");
    assert_eq!(workspace.read("size"), before);
    assert!(before.starts_with("300000"), "{before}");
}

fn a_secret_is_not_kept() {
    let node = PlanNode {
        env: vec![crate::support::secret("TOKEN", "TEST_SECRET")],
        ..cached("a", "echo $TOKEN > out-a", &["in-a"], &["out-a"])
    };
    let mut workspace = Workspace::new(vec![node]);
    let why = workspace.not_kept();
    assert!(why.iter().all(|why| why.starts_with("a secret stands in")) && why.len() == 1, "{why:?}");
    assert!(!holds(&workspace.bench.root().join(".divisi"), b"s3cr3t-of-ours"));
    assert_eq!(workspace.again(), "a");
}

fn holds(folder: &Path, text: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().flatten().any(|entry| match entry.path() {
        path if path.is_dir() => holds(&path, text),
        path => fs::read(path).unwrap_or_default().windows(text.len()).any(|window| window == text),
    })
}

fn a_result_that_is_too_old_is_made_anew() {
    let mut workspace = Workspace::new(diamond());
    for node in &mut workspace.plan.nodes {
        // Whatever was made before this moment is too old.
        node.cache = Some(PlanCache { ttl_ms: Some(0), ..PlanCache::default() });
    }
    assert_eq!(workspace.again(), "a b c");
    let stale = |miss: &String| miss.contains(&format!("{:?}", MissKind::Stale));
    assert!(workspace.misses().iter().all(stale), "{:?}", workspace.misses());
}

fn another_argument_is_another_result() {
    let node = cached("a", "echo $DIVISI_ARG_WHO > out-a", &[], &["out-a"]);
    let mut workspace =
        Workspace::with(vec![node], |plan| drop(plan.args.insert("who".to_owned(), "me".into())));
    workspace.plan.args.insert("who".to_owned(), "you".into());
    assert_eq!(workspace.again(), "a");
    assert_eq!(workspace.misses(), ["a Changed arguments changed"]);
    workspace.plan.args.insert("who".to_owned(), "me".into());
    assert_eq!(workspace.again(), "");
    assert_eq!(workspace.read("out-a"), "me\n");
    let mut store = ContextStore::open(Runs::open(&workspace.bench.root()).unwrap().root()).unwrap();
    assert_eq!(store.list().unwrap().len(), 2);
    assert_eq!(store.forget("a").unwrap(), 2);
    assert_eq!(workspace.again(), "a");
}
