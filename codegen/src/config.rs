//! `sdk.yaml`: what a document cannot say about the crate that is made of it.
//!
//! Every member is optional. Without a configuration everything is inferred from the documents.

use indexmap::IndexMap;
use serde::Deserialize;

use crate::drift::Explained;
use crate::normalize::Patch;

/// The whole configuration file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// What the crate is called in prose.
    pub title: Option<String>,
    /// What the manifest of a stand-alone crate says beside its name.
    pub package: PackageConfig,
    /// The documents to read, relative to the configuration file.
    pub documents: Vec<String>,
    /// Cargo features, each with the documents whose operations it holds.
    pub features: IndexMap<String, FeatureConfig>,
    /// The operations to generate; without it all. Types that only other operations need are left out, too.
    ///
    /// `include: [{tag: Orders}, {path: /v2/orders*}, {operation: createOrder}]`
    pub include: Vec<Selector>,
    /// Operations that are not generated, even if `include` selects them.
    pub exclude: Vec<Selector>,
    /// How the client finds its server and proves who it is.
    pub client: ClientConfig,
    /// Member of a response whose value is all that callers want.
    pub envelope: Option<String>,
    /// Ways in which lists are paged, by a name of your choice.
    pub pagination: IndexMap<String, PaginationConfig>,
    /// What the API posts to its users' servers.
    pub webhooks: Option<WebhooksConfig>,
    /// Members whose values are never printed: `name` anywhere, or `Schema.name`.
    pub redact: Vec<String>,
    /// Further names that are never printed where a value has no schema, such as in events that are not known yet.
    pub redact_free_form: Vec<String>,
    /// The tree of resources and their methods.
    pub resources: IndexMap<String, ResourceConfig>,
    /// Pages of Markdown that show all operations of a feature, by name.
    pub skills: IndexMap<String, SkillConfig>,
    /// Corrections of wrong documents.
    pub patches: Vec<Patch>,
    /// Differences from the upstream document that are meant.
    pub drift: Vec<Explained>,
}

/// What the manifest of a stand-alone crate says beside its name, as Cargo has it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PackageConfig {
    pub version: Option<String>,
    pub description: Option<String>,
    pub authors: Vec<String>,
    pub license: Option<String>,
    pub repository: Option<String>,
    pub homepage: Option<String>,
    pub documentation: Option<String>,
    pub readme: Option<String>,
    pub keywords: Vec<String>,
    pub categories: Vec<String>,
    /// `false` for a crate that is never to be published.
    pub publish: Option<bool>,
}

/// A Cargo feature of the generated crate.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FeatureConfig {
    /// What the feature is for.
    pub doc: String,
    /// Documents, as named in `documents`, whose operations need the feature.
    pub documents: Vec<String>,
}

/// What operations are selected by. An entry that selects none is an error.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Selector {
    /// Every operation of a path, in which `*` stands for any characters, or none: `/v2/orders*`.
    Path(String),
    /// Every operation that has the tag.
    Tag(String),
    /// The operation of an `operationId`.
    Operation(String),
}

/// How the client finds its server and proves who it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClientConfig {
    /// Overrides the first server of the documents.
    pub base_url: Option<String>,
    /// Names of environment variables.
    pub env: EnvConfig,
    /// How arrays inside query objects are sent.
    pub query_arrays: QueryArrays,
    /// Whether repeating a PATCH is harmless.
    pub retry_patch: bool,
}

/// Names of the environment variables that `Client::from_env` reads.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EnvConfig {
    pub api_key: Option<String>,
    pub base_url: Option<String>,
    pub webhook_key: Option<String>,
}

/// How arrays inside query objects are sent; OpenAPI leaves that open.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum QueryArrays {
    /// `a=1,2`
    Comma,
    /// `a=1&a=2`
    #[default]
    Repeat,
    /// `a[]=1&a[]=2`
    Brackets,
}

/// How a list is paged.
///
/// `items` is the member of the response that holds the items; without it, the response is the list itself. `meta` is
/// the member that holds the position; without it, all members beside the items do.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(tag = "style", rename_all = "kebab-case", deny_unknown_fields)]
pub enum PaginationConfig {
    /// The caller asks for a page by its number; the answer tells the current page and how many there are.
    PageNumber {
        /// Query parameter of the page's number.
        number: String,
        /// Query parameter of the number of items on a page.
        #[serde(default)]
        size: Option<String>,
        #[serde(default)]
        items: String,
        #[serde(default)]
        meta: Option<String>,
        /// JSON pointer to the number of the current page.
        #[serde(default)]
        current: Option<String>,
        /// JSON pointer to the number of pages; without both, the list ends with an empty page.
        #[serde(default)]
        total: Option<String>,
    },
    /// The caller says how many items to skip.
    Offset {
        /// Query parameter of the number of items to skip.
        offset: String,
        /// Query parameter of the number of items on a page.
        #[serde(default)]
        size: Option<String>,
        #[serde(default)]
        items: String,
        #[serde(default)]
        meta: Option<String>,
        /// JSON pointer to the number of all items; without it, the list ends with an empty page.
        #[serde(default)]
        total: Option<String>,
    },
    /// A page names the next one by an opaque text.
    Cursor {
        /// Query parameter that takes the text.
        cursor: String,
        /// Query parameter of the number of items on a page.
        #[serde(default)]
        size: Option<String>,
        items: String,
        #[serde(default)]
        meta: Option<String>,
        /// JSON pointer to the text; absent, null or empty on the last page.
        next: String,
        /// JSON pointer to a flag that is false on the last page, whatever the text is.
        #[serde(default)]
        more: Option<String>,
    },
    /// The caller asks for the items after the last one of the page before.
    LastItem {
        /// Query parameter that takes what identifies the item.
        after: String,
        /// Query parameter of the number of items on a page.
        #[serde(default)]
        size: Option<String>,
        #[serde(default)]
        items: String,
        #[serde(default)]
        meta: Option<String>,
        /// JSON pointer, within an item, to what identifies it.
        id: String,
        /// JSON pointer to a flag that is false on the last page; without it, the list ends with an empty page.
        #[serde(default)]
        more: Option<String>,
    },
    /// A page links to the next one.
    Link {
        /// Query parameter of the number of items on a page.
        #[serde(default)]
        size: Option<String>,
        #[serde(default)]
        items: String,
        #[serde(default)]
        meta: Option<String>,
        /// JSON pointer to the URL; absent, null or empty on the last page.
        #[serde(default)]
        next: Option<String>,
        /// Header that has the link in place of the body, as RFC 8288 says, with the relation `next`: `Link`.
        #[serde(default)]
        header: Option<String>,
    },
}

