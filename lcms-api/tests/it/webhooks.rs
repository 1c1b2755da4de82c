//! Webhooks over the wire: a real receiver checks the signature as Standard Webhooks say, fails, comes
//! back, and hears nothing that it may not.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lcms_core::model::{Kind, Role};
use lcms_core::service::{
    DeliveryState, Lcms, NewComponent, NewLibrary, NewSavedSearch, NewUser, NewWebhook, Session,
    Settings, WebhookView,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// What a receiver was sent.
#[derive(Clone)]
struct Heard {
    headers: HeaderMap,
    body: Bytes,
}

/// A receiver on a socket of its own, which answers what it was told to, in that order, and then 204.
#[derive(Clone, Default)]
struct Receiver {
    heard: Arc<Mutex<Vec<Heard>>>,
    answers: Arc<Mutex<Vec<Response>>>,
}

impl Receiver {
    async fn start(self) -> SocketAddr {
        async fn hear(
            State(receiver): State<Receiver>,
            headers: HeaderMap,
            body: Bytes,
        ) -> Response {
            receiver.heard.lock().unwrap().push(Heard { headers, body });
            let mut answers = receiver.answers.lock().unwrap();
            if answers.is_empty() {
                StatusCode::NO_CONTENT.into_response()
            } else {
                answers.remove(0)
            }
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/in", post(hear)).with_state(self);
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }

    async fn until_heard(&self, count: usize) -> Vec<Heard> {
        for _ in 0..200 {
            let heard = self.heard.lock().unwrap().clone();
            if heard.len() >= count {
                return heard;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("heard {} of {count}", self.heard.lock().unwrap().len());
    }
}

/// HMAC-SHA256 by its definition (RFC 2104).
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    let padded = |pad: u8| block.map(|byte| byte ^ pad);
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(padded(0x5C)).chain_update(inner).finalize().to_vec()
}

/// Checks a message as its receiver would, and answers its id and what it says.
fn verified(heard: &Heard, secret: &str) -> (String, Value) {
    let header = |name: &str| heard.headers[name].to_str().unwrap();
    let (id, time) = (header("webhook-id"), header("webhook-timestamp"));
    let signed = [id.as_bytes(), time.as_bytes(), &heard.body].join(&b'.');
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let expected = format!("v1,{}", STANDARD.encode(hmac(&key, &signed)));
    assert_eq!(header("webhook-signature"), expected);
    assert_eq!(header("idempotency-key"), id);
    assert_eq!(header("content-type"), "application/json");
    let now = lcms_core::store::now().unix_timestamp();
    assert!((now - time.parse::<i64>().unwrap()).abs() < 60, "a new time for each attempt");
    (id.to_owned(), serde_json::from_slice(&heard.body).unwrap())
}

fn keys(message: &Value) -> Vec<&str> {
    let items = message["data"]["items"].as_array().unwrap().iter();
    items.map(|item| item["key"].as_str().unwrap()).collect()
}

/// A server that may send to one receiver on this machine.
struct Server {
    lcms: Lcms,
    stop: oneshot::Sender<()>,
    running: JoinHandle<std::io::Result<()>>,
}

impl Server {
    async fn start(folder: &TempDir, receiver: SocketAddr) -> Self {
        let mut settings = Settings::in_folder(folder.path());
        settings.webhooks.hosts = vec![format!("http://{receiver}").parse().unwrap()];
        settings.webhooks.first_retry = Duration::from_millis(10);
        let lcms = Lcms::open(settings).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (stop, stopped) = oneshot::channel();
        let told = async { stopped.await.unwrap() };
        let running = tokio::spawn(lcms_api::serve(lcms.clone(), listener, told));
        Self { lcms, stop, running }
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.running.await.unwrap().unwrap();
    }

    async fn create(&self, key: &str) {
        let new = NewComponent {
            id: None,
            library: "lib".parse().unwrap(),
            key: key.parse().unwrap(),
            kind: Kind::Topic,
            owner: None,
            content: json!({"title": key, "body": "A ship."}),
            metadata: json!({}),
            message: String::new(),
        };
        self.lcms.operator_without_checks().create(new, None).await.unwrap();
    }

    async fn grant(&self, held: bool) {
        let (name, library) = ("anna".parse().unwrap(), "lib".parse().unwrap());
        let operator = self.lcms.operator_without_checks();
        operator.set_role(&name, Some(&library), Role::Author, held).await.unwrap();
    }

    /// Somebody who may read the library.
    async fn anna(&self) -> Session {
        let operator = self.lcms.operator_without_checks();
        let library: NewLibrary =
            serde_json::from_value(json!({"key": "lib", "title": "Library"})).unwrap();
        operator.create_library(library).await.unwrap();
        let new = NewUser { name: "anna".parse().unwrap(), display_name: None, role: None };
        operator.add_user(new).await.unwrap();
        self.grant(true).await;
        let token = serde_json::from_value(json!({"label": ""})).unwrap();
        let (_, secret) = operator.create_token(&"anna".parse().unwrap(), token).await.unwrap();
        self.lcms.act_as(self.lcms.authenticate(&secret).await.unwrap())
    }
}

async fn opened(anna: &Session, receiver: SocketAddr) -> WebhookView {
    let search = json!({"name": "Ships", "search": {"q": "ship"}});
    let search: NewSavedSearch = serde_json::from_value(search).unwrap();
    let id = anna.save_search(search).await.unwrap().id;
    let url = format!("http://{receiver}/in");
    anna.open_webhook(id, NewWebhook { url }).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_found_arrives_signed_after_failures_and_a_restart() {
    let receiver = Receiver::default();
    let address = receiver.clone().start().await;
    let folder = TempDir::new().unwrap();
    let server = Server::start(&folder, address).await;
    let anna = server.anna().await;
    let hook = opened(&anna, address).await;
    let secret = hook.secret.clone().unwrap();
    server.create("first").await;
    let heard = receiver.until_heard(1).await;
    let (_, message) = verified(&heard[0], &secret);
    assert_eq!(
        (message["type"].as_str(), keys(&message)),
        (Some("saved_search.found"), vec!["lib/first"])
    );

    // The receiver is down for as long as it takes; the server is restarted meanwhile.
    let down = || StatusCode::INTERNAL_SERVER_ERROR.into_response();
    receiver.answers.lock().unwrap().extend((0..3).map(|_| down()));
    server.create("second").await;
    receiver.until_heard(2).await;
    drop(anna);
    server.stop().await;
    let server = Server::start(&folder, address).await;
    let operator = server.lcms.operator_without_checks();
    for _ in 0..200 {
        let newest = operator.webhook(hook.search).await.unwrap().deliveries.remove(0);
        if newest.state == DeliveryState::Delivered {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let heard = receiver.heard.lock().unwrap().clone();
    let all: Vec<_> = heard[1..].iter().map(|heard| verified(heard, &secret)).collect();
    assert!(all.len() >= 4, "{}", all.len());
    assert!(all.iter().all(|(id, message)| *id == all[0].0 && keys(message) == ["lib/second"]));
    let newest = operator.webhook(hook.search).await.unwrap().deliveries.remove(0);
    assert_eq!(
        (newest.state, newest.outcome.as_str()),
        (DeliveryState::Delivered, "the receiver answered 204")
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sent_after_rights_were_taken_away_and_no_redirect_is_followed() {
    let receiver = Receiver::default();
    let address = receiver.clone().start().await;
    let elsewhere = Receiver::default();
    let inside = elsewhere.clone().start().await;
    let folder = TempDir::new().unwrap();
    let server = Server::start(&folder, address).await;
    let anna = server.anna().await;
    let hook = opened(&anna, address).await;

    let to = format!("http://{inside}/in");
    let moved = (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to)]).into_response();
    receiver.answers.lock().unwrap().push(moved);
    anna.test_webhook(hook.search).await.unwrap();
    receiver.until_heard(2).await;
    assert!(elsewhere.heard.lock().unwrap().is_empty());

    // Found with the right, due without it.
    let refusals = (0..14).map(|_| StatusCode::BAD_GATEWAY.into_response());
    receiver.answers.lock().unwrap().extend(refusals);
    server.create("late").await;
    let before = receiver.until_heard(3).await.len();
    server.grant(false).await;
    let operator = server.lcms.operator_without_checks();
    let mut newest = None;
    for _ in 0..200 {
        let found = operator.webhook(hook.search).await.unwrap().deliveries.remove(0);
        if found.state == DeliveryState::Withheld {
            newest = Some(found);
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(newest.unwrap().outcome.contains("may not read"));
    let after = receiver.heard.lock().unwrap().len();
    assert!(after < before + 14, "it stopped: {before} then {after}");
    server.stop().await;
}
