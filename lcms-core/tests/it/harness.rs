//! A store of its own for every test, on either engine.

use lcms_core::Result;
use lcms_core::model::{
    EventNumber, Key, Kind, Reference, Release, Right, Role, Target, Transition,
};
use lcms_core::service::{
    ComponentView, Lcms, NewBranch, NewComponent, NewLibrary, NewRelease, NewToken, NewUser,
    SaveComponent, Saved, Session, Settings, WhereUsedQuery,
};
use lcms_core::store::{Store, events};
use sea_orm::{ConnectionTrait as _, Database};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

/// Names the PostgreSQL server whose databases may be filled: a `postgres://` address.
const POSTGRES: &str = "LCMS_TEST_POSTGRES";

/// The library that every server begins with.
pub(crate) const LIBRARY: &str = "lib";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// Writes each test once and runs it on every engine.
macro_rules! on_every_engine {
    ($(async fn $name:ident($server:ident: &$type:ty) $body:block)+) => {
        $(async fn $name($server: &$type) $body)+
        on_every_engine!(@engine sqlite Sqlite $($name)+);
        on_every_engine!(@engine postgres Postgres $($name)+);
    };
    (@engine $module:ident $engine:ident $($name:ident)+) => {
        mod $module {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    use crate::harness::{Engine, Server};
                    let server = Server::start(Engine::$engine).await;
                    super::$name(&server).await;
                    server.stop().await;
                }
            )+
        }
    };
}

/// An open system on a store of its own, with one library.
pub(crate) struct Server {
    pub(crate) engine: Engine,
    pub(crate) lcms: Lcms,
    pub(crate) folder: TempDir,
    schema: Option<String>,
}

impl Server {
    /// A new, empty store.
    pub(crate) async fn start(engine: Engine) -> Self {
        let server = Self::start_without_library(engine).await;
        server.library(LIBRARY).await;
        server
    }

    pub(crate) async fn start_without_library(engine: Engine) -> Self {
        Self::start_with(engine, |_| ()).await
    }

    /// A store without a library, opened with other settings than the usual.
    pub(crate) async fn start_with(engine: Engine, change: impl FnOnce(&mut Settings)) -> Self {
        let folder = TempDir::new().unwrap();
        let mut settings = Settings::in_folder(folder.path());
        let mut schema = None;
        if engine == Engine::Postgres {
            let name = format!("test_{}", Uuid::now_v7().simple());
            on_postgres(&format!("CREATE SCHEMA {name}")).await;
            settings.database = address_of(&name).parse().unwrap();
            schema = Some(name);
        }
        change(&mut settings);
        let lcms = Lcms::open(settings).await.unwrap();
        Self { engine, lcms, folder, schema }
    }

    /// Gives back what the engine does not drop with the folder.
    pub(crate) async fn stop(self) {
        let Self { lcms, schema, .. } = self;
        drop(lcms);
        if let Some(name) = schema {
            on_postgres(&format!("DROP SCHEMA {name} CASCADE")).await;
        }
    }

    /// The store's own address, for a process that shall open it too.
    pub(crate) fn database(&self) -> String {
        match &self.schema {
            Some(schema) => address_of(schema),
            None => format!("sqlite:{}", self.folder.path().join("lcms.db").display()),
        }
    }

    /// Settings of another node: the same database and blobs, an index of its own.
    pub(crate) fn settings_of_node(&self, name: &str) -> Settings {
        let mut settings = self.lcms.settings().clone();
        settings.index = self.folder.path().join(format!("index-{name}"));
        settings
    }

    /// Another node on the same database and blobs.
    pub(crate) async fn node(&self, name: &str) -> Lcms {
        Lcms::open(self.settings_of_node(name)).await.unwrap()
    }

    /// The same database, below the services.
    pub(crate) async fn store(&self) -> Store {
        Store::open(&self.lcms.settings().database).await.unwrap()
    }

    pub(crate) fn operator(&self) -> Session {
        self.lcms.operator_without_checks()
    }

    pub(crate) async fn library(&self, key: &str) {
        let library = json!({"key": key, "title": format!("Library {key}")});
        let library: NewLibrary = serde_json::from_value(library).unwrap();
        self.operator().create_library(library).await.unwrap();
    }

    /// A signed-in user who holds these roles in these libraries and nothing else.
    pub(crate) async fn user(&self, name: &str, roles: &[(Role, &str)]) -> Session {
        self.user_with_scopes(name, roles, &Right::ALL).await
    }

    pub(crate) async fn user_with_scopes(
        &self,
        name: &str,
        roles: &[(Role, &str)],
        scopes: &[Right],
    ) -> Session {
        let operator = self.operator();
        let user = NewUser { name: key(name), display_name: None, role: None };
        operator.add_user(user).await.unwrap();
        for (role, library) in roles {
            operator.set_role(&key(name), Some(&key(library)), *role, true).await.unwrap();
        }
        let token = NewToken {
            label: String::new(),
            scopes: Some(scopes.iter().copied().collect()),
            expires_in_days: None,
        };
        let (_, secret) = operator.create_token(&key(name), token).await.unwrap();
        self.lcms.act_as(self.lcms.authenticate(&secret).await.unwrap())
    }

