//! An agent's own name, in its file.

use divisi_model::AgentFile;

use super::{Collector, Entity, Form, Role, written};

pub(super) fn collect(collector: &mut Collector<'_>, file: &AgentFile) {
    let agents = collector.snapshot.registry().agents();
    let agent = agents.iter().find(|agent| agent.path.as_deref() == Some(&*collector.here));
    let (Some(agent), Some(name)) = (agent, &file.name) else { return };
    let (span, form) = written::of_scalar(collector.text(), name);
    // The name of an agent that goes by its file's name is written nowhere.
    let is_written = !span.is_empty() && form != Form::Block;
    if is_written {
        collector.push(span, Entity::of_agent(agent), Role::Declaration, form);
    }
}
