//! An operation of the API as data: everything that a request needs to know besides its arguments.

use std::fmt;

use crate::runtime::api::Security;
use crate::runtime::params::Param;

/// A method of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// `GET`
    Get,
    /// `HEAD`
    Head,
    /// `OPTIONS`
    Options,
    /// `TRACE`
    Trace,
    /// `PUT`
    Put,
    /// `DELETE`
    Delete,
    /// `POST`
    Post,
    /// `PATCH`
    Patch,
}

impl Method {
    /// Returns the method as it stands in a request.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
            Self::Trace => "TRACE",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Post => "POST",
            Self::Patch => "PATCH",
        }
    }

    /// Returns whether HTTP promises that the method changes nothing on the server.
    #[must_use]
    pub const fn is_safe(self) -> bool {
        matches!(self, Self::Get | Self::Head | Self::Options | Self::Trace)
    }

    /// Returns whether HTTP promises that carrying out the request twice does the same as carrying
    /// it out once.
    #[must_use]
    pub const fn is_idempotent(self) -> bool {
        self.is_safe() || matches!(self, Self::Put | Self::Delete)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// An operation of the API.
#[derive(Debug)]
pub(crate) struct Operation {
    /// The name that the document gives the operation.
    pub(crate) id: &'static str,
    pub(crate) method: Method,
    /// The path below the base URL, with its parameters in braces.
    pub(crate) path: &'static str,
    /// The media type that is asked for.
    pub(crate) accept: &'static str,
    /// The media type of the body, if there is one.
    pub(crate) content_type: &'static str,
    /// How the members of a form are written, where that is not as usual.
    pub(crate) form: &'static [Param],
    /// How the parameters are written. Those that are not listed are written as is usual for their
    /// place.
    pub(crate) params: &'static [Param],
    /// How to get from one page of the list to the next.
    pub(crate) paging: Option<&'static Paging>,
    /// Whether carrying out the request twice does the same as once, where the method alone tells
    /// it wrongly.
    pub(crate) idempotent: Option<bool>,
    /// The credentials that the operation needs, if they are not those of the API.
    pub(crate) security: Option<Security>,
    /// The URL below which the operation is, if it is not that of the API.
    pub(crate) server: Option<&'static str>,
}

impl Operation {
    pub(crate) const DEFAULT: Self = Self {
        id: "",
        method: Method::Get,
        path: "",
        accept: "application/json",
        content_type: "application/json",
        form: &[],
        params: &[],
        paging: None,
        idempotent: None,
        security: None,
        server: None,
    };
}

/// How a list is cut into pages.
#[derive(Debug)]
pub(crate) struct Paging {
    pub(crate) kind: PagingKind,
    /// The member of the response that holds the items; empty if the response is the list itself.
    pub(crate) items: &'static str,
    /// The member that tells about the page; without it, all members beside the items do.
    pub(crate) meta: Option<&'static str>,
}

/// What leads from one page to the next.
///
/// Pointers are JSON pointers into the response.
#[derive(Debug)]
pub(crate) enum PagingKind {
    /// Pages are numbered.
    PageNumber {
        /// The query parameter that asks for a page.
        param: &'static str,
        /// The number of this page; an empty pointer if the response does not tell it.
        current: &'static str,
        /// The number of the last page, likewise; without both, an empty page is the end.
        total: &'static str,
    },
    /// Pages begin after a number of items.
    Offset {
        /// The query parameter that says how many items to skip.
        param: &'static str,
        /// The number of all items; without it, an empty page is the end.
        total: Option<&'static str>,
    },
    /// A page names the next one by an opaque text.
    Cursor {
        /// The query parameter that takes the text.
        param: &'static str,
        /// The text, or a number; absent, null or empty on the last page.
        next: &'static str,
        /// Whether more items follow; false on the last page, whatever the text is.
        more: Option<&'static str>,
    },
    /// Pages begin after the last item of the page before.
    LastItem {
        /// The query parameter that takes what identifies the item.
        param: &'static str,
        /// What identifies an item: a pointer into the item.
        id: &'static str,
        /// Whether more items follow; without it, an empty page is the end.
        more: Option<&'static str>,
    },
    /// A page links to the next one.
    Link {
        /// The URL; absent, null or empty on the last page.
        next: &'static str,
    },
    /// A header links to the next page, as RFC 8288 has it.
    LinkHeader {
        /// The header's name.
        name: &'static str,
    },
}

impl PagingKind {
    /// The pointers into the response.
    pub(crate) fn pointers(&self) -> [&'static str; 2] {
        match *self {
            Self::PageNumber { current, total, .. } => [current, total],
            Self::Offset { total, .. } => [total.unwrap_or_default(), ""],
            Self::Cursor { next, more, .. } => [next, more.unwrap_or_default()],
            Self::LastItem { more, .. } => [more.unwrap_or_default(), ""],
            Self::Link { next } => [next, ""],
            Self::LinkHeader { .. } => ["", ""],
        }
    }
}
