//! `secret-in-plain-text`: a token or a password in a file.

use std::collections::HashSet;

use divisi_model::{Dag, Dialect, EnvValue, EnvVar};
use divisi_syntax::{NodeId, Span, Tree};
use divisi_workspace::{Class, Document};

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::finding::{Finding, Fix};
use crate::secrets;

pub(super) static CODE: Code = Code {
    name: "secret-in-plain-text",
    severity: Severity::Warning,
    extent: Extent::Text,
    summary: "A DAG, an agent or a command holds a token of a well-known form, or a variable that is called a token, a \
              secret, a password or a key has a value that looks like a real one.",
    silent: "For placeholders (`changeme`, `xxxx`, `<…>`, `$NAME`), examples of documentation, and whatever has too \
             little variety to be a secret.",
    fix: "Take it from the environment: `{ from_env: NAME, secret: true }`. Then make a new one: this one may have \
          been read by others.",
    explanation: "A file in a repository is read by everybody who has the repository, now and later. A value that is \
                  marked `secret` is masked in every output and kept out of the journal.",
    example: Example::dag(
        "nodes:\n  - id: deploy\n    run: ./deploy.sh\n    env:\n      DEPLOY_TOKEN: q7Rk2vX9mZ4tB8wL\n",
        "nodes:\n  - id: deploy\n    run: ./deploy.sh\n    env:\n      DEPLOY_TOKEN: { from_env: DEPLOY_TOKEN, secret: true }\n",
    ),
};

/// Tokens of well-known forms, wherever they stand.
pub(super) fn check_document(document: &Document, findings: &mut Vec<Finding>) {
    let is_checked = matches!(
        document.class,
        Class::DagYaml | Class::DagJson | Class::Dialect(_) | Class::Agent | Class::Command
    );
    if !is_checked {
        return;
    }
    let tokens = secrets::tokens(&document.text);
    if tokens.is_empty() {
        return;
    }
    let dag = document.dag().filter(|(_, dag)| dag.dialect == Dialect::Native);
    let variables = dag.map(|(tree, dag)| variables(tree, dag)).unwrap_or_default();
    for (span, what) in tokens {
        let message = format!("this looks like {what}: whoever reads the file has it");
        let holder = variables.iter().find(|variable| variable.span.contains(span));
        let fix = holder.zip(dag).map(|(variable, (tree, _))| variable.fix(tree));
        findings.push(Finding::new(&CODE, span, message).fix(fix));
    }
}

/// Variables whose name says that they are secret.
pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let dag = context.dag;
    let mut lists = dag.nodes.iter().map(|node| &node.env).chain([&dag.env, &dag.defaults.env]);
    if !context.is_native() || !lists.any(|env| env.iter().any(is_suspect)) {
        return;
    }
    for variable in variables(context.tree, dag) {
        let value = variable.span.slice(context.text());
        if is_suspect(variable.declared) && secrets::tokens(value).is_empty() {
            let message = format!(
                "`{}` seems to hold a real secret: whoever reads the file has it",
                variable.declared.name.value
            );
            findings.push(Finding::new(&CODE, variable.span, message).fix(variable.fix(context.tree)));
        }
    }
}

fn is_suspect(variable: &EnvVar) -> bool {
    match &variable.value {
        EnvValue::Literal(value) => {
            secrets::is_secret_name(&variable.name.value) && secrets::looks_real(value)
        }
        EnvValue::FromEnv(_) | EnvValue::Unset => false,
    }
}

/// A variable, and where its value stands.
struct Variable<'a> {
    declared: &'a EnvVar,
    span: Span,
}

impl Variable<'_> {
    fn fix(&self, tree: &Tree) -> Fix {
        let name = &self.declared.name.value;
        let text = if tree.is_json() {
            format!("{{ \"from_env\": \"{name}\", \"secret\": true }}")
        } else {
            format!("{{ from_env: {name}, secret: true }}")
        };
        Fix::new(format!("Take it from `${name}` of the environment"), self.span, text)
    }
}

/// All variables that a DAG declares; those that nodes take over from `defaults` only once.
fn variables<'a>(tree: &Tree, dag: &'a Dag) -> Vec<Variable<'a>> {
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    let mut collect = |mapping: Option<NodeId>, env: &'a [EnvVar]| {
        let Some(mapping) = mapping.filter(|_| !env.is_empty()) else {
            return;
        };
        for (key, value) in tree.entries(tree.resolve(mapping)) {
            let declared = env.iter().find(|variable| variable.name.span == tree.span(key));
            if let Some(declared) = declared.filter(|_| seen.insert(key)) {
                found.push(Variable { declared, span: tree.span(value) });
            }
        }
    };
    collect(tree.get(dag.root, "env"), &dag.env);
    let defaults = tree.get(dag.root, "defaults").map(|defaults| tree.resolve(defaults));
    collect(defaults.and_then(|defaults| tree.get(defaults, "env")), &dag.defaults.env);
    for node in &dag.nodes {
        collect(tree.get(node.tree, "env"), &node.env);
    }
    found
}
