//! How lists are paged: as configured, or as the parameters and the response of an operation show.
//!
//! What is inferred is conservative: a list that is taken for paged when it is not would lose items.

use std::collections::HashSet;

use indexmap::IndexMap;
use indexmap::map::Entry;
use openapiv3::{Parameter, Response, Schema, SchemaKind, Type as SchemaType};

use super::media::{self, Kind};
use super::names::{self, Scope};
use super::operations::{Found, paging_object};
use super::parameters;
use super::view::{Node, View};
use crate::config::{Config, PaginationConfig};
use crate::diagnostic::{Diagnostics, Location};
use crate::model::{Http, Paging, PagingKind};
use crate::normalize::Document;
use crate::pointer;
use crate::source::FileId;

// Names as `names::snake` writes them: `page[after]` is `page_after`.
const NUMBERS: &[&str] = &["page", "page_number", "page_num", "page_no", "page_index", "current_page"];
const OFFSETS: &[&str] = &["offset", "skip", "page_offset"];
const SIZES: &[&str] = &["limit", "take", "page_size", "per_page", "page_limit", "max_results", "size", "count"];
/// Parameters that only lists have.
const PARTS: &[&str] = &["page", "page_number", "page_size", "per_page", "limit", "offset", "cursor"];
const CURSORS: &[&str] = &[
    "cursor",
    "after",
    "page_token",
    "next_token",
    "starting_after",
    "page_after",
    "page_cursor",
    "after_cursor",
    "after_id",
    "pagination_token",
    "continuation_token",
];
/// Cursors that are the id of an item.
const AFTER_ITEMS: &[&str] = &["starting_after", "after_id"];
const ITEMS: &[&str] = &["data", "items", "results", "records", "entries", "values"];
/// Where the response tells the number of the page, and of the pages: at the top, and in what holds the position.
const CURRENT: &[&str] = NUMBERS;
const CURRENT_OF_POSITION: &[&str] =
    &["page", "page_number", "page_num", "page_no", "page_index", "current_page", "current", "number"];
const PAGE_TOTALS: &[&str] = &["total_pages", "page_count", "pages", "num_pages", "last_page", "pages_total"];
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
/// What names the last item of the page, and so the next page, only beside a flag that says whether there is one.
const LAST: &[&str] = &["last_id", "end_cursor"];
/// Flags that are false on the last page.
const MORE: &[&str] = &["has_more", "has_next", "has_next_page"];
/// Members that hold links.
const LINKS: &[&str] = &["links"];
/// Names of links to the next page.
const NEXT_LINKS: &[&str] = &[
    "next_href",
    "next_link",
    "next_page_link",
    "next_page_uri",
    "next_page_url",
    "next_uri",
    "next_url",
    "odata_next_link",
];
/// Names of what is a link to the next page if it is a URL.
const NEXT_URLS: &[&str] = &["next", "next_page"];
/// What a link that is an object has its URL in.
const HREFS: &[&str] = &["href", "link", "url"];

/// The ways of paging that there are, and that of each operation.
pub(super) struct Pagination {
    styles: Vec<PaginationConfig>,
    /// One for each operation, in their order.
    chosen: Vec<Option<usize>>,
    /// Whether each operation gives several things, paged or not.
    lists: Vec<bool>,
}

/// The way of paging that an operation has.
#[derive(Clone, Copy)]
pub(super) struct Chosen<'p> {
    pub index: usize,
    pub style: &'p PaginationConfig,
}

