//! Finding components by words.

use std::collections::BTreeMap;

use lcms_core::Result;
use lcms_core::index::{Facet, Hit, Sort};
use lcms_core::service::{Lcms, SearchQuery};

use crate::args;
use crate::output::Output;

pub(crate) async fn search(lcms: &Lcms, args: args::Search, output: Output) -> Result<()> {
    lcms.indexing().catch_up().await?;
    let filters = BTreeMap::from([
        (Facet::Library, args.library),
        (Facet::Kind, args.kind),
        (Facet::State, args.state),
        (Facet::Tag, args.tag),
    ]);
    let query = SearchQuery {
        text: args.words.join(" "),
        filters,
        local: args.local,
        sort: Sort::Relevance,
        limit: args.limit,
        ..SearchQuery::default()
    };
    let result = lcms.operator_without_checks().search(query).await?;
    output.print(&result, |result| {
        let mut lines = vec![match result.page.total {
            1 => "1 component".to_owned(),
            total => format!("{total} components"),
        }];
        lines.extend(result.page.notes.iter().map(|note| format!("note: {note}")));
        lines.extend(result.page.hits.iter().map(said));
        if result.catching_up {
            lines.push("the index is catching up: the newest changes are not in it yet".to_owned());
        }
        lines.join("\n")
    });
    Ok(())
}

fn said(hit: &Hit) -> String {
    let Hit { library_key, key, kind, state, title, .. } = hit;
    let snippet = hit.snippet_html.as_deref().map(plain).filter(|snippet| !snippet.is_empty());
    let snippet = snippet.map_or_else(String::new, |snippet| format!("\n    {snippet}"));
    format!("\n{library_key}/{key}  {kind}, {state}\n    {title}{snippet}")
}

/// A snippet for a terminal: found words between asterisks.
fn plain(html: &str) -> String {
    let marked = html.replace("<mark>", "*").replace("</mark>", "*");
    let plain = marked
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}
