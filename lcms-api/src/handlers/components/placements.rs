//! What a structure holds, changed one placement at a time. Every change is a new revision of the
//! structure and names the one it is based on in `If-Match`.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::IntoResponse;
use lcms_core::model::{
    Conditions, OverrideName, Position, RevisionId, Sequencing, SlotId, Target,
};
use lcms_core::service::{
    AddPlacement, DetachAs, Detached, MoveTo, PlacementEdit, PlacementList, PlacementsEdited,
    PolicyChoice, Session, WriteInside,
};
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::conditions::{Base, header_value, revision_tag};
use crate::extract::{JsonBody, MomentParameters, SlotPath, TargetPath, UrlPath, UrlQuery, Viewer};
use crate::openapi::{ChangeRefusals, ReadRefusals, SendChangeRefusals};
use crate::problem::{Problem, ProblemKind};

/// Why a change is made.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Why {
    /// Why, in the author's words.
    #[param(required = false)]
    message: String,
}

/// List what a structure holds
///
/// Each placement with the version it shows, and the fields it replaces beside what stands
/// upstream.
#[utoipa::path(
    get, path = "/components/{reference}/placements", tag = "reuse",
    params(("reference" = String, Path, description = "An id or `library/key`"), MomentParameters),
    responses(
        (status = 200, description = "Its placements", body = PlacementList, headers(("ETag" = String, description = "The structure's revision"))),
        ReadRefusals
    )
)]
pub(crate) async fn list_placements(
    Viewer(session): Viewer,
    TargetPath(target): TargetPath,
) -> Result<impl IntoResponse, Problem> {
    let list = session.placements(&target).await?;
    Ok(([(header::ETAG, header_value(&revision_tag(list.revision))?)], Json(list)))
}

/// Place a component
#[utoipa::path(
    post, path = "/components/{reference}/placements", tag = "reuse",
    params(
        ("reference" = String, Path, description = "An id or `library/key`"),
        ("If-Match" = String, Header, description = "The `ETag` of the structure the change is based on"),
        MomentParameters, Why
    ),
    request_body(
        content = AddPlacement,
        example = json!({"component": "support/install-module", "position": "last", "policy": {"follow": "approved"}})
    ),
    responses(
        (status = 200, description = "Placed", body = PlacementsEdited, headers(("ETag" = String, description = "The structure's new revision"))),
        SendChangeRefusals
    )
)]
pub(crate) async fn add_placement(
    Viewer(session): Viewer,
    TargetPath(target): TargetPath,
    Base(base): Base,
    UrlQuery(why): UrlQuery<Why>,
    JsonBody(add): JsonBody<AddPlacement>,
) -> Result<EditedResponse, Problem> {
    one_edit(&session, &target, base, PlacementEdit::Add(Box::new(add)), why).await
}

/// Several changes of placements.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditRequest {
    /// The changes, made one after another.
    edits: Vec<PlacementEdit>,
    /// Why, in the author's words.
    #[serde(default)]
    message: String,
}

/// Change several placements
///
/// All in one revision, or none.
#[utoipa::path(
    post, path = "/components/{reference}/placements/edits", tag = "reuse",
    params(
        ("reference" = String, Path, description = "An id or `library/key`"),
        ("If-Match" = String, Header, description = "The `ETag` of the structure the change is based on"),
        MomentParameters
    ),
    request_body(
        content = EditRequest,
        example = json!({"edits": [{"edit": "remove", "slot": "0192d3a0-0000-7000-8000-000000000001"}], "message": "shorter"})
    ),
    responses(
        (status = 200, description = "Changed", body = PlacementsEdited, headers(("ETag" = String, description = "The structure's new revision"))),
        SendChangeRefusals
    )
)]
pub(crate) async fn edit_placements(
    Viewer(session): Viewer,
    TargetPath(target): TargetPath,
    Base(base): Base,
    JsonBody(EditRequest { edits, message }): JsonBody<EditRequest>,
) -> Result<EditedResponse, Problem> {
    edited(session.edit_placements(&target, base, edits, message).await?)
}