impl Pagination {
    /// As configured, or else as the operations show.
    pub(super) fn of(
        config: &Config,
        config_file: Option<FileId>,
        found: &[Found<'_>],
        document: &Document,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let shown: Vec<Shown<'_>> = found.iter().map(|found| Shown::by(found, document)).collect();
        let (styles, chosen) = if config.pagination.is_empty() {
            Self::inferred(&shown)
        } else {
            Self::configured(config, config_file, &shown, diagnostics)
        };
        let style = |chosen: &Option<usize>| styles.get((*chosen)?);
        let lists = shown.iter().zip(&chosen).map(|(shown, chosen)| shown.lists(style(chosen))).collect();
        Self { styles, chosen, lists }
    }

    /// The ways of the configuration, and the first of them that an operation has.
    fn configured(
        config: &Config,
        config_file: Option<FileId>,
        shown: &[Shown<'_>],
        diagnostics: &mut Diagnostics,
    ) -> (Vec<PaginationConfig>, Vec<Option<usize>>) {
        let styles: Vec<PaginationConfig> = config.pagination.values().cloned().collect();
        let mut chosen = Vec::new();
        for shown in shown {
            let own = styles.iter().position(|style| shown.has(style));
            let meant = own.or_else(|| styles.iter().position(|style| shown.takes(style)));
            if let Some((name, style)) = meant.and_then(|index| config.pagination.get_index(index)) {
                shown.report_lack(name, style, config_file, diagnostics);
            }
            chosen.push(own);
        }
        (styles, chosen)
    }

    /// The way that most APIs use, and those that the operations show.
    fn inferred(shown: &[Shown<'_>]) -> (Vec<PaginationConfig>, Vec<Option<usize>>) {
        let usual = PaginationConfig::PageNumber {
            number: "page[number]".to_owned(),
            size: Some("page[size]".to_owned()),
            items: "data".to_owned(),
            meta: Some("meta".to_owned()),
            current: Some("/meta/page_number".to_owned()),
            total: Some("/meta/total_pages".to_owned()),
        };
        let own = |shown: &Shown<'_>| if shown.has(&usual) { Some(usual.clone()) } else { shown.infer() };
        let own: Vec<Option<PaginationConfig>> = shown.iter().map(own).collect();
        let mut styles = vec![usual];
        for own in own.iter().flatten() {
            if !styles.iter().any(|style| is_same(style, own)) {
                styles.push(own.clone());
            }
        }
        // What shows nothing by itself may be like others. Links are too common for that; and `page[number]` says by its
        // name what it is, while `page` alone needs a response that says so.
        let like_others = |shown: &Shown<'_>| {
            let is_like = |(index, style): (usize, &PaginationConfig)| {
                let is_clear = index == 0 || !matches!(style, PaginationConfig::PageNumber { .. });
                style.param().is_some() && is_clear && shown.has(style)
            };
            styles.iter().enumerate().position(is_like)
        };
        let chosen = shown.iter().zip(&own).map(|(shown, own)| match own {
            Some(own) => styles.iter().position(|style| is_same(style, own)),
            None => like_others(shown),
        });
        let chosen = chosen.collect();
        (styles, chosen)
    }

    /// The way of the operation of this index.
    pub(super) fn chosen(&self, operation: usize) -> Option<Chosen<'_>> {
        let index = (*self.chosen.get(operation)?)?;
        Some(Chosen { index, style: self.styles.get(index)? })
    }

    /// Whether the operation of this index gives several things, paged or not.
    pub(super) fn lists(&self, operation: usize) -> bool {
        self.lists.get(operation).copied().unwrap_or_default()
    }

    /// The styles in terms of the crate, each with a name of its own.
    pub(super) fn lower(&self) -> Vec<Paging> {
        let mut taken = Scope::default();
        let lower = |style: &PaginationConfig| Paging {
            constant: taken.claim(&format!("{}_PAGES", names::shouty(style.param().unwrap_or("link")))),
            kind: kind(style),
            size: style.size().map(str::to_owned),
            items: style.items().to_owned(),
            meta: style.meta().map(str::to_owned),
        };
        self.styles.iter().map(lower).collect()
    }
}

fn kind(style: &PaginationConfig) -> PagingKind {
    match style.clone() {
        PaginationConfig::PageNumber { number: param, current, total, .. } => {
            PagingKind::PageNumber { param, current, total }
        }
        PaginationConfig::Offset { offset: param, total, .. } => PagingKind::Offset { param, total },
        PaginationConfig::Cursor { cursor: param, next, more, .. } => PagingKind::Cursor { param, next, more },
        PaginationConfig::LastItem { after: param, id, more, .. } => PagingKind::LastItem { param, id, more },
        PaginationConfig::Link { next: Some(next), .. } => PagingKind::Link { next },
        PaginationConfig::Link { header, .. } => PagingKind::LinkHeader { name: header.unwrap_or_default() },
    }
}

/// Whether two styles differ in nothing but the parameter for the size of pages, which no walk needs.
fn is_same(one: &PaginationConfig, other: &PaginationConfig) -> bool {
    one.items() == other.items() && one.meta() == other.meta() && kind(one) == kind(other)
}

/// What an operation shows of the way in which it is paged.
struct Shown<'a> {
    found: &'a Found<'a>,
    document: &'a Document,
    /// The parameters of the query; an object that asks for a page counts as one for each member.
    params: Vec<(String, Option<Node<'a>>)>,
    /// The response with the JSON that the operation gives.
    success: Option<(&'a Response, Node<'a>)>,
}

impl<'a> Shown<'a> {
    fn by(found: &'a Found<'a>, document: &'a Document) -> Self {
        Self { found, document, params: query_params(found, document), success: success(found, document) }
    }

