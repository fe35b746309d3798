//! How many nodes run at a time: what the user says now, else the file, else the settings, else the machine.

use std::thread;

use divisi_model::Dag;
use divisi_workspace::Settings;

/// The number of slots for `dag`; at least 1.
pub fn for_dag(asked: Option<u32>, dag: &Dag, settings: &Settings) -> u32 {
    let configured = Some(settings.run.max_parallel).filter(|slots| *slots > 0);
    let file = dag.max_parallel.as_ref().map(|slots| slots.value);
    asked.or(file).or(configured).unwrap_or_else(processors).max(1)
}

fn processors() -> u32 {
    thread::available_parallelism().map_or(1, |number| u32::try_from(number.get()).unwrap_or(u32::MAX))
}
