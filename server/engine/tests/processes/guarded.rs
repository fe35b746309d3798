//! The guard: attempts that do not want to end, that leave their family, that flood.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use divisi_engine::guard::{AttemptName, FromGuard, Guard, ToGuard};
use divisi_engine::launch::{Outcome, ProcessSpec, Signal, StopStep, kill_survivors, read_outcomes};
use divisi_engine::logs::{HEAD_LIMIT, TAIL_LIMIT, read_log};

use crate::support::{await_pid, await_that, is_alive, kill_9};

crate::trials![
    ends_and_streams_are_reported,
    one_that_ignores_sigterm_is_killed,
    a_second_order_kills_at_once,
    one_that_cleans_up_on_sigterm_may,
    daemons_die_with_their_attempt,
    a_daemon_without_token_dies_too,
    a_background_process_of_another_attempt_lives_on,
    a_grandchild_that_holds_the_pipe_is_waited_for_and_killed,
    a_gigabyte_is_drained_in_bounded_memory,
    a_split_character_is_whole_in_the_log,
    secrets_never_reach_the_disk,
    silence_is_told_once,
    what_cannot_be_started_says_why,
    when_the_host_is_gone_everything_dies,
    when_the_guard_is_killed_its_trees_are_found,
];

const NAME: AttemptName = AttemptName { node: 0, attempt: 1 };

/// A guard, and a folder for its attempts.
struct Yard {
    runtime: tokio::runtime::Runtime,
    guard: Guard,
    folder: tempfile::TempDir,
}

impl Yard {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let guard = runtime.block_on(async { Guard::start(&std::env::current_exe().unwrap()).unwrap() });
        Self { runtime, guard, folder: tempfile::tempdir().unwrap() }
    }

    fn dir(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    fn outcomes(&self) -> PathBuf {
        self.dir().join("outcomes")
    }

    fn token(&self) -> String {
        format!("test-{}/0.1", self.dir().display())
    }

    fn spec(&self, line: &str) -> ProcessSpec {
        let token = self.token();
        let path = std::env::var("PATH").unwrap();
        ProcessSpec {
            argv: vec!["sh".to_owned(), "-c".to_owned(), line.to_owned()],
            cwd: self.dir(),
            env: vec![("PATH".to_owned(), path), ("DIVISI_TOKEN".to_owned(), token.clone())],
            stdin: None,
            dir: self.dir(),
            outcomes: self.outcomes(),
            token,
            secrets: Vec::new(),
            idle_ms: None,
            jobs: None,
            stop: vec![StopStep { signal: Signal::Terminate, grace: Duration::from_millis(100) }],
            stream: None,
        }
    }

    fn order(&mut self, order: &ToGuard) {
        self.guard.order(order).unwrap();
        self.runtime.block_on(self.guard.send()).unwrap();
    }

    fn start(&mut self, spec: ProcessSpec) -> u32 {
        self.start_as(NAME, spec)
    }

    fn start_as(&mut self, name: AttemptName, spec: ProcessSpec) -> u32 {
        self.order(&ToGuard::Start { name, spec: Box::new(spec) });
        match self.next() {
            FromGuard::Started { pid, start_time, .. } => {
                assert!(start_time > 0);
                pid
            }
            other => panic!("{other:?}"),
        }
    }

    fn next(&mut self) -> FromGuard {
        let next = async { tokio::time::timeout(Duration::from_secs(60), self.guard.next()).await };
        self.runtime.block_on(next).expect("the guard hangs").expect("the guard died")
    }

    fn over(&mut self) -> Outcome {
        match self.next() {
            FromGuard::Over { name, outcome } => {
                assert_eq!(name, NAME);
                let kept = read_outcomes(&self.outcomes()).remove(&self.token());
                assert_eq!(kept, Some(outcome.clone()), "the disk says the same");
                outcome
            }
            other => panic!("{other:?}"),
        }
    }

    fn run(&mut self, line: &str) -> Outcome {
        let spec = self.spec(line);
        self.start(spec);
        self.over()
    }

    fn log(&self) -> Vec<u8> {
        read_log(&self.dir().join("log")).unwrap()
    }

    fn pid_in(&self, file: &str) -> u32 {
        await_pid(&self.dir().join(file))
    }
}

fn ends_and_streams_are_reported() {
    let outcome = Yard::new().run("exit 3");
    assert_eq!((outcome.exit_code, outcome.signal, outcome.left_behind), (Some(3), None, 0));
    let outcome = Yard::new().run("kill -KILL $$");
    assert_eq!((outcome.exit_code, outcome.signal), (None, Some(9)));
    let mut yard = Yard::new();
    let outcome = yard.run("echo out; echo err >&2; pwd >&2");
    assert_eq!((outcome.exit_code, outcome.stdout_bytes), (Some(0), 4));
    assert_eq!(fs::read_to_string(yard.dir().join("stdout")).unwrap(), "out\n");
    let log = String::from_utf8(yard.log()).unwrap();
    assert!(log.contains("out\n") && log.contains(&format!("err\n{}\n", yard.dir().display())), "{log}");
}

