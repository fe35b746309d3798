//! The journal: who may write, what survives, what others see.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use divisi_engine::core::{Durability, Input, replay};
use divisi_engine::event::{Event, EventRecord, Request, Verdict};
use divisi_engine::journal::{Journal, JournalError, Reader, SigningKey, ask};
use divisi_engine::plan::StoredPlan;
use rusqlite::Connection;
use support::{Run, parse};
use tempfile::TempDir;

struct Place {
    root: TempDir,
    key: SigningKey,
}

impl Place {
    /// A new run `r1`.
    fn new() -> Self {
        let root = TempDir::new().unwrap();
        let key = SigningKey::load_or_create(&root.path().join("state/key")).unwrap();
        let place = Self { root, key };
        Journal::create(&place.dir(), "r1", &some_plan(), &place.key, 5).unwrap();
        place
    }

    fn dir(&self) -> PathBuf {
        self.root.path().join("run")
    }

    fn own(&self) -> (Journal, u64) {
        Journal::open_owner(&self.dir(), &self.key).unwrap()
    }

    fn raw(&self) -> Connection {
        Connection::open(self.dir().join("journal.db")).unwrap()
    }
}

fn some_plan() -> StoredPlan {
    parse("a\nb <- a\ng: group(x)\nx")
}

fn started(epoch: u64) -> Event {
    Event::HostStarted { epoch, pid: 1 }
}

fn places(records: &[EventRecord]) -> Vec<u64> {
    records.iter().map(|record| record.seq).collect()
}

#[test]
fn a_new_run_holds_its_plan_and_one_event() {
    let place = Place::new();
    let reader = Reader::open(&place.dir()).unwrap();
    assert_eq!(reader.run(), "r1");
    assert_eq!(*reader.plan().unwrap(), some_plan());
    let events = reader.events(0).unwrap();
    let [EventRecord { seq: 1, at: 5, critical: true, event, .. }] = &events[..] else {
        panic!("{events:?}")
    };
    let Event::RunPlanned { nodes, max_parallel, .. } = event else { panic!("{event:?}") };
    assert_eq!((*nodes, *max_parallel), (3, 4), "a group does no work");
    assert!(!reader.is_owned());
    assert!(reader.is_signed_with(&place.key).unwrap());
}

#[test]
fn a_run_is_created_once() {
    let place = Place::new();
    let again = Journal::create(&place.dir(), "r2", &some_plan(), &place.key, 6);
    assert!(matches!(again, Err(JournalError::Exists { .. })));
    let nothing = place.root.path().join("nothing");
    assert!(matches!(Reader::open(&nothing), Err(JournalError::Missing { .. })));
    assert!(matches!(Journal::open_owner(&nothing, &place.key), Err(JournalError::Missing { .. })));
    assert!(!nothing.exists(), "a look leaves nothing behind");
}

#[test]
fn events_are_numbered_without_gaps_over_owners() {
    let place = Place::new();
    let (mut journal, epoch) = place.own();
    assert_eq!(epoch, 1);
    let last =
        journal.append(&[started(1), Event::RunEnded { verdict: Verdict::Failed }], 7, Durability::Crash);
    assert_eq!(last.unwrap(), 3);
    assert_eq!(places(&journal.events(0).unwrap()), [1, 2, 3]);
    assert_eq!(journal.append(&[], 7, Durability::Power).unwrap(), 3);
    drop(journal);
    let (mut journal, epoch) = place.own();
    assert_eq!(epoch, 2);
    assert_eq!(journal.append(&[started(2)], 8, Durability::Power).unwrap(), 4);
    assert_eq!(places(&journal.events(2).unwrap()), [3, 4]);
}

#[test]
fn a_second_owner_is_refused_until_the_first_is_gone() {
    let place = Place::new();
    let (journal, _) = place.own();
    let second = Journal::open_owner(&place.dir(), &place.key).map(drop);
    assert!(matches!(second, Err(JournalError::Owned { .. })), "{second:?}");
    let reader = Reader::open(&place.dir()).unwrap();
    assert!(reader.is_owned());
    drop(journal);
    assert!(!reader.is_owned());
    assert_eq!(place.own().1, 2, "a refusal raises no epoch");
}

