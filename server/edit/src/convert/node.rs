//! One node in our own format, before it is written.

use std::collections::HashMap;
use std::time::Duration;

use divisi_model::duration::written;
use divisi_model::{Backoff, LockMode, Node, Retry, TriggerRule};
use divisi_syntax::NodeId;

use super::{Notice, yaml};

/// What a converted node does.
pub(super) enum NativeWork {
    Agent {
        agent: String,
        model: Option<String>,
        /// The only tools that it has; none where it has all.
        tools: Vec<String>,
        prompt: String,
    },
    /// A list of templates.
    Argv(Vec<String>),
    /// A script and the shell that reads it.
    Script { text: String, shell: [&'static str; 2] },
    /// A person does it.
    Approve(String),
}

pub(super) struct NativeNode {
    /// The mapping in the original.
    pub(super) tree: NodeId,
    /// Keys of the original that are converted; the others stay as comments.
    pub(super) used: Vec<&'static str>,
    pub(super) takes_arguments: bool,
    pub(super) notices: Vec<Notice>,
    id: String,
    title: Option<String>,
    work: NativeWork,
    depends_on: Vec<String>,
    pub(super) when: Option<String>,
    trigger_rule: Option<TriggerRule>,
    estimate: Option<Duration>,
    timeout: Option<Duration>,
    idle_timeout: Option<Duration>,
    retry: Option<Retry>,
    locks: Vec<(String, Option<LockMode>)>,
    phase: Option<String>,
    continue_on_error: bool,
    pub(super) output: Option<NativeOutput>,
    /// `node.output`, each an input of its own name.
    pub(super) inputs: Vec<String>,
}

/// The one output of a node.
pub(super) struct NativeOutput {
    pub(super) name: String,
    pub(super) form: NativeForm,
}

pub(super) enum NativeForm {
    Text,
    Json,
    /// JSON that follows this schema, which is YAML on one line.
    Schema(String),
}

impl NativeNode {
    /// All that dialects share: id, dependencies, times, locks.
    pub(super) fn new(node: &Node, work: NativeWork, used: &[&'static str]) -> Self {
        // Only what is executed has limits and is tried again.
        let is_executed = !matches!(work, NativeWork::Approve(_));
        let time = |time: &Option<divisi_syntax::Spanned<Duration>>| {
            time.as_ref().map(|time| time.value).filter(|_| is_executed)
        };
        Self {
            tree: node.tree,
            used: used.to_vec(),
            takes_arguments: false,
            notices: Vec::new(),
            id: node.id.value.clone(),
            title: node.title.as_ref().map(|title| title.value.clone()),
            work,
            depends_on: node.depends_on.iter().map(|id| id.value.clone()).collect(),
            when: None,
            trigger_rule: node.trigger_rule.as_ref().map(|rule| rule.value),
            estimate: node.estimate.as_ref().map(|estimate| estimate.value),
            timeout: time(&node.timeout),
            idle_timeout: time(&node.idle_timeout),
            retry: node.retry.clone().filter(|retry| retry.attempts > 1 && is_executed),
            locks: node.locks.iter().map(|lock| (lock.name.value.clone(), lock.mode)).collect(),
            phase: node.phase.as_ref().map(|phase| phase.value.clone()),
            continue_on_error: node.continue_on_error,
            output: None,
            inputs: Vec::new(),
        }
    }

    /// Whether an agent does the work.
    pub(super) fn is_asked(&self) -> bool {
        matches!(self.work, NativeWork::Agent { .. })
    }

    /// Gives the nodes that it names, itself included, their new ids.
    pub(super) fn rename(&mut self, ids: &HashMap<&str, String>) {
        for id in std::iter::once(&mut self.id).chain(&mut self.depends_on) {
            if let Some(new) = ids.get(id.as_str()) {
                id.clone_from(new);
            }
        }
    }

    pub(super) fn write(&self, lines: &mut Vec<String>) {
        lines.push(format!("  - id: {}", yaml::scalar(&self.id)));
        let mut key = |name: &str, value: String| {
            let gap = if value.starts_with('\n') { "" } else { " " };
            lines.push(format!("    {name}:{gap}{value}"));
        };
        if let Some(title) = &self.title {
            key("title", yaml::scalar(title));
        }
        match &self.work {
            NativeWork::Agent { agent, model, tools, prompt } => {
                key("agent", yaml::scalar(agent));
                if let Some(model) = model {
                    key("model", yaml::scalar(model));
                }
                if !tools.is_empty() {
                    key("tools", yaml::list(tools));
                }
                key("prompt", yaml::text(prompt, 6));
            }
            NativeWork::Argv(argv) => {
                let items = argv.iter().map(|item| format!("\n      - {}", yaml::text(item, 8)));
                key("run", items.collect());
            }
            NativeWork::Script { text, shell } => {
                key("run", yaml::text(text, 6));
                key("shell", yaml::list(shell));
            }
            NativeWork::Approve(question) => key("approve", yaml::text(question, 6)),
        }
        if !self.depends_on.is_empty() {
            key("depends_on", yaml::list(&self.depends_on));
        }
        if let Some(when) = &self.when {
            key("when", yaml::scalar(when));
        }
        if let Some(rule) = self.trigger_rule {
            key("trigger_rule", rule_word(rule).to_owned());
        }
        for (name, time) in
            [("estimate", self.estimate), ("timeout", self.timeout), ("idle_timeout", self.idle_timeout)]
        {
            if let Some(time) = time {
                key(name, written(time));
            }
        }
        if let Some(retry) = &self.retry {
            key("retry", retry_mapping(retry));
        }
        if !self.locks.is_empty() {
            let lock = |(name, mode): &(String, Option<LockMode>)| match mode {
                Some(LockMode::Shared) => format!("{{ name: {}, mode: shared }}", yaml::scalar(name)),
                _ => yaml::scalar(name),
            };
            key("locks", format!("[{}]", self.locks.iter().map(lock).collect::<Vec<_>>().join(", ")));
        }
        if let Some(phase) = &self.phase {
            key("phase", yaml::scalar(phase));
        }
        if self.continue_on_error {
            key("continue_on_error", "true".to_owned());
        }
        if !self.inputs.is_empty() {
            key("inputs", yaml::list(&self.inputs));
        }
        if let Some(NativeOutput { name, form }) = &self.output {
            let name = yaml::scalar(name);
            key(
                "outputs",
                match form {
                    NativeForm::Text => format!("[{name}]"),
                    NativeForm::Json => format!("{{ {name}: {{ json: true }} }}"),
                    NativeForm::Schema(schema) => format!("{{ {name}: {{ json: {schema} }} }}"),
                },
            );
        }
    }
}

const fn rule_word(rule: TriggerRule) -> &'static str {
    match rule {
        TriggerRule::AllSuccess => "all_success",
        TriggerRule::NoneFailed => "none_failed",
        TriggerRule::NoneFailedMinOneSuccess => "none_failed_min_one_success",
        TriggerRule::OneSuccess => "one_success",
        TriggerRule::AllDone => "all_done",
    }
}

/// `retry`: attempts, and whatever is not as where nothing is said.
fn retry_mapping(retry: &Retry) -> String {
    let unsaid = Retry::new(retry.span, retry.attempts);
    let mut keys = vec![format!("attempts: {}", retry.attempts)];
    let backoff = match retry.backoff {
        Backoff::Immediate => Some("immediate"),
        Backoff::Linear => Some("linear"),
        Backoff::Exponential => None,
        Backoff::Fibonacci => Some("fibonacci"),
    };
    keys.extend(backoff.map(|word| format!("backoff: {word}")));
    for (name, time, unsaid) in [("initial", retry.initial, unsaid.initial), ("max", retry.max, unsaid.max)] {
        if time != unsaid {
            keys.push(format!("{name}: {}", written(time)));
        }
    }
    if retry.multiplier.to_bits() != unsaid.multiplier.to_bits() {
        keys.push(format!("multiplier: {}", retry.multiplier));
    }
    format!("{{ {} }}", keys.join(", "))
}
