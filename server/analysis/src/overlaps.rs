//! Nodes that touch the same files while nothing orders them.
//!
//! Files are compared by what nodes declare. Equal texts are one *place*; places are compared with each other only
//! where the folder that one is confined to holds the other's. What is left are pairs of nodes, and all questions of
//! order among them are asked together.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use divisi_model::{ForEach, LockMode, Node, OutputForm};
use divisi_syntax::Span;
use foldhash::fast::RandomState;

use crate::context::Context;
use crate::globs::Glob;

/// Pairs of globs that are compared; a DAG with more declares its files in a way that nobody can follow.
const MOST_COMPARISONS: usize = 100_000;
/// Pairs of nodes whose order is asked for.
const MOST_PAIRS: usize = 20_000;
/// Where no more pairs than this share a place, all are looked at; else neighbours in the order of the run.
const ALL_PAIRS: usize = 256;
/// Pairs that are asked which conditions they run under.
const MOST_CONDITIONAL: usize = 64;

/// What a node does to files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// `reads`.
    Reads,
    /// `writes`.
    Writes,
    /// `file` of an output.
    Makes,
}

/// One declaration of files.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FileUse {
    pub(crate) node: u32,
    pub(crate) access: Access,
    /// Where it is written: the glob, or the output's name.
    pub(crate) span: Span,
}

/// Two declarations of nodes that may run at the same time, of one place.
#[derive(Debug)]
pub(crate) struct Overlap {
    /// The one whose node stands first in the file.
    pub(crate) first: FileUse,
    pub(crate) second: FileUse,
    pub(crate) shared: Shared,
}

/// What two declarations have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shared {
    /// Exactly this path, or this glob.
    All(String),
    /// Paths such as this one.
    Example(String),
}

/// Everything that is declared about one path or glob.
struct Place {
    /// None where only equal texts are known to be the same.
    glob: Option<Glob>,
    text: String,
    uses: Vec<FileUse>,
}

/// All overlaps, at most one of each kind for two nodes. None where the order is unknown.
pub(crate) fn find(context: &Context<'_>) -> Vec<Overlap> {
    let one_by_one = context.dag.max_parallel.as_ref().is_some_and(|most| most.value == 1);
    if !context.may_declare_files || context.graph.order.is_none() || one_by_one {
        return Vec::new();
    }
    let places = places(context);
    if !places.iter().flat_map(|place| &place.uses).any(|used| used.access != Access::Reads) {
        return Vec::new();
    }
    let mut search = Search { context, found: Vec::new(), seen: HashSet::default() };
    for place in &places {
        search.pair(&place.uses, &place.uses, || Shared::All(place.text.clone()));
    }
    for (a, b, example) in intersecting(&places) {
        search.pair(&places[a].uses, &places[b].uses, || example.clone());
    }
    search.unordered()
}

/// Whether a node's instances may run at the same time and hold no lock against each other.
pub(crate) fn meets_itself(context: &Context<'_>, node: &Node) -> bool {
    let one_by_one = context.dag.max_parallel.as_ref().is_some_and(|most| most.value == 1);
    has_instances(node)
        && !one_by_one
        && !node.in_worktree
        && !is_alone_in_phase(context, node)
        && !node.locks.iter().any(|lock| excludes(context, &lock.name.value, lock.mode, lock.mode))
}

/// Whether `for_each` makes two instances or more, as far as the file says.
pub(crate) fn has_instances(node: &Node) -> bool {
    match &node.for_each {
        Some(ForEach::List { items, .. }) => items.len() > 1,
        Some(ForEach::Expression(_)) => true,
        None => false,
    }
}

/// The path of a `file` output from the workspace's root; none where templates decide.
pub(crate) fn output_path(node: &Node, form: &OutputForm) -> Option<Glob> {
    let OutputForm::File(file) = form else {
        return None;
    };
    let folder = node.cwd.as_ref().map_or(".", |cwd| cwd.value.as_str());
    if file.contains("{{") || folder.contains("{{") || file.starts_with('/') {
        return None;
    }
    Glob::path(&format!("{folder}/{file}"))
}

