//! The expression language: MiniJinja, strict, limited, over journaled values only.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use divisi_model::CommandArguments;
use divisi_syntax::template::{self, Reference, Template};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Object, ObjectRepr, Serde, ValueKind};
use minijinja::{Environment, ErrorKind, UndefinedBehavior, Value};

use crate::core::{Evaluate, Made, RenderError, Rendered, RenderedCommand, State};
use crate::environment::{as_text, has_type, typed_argument};
use crate::event::{NodeState, OutputValue};
use crate::growth::{self, Item};
use crate::outputs::INLINE_LIMIT;
use crate::plan::{LateArg, PlanGiven, PlanInput, PlanNode, PlanWork, StoredPlan};

/// Steps that one expression or template may take.
const FUEL: u64 = 1_000_000;

/// No text begins a comment with these characters, which Unicode sets aside: `{#` is ordinary text.
const NO_COMMENT: (&str, &str) = ("\u{fdd0}\u{fdd1}{", "\u{fdd0}\u{fdd1}}");

/// Evaluates templates and expressions.
#[derive(Debug)]
pub struct Evaluator {
    environment: Environment<'static>,
}

impl Evaluator {
    /// A fresh one; it keeps nothing between evaluations.
    pub fn new() -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        environment.set_recursion_limit(100);
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        environment.set_formatter(|out, state, value| match value.kind() {
            // As they stand in `$DIVISI_INPUT_X`, and as other programs can read them.
            ValueKind::Seq | ValueKind::Map | ValueKind::Iterable | ValueKind::Bool | ValueKind::None => {
                let json = serde_json::to_string(value)
                    .map_err(|error| minijinja::Error::new(ErrorKind::BadSerialization, error.to_string()))?;
                Ok(out.write_str(&json)?)
            }
            _ => minijinja::escape_formatter(out, state, value),
        });
        let syntax = SyntaxConfig::builder()
            .comment_delimiters(NO_COMMENT.0, NO_COMMENT.1)
            .keep_trailing_newline(true)
            .build();
        if let Ok(syntax) = syntax {
            environment.set_syntax(syntax);
        }
        Self { environment }
    }

    /// Evaluates a bare expression over `args` alone: what a `for_each` that expands at plan may name.
    ///
    /// # Errors
    /// Text for people.
    pub fn over_args(
        &self,
        expression: &str,
        args: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<serde_json::Value, String> {
        let names = BTreeMap::from([("args", Value::from(Serde(args)))]);
        let value = self.evaluate(expression, Value::from(names))?;
        serde_json::to_value(&value).map_err(|error| format!("`{expression}` gives no plain value: {error}"))
    }

    /// The value of what is given to a DAG, by the arguments of the DAG around it alone.
    pub(crate) fn given_over_args(
        &self,
        given: &serde_json::Value,
        args: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<serde_json::Value, String> {
        let names = Value::from(BTreeMap::from([("args", Value::from(Serde(args)))]));
        value_of(given, &|text, expression| match expression {
            Some(expression) => {
                self.evaluate(expression, names.clone()).and_then(|value| plain(expression, &value))
            }
            None => self.render_text(text, &names).map(serde_json::Value::String),
        })
    }

    fn evaluate(&self, expression: &str, names: Value) -> Result<Value, String> {
        let rewritten = template::expression_to_minijinja(expression);
        let compiled = self.environment.compile_expression_owned(rewritten).map_err(explain)?;
        let value = compiled.eval(names).map_err(explain)?;
        if value.is_undefined() { Err("it names something that has no value".to_owned()) } else { Ok(value) }
    }

    fn render_text(&self, text: &str, names: &Value) -> Result<String, String> {
        if !text.contains("{{") && !text.contains("{%") {
            return Ok(text.to_owned());
        }
        self.environment.render_str(&template::to_minijinja(text), names.clone()).map_err(explain)
    }
}

impl Default for Evaluator {
    fn default() -> Self {
        Self::new()
    }
}

impl Evaluate for Evaluator {
    fn condition(&self, state: &State, node: usize, expression: &str) -> Result<bool, String> {
        let references = template::scan_expression(expression).references;
        let inputs = inputs_that_are_there(state, node);
        let names = names(state, node, &inputs, &references);
        let value = self
            .evaluate(expression, names)
            .map_err(|error| format!("`when: {expression}`: {}", because(state, node, &references, error)))?;
        match value.kind() {
            ValueKind::Bool => Ok(value.is_true()),
            kind => Err(format!("`when: {expression}` gives a {kind}, and must give true or false")),
        }
    }

    fn items(&self, state: &State, node: usize) -> Result<Vec<Item>, String> {
        let planned = state.plan().nodes.get(node).and_then(|node| node.expansion.as_ref());
        let expansion = planned.ok_or_else(|| "the node has no items to come".to_owned())?;
        let expression = &expansion.expression;
        let references = template::scan_expression(expression).references;
        // Inputs are declared by the instances.
        let declared = expansion.instance.first().map(|node| node.inputs.as_slice()).unwrap_or_default();
        let names = names(state, node, &inputs_of(state, declared), &references);
        let told = |error| format!("`for_each: {expression}`: {}", because(state, node, &references, error));
        let value = self.evaluate(expression, names).map_err(told)?;
        match serde_json::to_value(&value) {
            Ok(serde_json::Value::Array(list)) => growth::items(list, expansion.max_items),
            _ => Err(format!("`for_each: {expression}` gives a {}, and must give a list", value.kind())),
        }
    }

    fn late_args(
        &self,
        state: &State,
        node: usize,
    ) -> Result<serde_json::Map<String, serde_json::Value>, String> {
        let scope = match state.plan().nodes.get(node).map(|node| &node.work) {
            Some(PlanWork::Dag { scope, .. }) => state.plan().scope(*scope),
            _ => None,
        };
        let scope = scope.ok_or_else(|| "the node is no DAG".to_owned())?;
        let inputs = inputs_that_are_there(state, node);
        let bound = scope.late_args.iter().map(|(name, given)| {
            let value = value_of(given, &|text, expression| {
                let references = scan(text).references;
                let names = names(state, node, &inputs, &references);
                let told = |error| because(state, node, &references, error);
                match expression {
                    Some(expression) => {
                        let value = self.evaluate(expression, names).map_err(told)?;
                        plain(expression, &value)
                    }
                    None => self.render_text(text, &names).map(serde_json::Value::String).map_err(told),
                }
            });
            let value = value.and_then(|value| match scope.late_types.get(name) {
                Some(declared) => fit(declared, value),
                None => Ok(value),
            });
            value.map(|value| (name.clone(), value)).map_err(|error| format!("the argument {name}: {error}"))
        });
        bound.collect()
    }

    fn render(&self, state: &State, node: usize) -> Result<Rendered, RenderError> {
        let Some(planned) = state.plan().nodes.get(node) else {
            return Err(RenderError::Template("the node is not in the plan".to_owned()));
        };
        let inputs = all_inputs(state, planned)?;
        let command = self.command(state, node, &planned.work, &inputs).map_err(RenderError::Template)?;
        Ok(Rendered { command, inputs })
    }

    fn undoing(&self, state: &State, node: usize) -> Result<Rendered, RenderError> {
        let Some(undoing) = state.plan().nodes.get(node).and_then(|node| node.compensate.as_deref()) else {
            return Err(RenderError::Template("nothing undoes the node".to_owned()));
        };
        let inputs = inputs_that_are_there(state, node);
        let command = self.command(state, node, &undoing.work, &inputs).map_err(RenderError::Template)?;
        Ok(Rendered { command, inputs })
    }

    fn question(&self, state: &State, node: usize) -> Result<String, RenderError> {
        let Some(PlanWork::Approve { question }) = state.plan().nodes.get(node).map(|node| &node.work) else {
            return Err(RenderError::Template("the node asks nothing".to_owned()));
        };
        let inputs = inputs_that_are_there(state, node);
        self.render_for(state, node, question, &inputs).map_err(RenderError::Template)
    }

    fn cache_key(&self, state: &State, node: usize) -> Result<Option<String>, RenderError> {
        let planned = state.plan().nodes.get(node);
        let Some(key) = planned.and_then(|node| node.cache.as_ref()?.key.as_ref()) else { return Ok(None) };
        let inputs = inputs_that_are_there(state, node);
        let references = scan(key).references;
        let names = names(state, node, &inputs, &references);
        let text = self.render_text(key, &names).map_err(|error| because(state, node, &references, error));
        text.map(Some).map_err(|error| RenderError::Template(format!("`cache.key`: {error}")))
    }
}

impl Evaluator {
    fn command(
        &self,
        state: &State,
        node: usize,
        work: &PlanWork,
        inputs: &BTreeMap<String, OutputValue>,
    ) -> Result<RenderedCommand, String> {
        let render = |text: &str| self.render_for(state, node, text, inputs);
        match work {
            PlanWork::Argv { argv } => {
                let argv = argv.iter().map(|text| render(text)).collect::<Result<_, _>>()?;
                Ok(RenderedCommand::Argv { argv })
            }
            PlanWork::Line { line, shell } => {
                Ok(RenderedCommand::Line { line: line.clone(), shell: shell.clone() })
            }
            PlanWork::Agent { command: Some(call), .. } => {
                let command = state.plan().commands.get(call.command);
                let command = command.ok_or_else(|| "the command is not in the plan".to_owned())?;
                let arguments = arguments(&call.given, render)?;
                Ok(RenderedCommand::Agent { prompt: arguments.expand(&command.body, &command.arguments) })
            }
            PlanWork::Agent { prompt, .. } => Ok(RenderedCommand::Agent { prompt: render(prompt)? }),
            PlanWork::Approve { .. } => Err("an approval does no work of its own".to_owned()),
            PlanWork::Group { .. } | PlanWork::Dag { .. } => {
                Err("a group does no work of its own".to_owned())
            }
        }
    }

    fn render_for(
        &self,
        state: &State,
        node: usize,
        text: &str,
        inputs: &BTreeMap<String, OutputValue>,
    ) -> Result<String, String> {
        let references = scan(text).references;
        let names = names(state, node, inputs, &references);
        self.render_text(text, &names).map_err(|error| because(state, node, &references, error))
    }
}

/// Evaluates a text with templates, given with its expression where it is one and nothing else.
type TemplateValue<'a> = dyn Fn(&str, Option<&str>) -> Result<serde_json::Value, String> + 'a;

/// A value whose texts are templates, each evaluated by `text`: with the text, and with its expression where it is
/// one and nothing else, which keeps the expression's type.
fn value_of(given: &serde_json::Value, text: &TemplateValue<'_>) -> Result<serde_json::Value, String> {
    match given {
        serde_json::Value::String(template) => text(template, only_expression(template)),
        serde_json::Value::Array(items) => items.iter().map(|item| value_of(item, text)).collect(),
        serde_json::Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| Ok((name.clone(), value_of(value, text)?)));
            fields.collect::<Result<serde_json::Map<_, _>, String>>().map(serde_json::Value::Object)
        }
        other => Ok(other.clone()),
    }
}

