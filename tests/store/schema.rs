//! A schema read back from the database's own catalogue, one fact a line, in words that both databases share.
//! It reads; what is compared stands in `migrations.rs`.

use kit::Engine;
use sqlx::{AnyConnection, query_scalar};

/// Tables that sqlx keeps for itself.
const OWN: &str = "_sqlx_migrations";

const SQLITE_COLUMNS: &str = "SELECT m.name || '.' || p.name || ' ' || p.type \
     || CASE WHEN p.\"notnull\" = 1 THEN ' NOT NULL' ELSE '' END || CASE WHEN p.pk > 0 THEN ' KEY' || p.pk ELSE '' END \
     || COALESCE(' DEFAULT ' || p.dflt_value, '') \
     FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'";

const POSTGRES_COLUMNS: &str = "SELECT c.relname || '.' || a.attname || ' ' || upper(format_type(a.atttypid, a.atttypmod)) \
     || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END \
     || COALESCE(' KEY' || array_position(k.conkey, a.attnum), '') \
     || COALESCE(' DEFAULT ' || replace(pg_get_expr(d.adbin, d.adrelid), '::text', ''), '') \
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
     LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p' \
     LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum \
     WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace";

const SQLITE_INDEXES: &str = "SELECT m.name || ' index (' || (SELECT group_concat(i.name, ', ' ORDER BY i.seqno) \
     FROM pragma_index_info(l.name) i) || ')' || CASE WHEN l.\"unique\" = 1 THEN ' UNIQUE' ELSE '' END \
     || CASE WHEN l.partial = 1 THEN ' WHERE' ELSE '' END \
     FROM sqlite_master m, pragma_index_list(m.name) l WHERE m.type = 'table'";

const POSTGRES_INDEXES: &str = "SELECT c.relname || ' index (' || (SELECT string_agg(a.attname, ', ' ORDER BY k.n) \
     FROM unnest(i.indkey) WITH ORDINALITY AS k(attnum, n) \
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum) || ')' \
     || CASE WHEN i.indisunique THEN ' UNIQUE' ELSE '' END || CASE WHEN i.indpred IS NULL THEN '' ELSE ' WHERE' END \
     FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = 'public'::regnamespace";

const SQLITE_REFERENCES: &str = "SELECT m.name || '.' || f.\"from\" || ' -> ' || f.\"table\" || ' ON DELETE ' || f.on_delete \
     FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'";

const POSTGRES_REFERENCES: &str = "SELECT c.relname || '.' || a.attname || ' -> ' || t.relname || ' ON DELETE ' \
     || CASE k.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'r' THEN 'RESTRICT' \
        WHEN 'd' THEN 'SET DEFAULT' ELSE 'NO ACTION' END \
     FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid \
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (k.conkey) \
     WHERE k.contype = 'f' AND c.relnamespace = 'public'::regnamespace";

/// Columns with type, nullability, key and default; indexes with their columns; references. Sorted.
pub async fn facts(engine: Engine, db: &mut AnyConnection) -> Vec<String> {
    let questions = match engine {
        Engine::Sqlite => [SQLITE_COLUMNS, SQLITE_INDEXES, SQLITE_REFERENCES],
        Engine::Postgres => [POSTGRES_COLUMNS, POSTGRES_INDEXES, POSTGRES_REFERENCES],
    };
    let mut facts = Vec::new();
    for question in questions {
        let found: Vec<String> =
            query_scalar(question).fetch_all(&mut *db).await.expect("the catalogue answers");
        facts.extend(found.into_iter().filter(|fact| !fact.starts_with(OWN)));
    }
    facts.sort();
    facts
}