fn places(context: &Context<'_>) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    let mut by_text: HashMap<String, usize, RandomState> = HashMap::default();
    let mut add = |text: String, glob: &dyn Fn() -> Option<Glob>, used: FileUse| {
        let at = *by_text.entry(text).or_insert_with_key(|text| {
            places.push(Place { glob: glob(), text: text.clone(), uses: Vec::new() });
            places.len() - 1
        });
        places[at].uses.push(used);
    };
    for (index, node) in context.nodes().filter(|(index, node)| is_placed(context, *index, node)) {
        for (access, globs) in [(Access::Reads, &node.reads), (Access::Writes, &node.writes)] {
            let globs = globs.as_deref().unwrap_or_default();
            // What is taken out again cannot be told from what stays.
            if globs.iter().any(|glob| glob.value.starts_with('!')) {
                continue;
            }
            for glob in globs.iter().filter(|glob| is_certain(&glob.value, access)) {
                let used = FileUse { node: index, access, span: glob.span };
                let text = glob.value.trim_start_matches("./").to_owned();
                add(text, &|| Glob::parse(&glob.value), used);
            }
        }
        for output in &node.outputs {
            if let Some(path) = output_path(node, &output.form)
                && let Some(text) = path.as_path()
            {
                let used = FileUse { node: index, access: Access::Makes, span: output.name.span };
                add(text, &|| Some(path.clone()), used);
            }
        }
    }
    places
}

/// Whether the node's place in the order is what it will be: no name that it waits for is wrong, no other node has
/// its id.
fn is_placed(context: &Context<'_>, index: u32, node: &Node) -> bool {
    let is_known = |id: &str| context.ids.contains_key(id);
    context.ids.get(node.id.value.as_str()) == Some(&index)
        && node.depends_on.iter().all(|dependency| is_known(&dependency.value))
}

/// Whether the text means files of this workspace. `reads: workspace` is all of it, less what nodes write.
fn is_certain(text: &str, access: Access) -> bool {
    let is_of_instance =
        text.contains("{{") && ["item", "index", "inputs"].iter().any(|name| text.contains(name));
    let is_everything = access == Access::Reads && text == "workspace";
    !(text.is_empty() || is_of_instance || is_everything)
}

/// Pairs of different places that have a path in common.
fn intersecting(places: &[Place]) -> Vec<(usize, usize, Shared)> {
    let patterns = || {
        places.iter().enumerate().flat_map(|(at, place)| {
            let alternatives = place.glob.iter().flat_map(|glob| &glob.alternatives);
            alternatives.map(move |pattern| (at, pattern))
        })
    };
    let is_glob = |at: usize| places[at].glob.as_ref().is_some_and(|glob| glob.as_path().is_none());
    let mut confined_to: HashMap<String, Vec<usize>, RandomState> = HashMap::default();
    for (at, pattern) in patterns().filter(|(at, _)| is_glob(*at)) {
        let places = confined_to.entry(pattern.folder()).or_default();
        if places.last() != Some(&at) {
            places.push(at);
        }
    }
    if confined_to.is_empty() {
        return same_paths(places);
    }
    let mut pairs = same_paths(places);
    let mut left = MOST_COMPARISONS;
    let mut compared: HashSet<(usize, usize), RandomState> = HashSet::default();
    for (at, pattern) in patterns() {
        let folder = pattern.folder();
        let above = folder.match_indices('/').map(|(end, _)| &folder[..end]);
        for folder in ["", folder.as_str()].into_iter().chain(above) {
            for other in confined_to.get(folder).into_iter().flatten().copied().filter(|other| *other != at) {
                if !compared.insert((at.min(other), at.max(other))) {
                    continue;
                }
                let Some(still) = left.checked_sub(1) else {
                    return pairs;
                };
                left = still;
                pairs.extend(shared(&places[at], &places[other]).map(|shared| (at, other, shared)));
            }
        }
    }
    pairs
}

