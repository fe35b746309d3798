//! Real files, typed character by character: everything answers after each one, and what is not yet typed makes no
//! flood of findings below the cursor.

#![expect(clippy::expect_used, clippy::panic, reason = "what goes wrong here fails a test")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use divisi_analysis::{CheckCache, Finding, check_again};
use divisi_ide::{complete, hover, outline};
use divisi_tests::shared;
use divisi_workspace::{Change, Document, Places, Workspace};

/// How many files of each kind of the corpus are typed: 20 in all.
const KINDS: [(&str, usize); 7] = [
    ("archon", 6),
    ("cmd-v2", 3),
    ("command-dag-frontmatter", 3),
    ("claude-flow", 2),
    ("agent", 2),
    ("command", 2),
    ("skill", 2),
];

/// Files of this many bytes: long enough to have something below the cursor, short enough for a debug build.
const SIZES: std::ops::Range<usize> = 600..40_000;

/// How many times at most everything is asked while a whole file is typed, and while a line is: every few characters.
const STEPS_OF_FILE: usize = 150;
const STEPS_OF_LINE: usize = 12;

/// Lines of each file that are typed anew while the others stand.
const LINES: usize = 8;

/// More findings below the cursor than a whole file has there, at most: what depends on one name that is being typed.
const MOST_BELOW: usize = 12;

/// The same on average.
const MEAN_BELOW: f64 = 0.5;

struct Typing {
    workspace: Workspace,
    path: PathBuf,
    version: i32,
    cache: CheckCache,
    figures: Figures,
}

#[derive(Default)]
struct Figures {
    steps: usize,
    slowest: Duration,
    slowest_in: PathBuf,
    below: Vec<usize>,
}

impl Typing {
    /// What an editor asks for after a change, with the cursor at `offset`.
    fn step(&mut self, text: String, offset: usize) -> (Arc<Document>, Vec<Finding>) {
        let start = Instant::now();
        self.version += 1;
        let change = Change::Edited { path: self.path.clone(), version: self.version, text };
        self.workspace.apply(change);
        let snapshot = self.workspace.snapshot();
        let document = Arc::clone(snapshot.document(&self.path).expect("it is open"));
        let offset = u32::try_from(offset).expect("files are small");
        let findings = check_again(&snapshot, &document, &mut self.cache);
        let _proposals = complete(&snapshot, &document, offset);
        let _card = hover(&snapshot, &document, offset, None);
        let _names = outline(&document);
        let took = start.elapsed();
        self.figures.steps += 1;
        if took > self.figures.slowest {
            self.figures.slowest = took;
            self.figures.slowest_in.clone_from(&self.path);
        }
        (document, findings)
    }

    /// The whole file, from its first character to its last.
    fn type_all(&mut self, text: &str) {
        for offset in some_places(text, STEPS_OF_FILE) {
            self.step(text[..offset].to_owned(), offset);
        }
    }

    /// Some lines anew, each with everything else in place: how many findings stand below it that the whole file does
    /// not have there.
    fn type_lines(&mut self, text: &str) {
        let (document, whole) = self.step(text.to_owned(), 0);
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for number in (0..lines.len()).step_by((lines.len() / LINES).max(1)) {
            let before: usize = lines[..number].iter().map(|line| line.len()).sum();
            let line = lines[number].trim_end();
            let rest = &text[before + line.len()..];
            let expected = below(&document, &whole, number);
            for length in some_places(line, STEPS_OF_LINE) {
                let torn = format!("{}{rest}", &text[..before + length]);
                let (document, findings) = self.step(torn, before + length);
                let new = below(&document, &findings, number).saturating_sub(expected);
                self.figures.below.push(new);
                if new > MOST_BELOW {
                    self.complain(&document, &findings, number, &line[..length]);
                }
            }
        }
    }

    fn complain(&self, document: &Document, findings: &[Finding], number: usize, typed: &str) {
        let mut codes: HashMap<&str, usize> = HashMap::new();
        for finding in findings.iter().filter(|it| line_of(document, it) > number) {
            *codes.entry(finding.code).or_default() += 1;
        }
        panic!("{}:{}: {typed:?} makes {codes:?} below it", self.path.display(), number + 1);
    }
}

/// At most `count` places between characters, evenly spread.
fn some_places(text: &str, count: usize) -> impl Iterator<Item = usize> {
    let stride = text.chars().count().div_ceil(count).max(1);
    text.char_indices().map(|(offset, _)| offset).step_by(stride)
}

fn line_of(document: &Document, finding: &Finding) -> usize {
    document.lines.line(finding.span.start) as usize
}

fn below(document: &Document, findings: &[Finding], number: usize) -> usize {
    findings.iter().filter(|it| line_of(document, it) > number).count()
}

/// Evenly spread over those of each kind that fit, with the folder of the repository.
fn chosen(corpus: &Path) -> Vec<(PathBuf, PathBuf)> {
    let index = std::fs::read_to_string(corpus.join("INDEX.tsv")).expect("the corpus has an index");
    let rows: Vec<Vec<&str>> = index.lines().map(|row| row.split('\t').collect()).collect();
    let mut chosen = Vec::new();
    for (kind, count) in KINDS {
        let fits =
            |row: &&Vec<&str>| row[3] == kind && row[4].parse().is_ok_and(|size| SIZES.contains(&size));
        let of_kind: Vec<&str> = rows.iter().filter(fits).map(|row| row[0]).collect();
        assert!(of_kind.len() >= count, "{kind}: {} files", of_kind.len());
        for at in 0..count {
            let path = Path::new(of_kind[at * of_kind.len() / count]);
            let repository = corpus.join(path.components().next().expect("a folder"));
            chosen.push((repository, corpus.join(path)));
        }
    }
    chosen
}

#[test]
fn everything_answers_after_each_character_and_findings_do_not_flood() {
    let Some(corpus) = shared("corpus") else { return };
    let corpus = corpus.canonicalize().expect("it exists");
    let files = chosen(&corpus);
    let mut all = Figures::default();
    for (repository, path) in &files {
        let mut workspace = Workspace::with_places(vec![repository.clone()], Places::default());
        workspace.scan();
        let text = std::fs::read_to_string(path).expect("text");
        workspace.apply(Change::Opened { path: path.clone(), version: 0, text: text.clone() });
        let figures = Figures { slowest: all.slowest, slowest_in: all.slowest_in, ..Figures::default() };
        let cache = CheckCache::default();
        let mut typing = Typing { workspace, path: path.clone(), version: 0, cache, figures };
        typing.type_lines(&text);
        typing.type_all(&text);
        let Figures { steps, slowest, slowest_in, below } = typing.figures;
        eprintln!("{} steps, up to {} below: {}", steps, below.iter().max().unwrap_or(&0), path.display());
        all.steps += steps;
        (all.slowest, all.slowest_in) = (slowest, slowest_in);
        all.below.extend(below);
    }
    let most = all.below.iter().max().copied().unwrap_or_default();
    let mean = all.below.iter().sum::<usize>() as f64 / all.below.len() as f64;
    eprintln!(
        "{} files, {} steps ({} in the midst of a file); findings below the cursor beyond the file's own: at most {most}, {mean:.3} on average; slowest step {:?} in {}",
        files.len(),
        all.steps,
        all.below.len(),
        all.slowest,
        all.slowest_in.display(),
    );
    assert!(mean <= MEAN_BELOW, "{mean} findings below the cursor on average");
}
