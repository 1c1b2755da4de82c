//! The fields of the index, and a document as the engine wants it.

use std::collections::BTreeSet;

use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::TokenizerManager;
use tantivy::{TantivyDocument, Term};
use uuid::Uuid;

use super::analysis::{self, Analyzer};
use super::document::{Card, IndexDocument, microseconds};
use super::facet::{Facet, with_ancestors};
use super::ranking::standing;
use crate::model::likeness;

/// Number of the layout and the analysis together. Raise it whenever the same document would be
/// indexed otherwise than before: an index with another number is rebuilt.
pub(super) const VERSION: u32 = 5;

/// The name of our analyzer in the schema.
const ANALYZER: &str = "lcms";
/// Fast fields, by the names under which the collector opens them.
pub(super) const ID_HIGH: &str = "id_high";
pub(super) const ID_LOW: &str = "id_low";
pub(super) const UPDATED: &str = "updated";
pub(super) const TITLE_ORDER: &str = "title_order";
pub(super) const STANDING: &str = "standing";

/// What stands in the field of what is local to a structure.
const LOCAL: &str = "local";

/// Titles are sorted by their first bytes only.
const TITLE_ORDER_BYTES: usize = 120;

/// Handles of the fields.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    /// The document's id as bytes: what it is replaced by.
    document: Field,
    /// The component's id as bytes.
    pub(super) component: Field,
    /// The library's id as bytes: what a reader is allowed by.
    pub(super) library: Field,
    /// The library's id, a colon and a language that the document has texts in.
    pub(super) spoken: Field,
    /// Present on what is local to a structure.
    local: Field,
    /// The names that mean exactly one component: key, library/key; in lower case.
    pub(super) reference: Field,
    /// Facet values as they are, in the order of [`Facet::ALL`].
    facets: [Field; Facet::ALL.len()],
    /// Analysed texts.
    pub(super) title: Field,
    pub(super) key: Field,
    pub(super) tags: Field,
    /// Summary, keywords and metadata.
    pub(super) about: Field,
    pub(super) body: Field,
    pub(super) comments: Field,
    /// Half the digest of the content, and what near duplicates of the text share.
    pub(super) content: Field,
    pub(super) bands: Field,
    /// Of one version among others: its branch, which component in which language, from and until
    /// which event, what it is.
    pub(super) branch: Field,
    pub(super) place: Field,
    pub(super) since: Field,
    pub(super) until: Field,
    pub(super) pair: Field,
    /// Factor of the score.
    standing: Field,
    /// Sort keys: the halves of the document's id, microseconds, folded title.
    id_high: Field,
    id_low: Field,
    pub(super) updated: Field,
    title_order: Field,
    /// The stored [`Card`].
    pub(super) card: Field,
}

impl Fields {
    /// The field that holds the values of `facet`.
    pub(super) fn facet(&self, facet: Facet) -> Field {
        self.facets[facet as usize]
    }

    /// The term of everything that is local to a structure.
    pub(super) fn local_term(&self) -> Term {
        Term::from_field_text(self.local, LOCAL)
    }

    /// The term that names a document.
    pub(super) fn document_term(&self, id: Uuid) -> Term {
        Term::from_field_bytes(self.document, id.as_bytes())
    }

    /// The term of all documents of a component.
    pub(super) fn component_term(&self, component: Uuid) -> Term {
        Term::from_field_bytes(self.component, component.as_bytes())
    }
}

/// The schema, with the handles of its fields.
pub(super) fn build() -> (Schema, Fields) {
    let label = TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer("raw")
            .set_index_option(IndexRecordOption::Basic)
            .set_fieldnorms(false),
    );
    let text = TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer(ANALYZER)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions),
    );
    let mut schema = Schema::builder();
    let fields = Fields {
        document: schema.add_bytes_field("document", INDEXED),
        component: schema.add_bytes_field("component", INDEXED),
        library: schema.add_bytes_field("library_id", INDEXED),
        spoken: schema.add_text_field("spoken", label.clone()),
        local: schema.add_text_field("local", label.clone()),
        reference: schema.add_text_field("reference", label.clone()),
        facets: Facet::ALL
            .map(|facet| schema.add_text_field(facet.name(), label.clone().set_fast("raw"))),
        title: schema.add_text_field("title", text.clone()),
        key: schema.add_text_field("key", text.clone()),
        tags: schema.add_text_field("tags", text.clone()),
        about: schema.add_text_field("about", text.clone()),
        body: schema.add_text_field("body", text.clone()),
        comments: schema.add_text_field("comments", text),
        content: schema.add_bytes_field("content", INDEXED),
        bands: schema.add_u64_field("bands", INDEXED),
        branch: schema.add_i64_field("branch", INDEXED),
        place: schema.add_text_field("place", label),
        since: schema.add_i64_field("since", FAST | INDEXED),
        until: schema.add_i64_field("until", FAST | INDEXED),
        pair: schema.add_bytes_field("pair", INDEXED),
        standing: schema.add_f64_field(STANDING, FAST),
        id_high: schema.add_u64_field(ID_HIGH, FAST),
        id_low: schema.add_u64_field(ID_LOW, FAST),
        updated: schema.add_i64_field(UPDATED, FAST),
        title_order: schema.add_text_field(TITLE_ORDER, TextOptions::default().set_fast("raw")),
        card: schema.add_bytes_field("card", STORED),
    };
    (schema.build(), fields)
}

