//! All checks over one document.

use std::path::Path;
use std::sync::Arc;

use divisi_syntax::{ErrorKind, LineIndex, Span, SyntaxError};
use divisi_workspace::settings::Severity;
use divisi_workspace::{Class, Content, Document, Snapshot};
use globset::{Glob, GlobSet, GlobSetBuilder};

use crate::again::{self, CheckCache, Found, Plan};
use crate::allow;
use crate::codes::{self, Extent};
use crate::context::Context;
use crate::finding::Finding;
use crate::graph::node_ids;
use crate::markdown::MarkdownContext;
use crate::rules::{Check, RULES, shape, unused_allow};

/// All findings in one document, sorted by place; severities and excludes by settings applied, allowed ones removed.
/// Nothing for documents that are not ours.
pub fn check(snapshot: &Snapshot, document: &Arc<Document>) -> Vec<Finding> {
    check_again(snapshot, document, &mut CheckCache::default())
}

/// The same as [`check`], and sooner where little has changed since the last check with this cache.
pub fn check_again(snapshot: &Snapshot, document: &Arc<Document>, cache: &mut CheckCache) -> Vec<Finding> {
    if document.class == Class::None || is_excluded(snapshot, &document.path) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let rules = || RULES.iter().flat_map(|rule| rule.checks);
    for rule in rules() {
        if let Check::Document(check) = rule {
            check(document, &mut findings);
        }
    }
    if let Some(context) = MarkdownContext::new(snapshot, document) {
        for rule in rules() {
            if let Check::Markdown(check) = rule {
                check(&context, &mut findings);
            }
        }
    }
    if let Some((tree, dag)) = document.dag() {
        let ids = node_ids(dag);
        let mut plan = cache.plan(snapshot, document, (tree, dag), &ids);
        let context = Context::planned(snapshot, document, (tree, dag), ids, &plan);
        let keys = plan.keys.take();
        check_whole(&context, &mut findings);
        let found = in_nodes(&context, plan);
        findings.extend(found.all().cloned());
        cache.keep(&context, keys, found);
        drop_consequences(&context, &mut findings);
    }
    for finding in &mut findings {
        finding.span = on_one_line(&document.lines, &document.text, finding.span);
    }
    apply_allowances(snapshot, document, &mut findings);
    apply_severities(snapshot, &mut findings);
    findings.sort_by(|a, b| (a.span, a.code, &a.message).cmp(&(b.span, b.code, &b.message)));
    findings.dedup();
    findings
}

/// The rules about a DAG as a whole, and all rules about the graphs inside its nodes.
fn check_whole(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for check in RULES.iter().flat_map(|rule| rule.checks) {
        if let Check::Dag(check) = check {
            check(context, findings);
        }
    }
    // Bodies are as deep as the tree, whose depth is limited.
    for body in context.nodes().filter_map(|(_, node)| node.body.as_ref()) {
        let inside = context.inside(body);
        check_whole(&inside, findings);
        for check in RULES.iter().flat_map(|rule| rule.checks) {
            if let Check::Nodes(check) | Check::Order(check) | Check::Graph(check) = check {
                check(&inside, findings);
            }
        }
    }
}

/// What rules find in nodes one by one, in mappings and values, and in the graph: where something is to be judged,
/// beside what is known.
fn in_nodes(context: &Context<'_>, plan: Plan) -> Found {
    let Plan { nodes, order, graph, knows_graph, mut found, .. } = plan;
    let is_order_known = graph.is_some();
    let order =
        order.map(|order| if is_order_known { order } else { again::with_disordered(context, order) });
    let rules = || RULES.iter().flat_map(|rule| rule.checks);
    shape::walk(context, nodes.as_deref(), &mut found.of_shape);
    let is_same_share = nodes == order;
    let of_nodes = context.judging(nodes);
    let of_order = if is_same_share { None } else { Some(context.judging(order)) };
    for rule in rules() {
        match rule {
            Check::Nodes(check) => check(&of_nodes, &mut found.of_nodes),
            Check::Order(check) => check(of_order.as_ref().unwrap_or(&of_nodes), &mut found.of_order),
            Check::Graph(check) if !knows_graph => check(context, &mut found.of_graph),
            _ => {}
        }
    }
    found
}

/// Whether a setting leaves the file out: `check.exclude`, globs relative to the root; one that ends in `/` means
/// all of a folder.
fn is_excluded(snapshot: &Snapshot, path: &Path) -> bool {
    let globs = &snapshot.settings().check.exclude;
    if globs.is_empty() {
        return false;
    }
    let relative = snapshot.root_of(path).and_then(|root| path.strip_prefix(root).ok()).unwrap_or(path);
    exclusions(globs).is_match(relative)
}

