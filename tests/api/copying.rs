//! An installation moves into another database: every row comes over, and phones notice nothing.

use std::fs;

use kit::drafts::photo;
use kit::{Engine, id, on_both_databases};
use miaopu_server::backup::copy::{copy, named};
use miaopu_server::config::Hidden;
use miaopu_server::{spawn_at, verify};
use shared::model::{RecordId, RecordKind};

on_both_databases! {
    async fn an_installation_moves_into_another_database_and_phones_notice_nothing(kit) {
        let branch = kit.branch().await;
        let member = kit.member(branch).await;
        let (entry, _) = member.phone.submitted(branch.id, member.id).await;
        let draft = member.phone.begun(branch.id, member.id).await;
        member.phone.applied(branch.id, photo(draft, id(), b"a picture")).await;
        let before = member.phone.pull().await;

        let mut config = kit.config();
        let aside = format!("sqlite:{}", kit.folder().join("moved.db").display());
        let aside = named(&aside, &config).expect("an address");
        if kit.engine == Engine::Sqlite {
            let served = copy(&config, &config.target(), &aside).await.expect_err("it is served");
            assert!(served.to_string().contains("stop it first"), "{served}");
        }
        kit.halt().await.expect("the server stops");
        let moved = copy(&config, &config.target(), &aside).await.expect("it is copied");
        assert_eq!((moved.rows["record"] > 4, moved.report.faults), (true, Vec::<String>::new()));
        let again = copy(&config, &config.target(), &aside).await.expect_err("it is filled");
        assert!(again.to_string().contains("holds data"), "{again}");

        match kit.engine {
            Engine::Postgres => config.database.url = Hidden(kit.spare_database().await),
            Engine::Sqlite => {
                for end in ["", "-wal", "-shm"] {
                    let _ = fs::remove_file(config.data.dir.join(format!("miaopu.db{end}")));
                }
            }
        }
        copy(&config, &aside, &config.target()).await.expect("it is copied on");
        config.server.listen = kit.url().trim_start_matches("http://").parse().expect("an address");
        let running = spawn_at(config, kit.clock.clone()).await.expect("it serves");
        let after = member.phone.pull().await;
        assert_eq!((after.epoch, after.text()), (before.epoch, before.text()), "the same life goes on");
        let withdraw = shared::wire::Act::EntryWithdraw { entry };
        member.phone.applied(branch.id, withdraw).await;
        assert!(member.phone.pull().await.find(RecordId::new(RecordKind::Entry, entry.0)).is_some());
        let report = verify::verify(&running.db).await.expect("it is read");
        assert_eq!(report.faults, Vec::<String>::new());
        running.done().await.expect("it stops");
    }

    async fn a_copy_says_which_databases_there_are(kit) {
        for (to, says) in [("mysql://here", "sqlite:PATH or postgres://"), ("sqlite:", "sqlite:PATH")] {
            let refused = kit.refused(&["copy", "--to", to]).await;
            assert!(refused.contains(says), "{refused}");
        }
        let none = kit.refused(&["copy", "--from", "sqlite:/nowhere/miaopu.db", "--to", "sqlite:/nowhere/else"]).await;
        assert!(none.contains("there is no database /nowhere/miaopu.db"), "{none}");
    }
}