/// The tokenizers that the schema names.
pub(super) fn tokenizers() -> TokenizerManager {
    let tokenizers = TokenizerManager::default();
    tokenizers.register(ANALYZER, Analyzer::default());
    tokenizers
}

/// A document of the engine, ready to be added.
pub(super) fn encode(
    fields: &Fields,
    document: IndexDocument,
) -> postcard::Result<TantivyDocument> {
    let mut encoded = TantivyDocument::default();
    encoded.add_bytes(fields.document, document.id().as_bytes());
    encoded.add_bytes(fields.component, document.component.as_bytes());
    encoded.add_bytes(fields.library, document.library.as_bytes());
    if document.local {
        encoded.add_text(fields.local, LOCAL);
    }
    if let Some(version) = document.version {
        encoded.add_i64(fields.branch, version.branch.into());
        encoded.add_text(fields.place, place(document.component, &document.text.language));
        encoded.add_i64(fields.since, version.since);
        encoded.add_i64(fields.until, version.until);
        encoded.add_bytes(fields.pair, &version.pair);
    }

    let reference = format!("{}/{}", document.library_key, document.key).to_lowercase();
    encoded.add_text(fields.reference, document.key.to_lowercase());
    encoded.add_text(fields.reference, &reference);

    let languages: BTreeSet<&str> = document.texts().map(|text| text.language.as_str()).collect();
    let heard = document.attached.iter().map(|attached| attached.language.as_str());
    for language in languages.iter().copied().chain(heard).collect::<BTreeSet<_>>() {
        encoded.add_text(fields.spoken, spoken(document.library, language));
    }
    let mut add_label = |facet, values: &mut dyn Iterator<Item = &str>| {
        // A document counts once for a value, however often it carries it.
        let values: BTreeSet<&str> = values.flat_map(with_ancestors).collect();
        for value in values {
            encoded.add_text(fields.facet(facet), value);
        }
    };
    add_label(Facet::Library, &mut [document.library_key.as_str()].into_iter());
    add_label(Facet::Kind, &mut [document.kind.as_str()].into_iter());
    add_label(Facet::State, &mut [document.state.as_str()].into_iter());
    add_label(Facet::Language, &mut languages.into_iter());
    add_label(Facet::Tag, &mut document.tags.iter().map(String::as_str));
    for (facet, values) in &document.labels {
        add_label(*facet, &mut values.iter().map(String::as_str));
    }

    let mut add_text = |field, language: &str, text: &str| {
        if !text.is_empty() {
            encoded.add_text(field, analysis::tagged(language, text));
        }
    };
    for text in document.texts() {
        add_text(fields.title, &text.language, &text.title);
        add_text(fields.about, &text.language, &text.summary);
        add_text(fields.body, &text.language, &text.body);
    }
    for attached in &document.attached {
        add_text(fields.body, &attached.language, &attached.text);
    }
    let language = &document.text.language;
    add_text(fields.key, language, &reference);
    for tag in &document.tags {
        add_text(fields.tags, language, tag);
    }
    for keyword in &document.keywords {
        add_text(fields.about, language, keyword);
    }
    add_text(fields.about, language, &document.metadata_text);
    add_text(fields.comments, language, &document.comments);

    encoded.add_bytes(fields.content, half(&document.content));
    for text in document.texts() {
        for band in likeness::bands(&text.body).into_iter().flatten() {
            encoded.add_u64(fields.bands, filed(band));
        }
    }

    let (id_high, id_low) = document.id().as_u64_pair();
    encoded.add_u64(fields.id_high, id_high);
    encoded.add_u64(fields.id_low, id_low);
    encoded.add_i64(fields.updated, microseconds(document.updated));
    encoded.add_text(fields.title_order, title_order(&document.text.title));
    let standing = standing(&document.state, document.uses, document.updated);
    encoded.add_f64(fields.standing, standing);
    encoded.add_bytes(fields.card, &Card::from(document).write()?);
    Ok(encoded)
}

/// The number that a band is filed under. Half of it takes half the space, and is by chance that of
/// another band once in thousands of searches; what is found is compared anyway.
pub(super) fn filed(band: u64) -> u64 {
    band >> 32
}

/// As much of a digest as tells contents apart.
pub(super) fn half(digest: &[u8]) -> &[u8] {
    &digest[..digest.len() / 2]
}

/// Which component in which language.
pub(super) fn place(component: Uuid, language: &str) -> String {
    format!("{}:{language}", component.simple())
}

/// A language that a library has texts in.
fn spoken(library: Uuid, language: &str) -> String {
    format!("{}{language}", spoken_in(library))
}

/// What the languages of a library begin with in their field.
pub(super) fn spoken_in(library: Uuid) -> String {
    format!("{}:", library.simple())
}

/// What titles are sorted by: folded, so that accents and case do not matter.
fn title_order(title: &str) -> String {
    let mut order = title.trim().to_lowercase();
    analysis::fold(&mut order);
    order.truncate(order.floor_char_boundary(TITLE_ORDER_BYTES));
    order
}
