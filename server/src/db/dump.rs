//! Every row as lines of JSON, the same from both databases and into both: what a backup holds.
//!
//! The first line says which form and which schema. Each table is a line with its name and columns, then one array a
//! row; bytes are base64. The last line counts the rows, so that a file that was cut is noticed.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};

use anyhow::{Context, Result, bail, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sqlx::{Any, Row as _, any::AnyRow, query::Query};

use super::{
    Tx,
    catalog::{Column, Kind, Table},
    text,
};

/// The form written and read here.
const FORM: u32 = 1;
/// Rows of one insert.
const ROWS_AT_ONCE: usize = 200;
/// Text of one insert, in bytes, after which it is sent.
const BYTES_AT_ONCE: usize = 4 << 20;

/// Rows of each table.
pub type Counts = BTreeMap<String, u64>;

/// A line of a dump.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Row(Vec<Value>),
    Head { miaopu_dump: u32, schema: i64 },
    Table { table: String, columns: Vec<String> },
    End { rows: u64 },
}

/// Writes every row that the transaction sees.
///
/// # Errors
/// When the database fails, a value is not what its column says, or `out` cannot be written.
pub async fn write(tx: &mut Tx, schema: i64, out: &mut impl Write) -> Result<Counts> {
    put(out, &Line::Head { miaopu_dump: FORM, schema })?;
    let mut counts = Counts::new();
    for table in tx.tables().await? {
        let columns = table.columns.iter().map(|column| column.name.clone()).collect();
        put(out, &Line::Table { table: table.name.clone(), columns })?;
        let count = each_row(tx, &table, |row| put(out, &Line::Row(row))).await?;
        counts.insert(table.name, count);
    }
    put(out, &Line::End { rows: counts.values().sum() })?;
    Ok(counts)
}

/// What the rows of a table come to, in whatever order a database gives them: the sum of their hashes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many.
    pub rows: u64,
    hashes: u128,
}

/// Sums up every row that the transaction sees.
///
/// # Errors
/// When the database fails, or a value is not what its column says.
pub async fn sums(tx: &mut Tx) -> Result<BTreeMap<String, Sum>> {
    let mut sums = BTreeMap::new();
    for table in tx.tables().await? {
        let mut sum = Sum::default();
        each_row(tx, &table, |row| {
            let hash: [u8; 32] = Sha256::digest(serde_json::to_vec(&row)?).into();
            let half = hash.first_chunk().expect("a hash has 32 bytes");
            sum.rows += 1;
            sum.hashes = sum.hashes.wrapping_add(u128::from_be_bytes(*half));
            Ok(())
        })
        .await?;
        sums.insert(table.name, sum);
    }
    Ok(sums)
}

/// Hands out the rows of a table, no list but a stream: one of them is in memory. Answers how many there were.
async fn each_row(tx: &mut Tx, table: &Table, mut take: impl FnMut(Vec<Value>) -> Result<()>) -> Result<u64> {
    let mut rows = sqlx::query(text::read_all(table)).fetch(&mut *tx.inner);
    let mut count = 0;
    while let Some(row) = rows.try_next().await? {
        let values = table.columns.iter().enumerate().map(|(at, column)| value(&row, at, column));
        let values: sqlx::Result<Vec<Value>> = values.collect();
        take(values.with_context(|| format!("a row of {} cannot be read", table.name))?)?;
        count += 1;
    }
    Ok(count)
}

fn put(out: &mut impl Write, line: &Line) -> Result<()> {
    serde_json::to_writer(&mut *out, line).context("the dump cannot be written")?;
    out.write_all(b"\n").context("the dump cannot be written")
}

fn value(row: &AnyRow, at: usize, column: &Column) -> sqlx::Result<Value> {
    Ok(match column.kind {
        Kind::Text => row.try_get::<Option<String>, _>(at)?.into(),
        Kind::Number => row.try_get::<Option<i64>, _>(at)?.into(),
        Kind::Bytes => row.try_get::<Option<Vec<u8>>, _>(at)?.map(|bytes| BASE64.encode(bytes)).into(),
    })
}

