//! The pages that a problem's `type` leads to, and the answers for what is not served.

use axum::http::{Method, Uri};
use axum::response::Html;

use crate::extract::UrlPath;
use crate::problem::{Problem, ProblemKind};

/// Every kind of problem.
pub(crate) async fn list_problems() -> Html<String> {
    let entries: String = ProblemKind::ALL.iter().map(|kind| entry(*kind)).collect();
    Html(page("Problems", &entries))
}

/// One kind of problem.
pub(crate) async fn show_problem(UrlPath(slug): UrlPath<String>) -> Result<Html<String>, Problem> {
    let kind = ProblemKind::ALL
        .iter()
        .find(|kind| kind.slug() == slug)
        .ok_or_else(|| Problem::new(ProblemKind::NotFound, "there is no such kind of problem"))?;
    Ok(Html(page(kind.title(), &entry(*kind))))
}

/// Kinds hold nothing that HTML would read as markup but backticks, which stay as they are.
fn entry(kind: ProblemKind) -> String {
    format!(
        "<h2 id=\"{slug}\">{title}</h2>\n<p><code>{type_uri}</code>, status {status}</p>\n<p>{meaning}</p>\n",
        slug = kind.slug(),
        title = kind.title(),
        type_uri = kind.type_uri(),
        status = kind.status(),
        meaning = kind.meaning(),
    )
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title} · lcms</title>\n\
         <h1>{title}</h1>\n{body}<p><a href=\"/problems\">All problems</a> · \
         <a href=\"/docs/\">API</a></p>\n</html>\n"
    )
}

/// Nothing is served at this path.
pub(crate) fn no_such_route(uri: &Uri) -> Problem {
    Problem::new(ProblemKind::NoSuchRoute, format!("nothing is served at `{}`", uri.path()))
        .hint("`/docs/` lists the addresses of the API")
}

/// This path is not served for this method.
pub(crate) async fn no_such_method(method: Method, uri: Uri) -> Problem {
    let detail = format!("`{}` has no method {method}", uri.path());
    Problem::new(ProblemKind::MethodNotAllowed, detail)
}
