//! What must hold in every store at every moment, asked of the database itself.

use lcms_core::model::{Content, Digest};
use lcms_core::store::Store;
use lcms_core::store::blob::{self, BlobStore, BlobUrl};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

async fn count(store: &Store, query: &str) -> i64 {
    let db = store.reader();
    let statement = Statement::from_string(db.get_database_backend(), query);
    let row = db.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index::<i64>(0).unwrap()
}

/// No row names what is not there, and the log has no hole.
pub(crate) async fn assert_rows_agree(store: &Store) {
    for (what, query) in [
        (
            "components without a head",
            "SELECT COUNT(*) FROM component c WHERE NOT EXISTS \
             (SELECT 1 FROM head h WHERE h.component_id = c.id)",
        ),
        (
            "heads without a revision that says the same",
            "SELECT COUNT(*) FROM head h WHERE NOT EXISTS (SELECT 1 FROM revision r \
             WHERE r.id = h.revision_id AND r.content = h.content AND r.metadata = h.metadata)",
        ),
        (
            "revisions newer than their head",
            "SELECT COUNT(*) FROM revision r JOIN head h ON h.component_id = r.component_id \
             AND h.branch_id = r.branch_id AND h.language = r.language \
             JOIN revision n ON n.id = h.revision_id WHERE r.number > n.number",
        ),
        (
            "revisions without both documents",
            "SELECT COUNT(*) FROM revision r WHERE 2 > (SELECT COUNT(*) FROM document d \
             WHERE d.digest = r.content) + (SELECT COUNT(*) FROM document d \
             WHERE d.digest = r.metadata)",
        ),
        (
            "revisions without their event",
            "SELECT COUNT(*) FROM revision r WHERE NOT EXISTS (SELECT 1 FROM event e \
             WHERE e.number = r.event AND e.revision_id = r.id)",
        ),
        (
            "events of revisions that are not there",
            "SELECT COUNT(*) FROM event e WHERE e.revision_id IS NOT NULL AND NOT EXISTS \
             (SELECT 1 FROM revision r WHERE r.id = e.revision_id)",
        ),
        ("holes in the log", "SELECT COALESCE(MAX(number), 0) - COUNT(*) FROM event"),
        (
            "numbers taken without an event",
            "SELECT value - (SELECT COALESCE(MAX(number), 0) FROM event) FROM counter \
             WHERE name = 'event'",
        ),
    ] {
        assert_eq!(count(store, query).await, 0, "{what}");
    }
}

/// Every document hashes to its name, every file it names is there, and every file that a row
/// names hashes to its name. Answers how many documents and files were read.
pub(crate) async fn assert_bytes_agree(store: &Store, blobs: &BlobUrl) -> (usize, usize) {
    let blobs = BlobStore::open(blobs).unwrap();
    let db = store.reader();
    let all = |query: &str| Statement::from_string(db.get_database_backend(), query);
    let digest = |row: &sea_orm::QueryResult| {
        Digest::from_raw(&row.try_get_by_index::<Vec<u8>>(0).unwrap()).unwrap()
    };
    let documents = db.query_all_raw(all("SELECT digest, body FROM document")).await.unwrap();
    for row in &documents {
        let body: Vec<u8> = row.try_get_by_index(1).unwrap();
        assert_eq!(Digest::of_bytes(&body), digest(row));
        let Ok(content) = Content::from_stored(&body) else { continue };
        for file in content.blobs() {
            assert_ne!(blob::find(db, file).await.unwrap(), [], "{file} has no row");
        }
    }
    let files = db.query_all_raw(all("SELECT DISTINCT digest FROM blob")).await.unwrap();
    for row in &files {
        for form in blob::find(db, digest(row)).await.unwrap() {
            let raw = blobs.raw_whole(form).await.unwrap();
            assert_eq!(Digest::of_bytes(&raw), form.digest);
            assert_eq!(crc32fast::hash(&raw), form.crc32);
        }
    }
    (documents.len(), files.len())
}

/// The schema as the engine describes it, one line per column and index.
pub(crate) async fn schema(db: &sea_orm::DatabaseConnection) -> Vec<String> {
    let query = match db.get_database_backend() {
        DbBackend::Postgres => {
            "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable \
             FROM information_schema.columns WHERE table_schema = current_schema() \
             UNION ALL SELECT replace(indexdef, current_schema() || '.', '') FROM pg_indexes \
             WHERE schemaname = current_schema() ORDER BY 1"
        }
        _ => "SELECT type || ' ' || name || ' ' || COALESCE(sql, '') FROM sqlite_master ORDER BY 1",
    };
    let statement = Statement::from_string(db.get_database_backend(), query);
    let rows = db.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap()).collect()
}
