//! One file, parsed.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use divisi_model::agent::read_agent;
use divisi_model::{AgentFile, Dag, Dialect, Front, lower, spec_kit};
use divisi_syntax::strict::check_yaml;
use divisi_syntax::{
    Kind, Limits, LineIndex, NodeId, Span, Spanned, SyntaxError, TextChange, Tree, jsonc, yaml,
};

use crate::classify::{Candidate, Class};
use crate::layout::Layout;
use crate::markdown::Markdown;

/// One file as it is now: open in an editor, or on disk.
#[derive(Debug, Clone)]
pub struct Document {
    /// Absolute path.
    pub path: PathBuf,
    /// What it is.
    pub class: Class,
    /// The editor's version; `None` when it is read from disk.
    pub version: Option<i32>,
    /// The text; invalid UTF-8 is replaced and `lossy` set.
    pub text: Arc<str>,
    /// Whether bytes had to be replaced.
    pub lossy: bool,
    /// Lines of `text`.
    pub lines: LineIndex,
    /// What the text holds.
    pub content: Content,
    /// What it names, and its front matter's tree: for agents, commands, skills and prose.
    pub markdown: Option<Arc<Markdown>>,
}

/// What a document holds.
#[derive(Debug, Clone)]
pub enum Content {
    /// A DAG file, or a command whose front matter carries a DAG.
    Dag {
        /// Its tree; `tree.errors()` are the faults of the tolerant parser.
        tree: Arc<Tree>,
        /// What it says; none where the root is not a mapping.
        dag: Option<Arc<Dag>>,
        /// Where the language of the tree stands in the text (front matter, or all).
        region: Span,
        /// Faults that only the strict reader sees: filled for files read from disk, and by [`Document::checked`];
        /// empty for JSON, and where the tree has faults already.
        strict: Vec<SyntaxError>,
    },
    /// An agent.
    Agent(Arc<AgentFile>),
    /// A command without a DAG of its own. `link`: the DAG file that its `divisi:` key names.
    Command {
        /// Relative path of the DAG file.
        link: Option<Spanned<String>>,
    },
    /// Any other text of ours.
    Text,
    /// It could not be read; why.
    Unreadable(String),
    /// Not ours.
    None,
}

impl Document {
    /// The tree and the DAG, if this document holds one.
    pub fn dag(&self) -> Option<(&Arc<Tree>, &Arc<Dag>)> {
        match &self.content {
            Content::Dag { tree, dag: Some(dag), .. } => Some((tree, dag)),
            _ => None,
        }
    }

    /// What its DAG is called: by `name`, else by the file without its endings. `None` where it holds no DAG.
    pub fn dag_name(&self) -> Option<String> {
        let (_, dag) = self.dag()?;
        let own = dag.name.as_ref().map(|name| name.value.clone());
        own.or_else(|| {
            let file = self.path.file_name()?.to_string_lossy();
            file.split('.').next().map(str::to_owned)
        })
    }

    /// A text that an editor holds.
    pub(crate) fn open(path: PathBuf, version: i32, text: String, layout: &Layout) -> Self {
        let candidate = layout.candidate(&path);
        Self::new(path, Some(version), Arc::from(text), false, candidate, layout)
    }

    /// Whether it is a DAG in YAML, and stays one whatever its text says.
    pub(crate) fn is_yaml_dag(&self, layout: &Layout) -> bool {
        let is_dag = matches!(self.content, Content::Dag { .. });
        is_dag && layout.candidate(&self.path) == Some(Candidate::Is(Class::DagYaml))
    }

    /// A DAG in YAML after an edit: only what changed is read anew, and the rest is moved to its new place.
    pub(crate) fn edited(before: Arc<Self>, version: i32, text: String) -> Self {
        let text: Arc<str> = text.into();
        let Self { path, class, text: old, mut lines, content, .. } = Arc::unwrap_or_clone(before);
        if let Some(change) = TextChange::between(&old, &text) {
            lines.follow(&text, change);
        }
        let content = match content {
            Content::Dag { tree, dag, .. } => {
                let again = yaml::reparse(Arc::unwrap_or_clone(tree), Arc::clone(&text));
                match again.change.zip(dag) {
                    Some((change, dag)) => whole_dag(again.tree, |tree, root| {
                        lower::lower_again(Arc::unwrap_or_clone(dag), tree, root, &change)
                    }),
                    None => whole_dag(again.tree, lower::lower),
                }
            }
            _ => whole_dag(yaml::parse(Arc::clone(&text)), lower::lower),
        };
        Self { path, class, version: Some(version), text, lossy: false, lines, content, markdown: None }
    }

    /// The file on disk; `None` when there is none, or it is not ours.
    pub(crate) fn read(path: &Path, layout: &Layout) -> Option<Self> {
        let candidate = layout.candidate(path)?;
        match read_text(path) {
            Ok((text, lossy)) => Some(Self::new(path.to_owned(), None, text, lossy, Some(candidate), layout)),
            Err(None) => None,
            Err(Some(reason)) => Some(Self {
                path: path.to_owned(),
                class: candidate.presumed(),
                version: None,
                text: Arc::from(""),
                lossy: false,
                lines: LineIndex::new(""),
                content: Content::Unreadable(reason),
                markdown: None,
            }),
        }
    }

