//! How lists are paged: as configured, or as the parameters and the response of an operation show.
//!
//! What is inferred is conservative: a list that is taken for paged when it is not would lose items.

use openapiv3::Parameter;

use super::media::{self, Kind};
use super::names::{self, Scope};
use super::operations::{Found, paging_object};
use super::parameters;
use super::view::{Node, View};
use crate::config::{Config, PaginationConfig};
use crate::model::{Http, Paging, PagingKind};
use crate::normalize::Document;
use crate::pointer;

// Names as `names::snake` writes them: `page[after]` is `page_after`.
const OFFSETS: &[&str] = &["offset", "skip", "page_offset"];
const SIZES: &[&str] = &["limit", "take", "page_size", "per_page", "page_limit", "max_results", "size", "count"];
const CURSORS: &[&str] = &[
    "cursor",
    "after",
    "page_token",
    "next_token",
    "starting_after",
    "page_after",
    "page_cursor",
    "after_cursor",
    "pagination_token",
    "continuation_token",
];
const ITEMS: &[&str] = &["data", "items", "results", "records", "entries", "values"];
/// Not `count`, which may be that of the page.
const TOTALS: &[&str] = &["total", "total_count", "total_items", "total_results"];
const NEXT: &[&str] = &[
    "next_cursor",
    "next_page_token",
    "next_token",
    "next_page_cursor",
    "next_page_after",
    "next_starting_after",
    "next_continuation_token",
    "next_pagination_token",
];
/// Members that hold the position.
const POSITIONS: &[&str] = &["meta", "metadata", "pagination", "paging", "page", "page_info", "response_metadata"];
/// What names the next page only beside nothing but the position.
const NEXT_OF_POSITION: &[&str] = &["next", "after"];

/// How many references and parts of a schema are followed to find a member.
const MAX_DEPTH: usize = 16;