fn one_that_ignores_sigterm_is_killed() {
    let mut yard = Yard::new();
    let pid = {
        let spec = yard.spec("trap '' TERM; echo $$ > pid; while :; do sleep 1000 & wait; done");
        yard.start(spec)
    };
    assert_eq!(yard.pid_in("pid"), pid);
    yard.order(&ToGuard::Stop { name: NAME });
    assert_eq!(yard.over().signal, Some(9));
    assert!(!is_alive(pid));
}

fn a_second_order_kills_at_once() {
    let mut yard = Yard::new();
    let spec = ProcessSpec {
        stop: vec![StopStep { signal: Signal::Terminate, grace: Duration::from_secs(3600) }],
        ..yard.spec("trap 'echo $$ > terminated' TERM; echo $$ > pid; while :; do sleep 1000 & wait; done")
    };
    yard.start(spec);
    yard.pid_in("pid");
    yard.order(&ToGuard::Stop { name: NAME });
    yard.pid_in("terminated");
    yard.order(&ToGuard::Kill { name: NAME });
    assert_eq!(yard.over().signal, Some(9));
}

fn one_that_cleans_up_on_sigterm_may() {
    let mut yard = Yard::new();
    let spec = ProcessSpec {
        stop: vec![StopStep { signal: Signal::Terminate, grace: Duration::from_secs(3600) }],
        ..yard.spec("trap 'echo bye; exit 7' TERM; echo $$ > pid; while :; do sleep 1000 & wait; done")
    };
    yard.start(spec);
    yard.pid_in("pid");
    yard.order(&ToGuard::Stop { name: NAME });
    assert_eq!(yard.over().exit_code, Some(7));
    assert_eq!(yard.log(), b"bye\n");
}

fn daemons_die_with_their_attempt() {
    let mut yard = Yard::new();
    // Forks twice, leaves the session, closes the pipes.
    let outcome = yard.run(
        "(setsid sh -c 'echo $$ > daemon; exec sleep 1000' > /dev/null 2>&1 &) ; while ! [ -s daemon ]; do :; done",
    );
    assert_eq!(outcome.exit_code, Some(0));
    assert!(outcome.left_behind >= 1);
    assert!(!is_alive(yard.pid_in("daemon")));
}

fn a_daemon_without_token_dies_too() {
    let mut yard = Yard::new();
    yard.run(
        "(env -i setsid /bin/sh -c 'echo $$ > daemon; while :; do /bin/sleep 1000; done' > /dev/null 2>&1 &) ; \
         while ! [ -s daemon ]; do :; done",
    );
    assert!(!is_alive(yard.pid_in("daemon")));
}

fn a_background_process_of_another_attempt_lives_on() {
    let mut yard = Yard::new();
    let other = AttemptName { node: 1, attempt: 1 };
    let other_dir = yard.dir().join("other");
    fs::create_dir(&other_dir).unwrap();
    let spec = ProcessSpec {
        dir: other_dir,
        token: "another".to_owned(),
        env: vec![
            ("DIVISI_TOKEN".to_owned(), "another".to_owned()),
            ("PATH".to_owned(), std::env::var("PATH").unwrap()),
        ],
        ..yard.spec("(setsid sh -c 'echo $$ > theirs; exec sleep 1000' &) ; exec sleep 1000")
    };
    yard.start_as(other, spec);
    let theirs = yard.pid_in("theirs");
    yard.run("(setsid sh -c 'echo $$ > ours; exec sleep 1000' > /dev/null 2>&1 &) ; while ! [ -s ours ]; do :; done");
    assert!(!is_alive(yard.pid_in("ours")));
    assert!(is_alive(theirs));
    yard.order(&ToGuard::Kill { name: other });
    assert!(matches!(yard.next(), FromGuard::Over { name, .. } if name == other));
    assert!(!is_alive(theirs));
}

fn a_grandchild_that_holds_the_pipe_is_waited_for_and_killed() {
    let mut yard = Yard::new();
    let outcome =
        yard.run("sh -c 'echo $$ > holder; exec sleep 1000' & while ! [ -s holder ]; do :; done; echo done");
    assert_eq!((outcome.exit_code, outcome.stdout_bytes, outcome.left_behind), (Some(0), 5, 1));
    assert!(!is_alive(yard.pid_in("holder")));
}

fn a_gigabyte_is_drained_in_bounded_memory() {
    let mut yard = Yard::new();
    let outcome = yard.run("yes | head -c 1000000000; echo; echo the end");
    assert_eq!((outcome.exit_code, outcome.stdout_bytes), (Some(0), 1_000_000_009));
    assert_eq!(fs::metadata(yard.dir().join("log")).unwrap().len(), HEAD_LIMIT + TAIL_LIMIT);
    let log = yard.log();
    assert!(log.starts_with(b"y\ny\n") && log.ends_with(b"\nthe end\n"));
    let status = fs::read_to_string(format!("/proc/{}/status", yard.guard.pid())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak < 64 * 1024, "the guard took {peak} KiB");
}