    /// The same document with what the strict reader says of it. Too slow for each keystroke (some 5 ms for 1,000
    /// nodes): for files on disk, and in the background.
    #[must_use]
    pub fn checked(mut self) -> Self {
        if let Content::Dag { tree, region, strict, .. } = &mut self.content
            && !tree.is_json()
            && tree.errors().is_empty()
        {
            *strict = check_yaml(&self.text, *region);
        }
        self
    }

    fn new(
        path: PathBuf,
        version: Option<i32>,
        text: Arc<str>,
        lossy: bool,
        candidate: Option<Candidate>,
        layout: &Layout,
    ) -> Self {
        let Parsed { class, content, markdown } = match candidate {
            Some(candidate) => parse(&path, &text, candidate, layout),
            None => Parsed::NONE,
        };
        Self { path, class, version, lines: LineIndex::new(&text), text, lossy, content, markdown }
    }
}

/// The text of a file and whether bytes had to be replaced; else why not, and nothing where there is no file.
fn read_text(path: &Path) -> Result<(Arc<str>, bool), Option<String>> {
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => None,
        _ => Some(error.to_string()),
    };
    let metadata = fs::metadata(path).map_err(failed)?;
    if !metadata.is_file() {
        // Reading a pipe or a device could block for ever.
        return Err(Some("it is no ordinary file".to_owned()));
    }
    let limit = Limits::default().bytes;
    if metadata.len() > limit as u64 {
        return Err(Some(format!("it is larger than {} MiB", limit / (1024 * 1024))));
    }
    let bytes = fs::read(path).map_err(failed)?;
    if bytes.contains(&0) {
        return Err(Some("it is binary, or not in UTF-8".to_owned()));
    }
    Ok(match String::from_utf8(bytes) {
        Ok(text) => (Arc::from(text), false),
        Err(error) => (Arc::from(String::from_utf8_lossy(error.as_bytes())), true),
    })
}

/// What a text turned out to be.
struct Parsed {
    class: Class,
    content: Content,
    markdown: Option<Arc<Markdown>>,
}

impl Parsed {
    const NONE: Self = Self::plain(Class::None, Content::None);

    const fn plain(class: Class, content: Content) -> Self {
        Self { class, content, markdown: None }
    }
}

fn parse(path: &Path, text: &Arc<str>, candidate: Candidate, layout: &Layout) -> Parsed {
    if let Candidate::Dialect(dialect) = candidate {
        // Shape and content come from one tree.
        let tree = dialect.parse(Arc::clone(text));
        if !dialect.fits(&tree) {
            return Parsed::NONE;
        }
        return Parsed::plain(
            Class::Dialect(dialect),
            whole_dag(tree, |tree, root| dialect.lower(tree, root)),
        );
    }
    let class = candidate.class(text);
    let content = match class {
        Class::DagYaml => whole_dag(yaml::parse(Arc::clone(text)), lower::lower),
        Class::DagJson => whole_dag(jsonc::parse(Arc::clone(text), Limits::default()), lower::lower),
        Class::Agent | Class::Command | Class::Skill | Class::Prose => {
            return parse_markdown(path, text, candidate, layout);
        }
        Class::Dialect(_) | Class::None => Content::None,
    };
    Parsed::plain(class, content)
}

fn parse_markdown(path: &Path, text: &Arc<str>, candidate: Candidate, layout: &Layout) -> Parsed {
    let class = candidate.presumed();
    let tool = candidate.tool();
    let markdown = Markdown::read(class, tool, text);
    let front = markdown.front.as_ref();
    let content = match class {
        Class::Agent => {
            let in_plugin = layout.plugin_of(path).is_some();
            let by_path = layout.agent_name(tool, path);
            Content::Agent(Arc::new(read_agent(tool, text, front, &by_path, in_plugin)))
        }
        Class::Command => command(front),
        _ => Content::Text,
    };
    Parsed { class, content, markdown: Some(Arc::new(markdown)) }
}

/// A file that is a DAG from its first to its last byte.
fn whole_dag(tree: Tree, lower: impl FnOnce(&Tree, NodeId) -> Option<Dag>) -> Content {
    let region = Span::new(0, tree.text().len() as u32);
    let dag = tree.root().and_then(|root| lower(&tree, root)).map(Arc::new);
    Content::Dag { tree: Arc::new(tree), dag, region, strict: Vec::new() }
}

/// A command: with a DAG, with a link to one, or neither.
fn command(front: Option<&Front>) -> Content {
    let without = Content::Command { link: None };
    let Some(front) = front else { return without };
    let Front { tree, region, .. } = front;
    let root = front.root();
    let Some(value) = root.and_then(|root| tree.get(root, "divisi")).map(|value| tree.resolve(value)) else {
        return root.and_then(|root| spec_kit_command(tree, root, *region)).unwrap_or(without);
    };
    match tree.kind(value) {
        Kind::Mapping => {
            let dag = lower::lower(tree, value).map(Arc::new);
            Content::Dag { tree: Arc::clone(tree), dag, region: *region, strict: Vec::new() }
        }
        Kind::Scalar if !tree.is_missing(value) => {
            let link = tree.str(value).map(|path| Spanned::new(path.into_owned(), tree.span(value)));
            Content::Command { link }
        }
        _ => without,
    }
}

/// A command whose front matter lists subagents the way spec-kit does.
fn spec_kit_command(tree: &Arc<Tree>, root: NodeId, region: Span) -> Option<Content> {
    let value = spec_kit::claude_code(tree, root)?;
    let dag = Dialect::SpecKit.lower(tree, value).map(Arc::new);
    Some(Content::Dag { tree: Arc::clone(tree), dag, region, strict: Vec::new() })
}