#[test]
fn an_owner_that_was_replaced_cannot_write() {
    let place = Place::new();
    let (mut journal, _) = place.own();
    place.raw().execute("UPDATE meta SET epoch = epoch + 1", []).unwrap();
    let fenced = journal.append(&[started(1)], 7, Durability::Crash);
    assert!(matches!(fenced, Err(JournalError::Fenced { ours: 1, theirs: 2 })), "{fenced:?}");
    assert_eq!(journal.events(0).unwrap().len(), 1);
}

#[test]
fn a_batch_is_there_as_a_whole_or_not_at_all() {
    let place = Place::new();
    let (mut journal, _) = place.own();
    place.raw().execute("INSERT INTO event VALUES (3, 1, 0, 0, '{}')", []).unwrap();
    assert!(
        journal.append(&[started(1), started(1)], 7, Durability::Crash).is_err(),
        "its second place is taken"
    );
    assert_eq!(places(&journal.events(0).unwrap()), [1, 3]);
}

#[test]
fn requests_are_taken_in_with_the_event_that_says_so() {
    let place = Place::new();
    assert_eq!(ask(&place.dir(), &Request::Pause, 6).unwrap(), 1);
    let (mut journal, _) = place.own();
    assert_eq!(ask(&place.dir(), &Request::Cancel, 7).unwrap(), 2);
    let waiting = journal.take_requests().unwrap();
    assert_eq!(
        waiting.iter().map(|row| (row.id, &row.request)).collect::<Vec<_>>(),
        [(1, &Request::Pause), (2, &Request::Cancel)]
    );
    assert_eq!(journal.take_requests().unwrap(), waiting, "until an event has taken them in");
    let taken = Event::Requested { id: 1, request: Request::Pause };
    journal.append(&[started(1), taken], 8, Durability::Crash).unwrap();
    assert_eq!(journal.take_requests().unwrap().len(), 1);
    let all = Reader::open(&place.dir()).unwrap().requests().unwrap();
    assert_eq!(all.iter().map(|(row, seq)| (row.id, *seq)).collect::<Vec<_>>(), [(1, Some(3)), (2, None)]);
}

#[test]
fn a_request_of_a_newer_version_waits_for_a_newer_host() {
    let place = Place::new();
    place
        .raw()
        .execute("INSERT INTO request (body, at) VALUES ('{\"request\":\"levitate\"}', 1)", [])
        .unwrap();
    let (mut journal, _) = place.own();
    assert!(journal.take_requests().unwrap().is_empty());
}

#[test]
fn readers_see_a_live_run_and_never_half_a_batch() {
    let place = Place::new();
    let (mut journal, _) = place.own();
    let dir = place.dir();
    let watcher = std::thread::spawn(move || {
        let reader = Reader::open(&dir).unwrap();
        let mut seen = 0;
        while seen < 1 + 3 * 200 {
            let events = reader.events(seen).unwrap();
            let Some(last) = events.last() else { continue };
            assert_eq!(events.first().unwrap().seq, seen + 1, "no gaps");
            assert_eq!((last.seq - 1) % 3, 0, "whole batches");
            seen = last.seq;
        }
        assert_eq!(reader.last_seq().unwrap(), seen);
    });
    for _ in 0..200 {
        journal.append(&[started(1), started(1), started(1)], 7, Durability::Crash).unwrap();
    }
    watcher.join().unwrap();
}

#[test]
fn both_durabilities_and_the_flush_between() {
    let place = Place::new();
    let (mut journal, _) = place.own();
    let mut append = |durability| {
        journal.append(&[started(1)], 7, durability).unwrap();
        let needs = journal.needs_sync();
        journal.sync().unwrap();
        assert!(!journal.needs_sync());
        needs
    };
    assert!(append(Durability::Crash));
    assert!(!append(Durability::Power), "flushed with the commit, all before it included");
    assert!(append(Durability::Crash));
}