/// The expression of a text that is `{{ … }}` and nothing else.
fn only_expression(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    (!inner.contains("{{") && !inner.contains("}}") && !inner.contains("{%")).then(|| inner.trim())
}

fn plain(expression: &str, value: &Value) -> Result<serde_json::Value, String> {
    serde_json::to_value(value).map_err(|error| format!("`{expression}` gives no plain value: {error}"))
}

/// A value as the argument's declaration has it.
pub(crate) fn fit(declared: &LateArg, value: serde_json::Value) -> Result<serde_json::Value, String> {
    let value = if has_type(declared.kind, &value) {
        value
    } else {
        let text = as_text(&value);
        typed_argument(declared.kind, &text)
            .map_err(|what| format!("it must be {what}, and `{text}` is not"))?
    };
    if declared.choices.is_empty() || declared.choices.contains(&value) {
        return Ok(value);
    }
    let choices: Vec<String> = declared.choices.iter().map(as_text).collect();
    Err(format!("it is one of {}, and `{}` is not", choices.join(", "), as_text(&value)))
}

/// What a slash command is called with, rendered.
fn arguments(
    given: &PlanGiven,
    render: impl Fn(&str) -> Result<String, String>,
) -> Result<CommandArguments, String> {
    match given {
        PlanGiven::Text(text) => Ok(CommandArguments::text(render(text)?)),
        PlanGiven::Words(words) => {
            let words = words.iter().map(|word| match word {
                serde_json::Value::String(text) => render(text),
                other => Ok(as_text(other)),
            });
            Ok(CommandArguments::words(words.collect::<Result<_, _>>()?))
        }
    }
}

