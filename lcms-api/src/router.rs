//! All routes on one page, by who calls them.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header;
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::get;
use lcms_core::service::Lcms;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::handlers::{
    blobs, branches, bulk_edits, channels, compare, components, deployments, events, exchange,
    gate, health, imports, libraries, packages, previews, problems, redactions, releases, reports,
    saved_searches, schemas, search, sign_ins, system, targets, users, vocabularies, webhooks,
};
use crate::limits::{JSON_BODY, answer_in_time};
use crate::observe::{observe, panicked};
use crate::state::AppState;
use crate::{headers, openapi, web};

const OPENAPI: &str = "/api/v1/openapi.json";

/// For programs and the people behind them; every route needs a token.
fn api() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        // what there is
        .routes(routes!(libraries::list_libraries, libraries::create_library))
        .routes(routes!(libraries::read_library))
        .routes(routes!(components::read_component_by_key))
        .routes(routes!(libraries::read_synonyms, libraries::write_synonyms))
        .routes(routes!(search::search))
        .routes(routes!(search::similar_to_text))
        .routes(routes!(search::similar))
        .routes(routes!(search::fits))
        .routes(routes!(saved_searches::list_saved_searches, saved_searches::save_search))
        .routes(routes!(
            saved_searches::read_saved_search,
            saved_searches::change_saved_search,
            saved_searches::delete_saved_search
        ))
        .routes(routes!(saved_searches::open_feed, saved_searches::close_feed))
        .routes(routes!(saved_searches::read_feed))
        .routes(routes!(saved_searches::see_saved_search))
        .routes(routes!(webhooks::open_webhook, webhooks::read_webhook, webhooks::close_webhook))
        .routes(routes!(webhooks::test_webhook))
        .routes(routes!(webhooks::retry_delivery))
        .routes(routes!(webhooks::list_webhooks))
        // components
        .routes(routes!(components::list_components, components::create_component))
        .routes(routes!(
            components::read_component,
            components::save_component,
            components::delete_component
        ))
        .routes(routes!(components::restore_component))
        .routes(routes!(components::rename_component))
        .routes(routes!(components::change_state))
        .routes(routes!(components::read_history))
        .routes(routes!(components::diff_versions))
        .routes(routes!(components::diff_structures))
        .routes(routes!(components::diff_revisions))
        .routes(routes!(components::revert_component))
        .routes(routes!(components::pull_source))
        // what is said of them
        .routes(routes!(vocabularies::list_vocabularies))
        .routes(routes!(
            vocabularies::read_vocabulary,
            vocabularies::save_vocabulary,
            vocabularies::remove_vocabulary
        ))
        .routes(routes!(vocabularies::edit_terms))
        .routes(routes!(vocabularies::vocabulary_history))
        .routes(routes!(vocabularies::download_terms, vocabularies::upload_terms))
        .routes(routes!(schemas::list_schemas))
        .routes(routes!(schemas::read_schema, schemas::save_schema, schemas::remove_schema))
        .routes(routes!(schemas::schema_history))
        .routes(routes!(schemas::read_json_schema))
        .routes(routes!(components::set_care))
        .routes(routes!(components::suggest))
        .routes(routes!(reports::read_health))
        .routes(routes!(reports::read_report))
        .routes(routes!(bulk_edits::list_bulk_edits, bulk_edits::bulk_edit))
        .routes(routes!(bulk_edits::read_bulk_edit))
        .routes(routes!(bulk_edits::undo_bulk_edit))
        // reuse
        .routes(routes!(components::where_used))
        .routes(routes!(components::impact))
        .routes(routes!(components::lineage))
        .routes(routes!(components::list_placements, components::add_placement))
        .routes(routes!(components::edit_placements))
        .routes(routes!(components::write_inside))
        .routes(routes!(components::remove_placement))
        .routes(routes!(components::move_placement))
        .routes(routes!(components::set_policy))
        .routes(routes!(components::set_conditions))
        .routes(routes!(components::set_sequencing))
        .routes(routes!(components::reset_overrides))
        .routes(routes!(components::set_override, components::reset_override))
        .routes(routes!(components::detach_placement))
        .routes(routes!(components::list_copies, components::copy_component))
        .routes(routes!(components::promote_component))
        // languages
        .routes(routes!(components::list_translations))
        .routes(routes!(components::read_translation, components::save_translation))
        .routes(routes!(components::translation_status))
        // branches
        .routes(routes!(branches::list_branches, branches::create_branch))
        .routes(routes!(branches::read_branch))
        .routes(routes!(branches::list_branch_changes))
        .routes(routes!(branches::review_branch))
        .routes(routes!(branches::merge_branch))
        .routes(routes!(branches::update_branch))
        .routes(routes!(branches::close_branch))
        .routes(routes!(branches::reopen_branch))
        // releases
        .routes(routes!(releases::list_releases, releases::create_release))
        .routes(routes!(compare::compare_releases))
        .routes(routes!(gate::check_release))
        .routes(routes!(gate::list_gate_rules))
        .routes(routes!(gate::list_keys))
        .routes(routes!(previews::open_preview))
        .routes(routes!(releases::read_release, releases::describe_release))
        .routes(routes!(releases::review_release))
        .routes(routes!(releases::read_lock_list))
        .routes(routes!(releases::read_release_changes))
        .routes(routes!(releases::list_packages))
        .routes(routes!(releases::list_holding_releases))
        .routes(routes!(channels::list_channels))
        .routes(routes!(channels::read_channel, channels::move_channel, channels::close_channel))
        .routes(routes!(channels::move_channel_back))
        .routes(routes!(channels::read_channel_history))
        // what runs where
        .routes(routes!(targets::list_targets, targets::create_target))
        .routes(routes!(targets::read_target, targets::change_target))
        .routes(routes!(targets::roll_back))
        .routes(routes!(deployments::list_deployments, deployments::start_deployment))
        .routes(routes!(deployments::read_deployment))
        .routes(routes!(deployments::end_deployment))
        // how it looks, and what is said of it
        .routes(routes!(components::read_coverage))
        .routes(routes!(components::read_proof))
        .routes(routes!(components::make_proof))
        .routes(routes!(components::list_comments, components::add_comment))
        .routes(routes!(components::change_comment, components::delete_comment))
        .routes(routes!(components::list_drafts))
        .routes(routes!(components::read_draft, components::keep_draft, components::discard_draft))
        .routes(routes!(components::read_presence, components::be_present, components::leave))
        // what must not be kept
        .routes(routes!(redactions::redact))
        // what happens
        .routes(routes!(events::read_events))
        .routes(routes!(system::read_system))
        // who may do what
        .routes(routes!(sign_ins::list_sign_ins, sign_ins::sign_in))
        .routes(routes!(sign_ins::sign_out))
        .routes(routes!(sign_ins::end_sign_in))
        .routes(routes!(users::who_am_i))
        .routes(routes!(users::list_people))
        .routes(routes!(users::list_users, users::add_user))
        .routes(routes!(sign_ins::set_password))
        .routes(routes!(users::give_role, users::take_role))
        .routes(routes!(users::list_tokens, users::create_token))
        .routes(routes!(users::revoke_token))
        .layer(from_fn(answer_in_time))
}