/// Write a component inside a structure
///
/// It is placed there and local to it: lists and searches leave it out until it is promoted.
#[utoipa::path(
    post, path = "/components/{reference}/written", tag = "reuse",
    params(
        ("reference" = String, Path, description = "An id or `library/key` of a course, module, lesson or assessment"),
        ("If-Match" = String, Header, description = "The `ETag` of the structure the change is based on"),
        MomentParameters, Why
    ),
    request_body(
        content = WriteInside,
        example = json!({"kind": "topic", "content": {"title": "Before you begin", "body": "You need a key."}})
    ),
    responses(
        (status = 200, description = "Written and placed", body = PlacementsEdited, headers(("ETag" = String, description = "The structure's new revision"))),
        SendChangeRefusals
    )
)]
pub(crate) async fn write_inside(
    Viewer(session): Viewer,
    TargetPath(target): TargetPath,
    Base(base): Base,
    UrlQuery(why): UrlQuery<Why>,
    JsonBody(new): JsonBody<WriteInside>,
) -> Result<EditedResponse, Problem> {
    edited(session.write_inside(&target, base, new, why.message).await?)
}

/// Take a placement out
#[utoipa::path(
    delete, path = "/components/{reference}/placements/{slot}", tag = "reuse",
    params(
        ("reference" = String, Path, description = "An id or `library/key`"),
        ("slot" = SlotId, Path, description = "The placement's slot id"),
        ("If-Match" = String, Header, description = "The `ETag` of the structure the change is based on"),
        MomentParameters, Why
    ),
    responses(
        (status = 200, description = "Taken out", body = PlacementsEdited, headers(("ETag" = String, description = "The structure's new revision"))),
        ChangeRefusals
    )
)]
pub(crate) async fn remove_placement(
    Viewer(session): Viewer,
    SlotPath { target, slot }: SlotPath,
    Base(base): Base,
    UrlQuery(why): UrlQuery<Why>,
) -> Result<EditedResponse, Problem> {
    one_edit(&session, &target, base, PlacementEdit::Remove { slot }, why).await
}

/// Where a placement goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PlacementMoveRequest)]
pub(crate) struct MoveRequest {
    /// Another structure; the same when left out.
    #[serde(default)]
    parent: Option<Target>,
    /// That other structure's revision which the change is based on.
    #[serde(default)]
    parent_base: Option<RevisionId>,
    /// The list; the one it stands in when left out.
    #[serde(default)]
    list: Option<String>,
    /// Where in the list.
    #[serde(default)]
    position: Position,
}

/// Move a placement
///
/// Within the structure, or into another in one step for both; its slot id stays. Answers the
/// structure that holds it now.
#[utoipa::path(
    post, path = "/components/{reference}/placements/{slot}/move", tag = "reuse",
    params(
        ("reference" = String, Path, description = "An id or `library/key`"),
        ("slot" = SlotId, Path, description = "The placement's slot id"),
        ("If-Match" = String, Header, description = "The `ETag` of the structure the change is based on"),
        MomentParameters, Why
    ),
    request_body(content = MoveRequest, example = json!({"position": "first"})),
    responses(
        (status = 200, description = "Moved", body = PlacementsEdited, headers(("ETag" = String, description = "The new revision of the structure that holds it"))),
        SendChangeRefusals
    )
)]
pub(crate) async fn move_placement(
    Viewer(session): Viewer,
    SlotPath { target, slot }: SlotPath,
    Base(base): Base,
    UrlQuery(why): UrlQuery<Why>,
    JsonBody(to): JsonBody<MoveRequest>,
) -> Result<EditedResponse, Problem> {
    let MoveRequest { parent, parent_base, list, position } = to;
    let moved = match (parent, parent_base) {
        (None, None) => {
            let edit = PlacementEdit::Move { slot, list, position };
            session.edit_placements(&target, base, vec![edit], why.message).await?
        }
        (Some(parent), Some(parent_base)) => {
            let to = MoveTo { parent, base: parent_base, list, position };
            session.move_placement(&target, base, slot, to, why.message).await?
        }
        _ => {
            let detail = "`parent` and `parent_base` go together: another structure is changed too";
            return Err(Problem::new(ProblemKind::Invalid, detail)
                .hint("read the other structure and give the id of its revision"));
        }
    };
    edited(moved)
}

/// Let a placement follow another version
#[utoipa::path(
    put, path = "/components/{reference}/placements/{slot}/policy", tag = "reuse",
    params(
        ("reference" = String, Path, description = "An id or `library/key`"),
        ("slot" = SlotId, Path, description = "The placement's slot id"),
        ("If-Match" = String, Header, description = "The `ETag` of the structure the change is based on"),
        MomentParameters, Why
    ),
    request_body(content = PolicyChoice, example = json!({"follow": "pinned", "number": 3})),
    responses(
        (status = 200, description = "Changed", body = PlacementsEdited, headers(("ETag" = String, description = "The structure's new revision"))),
        SendChangeRefusals
    )
)]
pub(crate) async fn set_policy(
    Viewer(session): Viewer,
    SlotPath { target, slot }: SlotPath,
    Base(base): Base,
    UrlQuery(why): UrlQuery<Why>,
    JsonBody(policy): JsonBody<PolicyChoice>,
) -> Result<EditedResponse, Problem> {
    one_edit(&session, &target, base, PlacementEdit::Follow { slot, policy }, why).await
}