    /// Whether the operation gives several things: it is a list of this style, its JSON is an array or an object of nothing
    /// else, it can be asked for a part, or the last word of its path is a plural. What a value names is one thing, unless
    /// it has pages.
    fn lists(&self, style: Option<&PaginationConfig>) -> bool {
        let (document, path) = (self.document, self.found.path.trim_end_matches('/'));
        let has_items = |style| self.lack(style).is_none_or(|(member, _)| member != "items");
        let is_paged = style.is_some_and(has_items);
        if is_paged || path.ends_with('}') {
            return is_paged;
        }
        let is_array = |body: Node<'a>| body.view(document).is_some_and(|body| body.items.is_some());
        let is_array_within = |body| {
            self.found.only_member(document).and_then(|only| member_of(body, only, document)).is_some_and(is_array)
        };
        let asks_for_part = || self.params.iter().any(|(param, _)| PARTS.contains(&names::snake(param).as_str()));
        self.success.is_some_and(|(_, body)| is_array(body) || is_array_within(body))
            || asks_for_part()
            || is_plural(path)
    }

    /// Whether the operation takes the parameters of a style.
    fn takes(&self, style: &PaginationConfig) -> bool {
        let takes = |name: &str| self.params.iter().any(|(param, _)| param == name);
        match style {
            PaginationConfig::Link { size, .. } => self.is_get() && size.as_deref().is_some_and(takes),
            _ => style.param().is_some_and(takes),
        }
    }

    /// Whether the operation has this style.
    fn has(&self, style: &PaginationConfig) -> bool {
        match style {
            // What the response lacks is missed when the list is walked, and told then.
            PaginationConfig::PageNumber { .. } => self.takes(style),
            // An end that can't be seen would look like the end of the list.
            PaginationConfig::Offset { .. } | PaginationConfig::Cursor { .. } | PaginationConfig::LastItem { .. } => {
                self.takes(style) && self.lack(style).is_none()
            }
            // Any list could have the header, were it not for what the document says.
            PaginationConfig::Link { header, .. } => {
                let says_so = header.as_deref().is_none_or(|name| self.has_header(name) || self.takes(style));
                self.is_get() && says_so && self.lack(style).is_none()
            }
        }
    }

    /// What the response lacks for a style: the member of the configuration, and the JSON pointer.
    fn lack(&self, style: &PaginationConfig) -> Option<(&'static str, String)> {
        let document = self.document;
        let list = pointer::member(style.items());
        let Some((_, body)) = self.success else { return Some(("items", list)) };
        let Some(item) = at(body, &list, document).and_then(|list| list.view(document)?.items) else {
            return Some(("items", list));
        };
        let is_there = |pointer: &str| at(body, pointer, document).is_some();
        let lacking = style.pointers().into_iter().find(|(_, pointer)| !is_there(pointer));
        let lacking = lacking.map(|(member, pointer)| (member, pointer.to_owned()));
        match style {
            PaginationConfig::LastItem { id, .. } if at(item, id, document).is_none() => {
                lacking.or_else(|| Some(("id", format!("{list}/0{id}"))))
            }
            _ => lacking,
        }
    }