/// Reads a dump into empty tables of the same schema.
///
/// # Errors
/// With the line's number, when the dump is none, is cut, or names what this schema does not have.
pub async fn load(tx: &mut Tx, input: impl BufRead) -> Result<Counts> {
    let tables: BTreeMap<String, Table> =
        tx.tables().await?.into_iter().map(|table| (table.name.clone(), table)).collect();
    let mut loading = Loading { table: None, rows: Vec::new(), bytes: 0, counts: Counts::new() };
    let mut ended = None;
    for (at, line) in input.lines().enumerate() {
        let line = line.context("the dump cannot be read")?;
        let parsed = serde_json::from_str(&line).with_context(|| format!("line {} of the dump", at + 1))?;
        ensure!(ended.is_none(), "line {} of the dump comes after its end", at + 1);
        match parsed {
            Line::Head { miaopu_dump: FORM, .. } if at == 0 => {}
            Line::Head { miaopu_dump, .. } => bail!("line {} begins a dump of form {miaopu_dump}", at + 1),
            Line::Table { table, columns } => {
                loading.flush(tx).await?;
                let known =
                    tables.get(&table).filter(|known| known.columns.iter().map(|c| &c.name).eq(&columns));
                let known =
                    known.with_context(|| format!("this schema has no table {table} of these columns"))?;
                loading.counts.insert(table, 0);
                loading.table = Some(known.clone());
            }
            Line::Row(values) => {
                loading.bytes += line.len();
                loading.rows.push(values);
                if loading.rows.len() == ROWS_AT_ONCE || loading.bytes >= BYTES_AT_ONCE {
                    loading.flush(tx).await?;
                }
            }
            Line::End { rows } => {
                loading.flush(tx).await?;
                ended = Some(rows);
            }
        }
    }
    let found: u64 = loading.counts.values().sum();
    ensure!(ended == Some(found), "the dump is cut: {found} rows of {ended:?}");
    Ok(loading.counts)
}

/// Rows on their way into a table.
struct Loading {
    table: Option<Table>,
    rows: Vec<Vec<Value>>,
    bytes: usize,
    counts: Counts,
}

impl Loading {
    async fn flush(&mut self, tx: &mut Tx) -> Result<()> {
        self.bytes = 0;
        let rows = std::mem::take(&mut self.rows);
        if rows.is_empty() {
            return Ok(());
        }
        let table = self.table.as_ref().context("the dump has a row before its first table")?;
        let width = table.columns.len();
        let mut query =
            sqlx::query(text::insert_all(table, rows.len())).persistent(rows.len() == ROWS_AT_ONCE);
        for row in &rows {
            ensure!(
                row.len() == width,
                "a row of {} has {} values instead of {width}",
                table.name,
                row.len()
            );
            for (column, value) in table.columns.iter().zip(row) {
                query = bind(query, column, value).with_context(|| {
                    format!("a value of {}.{} is no {:?}", table.name, column.name, column.kind)
                })?;
            }
        }
        query
            .execute(&mut *tx.inner)
            .await
            .with_context(|| format!("rows of {} cannot be written", table.name))?;
        *self.counts.entry(table.name.clone()).or_default() += rows.len() as u64;
        Ok(())
    }
}

type Insert<'q> = Query<'q, Any, <Any as sqlx::Database>::Arguments>;

fn bind<'q>(query: Insert<'q>, column: &Column, value: &Value) -> Option<Insert<'q>> {
    Some(match (column.kind, value) {
        (Kind::Text, Value::Null) => query.bind(None::<String>),
        (Kind::Number, Value::Null) => query.bind(None::<i64>),
        (Kind::Bytes, Value::Null) => query.bind(None::<Vec<u8>>),
        (Kind::Text, Value::String(text)) => query.bind(text.clone()),
        (Kind::Number, Value::Number(number)) => query.bind(number.as_i64()?),
        (Kind::Bytes, Value::String(text)) => query.bind(BASE64.decode(text).ok()?),
        _ => return None,
    })
}
