//! What is written beside the nodes of a DAG: level, critical path, time.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use divisi_analysis::Graph;
use divisi_analysis::plan::estimate_ms;
use divisi_model::Node;
use divisi_model::duration::human;
use divisi_syntax::Span;
use divisi_workspace::Document;
use divisi_workspace::settings::HintSettings;

/// How long each node took in the last run of its DAG, by its path in the run: of a plain node the id.
pub type Durations = BTreeMap<String, Duration>;

/// A few words beside a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The byte behind which they stand.
    pub offset: u32,
    /// The words.
    pub label: String,
    /// What they mean.
    pub tooltip: String,
}

/// The hints in `range`, one behind each id of a node as far as there is something to say; `last` has what is known of
/// the last run.
pub fn hints(
    document: &Document,
    range: Span,
    settings: &HintSettings,
    last: Option<&Durations>,
) -> Vec<Hint> {
    let Some((_, dag)) = document.dag() else { return Vec::new() };
    let graph = Graph::new(dag);
    let critical_path = graph.timing(&dag.nodes.iter().map(estimate_ms).collect::<Vec<_>>());
    let critical: HashSet<u32> =
        critical_path.map(|timing| timing.critical_path).unwrap_or_default().into_iter().collect();
    let mut hints = Vec::new();
    for (at, node) in dag.nodes.iter().enumerate() {
        if node.id.span.is_empty() || !range.touches(node.id.span.end) {
            continue;
        }
        let facts = Facts {
            level: settings.level.then(|| graph.levels.get(at).copied()).flatten(),
            levels: graph.level_count(),
            is_critical: settings.critical && critical.contains(&(at as u32)),
            last: last.and_then(|last| last.get(&node.id.value)).copied().filter(|_| settings.duration),
            estimate: settings.duration.then(|| estimate(node)).flatten(),
        };
        hints.extend(facts.hint(node.id.span.end));
    }
    hints
}

fn estimate(node: &Node) -> Option<Duration> {
    node.estimate.as_ref().map(|estimate| estimate.value)
}

struct Facts {
    level: Option<u32>,
    levels: usize,
    is_critical: bool,
    last: Option<Duration>,
    estimate: Option<Duration>,
}

impl Facts {
    fn hint(self, offset: u32) -> Option<Hint> {
        let mut words = Vec::new();
        let mut meaning = Vec::new();
        if let Some(level) = self.level {
            words.push(format!("level {}/{}", level + 1, self.levels));
            meaning.push("The level is the longest way from a node that waits for nothing".to_owned());
        }
        if self.is_critical {
            words.push("critical".to_owned());
            meaning.push("On the critical path: a delay here delays the run".to_owned());
        }
        if let Some(last) = self.last {
            words.push(format!("took {}", human(last)));
            meaning.push(match self.estimate {
                Some(estimate) => format!("How long the last run took; the estimate is {}", human(estimate)),
                None => "How long the last run took".to_owned(),
            });
        } else if let Some(estimate) = self.estimate {
            words.push(format!("~{}", human(estimate)));
            meaning.push("The estimate: no run of it is known".to_owned());
        }
        let hint =
            || Hint { offset, label: words.join(" · "), tooltip: format!("{}.", meaning.join(".\n")) };
        (!words.is_empty()).then(hint)
    }
}