    /// Warns of a response that lacks what a configured style, whose parameters the operation takes, looks for.
    fn report_lack(
        &self,
        name: &str,
        style: &PaginationConfig,
        config_file: Option<FileId>,
        diagnostics: &mut Diagnostics,
    ) {
        let Some((member, lacking)) = self.success.and_then(|_| self.lack(style)) else { return };
        let param = style.param().or(style.size()).unwrap_or_default();
        let what = match (member, lacking.as_str()) {
            ("items", "") => "is no list".to_owned(),
            ("items", list) => format!("has no list at `{list}`"),
            (_, pointer) => format!("has nothing at `{pointer}`"),
        };
        let outcome =
            if self.has(style) && member != "items" { "a walk over it may end in an error" } else { "it is not paged" };
        let warning = diagnostics.warning(
            "not-paged",
            self.document.locate(&self.found.pointer),
            format!("`{}` takes `{param}`, but its response {what}: {outcome}", self.name()),
        );
        warning.help(
            "correct the style in `pagination`, add one for such operations, or add what is missing to the document by a \
             patch",
        );
        if let Some(file) = config_file {
            let place = pointer::join(&pointer::join("/pagination", name), member);
            warning.related(Location::value(file, place), "which is looked for here");
        }
    }

    fn name(&self) -> String {
        self.found.operation.operation_id.clone().unwrap_or_else(|| self.found.reference())
    }

    /// How the operation shows that it is paged.
    fn infer(&self) -> Option<PaginationConfig> {
        if !self.is_get() {
            return None;
        }
        let (_, body) = self.success?;
        let Some(items) = items(body, self.document) else { return self.infer_header(body, String::new()) };
        // A link is exact, a number is not: whether it begins at 0, and where it ends, is for the response to tell.
        let ways =
            [Self::infer_cursor, Self::infer_offset, Self::infer_link, Self::infer_header, Self::infer_page_number];
        ways.iter().find_map(|infer| infer(self, body, items.to_owned()))
    }

    fn infer_cursor(&self, body: Node<'a>, items: String) -> Option<PaginationConfig> {
        let cursor = self.param(CURSORS)?;
        let (document, size) = (self.document, self.param(SIZES));
        if let Some((meta, next)) = next(body, document) {
            let more = more(body, &next, document);
            return Some(PaginationConfig::Cursor { cursor, size, items, meta, next, more });
        }
        if let Some((meta, next)) = scalar_within(body, LAST, LAST, &["string", "integer"], document)
            && let more @ Some(_) = more(body, &next, document)
        {
            return Some(PaginationConfig::Cursor { cursor, size, items, meta, next, more });
        }
        let after = self.param(AFTER_ITEMS)?;
        let more = more(body, "/", document)?;
        let item = at(body, &pointer::member(&items), document).and_then(|list| list.view(document)?.items)?;
        let id = member_of(item, "id", document)?.view(document)?;
        let is_id = matches!(id.kind, Some("string" | "integer"));
        is_id.then(|| PaginationConfig::LastItem {
            after,
            size,
            items,
            meta: None,
            id: "/id".to_owned(),
            more: Some(more),
        })
    }

    fn infer_offset(&self, body: Node<'a>, items: String) -> Option<PaginationConfig> {
        let offset = self.param(OFFSETS)?;
        let size = Some(self.param(SIZES)?);
        let (meta, total) = scalar_within(body, TOTALS, TOTALS, &["integer", "number"], self.document).unzip();
        Some(PaginationConfig::Offset { offset, size, items, meta: meta.flatten(), total })
    }