#[test]
fn unknown_events_are_kept_and_ignored_unless_they_are_critical() {
    let place = Place::new();
    let raw = place.raw();
    raw.execute("INSERT INTO event VALUES (2, 1, 0, 6, '{\"type\":\"weather\",\"sky\":\"clear\"}')", [])
        .unwrap();
    raw.execute(
        "INSERT INTO event VALUES (3, 9, 0, 6, '{\"type\":\"host_started\",\"epoch\":1,\"pid\":1}')",
        [],
    )
    .unwrap();
    let (journal, _) = place.own();
    let events = journal.events(1).unwrap();
    assert!(events.iter().all(|record| record.event == Event::Unknown && !record.critical), "{events:?}");
    assert!(replay("r1", journal.plan().unwrap(), &journal.events(0).unwrap()).is_ok());
    drop(journal);

    raw.execute("INSERT INTO event VALUES (4, 1, 1, 6, '{\"type\":\"node_teleported\"}')", []).unwrap();
    let refused = Journal::open_owner(&place.dir(), &place.key).map(drop).unwrap_err();
    assert!(matches!(refused, JournalError::TooNew { .. }));
    assert!(
        refused.to_string().ends_with("(event 4 is unknown to this version): update divisi to go on with it")
    );
    let reader = Reader::open(&place.dir()).unwrap();
    assert_eq!(reader.events(0).unwrap().len(), 4, "it may be looked at");
}

#[test]
fn a_store_of_a_newer_schema_says_who_may_do_what() {
    let place = Place::new();
    place.raw().execute("UPDATE meta SET schema = 2, min_writer = 2", []).unwrap();
    assert!(Reader::open(&place.dir()).is_ok());
    assert!(matches!(
        Journal::open_owner(&place.dir(), &place.key).map(drop),
        Err(JournalError::TooNew { .. })
    ));
    assert!(matches!(ask(&place.dir(), &Request::Cancel, 6), Err(JournalError::TooNew { .. })));
    place.raw().execute("UPDATE meta SET min_reader = 2", []).unwrap();
    assert!(matches!(Reader::open(&place.dir()).map(drop), Err(JournalError::TooNew { .. })));
}

#[test]
fn what_is_not_signed_by_us_is_looked_at_and_never_resumed() {
    let place = Place::new();
    let stranger = SigningKey::load_or_create(&place.root.path().join("other/key")).unwrap();
    let refused = |key: &SigningKey| {
        matches!(Journal::open_owner(&place.dir(), key).map(drop), Err(JournalError::NotOurs { .. }))
    };
    assert!(refused(&stranger), "another user's");
    let reader = Reader::open(&place.dir()).unwrap();
    assert!(!reader.is_signed_with(&stranger).unwrap());
    assert!(reader.plan().is_ok());

    for (damage, repair) in [
        (
            "UPDATE plan SET body = replace(body, '\"a\"', '\"rm\"')",
            "UPDATE plan SET body = replace(body, '\"rm\"', '\"a\"')",
        ),
        ("UPDATE meta SET run = 'r2'", "UPDATE meta SET run = 'r1'"),
        ("UPDATE meta SET signature = NULL", "UPDATE meta SET signature = x'00'"),
    ] {
        place.raw().execute(damage, []).unwrap();
        assert!(refused(&place.key), "{damage}");
        place.raw().execute(repair, []).unwrap();
    }
    assert!(refused(&place.key), "a signature of one byte");
}

#[test]
fn a_file_that_is_no_journal_is_an_error() {
    let place = Place::new();
    let dir = place.root.path().join("garbage");
    std::fs::create_dir(&dir).unwrap();
    std::fs::write(dir.join("journal.db"), vec![7_u8; 8192]).unwrap();
    assert!(matches!(Reader::open(&dir).map(drop), Err(JournalError::Sqlite { .. })));
    place.raw().execute("UPDATE plan SET body = '[]'", []).unwrap();
    assert!(matches!(Reader::open(&place.dir()).unwrap().plan(), Err(JournalError::Damaged { .. })));
}

