//! The graph against a naive one, and at sizes where recursion or quadratic work would show.

use std::time::{Duration, Instant};

use divisi_analysis::Graph;
use divisi_analysis::graph::RedundantEdge;
use proptest::prelude::*;

/// Dependencies of up to 12 nodes, cycles included.
fn any_graph() -> impl Strategy<Value = Vec<Vec<u32>>> {
    (1..12_usize)
        .prop_flat_map(|nodes| prop::collection::vec(prop::collection::vec(0..nodes as u32, 0..4), nodes))
}

/// Dependencies on earlier nodes only: no cycles.
fn acyclic_graph() -> impl Strategy<Value = Vec<Vec<u32>>> {
    any_graph().prop_map(|lists| {
        let below = |(node, list): (usize, Vec<u32>)| {
            list.into_iter().filter(|before| (*before as usize) < node).collect()
        };
        lists.into_iter().enumerate().map(below).collect()
    })
}

/// `reach[a][b]`: a waits for b, by repeated squaring of nothing cleverer than three loops.
fn closure(lists: &[Vec<u32>]) -> Vec<Vec<bool>> {
    let nodes = lists.len();
    let mut reach = vec![vec![false; nodes]; nodes];
    for (node, list) in lists.iter().enumerate() {
        for before in list.iter().filter(|before| **before as usize != node) {
            reach[node][*before as usize] = true;
        }
    }
    for via in 0..nodes {
        for from in 0..nodes {
            for to in 0..nodes {
                reach[from][to] |= reach[from][via] && reach[via][to];
            }
        }
    }
    reach
}

fn naive_level(lists: &[Vec<u32>], node: usize) -> u32 {
    lists[node].iter().map(|before| naive_level(lists, *before as usize) + 1).max().unwrap_or(0)
}

