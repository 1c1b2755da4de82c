//! A server on a socket: it answers, keeps nothing that broke off, and stops when told.

use std::net::SocketAddr;
use std::time::Duration;

use lcms_api::PreviewListener;
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

/// The status and everything else of an answer.
async fn answer(address: SocketAddr, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let status = text.split(' ').nth(1).unwrap().parse().unwrap();
    (status, text)
}

#[tokio::test(flavor = "multi_thread")]
async fn previews_stand_under_a_name_of_their_own_and_nothing_else_stands_there() {
    let folder = TempDir::new().unwrap();
    let lcms = Lcms::open(Settings::in_folder(folder.path())).await.unwrap();
    let sockets = [
        TcpListener::bind("127.0.0.1:0").await.unwrap(),
        TcpListener::bind("127.0.0.1:0").await.unwrap(),
    ];
    let [address, showing] = [0, 1].map(|n: usize| sockets[n].local_addr().unwrap());
    let [listener, apart] = sockets;
    let base = format!("http://preview.localhost:{}", showing.port()).parse().unwrap();
    let previews = PreviewListener { listener: apart, base };
    let (stop, stopped) = oneshot::channel::<()>();
    let told = async { stopped.await.unwrap_or_default() };
    let serving = lcms_api::serve_with_previews(lcms.clone(), listener, Some(previews), told);
    let running = tokio::spawn(serving);
    let server = Server { _folder: folder, lcms, address, stop, running };
    let token = server.token().await;
    let operator = server.lcms.operator_without_checks();
    operator
        .create_library(
            serde_json::from_value(serde_json::json!({"key": "lib", "title": "L"})).unwrap(),
        )
        .await
        .unwrap();
    let topic = serde_json::json!({"library": "lib", "key": "page", "kind": "topic", "content": {
        "title": "About {{product}}", "body": "Of {{product}}, see [[missing]]."}});
    let missing = serde_json::json!({"library": "lib", "key": "missing", "kind": "topic", "content": {"title": "Elsewhere", "body": "x"}});
    for new in [missing, topic] {
        operator.create(serde_json::from_value(new).unwrap(), None).await.unwrap();
    }
    let body = r#"{"component": "lib/page"}"#;
    let head = format!(
        "POST /api/v1/previews HTTP/1.1\r\nhost: app\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let (status, made) = answer(address, &head).await;
    assert_eq!(status, 201, "{made}");
    let (_, opened) = made.split_once("preview.localhost:").unwrap();
    let (_, path) = opened.split_once('/').unwrap();
    let path = path.split(['\r', '"']).next().unwrap();
    let own = format!("preview.localhost:{}", showing.port());
    let ask = async |path: &str, host: &str| {
        let request = format!("GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        answer(showing, &request).await
    };
    let (status, page) = ask(path, &own).await;
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("content-security-policy: default-src 'none'"), "{page}");
    assert!(page.contains("cache-control: no-store") && !page.contains("set-cookie"), "{page}");
    let (_, rest) = page.split_once("\"href\":\"").unwrap();
    let href = rest.split('"').next().unwrap();
    let (status, content) = ask(&format!("{path}content/{href}"), &own).await;
    assert_eq!(status, 200, "{content}");
    assert!(content.contains("Of {{product}}, see Elsewhere."), "{content}");
    assert!(content.contains("content-type: text/html"), "{content}");
    for (path, host, wanted) in [
        (path, format!("127.0.0.1:{}", showing.port()), 421),
        (path, "localhost".to_owned(), 421),
        ("api/v1/me", own.clone(), 404),
        (&*format!("{path}content/none"), own.clone(), 404),
        (&*format!("{}/", "0".repeat(64)), own.clone(), 404),
        // Its LMS is the page, which is not open here; and without the address there is none.
        (&*format!("{path}lms/statements"), own.clone(), 504),
        (&*format!("{}/lms/statements", "0".repeat(64)), own.clone(), 404),
        (&*format!("{}/asked", "0".repeat(64)), own.clone(), 404),
    ] {
        assert_eq!(ask(path, &host).await.0, wanted, "{path} as {host}");
    }
    server.stop().await;
    assert!(TcpStream::connect(showing).await.is_err());
}