/// The configured ways of paging, or the one that most APIs use and those that the operations show.
pub(super) fn styles(config: &Config, found: &[Found<'_>], document: &Document) -> Vec<PaginationConfig> {
    if !config.pagination.is_empty() {
        return config.pagination.values().cloned().collect();
    }
    let mut styles = vec![PaginationConfig::PageNumber {
        number: "page[number]".to_owned(),
        size: Some("page[size]".to_owned()),
        items: "data".to_owned(),
        meta: Some("meta".to_owned()),
        current: "/meta/page_number".to_owned(),
        total: "/meta/total_pages".to_owned(),
    }];
    for found in found {
        if choose(found, &styles, document).is_some() {
            continue;
        }
        styles.extend(infer(found, document));
    }
    styles
}

/// The styles in terms of the crate, each with a name of its own.
pub(super) fn lower(styles: &[PaginationConfig]) -> Vec<Paging> {
    let mut taken = Scope::default();
    let mut lowered = Vec::new();
    for style in styles {
        let (kind, size) = match style {
            PaginationConfig::PageNumber { current, total, size, .. } => {
                (PagingKind::PageNumber { current: current.clone(), total: total.clone() }, size)
            }
            PaginationConfig::Offset { total, size, .. } => (PagingKind::Offset { total: total.clone() }, size),
            PaginationConfig::Cursor { next, size, .. } => (PagingKind::Cursor { next: next.clone() }, size),
        };
        lowered.push(Paging {
            constant: taken.claim(&format!("{}_PAGES", names::shouty(style.param()))),
            kind,
            param: style.param().to_owned(),
            size: size.clone(),
            items: style.items().to_owned(),
            meta: style.meta().map(str::to_owned),
        });
    }
    lowered
}

/// Which of the styles the operation has.
pub(super) fn choose(found: &Found<'_>, styles: &[PaginationConfig], document: &Document) -> Option<usize> {
    let params = query_params(found, document);
    let body = body(found, document);
    styles.iter().position(|style| {
        params.iter().any(|param| param == style.param())
            && match style {
                // What the response lacks is missed when the list is walked, and told then.
                PaginationConfig::PageNumber { .. } => true,
                // An end that can't be seen would look like the end of the list.
                PaginationConfig::Offset { .. } | PaginationConfig::Cursor { .. } => body.is_some_and(|body| {
                    is_list(body, style.items(), document)
                        && style.pointers().iter().all(|(_, pointer)| at(body, pointer, document).is_some())
                }),
            }
    })
}

/// How the operation shows that it is paged.
fn infer(found: &Found<'_>, document: &Document) -> Option<PaginationConfig> {
    if found.http != Http::Get {
        return None;
    }
    let params = query_params(found, document);
    let param = |known: &[&str]| params.iter().find(|name| known.contains(&names::snake(name).as_str())).cloned();
    let body = body(found, document)?;
    let items = items(body, document)?.to_owned();
    let size = param(SIZES);
    if let Some(cursor) = param(CURSORS)
        && let Some((meta, next)) = next(body, document)
    {
        return Some(PaginationConfig::Cursor { cursor, size, items, meta, next });
    }
    let offset = param(OFFSETS)?;
    size.as_ref()?;
    let (meta, total) = scalar_within(body, TOTALS, TOTALS, &["integer", "number"], document).unzip();
    Some(PaginationConfig::Offset { offset, size, items, meta: meta.flatten(), total })
}

/// The parameters of the query; an object that asks for a page counts as one for each member.
fn query_params(found: &Found<'_>, document: &Document) -> Vec<String> {
    let mut params = Vec::new();
    for (parameter, _) in found.parameters(document) {
        let Parameter::Query { parameter_data, .. } = parameter else { continue };
        let members = parameters::schema(parameter).and_then(|node| paging_object(node, document)).unwrap_or_default();
        params.extend(members.iter().map(|(member, _)| format!("{}[{member}]", parameter_data.name)));
        params.push(parameter_data.name.clone());
    }
    params
}

/// The JSON that the operation gives.
fn body<'a>(found: &Found<'a>, document: &'a Document) -> Option<Node<'a>> {
    let successes = found.successes(document);
    let (media_type, media) = successes.iter().find_map(|(_, response, _)| media::preferred(&response.content))?;
    media.schema.as_ref().filter(|_| media::kind(media_type) == Kind::Json).map(Node::from)
}

/// The one member that is a list, or the one of those with a name that says so.
fn items<'a>(body: Node<'a>, document: &'a Document) -> Option<&'a str> {
    let members = members(body, document, MAX_DEPTH);
    let lists: Vec<&str> = members.iter().map(|(name, _)| *name).filter(|name| is_list(body, name, document)).collect();
    let named: Vec<&str> = lists.iter().copied().filter(|name| ITEMS.contains(name)).collect();
    match (lists.as_slice(), named.as_slice()) {
        ([only], _) | (_, [only]) => Some(only),
        _ => None,
    }
}

fn is_list(body: Node<'_>, member: &str, document: &Document) -> bool {
    let list = member_of(body, member, document).and_then(|node| schema_of(node, document));
    list.is_some_and(|list| list.items.is_some())
}

/// Where the response names the next page, and the member that holds the position.
fn next(body: Node<'_>, document: &Document) -> Option<(Option<String>, String)> {
    let of_position: Vec<&str> = NEXT.iter().chain(NEXT_OF_POSITION).copied().collect();
    scalar_within(body, NEXT, &of_position, &["string", "integer"], document)
}

/// A member of one of the names at the top, or of those of the second list in what holds the position.
fn scalar_within(
    body: Node<'_>,
    at_top: &[&str],
    in_position: &[&str],
    kinds: &[&str],
    document: &Document,
) -> Option<(Option<String>, String)> {
    let scalar = |node: Node<'_>, known: &[&str]| {
        let members = members(node, document, MAX_DEPTH);
        let fits = |(name, node): &&(&str, Node<'_>)| {
            known.contains(&names::snake(name).as_str())
                && schema_of(*node, document).is_some_and(|schema| {
                    // A URL names the next page in another way.
                    schema.kind.is_some_and(|kind| kinds.contains(&kind)) && !is_url(&schema)
                })
        };
        members.iter().find(fits).map(|(name, _)| (*name).to_owned())
    };
    let mut path = String::new();
    if let Some(name) = scalar(body, at_top) {
        pointer::push(&mut path, &name);
        return Some((None, path));
    }
    let positions = members(body, document, MAX_DEPTH);
    positions.iter().filter(|(name, _)| POSITIONS.contains(&names::snake(name).as_str())).find_map(|(meta, node)| {
        let name = scalar(*node, in_position)?;
        pointer::push(&mut path, meta);
        pointer::push(&mut path, &name);
        Some((Some((*meta).to_owned()), path.clone()))
    })
}

fn is_url(schema: &View<'_>) -> bool {
    let example = schema.data.example.as_ref().and_then(|example| example.as_str());
    schema.format.is_some_and(|format| format.starts_with("ur"))
        || example.is_some_and(|example| example.starts_with('/') || example.contains("://"))
}

/// The schema at a JSON pointer into its values.
fn at<'a>(body: Node<'a>, path: &str, document: &'a Document) -> Option<Node<'a>> {
    path.split('/').skip(1).try_fold(body, |node, segment| member_of(node, &pointer::unescape(segment), document))
}

fn member_of<'a>(node: Node<'a>, name: &str, document: &'a Document) -> Option<Node<'a>> {
    members(node, document, MAX_DEPTH).into_iter().find(|(member, _)| *member == name).map(|(_, node)| node)
}

/// The members of an object, also those of its parts.
fn members<'a>(node: Node<'a>, document: &'a Document, depth: usize) -> Vec<(&'a str, Node<'a>)> {
    let (Some(view), Some(depth)) = (schema_of(node, document), depth.checked_sub(1)) else { return Vec::new() };
    let parts = view.all_of.iter().flat_map(|part| members(Node::from(part), document, depth));
    view.properties().chain(parts).collect()
}

/// The schema behind references.
fn schema_of<'a>(mut node: Node<'a>, document: &'a Document) -> Option<View<'a>> {
    for _ in 0..MAX_DEPTH {
        match node {
            Node::Schema(schema) => return Some(View::of(schema)),
            Node::Reference(name) => node = document.schema(name).map(Node::from)?,
        }
    }
    None
}
