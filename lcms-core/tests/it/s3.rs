//! An S3 API over a folder, in this process, for tests that run against it in a child: credentials
//! come from the environment, which only a new process can be given.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::child;

const ACCESS_KEY: &str = "somebody";
const SECRET_KEY: &str = "something";
const BUCKET: &str = "bucket";

/// Runs that test again in a child whose environment leads to an S3 API, with the argument made
/// from the folder that holds the bucket `bucket`. Answers that folder.
pub(crate) async fn run_in_child(
    module: &str,
    test: &str,
    argument: impl FnOnce(&Path) -> String,
) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let bucket = folder.path().join(BUCKET);
    std::fs::create_dir(&bucket).unwrap();
    let address = serve(folder.path()).await;
    let mut client = child::command(module, test, &argument(&bucket));
    client
        .env("AWS_ENDPOINT", format!("http://{address}"))
        .env("AWS_ALLOW_HTTP", "true")
        .env("AWS_REGION", "eu-central-1")
        .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY);
    let run = tokio::task::spawn_blocking(move || client.output().unwrap()).await.unwrap();
    let (out, err) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{out}{err}");
    (folder, bucket)
}

async fn serve(folder: &Path) -> SocketAddr {
    use hyper_util::rt::{TokioExecutor, TokioIo};
    use hyper_util::server::conn::auto::Builder;

    let files = s3s_fs::FileSystem::new(folder).unwrap();
    let mut service = s3s::service::S3ServiceBuilder::new(files);
    service.set_auth(s3s::auth::SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
    let service = service.build();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            socket.set_nodelay(true).unwrap();
            let service = service.clone();
            tokio::spawn(async move {
                let server = Builder::new(TokioExecutor::new());
                // The client decides when a connection ends.
                drop(server.serve_connection(TokioIo::new(socket), service).await);
            });
        }
    });
    address
}
