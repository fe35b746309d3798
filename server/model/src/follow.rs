//! Taking what was lowered along with a text that changed elsewhere: spans and tree nodes get their new places.

use std::time::Duration;

use divisi_syntax::{NodeId, Span, Spanned, TreeChange};

use crate::dag::{
    AgentWork, Budget, Cache, CallArgs, CommandWork, Compensation, Defaults, EnvValue, EnvVar, ForEach,
    ForeignReference, ForeignWork, Given, Input, Lock, LockMode, Node, Output, OutputForm, Program,
    ResumePolicy, Retry, RunWork, Text, TriggerRule, Work,
};

/// Something that holds places in a text or its tree.
pub(crate) trait Follow {
    /// Moves every place as `change` did. No place lies in the part that was read anew.
    fn follow(&mut self, change: &TreeChange);
}

impl Follow for Span {
    fn follow(&mut self, change: &TreeChange) {
        *self = change.text.shift().span(*self);
    }
}

impl Follow for NodeId {
    fn follow(&mut self, change: &TreeChange) {
        *self = change.nodes.moved(*self);
    }
}

impl<T: Follow> Follow for Spanned<T> {
    fn follow(&mut self, change: &TreeChange) {
        self.value.follow(change);
        self.span.follow(change);
    }
}

impl<T: Follow> Follow for Option<T> {
    fn follow(&mut self, change: &TreeChange) {
        if let Some(value) = self {
            value.follow(change);
        }
    }
}

impl<T: Follow> Follow for Vec<T> {
    fn follow(&mut self, change: &TreeChange) {
        self.iter_mut().for_each(|value| value.follow(change));
    }
}

impl<T: Follow> Follow for Box<T> {
    fn follow(&mut self, change: &TreeChange) {
        self.as_mut().follow(change);
    }
}

/// Types without places.
macro_rules! stays {
    ($($type:ty),* $(,)?) => {
        $(impl Follow for $type {
            fn follow(&mut self, _: &TreeChange) {}
        })*
    };
}

stays!(
    String,
    &'static str,
    bool,
    u32,
    i64,
    Duration,
    Budget,
    serde_json::Value,
    EnvValue,
    LockMode,
    OutputForm,
    ResumePolicy,
    TriggerRule,
);

/// A struct whose every field is named, so that none can be forgotten when one is added.
macro_rules! follows {
    ($type:ident { $($field:ident),* $(,)? } $(stays { $($place_free:ident),* $(,)? })?) => {
        impl Follow for $type {
            fn follow(&mut self, change: &TreeChange) {
                let Self { $($field,)* $($($place_free: _,)*)? } = self;
                $($field.follow(change);)*
            }
        }
    };
}

follows!(Text { tree, span } stays { value });
follows!(EnvVar { name } stays { value, secret });
follows!(Input { name, from } stays { required, default });
follows!(Output { name, ttl } stays { form, required, schema });
follows!(Lock { name } stays { mode });
follows!(Retry { span } stays { attempts, backoff, initial, max, multiplier, jitter, on });
follows!(Defaults { runner, model, timeout, idle_timeout, env, cwd, shell, retry, budget, cache } stays { in_worktree });
follows!(Cache { key } stays { wanted, ttl });
follows!(RunWork { program, shell });
follows!(CallArgs { texts, given });
follows!(CommandWork { name, args, runner, model, tools, max_turns, budget });
follows!(AgentWork { agent, prompt, runner, model, tools, max_turns, budget } stays { naming });
follows!(Compensation { work, retry, timeout, idle_timeout, env, cwd } stays { on });
follows!(ForeignReference { node, field, span } stays { demand });
follows!(ForeignWork { key, text });
// Only nodes of dialects have a body, and their files are read anew as a whole.
follows!(Node {
    tree,
    span,
    id,
    title,
    work,
    work_keys,
    depends_on,
    depends_on_key,
    when,
    foreign_condition,
    references,
    assigned,
    trigger_rule,
    inputs,
    outputs,
    reads,
    writes,
    locks,
    retry,
    timeout,
    idle_timeout,
    estimate,
    for_each,
    max_items,
    resume,
    phase,
    written_phase,
    listed_in,
    env,
    cwd,
    worktree_copies,
    worktree_links,
    cache,
    cache_key,
    compensation,
} stays { stamp, body, priority, continue_on_error, in_worktree, has_compensation });

impl Follow for Program {
    fn follow(&mut self, change: &TreeChange) {
        match self {
            Self::Argv(texts) => texts.follow(change),
            Self::Line(text) => text.follow(change),
        }
    }
}

impl Follow for Work {
    fn follow(&mut self, change: &TreeChange) {
        match self {
            Self::Agent(work) => work.follow(change),
            Self::Run(work) => work.follow(change),
            Self::Command(work) => work.follow(change),
            Self::Dag { path, args } => {
                path.follow(change);
                args.follow(change);
            }
            Self::Approve { question } => question.follow(change),
            Self::Foreign(work) => work.follow(change),
        }
    }
}

impl Follow for Given {
    fn follow(&mut self, change: &TreeChange) {
        if let Self::Named(values) = self {
            values.iter_mut().for_each(|(name, _)| name.follow(change));
        }
    }
}

impl Follow for ForEach {
    fn follow(&mut self, change: &TreeChange) {
        match self {
            Self::List { items: _, span } => span.follow(change),
            Self::Expression(text) => text.follow(change),
        }
    }
}