impl PaginationConfig {
    /// Member of the response that holds the items; empty if the response is the list itself.
    #[must_use]
    pub fn items(&self) -> &str {
        let (Self::PageNumber { items, .. }
        | Self::Offset { items, .. }
        | Self::Cursor { items, .. }
        | Self::LastItem { items, .. }
        | Self::Link { items, .. }) = self;
        items
    }

    /// Member of the response that holds the position.
    #[must_use]
    pub fn meta(&self) -> Option<&str> {
        let (Self::PageNumber { meta, .. }
        | Self::Offset { meta, .. }
        | Self::Cursor { meta, .. }
        | Self::LastItem { meta, .. }
        | Self::Link { meta, .. }) = self;
        meta.as_deref()
    }

    /// Query parameter of the number of items on a page.
    #[must_use]
    pub fn size(&self) -> Option<&str> {
        let (Self::PageNumber { size, .. }
        | Self::Offset { size, .. }
        | Self::Cursor { size, .. }
        | Self::LastItem { size, .. }
        | Self::Link { size, .. }) = self;
        size.as_deref()
    }

    /// Query parameter that asks for a page.
    #[must_use]
    pub fn param(&self) -> Option<&str> {
        match self {
            Self::PageNumber { number: param, .. }
            | Self::Offset { offset: param, .. }
            | Self::Cursor { cursor: param, .. }
            | Self::LastItem { after: param, .. } => Some(param),
            Self::Link { .. } => None,
        }
    }

    /// The JSON pointers into the response, by the members of the configuration that hold them.
    #[must_use]
    pub fn pointers(&self) -> Vec<(&'static str, &str)> {
        let pointers = match self {
            Self::PageNumber { current, total, .. } => [("current", current.as_deref()), ("total", total.as_deref())],
            Self::Offset { total, .. } => [("total", total.as_deref()), ("", None)],
            Self::Cursor { next, more, .. } => [("next", Some(next.as_str())), ("more", more.as_deref())],
            Self::LastItem { more, .. } => [("more", more.as_deref()), ("", None)],
            Self::Link { next, .. } => [("next", next.as_deref()), ("", None)],
        };
        pointers.into_iter().filter_map(|(member, pointer)| Some((member, pointer?))).collect()
    }
}

/// What the API posts to its users' servers, and how it signs it: with Ed25519.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhooksConfig {
    /// Header that holds the signature in base64.
    pub signature_header: String,
    /// Header that holds the time of the signature in seconds since 1970.
    pub timestamp_header: String,
    /// What is signed, with one `{timestamp}` and one `{body}`: `{timestamp}.{body}`.
    pub signed: String,
    /// Member of the body that holds the event; without it, or in bodies that lack it, the whole body is the event.
    #[serde(default)]
    pub member: Option<String>,
    /// JSON pointer to what identifies an event, however often it is posted.
    #[serde(default)]
    pub id: Option<String>,
    /// JSON pointer to the number of the attempt to deliver an event.
    #[serde(default)]
    pub attempt: Option<String>,
    /// Schemas of events by a name of your choice; each has alternatives that a discriminator tells apart.
    #[serde(default)]
    pub events: IndexMap<String, String>,
}

/// A page that shows all operations of a feature.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkillConfig {
    /// Heading of the page.
    pub title: String,
    /// What the page is for, in a sentence or two: by it a reader decides whether to open it.
    pub description: String,
    /// The Cargo feature whose operations it shows; without it all.
    #[serde(default)]
    pub feature: Option<String>,
    /// What a caller has to know beside the operations, in Markdown.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// A resource: methods, and resources below it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ResourceConfig {
    /// What the resource is, in one sentence.
    pub doc: Option<String>,
    /// Methods by name: `get /phone_numbers/{id}`.
    pub methods: IndexMap<String, String>,
    /// Resources below this one.
    pub resources: IndexMap<String, ResourceConfig>,
}
