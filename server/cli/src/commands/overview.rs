//! Bare `divisi`: what is seen here, and the next step.

use std::sync::Arc;

use divisi_analysis::{Finding, Severity, check};
use divisi_engine::client::{RunSummary, Runs};
use divisi_workspace::{Class, Document, Snapshot};

use super::agents::tally;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{ERROR, FAINT, GOOD, Output, STRONG, WARNING, count, paint};
use crate::{root, select_run, time, workspace};

/// Codes that say: a name is written that leads nowhere.
const UNRESOLVED: &[&str] = &["unknown-agent", "ambiguous-agent", "agent-not-loaded"];

pub(crate) fn run(output: &mut Output) -> Result<Exit, Failure> {
    let root = root::absolute(&root::current()?)?;
    let snapshot = workspace::read(&root);
    let sight = Sight::of(&snapshot);
    output.line(format!("{} {}", paint(STRONG, "divisi"), paint(FAINT, root.display())));
    output.line("");
    tell_dags(&sight, output);
    tell_agents(&snapshot, &sight, output);
    tell_commands(&snapshot, output);
    tell_findings(&sight, output);
    let last = last_run(&root);
    if let Some(run) = &last {
        tell_last_run(run, output);
    }
    for problem in snapshot.problems() {
        output.line(format!("  {}  {}", paint(WARNING, "warning"), workspace::described(problem)));
    }
    output.line("");
    output.line(format!("next: {}", paint(STRONG, next_step(&sight, last.as_ref()))));
    Ok(Exit::Good)
}

/// What the checks saw.
struct Sight {
    dags: Vec<Arc<Document>>,
    agents: usize,
    unresolved: usize,
    errors: usize,
    warnings: usize,
}

impl Sight {
    fn of(snapshot: &Snapshot) -> Self {
        let findings_in = |document: &Arc<Document>| check(snapshot, document);
        let findings: Vec<Finding> = snapshot.documents().flat_map(findings_in).collect();
        let of = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
        let in_dags = workspace::dags(snapshot).flat_map(findings_in);
        Self {
            dags: workspace::dags(snapshot).cloned().collect(),
            agents: snapshot.registry().agents().len(),
            unresolved: in_dags.filter(|finding| UNRESOLVED.contains(&finding.code)).count(),
            errors: of(Severity::Error),
            warnings: of(Severity::Warning),
        }
    }
}

fn tell_dags(sight: &Sight, output: &mut Output) {
    output.line(format!("  {}", count(sight.dags.len(), "DAG")));
    for document in &sight.dags {
        let nodes = document.dag().map_or(0, |(_, dag)| dag.nodes.len());
        let name = workspace::name(document);
        let file = paint(FAINT, root::shown(&document.path));
        output.line(format!("    {name}  {}  {file}", count(nodes, "node")));
    }
}

fn tell_agents(snapshot: &Snapshot, sight: &Sight, output: &mut Output) {
    let agents = snapshot.registry().agents().iter().map(AsRef::as_ref);
    let mut line = format!("  {}", tally(agents));
    if sight.unresolved > 0 {
        line.push_str(&paint(ERROR, format!(", {} unresolved", count(sight.unresolved, "name"))));
    }
    output.line(line);
}

fn tell_commands(snapshot: &Snapshot, output: &mut Output) {
    let of = |class| snapshot.documents().filter(|document| document.class == class).count();
    let (commands, skills) = (of(Class::Command), of(Class::Skill));
    if commands + skills > 0 {
        output.line(format!("  {}, {}", count(commands, "command"), count(skills, "skill")));
    }
}

fn tell_findings(sight: &Sight, output: &mut Output) {
    let text = match (sight.errors, sight.warnings) {
        (0, 0) => paint(GOOD, "no errors, no warnings"),
        (0, warnings) => paint(WARNING, count(warnings, "warning")),
        (errors, 0) => paint(ERROR, count(errors, "error")),
        (errors, warnings) => {
            format!("{}, {}", paint(ERROR, count(errors, "error")), count(warnings, "warning"))
        }
    };
    output.line(format!("  {text}"));
}

/// The overview says what it can; runs that cannot be read are `divisi runs`' concern.
fn last_run(root: &std::path::Path) -> Option<RunSummary> {
    let (list, _) = Runs::open(root).ok()?.list().ok()?;
    list.into_iter().next()
}

fn tell_last_run(run: &RunSummary, output: &mut Output) {
    let word = select_run::word(run.status);
    let nodes = format!("{}/{} nodes over", run.done, run.nodes);
    output.line(format!(
        "  last run: {} {word}, {nodes}, {}",
        run.dag,
        paint(FAINT, time::local(run.started_at))
    ));
}

fn next_step(sight: &Sight, last: Option<&RunSummary>) -> String {
    if sight.errors > 0 {
        return "divisi check".to_owned();
    }
    if let Some(run) = last {
        if run.status.is_live() {
            return format!("divisi attach {}", run.run);
        }
        if select_run::is_resumable(run.status) {
            return format!("divisi resume {}", run.run);
        }
    }
    match sight.dags.first() {
        Some(document) if last.is_some() => format!("divisi run {}", root::shown(&document.path)),
        Some(document) => format!("divisi plan {}", root::shown(&document.path)),
        None if sight.warnings > 0 => "divisi check".to_owned(),
        None if sight.agents > 0 => "divisi agents".to_owned(),
        None => "divisi new".to_owned(),
    }
}
