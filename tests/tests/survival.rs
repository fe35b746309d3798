//! What survives what: hosts killed with -9, resumes, runs whose file changes under them, programs that will not go.

#![expect(clippy::expect_used, reason = "what goes wrong here fails a test")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use divisi_engine::client::{RunStatus, Runs};
use divisi_engine::event::{Event, Verdict};
use divisi_tests::World;

/// Waits for something that another process does. The limit only bounds a failing test.
fn wait<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "waited a minute for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn read(path: &Path) -> Option<String> {
    std::fs::read_to_string(path).ok().filter(|text| text.ends_with('\n'))
}

fn is_alive(pid: &str) -> bool {
    // A zombie is dead already; its parent has not looked yet.
    std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()))
        .is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or_default().trim_start().starts_with('Z'))
}

struct Started {
    world: World,
    runs: Runs,
    run: String,
}

/// Starts the DAG `text` detached.
fn start(text: &str) -> Started {
    let world = World::new();
    world.write("divisi.toml", "");
    world.write("a.dag.yaml", text);
    let output =
        world.divisi().args(["run", "a.dag.yaml", "--yes", "--detach"]).output().expect("divisi starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let runs = Runs::open(&world.workspace()).expect("the workspace has runs");
    let run = runs.list().expect("readable").0.first().expect("one run").run.clone();
    Started { world, runs, run }
}

impl Started {
    fn path(&self, name: &str) -> PathBuf {
        self.world.workspace().join(name)
    }

    fn host(&self) -> u32 {
        wait("the host's event", || {
            self.runs.events(&self.run, 0).ok()?.into_iter().rev().find_map(|record| match record.event {
                Event::HostStarted { pid, .. } => Some(pid),
                _ => None,
            })
        })
    }

    fn kill_host(&self) {
        let pid = self.host();
        assert!(
            std::process::Command::new("kill")
                .args(["-9", &pid.to_string()])
                .status()
                .expect("kill")
                .success()
        );
        wait("the run to be orphaned", || {
            (self.runs.summary(&self.run).ok()?.status == RunStatus::Orphaned).then_some(())
        });
    }

    fn verdict(&self) -> Verdict {
        wait("the run's end", || match self.runs.summary(&self.run).ok()?.status {
            RunStatus::Ended(verdict) => Some(verdict),
            _ => None,
        })
    }
}

#[test]
fn a_killed_host_leaves_no_process_and_resume_finishes_the_rest() {
    let started = start(
        "name: crash\n\
         max_parallel: 3\n\
         nodes:\n\
         - {id: before, run: 'echo before >> witness'}\n\
         - id: during\n  depends_on: [before]\n  run: |\n\
         \x20   echo during >> witness\n\
         \x20   [ -e go ] && exit 0\n\
         \x20   setsid sh -c 'echo $$ > away; exec sleep 600' &\n\
         \x20   echo $$ > pid\n\
         \x20   wait\n\
         - {id: after, depends_on: [during], run: 'echo after >> witness'}\n",
    );
    let pid = wait("the attempt", || read(&started.path("pid")));
    let away = wait("its runaway child", || read(&started.path("away")));
    assert!(is_alive(&pid) && is_alive(&away));

    started.kill_host();
    wait("the trees to be gone", || (!is_alive(&pid) && !is_alive(&away)).then_some(()));

    std::fs::write(started.path("go"), "").expect("a fresh file");
    let output = started.world.divisi().args(["resume", "--yes"]).output().expect("divisi starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(started.verdict(), Verdict::Succeeded);
    assert_eq!(read(&started.path("witness")).as_deref(), Some("before\nduring\nduring\nafter\n"));
}

#[test]
fn a_host_killed_again_and_again_loses_nothing_and_repeats_nothing() {
    let chain: String = (1..=6)
        .map(|at| {
            let dependency = if at == 1 { String::new() } else { format!("depends_on: [n{}], ", at - 1) };
            format!("- {{id: n{at}, {dependency}run: 'echo n{at} >> witness; until [ -e go{at} ]; do sleep 0.02; done'}}\n")
        })
        .collect();
    let started = start(&format!("name: chain\nnodes:\n{chain}"));
    for at in 1..=6 {
        let mark = format!("n{at}\n");
        wait("the next node", || read(&started.path("witness"))?.ends_with(&mark).then_some(()));
        if at % 2 == 0 {
            started.kill_host();
            let output = started
                .world
                .divisi()
                .args(["resume", &started.run, "--yes", "--detach"])
                .output()
                .expect("divisi");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            wait("its second attempt", || {
                read(&started.path("witness"))?.ends_with(&mark.repeat(2)).then_some(())
            });
        }
        std::fs::write(started.path(&format!("go{at}")), "").expect("a fresh file");
    }
    assert_eq!(started.verdict(), Verdict::Succeeded);
    assert_eq!(read(&started.path("witness")).as_deref(), Some("n1\nn2\nn2\nn3\nn4\nn4\nn5\nn6\nn6\n"));
}

#[test]
fn a_program_that_ignores_the_request_to_end_is_ended() {
    let started = start(
        "name: deaf\nnodes:\n- id: deaf\n  run: |\n\
         \x20   trap '' TERM INT HUP\n\
         \x20   setsid sh -c 'trap \"\" TERM; echo $$ > away; while :; do sleep 1; done' &\n\
         \x20   echo $$ > pid\n\
         \x20   while :; do sleep 1; done\n",
    );
    let pid = wait("the attempt", || read(&started.path("pid")));
    let away = wait("its runaway child", || read(&started.path("away")));
    let output = started.world.divisi().args(["cancel", &started.run]).output().expect("divisi starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(started.verdict(), Verdict::Cancelled);
    assert!(!is_alive(&pid) && !is_alive(&away), "a process survived the end of its run");
}

#[test]
fn a_gigabyte_of_output_is_drained_and_bounded() {
    let started = start(
        "name: flood\nnodes:\n- {id: flood, run: 'yes 0123456789012345678901234567890 | head -c 1000000000'}\n",
    );
    assert_eq!(started.verdict(), Verdict::Succeeded);
    let log =
        started.runs.log(&started.run, "flood", divisi_engine::client::WhichAttempt::Latest).expect("a log");
    assert!(log.len() > 1 << 20 && log.len() < 80 << 20, "the log has {} bytes", log.len());
}

#[test]
fn a_file_that_changes_under_its_run_changes_nothing() {
    let started = start(
        "name: stable\nnodes:\n\
         - {id: first, run: 'echo ready > ready; until [ -e go ]; do sleep 0.02; done'}\n\
         - {id: second, depends_on: [first], run: 'echo as planned > result'}\n",
    );
    wait("the first node", || read(&started.path("ready")));
    started.world.write("a.dag.yaml", "name: other\nnodes:\n- {id: second, run: 'echo changed > result'}\n");
    std::fs::write(started.path("go"), "").expect("a fresh file");
    assert_eq!(started.verdict(), Verdict::Succeeded);
    assert_eq!(read(&started.path("result")).as_deref(), Some("as planned\n"));
}
