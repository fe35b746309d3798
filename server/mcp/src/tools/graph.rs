//! `graph`

use divisi_analysis::Graph;
use divisi_analysis::drawing::{Mark, Notation, Picture, PictureNode, draw, picture};
use divisi_answers::failure::Failure;
use divisi_answers::workspace;
use rmcp::model::JsonObject;
use rmcp::schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dag_file::DagFile;
use super::{Effect, Tool, input, schema};
use crate::answer::{Answer, bounded};
use crate::place::Place;

/// More nodes are not listed.
const MOST: usize = 200;

pub(super) const TOOL: Tool = Tool {
    name: "graph",
    title: "Draw the graph of a DAG",
    description: "Draws which node of a DAG waits for which: as lines for reading (`ascii`), as a Mermaid flowchart \
to put into Markdown (`mermaid`), or as nodes with their dependencies (`json`). The critical path by the estimates is \
marked; where nodes wait for each other in a ring, the ring is.",
    schema: schema::<Input>,
    effect: Effect::None,
    call,
};

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
#[serde(deny_unknown_fields)]
struct Input {
    file: DagFile,
    /// How it is drawn; `ascii` where it is not given.
    #[serde(default)]
    format: Format,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars", inline)]
#[serde(rename_all = "lowercase")]
enum Format {
    #[default]
    Ascii,
    Mermaid,
    Json,
}

#[derive(Serialize)]
struct Output {
    name: String,
    format: Format,
    #[serde(skip_serializing_if = "Option::is_none")]
    drawing: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    graph: Option<Nodes>,
}

#[derive(Serialize)]
struct Nodes {
    nodes: Vec<Node>,
    /// Names of the nodes, first to last; empty where there is a ring.
    critical_path: Vec<String>,
    /// Nodes that are not listed.
    left_out: usize,
}

#[derive(Serialize)]
struct Node {
    name: String,
    /// What it does, in one line.
    work: String,
    level: u32,
    depends_on: Vec<String>,
    estimate_ms: u64,
    mark: Mark,
}

fn call(place: &Place, arguments: JsonObject) -> Result<Answer, Failure> {
    let asked: Input = input(arguments)?;
    let target = asked.file.target(place)?;
    let dag = asked.file.dag(&target)?;
    let name = workspace::name(&target.document);
    let notation = match asked.format {
        Format::Ascii => Notation::Ascii,
        Format::Mermaid => Notation::Mermaid,
        Format::Json => {
            let graph = Some(graph(&picture(dag, &name), &Graph::new(dag)));
            let text = serde_json::to_string(&graph).map_err(|error| Failure::new(error.to_string()))?;
            return Answer::new(text, &Output { name, format: asked.format, drawing: None, graph });
        }
    };
    let drawing = bounded(draw(dag, &name, notation));
    Answer::new(drawing.clone(), &Output { name, format: asked.format, drawing: Some(drawing), graph: None })
}

fn graph(picture: &Picture, graph: &Graph) -> Nodes {
    let names = |nodes: &[u32]| nodes.iter().map(|node| name(picture, *node)).collect();
    let node = |(node, depends_on): (&PictureNode, &Vec<u32>)| Node {
        name: node.name.clone(),
        work: node.work.clone(),
        level: node.level,
        depends_on: names(depends_on),
        estimate_ms: node.estimate_ms,
        mark: node.mark,
    };
    Nodes {
        nodes: picture.nodes.iter().zip(&graph.dependencies).take(MOST).map(node).collect(),
        critical_path: names(&picture.critical_path),
        left_out: picture.nodes.len().saturating_sub(MOST),
    }
}

fn name(picture: &Picture, node: u32) -> String {
    picture.nodes.get(node as usize).map(|node| node.name.clone()).unwrap_or_default()
}