/// Different texts for one path: `a.md` and `b/../a.md`.
fn same_paths(places: &[Place]) -> Vec<(usize, usize, Shared)> {
    let mut known: HashMap<String, usize, RandomState> = HashMap::default();
    let paths =
        places.iter().enumerate().filter_map(|(at, place)| Some((at, place.glob.as_ref()?.as_path()?)));
    let mut pairs = Vec::new();
    for (at, path) in paths {
        match known.get(&path) {
            Some(first) => pairs.push((*first, at, Shared::All(path))),
            None => {
                known.insert(path, at);
            }
        }
    }
    pairs
}

fn shared(a: &Place, b: &Place) -> Option<Shared> {
    let (a, b) = (a.glob.as_ref()?, b.glob.as_ref()?);
    let path = a.common_path(b)?;
    let is_one = a.as_path().is_some() || b.as_path().is_some();
    Some(if is_one { Shared::All(path) } else { Shared::Example(path) })
}

/// Collects pairs that nothing but order could keep apart.
struct Search<'c, 'a> {
    context: &'c Context<'a>,
    found: Vec<Overlap>,
    /// Nodes of a pair and whether both write.
    seen: HashSet<(u32, u32, bool), RandomState>,
}

impl Search<'_, '_> {
    /// Pairs of one use of each list. The lists are the same, or of different places.
    fn pair(&mut self, a: &[FileUse], b: &[FileUse], shared: impl Fn() -> Shared) {
        let writes = |uses: &[FileUse]| uses.iter().filter(|used| used.access != Access::Reads).count();
        if a.len() * b.len() <= ALL_PAIRS {
            for one in a {
                b.iter().for_each(|other| self.consider(*one, *other, &shared));
            }
            return;
        }
        if writes(a) + writes(b) == 0 {
            return;
        }
        // Where every two neighbours in the order of the run wait for each other, all do.
        let mut all: Vec<FileUse> = a.iter().chain(b).copied().collect();
        all.sort_unstable_by_key(|used| (self.level(used.node), used.node));
        for pair in all.windows(2) {
            if let [one, other] = pair {
                self.consider(*one, *other, &shared);
            }
        }
    }

    fn level(&self, node: u32) -> u32 {
        self.context.graph.levels.get(node as usize).copied().unwrap_or_default()
    }

    fn consider(&mut self, one: FileUse, other: FileUse, shared: impl Fn() -> Shared) {
        let (first, second) = if one.node <= other.node { (one, other) } else { (other, one) };
        let both_write = first.access != Access::Reads && second.access != Access::Reads;
        let both_read = first.access == Access::Reads && second.access == Access::Reads;
        if first.node == second.node || both_read || self.found.len() >= MOST_PAIRS {
            return;
        }
        let (a, b) = (self.context.node(first.node), self.context.node(second.node));
        let are_apart =
            if both_write { a.in_worktree && b.in_worktree } else { a.in_worktree || b.in_worktree };
        if are_apart || are_excluded(self.context, a, b) {
            return;
        }
        if self.seen.insert((first.node, second.node, both_write)) {
            self.found.push(Overlap { first, second, shared: shared() });
        }
    }

    /// Those of which neither waits for the other.
    fn unordered(self) -> Vec<Overlap> {
        let Self { context, mut found, .. } = self;
        let level = |node: u32| context.graph.levels.get(node as usize).copied().unwrap_or_default();
        // A node that another waits for stands on a lower level.
        let question = |overlap: &Overlap| {
            let (a, b) = (overlap.first.node, overlap.second.node);
            match level(a).cmp(&level(b)) {
                Ordering::Less => Some((b, a)),
                Ordering::Equal => None,
                Ordering::Greater => Some((a, b)),
            }
        };
        let questions: Vec<(u32, u32)> = found.iter().filter_map(question).collect();
        let mut ordered = context.graph.are_ancestors(&questions).into_iter();
        found.retain(|overlap| question(overlap).is_none() || !ordered.next().unwrap_or(true));
        let conflicts: HashSet<(u32, u32), RandomState> = found
            .iter()
            .filter(|overlap| overlap.both_write())
            .map(|overlap| (overlap.first.node, overlap.second.node))
            .collect();
        found.retain(|overlap| {
            overlap.both_write() || !conflicts.contains(&(overlap.first.node, overlap.second.node))
        });
        drop_alternatives(context, &mut found);
        found.sort_by_key(|overlap| (overlap.second.node, overlap.first.node));
        found
    }
}

