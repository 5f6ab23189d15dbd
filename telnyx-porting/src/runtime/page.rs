//! Lists: one page, all pages, all items.

use std::borrow::Cow;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use bytes::Bytes;
use futures_core::Stream;
use serde_core::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::runtime::call::{Call, Reply};
use crate::runtime::decode::{nothing, read, without_values};
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::execute;
use crate::runtime::link;
use crate::runtime::operation::{Paging, PagingKind};
use crate::runtime::request::Request;
use crate::runtime::response::RawResponse;
use crate::runtime::slot::{self, Field, Optional, Seed, Slot};
use crate::runtime::text;
use crate::runtime::trail::{Passed, Trail, fingerprint};
use crate::runtime::view::{View, is_empty, value_of};

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
    let rest = if paging.items.is_empty() {
        read(response, &mut |text| Seed(Slot::Option(&mut OrNull(items))).deserialize(text))?;
        Value::Null
    } else {
        let keep_all = has_meta && paging.meta.is_none();
        read(response, &mut |text| PageSeed { paging, keep_all, items }.deserialize(text))?
    };
    if is_empty(&items.view()) {
        nothing(response)?;
    }
    let next = Arrived::new(request, response, &rest, items).next(&paging.kind)?;
    if has_meta {
        decode_meta(response, paging, rest, meta)?;
    }
    Ok(next)
}

fn decode_meta(response: &RawResponse, paging: &Paging, rest: Value, into: &mut dyn Field) -> Result<(), Error> {
    let meta = match (paging.meta, rest) {
        (Some(name), Value::Object(members)) => {
            // `remove` would balance a tree that is dropped next, which is a lot of code.
            members.into_iter().find(|(other, _)| other == name).map(|(_, meta)| meta).unwrap_or_default()
        }
        (_, rest) => rest,
    };
    if meta.is_null() {
        return Ok(());
    }
    slot::fill(into.slot(), &meta).map_err(|fault| {
        let path = paging.meta.unwrap_or_default();
        let what = without_values(&fault.to_string());
        let message = format!("the response can't be decoded: {what} in what it says about the page");
        response.error(ErrorKind::Decode, message).with_json_path(path.to_owned())
    })
}

/// A page that has been read, and the request that it answers.
struct Arrived<'a> {
    request: &'a Request,
    response: &'a RawResponse,
    /// The members beside the items, as far as they are needed.
    rest: &'a Value,
    item_count: usize,
    last_item: Option<View<'a>>,
}

impl<'a> Arrived<'a> {
    fn new(request: &'a Request, response: &'a RawResponse, rest: &'a Value, items: &'a dyn Field) -> Self {
        let (item_count, last_item) = match items.view() {
            View::List(items) => (items.len(), items.len().checked_sub(1).and_then(|last| items.get(last))),
            _ => (0, None),
        };
        Self { request, response, rest, item_count, last_item }
    }

    /// Works out what comes after the page. It errs if this page can't be the one that was asked
    /// for.
    fn next(&self, kind: &PagingKind) -> Result<Next, Error> {
        if self.body().is_some_and(|body| self.trail().body.as_ref() == Some(body)) {
            return Err(self.contradiction("the server sent the same page once more instead of the next one"));
        }
        match *kind {
            PagingKind::PageNumber { param, current, total } => self.by_number(param, current, total),
            PagingKind::Offset { param, total } => self.by_offset(param, total),
            PagingKind::Cursor { param, next, more } => self.by_cursor(param, next, more),
            PagingKind::LastItem { param, id, more } => self.by_last_item(param, id, more),
            PagingKind::Link { next } => self.by_link(next),
            PagingKind::LinkHeader { name } => match link::next_in(&self.response.headers, name) {
                Ok(Some(link)) => self.along(link),
                Ok(None) => Ok(Next::End),
                Err(why) => Ok(self.unclear(why)),
            },
        }
    }

