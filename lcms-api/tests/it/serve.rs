//! A server on a socket: it answers, keeps nothing that broke off, and stops when told.

use std::net::SocketAddr;
use std::time::Duration;

use lcms_core::model::{Digest, Role};
use lcms_core::service::{Lcms, NewToken, NewUser, Settings};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

struct Server {
    _folder: TempDir,
    lcms: Lcms,
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    running: JoinHandle<std::io::Result<()>>,
}

impl Server {
    async fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let lcms = Lcms::open(Settings::in_folder(folder.path())).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let told = async { stopped.await.unwrap() };
        let running = tokio::spawn(lcms_api::serve(lcms.clone(), listener, told));
        Self { _folder: folder, lcms, address, stop, running }
    }

    /// The token of a new admin.
    async fn token(&self) -> String {
        let operator = self.lcms.operator_without_checks();
        let name = "ada".parse().unwrap();
        let role = Some(Role::Admin);
        let new = NewUser { name: "ada".parse().unwrap(), display_name: None, role };
        operator.add_user(new).await.unwrap();
        let new = NewToken { label: String::new(), scopes: None, expires_in_days: None };
        operator.create_token(&name, new).await.unwrap().1
    }

    async fn send(&self, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }

    /// Fails unless the server ends well and soon, and listens no more.
    async fn stop(self) {
        self.stop.send(()).unwrap();
        let outcome = tokio::time::timeout(Duration::from_secs(5), self.running).await;
        outcome.unwrap().unwrap().unwrap();
        assert!(TcpStream::connect(self.address).await.is_err());
    }
}

#[tokio::test]
async fn it_answers_on_its_socket_and_stops_when_told() {
    let server = Server::start().await;
    let request = "GET /healthz HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n";
    let mut stream = server.send(request).await;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn a_stream_of_events_does_not_hold_up_a_stop() {
    let server = Server::start().await;
    let token = server.token().await;
    let request = format!(
        "GET /api/v1/events HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {token}\r\n\
         accept: text/event-stream\r\n\r\n"
    );
    let mut stream = server.send(&request).await;
    let mut read = String::new();
    while !read.contains("event: token.created") {
        let mut buffer = [0; 4096];
        let length = stream.read(&mut buffer).await.unwrap();
        assert_ne!(length, 0, "{read}");
        read.push_str(std::str::from_utf8(&buffer[..length]).unwrap());
    }
    server.stop().await;
}

#[tokio::test]
async fn an_upload_that_breaks_off_is_not_kept() {
    let server = Server::start().await;
    let token = server.token().await;
    let beginning = "only the beginning";
    let request = format!(
        "POST /api/v1/blobs HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {token}\r\n\
         content-length: 100\r\n\r\n{beginning}"
    );
    let mut stream = server.send(&request).await;
    stream.shutdown().await.unwrap();
    // The connection ends once the server has dealt with it; whether it still says why to a
    // client that has stopped sending is the transport's affair.
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await;
    assert!(!answer.starts_with("HTTP/1.1 2"), "{answer}");
    let digest = Digest::of_bytes(beginning.as_bytes());
    assert!(server.lcms.operator_without_checks().blob(digest).await.is_err());
    server.stop().await;
}
