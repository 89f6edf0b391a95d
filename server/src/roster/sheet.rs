//! A roster file as rows of text, whether it is CSV or XLSX. Pure: bytes in, rows out. What the cells mean is read
//! in `read`.

use std::io::Cursor;

use calamine::{Data, DataRef, Reader, Xlsx};

/// Bytes of a file: 32,000 people (four medical universities) at 200 bytes, doubled.
pub const BYTES_MAX: usize = 16 << 20;
/// Rows of a file, the heading among them.
pub const ROWS_MAX: usize = 100_000;
/// Columns that are looked at; the known ones are fewer.
const COLUMNS_MAX: usize = 40;
/// How every XLSX file begins: it is a ZIP archive.
const ZIP: &[u8] = b"PK\x03\x04";

/// A row: its number as the person sees it, from 1, and its cells without spaces around them.
pub type SheetRow = (u64, Vec<String>);

/// Reads a file's rows; empty ones are left out.
///
/// # Errors
/// What is wrong with the file as a whole, in words for its owner.
pub fn rows(bytes: &[u8]) -> Result<Vec<SheetRow>, String> {
    if bytes.len() > BYTES_MAX {
        return Err(format!("the file has more than {BYTES_MAX} bytes: split it"));
    }
    let rows = if bytes.starts_with(ZIP) { of_workbook(bytes)? } else { of_text(bytes)? };
    Ok(rows.into_iter().filter(|(_, cells)| cells.iter().any(|cell| !cell.is_empty())).collect())
}

fn of_text(bytes: &[u8]) -> Result<Vec<SheetRow>, String> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err("the file is not UTF-8: in Excel, save it as \"CSV UTF-8\" or as .xlsx".to_owned());
    };
    let mut file = csv::ReaderBuilder::new()
        .has_headers(false)
        .trim(csv::Trim::All)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let mut rows = Vec::new();
    for (at, record) in file.records().enumerate() {
        let row = at as u64 + 1;
        if at >= ROWS_MAX {
            return Err(too_many());
        }
        let record = record.map_err(|error| format!("row {row}: {error}"))?;
        rows.push((row, record.iter().take(COLUMNS_MAX).map(str::to_owned).collect()));
    }
    Ok(rows)
}

/// The first sheet. Cells are read one by one, so that one far away does not bring all before it.
fn of_workbook(bytes: &[u8]) -> Result<Vec<SheetRow>, String> {
    let broken = |error: calamine::XlsxError| format!("the file is no workbook that can be read: {error}");
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let first = book.sheet_names().first().cloned().ok_or("the workbook has no sheet")?;
    let mut cells = book.worksheet_cells_reader(&first).map_err(broken)?;
    let mut rows: Vec<SheetRow> = Vec::new();
    while let Some(cell) = cells.next_cell().map_err(broken)? {
        let (row, column) = cell.get_position();
        let (number, column) = (u64::from(row) + 1, column as usize);
        if row as usize >= ROWS_MAX {
            return Err(too_many());
        }
        let text = text_of(cell.get_value());
        if column >= COLUMNS_MAX || text.is_empty() {
            continue;
        }
        if rows.last().is_none_or(|(last, _)| *last != number) {
            rows.push((number, Vec::new()));
        }
        if let Some((_, row)) = rows.last_mut() {
            row.resize(row.len().max(column + 1), String::new());
            row[column] = text;
        }
    }
    Ok(rows)
}

fn too_many() -> String {
    format!("the file has more than {ROWS_MAX} rows: split it")
}

/// A cell as a person would type it: whole numbers without a point, days like 2017-09-01.
fn text_of(cell: &DataRef<'_>) -> String {
    let text = match Data::from(cell.clone()) {
        Data::DateTime(moment) if moment.is_datetime() => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        Data::DateTimeIso(moment) => moment.chars().take("2017-09-01".len()).collect(),
        other => other.to_string(),
    };
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_file_keeps_the_numbers_of_its_rows() {
        let rows = rows("\u{feff}a, b\n\n1,\n".as_bytes()).unwrap();
        assert_eq!(
            rows,
            [(1, vec!["a".to_owned(), "b".to_owned()]), (2, vec!["1".to_owned(), String::new()])]
        );
    }

    #[test]
    fn a_broken_workbook_and_another_encoding_are_told() {
        assert!(rows(b"PK\x03\x04 and no more").unwrap_err().contains("no workbook"));
        assert!(rows(b"number,name\n1,\xcd\xf5\n").unwrap_err().contains("CSV UTF-8"));
    }
}
