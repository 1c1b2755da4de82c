//! Rows as the schema has them. Nothing outside `store` sees these.

macro_rules! entity {
    ($module:ident, $table:literal, { $($(#[$attribute:meta])* $field:ident: $type:ty),+ $(,)? }) => {
        pub(super) mod $module {
            #![allow(missing_docs, unreachable_pub, reason = "the derive makes public items")]
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub struct Model {
                $($(#[$attribute])* pub $field: $type),+
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    };
}

entity!(user_account, "user_account", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    name: String,
    display_name: Option<String>,
    disabled: bool,
    created: i64,
});

entity!(token, "token", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    user_id: Uuid,
    hash: Vec<u8>,
    label: String,
    scopes: String,
    created: i64,
    expires: Option<i64>,
    revoked: Option<i64>,
});

entity!(role_grant, "role_grant", {
    #[sea_orm(primary_key, auto_increment = false)]
    user_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    library_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    role: String,
});

entity!(library, "library", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    key: String,
    title: String,
    description: String,
    language: String,
    created: i64,
});

entity!(component, "component", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    library_id: Uuid,
    key: String,
    kind: String,
    retired: bool,
    deleted: bool,
    created: i64,
    owner_id: Option<Uuid>,
});

entity!(document, "document", {
    #[sea_orm(primary_key, auto_increment = false)]
    digest: Vec<u8>,
    body: Vec<u8>,
});

entity!(branch, "branch", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: i32,
    name: String,
    base_branch: Option<i32>,
    base_event: Option<i64>,
    created: i64,
    state: String,
    author: Option<Uuid>,
    event: i64,
});

entity!(branch_base, "branch_base", {
    #[sea_orm(primary_key, auto_increment = false)]
    branch_id: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    event: i64,
    base_branch: i32,
    base_event: i64,
});

entity!(branch_review, "branch_review", {
    #[sea_orm(primary_key, auto_increment = false)]
    branch_id: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    digest: Vec<u8>,
    state: String,
    actor: Uuid,
    created: i64,
    event: i64,
});

entity!(usage, "usage", {
    #[sea_orm(primary_key, auto_increment = false)]
    parent_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    branch_id: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    language: String,
    #[sea_orm(primary_key, auto_increment = false)]
    slot_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    since: i64,
    until: i64,
    child_id: Uuid,
    role: String,
    policy: String,
    overrides: String,
});

entity!(lineage, "lineage", {
    #[sea_orm(primary_key, auto_increment = false)]
    component_id: Uuid,
    source_id: Uuid,
    source_revision: Uuid,
    event: i64,
});

entity!(revision, "revision", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    component_id: Uuid,
    number: i32,
    content: Vec<u8>,
    metadata: Vec<u8>,
    branch_id: i32,
    language: String,
    parent_id: Option<Uuid>,
    merge_parent_id: Option<Uuid>,
    author: Uuid,
    message: String,
    created: i64,
    event: i64,
    source: Option<Vec<u8>>,
    salt: Option<Vec<u8>>,
});

entity!(head, "head", {
    #[sea_orm(primary_key, auto_increment = false)]
    component_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    branch_id: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    language: String,
    revision_id: Uuid,
    content: Vec<u8>,
    metadata: Vec<u8>,
    number: i32,
    slots: Option<i32>,
    source: Option<Vec<u8>>,
});

entity!(review, "review", {
    #[sea_orm(primary_key, auto_increment = false)]
    component_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    content: Vec<u8>,
    #[sea_orm(primary_key, auto_increment = false)]
    metadata: Vec<u8>,
    state: String,
    actor: Uuid,
    created: i64,
    event: i64,
});

entity!(blob, "blob", {
    #[sea_orm(primary_key, auto_increment = false)]
    digest: Vec<u8>,
    #[sea_orm(primary_key, auto_increment = false)]
    codec: String,
    size: i64,
    crc32: i64,
    stored_size: i64,
    created: i64,
    place: Option<Uuid>,
});

entity!(release, "release", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    component_id: Uuid,
    number: i32,
    digest: Vec<u8>,
    content_root: Vec<u8>,
    metadata_root: Vec<u8>,
    language: String,
    label: Option<String>,
    notes: String,
    author: Uuid,
    created: i64,
    event: i64,
    branch_id: i32,
    moment: i64,
});

entity!(node, "node", {
    #[sea_orm(primary_key, auto_increment = false)]
    digest: Vec<u8>,
    frame: Option<Vec<u8>>,
    body: Vec<u8>,
});

entity!(frame, "frame", {
    #[sea_orm(primary_key, auto_increment = false)]
    digest: Vec<u8>,
    body: Vec<u8>,
});

entity!(release_review, "release_review", {
    #[sea_orm(primary_key, auto_increment = false)]
    release_id: Uuid,
    state: String,
    actor: Uuid,
    created: i64,
    event: i64,
});

entity!(channel, "channel", {
    #[sea_orm(primary_key, auto_increment = false)]
    component_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    name: String,
    release_id: Option<Uuid>,
    actor: Uuid,
    moved: i64,
    event: i64,
});

