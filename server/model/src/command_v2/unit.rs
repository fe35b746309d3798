//! In which unit a file writes its times.
//!
//! The specification says milliseconds; published files also write minutes, and no file says which.
//! The rule: all estimates of a file have one unit, and so have all its time-outs. Where every one of them is under
//! 1,000, reading them as milliseconds would give agents less than a second, so they are minutes; else milliseconds.

use std::time::Duration;

use divisi_syntax::{NodeId, ScalarValue, Spanned};

use crate::keys::command_v2 as keys;
use crate::reader::{Fields, Reader};

/// Values under this can not be milliseconds of an agent's work.
const LEAST_MILLISECONDS: f64 = 1_000.0;

/// Keys of a node that hold its estimate; the first that is written counts.
pub(super) const ESTIMATE: &[&str] = &["estimatedTime", "estimatedDuration"];
/// Keys of a node that hold its time-out.
pub(super) const TIMEOUT: &[&str] = &["timeout"];

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Milliseconds,
    Minutes,
}

/// The units of one file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Units {
    estimates: Unit,
    timeouts: Unit,
}

impl Units {
    /// Decides by all nodes of all phases.
    pub(super) fn of(reader: &Reader<'_>, phases: NodeId) -> Self {
        let (mut estimate, mut timeout) = (None, None);
        for phase in reader.items(phases) {
            let Some(agents) = reader.fields(phase, &keys::PHASE).get("agents") else { continue };
            for agent in reader.items(agents) {
                let fields = reader.fields(agent, &keys::NODE);
                estimate = largest(estimate, number(reader, &fields, ESTIMATE));
                timeout = largest(timeout, number(reader, &fields, TIMEOUT));
            }
        }
        Self { estimates: unit(estimate), timeouts: unit(timeout) }
    }

    /// How long the node will probably take.
    pub(super) fn estimate(self, reader: &Reader<'_>, fields: &Fields) -> Option<Spanned<Duration>> {
        duration(number(reader, fields, ESTIMATE)?, self.estimates)
    }

    /// The longest the node may take.
    pub(super) fn timeout(self, reader: &Reader<'_>, fields: &Fields) -> Option<Spanned<Duration>> {
        duration(number(reader, fields, TIMEOUT)?, self.timeouts)
    }
}

fn largest(so_far: Option<f64>, number: Option<Spanned<f64>>) -> Option<f64> {
    let number = number.map(|number| number.value);
    so_far.into_iter().chain(number).reduce(f64::max)
}

fn unit(largest: Option<f64>) -> Unit {
    match largest {
        Some(value) if value < LEAST_MILLISECONDS => Unit::Minutes,
        _ => Unit::Milliseconds,
    }
}

/// The number under the first of `keys` that is written; texts such as `variable` are none.
fn number(reader: &Reader<'_>, fields: &Fields, keys: &[&str]) -> Option<Spanned<f64>> {
    let value = keys.iter().find_map(|key| fields.get(key))?;
    let number = match reader.tree.scalar(value)? {
        #[expect(
            clippy::cast_precision_loss,
            reason = "beyond 2^53 ms, 285,000 years, a rounded figure does"
        )]
        ScalarValue::Int(number) => number as f64,
        ScalarValue::Float(number) => number,
        ScalarValue::Null | ScalarValue::Bool(_) | ScalarValue::Str(_) => return None,
    };
    Some(Spanned::new(number, reader.span(value)))
}

fn duration(number: Spanned<f64>, unit: Unit) -> Option<Spanned<Duration>> {
    let seconds = match unit {
        Unit::Milliseconds => number.value / 1_000.0,
        Unit::Minutes => number.value * 60.0,
    };
    let duration = Duration::try_from_secs_f64(seconds).ok()?;
    (duration <= crate::duration::LONGEST).then(|| Spanned::new(duration, number.span))
}