    fn by_number(&self, param: &'static str, current: &str, total: &str) -> Result<Next, Error> {
        let is_told = !(current.is_empty() && total.is_empty());
        let (Ok(current), Ok(total)) = (number_at(self.rest, current), number_at(self.rest, total)) else {
            return Err(self.contradiction("the number of the page, or that of all pages, is not a number"));
        };
        let asked = number_of(self.request.query_argument(param).as_ref());
        if let (true, Some(asked), Some(current)) = (self.trail().continued, asked, current)
            && asked != current
        {
            return Err(self.contradiction("the server sent another page than the one that was asked for"));
        }
        let position = current.or(asked).unwrap_or(1);
        Ok(match (current, total) {
            (_, Some(total)) if position >= total => Next::End,
            (_, None) if self.item_count == 0 => Next::End,
            (None, None) if is_told => {
                self.unclear("the response does not say which page it is, nor how many there are")
            }
            _ => self.go_on_with(param, Value::from(position.saturating_add(1))),
        })
    }

    fn by_offset(&self, param: &'static str, total: Option<&str>) -> Result<Next, Error> {
        let Ok(total) = total.map_or(Ok(None), |total| number_at(self.rest, total)) else {
            return Err(self.contradiction("the number of all items is not a number"));
        };
        let skipped = number_of(self.request.query_argument(param).as_ref()).unwrap_or(0);
        let position = skipped.saturating_add(i64::try_from(self.item_count).unwrap_or(i64::MAX));
        Ok(match total {
            Some(total) if position >= total => Next::End,
            None if self.item_count == 0 => Next::End,
            Some(_) if self.item_count == 0 => self.unclear(EMPTY),
            _ => self.go_on_with(param, Value::from(position)),
        })
    }

    fn by_cursor(&self, param: &'static str, next: &str, more: Option<&str>) -> Result<Next, Error> {
        let more = self.more(more)?;
        let next = self.rest.pointer(next).filter(|next| !is_nothing(next));
        match (more, next) {
            (Some(false), _) | (None, None) => Ok(Next::End),
            (Some(true), None) => {
                Ok(self.unclear("the server says that more items follow, but not how to ask for them"))
            }
            (_, Some(next)) => self.after(param, next),
        }
    }

    fn by_last_item(&self, param: &'static str, id: &str, more: Option<&str>) -> Result<Next, Error> {
        let more = self.more(more)?;
        if more == Some(false) || (more.is_none() && self.item_count == 0) {
            return Ok(Next::End);
        }
        let Some(last) = &self.last_item else { return Ok(self.unclear(EMPTY)) };
        let last = value_of(last).unwrap_or_default();
        match last.pointer(id).filter(|id| !is_nothing(id)) {
            Some(id) => self.after(param, id),
            None => Ok(self.unclear("the last item of the page has nothing that the next page could begin after")),
        }
    }

    fn by_link(&self, next: &str) -> Result<Next, Error> {
        match self.rest.pointer(next).filter(|next| !is_nothing(next)) {
            None => Ok(Next::End),
            Some(Value::String(link)) => self.along(link),
            Some(_) => Err(self.contradiction("the link to the next page is not a text")),
        }
    }

    /// The page that a text or a number names.
    fn after(&self, param: &'static str, next: &Value) -> Result<Next, Error> {
        let Some(named) = text_of(next) else {
            return Err(self.contradiction("what names the next page is neither a text nor a number"));
        };
        let asked = self.request.query_argument(param);
        let here = asked.as_ref().and_then(text_of).map(|asked| fingerprint(&asked));
        let passed = self.pass(here, fingerprint(&named))?;
        Ok(self.go_on(self.request.with_query_argument(param, next.clone()), passed))
    }

    /// The page that a link leads to.
    fn along(&self, link: &str) -> Result<Next, Error> {
        let Ok(here) = execute::url_of(self.request.inner()) else {
            return Ok(self.unclear("the link to the next page has nothing to start from"));
        };
        let url = match link::follow(&here, link) {
            Ok(url) => url,
            Err(why) => return Ok(self.unclear(why)),
        };
        let passed = self.pass(Some(fingerprint(here.as_str())), fingerprint(url.as_str()))?;
        Ok(self.go_on(self.request.with_link(url), passed))
    }

