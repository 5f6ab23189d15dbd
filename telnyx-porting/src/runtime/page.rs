//! Lists: one page, all pages, all items.

use std::fmt;
use std::future::poll_fn;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use bytes::Bytes;
use futures_core::Stream;
use serde_core::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::runtime::call::{Call, Reply};
use crate::runtime::decode::{with_seed, without_values};
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::lenient::Lenient;
use crate::runtime::operation::{Paging, PagingKind};
use crate::runtime::request::Request;
use crate::runtime::response::RawResponse;
use crate::runtime::slot::{Field, Optional, Seed, Slot};
use crate::runtime::view::View;

/// One page of a list.
///
/// ```text
/// let mut page = request.send().await?;
/// loop {
///     for item in &page.items { .. }
///     let Some(next) = page.next_page().await? else { break };
///     page = next;
/// }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Page<T, M = ()> {
    /// The items of this page.
    pub items: Vec<T>,
    /// What the server says about the page and the list.
    pub meta: M,
    next: Next,
    decode: Decode<T, M>,
}

/// How a page becomes a value; carried along so that whoever holds a page need not know.
type Decode<T, M> = fn(Reply) -> Result<Option<Page<T, M>>, Error>;

impl<T, M> Page<T, M> {
    /// Returns whether there is more after this page, as far as the server says.
    ///
    /// If it leaves that unclear, this is true, and [`next_page`](Self::next_page) gives the error.
    #[must_use]
    pub fn has_next_page(&self) -> bool {
        !matches!(self.next, Next::End)
    }

    /// Fetches the next page with the same filters; `None` after the last one.
    ///
    /// # Errors
    ///
    /// As for any request. Besides, if the server's answers leave unclear what the next page is, or
    /// contradict each other, so that items would be lost or repeated; [`Error::is_paging`] is true
    /// then.
    pub fn next_page(&self) -> Call<Option<Self>> {
        self.next.clone().into_call(self.decode)
    }

    /// Returns a stream of the items of this page and of all pages after it.
    pub fn into_items(self) -> Items<T, M> {
        let pages = Pages { at_hand: None, state: State::Between(self.next), decode: self.decode };
        Items { pages, at_hand: self.items.into_iter(), ahead: Ahead::Unasked, prefetch: false }
    }

    /// Returns a stream of this page and of all pages after it.
    pub fn into_pages(self) -> Pages<T, M> {
        Pages { state: State::Between(self.next.clone()), decode: self.decode, at_hand: Some(Box::new(self)) }
    }
}

impl<T: fmt::Debug, M: fmt::Debug> fmt::Debug for Page<T, M> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Page").field("items", &self.items).field("meta", &self.meta).finish_non_exhaustive()
    }
}

/// A stream of all pages of a list. It keeps no page once it has given it.
///
/// After an error it ends. To go on later, ask for the pages after the last one that was given.
#[must_use = "nothing is sent before the stream is polled"]
pub struct Pages<T, M = ()> {
    /// A page that needs no request.
    at_hand: Option<Box<Page<T, M>>>,
    state: State<T, M>,
    decode: Decode<T, M>,
}

enum State<T, M> {
    Between(Next),
    UnderWay(Call<Option<Page<T, M>>>),
}

impl<T, M> Pages<T, M> {
    pub(crate) fn new(first: Request) -> Self
    where
        T: Field + Default,
        M: Field + Default,
    {
        Self { at_hand: None, state: State::Between(Next::Request(first)), decode: decode_further }
    }

    /// Returns the next page, or `None` after the last one.
    ///
    /// # Errors
    ///
    /// As for [`Page::next_page`].
    pub async fn next(&mut self) -> Option<Result<Page<T, M>, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Returns the next page, or `Ok(None)` after the last one, in the form that `?` and `while
    /// let` like.
    ///
    /// # Errors
    ///
    /// As for [`Page::next_page`].
    pub async fn try_next(&mut self) -> Result<Option<Page<T, M>>, Error> {
        self.next().await.transpose()
    }
}

impl<T, M> Stream for Pages<T, M> {
    type Item = Result<Page<T, M>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(page) = self.at_hand.take() {
            return Poll::Ready(Some(Ok(*page)));
        }
        loop {
            match &mut self.state {
                State::Between(Next::End) => return Poll::Ready(None),
                State::Between(next) => self.state = State::UnderWay(next.clone().into_call(self.decode)),
                State::UnderWay(call) => {
                    let page = ready!(Pin::new(call).poll(context));
                    let next = match &page {
                        Ok(Some(page)) => page.next.clone(),
                        Ok(None) | Err(_) => Next::End,
                    };
                    self.state = State::Between(next);
                    return Poll::Ready(page.transpose());
                }
            }
        }
    }
}

impl<T, M> Unpin for Pages<T, M> {}

