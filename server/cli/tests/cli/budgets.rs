//! Budgets of a run: paused when they are used up, raised by a resume.

use serde_json::Value;

use crate::site::Site;

/// Two agents, one after the other, and a program that needs no money.
const DAG: &str = "\
name: paid
max_parallel: 1
defaults: { runner: mine }
budget: { usd: 5, wall: 1h }
nodes:
  - { id: first, agent: writer, prompt: go }
  - { id: second, agent: writer, prompt: go, depends_on: [first] }
  - { id: free, run: [touch, free.txt] }
";

/// Spends four dollars, and says what it might have spent.
const AGENT: &str = "\
#!/bin/sh
echo $DIVISI_MAX_MICRO_USD >> caps.txt
echo '{\"usage\": {\"input_tokens\": 900, \"output_tokens\": 100, \"usd\": 4.0}}' > $DIVISI_RESULT_FILE
";

fn site() -> Site {
    let site = Site::new()
        .write("paid.dag.yaml", DAG)
        .write(".claude/agents/writer.md", "---\nname: writer\ndescription: Writes\n---\nWrite.\n")
        .write("agent.sh", AGENT);
    let runner = "[runners.mine]\nkind = \"exec\"\ncommand = [\"sh\", \"agent.sh\"]\n";
    site.write("../config/divisi/config.toml", runner)
}

#[test]
fn a_run_pauses_when_its_budget_is_used_up_and_a_resume_gives_it_more() {
    let site = site();
    let mut dag = DAG.replace("depends_on: [first]", "depends_on: [first], budget: { usd: 3 }");
    dag = dag.replace("id: free,", "id: free, priority: 9,");
    site.put("paid.dag.yaml", dag);
    let run = site.divisi(&["run", "paid.dag.yaml", "--yes"]);
    assert_eq!(run.status, 75, "{}{}", run.out, run.err);
    assert!(run.out.contains("its budget has too little left: $4.00 of $5.00"), "{}", run.out);
    assert!(run.err.contains("--budget usd=…"), "{}", run.err);
    assert!(site.root().join("free.txt").exists());
    let wrong = site.divisi(&["resume", "--budget", "turns=5", "--yes"]);
    assert_eq!(wrong.status, 2);
    assert!(wrong.err.contains("the run has no budget in turns"), "{}", wrong.err);
    let more = site.divisi(&["resume", "--budget", "usd=5", "--yes", "--track", "PLAN.md"]);
    assert_eq!(more.status, 0, "{}{}", more.out, more.err);
    assert!(more.out.contains("the run may spend $5.00 more"), "{}", more.out);
    assert!(site.read("PLAN.md").contains("- [x] second"), "{}", site.read("PLAN.md"));
    assert_eq!(site.read("caps.txt"), "5000000\n3000000\n", "what is reserved is the runner's cap");
}

#[test]
fn what_a_node_spent_before_is_what_it_reserves() {
    let site = site();
    let run = |arguments: &[&str]| site.divisi(arguments);
    assert_eq!(run(&["run", "paid.dag.yaml", "--yes"]).status, 0, "one dollar is left for the second");
    assert_eq!(site.read("caps.txt"), "5000000\n1000000\n");
    let again = run(&["run", "paid.dag.yaml", "--yes", "--json"]);
    assert_eq!(again.status, 75, "four dollars were needed before, and one is left: {}", again.out);
    let reserved = again.out.lines().find_map(|line| {
        let event: Value = serde_json::from_str(line).expect("JSON");
        event["reserved"]["micro_usd"].as_u64()
    });
    assert_eq!(reserved, Some(4_000_000));
}

#[test]
fn statistics_tell_cost_and_keep_limits_of_it() {
    let site = site().write("paid.dag.yaml", DAG.replace("budget: { usd: 5, wall: 1h }\n", ""));
    assert_eq!(site.divisi(&["run", "paid.dag.yaml", "--yes"]).status, 0);
    let said = site.divisi(&["stats", "--max-usd", "8", "--max-tokens", "2000"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    assert!(said.out.contains("cost $8.00, tokens 1.8k in, 200 out"), "{}", said.out);
    assert!(said.out.contains("1.0k tokens, $4.00"), "of each node: {}", said.out);
    let said =
        site.divisi(&["stats", "--max-usd", "7.5", "--max-tokens", "1999", "--min-hit-rate", "1", "--json"]);
    assert_eq!(said.status, 1);
    let told: Value = serde_json::from_str(&said.out).expect("JSON");
    let broken = [
        "cost $8.00 is more than $7.50",
        "2000 tokens are more than 1999",
        "there is no hit rate: nothing was looked for",
    ];
    assert_eq!(told["broken_limits"], serde_json::json!(broken));
    assert_eq!((&told["usd"], &told["tokens"]), (&8.0.into(), &2_000.into()));
    assert_eq!(
        told["nodes"].as_array().map(|nodes| nodes.iter().filter(|node| node["usage"]["usd"] == 4.0).count()),
        Some(2)
    );
    site.put("agent.sh", "echo '{\"usage\": {\"input_tokens\": 9}}' > $DIVISI_RESULT_FILE\n");
    assert_eq!(site.divisi(&["run", "paid.dag.yaml", "--yes", "--no-cache"]).status, 0);
    let said = site.divisi(&["stats", "--last", "2", "--max-usd", "100"]);
    assert_eq!(said.status, 1, "{}{}", said.out, said.err);
    assert!(said.err.contains("is not known: some runners tell none"), "{}", said.err);
    assert!(said.out.contains("cost $8.00 and what some runners do not tell"), "{}", said.out);
}