    pub(crate) async fn create(&self, at: &str, kind: Kind, content: Value) -> Saved {
        self.try_create(at, kind, content).await.unwrap()
    }

    pub(crate) async fn try_create(&self, at: &str, kind: Kind, content: Value) -> Result<Saved> {
        self.operator().create(new_component(at, kind, content), None).await
    }

    /// Saves over the present head.
    pub(crate) async fn save(&self, at: &str, content: Value) -> Saved {
        self.try_save(at, content).await.unwrap()
    }

    pub(crate) async fn try_save(&self, at: &str, content: Value) -> Result<Saved> {
        let base = self.view(at).await.revision.id;
        let documents = SaveComponent { content: Some(content), ..SaveComponent::default() };
        self.operator().save(&target(at), base, documents).await
    }

    pub(crate) async fn save_metadata(&self, at: &str, metadata: Value) -> Saved {
        let base = self.view(at).await.revision.id;
        let documents = SaveComponent { metadata: Some(metadata), ..SaveComponent::default() };
        self.operator().save(&target(at), base, documents).await.unwrap()
    }

    pub(crate) async fn approve(&self, at: &str) {
        for step in [Transition::Submit, Transition::Approve] {
            self.operator().transition(&target(at), step).await.unwrap();
        }
    }

    pub(crate) async fn view(&self, at: &str) -> ComponentView {
        self.operator().component(&reference(at)).await.unwrap()
    }

    /// The stored content document as JSON.
    pub(crate) async fn stored(&self, at: &str) -> Value {
        serde_json::to_value(self.view(at).await.content).unwrap()
    }

    pub(crate) async fn release(&self, at: &str) -> Release {
        self.try_release(at).await.unwrap()
    }

    pub(crate) async fn try_release(&self, at: &str) -> Result<Release> {
        let view = self.operator().release(&target(at), NewRelease::default()).await?;
        Ok(view.release)
    }
}

/// A request to create `lib/key`.
pub(crate) fn new_component(at: &str, kind: Kind, content: Value) -> NewComponent {
    let (library, component) = at.split_once('/').unwrap();
    NewComponent {
        id: None,
        library: key(library),
        key: key(component),
        kind,
        owner: None,
        content,
        metadata: json!({}),
        message: String::new(),
    }
}

pub(crate) fn key(text: &str) -> Key {
    text.parse().unwrap()
}

pub(crate) fn target(text: &str) -> Target {
    text.parse().unwrap()
}

pub(crate) fn reference(text: &str) -> Reference {
    text.parse().unwrap()
}

/// Pointer and rule of everything an error reports, sorted.
pub(crate) fn broken_rules(error: &lcms_core::Error) -> Vec<(&str, &str)> {
    let violations = error.violation_list();
    let mut rules: Vec<_> =
        violations.iter().map(|v| (v.pointer.as_str(), v.rule.as_str())).collect();
    rules.sort_unstable();
    rules
}

fn server_address() -> String {
    std::env::var(POSTGRES).unwrap_or_else(|_| {
        panic!(
            "the PostgreSQL half of this test needs a server: run it through `make test`, or set \
             {POSTGRES} to the `postgres://` address of a server whose databases may be filled"
        )
    })
}

fn address_of(schema: &str) -> String {
    let address = server_address();
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}options[search_path]={schema}")
}

async fn on_postgres(statement: &str) {
    let connection = Database::connect(server_address()).await.unwrap();
    connection.execute_unprepared(statement).await.unwrap();
    connection.close().await.unwrap();
}

impl Server {
    /// A handle that looks at a new branch of `main` as it is now.
    pub(crate) async fn branch(&self, name: &str) -> Session {
        let new = NewBranch { name: key(name), from: None };
        self.operator().create_branch(new).await.unwrap();
        self.operator().at(&key(name), None).await.unwrap()
    }

    /// The number of the newest event.
    pub(crate) async fn last_event(&self) -> EventNumber {
        events::last_number(self.store().await.reader()).await.unwrap()
    }

    /// The components that hold this one, as that handle sees them, each once by key.
    pub(crate) async fn parents(&self, at: impl Into<Target>) -> Vec<String> {
        parents_seen_by(&self.operator(), &at.into()).await
    }
}

/// The components that hold this one, as that handle sees them, each once by key.
pub(crate) async fn parents_seen_by(session: &Session, at: &Target) -> Vec<String> {
    let query = WhereUsedQuery { limit: 200, ..WhereUsedQuery::default() };
    let used = session.where_used(at, &query).await.unwrap();
    let mut keys: Vec<_> =
        used.items.into_iter().map(|used| used.parent.component.key.to_string()).collect();
    keys.dedup();
    keys
}
