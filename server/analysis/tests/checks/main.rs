//! What `check` says about documents, one module for each group of rules.

#[cfg(test)]
mod again;
#[cfg(test)]
mod agent_rules;
#[cfg(test)]
mod dialects;
#[cfg(test)]
mod file_rules;
#[cfg(test)]
mod front_matter_rules;
#[cfg(test)]
mod graph_rules;
#[cfg(test)]
mod link_rules;
#[cfg(test)]
mod mention_rules;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod robust;
#[cfg(test)]
mod scale;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod shape_rules;
#[cfg(test)]
mod support;
#[cfg(test)]
mod template_rules;
#[cfg(test)]
mod value_rules;