proptest! {
    #[test]
    fn a_cycle_is_found_exactly_where_a_node_reaches_itself(lists in any_graph()) {
        let reach = closure(&lists);
        let graph = Graph::from_dependencies(lists.clone());
        let has_cycle = (0..lists.len()).any(|node| reach[node][node]);
        prop_assert_eq!(graph.order.is_none(), has_cycle);

        let mut components: Vec<Vec<usize>> = Vec::new();
        for node in (0..lists.len()).filter(|node| reach[*node][*node]) {
            match components.iter_mut().find(|component| reach[node][component[0]] && reach[component[0]][node]) {
                Some(component) => component.push(node),
                None => components.push(vec![node]),
            }
        }
        let cycles = graph.cycles();
        prop_assert_eq!(cycles.len(), components.len());
        for (cycle, component) in cycles.iter().zip(&components) {
            for (at, edge) in cycle.edges.iter().enumerate() {
                prop_assert!(component.contains(&(edge.from as usize)));
                prop_assert!(lists[edge.from as usize].contains(&edge.to));
                prop_assert_eq!(edge.to, cycle.edges[(at + 1) % cycle.edges.len()].from);
            }
            prop_assert_eq!(Some(cycle.edges.len()), naive_girth(&lists, component));
        }
    }

    #[test]
    fn levels_order_and_ancestors_agree_with_the_definition(lists in acyclic_graph()) {
        let reach = closure(&lists);
        let graph = Graph::from_dependencies(lists.clone());
        let order = graph.order.clone().unwrap();
        let place = |node: u32| order.iter().position(|other| *other == node).unwrap();
        let mut pairs = Vec::new();
        for (node, list) in lists.iter().enumerate() {
            prop_assert_eq!(graph.levels[node], naive_level(&lists, node));
            for before in list {
                prop_assert!(place(*before) < place(node as u32));
            }
            let ancestors: Vec<u32> = (0..lists.len() as u32).filter(|other| reach[node][*other as usize]).collect();
            prop_assert_eq!(graph.ancestors(node as u32), ancestors);
            pairs.extend((0..lists.len() as u32).map(|other| (node as u32, other)));
        }
        let answers = graph.are_ancestors(&pairs);
        for ((node, other), answer) in pairs.into_iter().zip(answers) {
            prop_assert_eq!(answer, reach[node as usize][other as usize]);
        }
    }

    #[test]
    fn redundant_edges_are_those_of_the_transitive_reduction(lists in acyclic_graph()) {
        let reach = closure(&lists);
        let graph = Graph::from_dependencies(lists.clone());
        let mut expected = Vec::new();
        for (node, list) in graph.dependencies.iter().enumerate() {
            for before in list {
                if list.iter().any(|via| reach[*via as usize][*before as usize]) {
                    expected.push((node as u32, *before));
                }
            }
        }
        let found: Vec<(u32, u32)> = graph.redundant_edges(|_| true).iter().map(|edge| (edge.node, edge.dependency)).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn with_nodes_that_are_not_plain_only_plain_paths_count(
        (lists, plain) in acyclic_graph().prop_flat_map(|lists| {
            let nodes = lists.len();
            (Just(lists), prop::collection::vec(prop::bool::ANY, nodes))
        })
    ) {
        let plain_lists: Vec<Vec<u32>> = lists.iter().enumerate().map(|(node, list)| {
            list.iter().copied().filter(|before| plain[node] && plain[*before as usize]).collect()
        }).collect();
        let all = Graph::from_dependencies(lists).redundant_edges(|node| plain[node as usize]);
        let alone = Graph::from_dependencies(plain_lists).redundant_edges(|_| true);
        let pairs = |edges: &[RedundantEdge]| edges.iter().map(|edge| (edge.node, edge.dependency)).collect::<Vec<_>>();
        prop_assert_eq!(pairs(&all), pairs(&alone));
    }

    #[test]
    fn times_agree_with_the_definition(lists in acyclic_graph(), seed in prop::collection::vec(0..9_u64, 12)) {
        let graph = Graph::from_dependencies(lists.clone());
        let timing = graph.timing(&seed).unwrap();
        let critical: u64 = timing.critical_path.iter().map(|node| seed[*node as usize]).sum();
        prop_assert_eq!(critical, timing.makespan);
        for pair in timing.critical_path.windows(2) {
            prop_assert!(lists[pair[1] as usize].contains(&pair[0]));
        }
        for (node, list) in lists.iter().enumerate() {
            let earliest = list.iter().map(|before| timing.earliest_start[*before as usize] + seed[*before as usize]);
            prop_assert_eq!(timing.earliest_start[node], earliest.max().unwrap_or(0));
            prop_assert_eq!(timing.earliest_start[node] + timing.remaining[node] + timing.slack[node], timing.makespan);
        }
        for slots in 1..4 {
            let starts = graph.schedule(&seed, &timing.remaining, slots).unwrap();
            let total: u64 = seed[..lists.len()].iter().sum();
            let end = starts.iter().zip(&seed).map(|(start, duration)| start + duration).max().unwrap();
            prop_assert!(end >= timing.makespan.max(total.div_ceil(u64::from(slots))) && end <= total);
            for (node, list) in lists.iter().enumerate() {
                for before in list {
                    prop_assert!(starts[node] >= starts[*before as usize] + seed[*before as usize]);
                }
            }
        }
    }
}

/// The shortest cycle inside a component, by trying walks of each length.
fn naive_girth(lists: &[Vec<u32>], component: &[usize]) -> Option<usize> {
    (2..=component.len())
        .find(|length| component.iter().any(|start| walks_back(lists, *start, *start, *length)))
}

fn walks_back(lists: &[Vec<u32>], at: usize, start: usize, left: usize) -> bool {
    let mut next = lists[at].iter().filter(|before| **before as usize != at);
    match left {
        1 => next.any(|before| *before as usize == start),
        _ => next.any(|before| walks_back(lists, *before as usize, start, left - 1)),
    }
}

const MANY: u32 = 100_000;

#[test]
fn a_chain_of_100_000_nodes() {
    let begin = Instant::now();
    let lists = (0..MANY).map(|node| node.checked_sub(1).into_iter().collect()).collect();
    let graph = Graph::from_dependencies(lists);
    assert_eq!(graph.level_count(), MANY as usize);
    let timing = graph.timing(&vec![1; MANY as usize]).unwrap();
    assert_eq!(timing.makespan, u64::from(MANY));
    assert_eq!(timing.critical_path.len(), MANY as usize);
    assert_eq!(graph.ancestors(MANY - 1).len(), MANY as usize - 1);
    // Every node asks for the first one, and the last one for every node.
    let pairs: Vec<(u32, u32)> =
        (1..MANY).map(|node| (node, 0)).chain((0..2_000).map(|other| (MANY - 1, other))).collect();
    assert!(graph.are_ancestors(&pairs).into_iter().all(|is| is));
    assert_eq!(graph.redundant_edges(|_| true), []);
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
}

#[test]
fn a_ring_of_100_000_nodes() {
    let begin = Instant::now();
    let lists = (0..MANY).map(|node| vec![(node + MANY - 1) % MANY]).collect();
    let graph = Graph::from_dependencies(lists);
    assert!(graph.order.is_none());
    let cycles = graph.cycles();
    assert_eq!(cycles.len(), 1);
    assert_eq!(cycles[0].edges.len(), MANY as usize);
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
}

#[test]
fn a_ladder_of_redundant_edges() {
    let lists = (0..MANY).map(|node| (1..=3).filter_map(|back| node.checked_sub(back)).collect()).collect();
    let graph = Graph::from_dependencies(lists);
    assert_eq!(graph.redundant_edges(|_| true).len(), 2 * (MANY as usize) - 5);
}

#[test]
fn dense_knots_are_searched_within_bounds() {
    // Everybody waits for everybody of the same hundred, and for the whole next hundred.
    let nodes = 2_000_u32;
    let lists = (0..nodes)
        .map(|node| (0..100).map(|other| (node / 100 * 100 + 50 + other) % nodes).collect())
        .collect();
    let begin = Instant::now();
    let cycles = Graph::from_dependencies(lists).cycles();
    assert_eq!(cycles.len(), 1);
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
}
