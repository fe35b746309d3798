//! Changes to the graph of a DAG as someone makes them who looks at its picture: edits of the text, which stays as its
//! author laid it out.

use divisi_analysis::{Edit, Graph, edits};
use divisi_model::{Dag, Dialect, Node, is_node_id};
use divisi_syntax::{Kind, Span, Style, Tree};
use divisi_workspace::Document;

use super::text;
use crate::change::Change;

/// What is to become of the graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GraphEdit {
    /// A new node at the end of the list.
    AddNode {
        /// Its id, which no other node has.
        id: String,
        /// The node that it waits for.
        after: Option<String>,
    },
    /// A node waits for another one.
    AddDependency {
        /// The node that waits.
        node: String,
        /// What it waits for.
        on: String,
    },
    /// A node waits for another one no longer.
    RemoveDependency {
        /// The node that waits.
        node: String,
        /// What it waits for.
        on: String,
    },
}

/// The edits of the text of `document`.
///
/// # Errors
/// Why it cannot be done, for people: it would close a ring, a name is taken, the layout leaves no sure place.
pub fn edit_graph(document: &Document, edit: &GraphEdit) -> Result<Change, String> {
    let (tree, dag) = document.dag().ok_or("the file holds no DAG")?;
    if dag.dialect != Dialect::Native {
        return Err("only files of our own format are changed here: convert it first".to_owned());
    }
    let file = File { document, tree, dag };
    let edits = match edit {
        GraphEdit::AddNode { id, after } => file.add_node(id, after.as_deref())?,
        GraphEdit::AddDependency { node, on } => file.add_dependency(node, on)?,
        GraphEdit::RemoveDependency { node, on } => file.remove_dependency(node, on)?,
    };
    Ok(Change::of_file(document.path.clone(), edits))
}

struct File<'a> {
    document: &'a Document,
    tree: &'a Tree,
    dag: &'a Dag,
}

impl File<'_> {
    fn node(&self, id: &str) -> Result<(usize, &Node), String> {
        let mut nodes = self.dag.nodes.iter().enumerate();
        nodes.find(|(_, node)| node.id.value == id).ok_or_else(|| format!("there is no node `{id}`"))
    }

    fn add_node(&self, id: &str, after: Option<&str>) -> Result<Vec<Edit>, String> {
        if !is_node_id(id) {
            return Err(format!("`{id}` is no id: letters, digits, `_` and `-`, a letter or `_` first"));
        }
        if self.node(id).is_ok() {
            return Err(format!("there is a node `{id}` already"));
        }
        after.map_or(Ok(()), |after| self.node(after).map(drop))?;
        let last = self.dag.nodes.last().ok_or("the DAG has no nodes yet: write the first one")?;
        let list = self.tree.parent(last.tree).filter(|list| self.tree.kind(*list) == Kind::Sequence);
        let list = list.ok_or("`nodes` is a map here: write the node into it")?;
        let edit = match self.tree.style(list) {
            Style::Block => self.block_item(last, id, after),
            _ => self.flow_item(last, id, after),
        };
        Ok(vec![edit])
    }

    /// On lines of its own, with as much room before it as the last one has.
    fn block_item(&self, last: &Node, id: &str, after: Option<&str>) -> Edit {
        let line_break = text::line_break(&self.document.text);
        let indent = text::indent_of(self.document, last.span.start);
        let waits =
            after.map(|after| format!("{line_break}{indent}  depends_on: [{after}]")).unwrap_or_default();
        let gap = if self.has_room_before(last) { line_break } else { "" };
        let at = Span::at(text::line_end(self.document, last.span.end));
        let text = format!("{gap}{line_break}{indent}- id: {id}{waits}{line_break}{indent}  run: echo {id}");
        Edit { span: at, text }
    }

    fn has_room_before(&self, node: &Node) -> bool {
        let lines = &self.document.lines;
        let Some(above) = lines.line(node.span.start).checked_sub(1) else { return false };
        let line = Span::new(lines.line_start(above), lines.line_start(above + 1));
        line.slice(&self.document.text).trim().is_empty()
    }

    /// Behind a comma; on a line of its own where the last one has one.
    fn flow_item(&self, last: &Node, id: &str, after: Option<&str>) -> Edit {
        let lines = &self.document.lines;
        let start = lines.line_start(lines.line(last.span.start));
        let before = Span::new(start, last.span.start).slice(&self.document.text);
        let is_alone = before.trim().is_empty();
        let line_break = text::line_break(&self.document.text);
        let gap = if is_alone { format!("{line_break}{before}") } else { " ".to_owned() };
        let item = if self.tree.is_json() {
            let waits = after.map(|after| format!("\"depends_on\": [\"{after}\"], ")).unwrap_or_default();
            format!("{{ \"id\": \"{id}\", {waits}\"run\": \"echo {id}\" }}")
        } else {
            let waits = after.map(|after| format!("depends_on: [{after}], ")).unwrap_or_default();
            format!("{{id: {id}, {waits}run: echo {id}}}")
        };
        Edit { span: Span::at(last.span.end), text: format!(",{gap}{item}") }
    }

    fn add_dependency(&self, id: &str, on: &str) -> Result<Vec<Edit>, String> {
        let ((at, node), (on_at, _)) = (self.node(id)?, self.node(on)?);
        if node.depends_on.iter().any(|entry| entry.value == on) {
            return Err(format!("`{id}` waits for `{on}` already"));
        }
        let (at, on_at) = (at as u32, on_at as u32);
        if at == on_at || Graph::new(self.dag).ancestors(on_at).contains(&at) {
            return Err(format!("`{on}` waits for `{id}`, so that would close a ring"));
        }
        let key = key(node);
        let edit = self.lone_or_empty_with(node, key, on);
        let edit = edit.or_else(|| edits::add_item(self.tree, &self.document.lines, node.tree, key, on));
        Ok(vec![edit.ok_or_else(|| no_sure_place(id))?])
    }

    /// `depends_on: a` and `depends_on: []` become a list with an item more.
    fn lone_or_empty_with(&self, node: &Node, key: &str, on: &str) -> Option<Edit> {
        let list = self.tree.get(node.tree, key)?;
        let on = if self.tree.is_json() { format!("\"{on}\"") } else { on.to_owned() };
        let span = self.tree.span(list);
        let text = match self.tree.kind(list) {
            Kind::Scalar if self.tree.is_missing(list) => return None,
            Kind::Scalar => format!("[{}, {on}]", span.slice(&self.document.text)),
            Kind::Sequence if self.tree.items(list).next().is_none() => format!("[{on}]"),
            _ => return None,
        };
        Some(Edit { span, text })
    }

    fn remove_dependency(&self, id: &str, on: &str) -> Result<Vec<Edit>, String> {
        let (_, node) = self.node(id)?;
        let entry = node.depends_on.iter().find(|entry| entry.value == on);
        let entry = entry.ok_or_else(|| format!("`{id}` does not wait for `{on}`"))?;
        let key = key(node);
        let edits = edits::remove_item(self.tree, &self.document.lines, node.tree, key, entry.span);
        edits.ok_or_else(|| no_sure_place(id))
    }
}

/// The key of its dependencies, as it is written there.
fn key(node: &Node) -> &str {
    node.depends_on_key.as_ref().map_or("depends_on", |key| key.value.as_str())
}

fn no_sure_place(id: &str) -> String {
    format!("the dependencies of `{id}` are laid out so that there is no sure place: change the text")
}