impl<T, M> fmt::Debug for Pages<T, M> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pages")
    }
}

/// A stream of all items of a list, page after page. It holds the items of one page at a time.
///
/// It implements [`Stream`], but needs no other crate:
///
/// ```text
/// let mut orders = request.items();
/// while let Some(order) = orders.try_next().await? { .. }
/// ```
///
/// After an error it ends. To stop early, drop it.
#[must_use = "nothing is sent before the stream is polled"]
pub struct Items<T, M = ()> {
    pages: Pages<T, M>,
    /// What is left of the last page.
    at_hand: vec::IntoIter<T>,
    ahead: Ahead<T, M>,
    prefetch: bool,
}

/// What has been fetched beyond the page at hand.
enum Ahead<T, M> {
    Unasked,
    Page(Result<Page<T, M>, Error>),
    End,
}

impl<T, M> Items<T, M> {
    pub(crate) fn new(first: Request) -> Self
    where
        T: Field + Default,
        M: Field + Default,
    {
        Self { pages: Pages::new(first), at_hand: Vec::new().into_iter(), ahead: Ahead::Unasked, prefetch: false }
    }

    /// Fetches the next page while the items of the page at hand are taken, instead of after the
    /// last of them.
    ///
    /// Up to two pages are held in memory then.
    pub fn prefetch(mut self) -> Self {
        self.prefetch = true;
        self
    }

    /// Returns the next item, or `None` after the last one.
    ///
    /// # Errors
    ///
    /// As for [`Page::next_page`].
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Returns the next item, or `Ok(None)` after the last one, in the form that `?` and `while
    /// let` like.
    ///
    /// # Errors
    ///
    /// As for [`Page::next_page`].
    pub async fn try_next(&mut self) -> Result<Option<T>, Error> {
        self.next().await.transpose()
    }

    /// Gathers all items.
    ///
    /// # Errors
    ///
    /// As for [`Page::next_page`]. What was gathered before is dropped then.
    pub async fn try_collect(self) -> Result<Vec<T>, Error> {
        self.try_take(usize::MAX).await
    }

    /// Gathers the next items, `count` of them or as many as there are, and fetches no page that
    /// they don't need.
    ///
    /// # Errors
    ///
    /// As for [`Page::next_page`]. What was gathered before is dropped then.
    pub async fn try_take(mut self, count: usize) -> Result<Vec<T>, Error> {
        let mut gathered = Vec::new();
        while gathered.len() < count
            && let Some(item) = self.try_next().await?
        {
            gathered.push(item);
        }
        Ok(gathered)
    }

    /// The next item, if it is there already.
    #[cfg(feature = "blocking")]
    pub(crate) fn next_at_hand(&mut self) -> Option<T> {
        self.at_hand.next()
    }
}

impl<T, M> Stream for Items<T, M> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.at_hand.next() {
                if self.prefetch
                    && matches!(self.ahead, Ahead::Unasked)
                    && let Poll::Ready(page) = Pin::new(&mut self.pages).poll_next(context)
                {
                    self.ahead = page.map_or(Ahead::End, Ahead::Page);
                }
                return Poll::Ready(Some(Ok(item)));
            }
            let page = match std::mem::replace(&mut self.ahead, Ahead::Unasked) {
                Ahead::Unasked => ready!(Pin::new(&mut self.pages).poll_next(context)),
                Ahead::Page(page) => Some(page),
                Ahead::End => None,
            };
            match page {
                Some(Ok(page)) => self.at_hand = page.items.into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.at_hand.len(), None)
    }
}

impl<T, M> Unpin for Items<T, M> {}

impl<T, M> fmt::Debug for Items<T, M> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Items").field("at_hand", &self.at_hand.len()).finish_non_exhaustive()
    }
}

/// What comes after a page.
#[derive(Clone)]
enum Next {
    /// This is the last page.
    End,
    /// The request for the next page.
    Request(Request),
    /// There may be more, but the server leaves unclear how to get it.
    Unclear(RawResponse, &'static str),
}

impl Next {
    fn into_call<T, M>(self, decode: Decode<T, M>) -> Call<Option<Page<T, M>>> {
        match self {
            Self::End => Call::done(Ok(None)),
            Self::Unclear(response, why) => Call::done(Err(response.error(ErrorKind::Paging, why))),
            Self::Request(request) => Call::new(request, decode),
        }
    }
}

/// What a request for a further page knows of the pages before, to notice a server that goes round
/// in circles.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trail {
    /// The last page's body, if it held items.
    body: Option<Bytes>,
    /// How many pages in a row have been empty.
    empty_pages: u32,
    /// Whether there has been a page before.
    continued: bool,
    /// The fingerprints of the cursors that led here: eight bytes for each page.
    cursors: Vec<u64>,
}

