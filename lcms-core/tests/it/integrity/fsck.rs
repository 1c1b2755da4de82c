//! A check finds whatever is altered, missing or dangling, and says what it belongs to.

use std::collections::BTreeSet;

use lcms_core::ErrorKind;
use lcms_core::model::{Digest, Role};
use lcms_core::service::{Damage, FsckUpdate};
use lcms_core::store::links::{FREE, LINKS, RULES};
use lcms_core::store::tables::{self, ColumnType};
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, Statement};

use super::{assert_whole, fill, fsck, upload};
use crate::harness::{Engine, LIBRARY, Server};

async fn database(server: &Server) -> DatabaseConnection {
    Database::connect(server.database()).await.unwrap()
}

/// A digest as that engine writes bytes.
fn bytes(server: &Server, digest: Digest) -> String {
    match server.engine {
        Engine::Sqlite => format!("X'{}'", digest.hex()),
        Engine::Postgres => format!("'\\x{}'", digest.hex()),
    }
}

/// Every file of the blob store.
pub(crate) fn files(server: &Server) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![server.folder.path().join("blobs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

on_every_engine! {
    async fn what_is_whole_is_counted_and_nothing_is_found(server: &Server) {
        fill(server).await;
        let mut begun = Vec::new();
        let report = server
            .operator()
            .fsck(false, &mut |update| {
                if let FsckUpdate::Begins(what, of) = update {
                    begun.push((what, of));
                }
            })
            .await
            .unwrap();
        assert_eq!((report.damaged, report.findings), (0, vec![]));
        assert_eq!((report.counts.files, report.counts.releases), (3, 2));
        assert!(report.counts.documents > 5 && report.counts.nodes > 4, "{:?}", report.counts);
        assert!(report.counts.bytes > 3000, "{:?}", report.counts);
        let stages: Vec<_> = begun.iter().map(|(what, _)| *what).collect();
        assert_eq!(stages, ["rows", "releases", "files", "documents", "nodes", "events"]);
        let quick = server.operator().fsck(true, &mut |_| {}).await.unwrap();
        assert_eq!((quick.damaged, quick.counts.files, quick.counts.bytes), (0, 3, 0));
    }

    async fn damage_to_rows_is_named_with_what_it_belongs_to(server: &Server) {
        fill(server).await;
        let db = database(server).await;
        let view = server.view("lib/text").await;
        let (content, other) = (view.revision.content, Digest::of_bytes(b"other"));
        let newest = "lib/course@release".parse().unwrap();
        let content_root = server.operator().find_release(&newest).await.unwrap().release.content_root;
        let [there, elsewhere, root] =
            [content, other, content_root].map(|digest| bytes(server, digest));
        let frame = "SELECT frame FROM node WHERE digest = ".to_owned() + &root;
        let frame = db.query_one_raw(Statement::from_string(db.get_database_backend(), frame));
        let frame: Vec<u8> = frame.await.unwrap().unwrap().try_get("", "frame").unwrap();
        let frame = bytes(server, Digest::from_raw(&frame).unwrap());
        for (breaking, mending, damage, subject, fault, owner) in [
            (
                format!("UPDATE document SET digest = {elsewhere} WHERE digest = {there}"),
                format!("UPDATE document SET digest = {there} WHERE digest = {elsewhere}"),
                Damage::Dangling, "revision ", content.to_string(), "lib/text",
            ),
            (
                format!("UPDATE document SET digest = {elsewhere} WHERE digest = {there}"),
                format!("UPDATE document SET digest = {there} WHERE digest = {elsewhere}"),
                Damage::Altered, "document ", content.to_string(), "",
            ),
            (
                format!("UPDATE document SET digest = {elsewhere} WHERE digest = {there}"),
                format!("UPDATE document SET digest = {there} WHERE digest = {elsewhere}"),
                Damage::Dangling, "node ", format!("it names {content}, which is not there"), "",
            ),
            (
                format!("UPDATE node SET digest = {elsewhere} WHERE digest = {root}"),
                format!("UPDATE node SET digest = {root} WHERE digest = {elsewhere}"),
                Damage::Altered, "node ", format!("it hashes to {content_root}"), "",
            ),
            (
                format!("UPDATE node SET digest = {elsewhere} WHERE digest = {root}"),
                format!("UPDATE node SET digest = {root} WHERE digest = {elsewhere}"),
                Damage::Dangling, "release ", content_root.to_string(), "lib/course",
            ),
            (
                format!("UPDATE frame SET digest = {elsewhere} WHERE digest = {frame}"),
                format!("UPDATE frame SET digest = {frame} WHERE digest = {elsewhere}"),
                Damage::Altered, "node ", "its frame is missing".to_owned(), "",
            ),
            (
                format!("UPDATE node SET frame = (SELECT frame FROM node WHERE frame <> {frame} \
                         ORDER BY frame LIMIT 1) WHERE digest = {root}"),
                format!("UPDATE node SET frame = {frame} WHERE digest = {root}"),
                Damage::Altered, "node ", content_root.to_string(), "",
            ),
            (
                format!("UPDATE head SET content = {elsewhere} WHERE content = {there}"),
                format!("UPDATE head SET content = {there} WHERE content = {elsewhere}"),
                Damage::Contradiction, "head ", "than its revision".to_owned(), "lib/text",
            ),
            (
                "UPDATE head SET number = 1 WHERE number = 2".to_owned(),
                "UPDATE head SET number = 2 WHERE slots = 1 AND component_id = \
                 (SELECT id FROM component WHERE key = 'text')".to_owned(),
                Damage::Contradiction, "head ", "newer revision".to_owned(), "lib/text",
            ),
            (
                "UPDATE event SET number = -2 WHERE number = 2".to_owned(),
                "UPDATE event SET number = 2 WHERE number = -2".to_owned(),
                Damage::Contradiction, "event 3", "missing".to_owned(), "",
            ),
            (
                "UPDATE counter SET value = value - 1 WHERE name = 'event'".to_owned(),
                "UPDATE counter SET value = value + 1 WHERE name = 'event'".to_owned(),
                Damage::Contradiction, "counter event", "last event".to_owned(), "",
            ),
            (
                "UPDATE release SET content_root = metadata_root WHERE number = 2; \
                 UPDATE release SET label = 'x'".to_owned(),
                String::new(),
                Damage::Altered, "release ", "its roots".to_owned(), "lib/course",
            ),
            (
                "UPDATE usage SET role = 'include' WHERE role = 'placement'".to_owned(),
                "UPDATE usage SET role = 'placement' WHERE role = 'include'".to_owned(),
                Damage::Contradiction, "where-used ", "where-used has 1".to_owned(), "lib/lesson",
            ),
        ] {
            db.execute_unprepared(&breaking).await.unwrap();
            let report = fsck(server).await;
            let found = report.findings.iter().find(|finding| {
                finding.damage == damage
                    && finding.subject.starts_with(subject)
                    && finding.fault.contains(&fault) || finding.subject.contains(&fault)
            });
            let found = found.unwrap_or_else(|| panic!("{breaking}: {:#?}", report.findings));
            let owned = found.belongs_to.iter().any(|belongs| belongs.starts_with(owner));
            assert!(owner.is_empty() || owned, "{found:?}");
            if mending.is_empty() {
                break;
            }
            db.execute_unprepared(&mending).await.unwrap();
            assert_whole(server).await;
        }
        db.close().await.unwrap();
    }

    async fn altered_documents_are_named_with_their_revisions(server: &Server) {
        fill(server).await;
        let db = database(server).await;
        let content = bytes(server, server.view("lib/text").await.revision.content);
        let body = match server.engine {
            Engine::Sqlite => "CAST('{}' AS BLOB)",
            Engine::Postgres => "'{}'",
        };
        let spoil = format!("UPDATE document SET body = {body} WHERE digest = {content}");
        db.execute_unprepared(&spoil).await.unwrap();
        let report = fsck(server).await;
        assert_eq!(report.damaged, 1, "{:#?}", report.findings);
        assert_eq!(report.findings[0].damage, Damage::Altered);
        assert_eq!(report.findings[0].belongs_to, ["lib/text@2"]);
        db.execute_unprepared(&spoil.replace("{}", "")).await.unwrap();
        assert_eq!(fsck(server).await.findings[0].damage, Damage::Missing);
        db.execute_unprepared(&format!("DELETE FROM document WHERE digest = {content}")).await.unwrap();
        let report = fsck(server).await;
        assert!(report.findings.iter().all(|finding| finding.damage == Damage::Dangling));
        assert!(report.damaged >= 3, "revision, head and node: {:#?}", report.findings);
        db.close().await.unwrap();
    }

    async fn damaged_files_are_named_with_the_components_that_show_them(server: &Server) {
        fill(server).await;
        let stray = upload(&server.operator(), "image/png", b"nobody names it").await;
        let files = files(server);
        let kept: Vec<_> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
        for file in &files {
            let bytes = std::fs::read(file).unwrap();
            let mut flipped = bytes.clone();
            flipped[bytes.len() / 2] ^= 0x10;
            std::fs::write(file, &flipped).unwrap();
            let report = fsck(server).await;
            assert_eq!(report.damaged, 1, "{file:?}: {:#?}", report.findings);
            assert_eq!(report.findings[0].damage, Damage::Altered);
            let name = file.file_name().unwrap().to_str().unwrap();
            if name.starts_with(&stray.digest.hex()) {
                assert_eq!(report.findings[0].belongs_to, Vec::<String>::new());
            } else {
                let owner = &report.findings[0].belongs_to[0];
                assert!(["lib/picture@1", "lib/package@1"].contains(&&**owner), "{owner}");
            }
            let quick = server.operator().fsck(true, &mut |_| {}).await.unwrap();
            assert_eq!(quick.damaged, 0, "a quick look sees sizes only");
            std::fs::write(file, &bytes[..bytes.len() - 1]).unwrap();
            let quick = server.operator().fsck(true, &mut |_| {}).await.unwrap();
            assert_eq!(quick.findings[0].damage, Damage::Altered);
            std::fs::remove_file(file).unwrap();
            assert_eq!(fsck(server).await.findings[0].damage, Damage::Missing);
            std::fs::write(file, &bytes).unwrap();
        }
        assert_eq!(kept.len(), 4);
        assert_whole(server).await;
        let db = database(server).await;
        db.execute_unprepared("DELETE FROM blob").await.unwrap();
        let report = fsck(server).await;
        assert_eq!(report.damaged, 3, "{:#?}", report.findings);
        assert!(report.findings.iter().all(|f| f.damage == Damage::Dangling && f.belongs_to.len() == 1));
        db.close().await.unwrap();
    }

    async fn lost_bytes_come_back_when_they_are_uploaded_again(server: &Server) {
        fill(server).await;
        for file in files(server) {
            std::fs::remove_file(file).unwrap();
        }
        assert_eq!(fsck(server).await.damaged, 3);
        let operator = server.operator();
        upload(&operator, "image/png", &[7; 3000]).await;
        upload(&operator, "text/html", b"<p>Hi</p>").await;
        let report = fsck(server).await;
        assert_eq!(report.damaged, 1, "the captions are still missing: {:?}", report.findings);
        let captions = b"WEBVTT\n\n00:00.000 --> 00:01.000\nHi\n".repeat(9);
        upload(&operator, "text/vtt", &captions).await;
        assert_whole(server).await;
        assert_eq!(files(server).len(), 3);
    }

    async fn only_admins_of_every_library_may_check(server: &Server) {
        let admin = server.user("admin", &[(Role::Admin, LIBRARY)]).await;
        let refused = admin.fsck(true, &mut |_| {}).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Forbidden);
        let refused = admin.gc(lcms_core::service::GC_GRACE, false).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Forbidden);
        let refused = admin.redact(Digest::of_bytes(b""), None).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Forbidden);
        let refused = admin.backup(tokio::io::sink(), &mut |_, _| {}).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Forbidden);
    }

    async fn every_id_and_digest_in_the_schema_is_checked_or_excused(server: &Server) {
        let store = server.store().await;
        let tables = tables::all(store.reader()).await.unwrap();
        let mut columns = BTreeSet::new();
        for table in &tables {
            for column in &table.columns {
                if matches!(column.column_type, ColumnType::Uuid | ColumnType::Bytes) {
                    columns.insert((table.name.as_str(), column.name.as_str()));
                }
            }
        }
        assert!(columns.len() > 50, "{columns:?}");
        let is_free = |(table, column): (&str, &str)| {
            FREE.iter().any(|(t, c, _)| *c == column && (*t == "*" || *t == table))
        };
        let is_link = |place| LINKS.iter().any(|link| (link.table, link.column) == place);
        let forgotten: Vec<_> =
            columns.iter().filter(|place| !is_free(**place) && !is_link(**place)).collect();
        assert_eq!(forgotten, Vec::<&(&str, &str)>::new(), "neither linked nor excused");
        for name in LINKS.iter().map(|link| link.table).chain(RULES.iter().map(|rule| rule.table)) {
            assert!(tables.iter().any(|table| table.name == name), "{name} is no table");
        }
    }
}
