//! A journal that a power cut can shorten, to no less than what was flushed.

use divisi_engine::core::{Durability, RequestRow};
use divisi_engine::event::{EVENT_VERSION, Event, EventRecord};

use crate::random::Random;

#[derive(Default)]
pub(crate) struct FakeJournal {
    records: Vec<EventRecord>,
    /// Ends of the batches that were committed.
    batches: Vec<usize>,
    /// How many records survive a power cut.
    flushed: usize,
    epoch: u64,
    pub(crate) requests: Vec<RequestRow>,
}

impl FakeJournal {
    pub(crate) fn records(&self) -> &[EventRecord] {
        &self.records
    }

    pub(crate) fn take_over(&mut self) -> u64 {
        self.epoch += 1;
        self.epoch
    }

    pub(crate) fn append(
        &mut self,
        epoch: u64,
        events: &[Event],
        at: i64,
        durability: Durability,
    ) -> Vec<EventRecord> {
        assert_eq!(epoch, self.epoch, "a host that was replaced writes");
        let from = self.records.len();
        for event in events {
            self.records.push(EventRecord {
                v: EVENT_VERSION,
                run: "run".to_owned(),
                seq: self.records.len() as u64 + 1,
                at,
                critical: event.is_critical(),
                event: event.clone(),
            });
        }
        self.batches.push(self.records.len());
        if durability == Durability::Power {
            self.flushed = self.records.len();
        }
        self.records[from..].to_vec()
    }

    /// What the host does within 50 ms.
    pub(crate) fn flush(&mut self) {
        self.flushed = self.records.len();
    }

    /// Keeps a prefix of the commits that holds all that was flushed; how many records are gone.
    pub(crate) fn cut_power(&mut self, random: &mut Random) -> usize {
        let kept: Vec<usize> = self.batches.iter().copied().filter(|end| *end >= self.flushed).collect();
        let end = if kept.is_empty() { self.records.len() } else { random.pick(&kept) };
        let lost = self.records.len() - end;
        self.records.truncate(end);
        self.batches.retain(|batch| *batch <= end);
        lost
    }

    /// Rows that no record has taken in.
    pub(crate) fn waiting(&self) -> Vec<RequestRow> {
        let applied = |row: &RequestRow| {
            let is_row =
                |record: &EventRecord| matches!(record.event, Event::Requested { id, .. } if id == row.id);
            self.records.iter().any(is_row)
        };
        self.requests.iter().filter(|row| !applied(row)).cloned().collect()
    }
}