    /// Whether more items follow, if the server says so.
    fn more(&self, pointer: Option<&str>) -> Result<Option<bool>, Error> {
        match pointer.and_then(|pointer| self.rest.pointer(pointer)) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(more)) => Ok(Some(*more)),
            Some(_) => Err(self.contradiction("what tells whether more items follow is neither true nor false")),
        }
    }

    fn pass(&self, here: Option<u64>, next: u64) -> Result<Passed, Error> {
        self.trail().passed.with(here, next).map_err(|why| self.contradiction(why))
    }

    fn go_on_with(&self, param: &'static str, argument: Value) -> Next {
        self.go_on(self.request.with_query_argument(param, argument), Passed::default())
    }

    fn go_on(&self, request: Request, passed: Passed) -> Next {
        let empty_pages = if self.item_count == 0 { self.trail().empty_pages + 1 } else { 0 };
        if empty_pages > MAX_EMPTY_PAGES {
            return self.unclear("the server sends one empty page after the other and says that more follow");
        }
        Next::Request(request.with_trail(Trail { body: self.body().cloned(), empty_pages, continued: true, passed }))
    }

    fn trail(&self) -> &'a Trail {
        &self.request.inner().trail
    }

    /// The body, if it holds items: empty pages may well be alike.
    fn body(&self) -> Option<&'a Bytes> {
        (self.item_count > 0).then_some(&self.response.body)
    }

    fn contradiction(&self, why: &'static str) -> Error {
        self.response.error(ErrorKind::Paging, why)
    }

    fn unclear(&self, why: &'static str) -> Next {
        Next::Unclear(self.response.clone(), why)
    }
}

const EMPTY: &str = "the page is empty although the server says that more items follow";

/// Whether a member that names the next page names none.
fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(str::is_empty)
}

/// What names a page, as a text; a number is what it is as a text.
fn text_of(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
}

