//! The checks, one file a rule, and the table of them all.
//!
//! Each file holds the rule's [`Code`](crate::Code), which is also its page in `docs/diagnostics/`, and its checks.
//! Rules about the shape of a file are called from one walk over the tree ([`shape`]); all others look at what
//! [`Context`] has worked out.

pub(crate) mod shape;

mod agent_cannot;
mod agent_not_enforceable;
mod agent_not_loaded;
mod agent_not_portable;
mod ambiguous_agent;
mod ambiguous_input;
mod bad_color;
mod budget_not_enforceable;
mod cache_without_reads;
mod conflicting_work;
mod cycle;
mod dag_not_found;
mod dag_recursion;
mod dependency_alias;
mod duplicate_agent;
mod duplicate_key;
mod duplicate_node;
mod empty_dag;
mod ignored_key;
mod invalid_name;
mod invalid_value;
mod key_has_no_effect;
mod lock_duplicate;
mod lock_unknown;
mod missing_dependency;
mod missing_field;
mod missing_input;
mod missing_unit;
mod multiple_documents;
mod name_differs_from_file;
mod no_tools;
mod no_work;
pub(crate) mod node_failed;
mod not_a_boolean;
mod not_an_ancestor;
mod output_collision;
mod output_never_read;
mod phase_conflict;
mod phase_unknown;
mod read_write_conflict;
mod redundant_dependency;
mod rule_without_dependencies;
mod secret_in_plain_text;
mod self_dependency;
mod syntax;
mod template_in_run;
mod template_syntax;
mod timeout_below_estimate;
mod too_long;
mod unknown_agent;
mod unknown_arg;
mod unknown_key;
mod unknown_model;
mod unknown_reference;
mod unknown_runner;
mod unknown_slash_command;
mod unknown_tool;
mod unquoted_value;
mod unreachable_node;
mod unsupported_yaml;
pub(crate) mod unused_allow;
mod write_conflict;
mod wrong_type;

use divisi_workspace::Document;

use crate::codes::Code;
use crate::context::Context;
use crate::finding::Finding;
use crate::markdown::MarkdownContext;

/// A code and what finds it.
pub(crate) struct Rule {
    pub(crate) code: &'static Code,
    pub(crate) checks: &'static [Check],
}