entity!(channel_move, "channel_move", {
    #[sea_orm(primary_key, auto_increment = false)]
    component_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    name: String,
    #[sea_orm(primary_key, auto_increment = false)]
    event: i64,
    from_release: Option<Uuid>,
    to_release: Option<Uuid>,
    note: String,
    actor: Uuid,
    created: i64,
});

entity!(target, "target", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    key: String,
    title: String,
    platform: String,
    url: String,
    notes: String,
    retired: bool,
    created: i64,
});

entity!(package, "package", {
    #[sea_orm(primary_key, auto_increment = false)]
    digest: Vec<u8>,
    release_id: Uuid,
    format: String,
    profile: String,
    profile_digest: Vec<u8>,
    shape: Option<Vec<u8>>,
    publisher: String,
    size: i64,
    actor: Uuid,
    created: i64,
    event: i64,
    files: Option<Vec<u8>>,
});

entity!(deployment, "deployment", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    target_id: Uuid,
    component_id: Uuid,
    release_id: Uuid,
    package: Option<Vec<u8>>,
    channel: Option<String>,
    note: String,
    since: i64,
    since_actor: Uuid,
    until: Option<i64>,
    until_actor: Option<Uuid>,
    event: i64,
});

entity!(event, "event", {
    #[sea_orm(primary_key, auto_increment = false)]
    number: i64,
    kind: String,
    created: i64,
    actor: Uuid,
    library_id: Option<Uuid>,
    component_id: Option<Uuid>,
    revision_id: Option<Uuid>,
    release_id: Option<Uuid>,
    detail: String,
    hash: Option<Vec<u8>>,
});

entity!(counter, "counter", {
    #[sea_orm(primary_key, auto_increment = false)]
    name: String,
    value: i64,
});

entity!(idempotency, "idempotency", {
    #[sea_orm(primary_key, auto_increment = false)]
    actor: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    key: String,
    request: Vec<u8>,
    outcome: String,
    created: i64,
});

entity!(import_source, "import_source", {
    #[sea_orm(primary_key, auto_increment = false)]
    library_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    source: String,
    digest: Vec<u8>,
    component_id: Uuid,
    content: Option<Vec<u8>>,
    metadata: Option<Vec<u8>>,
});

entity!(redaction, "redaction", {
    #[sea_orm(primary_key, auto_increment = false)]
    digest: Vec<u8>,
    subject: String,
    reason: String,
    actor: Uuid,
    created: i64,
    event: i64,
});

entity!(password, "password", {
    #[sea_orm(primary_key, auto_increment = false)]
    user_id: Uuid,
    hash: String,
    changed: i64,
});

entity!(sign_in, "sign_in", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    user_id: Uuid,
    hash: Vec<u8>,
    browser: String,
    created: i64,
    expires: i64,
    ended: Option<i64>,
});

entity!(comment, "comment", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    component_id: Uuid,
    revision_id: Uuid,
    thread_id: Option<Uuid>,
    author: Uuid,
    body: String,
    anchor: Option<String>,
    created: i64,
    edited: Option<i64>,
    resolved: Option<i64>,
    resolved_by: Option<Uuid>,
});

entity!(draft, "draft", {
    #[sea_orm(primary_key, auto_increment = false)]
    user_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    component_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    branch_id: i32,
    base: Uuid,
    body: String,
    saved: i64,
});

entity!(library_rule, "library_rule", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    library_id: Uuid,
    subject: String,
    name: String,
    number: i32,
    body: Option<String>,
    newest: bool,
    author: Uuid,
    message: String,
    created: i64,
    event: i64,
});

entity!(known_log, "known_log", {
    #[sea_orm(primary_key, auto_increment = false)]
    library_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    hash: Vec<u8>,
    number: i64,
    here_hash: Vec<u8>,
    here: i64,
    seal: Vec<u8>,
});

entity!(care, "care", {
    #[sea_orm(primary_key, auto_increment = false)]
    component_id: Uuid,
    steward: Option<Uuid>,
    review_by: Option<String>,
    changed: i64,
});

entity!(bulk_edit, "bulk_edit", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    actor: Uuid,
    message: String,
    body: String,
    created: i64,
    undone: Option<i64>,
});

entity!(saved_search, "saved_search", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    user_id: Uuid,
    name: String,
    body: String,
    shared: bool,
    created: i64,
    changed: i64,
    feed: Option<Vec<u8>>,
});

entity!(saved_search_seen, "saved_search_seen", {
    #[sea_orm(primary_key, auto_increment = false)]
    user_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    search_id: Uuid,
    seen: i64,
});

entity!(webhook, "webhook", {
    #[sea_orm(primary_key, auto_increment = false)]
    search_id: Uuid,
    url: String,
    secret: String,
    seen_event: i64,
    created: i64,
});

entity!(webhook_match, "webhook_match", {
    #[sea_orm(primary_key, auto_increment = false)]
    search_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    component_id: Uuid,
    revision_id: Uuid,
});

entity!(delivery, "delivery", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    search_id: Uuid,
    body: String,
    state: String,
    attempts: i32,
    outcome: String,
    created: i64,
    due: Option<i64>,
    tried: Option<i64>,
});