fn scan(text: &str) -> Template<'_> {
    if text.contains("{{") || text.contains("{%") { template::scan(text) } else { Template::default() }
}

/// What an expression of `node` may name. Of the other nodes only those that are referred to are looked up.
fn names(
    state: &State,
    node: usize,
    inputs: &BTreeMap<String, OutputValue>,
    references: &[Reference<'_>],
) -> Value {
    let plan = state.plan();
    let mut names: BTreeMap<&str, Value> = BTreeMap::new();
    let planned = plan.nodes.get(node);
    if let Some(planned) = planned {
        names.insert("args", args(plan, planned));
        names.insert("nodes", nodes(state, planned, references));
    }
    names.insert(
        "inputs",
        Value::from_pairs(inputs.iter().map(|(name, value)| (name.clone(), as_value(value)))),
    );
    names.insert("run", Value::from(BTreeMap::from([("id", Value::from(state.run()))])));
    if let Some(item) = planned.and_then(|node| node.item.as_ref()) {
        names.insert("item", Value::from(Serde(item)));
    }
    if let Some(index) = planned.and_then(|node| node.index) {
        names.insert("index", Value::from(index));
    }
    Value::from(names)
}

/// Arguments, without secret ones: those reach a program as environment variables only.
fn args(plan: &StoredPlan, node: &PlanNode) -> Value {
    let secret = plan.secret_args_of(node);
    let open = plan.args_of(node).iter().filter(|(name, _)| !secret.contains_key(*name));
    Value::from_pairs(open.map(|(name, value)| (name.clone(), Value::from(Serde(value)))))
}

fn nodes(state: &State, node: &PlanNode, references: &[Reference<'_>]) -> Value {
    let mut nodes: BTreeMap<&str, Value> = BTreeMap::new();
    for id in references.iter().filter_map(node_of) {
        let Some(index) = sibling(state, node, id) else { continue };
        let recorded = state.recorded_state(index);
        let status = recorded.map_or(Value::UNDEFINED, |state| Value::from(status_word(state)));
        let outputs = Value::from(outputs(state, index));
        nodes.insert(id, Value::from(BTreeMap::from([("status", status), ("outputs", outputs)])));
    }
    Value::from(nodes)
}

/// The node that a node's DAG calls `id`.
fn sibling(state: &State, node: &PlanNode, id: &str) -> Option<usize> {
    match state.plan().scope(node.scope) {
        Some(scope) => state.index(&format!("{}{id}", scope.prefix)),
        None => state.index(id),
    }
}

/// The node that `nodes.ID…` refers to.
fn node_of<'a>(reference: &Reference<'a>) -> Option<&'a str> {
    match reference.segments.as_slice() {
        [first, id, ..] if first.name == "nodes" => Some(id.name),
        _ => None,
    }
}

