//! The one place where SQL text is put together. Only `&'static str` pieces and placeholders go in, and for dumps
//! the names that the database itself gave for its tables and columns.

use sqlx::AssertSqlSafe;

use super::catalog::Table;

/// Rows of one multi-row statement. Few sizes, so that a connection prepares each text once and finds it again.
const PART_SIZES: [usize; 4] = [64, 16, 4, 1];

/// A run of placeholder rows, to be put between two pieces of literal SQL.
#[derive(Clone, Copy, Debug)]
pub struct Rows {
    count: usize,
    width: usize,
    first: usize,
    numbers: &'static [usize],
}

/// Cuts what is to be written into parts of few sizes, one statement each.
pub fn parts<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = PART_SIZES.into_iter().find(|size| *size <= rows.len())?;
        let (part, rest) = rows.split_at(size);
        rows = rest;
        Some(part)
    })
}

/// Cuts what is looked for into lists of few sizes, one statement each. The last value stands in for those that
/// a list lacks: asking for it twice finds it once.
pub fn lists<T: Copy>(keys: impl IntoIterator<Item = T>) -> Vec<Vec<T>> {
    let keys: Vec<T> = keys.into_iter().collect();
    let most = PART_SIZES[0];
    let filled = |part: &[T]| {
        let size = PART_SIZES.into_iter().rev().find(|size| *size >= part.len()).unwrap_or(most);
        let mut list = part.to_vec();
        list.resize(size, *part.last().expect("chunks are never empty"));
        list
    };
    keys.chunks(most).map(filled).collect()
}

/// `count` rows of `width` placeholders: `rows(2, 2)` is `($1,$2),($3,$4)`; `rows(1, n)` serves `IN`.
///
/// `count × width` must stay below 30,000 (SQLite takes 32,766 binds), and neither may be zero.
#[must_use]
pub fn rows(count: usize, width: usize) -> Rows {
    assert!(count > 0 && width > 0 && count * width <= 30_000, "{count} rows of {width} binds");
    Rows { count, width, first: 1, numbers: &[] }
}

impl Rows {
    /// Numbers the placeholders from `first` on, after those the literal text already uses.
    #[must_use]
    pub fn numbered_from(self, first: usize) -> Rows {
        Rows { first, ..self }
    }

    /// Says which columns hold whole numbers, counted from 0: where rows stand by themselves and not in an
    /// `INSERT`, PostgreSQL takes every other place for text.
    #[must_use]
    pub fn with_numbers(self, columns: &'static [usize]) -> Rows {
        Rows { numbers: columns, ..self }
    }

    /// The statement `head` + rows + `tail`.
    #[must_use]
    pub fn within(self, head: &'static str, tail: &'static str) -> AssertSqlSafe<String> {
        AssertSqlSafe(self.text(head, tail))
    }

    fn text(self, head: &str, tail: &str) -> String {
        let mut sql = String::with_capacity(head.len() + tail.len() + self.count * self.width * 6);
        sql.push_str(head);
        for row in 0..self.count {
            sql.push_str(if row == 0 { "(" } else { ",(" });
            for column in 0..self.width {
                let is_number = self.numbers.contains(&column);
                sql.push_str(if column == 0 { "" } else { "," });
                sql.push_str(if is_number { "CAST($" } else { "$" });
                sql.push_str(&(self.first + row * self.width + column).to_string());
                sql.push_str(if is_number { " AS BIGINT)" } else { "" });
            }
            sql.push(')');
        }
        sql.push_str(tail);
        sql
    }
}

/// Reads all rows of a table, to be streamed.
pub(super) fn read_all(table: &Table) -> AssertSqlSafe<String> {
    AssertSqlSafe(["SELECT", &table.column_names(), "FROM", &table.name].join(" "))
}

/// Adds `count` rows to a table, all columns in the order of the schema.
pub(super) fn insert_all(table: &Table, count: usize) -> AssertSqlSafe<String> {
    let head = ["INSERT INTO ", &table.name, " (", &table.column_names(), ") VALUES "].concat();
    AssertSqlSafe(rows(count, table.columns.len()).text(&head, ""))
}

/// Answers one row where a table has any.
pub(super) fn any_row(table: &Table) -> AssertSqlSafe<String> {
    AssertSqlSafe(["SELECT CAST(1 AS BIGINT) FROM", &table.name, "LIMIT 1"].join(" "))
}

/// One statement out of literal pieces, for the few whose text depends on the engine.
#[must_use]
pub fn text(pieces: &[&'static str]) -> AssertSqlSafe<String> {
    AssertSqlSafe(pieces.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_numbered_through() {
        assert_eq!(
            rows(2, 2).within("INSERT INTO t (a, b) VALUES ", "").0,
            "INSERT INTO t (a, b) VALUES ($1,$2),($3,$4)"
        );
        assert_eq!(rows(1, 2).numbered_from(3).within("IN ", " LIMIT 1").0, "IN ($3,$4) LIMIT 1");
    }

    #[test]
    fn numbers_are_said_to_be_numbers() {
        assert_eq!(
            rows(2, 2).with_numbers(&[1]).within("", "").0,
            "($1,CAST($2 AS BIGINT)),($3,CAST($4 AS BIGINT))"
        );
    }

    #[test]
    fn parts_and_lists_have_few_sizes_and_lose_nothing() {
        let all: Vec<usize> = (0..87).collect();
        let sizes: Vec<usize> = parts(&all).map(<[usize]>::len).collect();
        assert_eq!(sizes, [64, 16, 4, 1, 1, 1]);
        assert_eq!(parts(&all).flatten().copied().collect::<Vec<_>>(), all);
        assert_eq!(lists([1, 2, 3]), [[1, 2, 3, 3]]);
        assert_eq!(lists(0..65).iter().map(Vec::len).collect::<Vec<_>>(), [64, 1]);
        assert!(lists(Vec::<i64>::new()).is_empty());
    }

    #[test]
    #[should_panic(expected = "30001 rows")]
    fn more_binds_than_sqlite_takes_are_refused() {
        assert_eq!(rows(30_001, 1).within("IN ", "").0, "");
    }
}
