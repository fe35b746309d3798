//! The ids of a trace and its spans. They follow from the run's id and the names in it alone, so that a host that takes
//! a run over, and whoever exports it again, continues the same trace.

use crate::plan::StoredPlan;

/// The variable that names a program's place in a trace (W3C Trace Context, as the environment carries it).
pub const PARENT_VARIABLE: &str = "TRACEPARENT";

/// Names a span within its trace; never all zeros.
pub type SpanId = [u8; 8];

/// The trace that a run belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceContext {
    run: String,
    trace: [u8; 16],
    parent: Option<SpanId>,
}

impl TraceContext {
    /// That of a run: the trace in which it was started, else one of its own.
    pub fn of(run: &str, plan: &StoredPlan) -> Self {
        let around = plan.trace_parent.as_deref().and_then(TraceParent::read);
        Self {
            run: run.to_owned(),
            trace: around.as_ref().map_or_else(|| named(&["trace", run]), |around| around.trace),
            parent: around.map(|around| around.span),
        }
    }

    /// The run's id.
    pub fn run(&self) -> &str {
        &self.run
    }

    /// Names the trace; never all zeros.
    pub const fn trace(&self) -> [u8; 16] {
        self.trace
    }

    /// The span in which the run was started; none where nobody said so.
    pub const fn parent(&self) -> Option<SpanId> {
        self.parent
    }

    /// The run from a start to its end. `life`: 1, and one more each time that it went on after an end.
    pub fn run_span(&self, life: u32) -> SpanId {
        named(&["run", &self.run, &life.to_string()])
    }

    /// A node from the moment it could start to its end. `visit`: 1, and one more each time that it began anew.
    pub fn node_span(&self, node: &str, visit: u32) -> SpanId {
        named(&["node", &self.run, node, &visit.to_string()])
    }

    /// An attempt.
    pub fn attempt_span(&self, node: &str, attempt: u32) -> SpanId {
        named(&["attempt", &self.run, node, &attempt.to_string()])
    }

    /// What an attempt's program finds in [`PARENT_VARIABLE`].
    pub fn handed_to(&self, node: &str, attempt: u32) -> String {
        format!("00-{}-{}-01", hex(&self.trace), hex(&self.attempt_span(node, attempt)))
    }
}

/// What [`PARENT_VARIABLE`] says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TraceParent {
    trace: [u8; 16],
    span: SpanId,
    /// Whether the trace is recorded at all.
    pub(super) is_sampled: bool,
}

impl TraceParent {
    /// None for what is not of the form of the specification; versions to come may have more behind the flags.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('-');
        let [version] = bytes::<1>(parts.next()?)?;
        let (trace, span) = (bytes::<16>(parts.next()?)?, bytes::<8>(parts.next()?)?);
        let [flags] = bytes::<1>(parts.next()?)?;
        let has_more = parts.next().is_some();
        let is_valid = version != 0xff && trace != [0; 16] && span != [0; 8] && (version > 0 || !has_more);
        is_valid.then_some(Self { trace, span, is_sampled: flags & 1 == 1 })
    }
}

/// A text that names a place in a trace, as a plan keeps it.
pub(crate) fn parent_in(environment: &std::collections::BTreeMap<String, String>) -> Option<String> {
    environment.get(PARENT_VARIABLE).filter(|text| TraceParent::read(text).is_some()).cloned()
}

/// The beginning of a digest of these words. The chance that it is all zeros is that of guessing a key.
fn named<const N: usize>(words: &[&str]) -> [u8; N] {
    let mut hasher = blake3::Hasher::new();
    for word in words {
        hasher.update(&(word.len() as u64).to_le_bytes()).update(word.as_bytes());
    }
    let mut id = [0; N];
    hasher.finalize_xof().fill(&mut id);
    id
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Lower case alone, as the specification has it.
fn bytes<const N: usize>(hex: &str) -> Option<[u8; N]> {
    let is_hex = hex.bytes().all(|digit| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit));
    if !is_hex || hex.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[test]
    fn a_parent_is_read_as_the_specification_has_it() {
        let read = TraceParent::read(&format!("00-{TRACE}-00f067aa0ba902b7-01")).unwrap();
        assert_eq!((hex(&read.trace), hex(&read.span)), (TRACE.to_owned(), "00f067aa0ba902b7".to_owned()));
        assert!(read.is_sampled);
        assert!(!TraceParent::read(&format!("00-{TRACE}-00f067aa0ba902b7-00")).unwrap().is_sampled);
        assert!(TraceParent::read(&format!("01-{TRACE}-00f067aa0ba902b7-01-more")).is_some());
        for wrong in [
            String::new(),
            format!("ff-{TRACE}-00f067aa0ba902b7-01"),
            format!("00-{TRACE}-0000000000000000-01"),
            format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)),
            format!("00-{}-00f067aa0ba902b7-01", TRACE.to_uppercase()),
            format!("00-{TRACE}-00f067aa0ba902b7-01-more"),
            format!("00-{TRACE}-ä0f067aa0ba902b-01"),
            format!("00-{TRACE}-00f067aa0ba902b7"),
        ] {
            assert_eq!(TraceParent::read(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn names_do_not_run_into_each_other() {
        assert_ne!(named::<8>(&["node", "ab", "c"]), named::<8>(&["node", "a", "bc"]));
        assert_eq!(named::<8>(&["node", "a"]), named::<8>(&["node", "a"]));
    }
}