#[test]
fn all_who_make_the_key_at_once_get_the_same() {
    for _ in 0..20 {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("key");
        let start = std::sync::Barrier::new(8);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    start.wait();
                    SigningKey::load_or_create(&path).unwrap();
                });
            }
        });
        let left = std::fs::read_dir(root.path()).unwrap().count();
        assert_eq!((left, std::fs::read(&path).unwrap().len()), (1, 32));
    }
}

#[test]
fn the_key_is_made_once_and_kept_private() {
    let root = TempDir::new().unwrap();
    let path = root.path().join("deep/er/key");
    SigningKey::load_or_create(&path).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    SigningKey::load_or_create(&path).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no draft is left");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(SigningKey::load_or_create(&path), Err(JournalError::Key { .. })));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    std::fs::write(&path, b"short").unwrap();
    assert!(matches!(SigningKey::load_or_create(&path), Err(JournalError::Key { .. })));
    assert_eq!(format!("{:?}", Place::new().key), "SigningKey(…)");
}

/// Started anew as another process by the test below; it writes batches of three until it is killed.
#[test]
fn writer_process() {
    let Ok(root) = std::env::var("DIVISI_TEST_WRITER") else { return };
    let root = Path::new(&root);
    let key = SigningKey::load_or_create(&root.join("state/key")).unwrap();
    let (mut journal, epoch) = Journal::open_owner(&root.join("run"), &key).unwrap();
    loop {
        journal.append(&[started(epoch), started(epoch), started(epoch)], 7, Durability::Crash).unwrap();
    }
}

#[test]
fn a_writer_that_is_killed_leaves_whole_batches_and_a_free_lock() {
    let place = Place::new();
    let mut seen = 1;
    for round in 1..=3 {
        let mut writer = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "writer_process", "--nocapture"])
            .env("DIVISI_TEST_WRITER", place.root.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let reader = Reader::open(&place.dir()).unwrap();
        let enough = seen + 60;
        while reader.last_seq().unwrap() < enough {
            assert!(writer.try_wait().unwrap().is_none(), "the writer ended by itself");
            std::thread::yield_now();
        }
        writer.kill().unwrap();
        writer.wait().unwrap();
        let (mut journal, epoch) = place.own();
        assert_eq!(epoch, 2 * round);
        let last = journal.events(0).unwrap().len() as u64;
        assert!(last >= enough, "nothing that was seen is gone");
        assert_eq!((last - round) % 3, 0, "whole batches");
        assert_eq!(places(&journal.events(0).unwrap()), (1..=last).collect::<Vec<_>>());
        seen = journal.append(&[started(epoch)], 8, Durability::Power).unwrap();
    }
}

#[test]
fn a_run_through_the_journal_replays_to_its_state() {
    let place = Place::new();
    let (mut journal, epoch) = place.own();
    let mut run = Run::planned(some_plan());
    let mut records = journal.events(0).unwrap();
    divisi_engine::core::apply(&mut run.state, &records[0]);
    let mut inputs = vec![Input::HostStarted { epoch, pid: 1, recovered: Vec::new(), requests: Vec::new() }];
    while let Some(input) = inputs.pop() {
        let decision = divisi_engine::core::decide(&run.state, 9, input, &support::Words);
        let before = run.state.seq();
        journal.append(&decision.events, 9, decision.durability).unwrap();
        let appended = journal.events(before).unwrap();
        appended.iter().for_each(|record| divisi_engine::core::apply(&mut run.state, record));
        records.extend(appended);
        if let Some(path) = run.first_live() {
            inputs.push(Input::AttemptExited { key: run.key(&path), outcome: support::succeeded(&path) });
        }
    }
    assert_eq!(run.verdict(), Some(Verdict::Succeeded));
    let reader = Reader::open(&place.dir()).unwrap();
    assert_eq!(reader.events(0).unwrap(), records);
    let replayed = replay("r1", reader.plan().unwrap(), &records).unwrap();
    assert_eq!(replayed.verdict(), run.verdict());
    assert_eq!(replayed.seq(), run.state.seq());
}
