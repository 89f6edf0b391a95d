//! Migrations on empty and on filled databases, once and again, and the schemas they leave on both.

use std::path::Path;
use std::sync::Mutex;

use kit::{App, Engine, on_both_databases};
use sqlx::migrate::{Migrate, Migrator};
use sqlx::{Connection, query, query_scalar};

use crate::schema;

async fn facts(app: &App) -> Vec<String> {
    let db = app.db().await;
    schema::facts(app.engine, &mut db.read().await.expect("a connection")).await
}

/// All migrations as they lie in the project.
async fn migrations() -> Migrator {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    Migrator::new(folder.as_path()).await.expect("the migrations can be read")
}

#[test]
fn both_databases_have_one_schema() {
    static SEEN: Mutex<Vec<Vec<String>>> = Mutex::new(Vec::new());
    for engine in [Engine::Sqlite, Engine::Postgres] {
        kit::run(engine, |app| {
            Box::pin(async {
                let facts = facts(app).await;
                assert!(facts.len() > 20, "the catalogue was not read: {facts:?}");
                SEEN.lock().expect("nobody panicked").push(facts);
            })
        });
    }
    let seen = SEEN.lock().expect("nobody panicked");
    if let [sqlite, postgres] = &seen[..] {
        let only =
            |a: &[String], b: &[String]| a.iter().filter(|f| !b.contains(f)).cloned().collect::<Vec<_>>();
        let (here, there) = (only(sqlite, postgres), only(postgres, sqlite));
        assert!(here == there, "only on SQLite: {here:#?}\nonly on PostgreSQL: {there:#?}");
    }
}

on_both_databases! {
    async fn a_second_start_changes_nothing(kit) {
        let before = facts(kit).await;
        kit.restart().await;
        assert_eq!(facts(kit).await, before);
    }

    async fn each_migration_keeps_the_rows_that_are_there(kit) {
        const COMMITTEE: &str = "INSERT INTO committee (id, name, created_at) VALUES ($1, $2, $3)";
        let url = kit.spare_database().await;
        let migrations = migrations().await;
        let mut db = sqlx::AnyConnection::connect(&url).await.expect("an empty database");
        for migration in migrations.iter() {
            migrations.run_to(migration.version, &mut db).await.expect("a migration applies to what is there");
            let id = format!("00000000-0000-7000-8000-{:012}", migration.version);
            query(COMMITTEE).bind(&id).bind(&id).bind(1_i64).execute(&mut db).await.expect("a row is written");
        }
        migrations.run(&mut db).await.expect("a second run finds nothing to do");
        let kept: i64 = query_scalar("SELECT COUNT(*) FROM committee").fetch_one(&mut db).await.expect("a count");
        assert_eq!(usize::try_from(kept), Ok(migrations.iter().count()));
        let applied = db.list_applied_migrations("_sqlx_migrations").await.expect("the list of migrations");
        assert_eq!(applied.len(), migrations.iter().count());
        db.close().await.expect("the connection closes");
    }
}
