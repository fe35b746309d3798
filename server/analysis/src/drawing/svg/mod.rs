//! A picture that needs nothing beside it: light and dark by the reader's own setting, with words for those who do
//! not see it.

pub(super) mod layout;

use std::fmt::Write as _;

use divisi_model::Node;

use super::{Drawing, Mark, name};
use crate::describe::{cut, work};
use layout::{Band, Box, Layout, NAME, NODE_HEIGHT, Wire};

const STYLE: &str = "\
  <style>
    .page { fill: #ffffff } .title { font: 600 16px sans-serif; fill: #1f2328 }
    .size, .band text, .work { fill: #59636e } .size { font: 12px sans-serif }
    .band rect { fill: #f6f8fa; stroke: #d1d9e0 } .band text { font: 600 12px sans-serif }
    .node rect { fill: #ffffff; stroke: #818b98 } .name { font: 600 12px sans-serif; fill: #1f2328 }
    .work { font: 11px sans-serif } .wire { fill: none; stroke: #818b98; stroke-width: 1.2 }
    .tip { fill: #818b98 } .critical rect, .wire.critical { stroke: #0969da; stroke-width: 2.5 }
    .tip.critical { fill: #0969da } .cyclic rect, .wire.cyclic { stroke: #cf222e; stroke-width: 2.5 }
    .tip.cyclic { fill: #cf222e }
    @media (prefers-color-scheme: dark) {
      .page { fill: #0d1117 } .title, .name { fill: #f0f6fc } .size, .band text, .work { fill: #9198a1 }
      .band rect { fill: #151b23; stroke: #3d444d } .node rect { fill: #0d1117; stroke: #656c76 }
      .wire { stroke: #656c76 } .tip { fill: #656c76 } .critical rect, .wire.critical { stroke: #4493f8 }
      .tip.critical { fill: #4493f8 } .cyclic rect, .wire.cyclic { stroke: #f85149 } .tip.cyclic { fill: #f85149 }
    }
  </style>
";

pub(super) fn draw(drawing: &Drawing<'_>) -> String {
    let layout = place(drawing);
    let mut svg = head(drawing, &layout);
    for band in &layout.bands {
        draw_band(drawing, band, &mut svg);
    }
    for wire in &layout.wires {
        draw_wire(drawing, wire, &mut svg);
    }
    for ((at, node), place) in drawing.nodes().zip(&layout.boxes) {
        draw_node(node, *place, drawing.mark(at), &mut svg);
    }
    svg.push_str("</svg>\n");
    svg
}

pub(super) fn place(drawing: &Drawing<'_>) -> Layout {
    let widths: Vec<usize> = drawing.nodes().map(|(_, node)| label_width(node)).collect();
    layout::layout(drawing, &widths)
}

fn label_width(node: &Node) -> usize {
    let characters = |text: String| cut(&text, NAME).chars().count();
    characters(name(node)).max(characters(work(node)))
}

fn head(drawing: &Drawing<'_>, layout: &Layout) -> String {
    let (width, height) = (layout.width.ceil(), layout.height.ceil());
    let (title, size) = (escaped(drawing.title), drawing.size());
    let description = escaped(&description(drawing, layout));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-labelledby=\"title desc\">\n  <title id=\"title\">{title}</title>\n  \
         <desc id=\"desc\">{description}</desc>\n{STYLE}  <defs>\n"
    );
    for class in ["", " critical", " cyclic"] {
        let _ = writeln!(
            svg,
            "    <marker id=\"tip{}\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
             markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"tip{class}\" d=\"M0 0 8 4 0 8z\"/></marker>",
            class.trim()
        );
    }
    let _ = writeln!(
        svg,
        "  </defs>\n  <rect class=\"page\" width=\"100%\" height=\"100%\"/>\n  \
         <text class=\"title\" x=\"24\" y=\"28\">{title}</text>\n  <text class=\"size\" x=\"24\" y=\"44\">{size}</text>"
    );
    svg
}

/// The graph in words.
fn description(drawing: &Drawing<'_>, layout: &Layout) -> String {
    const NAMES: usize = 20;
    let mut text = format!("A graph of {}.", drawing.size());
    let names = |nodes: &[u32]| {
        let known = nodes.iter().filter_map(|node| drawing.dag.nodes.get(*node as usize));
        let shown: Vec<String> = known.take(NAMES).map(name).collect();
        let more = nodes.len().saturating_sub(NAMES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{more}", shown.join(", "))
    };
    if !drawing.cyclic.is_empty() {
        text.push_str(" Some nodes wait for each other in a ring, which is marked.");
    } else if !drawing.critical_path.is_empty() {
        let _ = write!(text, " The critical path is {}.", names(&drawing.critical_path));
    }
    if layout.left_out > 0 {
        let _ = write!(text, " {} dependencies are not drawn.", layout.left_out);
    }
    text
}

fn draw_band(drawing: &Drawing<'_>, band: &Band, svg: &mut String) {
    let label = escaped(&drawing.phase_label(band.phase));
    let _ = writeln!(
        svg,
        "  <g class=\"band\"><rect x=\"{}\" y=\"{}\" width=\"{:.0}\" height=\"{:.0}\" rx=\"8\"/>\
         <text x=\"{}\" y=\"{}\">{label}</text></g>",
        band.x,
        band.y,
        band.width,
        band.height,
        band.x + 12.0,
        band.y + 16.0
    );
}

fn draw_wire(drawing: &Drawing<'_>, wire: &Wire, svg: &mut String) {
    let class = class(drawing.edge_mark(wire.edge));
    let Some(path) = path(wire) else { return };
    let _ = writeln!(
        svg,
        "  <path class=\"wire{class}\" d=\"{path}\" marker-end=\"url(#tip{})\"/>",
        class.trim()
    );
}

/// The way of an edge, as the `d` of a path. None where it leads nowhere.
pub(super) fn path(wire: &Wire) -> Option<String> {
    let mut points = wire.points.iter().copied();
    let (mut x, mut y) = points.next()?;
    let mut path = format!("M{x:.0} {y:.0}");
    for (to_x, to_y) in points {
        if to_x <= x {
            // Back to the left: over the top.
            let _ = write!(
                path,
                "C{:.0} {:.0} {:.0} {:.0} {to_x:.0} {to_y:.0}",
                x + 60.0,
                y - 60.0,
                to_x - 60.0,
                to_y - 60.0
            );
        } else if (to_y - y).abs() < 0.5 {
            let _ = write!(path, "H{to_x:.0}");
        } else {
            let middle = f64::midpoint(x, to_x);
            let _ = write!(path, "C{middle:.0} {y:.0} {middle:.0} {to_y:.0} {to_x:.0} {to_y:.0}");
        }
        (x, y) = (to_x, to_y);
    }
    Some(path)
}

fn draw_node(node: &Node, place: Box, mark: Mark, svg: &mut String) {
    let (name, work) = (name(node), work(node));
    let class = class(mark);
    let middle = place.x + place.width / 2.0;
    let _ = writeln!(
        svg,
        "  <g class=\"node{class}\"><title>{}: {}</title><rect x=\"{:.0}\" y=\"{:.0}\" width=\"{:.0}\" \
         height=\"{NODE_HEIGHT}\" rx=\"6\"/><text class=\"name\" x=\"{middle:.0}\" y=\"{:.0}\" \
         text-anchor=\"middle\">{}</text><text class=\"work\" x=\"{middle:.0}\" y=\"{:.0}\" \
         text-anchor=\"middle\">{}</text></g>",
        escaped(&name),
        escaped(&work),
        place.x,
        place.y,
        place.width,
        place.y + 17.0,
        escaped(&cut(&name, NAME)),
        place.y + 32.0,
        escaped(&cut(&work, NAME)),
    );
}

const fn class(mark: Mark) -> &'static str {
    match mark {
        Mark::None => "",
        Mark::Critical => " critical",
        Mark::Cyclic => " cyclic",
    }
}

/// As text of XML, which some characters cannot stand in at all.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() => escaped.push(' '),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
