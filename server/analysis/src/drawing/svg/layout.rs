//! Where the nodes and edges of a picture stand.
//!
//! Levels are columns, phases are bands below each other. An edge over several columns bends through a place of its
//! own in each of them, so that it does not cross nodes. Within band and column what stands where is decided by
//! barycentres: as near as possible to the middle of what it is connected to.

use crate::drawing::{Drawing, Edge};

/// All lengths are in units of the picture: pixels at its natural size.
pub(in crate::drawing) const NODE_HEIGHT: f64 = 40.0;
const ROW: f64 = 56.0;
const GAP: f64 = 64.0;
const MARGIN: f64 = 24.0;
/// Room for the title.
const HEADER: f64 = 56.0;
/// Room for a band's name.
const BAND_HEADER: f64 = 24.0;
/// Between two bands.
const BAND_GAP: f64 = 8.0;
/// Width of a character at the size of text used, generously.
const CHARACTER: f64 = 7.4;
const PADDING: f64 = 12.0;
/// More characters of a name are cut.
pub(in crate::drawing) const NAME: usize = 28;
/// How often the order is improved, to and fro.
const SWEEPS: usize = 6;
/// Above this many places in between, long edges go straight.
const MOST_BENDS: usize = 20_000;
/// More edges than this are left out: nobody could follow them.
const MOST_EDGES: usize = 20_000;

pub(in crate::drawing) struct Layout {
    pub(in crate::drawing) width: f64,
    pub(in crate::drawing) height: f64,
    pub(in crate::drawing) boxes: Vec<Box>,
    pub(in crate::drawing) wires: Vec<Wire>,
    pub(in crate::drawing) bands: Vec<Band>,
    /// How many edges are not drawn.
    pub(in crate::drawing) left_out: usize,
}

/// A node's place.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::drawing) struct Box {
    pub(in crate::drawing) x: f64,
    pub(in crate::drawing) y: f64,
    pub(in crate::drawing) width: f64,
}

impl Box {
    fn middle(self) -> f64 {
        self.y + NODE_HEIGHT / 2.0
    }
}

/// An edge's way: from the right side of a node to the left side of another.
pub(in crate::drawing) struct Wire {
    pub(in crate::drawing) edge: Edge,
    pub(in crate::drawing) points: Vec<(f64, f64)>,
}

/// A phase.
pub(in crate::drawing) struct Band {
    pub(in crate::drawing) phase: usize,
    pub(in crate::drawing) x: f64,
    pub(in crate::drawing) y: f64,
    pub(in crate::drawing) width: f64,
    pub(in crate::drawing) height: f64,
}

/// Something that takes a place in a column: a node, or the bend of an edge.
#[derive(Debug, Clone, Copy)]
struct Item {
    column: usize,
    band: usize,
    /// The place in its column and band, from 0.
    row: usize,
    /// Where it would like to stand.
    wish: f64,
}

struct Places {
    /// Nodes first.
    items: Vec<Item>,
    /// For each item those connected to it in the column before, and in the one after.
    before: Vec<Vec<u32>>,
    after: Vec<Vec<u32>>,
    /// For each band and column the items in their order.
    cells: Vec<Vec<Vec<u32>>>,
}

