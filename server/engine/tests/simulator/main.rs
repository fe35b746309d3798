//! A deterministic simulator over the pure core: virtual clock, seed, fake processes, fake journal, crashes.
//!
//! Every seed is a plan and a fate. `DIVISI_SIM_SEEDS` says how many are tried (default 2,000), `DIVISI_SIM_SEED`
//! tries one and prints its journal.
#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod holdings;
mod invariants;
mod journal;
mod plans;
mod random;
mod sometimes;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use sometimes::Sometimes;
use world::World;

#[test]
fn invariants_hold_under_every_fate() {
    if let Some(seed) = number("DIVISI_SIM_SEED") {
        let mut world = World::new(seed);
        world.is_told = true;
        world.run();
        return;
    }
    let seeds = number("DIVISI_SIM_SEEDS").unwrap_or(6_000);
    let mut sometimes = Sometimes::default();
    for seed in 0..seeds {
        let fate = catch_unwind(AssertUnwindSafe(|| {
            let mut world = World::new(seed);
            world.run();
            world.sometimes
        }));
        match fate {
            Ok(seen) => sometimes.add(&seen),
            Err(_) => panic!(
                "seed {seed} fails: DIVISI_SIM_SEED={seed} cargo test -p divisi-engine --test simulator -- --nocapture"
            ),
        }
    }
    println!("{seeds} seeds\n{sometimes}");
    if seeds >= 6_000 {
        sometimes.assert_all();
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let journal = |seed| {
        let mut world = World::new(seed);
        world.run();
        world.journal.records().to_vec()
    };
    for seed in 0..50 {
        assert_eq!(journal(seed), journal(seed));
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable)
        .ok()
        .map(|text| text.parse().unwrap_or_else(|_| panic!("{variable}={text} is no number")))
}