/// As [`api`], but large: these take as long as they take.
fn streams() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(blobs::upload_blob))
        .routes(routes!(blobs::download_blob))
        .routes(routes!(imports::import_file))
        .routes(routes!(components::download_file))
        .routes(routes!(events::download_log))
        .routes(routes!(packages::download_package))
        .routes(routes!(exchange::known_logs))
        .routes(routes!(exchange::changes))
        .routes(routes!(exchange::offer_objects))
        .routes(routes!(exchange::fetch_objects))
        .routes(routes!(exchange::fetch_documents))
        .routes(routes!(exchange::take_in))
        .routes(routes!(packages::download_package_of_profile))
        .routes(routes!(packages::download_package_again))
}

/// For whoever watches the server; no token.
fn operations() -> Router<AppState> {
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .layer(from_fn(answer_in_time))
}

/// For people with a browser; no token until they try a route.
fn documentation(document: String) -> Router<AppState> {
    // No validator: the page asks nobody outside.
    let config = Config::from(OPENAPI).validator_url("none").try_it_out_enabled(true);
    let page = Router::from(SwaggerUi::new("/docs").config(config)).layer(map_response(
        |mut response: Response| async {
            let policy = headers::DOCUMENTATION;
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
            response
        },
    ));
    let json = [(header::CONTENT_TYPE, "application/json")];
    Router::new()
        .route(OPENAPI, get(|| async move { (json, document) }))
        .route("/problems", get(problems::list_problems))
        .route("/problems/{slug}", get(problems::show_problem))
        .merge(page)
}

/// For people; no token until they sign in.
fn app() -> Router<AppState> {
    Router::new().route("/", get(web::home)).route("/proof/{name}", get(web::proof_look))
}

/// Everything that is served, for one set of open stores.
pub fn router(lcms: Lcms) -> Router {
    with_state(AppState::new(lcms))
}

pub(crate) fn with_state(state: AppState) -> Router {
    let (api, document) = documented().split_for_parts();
    // It is made of strings and numbers only; a test compares it with the file that is kept.
    let document = openapi::write(&document).unwrap_or_default();
    api.merge(operations())
        .merge(documentation(document))
        .merge(app())
        .fallback(web::page)
        .method_not_allowed_fallback(problems::no_such_method)
        .layer(DefaultBodyLimit::max(JSON_BODY))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(state.clone(), observe))
        .with_state(state)
}

fn documented() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(openapi::Document::openapi())
        .nest("/api/v1", api().merge(streams()))
}

/// The OpenAPI document of all routes.
pub(crate) fn document() -> utoipa::openapi::OpenApi {
    documented().into_openapi()
}
