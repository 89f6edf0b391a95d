//! The one place where SQL text is put together. Only `&'static str` pieces and placeholders go in, and for dumps
//! the names that the database itself gave for its tables and columns.

use sqlx::AssertSqlSafe;

use super::catalog::Table;

/// A run of placeholder rows, to be put between two pieces of literal SQL.
#[derive(Clone, Copy, Debug)]
pub struct Rows {
    count: usize,
    width: usize,
    first: usize,
}

/// `count` rows of `width` placeholders: `rows(2, 2)` is `($1,$2),($3,$4)`; `rows(1, n)` serves `IN`.
///
/// `count × width` must stay below 30,000 (SQLite takes 32,766 binds), and neither may be zero.
#[must_use]
pub fn rows(count: usize, width: usize) -> Rows {
    assert!(count > 0 && width > 0 && count * width <= 30_000, "{count} rows of {width} binds");
    Rows { count, width, first: 1 }
}

impl Rows {
    /// Numbers the placeholders from `first` on, after those the literal text already uses.
    #[must_use]
    pub fn numbered_from(self, first: usize) -> Rows {
        Rows { first, ..self }
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
                sql.push_str(if column == 0 { "$" } else { ",$" });
                sql.push_str(&(self.first + row * self.width + column).to_string());
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
    #[should_panic(expected = "30001 rows")]
    fn more_binds_than_sqlite_takes_are_refused() {
        assert_eq!(rows(30_001, 1).within("IN ", "").0, "");
    }
}
