//! Builds of parallel nodes share the processors.

use divisi_engine::plan::{PlanEnv, PlanNode, StoredPlan};
use divisi_model::TriggerRule;

use crate::support::{Bench, sh};

crate::trials![
    a_killed_attempt_takes_no_tokens_with_it,
    an_attempt_that_keeps_tokens_is_not_felt_by_the_next,
    make_builds_in_parallel_with_our_tokens,
    who_has_flags_of_his_own_keeps_them,
    without_the_setting_nobody_is_told,
];

fn with_jobserver(plan: &mut StoredPlan) {
    plan.jobserver = true;
}

fn tokens() -> usize {
    std::thread::available_parallelism().unwrap().get() - 1
}

/// Opens the jobserver as file 9, from either way of naming it.
const OPEN: &str = "auth=${CARGO_MAKEFLAGS##*=}; case $CARGO_MAKEFLAGS in *fifo:*) exec 9<>${auth#fifo:};; *) exec 9<>/proc/self/fd/${auth%,*};; esac";

/// Takes all tokens.
fn take() -> String {
    format!("{OPEN}; test $(dd bs=1 count={} <&9 2> /dev/null | wc -c) = {0}", tokens())
}

fn a_killed_attempt_takes_no_tokens_with_it() {
    let bench = Bench::with(
        |_| {
            let line = format!("{}; touch taken; kill -9 $$", take());
            let greedy = PlanNode { continue_on_error: true, ..sh("greedy", &line) };
            let next = PlanNode { dependencies: vec![0], rule: TriggerRule::AllDone, ..sh("next", &take()) };
            vec![greedy, next]
        },
        with_jobserver,
    );
    assert_eq!(bench.start().verdict(), "succeeded", "{:?} {}", bench.ends(), bench.detail("next"));
    assert!(bench.root().join("taken").exists(), "{}", bench.detail("greedy"));
}

fn an_attempt_that_keeps_tokens_is_not_felt_by_the_next() {
    let bench = Bench::with(
        |_| vec![sh("keeps", &take()), PlanNode { dependencies: vec![0], ..sh("next", &take()) }],
        with_jobserver,
    );
    assert_eq!(bench.start().verdict(), "succeeded", "{:?} {}", bench.ends(), bench.detail("next"));
}

/// Two recipes that wait for each other come to an end only side by side.
fn make_builds_in_parallel_with_our_tokens() {
    let has_make = std::process::Command::new("make").arg("--version").output().is_ok();
    if !has_make || tokens() == 0 {
        eprintln!("SKIPPED: this needs make and two processors");
        return;
    }
    let makefile = "all: a b\na:\n\ttouch A; until test -e B; do sleep 0.01; done\nb:\n\ttouch B; until test -e A; do sleep 0.01; done\n";
    let bench = Bench::with(
        |root| {
            std::fs::write(root.join("Makefile"), makefile).unwrap();
            vec![PlanNode { timeout_ms: Some(50_000), ..sh("build", "make 2> told") }]
        },
        with_jobserver,
    );
    assert_eq!(bench.start().verdict(), "succeeded", "{}", bench.detail("build"));
    assert_eq!(bench.read("told"), "", "make has nothing to complain about");
}

fn who_has_flags_of_his_own_keeps_them() {
    let own =
        PlanEnv { name: "MAKEFLAGS".to_owned(), value: Some("-k".to_owned()), from_env: None, secret: false };
    let bench = Bench::with(
        |_| vec![PlanNode { env: vec![own], ..sh("a", "echo \"$MAKEFLAGS|$CARGO_MAKEFLAGS\" > flags") }],
        with_jobserver,
    );
    assert_eq!(bench.start().verdict(), "succeeded");
    assert_eq!(bench.read("flags"), "-k|\n");
}

fn without_the_setting_nobody_is_told() {
    let bench = Bench::new(|_| vec![sh("a", "echo \"$MAKEFLAGS|$CARGO_MAKEFLAGS\" > flags")]);
    assert_eq!(bench.start().verdict(), "succeeded");
    assert_eq!(bench.read("flags"), "|\n");
}