/// When a placement is published.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConditionsRequest {
    /// The conditions; always when empty.
    #[schema(value_type = std::collections::BTreeMap<String, Vec<String>>)]
    when: Conditions,
}

/// Set when a placement is published
#[utoipa::path(
    put, path = "/components/{reference}/placements/{slot}/conditions", tag = "reuse",
    params(
        ("reference" = String, Path, description = "An id or `library/key`"),
        ("slot" = SlotId, Path, description = "The placement's slot id"),
        ("If-Match" = String, Header, description = "The `ETag` of the structure the change is based on"),
        MomentParameters, Why
    ),
    request_body(content = ConditionsRequest, example = json!({"when": {"audience": ["admin"]}})),
    responses(
        (status = 200, description = "Set", body = PlacementsEdited, headers(("ETag" = String, description = "The structure's new revision"))),
        SendChangeRefusals
    )
)]
pub(crate) async fn set_conditions(
    Viewer(session): Viewer,
    SlotPath { target, slot }: SlotPath,
    Base(base): Base,
    UrlQuery(why): UrlQuery<Why>,
    JsonBody(ConditionsRequest { when }): JsonBody<ConditionsRequest>,
) -> Result<EditedResponse, Problem> {
    one_edit(&session, &target, base, PlacementEdit::Conditions { slot, when }, why).await
}

/// Say how learners come to a placement
///
/// Of a course or module: gates that must be open, results that make it needless, how often it may be begun, what it
/// counts for. All that was said before is replaced; an empty object says nothing. The order of the whole is changed by
/// an edit (`{"edit": "order", "order": "linear"}`).
#[utoipa::path(
    put, path = "/components/{reference}/placements/{slot}/sequencing", tag = "reuse",
    params(
        ("reference" = String, Path, description = "An id or `library/key` of a course or module"),
        ("slot" = SlotId, Path, description = "The placement's slot id"),
        ("If-Match" = String, Header, description = "The `ETag` of the structure the change is based on"),
        MomentParameters, Why
    ),
    request_body(content = Sequencing, example = json!({"skip_when": [{"slot": "0192d3a0-0000-7000-8000-000000000001", "status": "passed"}]})),
    responses(
        (status = 200, description = "Said", body = PlacementsEdited, headers(("ETag" = String, description = "The structure's new revision"))),
        SendChangeRefusals
    )
)]
pub(crate) async fn set_sequencing(
    Viewer(session): Viewer,
    SlotPath { target, slot }: SlotPath,
    Base(base): Base,
    UrlQuery(why): UrlQuery<Why>,
    JsonBody(sequencing): JsonBody<Sequencing>,
) -> Result<EditedResponse, Problem> {
    one_edit(&session, &target, base, PlacementEdit::Sequence { slot, sequencing }, why).await
}

/// What stands in place of a field.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OverrideRequest {
    /// The value: a text, or a number for `weight`, `attempts` and `pass_mark`.
    value: Value,
}

/// Override a field of a placed component
///
/// It survives changes upstream until it is reset.
#[utoipa::path(
    put, path = "/components/{reference}/placements/{slot}/overrides/{name}", tag = "reuse",
    params(
        ("reference" = String, Path, description = "An id or `library/key`"),
        ("slot" = SlotId, Path, description = "The placement's slot id"),
        ("name" = OverrideName, Path, description = "`title`, `summary`, `weight`, `attempts`, `pass_mark`, or `block:ID` for one block of text"),
        ("If-Match" = String, Header, description = "The `ETag` of the structure the change is based on"),
        MomentParameters, Why
    ),
    request_body(content = OverrideRequest, example = json!({"value": "Before you begin"})),
    responses(
        (status = 200, description = "Overridden", body = PlacementsEdited, headers(("ETag" = String, description = "The structure's new revision"))),
        SendChangeRefusals
    )
)]
pub(crate) async fn set_override(
    Viewer(session): Viewer,
    UrlPath((reference, slot, name)): UrlPath<(String, SlotId, OverrideName)>,
    Base(base): Base,
    UrlQuery(why): UrlQuery<Why>,
    JsonBody(OverrideRequest { value }): JsonBody<OverrideRequest>,
) -> Result<EditedResponse, Problem> {
    let TargetPath(target) = TargetPath::read(&reference)?;
    one_edit(&session, &target, base, PlacementEdit::Override { slot, name, value }, why).await
}