fn a_split_character_is_whole_in_the_log() {
    let mut yard = Yard::new();
    let spec = yard.spec("printf '\\303'; echo $$ > half; while ! [ -e go ]; do :; done; printf '\\251'");
    yard.start(spec);
    yard.pid_in("half");
    fs::write(yard.dir().join("go"), "").unwrap();
    yard.over();
    assert_eq!(yard.log(), "é".as_bytes());
    assert_eq!(fs::read(yard.dir().join("stdout")).unwrap(), "é".as_bytes());
}

fn secrets_never_reach_the_disk() {
    let mut yard = Yard::new();
    let mut spec = yard
        .spec("printf 'a top-'; echo $$ > half; while ! [ -e go ]; do :; done; printf 'secret b'; env >&2");
    spec.secrets = vec!["top-secret".to_owned()];
    spec.env.push(("KEY".to_owned(), "top-secret".to_owned()));
    yard.start(spec);
    yard.pid_in("half");
    fs::write(yard.dir().join("go"), "").unwrap();
    assert!(yard.over().stdout_masked);
    let log = String::from_utf8(yard.log()).unwrap();
    // Two pipes: which of them is read first is chance.
    assert!(log.contains("a *** b") && log.contains("KEY=***"), "{log}");
    assert!(!holds(&yard.dir(), b"top-secret"));
}

fn holds(dir: &Path, secret: &[u8]) -> bool {
    let files = fs::read_dir(dir).unwrap().flatten().filter_map(|entry| fs::read(entry.path()).ok());
    files.into_iter().any(|bytes| bytes.windows(secret.len()).any(|window| window == secret))
}

fn silence_is_told_once() {
    let mut yard = Yard::new();
    let spec =
        ProcessSpec { idle_ms: Some(50), ..yard.spec("echo a; while ! [ -e go ]; do sleep 0.01; done") };
    yard.start(spec);
    assert_eq!(yard.next(), FromGuard::Idle { name: NAME });
    fs::write(yard.dir().join("go"), "").unwrap();
    assert_eq!(yard.over().exit_code, Some(0));
}

fn what_cannot_be_started_says_why() {
    let mut yard = Yard::new();
    let mut told = Vec::new();
    for (argv, cwd) in [
        (vec!["no-such-program"], "."),
        (vec!["./no-such-file"], "."),
        (vec!["/"], "."),
        (vec!["true"], "no-such-folder"),
        (vec![], "."),
    ] {
        let spec = ProcessSpec {
            argv: argv.into_iter().map(str::to_owned).collect(),
            cwd: yard.dir().join(cwd),
            ..yard.spec("")
        };
        yard.order(&ToGuard::Start { name: NAME, spec: Box::new(spec) });
        match yard.next() {
            FromGuard::NotStarted { detail, .. } => {
                told.push(detail.replace(yard.dir().to_str().unwrap(), "DIR"))
            }
            other => panic!("{other:?}"),
        }
    }
    expect_test::expect![[r#"
        the program no-such-program is not in PATH
        there is no program ./no-such-file
        / is not executable, or may not be entered
        the folder DIR/no-such-folder does not exist
        the command is empty"#]]
    .assert_eq(&told.join("\n"));
}

fn when_the_host_is_gone_everything_dies() {
    let mut yard = Yard::new();
    let spec = yard.spec(
        "trap '' TERM HUP INT; (setsid sh -c 'echo $$ > daemon; exec sleep 1000' &) ; echo $$ > pid; sleep 1000; sleep 1000",
    );
    yard.start(spec);
    let (root, daemon) = (yard.pid_in("pid"), yard.pid_in("daemon"));
    let guard = yard.guard.pid();
    let Yard { runtime, guard: handle, folder } = yard;
    runtime.block_on(handle.end());
    assert!(!is_alive(root) && !is_alive(daemon) && !is_alive(guard));
    assert!(!folder.path().join("outcomes").exists(), "what the guard did is no outcome");
}

fn when_the_guard_is_killed_its_trees_are_found() {
    let mut yard = Yard::new();
    let spec =
        yard.spec("(setsid sh -c 'echo $$ > daemon; exec sleep 1000' &) ; echo $$ > pid; exec sleep 1000");
    let token = spec.token.clone();
    yard.start(spec);
    let (root, daemon) = (yard.pid_in("pid"), yard.pid_in("daemon"));
    kill_9(yard.guard.pid());
    await_that("the guard's death", || !is_alive(yard.guard.pid()));
    assert!(is_alive(root) && is_alive(daemon));
    assert_eq!(kill_survivors(&token, &[], Duration::from_secs(10)), Vec::<u32>::new());
    await_that("the trees' death", || !is_alive(root) && !is_alive(daemon));
}
