//! A deterministic simulator over the pure core: virtual clock, seed, fake processes, fake journal, crashes.
//!
//! Every seed is a plan and a fate. `DIVISI_SIM_SEEDS` says how many are tried (default 10,000), `DIVISI_SIM_FROM` leaves
//! out those below it, `DIVISI_SIM_SEED` tries one and prints its journal. `DIVISI_SIM_CHANCE` says in how many worlds of
//! a hundred each kind of drawing occurs that has a die of its own.
#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod holdings;
mod invariants;
mod journal;
mod library;
mod money;
mod outside;
mod plans;
mod random;
mod shapes;
mod sometimes;
mod undoing;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use sometimes::Sometimes;
use world::World;

/// As many as show every interesting case, in well under a minute.
const SEEDS: u64 = 10_000;

#[test]
fn invariants_hold_under_every_fate() {
    if let Some(seed) = number("DIVISI_SIM_SEED") {
        let mut world = World::new(seed);
        world.is_told = true;
        world.run();
        return;
    }
    let from = number("DIVISI_SIM_FROM").unwrap_or(0);
    let seeds = number("DIVISI_SIM_SEEDS").unwrap_or(SEEDS);
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
    let mut sometimes = Sometimes::default();
    std::thread::scope(|scope| {
        let share = |first| move || fates((from + first..seeds).step_by(threads as usize));
        let shares: Vec<_> = (0..threads).map(|first| scope.spawn(share(first))).collect();
        for share in shares {
            match share.join().unwrap() {
                Ok(seen) => sometimes.add(&seen),
                Err(seed) => panic!(
                    "seed {seed} fails: DIVISI_SIM_SEED={seed} cargo test -p divisi-engine --test simulator -- --nocapture"
                ),
            }
        }
    });
    println!("{} seeds\n{sometimes}", seeds.saturating_sub(from));
    if from == 0 && seeds >= SEEDS {
        sometimes.assert_all();
    }
}

/// What occurred under these seeds; the first that fails.
fn fates(seeds: impl Iterator<Item = u64>) -> Result<Sometimes, u64> {
    let mut sometimes = Sometimes::default();
    for seed in seeds {
        let fate = catch_unwind(AssertUnwindSafe(|| {
            let mut world = World::new(seed);
            world.run();
            world.sometimes
        }));
        sometimes.add(&fate.map_err(|_| seed)?);
    }
    Ok(sometimes)
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
