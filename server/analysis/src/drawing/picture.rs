//! The graph of a DAG with a place for everything, for those who draw it themselves.

use divisi_model::{Dag, Node, Program, Work};
use divisi_syntax::Span;
use serde::Serialize;

use super::svg::layout::{Band, Box, NAME, NODE_HEIGHT, Wire};
use super::{Drawing, Mark, name, svg};
use crate::describe;
use crate::plan::estimate_ms;

/// What is to be drawn, and where. Lengths are in pixels at natural size.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Picture {
    /// The DAG's name.
    pub name: String,
    /// "4 nodes, 3 dependencies, 2 levels".
    pub size: String,
    /// Width of all.
    pub width: f64,
    /// Height of all.
    pub height: f64,
    /// All nodes, as in the file.
    pub nodes: Vec<PictureNode>,
    /// Written dependencies, by the node that waits.
    pub edges: Vec<PictureEdge>,
    /// Phases that hold nodes.
    pub phases: Vec<PicturePhase>,
    /// Indices of the nodes on the critical path, first to last; empty where there is a cycle.
    pub critical_path: Vec<u32>,
    /// Dependencies that are too many to be drawn.
    pub left_out: usize,
}

/// A node in its place.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PictureNode {
    /// `id`; empty where none is written.
    pub id: String,
    /// What it is called: its id, else its work.
    pub name: String,
    /// `title`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it does, in one line.
    pub work: String,
    /// The prompt, the program or the question, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What its runs take by its own word, in milliseconds.
    pub estimate_ms: u64,
    /// Its level, from 0.
    pub level: u32,
    /// What is special about it.
    pub mark: Mark,
    /// Left side.
    pub x: f64,
    /// Top.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// The whole node in the file.
    #[serde(skip)]
    pub span: Span,
    /// Its id in the file.
    #[serde(skip)]
    pub id_span: Span,
}

/// A dependency and its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PictureEdge {
    /// Index of the node that is waited for.
    pub from: u32,
    /// Index of the node that waits.
    pub to: u32,
    /// What is special about it.
    pub mark: Mark,
    /// The `d` of a path in SVG.
    pub path: String,
}

/// A phase as a band.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PicturePhase {
    /// What it is called.
    pub label: String,
    /// Left side.
    pub x: f64,
    /// Top.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// Finds a place for everything in the graph of `dag`. Takes every graph: in one with a cycle the cycle is marked, and
/// there is no critical path.
pub fn picture(dag: &Dag, title: &str) -> Picture {
    let drawing = Drawing::new(dag, title);
    let layout = svg::place(&drawing);
    let nodes =
        drawing.nodes().zip(&layout.boxes).map(|((at, node), place)| shown(&drawing, at, node, *place));
    Picture {
        name: title.to_owned(),
        size: drawing.size(),
        width: layout.width.ceil(),
        height: layout.height.ceil(),
        nodes: nodes.collect(),
        edges: layout.wires.iter().filter_map(|wire| way(&drawing, wire)).collect(),
        phases: layout.bands.iter().map(|band| group(&drawing, band)).collect(),
        critical_path: drawing.critical_path.clone(),
        left_out: layout.left_out,
    }
}

fn shown(drawing: &Drawing<'_>, at: u32, node: &Node, place: Box) -> PictureNode {
    PictureNode {
        id: node.id.value.clone(),
        name: describe::cut(&name(node), NAME),
        title: node.title.as_ref().map(|title| title.value.clone()),
        work: describe::cut(&describe::work(node), NAME),
        text: text(node),
        estimate_ms: estimate_ms(node),
        level: drawing.columns.get(at as usize).copied().unwrap_or(0),
        mark: drawing.mark(at),
        x: place.x,
        y: place.y,
        width: place.width,
        height: NODE_HEIGHT,
        span: node.span,
        id_span: node.id.span,
    }
}

fn text(node: &Node) -> Option<String> {
    match node.work.as_ref()? {
        Work::Agent(work) => work.prompt.as_ref().map(|prompt| prompt.value.clone()),
        Work::Approve { question } => Some(question.value.clone()),
        Work::Run(work) => Some(match &work.program {
            Program::Line(line) => line.value.clone(),
            Program::Argv(argv) => argv.iter().map(|word| word.value.as_str()).collect::<Vec<_>>().join("\n"),
        }),
        _ => None,
    }
}

fn way(drawing: &Drawing<'_>, wire: &Wire) -> Option<PictureEdge> {
    let path = svg::path(wire)?;
    Some(PictureEdge { from: wire.edge.from, to: wire.edge.to, mark: drawing.edge_mark(wire.edge), path })
}

fn group(drawing: &Drawing<'_>, band: &Band) -> PicturePhase {
    PicturePhase {
        label: drawing.phase_label(band.phase),
        x: band.x,
        y: band.y,
        width: band.width,
        height: band.height,
    }
}
