//! A server on a socket: it answers, finds what was saved, and stops when told.

use std::time::Duration;

use lcms_core::service::{Lcms, Settings};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

#[tokio::test]
async fn it_answers_on_its_socket_and_stops_when_told() {
    let folder = tempfile::TempDir::new().unwrap();
    let lcms = Lcms::open(Settings::in_folder(folder.path())).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(lcms_api::serve(lcms, listener, async {
        let _ = stopped.await;
    }));

    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = b"GET /healthz HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");

    stop.send(()).unwrap();
    let outcome = tokio::time::timeout(Duration::from_secs(5), server).await;
    outcome.unwrap().unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn an_upload_that_breaks_off_is_not_kept() {
    let folder = tempfile::TempDir::new().unwrap();
    let lcms = Lcms::open(Settings::in_folder(folder.path())).await.unwrap();
    let operator = lcms.operator_without_checks();
    let name = "ada".parse().unwrap();
    let new = lcms_core::service::NewUser {
        name: "ada".parse().unwrap(),
        display_name: None,
        role: Some(lcms_core::model::Role::Admin),
    };
    operator.add_user(new).await.unwrap();
    let new =
        lcms_core::service::NewToken { label: String::new(), scopes: None, expires_in_days: None };
    let (_, secret) = operator.create_token(&name, new).await.unwrap();

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(lcms_api::serve(lcms.clone(), listener, std::future::pending()));
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "POST /api/v1/blobs HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {secret}\r\n\
         content-length: 100\r\n\r\nonly the beginning"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = String::new();
    // Whether the server still says so to a client that has gone is the transport's affair.
    let _ = stream.read_to_string(&mut answer).await;
    let digest = lcms_core::model::Digest::of_bytes(b"only the beginning");
    assert!(operator.blob(digest).await.is_err());
    server.abort();
}
