//! The OpenAPI document: what stands around the routes, and the refusals they share.
//!
//! Each route names the set of refusals it can answer with; descriptions come from the list of
//! [`ProblemKind`]s, so the document cannot say less than the code.

use std::collections::BTreeMap;

use lcms_core::index::Sort;
use lcms_core::model::Content;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, Modify, OpenApi, ToSchema};

use crate::extract::COOKIE;
use crate::problem::{ProblemBody, ProblemKind};
use lcms_core::service::Usage;

/// What stands around the routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "lcms",
        description = "Versioned, content-addressed learning components: create, find, assemble, \
                       release and publish them.\n\n\
                       Send a token as `Authorization: Bearer …`. A change names the revision it \
                       is based on in `If-Match`; a component's `ETag` names that revision. Lists \
                       are paged by `cursor`, `before` or `after`, from the `next` of the page \
                       before. What is refused is a problem (RFC 9457) with a stable `type`.\n\n\
                       A component is named as everywhere: by id or by `library/key`, with the \
                       slash written `%2F` in a path.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    servers((url = "/", description = "This server")),
    security(("token" = []), ("sign_in" = [])),
    modifiers(&Token),
    components(schemas(Content, ProblemBody, Sort, Usage)),
    tags(
        (name = "libraries", description = "Namespaces for components and the scope of permissions"),
        (name = "components", description = "Durable things with a history"),
        (name = "branches", description = "Isolated lines of edits, reviewed and merged as one"),
        (name = "reuse", description = "Placements, where-used, copies and what an edit touches"),
        (name = "translations", description = "Components in other languages"),
        (name = "metadata", description = "Vocabularies, schemas, bulk edits, and who looks after what"),
        (name = "blobs", description = "Files, stored once under their digest"),
        (name = "search", description = "Finding components"),
        (name = "releases", description = "Frozen closures, and the packages made of them"),
        (name = "exchange", description = "Two servers give each other what one of them is missing"),
        (name = "redactions", description = "Taking bytes away for good"),
        (name = "channels", description = "Named pointers of a course to what is published or served next"),
        (name = "deployments", description = "Which release was live in which LMS, from when to when"),
        (name = "events", description = "The change log"),
        (name = "comments", description = "What people say about a revision, and what they have not saved yet"),
        (name = "proofs", description = "How a component looks while it is written"),
        (name = "users", description = "Who may do what")
    )
)]
pub(crate) struct Document;

struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "A token that `lcms token create` or `POST /users/{user}/tokens` made",
            ))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
        let cookie = ApiKeyValue::with_description(COOKIE, "A sign-in: `POST /sign-ins` sets it");
        components.add_security_scheme("sign_in", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
}

/// The document as it is served and kept: pretty JSON that ends with a newline.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn openapi_json() -> Result<String, serde_json::Error> {
    write(&crate::router::document())
}

pub(crate) fn write(document: &utoipa::openapi::OpenApi) -> Result<String, serde_json::Error> {
    document.to_pretty_json().map(|json| json + "\n")
}

/// A body of bytes as they are.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub(crate) struct Bytes(#[expect(dead_code, reason = "only its schema is of use")] String);

/// Problems as responses of a route, one per status.
fn refusals(kinds: &[ProblemKind]) -> BTreeMap<String, RefOr<Response>> {
    let mut meanings = BTreeMap::<String, Vec<String>>::new();
    for kind in kinds {
        let meaning = format!("`{}`: {}", kind.slug(), kind.meaning());
        meanings.entry(kind.status().as_str().to_owned()).or_default().push(meaning);
    }
    let schema = || Ref::from_schema_name("Problem");
    let response = |meanings: Vec<String>| {
        ResponseBuilder::new()
            .description(meanings.join("\n\n"))
            .content(
                "application/problem+json",
                ContentBuilder::new().schema(Some(schema())).build(),
            )
            .build()
    };
    meanings.into_iter().map(|(status, texts)| (status, response(texts).into())).collect()
}

