//! A server without a socket, and a client for each identity.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use bytes::Bytes;
use lcms_core::model::Role;
use lcms_core::service::{Lcms, NewToken, NewUser, Settings};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

/// Largest upload of the servers here, in bytes.
pub(crate) const MAX_UPLOAD: u64 = 1 << 20;

/// A server on a fresh data directory with the library `support`.
pub(crate) struct Api {
    pub folder: TempDir,
    pub lcms: Lcms,
    pub router: Router,
    pub admin: Client,
}

impl Api {
    pub(crate) async fn start() -> Self {
        let api = Self::start_without_library().await;
        let library = json!({"key": "support", "title": "Support"});
        api.admin.post("/api/v1/libraries", library).await.expect(201);
        api
    }

    pub(crate) async fn start_without_library() -> Self {
        let folder = TempDir::new().unwrap();
        let mut settings = Settings::in_folder(folder.path());
        settings.max_upload = MAX_UPLOAD;
        let lcms = Lcms::open(settings).await.unwrap();
        let router = lcms_api::router(lcms.clone());
        let nobody = Client { router: router.clone(), token: None };
        let mut api = Self { folder, lcms, router, admin: nobody };
        api.admin = api.user("ada", Role::Admin, None).await;
        api
    }

    /// Someone without a token.
    pub(crate) fn nobody(&self) -> Client {
        self.with_token(None)
    }

    pub(crate) fn with_token(&self, token: Option<&str>) -> Client {
        Client { router: self.router.clone(), token: token.map(str::to_owned) }
    }

    /// A new user with a role in one library, or in all.
    pub(crate) async fn user(&self, name: &str, role: Role, library: Option<&str>) -> Client {
        let operator = self.lcms.operator_without_checks();
        let key = name.parse().unwrap();
        operator
            .add_user(NewUser { name: name.parse().unwrap(), display_name: None, role: None })
            .await
            .unwrap();
        let library = library.map(|library| library.parse().unwrap());
        operator.set_role(&key, library.as_ref(), role, true).await.unwrap();
        let new = NewToken { label: String::new(), scopes: None, expires_in_days: None };
        let (_, secret) = operator.create_token(&key, new).await.unwrap();
        self.with_token(Some(&secret))
    }

    /// Waits until the index contains everything.
    pub(crate) async fn indexed(&self) {
        assert!(self.lcms.indexing().catch_up().await.unwrap().is_current());
    }
}

/// Someone who sends requests.
#[derive(Clone)]
pub(crate) struct Client {
    router: Router,
    pub token: Option<String>,
}

impl Client {
    pub(crate) fn request(&self, method: Method, path: &str) -> Call {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(Body::empty()).unwrap();
        Call { router: self.router.clone(), request }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path).send().await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.request(Method::POST, path).json(&body).send().await
    }

    pub(crate) async fn put(&self, path: &str, body: Value, base: &str) -> Answer {
        self.request(Method::PUT, path).header("if-match", base).json(&body).send().await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value, base: &str) -> Answer {
        self.request(Method::PATCH, path).header("if-match", base).json(&body).send().await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.request(Method::DELETE, path).send().await
    }

    /// Creates a component in `support`; answers its id and tag.
    pub(crate) async fn create(&self, kind: &str, key: &str, content: Value) -> (String, String) {
        let new = json!({"library": "support", "key": key, "kind": kind, "content": content});
        let answer = self.post("/api/v1/components", new).await.expect(201);
        let id = answer.json()["component"]["id"].as_str().unwrap().to_owned();
        (id, answer.header("etag").to_owned())
    }

    /// Creates a topic in `support`; answers its id and tag.
    pub(crate) async fn topic(&self, key: &str, body: &str) -> (String, String) {
        self.create("topic", key, json!({"title": format!("About {key}"), "body": body})).await
    }
}

/// A request about to be sent.
pub(crate) struct Call {
    router: Router,
    request: Request<Body>,
}

impl Call {
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.request.headers_mut().insert(name, value.parse().unwrap());
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").bytes(body.to_string())
    }

    pub(crate) fn bytes(mut self, body: impl Into<Body>) -> Self {
        *self.request.body_mut() = body.into();
        self
    }

    /// The response as it begins, its body unread.
    pub(crate) async fn begin(self) -> axum::response::Response {
        self.router.oneshot(self.request).await.unwrap()
    }

    pub(crate) async fn send(self) -> Answer {
        let asked = format!("{} {}", self.request.method(), self.request.uri());
        let (parts, body) = self.begin().await.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Answer { asked, status: parts.status, headers: parts.headers, body }
    }
}

/// A response, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    asked: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// Fails unless the status is this one.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}: {}", self.asked, self.text());
        self
    }

    /// Fails unless it is a problem of this status and kind; answers its document.
    #[track_caller]
    pub(crate) fn problem(self, status: u16, slug: &str) -> Value {
        let answer = self.expect(status);
        assert_eq!(answer.header("content-type"), "application/problem+json", "{}", answer.asked);
        let problem = answer.json();
        assert_eq!(problem["type"], format!("/problems/{slug}"), "{}: {problem:#}", answer.asked);
        assert_eq!(problem["status"], status);
        assert_eq!(
            problem["instance"],
            format!("urn:uuid:{}", answer.header("x-request-id")),
            "{}",
            answer.asked
        );
        problem
    }

    /// Fails unless it was refused for one broken rule; answers pointer and rule.
    #[track_caller]
    pub(crate) fn violation(self) -> (String, String) {
        let problem = self.problem(400, "invalid");
        let violations = problem["violations"].as_array().unwrap();
        assert_eq!(violations.len(), 1, "{problem:#}");
        let text = |name: &str| violations[0][name].as_str().unwrap().to_owned();
        (text("pointer"), text("rule"))
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => panic!("{}: {error}: {}", self.asked, self.text()),
        }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        match self.headers.get(name) {
            Some(value) => value.to_str().unwrap(),
            None => panic!("{}: no header {name}: {:?}", self.asked, self.headers),
        }
    }
}

/// The values of one field of every item of a list.
pub(crate) fn each(list: &Value, field: &str) -> Vec<String> {
    let items = list["items"].as_array().unwrap();
    items.iter().map(|item| item[field].as_str().unwrap().to_owned()).collect()
}