impl Overlap {
    pub(crate) fn both_write(&self) -> bool {
        self.first.access != Access::Reads && self.second.access != Access::Reads
    }

    /// Whether both declare the file as an output.
    pub(crate) fn both_make(&self) -> bool {
        self.first.access == Access::Makes && self.second.access == Access::Makes
    }
}

fn are_excluded(context: &Context<'_>, a: &Node, b: &Node) -> bool {
    let same_phase = a.phase.as_ref().zip(b.phase.as_ref()).is_some_and(|(a, b)| a.value == b.value);
    let mut common = a.locks.iter().flat_map(|lock| {
        let others = b.locks.iter().filter(|other| other.name.value == lock.name.value);
        others.map(move |other| (lock, other))
    });
    (same_phase && is_alone_in_phase(context, a))
        || common.any(|(lock, other)| excludes(context, &lock.name.value, lock.mode, other.mode))
}

/// Whether the node's phase runs its nodes one by one.
fn is_alone_in_phase(context: &Context<'_>, node: &Node) -> bool {
    let phase = node.phase.as_ref();
    let mut phases = context.dag.phases.iter();
    phase
        .and_then(|id| phases.find(|phase| phase.id.value == id.value))
        .and_then(|phase| phase.max_parallel.as_ref())
        .is_some_and(|most| most.value == 1)
}

/// Whether two holders of a lock wait for each other. Of a lock with several units each takes one where it does not
/// ask for all.
fn excludes(context: &Context<'_>, name: &str, a: Option<LockMode>, b: Option<LockMode>) -> bool {
    let listed = context.dag.locks.iter().find(|listed| listed.name.value == name);
    let has_units = listed.and_then(|listed| listed.capacity).is_some_and(|units| units > 1);
    let takes_all = |mode: Option<LockMode>| match mode {
        Some(mode) => mode == LockMode::Exclusive,
        None => !has_units,
    };
    takes_all(a) || takes_all(b)
}

/// Leaves out pairs of which conditions may let only one run.
fn drop_alternatives(context: &Context<'_>, overlaps: &mut Vec<Overlap>) {
    let is_conditional = |node: &Node| node.when.is_some() || node.foreign_condition.is_some();
    if !context.dag.nodes.iter().any(is_conditional) {
        return;
    }
    let mut left = MOST_CONDITIONAL;
    overlaps.retain(|overlap| {
        let Some(still) = left.checked_sub(1) else {
            return false;
        };
        left = still;
        let (a, b) = (conditions(context, overlap.first.node), conditions(context, overlap.second.node));
        let (only_a, only_b) = (a.difference(&b).count(), b.difference(&a).count());
        // A failure may be what lets one run and not the other.
        let asks_status = a.symmetric_difference(&b).any(|condition| condition.contains("status"));
        (only_a == 0 || only_b == 0) && !asks_status
    });
}

/// The conditions of a node and of everything that it waits for.
fn conditions<'a>(context: &Context<'a>, node: u32) -> HashSet<&'a str> {
    let nodes = std::iter::once(node).chain(context.graph.ancestors(node));
    let conditions = nodes.map(|node| context.node(node)).flat_map(|node| {
        let own = node.when.as_ref().map(|when| when.value.as_str());
        own.into_iter().chain(node.foreign_condition.as_ref().map(|condition| condition.value.as_str()))
    });
    conditions.collect()
}