macro_rules! refusal_sets {
    ($($(#[$doc:meta])* $name:ident $(: $($kind:ident),+)?;)+) => {
        $($(#[$doc])*
        pub(crate) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                refusals(&[
                    $($(ProblemKind::$kind,)+)?
                    ProblemKind::Unauthenticated,
                    ProblemKind::Internal,
                    ProblemKind::Unavailable,
                ])
            }
        })+
    };
}

refusal_sets! {
    /// Of a route that only needs to know who asks.
    CallerRefusals;
    /// Of a route for admins only.
    AdminRefusals: Forbidden;
    /// Of a list that is filtered and paged.
    ListRefusals: BadParameter, Invalid, NotFound;
    /// Of the change log.
    EventRefusals: BadParameter;
    /// Of a search.
    SearchRefusals: BadParameter, Invalid, NotFound;
    /// Of a search for what a text says.
    TextRefusals: MalformedJson, Invalid, BadParameter, TooLarge, UnsupportedMediaType;
    /// Of a route that reads a thing it names. Who may not read it is told that it is not there.
    ReadRefusals: BadParameter, NotFound, Redacted;
    /// Of a route that manages a user it names.
    UserRefusals: BadParameter, Forbidden, NotFound;
    /// Of a route that adds something to the server.
    AddRefusals: MalformedJson, Invalid, Forbidden, Conflict, TooLarge, UnsupportedMediaType;
    /// Of signing in.
    SignInRefusals: MalformedJson, CrossSite, TooManyAttempts, TooLarge, UnsupportedMediaType;
    /// Of setting a password.
    PasswordRefusals: MalformedJson, Invalid, BadParameter, Forbidden, NotFound, TooManyAttempts,
        TooLarge, UnsupportedMediaType;
    /// Of a comment, a draft or a proof that is sent.
    CommentRefusals: MalformedJson, Invalid, BadParameter, Forbidden, NotFound, TooLarge,
        UnsupportedMediaType;
    /// Of a change to a comment.
    ChangeCommentRefusals: MalformedJson, Invalid, BadParameter, Forbidden, NotFound, TooLarge,
        UnsupportedMediaType;
    /// Of a route that gives a user a token.
    IssueRefusals: MalformedJson, Invalid, BadParameter, Forbidden, NotFound, TooLarge,
        UnsupportedMediaType;
    /// Of a route that makes something in a library.
    CreateRefusals: MalformedJson, Invalid, BadParameter, Forbidden, NotFound, Conflict, TooLarge,
        UnsupportedMediaType;
    /// Of a route that changes a component.
    ChangeRefusals: BadParameter, Forbidden, NotFound, Conflict, StaleBase, BaseRequired;
    /// Of a route that changes a component by what is sent.
    SendChangeRefusals: MalformedJson, Invalid, BadParameter, Forbidden, NotFound, Conflict,
        StaleBase, TooLarge, UnsupportedMediaType, BaseRequired;
    /// Of a change that may be about something that was changed meanwhile.
    GuardedRefusals: MalformedJson, Invalid, BadParameter, Forbidden, NotFound, Conflict,
        StaleBase, TooLarge, UnsupportedMediaType;
    /// Of a step in a branch's review.
    StepRefusals: MalformedJson, Invalid, BadParameter, Forbidden, NotFound, Conflict, TooLarge,
        UnsupportedMediaType;
    /// Of a route that opens or closes a branch.
    BranchRefusals: Invalid, BadParameter, Forbidden, NotFound, Conflict;
    /// Of a merge.
    MergeRefusals: MalformedJson, Invalid, BadParameter, Forbidden, NotFound, Conflict,
        MergeConflict, TooLarge, UnsupportedMediaType;
    /// Of an upload.
    UploadRefusals: BadParameter, Invalid, TruncatedUpload, Forbidden, UploadStalled, TooLarge;
    /// Of what another server sends.
    ArrivalRefusals: Invalid, BadParameter, TruncatedUpload, Forbidden, NotFound, UploadStalled,
        Conflict, StaleBase, TooLarge;
    /// Of an import.
    ImportRefusals: BadParameter, Invalid, TruncatedUpload, Forbidden, NotFound, UploadStalled,
        Conflict, TooLarge;
    /// Of a download.
    DownloadRefusals: BadParameter, Forbidden, NotFound, Redacted, RangeNotSatisfiable;
    /// Of a comparison of packages that are not made.
    CompareRefusals: MalformedJson, Invalid, Forbidden, NotFound, TooLarge, UnsupportedMediaType,
        NotPublishable;
    /// Of a package.
    PackageRefusals: BadParameter, Forbidden, NotFound, Redacted, RangeNotSatisfiable, NotPublishable;
}