pub(in crate::drawing) fn layout(drawing: &Drawing<'_>, widths: &[usize]) -> Layout {
    let groups = drawing.groups();
    let mut band_of = vec![0; drawing.dag.nodes.len()];
    for (band, (_, nodes)) in groups.iter().enumerate() {
        for node in nodes {
            if let Some(slot) = band_of.get_mut(*node as usize) {
                *slot = band;
            }
        }
    }
    let edge_count = drawing.graph.edge_count();
    let edges: Vec<Edge> = drawing.edges().take(MOST_EDGES).collect();
    let columns: Vec<usize> = drawing.columns.iter().map(|column| *column as usize).collect();
    let (mut places, ways) = places(&columns, &band_of, &edges, groups.len());
    places.improve();

    let xs = column_positions(&columns, widths);
    let has_bands = groups.iter().any(|(phase, _)| phase.is_some());
    let (tops, bottom) = places.band_positions(has_bands);
    let width = xs.iter().map(|(x, width)| x + width).fold(240.0, f64::max) + MARGIN;
    let y_of = |item: &Item| places.y(item, &tops);
    let boxes: Vec<Box> = places
        .items
        .iter()
        .zip(widths)
        .map(|(item, characters)| Box {
            x: xs.get(item.column).map_or(MARGIN, |(x, _)| *x),
            y: y_of(item),
            width: box_width(*characters),
        })
        .collect();
    let wires =
        edges.iter().zip(&ways).map(|(edge, way)| wire(*edge, way, &places, &boxes, &xs, &tops)).collect();
    let band = |(band, (phase, _)): (usize, &(Option<usize>, Vec<u32>))| {
        Some(Band {
            phase: (*phase)?,
            x: MARGIN / 2.0,
            y: tops.get(band)? - BAND_HEADER,
            width: width - MARGIN,
            height: BAND_HEADER + places.rows(band) as f64 * ROW - BAND_GAP,
        })
    };
    let bands = groups.iter().enumerate().filter_map(band);
    Layout {
        width,
        height: bottom + MARGIN,
        bands: bands.collect(),
        boxes,
        wires,
        left_out: edge_count.saturating_sub(edges.len()),
    }
}

fn box_width(characters: usize) -> f64 {
    characters as f64 * CHARACTER + 2.0 * PADDING
}

/// Left side and width of each column.
fn column_positions(columns: &[usize], widths: &[usize]) -> Vec<(f64, f64)> {
    let count = columns.iter().max().map_or(0, |last| last + 1);
    let mut positions = vec![(0.0, 0.0); count];
    for (column, width) in columns.iter().zip(widths) {
        if let Some((_, widest)) = positions.get_mut(*column) {
            *widest = box_width(*width).max(*widest);
        }
    }
    let mut x = MARGIN;
    for (left, width) in &mut positions {
        *left = x;
        x += *width + GAP;
    }
    positions
}

/// Every node and every bend in its cell; and for each edge the items it leads over.
fn places(columns: &[usize], band_of: &[usize], edges: &[Edge], bands: usize) -> (Places, Vec<Vec<u32>>) {
    let item = |(column, band): (&usize, &usize)| Item { column: *column, band: *band, row: 0, wish: 0.0 };
    let mut items: Vec<Item> = columns.iter().zip(band_of).map(item).collect();
    let spans = |edge: &Edge| {
        let column = |node: u32| columns.get(node as usize).copied().unwrap_or(0);
        (column(edge.from), column(edge.to))
    };
    let bends: usize = edges
        .iter()
        .map(|edge| {
            let (from, to) = spans(edge);
            to.saturating_sub(from + 1)
        })
        .fold(0, usize::saturating_add);
    let mut ways = Vec::with_capacity(edges.len());
    for edge in edges {
        let (from, to) = spans(edge);
        let mut way = vec![edge.from];
        if bends <= MOST_BENDS {
            let band = items.get(edge.from as usize).map_or(0, |item| item.band);
            for column in from + 1..to {
                way.push(items.len() as u32);
                items.push(Item { column, band, row: 0, wish: 0.0 });
            }
        }
        way.push(edge.to);
        ways.push(way);
    }
    let mut places = Places {
        before: vec![Vec::new(); items.len()],
        after: vec![Vec::new(); items.len()],
        cells: vec![vec![Vec::new(); columns.iter().max().map_or(0, |last| last + 1)]; bands],
        items,
    };
    for way in &ways {
        for (from, to) in way.iter().zip(way.iter().skip(1)) {
            places.connect(*from, *to);
        }
    }
    places.fill_cells();
    (places, ways)
}

impl Places {
    /// An edge back, in a cycle, draws nothing nearer.
    fn connect(&mut self, from: u32, to: u32) {
        let column = |item: u32| self.items.get(item as usize).map_or(0, |item| item.column);
        if column(from) >= column(to) {
            return;
        }
        if let Some(list) = self.before.get_mut(to as usize) {
            list.push(from);
        }
        if let Some(list) = self.after.get_mut(from as usize) {
            list.push(to);
        }
    }

