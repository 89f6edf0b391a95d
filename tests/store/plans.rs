//! How the databases go about every statement of the server: by an index, and in the order of one. Reading all of a
//! table, and sorting, is a fault but for the short list below, where each line says why it may.

use std::collections::BTreeSet;

use kit::{Engine, on_both_databases};
use sqlx::{AnyConnection, AssertSqlSafe, query_as, query_scalar, raw_sql};

use crate::statements::{self, Statement, highest_place};

/// What may read everything or sort: the statement's file, words of it, and why.
const MAY: [(&str, &str, &str); 14] = [
    ("server/src/audit/", "ORDER BY e.id DESC LIMIT $2", "a page out of the pages of two lists"),
    ("server/src/devices/", "ORDER BY seen_at DESC, id DESC LIMIT $4", "an account has a handful of devices"),
    ("server/src/entries/", "ORDER BY r.id LIMIT 1000", "the people of one page"),
    ("server/src/grants/", "AND ended_at IS NULL ORDER BY id LIMIT $2", "an account has a handful of grants"),
    ("server/src/jobs/", "GROUP BY kind, state", "what is done is deleted: the rest is what is counted"),
    ("server/src/metrics/", "FROM garbage", "what waits is removed within a week"),
    ("server/src/metrics/", "COUNT(*) FROM op_aside", "an alarm comes with the first row"),
    ("server/src/org/", "ORDER BY account.number LIMIT $2", "the people of one branch"),
    (
        "server/src/org/",
        "membership.to_on IS NULL ORDER BY branch.id LIMIT $2",
        "few branches have the same person",
    ),
    (
        "server/src/sync/epochs/",
        "SELECT id, n FROM epoch ORDER BY n DESC LIMIT 1",
        "the last row of an index and no other",
    ),
    (
        "server/src/sync/heads/",
        "SELECT id FROM epoch ORDER BY n DESC LIMIT 1",
        "the last row of an index and no other",
    ),
    ("server/src/verify/", "FROM chain ORDER BY branch_id LIMIT $1", "every branch is verified"),
    ("server/src/verify/", "FROM client c LEFT JOIN ledger l", "a page of queues with all their lines"),
    ("server/src/sync/held/", "COUNT(DISTINCT entry_id)", "an operator counts what waits after a restore"),
];

/// Lets PostgreSQL show what it could do, not what pays off on empty tables.
const SHOW_WHAT_IS_POSSIBLE: &str = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; \
     SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_sort = off; \
     SET enable_hashagg = off; SET enable_material = off; SET enable_memoize = off";

fn may(statement: &Statement) -> bool {
    MAY.iter().any(|(file, words, _)| statement.place.starts_with(file) && statement.text.contains(words))
}

