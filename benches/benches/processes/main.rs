//! What a run costs beside the processes it starts: thousands of nodes that run `true`, against spawning the same
//! processes bare, GNU make and ninja, journal on.
//!
//! `cargo bench -p divisi-benches --bench processes -- --nodes 10000 --rounds 5`. The machine is never quiet, so the
//! contenders take turns, and of each the quickest round counts; and beside the time on the clock, which whatever else
//! the machine does makes longer, stands the time on all processors together. Host and guard are this program, executed again.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at what goes wrong"
)]

mod contenders;
mod cost;
mod memory;
mod shapes;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use contenders::{Bare, Contender, Divisi, Make, Ninja};
use cost::Cost;
use memory::peak_memory;
use shapes::Shape;

/// Set for the measurement itself.
const PRIVATE: &str = "DIVISI_BENCH_PRIVATE";

/// What is measured.
struct Options {
    nodes: usize,
    rounds: usize,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["guard"] => divisi_engine::guard::guard_main().expect("the guard runs"),
        ["host", dir] => drop(divisi_engine::host::host_main(Path::new(dir)).expect("the host runs")),
        _ if std::env::var_os(PRIVATE).is_some() => measure(&options(&arguments)),
        _ => in_private(&arguments),
    }
}

/// Runs the measurement with a state folder of its own, in which the key that signs stored runs lies.
fn in_private(arguments: &[String]) {
    let state = tempfile::tempdir().expect("a temporary folder");
    let mut measurement = Command::new(std::env::current_exe().expect("a program knows its path"));
    measurement.args(arguments).env(PRIVATE, "1").env("XDG_STATE_HOME", state.path());
    assert!(measurement.status().expect("it runs").success());
}

/// A plain `cargo test` gets a small one, which shows that it works.
fn options(arguments: &[String]) -> Options {
    let is_bench = arguments.iter().any(|argument| argument == "--bench");
    let number = |name: &str| {
        let place = arguments.iter().position(|argument| argument == name)?;
        Some(arguments.get(place + 1)?.parse().expect("a number"))
    };
    Options {
        nodes: number("--nodes").unwrap_or(if is_bench { 10_000 } else { 20 }),
        rounds: number("--rounds").unwrap_or(if is_bench { 5 } else { 1 }),
    }
}

fn measure(options: &Options) {
    println!("{} nodes, the quickest of {} rounds; × bare spawning\n", options.nodes, options.rounds);
    println!(
        "{:<8} {:>5} {:>9} {:>9} {:>16} {:>16} {:>16} {:>11} {:>11}",
        "shape", "slots", "bare", "cpu", "divisi, cpu", "make, cpu", "ninja, cpu", "engine/node", "cpu"
    );
    for shape in [Shape::Fan, Shape::Layers, Shape::Chain] {
        for slots in [2, 16] {
            let bare = Bare { nodes: options.nodes, slots: if shape == Shape::Chain { 1 } else { slots } };
            let divisi = Divisi::new(shape, options.nodes, slots);
            let make = Make::new(shape, options.nodes, slots);
            let ninja = Ninja::new(shape, options.nodes, slots);
            let contenders: [&dyn Contender; 4] = [&bare, &divisi, &make, &ninja];
            print_row(shape, slots, options.nodes, quickest(&contenders, options.rounds));
        }
    }
    let divisi = Divisi::new(Shape::Layers, options.nodes, 2);
    let peak = peak_memory(divisi.host());
    println!("\nmemory at the most: host {} MB, guard {} MB", megabytes(peak.host), megabytes(peak.guard));
}

/// For each contender its quickest round; none for one that is not there. They take turns, so that what else the
/// machine does falls on all of them.
fn quickest(contenders: &[&dyn Contender; 4], rounds: usize) -> [Option<Cost>; 4] {
    let mut best = [None; 4];
    for _ in 0..rounds {
        for (contender, best) in contenders.iter().zip(&mut best) {
            let cost = contender.is_there().then(|| contender.run());
            *best = [*best, cost].into_iter().flatten().reduce(Cost::best);
        }
    }
    best
}

fn print_row(shape: Shape, slots: usize, nodes: usize, costs: [Option<Cost>; 4]) {
    let [bare, divisi, make, ninja] = costs;
    let (bare, divisi) = (bare.expect("it is there"), divisi.expect("it is there"));
    let ratios = |cost: Option<Cost>| match cost {
        Some(cost) => format!(
            "{:.2} × {:>5.2} ×",
            cost.wall.as_secs_f64() / bare.wall.as_secs_f64(),
            cost.cpu.as_secs_f64() / bare.cpu.as_secs_f64()
        ),
        None => "not here".to_owned(),
    };
    let per_node = |beyond: Duration| beyond.as_secs_f64() * 1_000.0 / nodes as f64;
    println!(
        "{:<8} {slots:>5} {:>7.2} s {:>7.2} s {:>16} {:>16} {:>16} {:>8.3} ms {:>8.3} ms",
        shape.name(),
        bare.wall.as_secs_f64(),
        bare.cpu.as_secs_f64(),
        ratios(Some(divisi)),
        ratios(make),
        ratios(ninja),
        per_node(divisi.wall.saturating_sub(bare.wall)),
        per_node(divisi.cpu.saturating_sub(bare.cpu)),
    );
}

fn megabytes(kilobytes: u64) -> String {
    format!("{:.1}", kilobytes as f64 / 1024.0)
}