    fn infer_page_number(&self, body: Node<'a>, items: String) -> Option<PaginationConfig> {
        const NUMERIC: &[&str] = &["integer", "number"];
        let (number, node) = self.params.iter().find(|(name, node)| {
            let kind = node.and_then(|node| node.resolve(self.document)).and_then(|schema| View::of(schema).kind);
            NUMBERS.contains(&names::snake(name).as_str()) && kind.is_none_or(|kind| NUMERIC.contains(&kind))
        })?;
        let size = self.param(SIZES);
        let told = |at_top, in_position| scalar_within(body, at_top, in_position, NUMERIC, self.document);
        let (current, pages) = (told(CURRENT, CURRENT_OF_POSITION), told(PAGE_TOTALS, PAGE_TOTALS));
        // A count of items tells that there are pages, not how many: the walk ends at one that is empty.
        let is_counted = pages.is_some() || told(TOTALS, TOTALS).is_some();
        // Without either, the page after the first one may be number 1 or 2.
        let is_first_known = current.is_some() || node.is_some_and(|node| begins_at_one(node, self.document));
        // Where a cursor is asked for as well, a number alone may not lead there.
        if !is_first_known || !(is_counted || (current.is_some() && size.is_some())) || self.param(CURSORS).is_some() {
            return None;
        }
        // What holds the whole position is all that is told of the page.
        let mut metas = current.iter().chain(&pages).map(|(meta, _)| meta);
        let meta = metas.next().cloned().flatten().filter(|meta| metas.all(|other| other.as_ref() == Some(meta)));
        let pointer = |told: Option<(Option<String>, String)>| told.map(|(_, pointer)| pointer);
        Some(PaginationConfig::PageNumber {
            number: number.clone(),
            size,
            items,
            meta,
            current: pointer(current),
            total: pointer(pages),
        })
    }

    fn infer_link(&self, body: Node<'a>, items: String) -> Option<PaginationConfig> {
        let (meta, next) = link(body, self.document)?;
        Some(PaginationConfig::Link { size: self.param(SIZES), items, meta, next: Some(next), header: None })
    }

    /// The list is a member, or what has no such member.
    fn infer_header(&self, body: Node<'a>, items: String) -> Option<PaginationConfig> {
        let is_list = !items.is_empty() || body.view(self.document)?.items.is_some();
        let header = Some("Link".to_owned()).filter(|name| is_list && self.has_header(name))?;
        Some(PaginationConfig::Link { size: self.param(SIZES), items, meta: None, next: None, header: Some(header) })
    }

    /// The first parameter of one of the names.
    fn param(&self, known: &[&str]) -> Option<String> {
        self.params.iter().map(|(name, _)| name).find(|name| known.contains(&names::snake(name).as_str())).cloned()
    }

    fn has_header(&self, name: &str) -> bool {
        self.success.is_some_and(|(response, _)| response.headers.keys().any(|known| known.eq_ignore_ascii_case(name)))
    }

    fn is_get(&self) -> bool {
        self.found.http == Http::Get
    }
}

/// Whether the last word of a path is a plural.
fn is_plural(path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    last.ends_with('s') && !last.ends_with("ss") && !last.ends_with("us")
}

/// The parameters of the query; an object that asks for a page counts as one for each member.
fn query_params<'a>(found: &Found<'a>, document: &'a Document) -> Vec<(String, Option<Node<'a>>)> {
    let mut params = Vec::new();
    for (parameter, _) in found.parameters(document) {
        let Parameter::Query { parameter_data, .. } = parameter else { continue };
        let schema = parameters::schema(parameter, document);
        let members = schema.and_then(|node| paging_object(node, document)).unwrap_or_default();
        params.extend(members.iter().map(|(member, node)| (format!("{}[{member}]", parameter_data.name), Some(*node))));
        params.push((parameter_data.name.clone(), schema));
    }
    params
}

