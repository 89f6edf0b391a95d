//! Looks at files as people read them: a table in Markdown. Positions stand in the JSON alone.

use std::fmt::Write as _;

use super::Look;

const HEADINGS: [&str; 6] = ["file", "type", "pictures", "taken", "bytes", "group"];

/// The table, columns as wide as their longest cell.
pub fn write(looks: &[Look]) -> String {
    let rows: Vec<[String; 6]> = looks.iter().map(cells).collect();
    let heads = HEADINGS.map(str::to_owned);
    let width = |column: usize| {
        std::iter::once(&heads).chain(&rows).map(|row| row[column].chars().count()).max().unwrap_or(0)
    };
    let widths: [usize; 6] = std::array::from_fn(width);
    let mut out = String::new();
    line(&mut out, &heads, &widths);
    line(&mut out, &widths.map(|width| "-".repeat(width)), &widths);
    rows.iter().for_each(|row| line(&mut out, row, &widths));
    out
}

fn line(out: &mut String, cells: &[String; 6], widths: &[usize; 6]) {
    for (cell, width) in cells.iter().zip(widths) {
        write!(out, "| {cell:width$} ").expect("a text can be written to");
    }
    out.push_str("|\n");
}

fn cells(look: &Look) -> [String; 6] {
    let pictures = match (look.size_px, &look.reason) {
        (Some((width, height)), _) => format!("thumb and preview of {width} × {height}"),
        (None, reason) => format!("none: {}", reason.as_deref().unwrap_or("unknown")),
    };
    [
        look.file.replace('|', "\\|"),
        look.kind.to_owned(),
        pictures,
        look.facts.taken.map(|taken| taken.to_string()).unwrap_or_default(),
        look.size_bytes.to_string(),
        look.group.map(|group| group.to_string()).unwrap_or_default(),
    ]
}