/// Reset an override
///
/// The field shows again what the component has.
#[utoipa::path(
    delete, path = "/components/{reference}/placements/{slot}/overrides/{name}", tag = "reuse",
    params(
        ("reference" = String, Path, description = "An id or `library/key`"),
        ("slot" = SlotId, Path, description = "The placement's slot id"),
        ("name" = OverrideName, Path, description = "The field"),
        ("If-Match" = String, Header, description = "The `ETag` of the structure the change is based on"),
        MomentParameters, Why
    ),
    responses(
        (status = 200, description = "Reset", body = PlacementsEdited, headers(("ETag" = String, description = "The structure's new revision"))),
        ChangeRefusals
    )
)]
pub(crate) async fn reset_override(
    Viewer(session): Viewer,
    UrlPath((reference, slot, name)): UrlPath<(String, SlotId, OverrideName)>,
    Base(base): Base,
    UrlQuery(why): UrlQuery<Why>,
) -> Result<EditedResponse, Problem> {
    let TargetPath(target) = TargetPath::read(&reference)?;
    let edit = PlacementEdit::Reset { slot, name: Some(name) };
    one_edit(&session, &target, base, edit, why).await
}

/// Reset every override of a placement
#[utoipa::path(
    delete, path = "/components/{reference}/placements/{slot}/overrides", tag = "reuse",
    params(
        ("reference" = String, Path, description = "An id or `library/key`"),
        ("slot" = SlotId, Path, description = "The placement's slot id"),
        ("If-Match" = String, Header, description = "The `ETag` of the structure the change is based on"),
        MomentParameters, Why
    ),
    responses(
        (status = 200, description = "Reset", body = PlacementsEdited, headers(("ETag" = String, description = "The structure's new revision"))),
        ChangeRefusals
    )
)]
pub(crate) async fn reset_overrides(
    Viewer(session): Viewer,
    SlotPath { target, slot }: SlotPath,
    Base(base): Base,
    UrlQuery(why): UrlQuery<Why>,
) -> Result<EditedResponse, Problem> {
    one_edit(&session, &target, base, PlacementEdit::Reset { slot, name: None }, why).await
}

/// Detach a placement
///
/// It holds a copy of what it showed from now on; slot id, overrides and conditions stay.
#[utoipa::path(
    post, path = "/components/{reference}/placements/{slot}/detach", tag = "reuse",
    params(
        ("reference" = String, Path, description = "An id or `library/key`"),
        ("slot" = SlotId, Path, description = "The placement's slot id"),
        ("If-Match" = String, Header, description = "The `ETag` of the structure the change is based on"),
        MomentParameters
    ),
    request_body(content = DetachAs, example = json!({"key": "install-our-module"})),
    responses(
        (status = 200, description = "Detached", body = Detached, headers(("ETag" = String, description = "The structure's new revision"))),
        SendChangeRefusals
    )
)]
pub(crate) async fn detach_placement(
    Viewer(session): Viewer,
    SlotPath { target, slot }: SlotPath,
    Base(base): Base,
    JsonBody(copy): JsonBody<DetachAs>,
) -> Result<impl IntoResponse, Problem> {
    let detached = session.detach(&target, base, slot, copy).await?;
    let etag = [(header::ETAG, header_value(&revision_tag(detached.saved.revision.id))?)];
    Ok((etag, Json(detached)))
}

/// What a change led to, with the tag of the revision that is now the head.
type EditedResponse = ([(HeaderName, HeaderValue); 1], Json<PlacementsEdited>);

async fn one_edit(
    session: &Session,
    target: &Target,
    base: RevisionId,
    edit: PlacementEdit,
    why: Why,
) -> Result<EditedResponse, Problem> {
    edited(session.edit_placements(target, base, vec![edit], why.message).await?)
}

fn edited(edited: PlacementsEdited) -> Result<EditedResponse, Problem> {
    let etag = [(header::ETAG, header_value(&revision_tag(edited.saved.revision.id))?)];
    Ok((etag, Json(edited)))
}