    fn fill_cells(&mut self) {
        for (at, item) in self.items.iter_mut().enumerate() {
            if let Some(cell) = self.cells.get_mut(item.band).and_then(|band| band.get_mut(item.column)) {
                item.row = cell.len();
                cell.push(at as u32);
            }
        }
    }

    /// Sorts each column by what it is connected to, from left to right and back.
    fn improve(&mut self) {
        let columns = self.cells.first().map_or(0, Vec::len);
        for sweep in 0..SWEEPS {
            let is_forward = sweep % 2 == 0;
            for step in 0..columns {
                let column = if is_forward { step } else { columns - 1 - step };
                for band in 0..self.cells.len() {
                    self.sort_cell(band, column, is_forward);
                }
            }
        }
    }

    fn sort_cell(&mut self, band: usize, column: usize, is_forward: bool) {
        let Some(cell) = self.cells.get_mut(band).and_then(|band| band.get_mut(column)) else { return };
        let mut items = std::mem::take(cell);
        let neighbours = if is_forward { &self.before } else { &self.after };
        for at in &items {
            let near = neighbours.get(*at as usize).map(Vec::as_slice).unwrap_or_default();
            let rows = near.iter().filter_map(|item| self.items.get(*item as usize));
            // Bands count for more than rows: what leads to the next band stands at the bottom.
            let sum: f64 = rows.map(|item| item.band as f64 * 1.0e6 + item.row as f64).sum();
            let own = self.items.get(*at as usize).copied();
            let wish = match (near.len(), own) {
                (0, Some(own)) => own.band as f64 * 1.0e6 + own.row as f64,
                (count, _) => sum / count.max(1) as f64,
            };
            if let Some(item) = self.items.get_mut(*at as usize) {
                item.wish = wish;
            }
        }
        let wish = |at: &u32| self.items.get(*at as usize).map_or(0.0, |item| item.wish);
        items.sort_by(|a, b| wish(a).total_cmp(&wish(b)));
        for (row, at) in items.iter().enumerate() {
            if let Some(item) = self.items.get_mut(*at as usize) {
                item.row = row;
            }
        }
        if let Some(cell) = self.cells.get_mut(band).and_then(|band| band.get_mut(column)) {
            *cell = items;
        }
    }

    fn rows(&self, band: usize) -> usize {
        self.cells.get(band).into_iter().flatten().map(Vec::len).max().unwrap_or(0)
    }

    /// Where the rows of each band begin, and where the last ends.
    fn band_positions(&self, has_bands: bool) -> (Vec<f64>, f64) {
        let header = if has_bands { BAND_HEADER } else { 0.0 };
        let mut y = HEADER;
        let mut tops = Vec::with_capacity(self.cells.len());
        for band in 0..self.cells.len() {
            y += header;
            tops.push(y);
            y += self.rows(band) as f64 * ROW;
        }
        (tops, y)
    }

    /// A column that is not full stands in the middle of its band.
    fn y(&self, item: &Item, tops: &[f64]) -> f64 {
        let used = self.cells.get(item.band).and_then(|band| band.get(item.column)).map_or(0, Vec::len);
        let free = self.rows(item.band).saturating_sub(used) as f64 * ROW / 2.0;
        tops.get(item.band).copied().unwrap_or(0.0) + free + item.row as f64 * ROW
    }
}

fn wire(edge: Edge, way: &[u32], places: &Places, boxes: &[Box], xs: &[(f64, f64)], tops: &[f64]) -> Wire {
    let mut points = Vec::with_capacity(2 * way.len());
    for (at, item) in way.iter().enumerate() {
        let is_last = at + 1 == way.len();
        match (boxes.get(*item as usize), places.items.get(*item as usize)) {
            (Some(node), _) if at == 0 => points.push((node.x + node.width, node.middle())),
            (Some(node), _) if is_last => points.push((node.x, node.middle())),
            (_, Some(bend)) => {
                let y = places.y(bend, tops) + NODE_HEIGHT / 2.0;
                let (left, width) = xs.get(bend.column).copied().unwrap_or_default();
                points.extend([(left, y), (left + width, y)]);
            }
            _ => {}
        }
    }
    Wire { edge, points }
}