/// The number at a pointer, `None` if there is nothing, an error if there is something else.
/// An empty pointer leads nowhere: the API does not tell.
fn number_at(rest: &Value, pointer: &str) -> Result<Option<i64>, ()> {
    match rest.pointer(pointer) {
        _ if pointer.is_empty() => Ok(None),
        None | Some(Value::Null) => Ok(None),
        found => number_of(found).map(Some).ok_or(()),
    }
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
        let is_head = |pointer: &str| match pointer.split('/').nth(1) {
            Some(head) if head.contains('~') => text::replace(&text::replace(head, "~1", "/"), "~0", "~") == name,
            head => head == Some(name),
        };
        self.keep_all || self.paging.kind.pointers().into_iter().any(is_head) || self.paging.meta == Some(name)
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
    fn set_null(&mut self) {
        if let Slot::List(items) = self.0.slot() {
            items.clear();
        }
    }

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
    use crate::runtime::slot::{Shape, Shaped};
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
        Paging { kind: PagingKind::Cursor { param: "after", next: "/next", more: None }, items: "data", meta: None };
    static FLAGGED: Operation = Operation { id: "list", path: "/things", paging: Some(&BY_FLAG), ..Operation::DEFAULT };
    static BY_FLAG: Paging = Paging {
        kind: PagingKind::Cursor { param: "after", next: "/page~1info/next", more: Some("/page~1info/more") },
        items: "data",
        meta: None,
    };
    static BY_LAST_ITEM: Paging = Paging {
        kind: PagingKind::LastItem { param: "after", id: "", more: Some("/more") },
        items: "data",
        meta: None,
    };
    static ENDING: Operation =
        Operation { id: "list", path: "/things", paging: Some(&BY_LAST_ITEM), ..Operation::DEFAULT };
    static LINKED: Operation = Operation { id: "list", path: "/things", paging: Some(&BY_LINK), ..Operation::DEFAULT };
    static BY_LINK: Paging = Paging { kind: PagingKind::Link { next: "/links/next" }, items: "data", meta: None };
    static HEADED: Operation =
        Operation { id: "list", path: "/things", paging: Some(&BY_HEADER), ..Operation::DEFAULT };
    static BY_HEADER: Paging = Paging { kind: PagingKind::LinkHeader { name: "Link" }, items: "", meta: None };
    static TOTALLED: Operation =
        Operation { id: "list", path: "/things", paging: Some(&BY_TOTAL), ..Operation::DEFAULT };
    static BY_TOTAL: Paging = Paging {
        kind: PagingKind::PageNumber { param: "page", current: "", total: "/pages" },
        items: "data",
        meta: None,
    };
    static COUNTED: Operation =
        Operation { id: "list", path: "/things", paging: Some(&BY_CURRENT), ..Operation::DEFAULT };
    static BY_CURRENT: Paging = Paging {
        kind: PagingKind::PageNumber { param: "page", current: "/page", total: "" },
        items: "data",
        meta: None,
    };
    static BARE: Operation =
        Operation { id: "list", path: "/things", paging: Some(&BY_NUMBER_ALONE), ..Operation::DEFAULT };
    static BY_NUMBER_ALONE: Paging =
        Paging { kind: PagingKind::PageNumber { param: "page", current: "", total: "" }, items: "", meta: None };

    #[derive(Default)]
    struct Meta {
        page: Option<i64>,
        pages: Option<i64>,
    }
    object! { Meta { 0 page: Optional "page", 1 pages: Optional "pages" } }

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
                "null, and errors",
                vec![raw(r#"{"data":null,"errors":[{"title":"no"}]}"#)],
                vec![],
                "the response lists errors, though its status is one of success",
                "-",
            ),
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

    /// Longer ones than those of which each page is remembered.
    #[tokio::test]
    async fn circles_of_cursors_end_in_an_error_however_long_they_are() {
        const BEFORE: usize = 20;
        const CIRCLE: usize = 100;
        let page = |at: usize| {
            let next = if at + 1 == BEFORE + CIRCLE { BEFORE } else { at + 1 };
            raw(&json!({"data": [at], "next": next.to_string()}).to_string())
        };
        let pages = (0..BEFORE + CIRCLE).chain((BEFORE..BEFORE + CIRCLE).cycle().take(3 * CIRCLE)).map(page);
        let (items, end, _) = walk(&POINTING, None, pages.collect()).await;
        assert!(end.contains("names a page that came before"), "{end}");
        assert!(items.len() >= BEFORE + CIRCLE - 1 && items.len() < 3 * (BEFORE + CIRCLE), "{} items", items.len());
    }

    #[tokio::test]
    async fn a_flag_ends_a_list_whatever_the_cursor_is() {
        let page = |item: i64, next: Value, more: Value| {
            raw(&json!({"data": [item], "page/info": {"next": next, "more": more}}).to_string())
        };
        let null = || Value::Null;
        let cases = [
            (
                "false",
                vec![page(1, json!("a"), json!(true)), page(2, json!("b"), json!(false))],
                vec![1, 2],
                "",
                "- after=a",
            ),
            ("false at once", vec![page(1, json!("a"), json!(false))], vec![1], "", "-"),
            ("no flag", vec![page(1, json!("a"), null()), page(2, null(), null())], vec![1, 2], "", "- after=a"),
            ("true without a cursor", vec![page(1, null(), json!(true))], vec![1], "but not how to ask for them", "-"),
            ("true with nothing", vec![page(1, json!(""), json!(true))], vec![1], "but not how to ask for them", "-"),
            ("no flag at all", vec![page(1, json!("a"), json!("yes"))], vec![], "neither true nor false", "-"),
        ];
        for (name, steps, items, end, queries) in cases {
            let got = walk(&FLAGGED, None, steps).await;
            assert_eq!((&got.0, got.2.as_str()), (&items, queries), "{name}: {}", got.1);
            assert!(got.1.contains(end) && got.1.is_empty() == end.is_empty(), "{name}: {}", got.1);
        }
    }

    #[tokio::test]
    async fn lists_by_the_last_item() {
        let page = |items: &[i64], more: Value| raw(&json!({"data": items, "more": more}).to_string());
        let pages = vec![page(&[1, 2], json!(true)), page(&[3, 4], json!(true)), page(&[5], json!(false))];
        let expected = (vec![1, 2, 3, 4, 5], String::new(), "- after=2 after=4".to_owned());
        assert_eq!(walk(&ENDING, None, pages).await, expected);
        let unsaid = vec![page(&[1], Value::Null), page(&[], Value::Null)];
        assert_eq!(walk(&ENDING, None, unsaid).await, (vec![1], String::new(), "- after=1".to_owned()));
        let (_, end, _) = walk(&ENDING, None, vec![page(&[], json!(true))]).await;
        assert!(end.contains("is empty although"), "{end}");
        let circle = vec![page(&[1, 7], json!(true)), page(&[2, 7], json!(true))];
        let (items, end, _) = walk(&ENDING, None, circle).await;
        assert!(items == [1, 7] && end.contains("names this page as the one that follows"), "{end}");
    }

    #[tokio::test]
    async fn lists_by_link() {
        let page = |item: i64, next: Value| raw(&json!({"data": [item], "links": {"next": next}}).to_string());
        let cases = [
            ("no link", vec![raw(r#"{"data":[1]}"#)], vec![1], "", "-"),
            ("null", vec![raw(r#"{"data":[1],"links":null}"#)], vec![1], "", "-"),
            ("nothing", vec![page(1, json!(""))], vec![1], "", "-"),
            (
                "absolute and relative",
                vec![
                    page(1, json!("https://api.test/base/things?page=2&size=1")),
                    page(2, json!("?page=3")),
                    page(3, json!("/other?page=4")),
                    page(4, Value::Null),
                ],
                vec![1, 2, 3, 4],
                "",
                "- page=2&size=1 page=3 page=4",
            ),
            (
                "another origin",
                vec![page(1, json!("https://else.test/base/things?page=2"))],
                vec![1],
                "to another origin",
                "-",
            ),
            (
                "another scheme",
                vec![page(1, json!("http://api.test/base/things?page=2"))],
                vec![1],
                "to another origin",
                "-",
            ),
            ("no URL", vec![page(1, json!("https://"))], vec![1], "is no URL", "-"),
            ("no text", vec![page(1, json!(2))], vec![], "is not a text", "-"),
            ("itself at once", vec![page(1, json!("things"))], vec![], "names this page as the one that follows", "-"),
            (
                "itself",
                vec![page(1, json!("?page=2")), page(2, json!("https://api.test:443/base/things?page=2#top"))],
                vec![1],
                "names this page as the one that follows",
                "- page=2",
            ),
            (
                "a circle",
                vec![page(1, json!("?page=2")), page(2, json!("?page=3")), page(3, json!("?page=2"))],
                vec![1, 2],
                "names a page that came before",
                "- page=2 page=3",
            ),
            (
                "back to the first",
                vec![page(1, json!("?page=2")), page(2, json!("things"))],
                vec![1],
                "came before",
                "- page=2",
            ),
        ];
        for (name, steps, items, end, queries) in cases {
            let got = walk(&LINKED, None, steps).await;
            assert_eq!((&got.0, got.2.as_str()), (&items, queries), "{name}: {}", got.1);
            assert!(got.1.contains(end) && got.1.is_empty() == end.is_empty(), "{name}: {}", got.1);
        }
        let endless =
            (1..100).map(|at| raw(&json!({"data": [], "links": {"next": format!("?page={at}")}}).to_string()));
        let (_, end, queries) = walk(&LINKED, None, endless.collect()).await;
        assert!(end.contains("one empty page after the other") && queries.split(' ').count() == 21, "{end}");
    }

    #[tokio::test]
    async fn lists_by_header() {
        let linked = |body: &str, link: &str| Step::json(body).header("Link", link);
        let pages = vec![
            linked("[1,2]", r#"<https://api.test/base/things?page=9>; rel="last", <?page=2>; rel="next""#),
            linked("null", "<?page=3>; rel=next"),
            linked("[3]", "<?page=1>; rel=first"),
        ];
        assert_eq!(walk(&HEADED, None, pages).await, (vec![1, 2, 3], String::new(), "- page=2 page=3".to_owned()));
        assert_eq!(walk(&HEADED, None, vec![raw("[1]")]).await, (vec![1], String::new(), "-".to_owned()));
        let (items, end, _) = walk(&HEADED, None, vec![linked("[1]", "?page=2; rel=next")]).await;
        assert!(items == [1] && end.contains("can't be read"), "{end}");
        let (items, end, _) = walk(&HEADED, None, vec![raw(r#"{"data":[1]}"#)]).await;
        assert!(items.is_empty() && end.contains("invalid type: map"), "{end}");
    }

    /// The next page is asked for as the first one was, credentials and headers included.
    #[tokio::test]
    async fn a_link_replaces_path_and_query_and_nothing_else() {
        let page = |body: &str, link: &str| Step::json(body).header("link", &format!("<{link}>; rel=next"));
        let second = page("[2]", "https://else.test/things?token=T0KEN");
        let steps = [page("[1]", "https://user:pass@api.test/else/where?token=T0KEN"), second.clone(), second];
        let script = Script::new(steps);
        let mut request = Request::new(&script.client(), &HEADED);
        request.query("size", 1);
        request.extra_query("more".to_owned(), "1".to_owned());
        request.extra_header("x-one".to_owned(), "1".to_owned());
        let first: Page<i64> = request.call_page().await.unwrap();
        let second = first.next_page().await.unwrap().unwrap();
        let error = second.next_page().await.unwrap_err();
        let shown = format!("{error} {error:?} {first:?} {second:?}");
        assert!(error.is_paging() && !shown.contains("T0KEN") && !shown.contains("else"), "{shown}");
        // A page leads to the next one as often as it is asked to.
        assert_eq!(first.into_items().try_take(2).await.unwrap(), [1, 2]);
        let log = script.log();
        assert_eq!(log[0].url, "https://api.test/base/things?size=1&more=1");
        assert_eq!(
            (log[1].url.as_str(), log[1].headers.get("x-one")),
            ("https://api.test/else/where?token=T0KEN", Some("1"))
        );
        assert_eq!((log[1].method, &log[1].headers), (log[0].method, &log[0].headers));
        assert_eq!((log.len(), &log[2].url), (3, &log[1].url));
    }

    #[tokio::test]
    async fn a_list_without_anything_beside_it_ends_with_an_empty_page() {
        let pages = vec![raw("[1,2]"), raw("[3]"), raw("[]")];
        assert_eq!(walk(&BARE, None, pages).await, (vec![1, 2, 3], String::new(), "- page=2 page=3".to_owned()));
        let pages = vec![raw("[1]"), raw("null")];
        assert_eq!(walk(&BARE, Some(("page", 4)), pages).await, (vec![1], String::new(), "page=4 page=5".to_owned()));
        let (items, end, _) = walk(&BARE, None, vec![raw("[1]"), raw("[1]")]).await;
        assert!(items == [1] && end.contains("the same page once more"), "{end}");
    }

    #[tokio::test]
    async fn a_list_may_tell_its_number_or_how_many_pages_there_are() {
        let pages = vec![raw(r#"{"data":[1],"pages":2}"#), raw(r#"{"data":[2],"pages":2}"#)];
        assert_eq!(walk(&TOTALLED, None, pages).await, (vec![1, 2], String::new(), "- page=2".to_owned()));
        let pages = vec![raw(r#"{"data":[1],"page":1}"#), raw(r#"{"data":[],"page":2}"#)];
        assert_eq!(walk(&COUNTED, None, pages).await, (vec![1], String::new(), "- page=2".to_owned()));
    }

    /// As with any other member, the last one counts.
    #[tokio::test]
    async fn null_takes_back_items_that_came_before_it() {
        let page = |members: &str| raw(&format!(r#"{{{members},"total":1}}"#));
        let cases = [
            (r#""data":[1],"data":null"#, vec![]),
            (r#""data":null,"data":[1]"#, vec![1]),
            (r#""data":[1],"data":[2]"#, vec![2]),
        ];
        for (members, items) in cases {
            let script = Script::new([page(members)]);
            let page: Page<i64> = Request::new(&script.client(), &SKIPPING).call_page().await.unwrap();
            assert_eq!(page.items, items, "{members}");
        }
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
        #[derive(Default)]
        struct Rest {
            total: i64,
            note: Option<String>,
        }
        object! { Rest { 0 total: Required "total", 1 note: Optional "note" } }
        let script = Script::new([raw(r#"{"note":"n","data":[1],"total":"1"}"#), raw(r#"{"data":[1],"total":{}}"#)]);
        let page: Page<i64, Rest> = Request::new(&script.client(), &SKIPPING).call_page().await.unwrap();
        assert_eq!(page.meta, Rest { total: 1, note: Some("n".to_owned()) });
        let error = Request::new(&script.client(), &SKIPPING).call_page::<i64, Rest>().await.unwrap_err();
        assert!(error.is_paging(), "{error}");
    }

    #[tokio::test]
    async fn numbers_of_the_meta_may_be_strings() {
        #[derive(Default)]
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
            0 page: Optional "page", 1 pages: Optional "pages", 2 size: Optional "size", 3 share: Optional "share",
            4 name: Optional "name", 5 nested: Optional "nested", 6 list: Optional "list",
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

    impl Shaped for Item {
        type Shape = Self;
    }

    impl Shape<Self> for Item {
        fn slot(item: &mut Self) -> Slot<'_> {
            item.0.slot()
        }

        fn view(item: &Self) -> View<'_> {
            item.0.view()
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
            let page = request.url().rsplit_once('=').map_or(1, |(_, page)| page.parse().unwrap());
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