/// After so many empty pages in a row, a list that claims to go on is not believed any more.
const MAX_EMPTY_PAGES: u32 = 20;

/// Decodes a page and works out what comes after it.
#[allow(clippy::needless_pass_by_value, reason = "a call's decoder is given the reply")]
pub(crate) fn decode<T: Field + Default, M: Field + Default>(reply: Reply) -> Result<Page<T, M>, Error> {
    let mut items = Vec::<T>::new();
    let mut meta = M::default();
    let next = fill(&reply, &mut items, &mut meta)?;
    Ok(Page { items, meta, next, decode: decode_further })
}

fn decode_further<T: Field + Default, M: Field + Default>(reply: Reply) -> Result<Option<Page<T, M>>, Error> {
    decode(reply).map(Some)
}

/// Fills the items and what the server says about the page, and gives what comes after it.
fn fill(Reply { request, response }: &Reply, items: &mut dyn Field, meta: &mut dyn Field) -> Result<Next, Error> {
    let Some(paging) = request.inner().operation.paging else {
        return Err(response.error(ErrorKind::Paging, "the document does not say how this list is cut into pages"));
    };
    let has_meta = !matches!(meta.slot(), Slot::Unit);
    let seed = PageSeed { paging, keep_all: has_meta && paging.meta.is_none(), items };
    let rest = with_seed(response, seed)?;
    let count = if let View::List(items) = items.view() { items.len() } else { 0 };
    let next = next_of(request, response, paging, &rest, count)?;
    if has_meta {
        decode_meta(response, paging, rest, meta)?;
    }
    Ok(next)
}

fn decode_meta(response: &RawResponse, paging: &Paging, rest: Value, into: &mut dyn Field) -> Result<(), Error> {
    let meta = match (paging.meta, rest) {
        (Some(name), Value::Object(mut members)) => members.remove(name).unwrap_or_default(),
        (_, rest) => rest,
    };
    if meta.is_null() {
        return Ok(());
    }
    Seed(into.slot()).deserialize(Lenient(meta)).map_err(|fault: serde_json::Error| {
        let path = paging.meta.unwrap_or_default();
        let what = without_values(&fault.to_string());
        let message = format!("the response can't be decoded: {what} in what it says about the page");
        response.error(ErrorKind::Decode, message).with_json_path(path.to_owned())
    })
}

/// Works out what comes after a page. It errs if this page can't be the one that was asked for.
fn next_of(
    request: &Request,
    response: &RawResponse,
    paging: &Paging,
    rest: &Value,
    item_count: usize,
) -> Result<Next, Error> {
    let contradiction = |why: &str| Err(response.error(ErrorKind::Paging, why));
    let trail = &request.inner().trail;
    let empty_pages = if item_count == 0 { trail.empty_pages + 1 } else { 0 };
    let body = (item_count > 0).then(|| response.body.clone());
    if body.is_some() && body == trail.body {
        return contradiction("the server sent the same page once more instead of the next one");
    }
    let mut cursors = trail.cursors.clone();
    let go_on = |param, argument, cursors| {
        if empty_pages > MAX_EMPTY_PAGES {
            return Next::Unclear(
                response.clone(),
                "the server sends one empty page after the other and says that more follow",
            );
        }
        let trail = Trail { body, empty_pages, continued: true, cursors };
        Next::Request(request.with_query_argument(param, argument).with_trail(trail))
    };
    match paging.kind {
        PagingKind::PageNumber { param, current, total } => {
            let (Ok(current), Ok(total)) = (number_at(rest, current), number_at(rest, total)) else {
                return contradiction("the number of the page, or that of all pages, is not a number");
            };
            let asked = number_of(request.query_argument(param).as_ref());
            if let (true, Some(asked), Some(current)) = (trail.continued, asked, current)
                && asked != current
            {
                return contradiction("the server sent another page than the one that was asked for");
            }
            let position = current.or(asked).unwrap_or(1);
            Ok(match (current, total) {
                (_, Some(total)) if position >= total => Next::End,
                (_, None) if item_count == 0 => Next::End,
                (None, None) => Next::Unclear(
                    response.clone(),
                    "the response does not say which page it is, nor how many there are",
                ),
                _ => go_on(param, Value::from(position.saturating_add(1)), cursors),
            })
        }
        PagingKind::Offset { param, total } => {
            let Ok(total) = total.map_or(Ok(None), |total| number_at(rest, total)) else {
                return contradiction("the number of all items is not a number");
            };
            let skipped = number_of(request.query_argument(param).as_ref()).unwrap_or(0);
            let position = skipped.saturating_add(i64::try_from(item_count).unwrap_or(i64::MAX));
            Ok(match total {
                Some(total) if position >= total => Next::End,
                None if item_count == 0 => Next::End,
                Some(_) if item_count == 0 => {
                    Next::Unclear(response.clone(), "the page is empty although the server says that more items follow")
                }
                _ => go_on(param, Value::from(position), cursors),
            })
        }
        PagingKind::Cursor { param, next } => {
            let next = match rest.pointer(next) {
                None | Some(Value::Null) => return Ok(Next::End),
                Some(Value::String(text)) if text.is_empty() => return Ok(Next::End),
                Some(next @ (Value::String(_) | Value::Number(_))) => next,
                Some(_) => return contradiction("what names the next page is neither a text nor a number"),
            };
            let asked = request.query_argument(param);
            if asked.as_ref().is_some_and(|asked| fingerprint(asked) == fingerprint(next)) {
                return contradiction("the server names this page as the one that follows it");
            }
            if trail.cursors.contains(&fingerprint(next)) {
                return contradiction("the server names a page that came before as the one that follows");
            }
            cursors.extend(asked.as_ref().map(fingerprint));
            Ok(go_on(param, next.clone(), cursors))
        }
    }
}