/// A state as `nodes.ID.status` says it: the name it has in an event.
fn status_word(state: NodeState) -> String {
    // Whoever reads it asks how it went, not when: an earlier result must not make it another text.
    let state = if state == NodeState::Reused { NodeState::Succeeded } else { state };
    let tagged = serde_json::to_value(state).unwrap_or_default();
    tagged.get("is").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

fn outputs(state: &State, node: usize) -> BTreeMap<String, Value> {
    let made = state.outputs(node).unwrap_or_default();
    made.into_iter().map(|(name, made)| (name.to_owned(), made_value(&made))).collect()
}

fn made_value(made: &Made<'_>) -> Value {
    match made {
        Made::Value(value) => as_value(value),
        Made::List(list) => {
            let values = list.iter().map(|made| made.as_ref().map_or(Value::from(()), made_value));
            Value::from(values.collect::<Vec<Value>>())
        }
    }
}

/// An output as an expression sees it. A large text is read from the run's folder.
fn as_value(value: &OutputValue) -> Value {
    match value {
        OutputValue::Value(value) => Value::from(Serde(value)),
        OutputValue::File { path, text, .. } => {
            Value::from_object(FileOutput { path: path.clone(), text: text.clone() })
        }
        OutputValue::Blob { path, digest } => match std::fs::read_to_string(path) {
            Ok(text) if blake3::hash(text.as_bytes()).to_hex().as_str() == digest => Value::from(text),
            _ => Value::UNDEFINED,
        },
    }
}

/// A file: its path, and its contents as `.text`.
#[derive(Debug)]
struct FileOutput {
    path: String,
    text: Option<String>,
}

impl Object for FileOutput {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        (key.as_str() == Some("text")).then(|| self.text.clone().map(Value::from)).flatten()
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}

/// The value of an input; none where it is optional and nothing gives one.
fn input_value(state: &State, input: &PlanInput) -> Result<Option<OutputValue>, String> {
    let made = input.from.as_ref().and_then(|(node, output)| output_value(state, *node, output));
    if let Some(value) = made.or_else(|| input.default.clone().map(OutputValue::Value)) {
        return Ok(Some(value));
    }
    if !input.required {
        return Ok(None);
    }
    let source = input.from.as_ref().and_then(|(node, output)| {
        let standing = state.node(*node)?;
        let path = &state.plan().nodes.get(*node)?.path;
        Some(format!("{path} ended {} and gave no {output}", status_word(standing.state())))
    });
    let source = source.unwrap_or_else(|| "nothing gives it".to_owned());
    Err(format!("the input {} has no value: {source}", input.name))
}

fn all_inputs(state: &State, node: &PlanNode) -> Result<BTreeMap<String, OutputValue>, RenderError> {
    let mut inputs = BTreeMap::new();
    for input in &node.inputs {
        if let Some(value) = input_value(state, input).map_err(RenderError::Input)? {
            inputs.insert(input.name.clone(), value);
        }
    }
    Ok(inputs)
}

fn inputs_that_are_there(state: &State, node: usize) -> BTreeMap<String, OutputValue> {
    let inputs = state.plan().nodes.get(node).map(|node| node.inputs.as_slice()).unwrap_or_default();
    inputs_of(state, inputs)
}

fn inputs_of(state: &State, inputs: &[PlanInput]) -> BTreeMap<String, OutputValue> {
    let values =
        inputs.iter().filter_map(|input| Some((input.name.clone(), input_value(state, input).ok()??)));
    values.collect()
}

fn output_value(state: &State, node: usize, output: &str) -> Option<OutputValue> {
    match state.output(node, output)? {
        Made::Value(value) => Some(value.clone()),
        list @ Made::List(_) => Some(OutputValue::Value(made_json(&list))),
    }
}

fn made_json(made: &Made<'_>) -> serde_json::Value {
    match made {
        Made::Value(value) => as_json(value),
        Made::List(list) => {
            list.iter().map(|made| made.as_ref().map_or(serde_json::Value::Null, made_json)).collect()
        }
    }
}

/// An output as an element of a JSON list: a file is its path.
fn as_json(value: &OutputValue) -> serde_json::Value {
    match value {
        OutputValue::Value(value) => value.clone(),
        OutputValue::File { path, .. } => serde_json::Value::String(path.clone()),
        OutputValue::Blob { path, .. } => {
            serde_json::Value::String(std::fs::read_to_string(path).unwrap_or_default())
        }
    }
}

fn explain(error: minijinja::Error) -> String {
    match error.kind() {
        ErrorKind::OutOfFuel => "it takes too many steps".to_owned(),
        ErrorKind::UndefinedError => "it names something that has no value".to_owned(),
        kind => error.detail().map_or_else(|| kind.to_string(), |detail| format!("{kind}: {detail}")),
    }
}

/// Says which output is the one without a value, and why.
fn because(state: &State, node: usize, references: &[Reference<'_>], error: String) -> String {
    let planned = state.plan().nodes.get(node);
    let missing = references.iter().find_map(|reference| {
        let id = node_of(reference)?;
        let output = reference
            .segments
            .get(3)
            .filter(|_| reference.segments.get(2).is_some_and(|s| s.name == "outputs"))?;
        let index = sibling(state, planned?, id)?;
        match output_value(state, index, output.name) {
            None => {
                let status = status_word(state.node(index)?.state());
                Some(format!("nodes.{id}.outputs.{} has no value: {id} ended {status}", output.name))
            }
            Some(OutputValue::File { text: None, .. })
                if reference.segments.get(4).is_some_and(|s| s.name == "text") =>
            {
                let limit = INLINE_LIMIT / 1024;
                Some(format!(
                    "nodes.{id}.outputs.{}.text has no value: the file is no text of {limit} KiB at most",
                    output.name
                ))
            }
            Some(_) => None,
        }
    });
    missing.unwrap_or(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(expression: &str) -> Result<serde_json::Value, String> {
        let args = serde_json::json!({"list": ["a", "b"], "n": 2, "my-name": "x"});
        let serde_json::Value::Object(args) = args else { unreachable!("it is written as an object") };
        Evaluator::new().over_args(expression, &args)
    }

    #[test]
    fn expressions_are_strict_and_limited() {
        assert_eq!(over("args.list"), Ok(serde_json::json!(["a", "b"])));
        assert_eq!(over("args.my-name"), Ok(serde_json::json!("x")));
        assert_eq!(over("args.n - 1"), Ok(serde_json::json!(1)));
        assert_eq!(over("args.nothing"), Err("it names something that has no value".to_owned()));
        assert_eq!(over("nodes.a"), Err("it names something that has no value".to_owned()));
        assert!(over("args.n +").is_err_and(|error| error.starts_with("syntax error")));
    }

    #[test]
    fn templates_have_no_comments_no_includes_and_an_end() {
        let render =
            |text: &str| Evaluator::new().render_text(text, &Value::from(BTreeMap::<String, Value>::new()));
        assert_eq!(render("a {# b #} {{ 1 }}\n"), Ok("a {# b #} 1\n".to_owned()));
        assert_eq!(render("{{ ['a', 1, {'b': true}] }}"), Ok("[\"a\",1,{\"b\":true}]".to_owned()));
        assert_eq!(render("{{ true }} {{ 1 > 2 }} {{ none }}"), Ok("true false null".to_owned()));
        assert_eq!(render("{{ '<&>' }}{% raw %}{{ x }}{% endraw %}"), Ok("<&>{{ x }}".to_owned()));
        assert!(render("{% include 'x' %}").is_err());
        assert!(render("{{ x }}").is_err());
        let endless = "{% for a in range(10000) %}{% for b in range(10000) %}{% endfor %}{% endfor %}";
        assert_eq!(render(endless), Err("it takes too many steps".to_owned()));
    }
}
