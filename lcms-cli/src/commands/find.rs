//! Finding components by words.

use std::collections::BTreeMap;

use lcms_core::index::{Facet, FacetCount, Hit, Likeness, SimilarHit, Sort, Source};
use lcms_core::model::Target;
use lcms_core::service::{Among, Draught, Fit, Lcms, SearchQuery, Session, SimilarQuery};
use lcms_core::{Error, Result};

use crate::args;
use crate::output::{Output, table};

/// Values shown of each property.
const COUNTS: usize = 8;

pub(crate) async fn search(
    lcms: &Lcms,
    session: &Session,
    args: args::Search,
    output: Output,
) -> Result<()> {
    let among = match args.release {
        Some(release) => Among::Release(release),
        None if args.superseded => Among::Superseded,
        None => Among::Standing,
    };
    lcms.indexing().catch_up().await?;
    if session.is_elsewhere(&among) {
        lcms.indexing().catch_up_versions().await?;
    }
    let mut filters = BTreeMap::from([
        (Facet::Library, args.library),
        (Facet::Kind, args.kind),
        (Facet::State, args.state),
        (Facet::Tag, args.tag),
        (Facet::Language, args.language),
    ]);
    for (facet, value) in args.filter {
        filters.entry(facet).or_default().push(value);
    }
    let query = SearchQuery {
        text: args.words.join(" "),
        filters,
        local: args.local,
        sort: Sort::Relevance,
        limit: args.limit,
        facets: args.counts,
        among,
        ..SearchQuery::default()
    };
    let result = session.search(query).await?;
    output.print(&result, |result| {
        let mut lines = vec![match result.page.total {
            1 => "1 component".to_owned(),
            total => format!("{total} components"),
        }];
        lines.extend(result.page.notes.iter().map(|note| format!("note: {note}")));
        lines.extend(result.page.hits.iter().map(said));
        for (facet, values) in result.page.facets.iter().flatten() {
            lines.extend(counted(*facet, values));
        }
        if result.catching_up {
            lines.push("the index is catching up: the newest changes are not in it yet".to_owned());
        }
        lines.join("\n")
    });
    Ok(())
}

/// The most frequent values of a property in a line.
fn counted(facet: Facet, values: &[FacetCount]) -> Option<String> {
    let said = |count: &FacetCount| {
        let value = count.label.as_deref().unwrap_or(&count.value);
        format!("{value} {}", count.count)
    };
    let mut shown: Vec<_> = values.iter().take(COUNTS).map(said).collect();
    if values.len() > COUNTS {
        shown.push("…".to_owned());
    }
    (!shown.is_empty()).then(|| format!("{}: {}", facet.name(), shown.join(", ")))
}

pub(crate) async fn similar(
    lcms: &Lcms,
    session: &Session,
    args: args::Similar,
    output: Output,
) -> Result<()> {
    lcms.indexing().catch_up().await?;
    let query =
        SimilarQuery { kinds: args.kind, libraries: args.library, local: false, limit: args.limit };
    let found = match args.component {
        Some(target) => session.similar(&target, query).await?,
        None => {
            let text = std::io::read_to_string(std::io::stdin())
                .map_err(|error| Error::invalid(format!("could not read the text: {error}")))?;
            let draught = Draught { title: String::new(), text, language: args.language };
            session.similar_to_text(draught, query).await?
        }
    };
    output.print(&found, |found| {
        let row = |found: &SimilarHit| {
            let likeness = match (found.likeness, found.percent) {
                (Likeness::Same, _) => "the same".to_owned(),
                (Likeness::Nearly, Some(percent)) => format!("{percent} % the same"),
                _ => "related".to_owned(),
            };
            let hit = &found.hit;
            [likeness, format!("{}/{}", hit.library_key, hit.key), hit.title.clone()]
        };
        table(&found.iter().map(row).collect::<Vec<_>>(), "nothing is like it")
    });
    Ok(())
}

pub(crate) async fn fits(session: &Session, target: &Target, output: Output) -> Result<()> {
    let fits = session.fits(target, 50).await?;
    output.print(&fits, |fits| {
        let row = |fit: &Fit| {
            let held = if fit.holds { ", holds it already" } else { "" };
            [
                format!("{}/{}", fit.library_key, fit.key),
                format!("{} shared, {} beside it{held}", fit.objectives, fit.neighbours),
                fit.title.clone(),
            ]
        };
        let none =
            "nothing serves the same objectives; a component without objectives fits nowhere";
        table(&fits.iter().map(row).collect::<Vec<_>>(), none)
    });
    Ok(())
}

fn said(hit: &Hit) -> String {
    let Hit { library_key, key, kind, state, title, .. } = hit;
    let snippet = hit.snippet_html.as_deref().map(plain).filter(|snippet| !snippet.is_empty());
    let source = match hit.snippet_source {
        None => "",
        Some(Source::Captions) => "captions: ",
        Some(Source::File) => "in the file: ",
        Some(Source::Comments) => "comments: ",
    };
    let snippet = snippet.map_or_else(String::new, |snippet| format!("\n    {source}{snippet}"));
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