/// The response with the JSON that the operation gives.
fn success<'a>(found: &Found<'a>, document: &'a Document) -> Option<(&'a Response, Node<'a>)> {
    let successes = found.successes(document);
    let (response, (media_type, media)) =
        successes.iter().find_map(|answer| Some((answer.response, media::preferred(answer.content)?)))?;
    let schema = media.schema.as_ref().filter(|_| media::kind(media_type) == Kind::Json)?;
    Some((response, Node::from(schema)))
}

/// The one member that is a list, or the one of those with a name that says so.
fn items<'a>(body: Node<'a>, document: &'a Document) -> Option<&'a str> {
    let members = members(body, document);
    let is_list = |node: Node<'_>| node.view(document).is_some_and(|list| list.items.is_some());
    let lists: Vec<&str> = members.iter().filter(|(_, node)| is_list(**node)).map(|(name, _)| *name).collect();
    let named: Vec<&str> = lists.iter().copied().filter(|name| ITEMS.contains(name)).collect();
    match (lists.as_slice(), named.as_slice()) {
        ([only], _) | (_, [only]) => Some(only),
        _ => None,
    }
}

/// Where the response names the next page, and the member that holds the position.
fn next(body: Node<'_>, document: &Document) -> Option<(Option<String>, String)> {
    let of_position: Vec<&str> = NEXT.iter().chain(NEXT_OF_POSITION).copied().collect();
    scalar_within(body, NEXT, &of_position, &["string", "integer"], document)
}

/// The flag beside a member that says whether there is a next page.
fn more(body: Node<'_>, beside: &str, document: &Document) -> Option<String> {
    let (around, _) = pointer::split_last(beside)?;
    let members = members(at(body, around, document)?, document);
    let is_flag = |node: Node<'_>| node.view(document).is_some_and(|schema| schema.kind == Some("boolean"));
    let known = |name: &str| MORE.contains(&names::snake(name).as_str());
    let (name, _) = members.into_iter().find(|(name, node)| known(name) && is_flag(*node))?;
    Some(pointer::join(around, name))
}

/// Where the response links to the next page, and the member that holds the position.
fn link(body: Node<'_>, document: &Document) -> Option<(Option<String>, String)> {
    let is_next = |name: &str, schema: &View<'_>| {
        let name = names::snake(name);
        NEXT_LINKS.contains(&name.as_str()) || (NEXT_URLS.contains(&name.as_str()) && is_url(schema))
    };
    // Among links, the name alone says what it is.
    let is_next_link = |name: &str, _: &View<'_>| NEXT_URLS.contains(&names::snake(name).as_str());
    if let Some(name) = find_text(body, is_next, document) {
        return Some((None, pointer::member(name)));
    }
    members(body, document).into_iter().find_map(|(holder, node)| {
        let path = match names::snake(holder).as_str() {
            name if LINKS.contains(&name) => link_within(node, is_next_link, document),
            name if POSITIONS.contains(&name) => link_within(node, is_next, document),
            _ => None,
        };
        Some((Some(holder.to_owned()), format!("{}{}", pointer::member(holder), path?)))
    })
}

/// Where an object links to the next page, by a text or by an object that has the URL.
fn link_within(node: Node<'_>, is_link: impl Fn(&str, &View<'_>) -> bool, document: &Document) -> Option<String> {
    if let Some(name) = find_text(node, is_link, document) {
        return Some(pointer::member(name));
    }
    let is = |names: &[&str], name: &str| names.contains(&names::snake(name).as_str());
    let (name, next) = members(node, document).into_iter().find(|(name, _)| is(NEXT_URLS, name))?;
    let href = find_text(next, |name, _| is(HREFS, name), document)?;
    Some(pointer::join(&pointer::member(name), href))
}

/// The first member that is a text and what is looked for.
fn find_text<'a>(node: Node<'a>, fits: impl Fn(&str, &View<'a>) -> bool, document: &'a Document) -> Option<&'a str> {
    find(node, |name, schema| schema.kind == Some("string") && fits(name, schema), document)
}