on_both_databases! {
    async fn every_statement_goes_by_an_index(kit) {
        let statements = statements::all();
        assert!(statements.len() > 100, "the statements were not read");
        let db = kit.db().await;
        let mut db = db.read().await.expect("a connection");
        let mut faults = Vec::new();
        for statement in statements.iter().filter(|statement| !may(statement)) {
            let found = match kit.engine {
                Engine::Sqlite => on_sqlite(&mut db, statement).await,
                Engine::Postgres => on_postgres(&mut db, statement).await,
            };
            faults.extend(found.into_iter().map(|what| format!("{}: {what}\n    {}", statement.place, statement.text)));
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}

#[test]
fn what_may_do_without_an_index_is_still_there() {
    let statements = statements::all();
    for (file, words, _) in MAY {
        let there =
            |statement: &&Statement| statement.place.starts_with(file) && statement.text.contains(words);
        assert_eq!(statements.iter().filter(there).count(), 1, "{file}: {words}");
    }
}

/// Indexes that hold some rows only: to read them whole is to read those.
async fn partial(db: &mut AnyConnection, text: &'static str) -> BTreeSet<String> {
    query_scalar(text).fetch_all(db).await.expect("the catalogue").into_iter().collect()
}

async fn on_sqlite(db: &mut AnyConnection, statement: &Statement) -> Vec<String> {
    const PARTIAL: &str = "SELECT l.name FROM sqlite_master m, pragma_index_list(m.name) l \
         WHERE m.type = 'table' AND l.partial = 1";
    let tables: Vec<String> = query_scalar("SELECT name FROM sqlite_master WHERE type = 'table'")
        .fetch_all(&mut *db)
        .await
        .expect("the catalogue");
    let partial = partial(db, PARTIAL).await;
    let text = format!("EXPLAIN QUERY PLAN {}", statement.text);
    let steps: Vec<(i64, i64, i64, String)> = query_as(AssertSqlSafe(text))
        .fetch_all(&mut *db)
        .await
        .unwrap_or_else(|why| panic!("{}: {why}", statement.text));
    let is_fault = |step: &String| {
        let mut words = step.split(' ');
        let scans = words.next() == Some("SCAN")
            && tables.contains(&table_of(words.next().unwrap_or(""), &statement.text).to_owned())
            && !step.rsplit(' ').next().is_some_and(|index| partial.contains(index));
        scans || step.starts_with("USE TEMP B-TREE") || step.contains("AUTOMATIC")
    };
    steps.into_iter().map(|(.., step)| step).filter(is_fault).collect()
}

/// The table that a statement calls so.
fn table_of<'a>(name: &'a str, text: &'a str) -> &'a str {
    let words: Vec<&str> = text.split([' ', '\n', '(', ')', ',']).filter(|word| !word.is_empty()).collect();
    let named =
        words.windows(3).find(|three| ["FROM", "JOIN", "UPDATE"].contains(&three[0]) && three[2] == name);
    named.map_or(name, |three| three[1])
}

async fn on_postgres(db: &mut AnyConnection, statement: &Statement) -> Vec<String> {
    const PARTIAL: &str = "SELECT CAST(c.relname AS TEXT) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
         WHERE i.indpred IS NOT NULL";
    let partial = partial(db, PARTIAL).await;
    raw_sql(SHOW_WHAT_IS_POSSIBLE).execute(&mut *db).await.expect("settings");
    let text = typed(&statement.text);
    let nothing = vec!["NULL"; highest_place(&text)].join(", ");
    let values = if nothing.is_empty() { String::new() } else { format!("({nothing})") };
    let prepare = AssertSqlSafe(format!("PREPARE one AS {text}"));
    raw_sql(prepare).execute(&mut *db).await.unwrap_or_else(|why| panic!("{text}: {why}"));
    let explain = format!("EXPLAIN (COSTS OFF) EXECUTE one{values}");
    let plan: Vec<String> =
        query_scalar(AssertSqlSafe(explain)).persistent(false).fetch_all(&mut *db).await.expect("a plan");
    raw_sql("DEALLOCATE one").execute(&mut *db).await.expect("it was prepared");
    steps(&plan).into_iter().filter(|step| is_fault(step, &partial)).collect()
}

/// A statement whose places all say their types: `$1 IS NULL` alone says nothing of it.
fn typed(text: &str) -> String {
    let spare = highest_place(text) + 1;
    (1..spare).fold(text.to_owned(), |text, place| {
        text.replace(&format!("${place} IS NULL"), &format!("CAST(${spare} AS TEXT) IS NULL"))
    })
}

/// A plan's lines, each with the conditions that stand below it.
fn steps(plan: &[String]) -> Vec<String> {
    let mut steps: Vec<String> = Vec::new();
    for line in plan {
        let line = line.trim();
        match steps.last_mut() {
            Some(step) if !line.starts_with("->") => *step = format!("{step} {line}"),
            _ => steps.push(line.trim_start_matches("->").trim().to_owned()),
        }
    }
    steps
}

fn is_fault(step: &str, partial: &BTreeSet<String>) -> bool {
    let by_index = step.contains("Index Scan") || step.contains("Index Only Scan");
    let index = step.split_once(" using ").map_or("", |(_, rest)| rest.split(' ').next().unwrap_or(""));
    let whole = by_index && !step.contains("Index Cond:") && !partial.contains(index);
    whole || step.starts_with("Seq Scan") || step.starts_with("Sort") || step.starts_with("Incremental Sort")
}

#[test]
fn a_plan_that_reads_everything_is_known_as_such() {
    let plan = [
        "Nested Loop",
        "  ->  Seq Scan on device",
        "        Filter: (id = $1)",
        "  ->  Index Scan using a on b",
        "        Index Cond: (id = $1)",
        "  ->  Index Only Scan using c on d",
    ];
    let plan: Vec<String> = plan.iter().map(|&line| line.to_owned()).collect();
    let steps = steps(&plan);
    let faults = |partial: &BTreeSet<String>| steps.iter().filter(|step| is_fault(step, partial)).count();
    assert_eq!(faults(&BTreeSet::new()), 2);
    assert_eq!(faults(&BTreeSet::from(["c".to_owned()])), 1);
    assert_eq!(table_of("w", "SELECT a FROM record r JOIN feed_row w ON 1 = 1"), "feed_row");
}