/// What a rule looks at.
pub(crate) enum Check {
    /// Any document of ours.
    Document(fn(&Document, &mut Vec<Finding>)),
    /// An agent, a command, a skill, or prose.
    Markdown(fn(&MarkdownContext<'_>, &mut Vec<Finding>)),
    /// The nodes of a DAG one by one: all that [`Context::nodes`], its texts, inputs and agents give. What is said of
    /// a node stands in that node. It depends on the node, on settings and agents, on what the DAG says beside its
    /// nodes except its name and description, and of other nodes on nothing but ids, kinds of work, and outputs. So it
    /// is said again only of nodes that changed, as long as all that is the same.
    Nodes(fn(&Context<'_>, &mut Vec<Finding>)),
    /// Like [`Check::Nodes`], and it depends on who waits for whom as well, but not everywhere: of a node without
    /// inputs that waits for all nodes which its templates name, it says the same whatever the order is.
    Order(fn(&Context<'_>, &mut Vec<Finding>)),
    /// A document with a DAG, as a whole. It may look at everything except what prompts and other templates say beside
    /// what they refer to. So it is done again only when something else changed.
    Graph(fn(&Context<'_>, &mut Vec<Finding>)),
    /// A document with a DAG, as a whole: done again with each change. It should not read the texts of all nodes.
    Dag(fn(&Context<'_>, &mut Vec<Finding>)),
    /// Each mapping of a DAG. What is said of it depends on itself, and on what [`Check::Nodes`] says.
    Mapping(fn(&Context<'_>, &shape::Mapping<'_>, &mut Vec<Finding>)),
    /// Each value of a DAG whose type the table of keys gives.
    Value(fn(&Context<'_>, &shape::Value, &mut Vec<Finding>)),
}

/// All rules, by name.
pub(crate) static RULES: &[Rule] = &[
    Rule { code: &agent_cannot::CODE, checks: &[Check::Dag(agent_cannot::check)] },
    Rule { code: &agent_not_enforceable::CODE, checks: &[Check::Nodes(agent_not_enforceable::check)] },
    Rule {
        code: &agent_not_loaded::CODE,
        checks: &[
            Check::Document(agent_not_loaded::check_agent),
            Check::Nodes(agent_not_loaded::check),
            Check::Markdown(agent_not_loaded::check_markdown),
        ],
    },
    Rule { code: &agent_not_portable::CODE, checks: &[Check::Markdown(agent_not_portable::check)] },
    Rule {
        code: &ambiguous_agent::CODE,
        checks: &[Check::Nodes(ambiguous_agent::check), Check::Markdown(ambiguous_agent::check_markdown)],
    },
    Rule { code: &ambiguous_input::CODE, checks: &[Check::Order(ambiguous_input::check)] },
    Rule { code: &bad_color::CODE, checks: &[Check::Markdown(bad_color::check)] },
    Rule {
        code: &budget_not_enforceable::CODE,
        checks: &[
            Check::Nodes(budget_not_enforceable::check_nodes),
            Check::Graph(budget_not_enforceable::check_run),
        ],
    },
    Rule { code: &cache_without_reads::CODE, checks: &[Check::Nodes(cache_without_reads::check)] },
    Rule { code: &conflicting_work::CODE, checks: &[Check::Nodes(conflicting_work::check)] },
    Rule { code: &cycle::CODE, checks: &[Check::Dag(cycle::check)] },
    Rule {
        code: &dag_not_found::CODE,
        checks: &[Check::Dag(dag_not_found::check), Check::Markdown(dag_not_found::check_markdown)],
    },
    Rule { code: &dag_recursion::CODE, checks: &[Check::Dag(dag_recursion::check)] },
    Rule { code: &dependency_alias::CODE, checks: &[Check::Nodes(dependency_alias::check)] },
    Rule { code: &duplicate_agent::CODE, checks: &[Check::Markdown(duplicate_agent::check)] },
    Rule { code: &duplicate_key::CODE, checks: &[Check::Mapping(duplicate_key::check)] },
    Rule { code: &duplicate_node::CODE, checks: &[Check::Nodes(duplicate_node::check)] },
    Rule {
        code: &empty_dag::CODE,
        checks: &[Check::Document(empty_dag::check_document), Check::Dag(empty_dag::check)],
    },
    Rule { code: &ignored_key::CODE, checks: &[Check::Markdown(ignored_key::check)] },
    Rule { code: &invalid_name::CODE, checks: &[Check::Markdown(invalid_name::check)] },
    Rule {
        code: &invalid_value::CODE,
        checks: &[
            Check::Value(invalid_value::check),
            Check::Mapping(invalid_value::empty_work::check),
            Check::Mapping(invalid_value::output_form::check),
            Check::Dag(invalid_value::default_of_arg::check),
            Check::Nodes(invalid_value::agent_output::check),
            Check::Nodes(invalid_value::repeated_item::check),
            Check::Nodes(invalid_value::status_word::check),
        ],
    },
    Rule { code: &key_has_no_effect::CODE, checks: &[Check::Mapping(key_has_no_effect::check)] },
    Rule { code: &lock_duplicate::CODE, checks: &[Check::Graph(lock_duplicate::check)] },
    Rule { code: &lock_unknown::CODE, checks: &[Check::Graph(lock_unknown::check)] },
    Rule { code: &missing_dependency::CODE, checks: &[Check::Nodes(missing_dependency::check)] },
    Rule { code: &missing_field::CODE, checks: &[Check::Mapping(missing_field::check)] },
    Rule { code: &missing_input::CODE, checks: &[Check::Order(missing_input::check)] },
    Rule { code: &missing_unit::CODE, checks: &[Check::Value(missing_unit::check)] },
    Rule { code: &multiple_documents::CODE, checks: &[Check::Document(multiple_documents::check)] },
    Rule { code: &name_differs_from_file::CODE, checks: &[Check::Markdown(name_differs_from_file::check)] },
    Rule { code: &no_tools::CODE, checks: &[Check::Markdown(no_tools::check)] },
    Rule { code: &no_work::CODE, checks: &[Check::Nodes(no_work::check)] },
    // The server adds it after a run.
    Rule { code: &node_failed::CODE, checks: &[] },
    Rule { code: &not_a_boolean::CODE, checks: &[Check::Nodes(not_a_boolean::check)] },
    Rule { code: &not_an_ancestor::CODE, checks: &[Check::Order(not_an_ancestor::check)] },
    Rule { code: &output_collision::CODE, checks: &[Check::Graph(output_collision::check)] },
    Rule { code: &output_never_read::CODE, checks: &[Check::Graph(output_never_read::check)] },
    Rule { code: &phase_conflict::CODE, checks: &[Check::Graph(phase_conflict::check)] },
    Rule { code: &phase_unknown::CODE, checks: &[Check::Nodes(phase_unknown::check)] },
    Rule { code: &read_write_conflict::CODE, checks: &[Check::Graph(read_write_conflict::check)] },
    Rule { code: &redundant_dependency::CODE, checks: &[Check::Dag(redundant_dependency::check)] },
    Rule {
        code: &rule_without_dependencies::CODE,
        checks: &[Check::Nodes(rule_without_dependencies::check)],
    },
    Rule {
        code: &secret_in_plain_text::CODE,
        checks: &[
            Check::Document(secret_in_plain_text::check_document),
            Check::Dag(secret_in_plain_text::check),
        ],
    },
    Rule { code: &self_dependency::CODE, checks: &[Check::Nodes(self_dependency::check)] },
    Rule { code: &syntax::CODE, checks: &[Check::Document(syntax::check)] },
    Rule { code: &template_in_run::CODE, checks: &[Check::Order(template_in_run::check)] },
    Rule { code: &template_syntax::CODE, checks: &[Check::Nodes(template_syntax::check)] },
    Rule { code: &timeout_below_estimate::CODE, checks: &[Check::Nodes(timeout_below_estimate::check)] },
    Rule { code: &too_long::CODE, checks: &[Check::Markdown(too_long::check)] },
    Rule {
        code: &unknown_agent::CODE,
        checks: &[
            Check::Nodes(unknown_agent::check),
            Check::Nodes(unknown_agent::own::check),
            Check::Nodes(unknown_agent::in_text::check_prompts),
            Check::Markdown(unknown_agent::in_text::check_markdown),
        ],
    },
    Rule { code: &unknown_arg::CODE, checks: &[Check::Nodes(unknown_arg::check)] },
    Rule {
        code: &unknown_key::CODE,
        checks: &[Check::Mapping(unknown_key::check), Check::Markdown(unknown_key::check_front_matter)],
    },
    Rule { code: &unknown_model::CODE, checks: &[Check::Markdown(unknown_model::check)] },
    Rule {
        code: &unknown_reference::CODE,
        checks: &[Check::Nodes(unknown_reference::check), Check::Dag(unknown_reference::check_phases)],
    },
    Rule { code: &unknown_runner::CODE, checks: &[Check::Dag(unknown_runner::check)] },
    Rule {
        code: &unknown_slash_command::CODE,
        checks: &[
            Check::Nodes(unknown_slash_command::check),
            Check::Markdown(unknown_slash_command::check_markdown),
        ],
    },
    Rule { code: &unknown_tool::CODE, checks: &[Check::Markdown(unknown_tool::check)] },
    Rule { code: &unquoted_value::CODE, checks: &[Check::Markdown(unquoted_value::check)] },
    Rule { code: &unreachable_node::CODE, checks: &[Check::Graph(unreachable_node::check)] },
    Rule { code: &unsupported_yaml::CODE, checks: &[Check::Document(unsupported_yaml::check)] },
    // Found last, when it is known which allowances did something.
    Rule { code: &unused_allow::CODE, checks: &[] },
    Rule { code: &write_conflict::CODE, checks: &[Check::Graph(write_conflict::check)] },
    Rule {
        code: &wrong_type::CODE,
        checks: &[
            Check::Document(wrong_type::check_document),
            Check::Value(wrong_type::check),
            Check::Mapping(wrong_type::check_items),
        ],
    },
];