/// The first member that is what is looked for.
fn find<'a>(node: Node<'a>, fits: impl Fn(&str, &View<'a>) -> bool, document: &'a Document) -> Option<&'a str> {
    let members = members(node, document).into_iter();
    let mut fitting = members.filter(|(name, node)| node.view(document).is_some_and(|schema| fits(name, &schema)));
    fitting.next().map(|(name, _)| name)
}

/// A member of one of the names at the top, or of those of the second list in what holds the position.
fn scalar_within(
    body: Node<'_>,
    at_top: &[&str],
    in_position: &[&str],
    kinds: &[&str],
    document: &Document,
) -> Option<(Option<String>, String)> {
    let fits = |known: &[&str], name: &str, schema: &View<'_>| {
        // A URL names the next page in another way.
        let is_scalar = schema.kind.is_some_and(|kind| kinds.contains(&kind)) && !is_url(schema);
        is_scalar && known.contains(&names::snake(name).as_str())
    };
    if let Some(name) = find(body, |name, schema| fits(at_top, name, schema), document) {
        return Some((None, pointer::member(name)));
    }
    let positions = members(body, document);
    positions.iter().filter(|(name, _)| POSITIONS.contains(&names::snake(name).as_str())).find_map(|(meta, node)| {
        let name = find(*node, |name, schema| fits(in_position, name, schema), document)?;
        Some((Some((*meta).to_owned()), pointer::join(&pointer::member(meta), name)))
    })
}

fn is_url(schema: &View<'_>) -> bool {
    let example = schema.data.example.as_ref().and_then(|example| example.as_str());
    schema.format.is_some_and(|format| format.starts_with("ur"))
        || example.is_some_and(|example| example.starts_with('/') || example.contains("://"))
}

/// The schema at a JSON pointer into its values.
fn at<'a>(body: Node<'a>, path: &str, document: &'a Document) -> Option<Node<'a>> {
    pointer::segments(path).try_fold(body, |node, segment| member_of(node, &segment, document))
}

fn member_of<'a>(node: Node<'a>, name: &str, document: &'a Document) -> Option<Node<'a>> {
    members(node, document).into_iter().find(|(member, _)| *member == name).map(|(_, node)| node)
}

/// The members of an object, also those of its parts, each once: as the outermost part has it that says of which shape
/// it is.
fn members<'a>(node: Node<'a>, document: &'a Document) -> IndexMap<&'a str, Node<'a>> {
    let mut members: IndexMap<&'a str, Node<'a>> = IndexMap::new();
    let mut seen: HashSet<*const Schema> = HashSet::new();
    let mut pending = vec![node];
    while let Some(node) = pending.pop() {
        let Some(schema) = node.schema(document).filter(|schema| seen.insert(std::ptr::from_ref(*schema))) else {
            continue;
        };
        let view = View::of(schema);
        for (name, node) in view.properties() {
            match members.entry(name) {
                Entry::Vacant(entry) => drop(entry.insert(node)),
                Entry::Occupied(mut entry) if is_free(*entry.get(), document) => drop(entry.insert(node)),
                Entry::Occupied(_) => {}
            }
        }
        // Later parts say more than earlier ones.
        pending.extend(view.all_of.iter().map(Node::from));
    }
    members
}

fn is_free(node: Node<'_>, document: &Document) -> bool {
    node.view(document).is_none_or(|view| view.is_free())
}

/// Whether a number is 1 where nothing is sent, or may not be less.
fn begins_at_one(node: Node<'_>, document: &Document) -> bool {
    let Some(schema) = node.resolve(document) else { return false };
    let minimum = match &schema.schema_kind {
        SchemaKind::Type(SchemaType::Integer(integer)) => integer.minimum == Some(1),
        SchemaKind::Type(SchemaType::Number(number)) => number.minimum.is_some_and(|minimum| minimum >= 1.0),
        SchemaKind::Any(any) => any.minimum.is_some_and(|minimum| minimum >= 1.0),
        _ => false,
    };
    match schema.schema_data.default.as_ref().and_then(serde_json::Value::as_f64) {
        Some(default) => (default - 1.0).abs() < f64::EPSILON,
        None => minimum,
    }
}