/// The number at a pointer, `None` if there is nothing, an error if there is something else.
fn number_at(rest: &Value, pointer: &str) -> Result<Option<i64>, ()> {
    match rest.pointer(pointer) {
        None | Some(Value::Null) => Ok(None),
        found => number_of(found).map(Some).ok_or(()),
    }
}

/// What stands for a cursor among those that were used; a number is what it is as a text.
fn fingerprint(cursor: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    match cursor {
        Value::String(text) => text.hash(&mut hasher),
        other => other.to_string().hash(&mut hasher),
    }
    hasher.finish()
}

fn number_of(value: Option<&Value>) -> Option<i64> {
    match value? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Reads a page in one pass: the items as their type, and of the other members those that are
/// needed.
struct PageSeed<'a> {
    paging: &'static Paging,
    keep_all: bool,
    items: &'a mut dyn Field,
}

impl PageSeed<'_> {
    fn keeps(&self, name: &str) -> bool {
        let is_head = |pointer: &str| pointer.split('/').nth(1) == Some(name);
        let leads_on = match self.paging.kind {
            PagingKind::PageNumber { current, total, .. } => is_head(current) || is_head(total),
            PagingKind::Offset { total, .. } => total.is_some_and(is_head),
            PagingKind::Cursor { next, .. } => is_head(next),
        };
        self.keep_all || leads_on || self.paging.meta == Some(name)
    }
}

impl<'de> DeserializeSeed<'de> for PageSeed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for PageSeed<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "an object with the list `{}`", self.paging.items)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut has_items = false;
        let mut rest = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if name == self.paging.items {
                has_items = true;
                members.next_value_seed(Seed(Slot::Option(&mut OrNull(self.items))))?;
            } else if self.keeps(&name) {
                rest.insert(name, members.next_value()?);
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        if has_items { Ok(Value::Object(rest)) } else { Err(A::Error::missing_field(self.paging.items)) }
    }
}

/// A list in whose place a server may write null for no items.
struct OrNull<'a>(&'a mut dyn Field);