fn exclusions(globs: &[String]) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        let glob = if glob.ends_with('/') { format!("{glob}**") } else { glob.clone() };
        // What is no glob is a fault of the settings, which are checked where they are read.
        if let Ok(glob) = Glob::new(&glob) {
            set.add(glob);
        }
    }
    set.build().unwrap_or_default()
}

/// Where the text has faults, what depends on the damaged part keeps quiet ([`Extent`]).
fn drop_consequences(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let is_fault = |error: &&SyntaxError| error.kind != ErrorKind::Unsupported;
    let faults: Vec<&SyntaxError> = context.tree.errors().iter().filter(is_fault).collect();
    if faults.is_empty() {
        return;
    }
    let damage = Damage::new(context, &faults);
    findings.retain(|finding| {
        let extent = codes::by_name(finding.code).map_or(Extent::Text, |code| code.extent);
        match extent {
            Extent::Text => true,
            Extent::Node => !damage.touches(finding.span),
            Extent::Document => !damage.names_may_be_lost && !damage.touches(finding.span),
        }
    });
}

/// What faults in the text have spoilt.
struct Damage<'a> {
    lines: &'a LineIndex,
    /// Lines of damaged nodes, and of faults outside nodes, first and last; ascending, apart from each other.
    ranges: Vec<(u32, u32)>,
    /// Whether a node may be there that the tree does not show.
    names_may_be_lost: bool,
}

impl<'a> Damage<'a> {
    fn new(context: &Context<'a>, faults: &[&SyntaxError]) -> Self {
        let lines = &context.document.lines;
        let mut names_may_be_lost = context.dag.nodes.is_empty();
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        let mut nodes: Vec<(u32, u32, bool)> = context
            .nodes()
            .map(|(_, node)| {
                (lines.line(node.span.start), lines.line(node.span.end), node.id.value.is_empty())
            })
            .collect();
        nodes.sort_unstable();
        for fault in faults {
            let line = lines.line(fault.span.start);
            // The node whose lines, and the line after them, hold the fault: the last one that begins before it.
            let before = nodes.partition_point(|(first, ..)| *first <= line);
            let node =
                before.checked_sub(1).and_then(|at| nodes.get(at)).filter(|(_, last, _)| line <= last + 1);
            match node {
                Some((first, last, is_nameless)) => {
                    names_may_be_lost |= is_nameless | (fault.kind == ErrorKind::Limit);
                    ranges.push((*first, (*last).max(line)));
                }
                None => {
                    names_may_be_lost = true;
                    ranges.push((line.saturating_sub(1), line + 1));
                }
            }
        }
        Self { lines, ranges: merge(ranges), names_may_be_lost }
    }

    fn touches(&self, span: Span) -> bool {
        let line = self.lines.line(span.start);
        let before = self.ranges.partition_point(|(first, _)| *first <= line);
        before.checked_sub(1).and_then(|at| self.ranges.get(at)).is_some_and(|(_, last)| line <= *last)
    }
}

/// Ranges that overlap become one; ascending.
fn merge(mut ranges: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    ranges.sort_unstable();
    let mut merged: Vec<(u32, u32)> = Vec::new();
    for (first, last) in ranges {
        match merged.last_mut() {
            Some((_, end)) if first <= *end => *end = last.max(*end),
            _ => merged.push((first, last)),
        }
    }
    merged
}

/// The part of a span that lies on its first line.
fn on_one_line(lines: &LineIndex, text: &str, span: Span) -> Span {
    let line = lines.line(span.start);
    if lines.line(span.end) == line {
        return span;
    }
    let first = Span::new(span.start, lines.line_start(line + 1)).slice(text);
    Span::new(span.start, span.start + first.trim_end().len() as u32)
}

fn apply_allowances(snapshot: &Snapshot, document: &Document, findings: &mut Vec<Finding>) {
    let mut allows = allow::find(document);
    if allows.is_empty() {
        return;
    }
    allow::apply(&mut allows, &document.lines, findings);
    let has_faults = match &document.content {
        Content::Dag { tree, .. } => !tree.errors().is_empty(),
        _ => false,
    };
    if has_faults {
        return;
    }
    allows.retain(|allow| snapshot.settings().check.severity.get(&allow.code) != Some(&Severity::Off));
    let mut unused: Vec<Finding> = unused_allow::findings(&allows).collect();
    // An allowance may allow itself to be unused.
    allow::apply(&mut allows, &document.lines, &mut unused);
    findings.append(&mut unused);
}

fn apply_severities(snapshot: &Snapshot, findings: &mut Vec<Finding>) {
    let severities = &snapshot.settings().check.severity;
    for finding in findings.iter_mut() {
        if let Some(severity) = severities.get(finding.code) {
            finding.severity = *severity;
        }
    }
    findings.retain(|finding| finding.severity != Severity::Off);
}
