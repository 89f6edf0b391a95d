//! The one place where SQL text is put together. Only `&'static str` pieces and placeholders go in.

use sqlx::AssertSqlSafe;

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
        AssertSqlSafe(sql)
    }
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