impl Optional for OrNull<'_> {
    fn set_null(&mut self) {}

    fn set_value(&mut self) -> Slot<'_> {
        self.0.slot()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use serde_json::json;

    use super::*;
    use crate::runtime::client::Client;
    use crate::runtime::codec::object;
    use crate::runtime::headers::Headers;
    use crate::runtime::operation::Operation;
    use crate::runtime::script::{Script, Step};
    use crate::runtime::transport::{BoxFuture, Transport, TransportError, TransportRequest, TransportResponse};

    static NUMBERED: Operation =
        Operation { id: "list", path: "/things", paging: Some(&BY_NUMBER), ..Operation::DEFAULT };
    static BY_NUMBER: Paging = Paging {
        kind: PagingKind::PageNumber { param: "page[number]", current: "/meta/page", total: "/meta/pages" },
        items: "data",
        meta: Some("meta"),
    };
    static SKIPPING: Operation =
        Operation { id: "list", path: "/things", paging: Some(&BY_OFFSET), ..Operation::DEFAULT };
    static BY_OFFSET: Paging =
        Paging { kind: PagingKind::Offset { param: "skip", total: Some("/total") }, items: "data", meta: None };
    static SKIPPING_BLINDLY: Operation =
        Operation { id: "list", path: "/things", paging: Some(&BY_OFFSET_ALONE), ..Operation::DEFAULT };
    static BY_OFFSET_ALONE: Paging =
        Paging { kind: PagingKind::Offset { param: "skip", total: None }, items: "data", meta: None };
    static POINTING: Operation =
        Operation { id: "list", path: "/things", paging: Some(&BY_CURSOR), ..Operation::DEFAULT };
    static BY_CURSOR: Paging =
        Paging { kind: PagingKind::Cursor { param: "after", next: "/next" }, items: "data", meta: None };

    #[derive(Default, PartialEq)]
    struct Meta {
        page: Option<i64>,
        pages: Option<i64>,
    }
    object! { Meta { optional page: "page", optional pages: "pages" } }

    fn page(items: &[i64], page: impl Into<Value>, pages: impl Into<Value>) -> Step {
        Step::json(json!({"data": items, "meta": {"page": page.into(), "pages": pages.into()}}).to_string())
    }

    fn raw(body: &str) -> Step {
        Step::json(body)
    }

    /// The items that came before the end or the error, what the error says, and the query of each
    /// request.
    async fn walk(
        operation: &'static Operation,
        start: Option<(&'static str, i64)>,
        steps: Vec<Step>,
    ) -> (Vec<i64>, String, String) {
        let script = Script::new(steps);
        let mut request = Request::new(&script.client(), operation);
        if let Some((param, argument)) = start {
            request.query(param, argument);
        }
        let mut items: Items<i64> = request.items();
        let mut got = Vec::new();
        let end = loop {
            match items.try_next().await {
                Ok(Some(item)) => got.push(item),
                Ok(None) => break String::new(),
                Err(error) => {
                    assert!(error.is_paging() || error.is_decode(), "{error:?}");
                    break error.to_string();
                }
            }
        };
        assert!(items.try_next().await.unwrap().is_none(), "it goes on after its end");
        let log = script.log();
        let queries = log.iter().map(|request| request.url.split_once('?').map_or("-", |(_, query)| query));
        (got, end, queries.collect::<Vec<_>>().join(" ").replace("%5B", "[").replace("%5D", "]"))
    }

    #[tokio::test]
    async fn lists_by_page_number() {
        let null = || Value::Null;
        let cases = [
            ("one page", vec![page(&[1, 2], 1, 1)], vec![1, 2], "", "-"),
            (
                "three pages",
                vec![page(&[1], 1, 3), page(&[2], 2, 3), page(&[3], 3, 3)],
                vec![1, 2, 3],
                "",
                "- page[number]=2 page[number]=3",
            ),
            ("no items", vec![page(&[], 1, 0)], vec![], "", "-"),
            ("null for no items", vec![raw(r#"{"data":null,"meta":{"page":1,"pages":1}}"#)], vec![], "", "-"),
            (
                "an empty page in the middle",
                vec![page(&[1], 1, 3), page(&[], 2, 3), page(&[3], 3, 3)],
                vec![1, 3],
                "",
                "- page[number]=2 page[number]=3",
            ),
            (
                "numbers as strings",
                vec![page(&[1], "1", "2"), page(&[2], "2", "2")],
                vec![1, 2],
                "",
                "- page[number]=2",
            ),
            (
                "no total, then an empty page",
                vec![page(&[1], 1, null()), page(&[2], 2, null()), page(&[], 3, null())],
                vec![1, 2],
                "",
                "- page[number]=2 page[number]=3",
            ),
            (
                "no number, but a total",
                vec![page(&[1], null(), 2), page(&[2], null(), 2)],
                vec![1, 2],
                "",
                "- page[number]=2",
            ),
            ("the total grows", vec![page(&[1], 1, 1), page(&[2], 2, 3)], vec![1], "", "-"),
            (
                "stuck",
                vec![page(&[1], 1, 3), page(&[2], 1, 3)],
                vec![1],
                "another page than the one",
                "- page[number]=2",
            ),
            (
                "backwards",
                vec![page(&[1], 1, 9), page(&[2], 2, 9), page(&[3], 1, 9)],
                vec![1, 2],
                "another page than the one",
                "- page[number]=2 page[number]=3",
            ),
            (
                "skips ahead",
                vec![page(&[1], 1, 9), page(&[3], 3, 9)],
                vec![1],
                "another page than the one",
                "- page[number]=2",
            ),
            ("no meta", vec![raw(r#"{"data":[1]}"#)], vec![1], "does not say which page", "-"),
            ("no meta and no items", vec![raw(r#"{"data":[]}"#)], vec![], "", "-"),
            ("meta is null", vec![raw(r#"{"data":[1],"meta":null}"#)], vec![1], "does not say which page", "-"),
            (
                "the same page without number",
                vec![page(&[1], null(), 9), page(&[1], null(), 9)],
                vec![1],
                "the same page once more",
                "- page[number]=2",
            ),
            ("not a number", vec![page(&[1], "one", 9)], vec![], "is not a number", "-"),
            ("no list", vec![raw(r#"{"meta":{}}"#)], vec![], "missing field `data`", "-"),
            ("a wrong item", vec![raw(r#"{"meta":{},"data":[1,"x"]}"#)], vec![], "expected i64 at data[1]", "-"),
        ];
        for (name, steps, items, end, queries) in cases {
            let got = walk(&NUMBERED, None, steps).await;
            assert_eq!((&got.0, got.2.as_str()), (&items, queries), "{name}: {}", got.1);
            assert!(got.1.contains(end) && got.1.is_empty() == end.is_empty(), "{name}: {}", got.1);
        }
        let resumed = walk(&NUMBERED, Some(("page[number]", 7)), vec![page(&[7], 7, 8), page(&[8], 8, 8)]).await;
        assert_eq!(resumed, (vec![7, 8], String::new(), "page[number]=7 page[number]=8".to_owned()));
        let clamped = walk(&NUMBERED, Some(("page[number]", 7)), vec![page(&[3], 3, 3)]).await;
        assert_eq!(clamped, (vec![3], String::new(), "page[number]=7".to_owned()));
        let endless = (1..1_000).map(|number| page(&[], number, 1_000)).collect();
        let (_, end, queries) = walk(&NUMBERED, None, endless).await;
        assert!(end.contains("one empty page after the other") && queries.split(' ').count() == 21, "{end}");
    }

    #[tokio::test]
    async fn lists_by_offset_and_cursor() {
        let skip = vec![raw(r#"{"data":[1,2],"total":"3"}"#), raw(r#"{"data":[3],"total":3}"#)];
        assert_eq!(walk(&SKIPPING, None, skip).await, (vec![1, 2, 3], String::new(), "- skip=2".to_owned()));
        let empty = vec![raw(r#"{"data":[1],"total":3}"#), raw(r#"{"data":[],"total":3}"#)];
        assert!(walk(&SKIPPING, None, empty).await.1.contains("is empty although"));
        let no_total = vec![raw(r#"{"data":[1]}"#), raw(r#"{"data":[]}"#)];
        assert_eq!(
            walk(&SKIPPING, Some(("skip", 5)), no_total).await,
            (vec![1], String::new(), "skip=5 skip=6".to_owned())
        );

        let cursor = vec![
            raw(r#"{"data":[1],"next":"a=b"}"#),
            raw(r#"{"data":[],"next":"c"}"#),
            raw(r#"{"data":[3],"next":""}"#),
        ];
        assert_eq!(
            walk(&POINTING, None, cursor).await,
            (vec![1, 3], String::new(), "- after=a%3Db after=c".to_owned())
        );
        let circle = vec![raw(r#"{"data":[1],"next":"a"}"#), raw(r#"{"data":[2],"next":"a"}"#)];
        assert!(walk(&POINTING, None, circle).await.1.contains("names this page as the one that follows"));
    }

    #[tokio::test]
    async fn offset_without_a_total_ends_with_an_empty_page() {
        let pages = vec![raw(r#"{"data":[1,2],"total":"x"}"#), raw(r#"{"data":[3]}"#), raw(r#"{"data":[]}"#)];
        let expected = (vec![1, 2, 3], String::new(), "- skip=2 skip=3".to_owned());
        assert_eq!(walk(&SKIPPING_BLINDLY, None, pages).await, expected);
        let deaf = vec![raw(r#"{"data":[1]}"#), raw(r#"{"data":[1]}"#)];
        let (items, end, _) = walk(&SKIPPING_BLINDLY, None, deaf).await;
        assert!(items == [1] && end.contains("the same page once more"), "{end}");
    }

    /// However long the circle, no item is given twice.
    #[tokio::test]
    async fn cursors_are_followed_once() {
        let page = |item: i64, next: Value| raw(&json!({"data": [item], "next": next}).to_string());
        let circle = vec![page(1, json!("a")), page(2, json!("b")), page(3, json!("c")), page(4, json!("a"))];
        let (items, end, queries) = walk(&POINTING, None, circle).await;
        assert_eq!((items, queries.as_str()), (vec![1, 2, 3], "- after=a after=b after=c"));
        assert!(end.contains("names a page that came before"), "{end}");

        let numbers = vec![page(1, json!(8)), page(2, json!("9")), page(3, json!("8"))];
        let (items, end, queries) = walk(&POINTING, Some(("after", 7)), numbers).await;
        assert_eq!((items, queries.as_str()), (vec![1, 2], "after=7 after=8 after=9"));
        assert!(end.contains("names a page that came before"), "{end}");

        let (items, end, _) = walk(&POINTING, None, vec![page(1, json!({"id": 2}))]).await;
        assert!(items.is_empty() && end.contains("neither a text nor a number"), "{end}");
        let endless = (1..100).map(|next| raw(&json!({"data": [], "next": next}).to_string())).collect();
        let (_, end, queries) = walk(&POINTING, None, endless).await;
        assert!(end.contains("one empty page after the other") && queries.split(' ').count() == 21, "{end}");
    }

    #[tokio::test]
    async fn pages_one_by_one() {
        let script = Script::new([page(&[1], "1", 2), page(&[2], 2, 2)]);
        let first: Page<i64, Meta> = Request::new(&script.client(), &NUMBERED).call_page().await.unwrap();
        assert_eq!((first.items.as_slice(), &first.meta), ([1].as_slice(), &Meta { page: Some(1), pages: Some(2) }));
        assert!(first.has_next_page());
        let second = first.next_page().await.unwrap().unwrap();
        assert!(!second.has_next_page());
        assert!(second.next_page().await.unwrap().is_none());
        assert_eq!(script.log().len(), 2);
        assert_eq!(first.into_items().try_take(1).await.unwrap(), [1]);
        assert_eq!(script.log().len(), 2);
    }

    #[tokio::test]
    async fn what_surrounds_the_items_can_be_the_meta() {
        #[derive(Default, PartialEq)]
        struct Rest {
            total: i64,
            note: Option<String>,
        }
        object! { Rest { required total: "total", optional note: "note" } }
        let script = Script::new([raw(r#"{"note":"n","data":[1],"total":"1"}"#), raw(r#"{"data":[1],"total":{}}"#)]);
        let page: Page<i64, Rest> = Request::new(&script.client(), &SKIPPING).call_page().await.unwrap();
        assert_eq!(page.meta, Rest { total: 1, note: Some("n".to_owned()) });
        let error = Request::new(&script.client(), &SKIPPING).call_page::<i64, Rest>().await.unwrap_err();
        assert!(error.is_paging(), "{error}");
    }

    #[tokio::test]
    async fn numbers_of_the_meta_may_be_strings() {
        #[derive(Default, PartialEq)]
        struct Sizes {
            page: Option<i64>,
            pages: Option<i64>,
            size: Option<i64>,
            share: Option<f64>,
            name: Option<String>,
            nested: Option<Box<Sizes>>,
            list: Option<Vec<i64>>,
        }
        object! { Sizes {
            optional page: "page", optional pages: "pages", optional size: "size", optional share: "share",
            optional name: "name", optional nested: "nested", optional list: "list",
        } }
        let meta = |meta: Value| raw(&json!({"data": [1], "meta": meta}).to_string());
        let script = Script::new([
            meta(json!({
                "page": "1", "pages": 1, "size": " 20 ", "share": "0.5", "name": "7", "nested": {"size": "3"},
                "list": ["1", 2],
            })),
            meta(json!({"page": 1, "pages": 1, "size": "many"})),
        ]);
        let page: Page<i64, Sizes> = Request::new(&script.client(), &NUMBERED).call_page().await.unwrap();
        let nested = Some(Box::new(Sizes { size: Some(3), ..Sizes::default() }));
        let expected = Sizes {
            page: Some(1),
            pages: Some(1),
            size: Some(20),
            share: Some(0.5),
            name: Some("7".to_owned()),
            nested,
            list: Some(vec![1, 2]),
        };
        assert_eq!(page.meta, expected);
        let error = Request::new(&script.client(), &NUMBERED).call_page::<i64, Sizes>().await.unwrap_err();
        let shown = error.to_string();
        assert!(error.is_decode() && shown.contains("invalid type: string, expected i64"), "{shown}");
    }

    #[tokio::test]
    async fn a_page_leads_to_the_pages_after_it() {
        let script = Script::new([page(&[1, 2], 1, 2), page(&[3], 2, 2)]);
        let first = Request::new(&script.client(), &NUMBERED).call_page::<i64, Meta>().await.unwrap();
        let mut pages = first.into_pages();
        assert_eq!(pages.try_next().await.unwrap().map(|page| page.items), Some(vec![1, 2]));
        assert_eq!(script.log().len(), 1, "the page at hand is not fetched again");
        assert_eq!(pages.try_next().await.unwrap().map(|page| page.items), Some(vec![3]));
        assert!(pages.try_next().await.unwrap().is_none());
        assert_eq!(script.log().len(), 2);
    }

    #[tokio::test]
    async fn prefetching_asks_one_page_ahead() {
        let script = Script::new([page(&[1, 2], 1, 2), page(&[3], 2, 2)]);
        let mut items: Items<i64> = Request::new(&script.client(), &NUMBERED).items().prefetch();
        assert_eq!(items.try_next().await.unwrap(), Some(1));
        assert_eq!(script.log().len(), 2);
        assert_eq!(items.try_collect().await.unwrap(), [2, 3]);
    }

    /// A page that could not be fetched in advance takes nothing from the page at hand.
    #[tokio::test]
    async fn what_was_at_hand_is_given_before_the_error_of_the_page_ahead() {
        let script = Script::new([page(&[1, 2], 1, 2), Step::status(403)]);
        let mut items: Items<i64> = Request::new(&script.client(), &NUMBERED).items().prefetch();
        assert_eq!((items.try_next().await.unwrap(), items.try_next().await.unwrap()), (Some(1), Some(2)));
        assert!(items.try_next().await.unwrap_err().is_permission_denied());
        assert_eq!((items.try_next().await.unwrap(), script.log().len()), (None, 2));
    }

    #[tokio::test]
    async fn who_stops_early_asks_for_no_more() {
        let script = Script::new([page(&[1, 2], 1, 3), page(&[3], 2, 3)]);
        let request = || Request::new(&script.client(), &NUMBERED);
        assert_eq!(request().items::<i64, ()>().try_take(2).await.unwrap(), [1, 2]);
        let mut items: Items<i64> = request().items();
        // A page further, and dropped there.
        assert_eq!(items.try_next().await.unwrap(), Some(3));
        drop(items);
        assert_eq!(script.log().len(), 2);
    }

    /// Counts how many of something there are.
    #[derive(Default)]
    struct Census {
        now: AtomicUsize,
        most: AtomicUsize,
    }

    impl Census {
        fn born(&self) {
            let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
            self.most.fetch_max(now, Ordering::Relaxed);
        }

        fn died(&self) {
            self.now.fetch_sub(1, Ordering::Relaxed);
        }

        /// The most that there were at once, when there is none any more.
        fn close(&self) -> usize {
            assert_eq!(self.now.load(Ordering::Relaxed), 0, "something is kept");
            self.most.swap(0, Ordering::Relaxed)
        }
    }

    static ITEMS: Census = Census { now: AtomicUsize::new(0), most: AtomicUsize::new(0) };
    static BODIES: Census = Census { now: AtomicUsize::new(0), most: AtomicUsize::new(0) };

    struct Item(i64);

    impl Default for Item {
        fn default() -> Self {
            ITEMS.born();
            Self(0)
        }
    }

    impl Field for Item {
        fn slot(&mut self) -> Slot<'_> {
            self.0.slot()
        }

        fn view(&self) -> View<'_> {
            self.0.view()
        }
    }

    impl Drop for Item {
        fn drop(&mut self) {
            ITEMS.died();
        }
    }

    /// The bytes of a response.
    struct Bytes(String);

    impl AsRef<[u8]> for Bytes {
        fn as_ref(&self) -> &[u8] {
            self.0.as_bytes()
        }
    }

    impl Drop for Bytes {
        fn drop(&mut self) {
            BODIES.died();
        }
    }

    /// A server of a list of so many pages, each with so many items.
    struct Endless {
        pages: i64,
        size: i64,
    }

    impl Transport for Endless {
        fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
            let page = request.url.rsplit_once('=').map_or(1, |(_, page)| page.parse().unwrap());
            let items: Vec<i64> = ((page - 1) * self.size..page * self.size).collect();
            let body = Bytes(json!({"data": items, "meta": {"page": page, "pages": self.pages}}).to_string());
            BODIES.born();
            let response = TransportResponse::new(200, Headers::new(), bytes::Bytes::from_owner(body));
            Box::pin(async move { Ok(response) })
        }
    }

    #[tokio::test]
    async fn a_million_items_take_the_memory_of_one_page() {
        const PAGES: i64 = 4_000;
        const SIZE: i64 = 250;
        for (prefetch, pages_at_once) in [(false, 1), (true, 2)] {
            let transport = Endless { pages: PAGES, size: SIZE };
            let client = Client::builder().api_key("KEY-test").transport(transport).build().unwrap();
            let mut items: Items<Item> = Request::new(&client, &NUMBERED).items();
            items.prefetch = prefetch;
            let mut count = 0;
            while let Some(Item(number)) = items.try_next().await.unwrap().as_ref() {
                assert_eq!(*number, count, "items are given in their order");
                count += 1;
            }
            assert_eq!(count, PAGES * SIZE);
            drop(items);
            let (items, bodies) = (ITEMS.close(), BODIES.close());
            // The body before is kept, to notice a server that sends the same page again.
            let bodies_at_once = pages_at_once + 1;
            assert!(items <= pages_at_once * 250 && bodies <= bodies_at_once, "{items} items, {bodies} bodies at once");
        }
    }

    #[test]
    fn futures_and_streams_can_be_sent_anywhere() {
        fn check<T: Send + 'static>(_: T) {}
        let client = Script::default().client();
        let request = Request::new(&client, &NUMBERED);
        check(request.clone().call_page::<i64, Meta>());
        check(request.clone().pages::<i64, Meta>());
        check(async move { request.items::<i64, Meta>().try_collect().await });
    }
}
