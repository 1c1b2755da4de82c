//! Every schema change can be taken back and made again.

use lcms_migrations::{Migrator, MigratorTrait as _};
use sea_orm::Database;

use crate::harness::{Engine, Server};
use crate::store_checks::schema;

async fn up_down_up(engine: Engine) {
    let server = Server::start_without_library(engine).await;
    let fresh = {
        let store = server.store().await;
        schema(store.reader()).await
    };
    assert!(fresh.len() > 30, "{fresh:#?}");
    let database = Database::connect(server.database()).await.unwrap();
    Migrator::down(&database, None).await.unwrap();
    let emptied = schema(&database).await;
    let left = emptied.iter().filter(|line| !line.contains("seaql_migrations"));
    assert_eq!(left.collect::<Vec<_>>(), Vec::<&String>::new());
    Migrator::up(&database, None).await.unwrap();
    assert_eq!(schema(&database).await, fresh);
    database.close().await.unwrap();

    let again = server.node("again").await.operator_without_checks();
    assert_eq!(again.libraries().await.unwrap(), []);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    up_down_up(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    up_down_up(Engine::Postgres).await;
}
