//! Compares our documents with the one that the API's owner publishes.
//!
//! Both sides are compared as they mean it, not as they are written: references are followed, `allOf` is taken
//! together, and prose and examples don't count. Each difference is named in the terms of someone who uses the API.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::{self, Display, Write as _};

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::diagnostic::Location;
use crate::normalize::Normalized;
use crate::pointer;
use crate::source::Sources;

/// A difference that is meant to be there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explained {
    /// Where: a place as reports give it, in which `*` stands for anything.
    pub at: String,
    /// What kind of difference, as reports name it; any, if left out.
    #[serde(default)]
    pub kind: Option<String>,
    /// Why it is meant to be there. May not be empty.
    #[serde(default)]
    pub why: String,
    /// Where the entry itself is written: set by whoever reads it, for the messages about it.
    #[serde(skip)]
    pub location: Option<Location>,
}

/// What two sides of a comparison disagree about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Upstream has something that we don't have.
    Added,
    /// We have something that upstream doesn't have.
    Removed,
    /// Upstream has an operation under one of our paths that we don't have.
    MissingOperation,
    /// We have an operation that upstream doesn't have.
    RemovedOperation,
    /// The names in the path.
    Path,
    /// The operation's identifier.
    OperationId,
    /// The status codes of the responses.
    Status,
    /// The media types of a body.
    MediaType,
    /// The type.
    Type,
    /// Whether it is one of several schemas.
    Union,
    /// How the schemas of a union are told apart.
    Discriminator,
    /// The values of an enum.
    Enum,
    /// The format.
    Format,
    /// Whether it has to be given.
    Required,
    /// Whether it may be null.
    Nullable,
    /// Whether names other than those of the properties are possible.
    AdditionalProperties,
    /// Whether it is deprecated.
    Deprecated,
    /// Whether it is in responses only.
    ReadOnly,
    /// Whether it is in requests only.
    WriteOnly,
    /// How a parameter is written.
    Style,
    /// Whether the parts of a parameter are written apart.
    Explode,
    /// The value that it has if it is left out.
    Default,
    /// What text has to look like.
    Pattern,
    /// The bounds of a number, a length or a size.
    Bounds,
    /// Both sides are nested more deeply than they can be compared.
    Depth,
}

impl Kind {
    /// The name by which reports and explanations call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::MissingOperation => "missing-operation",
            Self::RemovedOperation => "removed-operation",
            Self::Path => "path",
            Self::OperationId => "operation-id",
            Self::Status => "status",
            Self::MediaType => "media-type",
            Self::Type => "type",
            Self::Union => "union",
            Self::Discriminator => "discriminator",
            Self::Enum => "enum",
            Self::Format => "format",
            Self::Required => "required",
            Self::Nullable => "nullable",
            Self::AdditionalProperties => "additional-properties",
            Self::Deprecated => "deprecated",
            Self::ReadOnly => "read-only",
            Self::WriteOnly => "write-only",
            Self::Style => "style",
            Self::Explode => "explode",
            Self::Default => "default",
            Self::Pattern => "pattern",
            Self::Bounds => "bounds",
            Self::Depth => "depth",
        }
    }
}

impl Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// One side of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// What this side says.
    pub value: String,
    /// Where it says so, as `file:line:column`; empty if there is no such place.
    pub place: String,
}

/// One thing that our documents and upstream's disagree about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where it is, in the terms of someone who uses the API: `GET /orders 200 body.data[].status`.
    pub at: String,
    /// What it is about.
    pub kind: Kind,
    /// What we say.
    pub ours: Side,
    /// What upstream says.
    pub upstream: Side,
}

/// What came out of a comparison. Its text ends with the line that sums it up.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How many operations both sides have.
    pub operations: usize,
    /// The differences that nothing explains.
    pub differences: Vec<Difference>,
    /// The differences that are meant to be there, each with the reason.
    pub explained: Vec<(Difference, String)>,
    /// What is wrong with the explanations: those without a reason, and those that explain nothing any more.
    pub problems: Vec<String>,
    /// Whether there were so many differences that the comparison was broken off.
    pub is_cut_off: bool,
}

impl Report {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.differences.is_empty() && self.problems.is_empty()
    }

    /// The report with the explained differences.
    #[must_use]
    pub fn verbose(&self) -> impl Display + '_ {
        Verbose(self)
    }

    fn write(&self, formatter: &mut fmt::Formatter<'_>, is_verbose: bool) -> fmt::Result {
        for difference in &self.differences {
            writeln!(formatter, "{difference}\n")?;
        }
        if is_verbose {
            for (difference, why) in &self.explained {
                writeln!(formatter, "{difference}\n    explained: {why}\n")?;
            }
        }
        for problem in &self.problems {
            writeln!(formatter, "{problem}")?;
        }
        if !self.problems.is_empty() {
            writeln!(formatter)?;
        }
        if self.is_cut_off {
            writeln!(formatter, "there are more differences; the comparison was broken off")?;
        }
        if !self.explained.is_empty() {
            writeln!(formatter, "{} explained", counted(self.explained.len(), "difference"))?;
        }
        write!(
            formatter,
            "{} compared, {}",
            counted(self.operations, "operation"),
            counted(self.differences.len(), "unexplained difference"),
        )
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

impl Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(formatter, false)
    }
}

struct Verbose<'r>(&'r Report);

impl Display for Verbose<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(formatter, true)
    }
}

impl Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}: {}", self.at, self.kind)?;
        writeln!(formatter, "    ours:     {}", self.ours)?;
        write!(formatter, "    upstream: {}", self.upstream)
    }
}

impl Display for Side {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.value)?;
        if self.place.is_empty() { Ok(()) } else { write!(formatter, "  ({})", self.place) }
    }
}

/// More differences than this are not collected.
const MOST: usize = 20_000;
/// How deeply schemas are followed into one another.
const DEPTH: usize = 200;

/// Compares every operation of ours with the one that upstream has for the same method and path.
///
/// Also lists the operations that upstream has under the same first path segments and we don't have; a version such as
/// `v2` doesn't count as a segment. Both documents have to be in `sources`, which says where things are written.
#[must_use]
pub fn compare(ours: &Normalized, upstream: &Normalized, sources: &Sources, explained: &[Explained]) -> Report {
    let mut comparison = Comparison {
        ours: Api::new(ours),
        upstream: Api::new(upstream),
        sources,
        at: String::new(),
        differences: Vec::new(),
        open: HashSet::new(),
        equal: HashSet::new(),
        depth: 0,
    };
    let operations = comparison.operations();
    let mut report = Report { operations, is_cut_off: comparison.differences.len() >= MOST, ..Report::default() };
    let mut used = vec![false; explained.len()];
    for difference in comparison.differences {
        let mut why = None;
        for (entry, used) in explained.iter().zip(&mut used) {
            if entry.matches(&difference) {
                *used = true;
                why.get_or_insert(&entry.why);
            }
        }
        match why {
            Some(why) => report.explained.push((difference, why.clone())),
            None => report.differences.push(difference),
        }
    }
    for (entry, used) in explained.iter().zip(used) {
        let place =
            entry.location.as_ref().map(|location| format!("{}: ", sources.describe(location))).unwrap_or_default();
        let at = &entry.at;
        if entry.why.trim().is_empty() {
            report
                .problems
                .push(format!("{place}the explanation of `{at}` doesn't say why; give the reason under `why`"));
        }
        if !used {
            let kind = entry.kind.as_ref().map(|kind| format!(" ({kind})")).unwrap_or_default();
            report.problems.push(format!("{place}the explanation of `{at}`{kind} matches no difference; remove it"));
        }
    }
    report
}

impl Explained {
    fn matches(&self, difference: &Difference) -> bool {
        self.kind.as_ref().is_none_or(|kind| kind == difference.kind.name()) && matches(&self.at, &difference.at)
    }
}

/// Whether a text fits a pattern in which `*` stands for any text.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// A document, and how to get around in it.
struct Api<'d> {
    document: &'d Normalized,
    paths: Option<&'d Map<String, Value>>,
}

/// A value and its pointer.
#[derive(Clone, Debug)]
struct Found<'d> {
    value: &'d Value,
    at: String,
}

impl<'d> Found<'d> {
    fn get(&self, name: &str) -> Option<Found<'d>> {
        Some(Found { value: self.value.get(name)?, at: pointer::join(&self.at, name) })
    }

    fn members(&self) -> impl Iterator<Item = (&'d str, Found<'d>)> + '_ {
        self.value
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.as_str(), Found { value, at: pointer::join(&self.at, name) }))
    }

    fn items(&self) -> impl Iterator<Item = Found<'d>> + '_ {
        self.value
            .as_array()
            .into_iter()
            .flatten()
            .enumerate()
            .map(|(index, value)| Found { value, at: pointer::join(&self.at, &index.to_string()) })
    }

    fn text(&self, name: &str) -> Option<&'d str> {
        self.value.get(name)?.as_str()
    }

    fn flag(&self, name: &str) -> bool {
        self.value.get(name).and_then(Value::as_bool).unwrap_or_default()
    }
}

impl<'d> Api<'d> {
    fn new(document: &'d Normalized) -> Self {
        Self { document, paths: document.value.get("paths").and_then(Value::as_object) }
    }

    fn path(&self, path: &str) -> Option<Found<'d>> {
        Some(Found { value: self.paths?.get(path)?, at: pointer::join("/paths", path) })
    }

    /// Follows references. Normalizing has made sure that they lead somewhere and end.
    fn resolve(&self, found: Found<'d>) -> Found<'d> {
        let mut found = found;
        for _ in 0..DEPTH {
            let Some(at) = found.text("$ref").and_then(|text| text.strip_prefix('#')) else { break };
            let Some(value) = self.document.value.pointer(at) else { break };
            found = Found { value, at: at.to_owned() };
        }
        found
    }

    /// The parameters of an operation by place and name, those of the path item included.
    fn parameters(&self, item: &Found<'d>, operation: &Found<'d>) -> IndexMap<(&'d str, &'d str), Found<'d>> {
        let mut parameters = IndexMap::new();
        for holder in [item, operation] {
            let Some(list) = holder.get("parameters") else { continue };
            for parameter in list.items() {
                let parameter = self.resolve(parameter);
                if let (Some(place), Some(name)) = (parameter.text("in"), parameter.text("name")) {
                    parameters.insert((place, name), parameter);
                }
            }
        }
        parameters
    }

    /// What a schema says, references and `allOf` taken together.
    fn view(&self, schema: Found<'d>) -> View<'d> {
        let mut view = View::default();
        self.collect(schema, &mut view, &mut Vec::new());
        if view.types.is_empty() && view.variants.is_empty() && !view.properties.is_empty() {
            view.types.insert("object");
        }
        view
    }

    fn collect(&self, schema: Found<'d>, view: &mut View<'d>, open: &mut Vec<usize>) {
        let schema = self.resolve(schema);
        let Value::Object(members) = schema.value else { return };
        let identity = std::ptr::from_ref(members) as usize;
        // A schema that is in its own `allOf` says nothing by that.
        if open.contains(&identity) || open.len() > DEPTH {
            return;
        }
        open.push(identity);
        if view.at.is_none() {
            view.at = Some(schema.at.clone());
            view.identity = identity;
        }
        for (name, value) in members {
            let found = |name: &str| Found { value, at: pointer::join(&schema.at, name) };
            match name.as_str() {
                "type" => {
                    if view.types.is_empty()
                        && let Some(name) = value.as_str()
                    {
                        view.types.insert(name);
                    }
                }
                "nullable" => view.is_nullable |= *value == Value::Bool(true),
                "enum" => {
                    if view.values.is_none() {
                        view.values = Some(found("enum"));
                    }
                }
                "properties" => {
                    for (name, property) in found("properties").members() {
                        view.properties.entry(name).or_insert(property);
                    }
                }
                "required" => view.required.extend(value.as_array().into_iter().flatten().filter_map(Value::as_str)),
                "items" => _ = view.items.get_or_insert_with(|| found("items")),
                "additionalProperties" => _ = view.additional.get_or_insert_with(|| found("additionalProperties")),
                "oneOf" | "anyOf" => view.variants.extend(found(name).items()),
                "discriminator" => _ = view.discriminator.get_or_insert_with(|| found("discriminator")),
                "allOf" => {}
                name => {
                    if let Some((keyword, _)) = KEYWORDS.iter().find(|(keyword, _)| *keyword == name) {
                        view.keywords.entry(keyword).or_insert_with(|| found(name));
                    }
                }
            }
        }
        if let Some(all) = (Found { value: schema.value, at: schema.at }).get("allOf") {
            for part in all.items() {
                self.collect(part, view, open);
            }
        }
        open.pop();
    }
}

/// Keywords that are compared as they are.
const KEYWORDS: [(&str, Kind); 17] = [
    ("format", Kind::Format),
    ("pattern", Kind::Pattern),
    ("default", Kind::Default),
    ("minimum", Kind::Bounds),
    ("maximum", Kind::Bounds),
    ("exclusiveMinimum", Kind::Bounds),
    ("exclusiveMaximum", Kind::Bounds),
    ("multipleOf", Kind::Bounds),
    ("minLength", Kind::Bounds),
    ("maxLength", Kind::Bounds),
    ("minItems", Kind::Bounds),
    ("maxItems", Kind::Bounds),
    ("minProperties", Kind::Bounds),
    ("maxProperties", Kind::Bounds),
    ("readOnly", Kind::ReadOnly),
    ("writeOnly", Kind::WriteOnly),
    ("deprecated", Kind::Deprecated),
];

/// What a schema says.
#[derive(Default)]
struct View<'d> {
    at: Option<String>,
    /// The address of the schema, which tells schemas apart.
    identity: usize,
    types: BTreeSet<&'d str>,
    is_nullable: bool,
    values: Option<Found<'d>>,
    properties: IndexMap<&'d str, Found<'d>>,
    required: BTreeSet<&'d str>,
    items: Option<Found<'d>>,
    additional: Option<Found<'d>>,
    variants: Vec<Found<'d>>,
    discriminator: Option<Found<'d>>,
    keywords: HashMap<&'static str, Found<'d>>,
}

impl View<'_> {
    fn at(&self) -> &str {
        self.at.as_deref().unwrap_or_default()
    }

    fn describe_type(&self) -> String {
        if !self.variants.is_empty() {
            return format!("one of {}", self.variants.len());
        }
        if self.types.is_empty() {
            return "anything".to_owned();
        }
        self.types.iter().copied().collect::<Vec<_>>().join(" or ")
    }
}

struct Comparison<'d> {
    ours: Api<'d>,
    upstream: Api<'d>,
    sources: &'d Sources,
    /// The place at hand, in the terms of a consumer.
    at: String,
    differences: Vec<Difference>,
    /// Pairs of schemas that are being compared, so that circular ones come to an end.
    open: HashSet<(usize, usize)>,
    /// Pairs of schemas that are known to be equal.
    equal: HashSet<(usize, usize)>,
    depth: usize,
}

impl<'d> Comparison<'d> {
    /// Compares all operations and says how many there were.
    fn operations(&mut self) -> usize {
        let mut count = 0;
        let mut matched: HashSet<(&str, &str)> = HashSet::new();
        let mut prefixes: HashSet<&str> = HashSet::new();
        let shapes: HashMap<String, &str> =
            self.upstream.paths.into_iter().flatten().map(|(path, _)| (shape(path), path.as_str())).collect();
        for (path, item) in self.ours.paths.into_iter().flatten() {
            prefixes.insert(prefix(path));
            let ours = Found { value: item, at: pointer::join("/paths", path) };
            let other = match self.upstream.path(path) {
                Some(item) => Some((path.as_str(), item)),
                None => shapes.get(&shape(path)).and_then(|path| Some((*path, self.upstream.path(path)?))),
            };
            for method in METHODS {
                let Some(operation) = ours.get(method) else { continue };
                self.at = format!("{} {path}", method.to_uppercase());
                let theirs = other.as_ref().and_then(|(path, item)| Some((*path, item, item.get(method)?)));
                let Some((other_path, other_item, other_operation)) = theirs else {
                    self.differ(Kind::RemovedOperation, "there", &operation.at, "not there", "/paths");
                    continue;
                };
                count += 1;
                matched.insert((method, other_path));
                if path != other_path {
                    self.differ(Kind::Path, path, &ours.at, other_path, &other_item.at);
                }
                self.operation(&ours, &operation, other_item, &other_operation);
            }
        }
        for (path, item) in self.upstream.paths.into_iter().flatten() {
            if !prefixes.contains(prefix(path)) {
                continue;
            }
            for method in METHODS {
                if item.get(method).is_some() && !matched.contains(&(method, path.as_str())) {
                    self.at = format!("{} {path}", method.to_uppercase());
                    let at = pointer::join(&pointer::join("/paths", path), method);
                    self.differ(Kind::MissingOperation, "not there", "/paths", "there", &at);
                }
            }
        }
        count
    }

    fn differ(
        &mut self,
        kind: Kind,
        ours: impl Into<String>,
        ours_at: &str,
        upstream: impl Into<String>,
        upstream_at: &str,
    ) {
        if self.differences.len() >= MOST {
            return;
        }
        let side = |api: &Api<'_>, value: String, at: &str| Side {
            value,
            place: if at.is_empty() { String::new() } else { self.sources.describe(&api.document.locate(at)) },
        };
        let ours = side(&self.ours, ours.into(), ours_at);
        let upstream = side(&self.upstream, upstream.into(), upstream_at);
        self.differences.push(Difference { at: self.at.clone(), kind, ours, upstream });
    }

    /// Goes on with a more exact place.
    fn within(&mut self, place: fmt::Arguments<'_>, action: impl FnOnce(&mut Self)) {
        let length = self.at.len();
        // Writing to a string cannot fail.
        let _ = self.at.write_fmt(place);
        action(self);
        self.at.truncate(length);
    }

    fn flag(&mut self, kind: Kind, name: &str, ours: &Found<'d>, upstream: &Found<'d>, words: (&str, &str)) {
        let (a, b) = (ours.flag(name), upstream.flag(name));
        if a != b {
            let word = |flag| if flag { words.0 } else { words.1 };
            let at = |found: &Found<'d>| found.get(name).map_or_else(|| found.at.clone(), |found| found.at);
            self.differ(kind, word(a), &at(ours), word(b), &at(upstream));
        }
    }

    fn operation(&mut self, our_item: &Found<'d>, ours: &Found<'d>, their_item: &Found<'d>, theirs: &Found<'d>) {
        let id = |operation: &Found<'d>| operation.text("operationId").unwrap_or("none").to_owned();
        if id(ours) != id(theirs) {
            let at = |found: &Found<'d>| pointer::join(&found.at, "operationId");
            self.differ(Kind::OperationId, id(ours), &at(ours), id(theirs), &at(theirs));
        }
        self.flag(Kind::Deprecated, "deprecated", ours, theirs, ("deprecated", "not deprecated"));
        let our_parameters = self.ours.parameters(our_item, ours);
        let mut their_parameters = self.upstream.parameters(their_item, theirs);
        rename_path_parameters(our_item, their_item, &our_parameters, &mut their_parameters);
        for ((place, name), parameter) in &our_parameters {
            self.within(format_args!(" {place} {name}"), |this| match their_parameters.get(&(*place, *name)) {
                Some(other) => this.parameter(parameter, other),
                None => this.differ(Kind::Removed, "there", &parameter.at, "not there", &theirs.at),
            });
        }
        for ((place, name), parameter) in &their_parameters {
            if !our_parameters.contains_key(&(*place, *name)) {
                self.within(format_args!(" {place} {name}"), |this| {
                    this.differ(Kind::Added, "not there", &ours.at, "there", &parameter.at);
                });
            }
        }
        self.request_body(ours, theirs);
        self.responses(ours, theirs);
    }

    fn parameter(&mut self, ours: &Found<'d>, theirs: &Found<'d>) {
        self.flag(Kind::Required, "required", ours, theirs, ("required", "optional"));
        self.flag(Kind::Deprecated, "deprecated", ours, theirs, ("deprecated", "not deprecated"));
        let style = |parameter: &Found<'d>| {
            parameter.text("style").unwrap_or(match parameter.text("in") {
                Some("query" | "cookie") => "form",
                _ => "simple",
            })
        };
        if style(ours) != style(theirs) {
            let at = |found: &Found<'d>| pointer::join(&found.at, "style");
            self.differ(Kind::Style, style(ours), &at(ours), style(theirs), &at(theirs));
        }
        let explode = |parameter: &Found<'d>| {
            parameter.value.get("explode").and_then(Value::as_bool).unwrap_or(style(parameter) == "form")
        };
        if explode(ours) != explode(theirs) {
            let at = |found: &Found<'d>| pointer::join(&found.at, "explode");
            let word = |explode| if explode { "apart" } else { "together" };
            self.differ(Kind::Explode, word(explode(ours)), &at(ours), word(explode(theirs)), &at(theirs));
        }
        match (ours.get("schema"), theirs.get("schema")) {
            (Some(a), Some(b)) => self.schema(a, b),
            _ => self.content(ours, theirs, ""),
        }
    }

    fn request_body(&mut self, ours: &Found<'d>, theirs: &Found<'d>) {
        let (a, b) = (ours.get("requestBody"), theirs.get("requestBody"));
        self.within(format_args!(" body"), |this| match (a, b) {
            (Some(a), Some(b)) => {
                let (a, b) = (this.ours.resolve(a), this.upstream.resolve(b));
                this.flag(Kind::Required, "required", &a, &b, ("required", "optional"));
                this.content(&a, &b, "");
            }
            (Some(a), None) => this.differ(Kind::Removed, "there", &a.at, "not there", &theirs.at),
            (None, Some(b)) => this.differ(Kind::Added, "not there", &ours.at, "there", &b.at),
            (None, None) => {}
        });
    }

    fn responses(&mut self, ours: &Found<'d>, theirs: &Found<'d>) {
        let by_status = |operation: &Found<'d>| -> IndexMap<String, Found<'d>> {
            let responses = operation.get("responses");
            let members = responses.iter().flat_map(Found::members).filter(|(status, _)| !status.starts_with("x-"));
            members.map(|(status, response)| (status.to_uppercase(), response)).collect()
        };
        let (a, b) = (by_status(ours), by_status(theirs));
        for (status, response) in &a {
            let label = if status == "DEFAULT" { "default" } else { status };
            self.within(format_args!(" {label}"), |this| match b.get(status) {
                Some(other) => {
                    let (a, b) = (this.ours.resolve(response.clone()), this.upstream.resolve(other.clone()));
                    this.content(&a, &b, " body");
                }
                None => this.differ(Kind::Status, "there", &response.at, "not there", &theirs.at),
            });
        }
        for (status, response) in &b {
            if !a.contains_key(status) {
                let label = if status == "DEFAULT" { "default" } else { status };
                self.within(format_args!(" {label}"), |this| {
                    this.differ(Kind::Status, "not there", &ours.at, "there", &response.at);
                });
            }
        }
    }

    /// Compares the media types of a body, and the schema of each.
    fn content(&mut self, ours: &Found<'d>, theirs: &Found<'d>, place: &str) {
        let content = |holder: &Found<'d>| -> IndexMap<&'d str, Found<'d>> {
            holder.get("content").iter().flat_map(Found::members).collect()
        };
        let (a, b) = (content(ours), content(theirs));
        let same = a.len() == b.len() && a.keys().all(|media_type| b.contains_key(media_type));
        if !same {
            let list = |content: &IndexMap<&str, Found<'_>>| {
                if content.is_empty() {
                    return "none".to_owned();
                }
                content.keys().copied().collect::<Vec<_>>().join(", ")
            };
            self.within(format_args!("{place}"), |this| {
                this.differ(Kind::MediaType, list(&a), &ours.at, list(&b), &theirs.at);
            });
        }
        for (media_type, ours) in &a {
            let Some(theirs) = b.get(media_type) else { continue };
            let label = if media_type.contains("json") { String::new() } else { format!("({media_type})") };
            self.within(format_args!("{place}{label}"), |this| match (ours.get("schema"), theirs.get("schema")) {
                (Some(a), Some(b)) => this.schema(a, b),
                (Some(a), None) => this.differ(Kind::Removed, "a schema", &a.at, "no schema", &theirs.at),
                (None, Some(b)) => this.differ(Kind::Added, "no schema", &ours.at, "a schema", &b.at),
                (None, None) => {}
            });
        }
    }

    fn schema(&mut self, ours: Found<'d>, theirs: Found<'d>) {
        let (a, b) = (self.ours.view(ours.clone()), self.upstream.view(theirs.clone()));
        let (a_at, b_at) = (
            if a.at.is_some() { a.at().to_owned() } else { ours.at },
            if b.at.is_some() { b.at().to_owned() } else { theirs.at },
        );
        let pair = (a.identity, b.identity);
        if self.differences.len() >= MOST || self.equal.contains(&pair) || !self.open.insert(pair) {
            return;
        }
        if self.depth >= DEPTH {
            let deep = format!("more than {DEPTH} levels");
            self.differ(Kind::Depth, deep.clone(), &a_at, deep, &b_at);
            self.open.remove(&pair);
            return;
        }
        self.depth += 1;
        let before = self.differences.len();
        self.views(&a, &b, &a_at, &b_at);
        if self.differences.len() == before {
            self.equal.insert(pair);
        }
        self.depth -= 1;
        self.open.remove(&pair);
    }

    fn views(&mut self, a: &View<'d>, b: &View<'d>, a_at: &str, b_at: &str) {
        if a.is_nullable != b.is_nullable {
            let word = |is_nullable| if is_nullable { "may be null" } else { "is never null" };
            self.differ(Kind::Nullable, word(a.is_nullable), a_at, word(b.is_nullable), b_at);
        }
        self.values(a, b, a_at, b_at);
        for (keyword, kind) in KEYWORDS {
            self.keyword(keyword, kind, a, b, a_at, b_at);
        }
        if a.variants.is_empty() != b.variants.is_empty() {
            self.differ(Kind::Union, a.describe_type(), a_at, b.describe_type(), b_at);
            return;
        }
        if a.variants.is_empty() && a.types != b.types {
            self.differ(Kind::Type, a.describe_type(), a_at, b.describe_type(), b_at);
            return;
        }
        self.properties(a, b, a_at, b_at);
        match (&a.items, &b.items) {
            (Some(a), Some(b)) => self.within(format_args!("[]"), |this| this.schema(a.clone(), b.clone())),
            (Some(a), None) => self.within(format_args!("[]"), |this| {
                this.differ(Kind::Removed, "items", &a.at, "no items", b_at);
            }),
            (None, Some(b)) => self.within(format_args!("[]"), |this| {
                this.differ(Kind::Added, "no items", a_at, "items", &b.at);
            }),
            (None, None) => {}
        }
        self.additional(a, b, a_at, b_at);
        if !a.variants.is_empty() {
            self.variants(a, b, a_at, b_at);
        }
    }

    fn values(&mut self, a: &View<'d>, b: &View<'d>, a_at: &str, b_at: &str) {
        let set = |view: &View<'d>| -> Option<IndexMap<String, ()>> {
            let values = view.values.as_ref()?.value.as_array()?;
            Some(values.iter().map(|value| (show(value), ())).collect())
        };
        let at =
            |view: &View<'d>, at: &str| view.values.as_ref().map_or_else(|| at.to_owned(), |found| found.at.clone());
        let (a_at, b_at) = (at(a, a_at), at(b, b_at));
        let all = |values: &IndexMap<String, ()>| values.keys().cloned().collect::<Vec<_>>().join(", ");
        match (set(a), set(b)) {
            (Some(ours), Some(theirs)) => {
                let only = |one: &IndexMap<String, ()>, other: &IndexMap<String, ()>| {
                    let list: Vec<_> = one.keys().filter(|value| !other.contains_key(*value)).cloned().collect();
                    list.join(", ")
                };
                let (more, less) = (only(&ours, &theirs), only(&theirs, &ours));
                if !more.is_empty() || !less.is_empty() {
                    let word =
                        |list: String| if list.is_empty() { "no others".to_owned() } else { format!("also {list}") };
                    self.differ(Kind::Enum, word(more), &a_at, word(less), &b_at);
                }
            }
            (Some(ours), None) => self.differ(Kind::Enum, all(&ours), &a_at, "any value", &b_at),
            (None, Some(theirs)) => self.differ(Kind::Enum, "any value", &a_at, all(&theirs), &b_at),
            (None, None) => {}
        }
    }

    fn keyword(&mut self, keyword: &str, kind: Kind, a: &View<'d>, b: &View<'d>, a_at: &str, b_at: &str) {
        // Being false, or null as a default, is the same as not being there.
        let meaning = |view: &View<'d>| {
            view.keywords
                .get(keyword)
                .filter(|found| !found.value.is_null() && *found.value != Value::Bool(false))
                .cloned()
        };
        let (ours, theirs) = (meaning(a), meaning(b));
        let is_same = match (&ours, &theirs) {
            (Some(a), Some(b)) => same_value(a.value, b.value),
            (None, None) => true,
            _ => false,
        };
        if is_same {
            return;
        }
        let word = |found: &Option<Found<'d>>| match found {
            Some(found) if kind == Kind::Bounds => format!("{keyword} {}", show(found.value)),
            Some(found) => show(found.value),
            None if kind == Kind::Bounds => format!("no {keyword}"),
            None => "none".to_owned(),
        };
        let at = |found: &Option<Found<'d>>, at: &str| {
            found.as_ref().map_or_else(|| at.to_owned(), |found| found.at.clone())
        };
        self.differ(kind, word(&ours), &at(&ours, a_at), word(&theirs), &at(&theirs, b_at));
    }

    fn properties(&mut self, a: &View<'d>, b: &View<'d>, a_at: &str, b_at: &str) {
        for (name, property) in &a.properties {
            self.within(format_args!(".{name}"), |this| match b.properties.get(name) {
                Some(other) => {
                    let (ours, theirs) = (a.required.contains(name), b.required.contains(name));
                    if ours != theirs {
                        let word = |is_required| if is_required { "required" } else { "optional" };
                        this.differ(Kind::Required, word(ours), &property.at, word(theirs), &other.at);
                    }
                    this.schema(property.clone(), other.clone());
                }
                None => this.differ(Kind::Removed, "there", &property.at, "not there", b_at),
            });
        }
        for (name, property) in &b.properties {
            if !a.properties.contains_key(name) {
                self.within(format_args!(".{name}"), |this| {
                    this.differ(Kind::Added, "not there", a_at, "there", &property.at);
                });
            }
        }
        let unknown = |view: &View<'d>| -> BTreeSet<&'d str> {
            view.required
                .iter()
                .copied()
                .filter(|name| !a.properties.contains_key(name) && !b.properties.contains_key(name))
                .collect()
        };
        let (ours, theirs) = (unknown(a), unknown(b));
        if ours != theirs {
            let list = |names: BTreeSet<&str>| {
                if names.is_empty() { "none".to_owned() } else { names.into_iter().collect::<Vec<_>>().join(", ") }
            };
            self.differ(Kind::Required, list(ours), a_at, list(theirs), b_at);
        }
    }

    fn additional(&mut self, a: &View<'d>, b: &View<'d>, a_at: &str, b_at: &str) {
        enum Extra<'d> {
            Unsaid,
            Any,
            None,
            Schema(Found<'d>),
        }
        let extra = |view: &View<'d>| match &view.additional {
            None => Extra::Unsaid,
            Some(Found { value: Value::Bool(true), .. }) => Extra::Any,
            Some(Found { value: Value::Bool(false), .. }) => Extra::None,
            Some(Found { value: Value::Object(members), .. }) if members.is_empty() => Extra::Any,
            Some(found) => Extra::Schema(found.clone()),
        };
        let word = |extra: &Extra<'_>| match extra {
            Extra::Unsaid => "unsaid",
            Extra::Any => "anything",
            Extra::None => "none",
            Extra::Schema(_) => "a schema",
        };
        match (extra(a), extra(b)) {
            (Extra::Unsaid, Extra::Unsaid) | (Extra::Any, Extra::Any) | (Extra::None, Extra::None) => {}
            (Extra::Schema(a), Extra::Schema(b)) => self.within(format_args!("{{}}"), |this| this.schema(a, b)),
            (ours, theirs) => {
                let at = |view: &View<'d>, at: &str| {
                    view.additional.as_ref().map_or_else(|| at.to_owned(), |found| found.at.clone())
                };
                self.differ(Kind::AdditionalProperties, word(&ours), &at(a, a_at), word(&theirs), &at(b, b_at));
            }
        }
    }

    /// Compares the schemas of two unions, whose order says nothing where something else tells them apart.
    fn variants(&mut self, a: &View<'d>, b: &View<'d>, a_at: &str, b_at: &str) {
        let mapping = |view: &View<'d>| -> (Option<&'d str>, IndexMap<&'d str, &'d str>) {
            let Some(discriminator) = &view.discriminator else { return (None, IndexMap::new()) };
            let entries = discriminator.get("mapping");
            let entries = entries.iter().flat_map(Found::members);
            (
                discriminator.text("propertyName"),
                entries.filter_map(|(name, found)| Some((name, found.value.as_str()?))).collect(),
            )
        };
        let (ours, theirs) = (mapping(a), mapping(b));
        let at = |view: &View<'d>, at: &str| {
            view.discriminator.as_ref().map_or_else(|| at.to_owned(), |found| found.at.clone())
        };
        if ours.0 != theirs.0 {
            let word = |name: Option<&str>| name.unwrap_or("none").to_owned();
            self.differ(Kind::Discriminator, word(ours.0), &at(a, a_at), word(theirs.0), &at(b, b_at));
        } else if !ours.1.is_empty() || !theirs.1.is_empty() {
            let only = |one: &IndexMap<&str, &str>, other: &IndexMap<&str, &str>| {
                one.keys().filter(|name| !other.contains_key(*name)).copied().collect::<Vec<_>>().join(", ")
            };
            let (more, less) = (only(&ours.1, &theirs.1), only(&theirs.1, &ours.1));
            if !more.is_empty() || !less.is_empty() {
                let word = |list: String| if list.is_empty() { "no others".to_owned() } else { format!("also {list}") };
                self.differ(Kind::Discriminator, word(more), &at(a, a_at), word(less), &at(b, b_at));
            }
        }
        let our_labels = labels(&self.ours, &a.variants, &ours);
        let mut their_labels: Vec<Option<String>> =
            labels(&self.upstream, &b.variants, &theirs).into_iter().map(Some).collect();
        let mut left = Vec::new();
        for (variant, label) in a.variants.iter().zip(our_labels) {
            let same = their_labels.iter().position(|other| other.as_deref() == Some(&label));
            match same.and_then(|index| Some((their_labels.get_mut(index)?.take(), b.variants.get(index)?))) {
                Some((_, other)) => {
                    self.within(format_args!("|{label}"), |this| this.schema(variant.clone(), other.clone()));
                }
                None => left.push((variant, label)),
            }
        }
        let mut rest = b.variants.iter().zip(their_labels).filter_map(|(variant, label)| Some((variant, label?)));
        for (variant, label) in left {
            self.within(format_args!("|{label}"), |this| match rest.next() {
                Some((other, _)) => this.schema(variant.clone(), other.clone()),
                None => this.differ(Kind::Removed, "one of the schemas", &variant.at, "not there", b_at),
            });
        }
        for (variant, label) in rest.collect::<Vec<_>>() {
            self.within(format_args!("|{label}"), |this| {
                this.differ(Kind::Added, "not there", a_at, "one of the schemas", &variant.at);
            });
        }
    }
}

/// What tells the schemas of a union apart: the value that the discriminator has, that of a property which has only one
/// in each of them, or the type. A number follows if there are several of the same.
fn labels<'d>(
    api: &Api<'d>,
    variants: &[Found<'d>],
    (property, mapping): &(Option<&'d str>, IndexMap<&'d str, &'d str>),
) -> Vec<String> {
    let views: Vec<_> = variants.iter().map(|variant| api.view(variant.clone())).collect();
    let only_value = |view: &View<'d>, name: &str| -> Option<String> {
        let property = api.view(view.properties.get(name)?.clone());
        match property.values?.value.as_array()?.as_slice() {
            [only] => Some(show(only)),
            _ => None,
        }
    };
    let tag = property.map(str::to_owned).or_else(|| {
        let mut names = views.first()?.properties.keys();
        names.find(|name| views.iter().all(|view| only_value(view, name).is_some())).map(|name| (*name).to_owned())
    });
    let mut seen: HashMap<String, usize> = HashMap::new();
    views
        .iter()
        .zip(variants)
        .map(|(view, variant)| {
            let mapped = || {
                let mut names: Vec<_> = mapping
                    .iter()
                    .filter(|(_, target)| variant.text("$ref") == Some(**target))
                    .map(|(name, _)| *name)
                    .collect();
                names.sort_unstable();
                (!names.is_empty()).then(|| names.join("/"))
            };
            let label =
                mapped().or_else(|| only_value(view, tag.as_deref()?)).unwrap_or_else(|| match view.items.clone() {
                    Some(items) => format!("array of {}", api.view(items).describe_type()),
                    None => view.describe_type(),
                });
            let count = seen.entry(label.clone()).or_default();
            *count += 1;
            if *count == 1 { label } else { format!("{label} {count}") }
        })
        .collect()
}

/// Path parameters are the same if they stand in the same place of the path, whatever they are called.
fn rename_path_parameters<'d>(
    our_item: &Found<'d>,
    their_item: &Found<'d>,
    ours: &IndexMap<(&'d str, &'d str), Found<'d>>,
    theirs: &mut IndexMap<(&'d str, &'d str), Found<'d>>,
) {
    let names = |item: &Found<'d>| -> Vec<String> {
        let path = pointer::segments(&item.at).next_back().unwrap_or_default().into_owned();
        path.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0.to_owned())).collect()
    };
    for (own, other) in names(our_item).iter().zip(names(their_item)) {
        if *own == other {
            continue;
        }
        let find = |parameters: &IndexMap<(&'d str, &'d str), Found<'d>>, wanted: &str| {
            parameters.keys().copied().find(|(place, name)| *place == "path" && *name == wanted)
        };
        let (Some(key), Some(other)) = (find(ours, own), find(theirs, &other)) else { continue };
        if let Some(parameter) = theirs.shift_remove(&other) {
            theirs.insert(key, parameter);
        }
    }
}

/// The first segment of a path, and the second one as well if the first is a version.
fn prefix(path: &str) -> &str {
    let end = |from: usize| path.get(from..).and_then(|rest| rest.find('/')).map_or(path.len(), |at| from + at);
    let first = end(1.min(path.len()));
    let segment = path.get(..first).unwrap_or(path);
    let is_version = segment
        .strip_prefix("/v")
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
    if is_version { path.get(..end((first + 1).min(path.len()))).unwrap_or(path) } else { segment }
}

/// A path without the names of its parameters.
fn shape(path: &str) -> String {
    let mut shape = String::with_capacity(path.len());
    let mut is_name = false;
    for character in path.chars() {
        match character {
            '{' => is_name = true,
            '}' => is_name = false,
            _ if is_name => continue,
            _ => {}
        }
        shape.push(character);
    }
    shape
}

fn same_value(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (a, b) => a == b,
    }
}

fn show(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::diagnostic::Diagnostics;
    use crate::normalize::normalize;

    fn document(operation: &str) -> String {
        format!(
            "openapi: 3.1.0
info: {{title: t, version: '1'}}
paths:
  /orders/{{id}}:
    get: {operation}
components:
  schemas:
    Node: {{type: object, properties: {{next: {{$ref: '#/components/schemas/Node'}}, n: {{type: integer}}}}}}
    Text: {{type: object, properties: {{kind: {{const: text}}, text: {{type: string}}}}}}
    Image: {{type: object, properties: {{kind: {{const: image}}, url: {{type: string}}}}}}
"
        )
    }

    fn run(ours: &str, upstream: &str, explained: &[Explained]) -> Report {
        let mut diagnostics = Diagnostics::new();
        let sources = Sources::from_texts(&[("ours.yaml", ours), ("up.yaml", upstream)], &mut diagnostics);
        let [a, b] = *sources.roots() else { panic!() };
        let ours = normalize(&sources, &[a], &[], &mut diagnostics);
        let upstream = normalize(&sources, &[b], &[], &mut diagnostics);
        assert!(diagnostics.is_empty(), "{}", diagnostics.render(&sources, crate::diagnostic::Style::Plain));
        compare(&ours, &upstream, &sources, explained)
    }

    fn body(schema: &str) -> String {
        document(&format!(
            "{{responses: {{'200': {{description: ok, content: {{application/json: {{schema: {schema}}}}}}}}}}}"
        ))
    }

    #[test]
    fn schemas_are_compared_by_what_they_mean() {
        let same = [
            ("{type: [string, 'null']}", "{oneOf: [{type: string}, {type: 'null'}]}"),
            ("{$ref: '#/components/schemas/Node'}", "{description: x, allOf: [{$ref: '#/components/schemas/Node'}]}"),
            (
                "{type: object, properties: {a: {type: string}, b: {type: integer}}, required: [a, b]}",
                "{allOf: [{properties: {b: {type: integer}}, required: [b]}, {type: object, properties: {a: {type: string, example: x}}, required: [a]}]}",
            ),
            ("{enum: [a, b]}", "{type: string, enum: [b, a]}"),
            ("{type: integer, maximum: 5}", "{type: integer, maximum: 5.0, readOnly: false}"),
            (
                "{oneOf: [{$ref: '#/components/schemas/Text'}, {$ref: '#/components/schemas/Image'}]}",
                "{oneOf: [{$ref: '#/components/schemas/Image'}, {$ref: '#/components/schemas/Text'}]}",
            ),
            ("{oneOf: [{type: string}, {type: integer}]}", "{anyOf: [{type: integer}, {type: string}]}"),
            ("{additionalProperties: true}", "{type: object, additionalProperties: {}}"),
        ];
        for (ours, upstream) in same {
            let report = run(&body(ours), &body(upstream), &[]);
            assert!(report.is_clean(), "{ours} {upstream}\n{report}");
            assert_eq!(report.to_string(), "1 operation compared, 0 unexplained differences");
        }
    }

    #[test]
    fn differences_are_named_for_consumers() {
        let cases = [
            ("{type: string}", "{type: integer}", "", "type", "string", "integer"),
            ("{type: string}", "{type: [string, 'null']}", "", "nullable", "is never null", "may be null"),
            ("{enum: [a, b]}", "{enum: [b, c, d]}", "", "enum", "also a", "also c, d"),
            ("{type: string}", "{type: string, enum: [c]}", "", "enum", "any value", "c"),
            ("{type: string, format: date}", "{type: string}", "", "format", "date", "none"),
            ("{properties: {a: {}}}", "{properties: {a: {}, b: {}}}", ".b", "added", "not there", "there"),
            ("{properties: {a: {}, b: {}}}", "{properties: {a: {}}}", ".b", "removed", "there", "not there"),
            ("{properties: {a: {}}, required: [a]}", "{properties: {a: {}}}", ".a", "required", "required", "optional"),
            (
                "{properties: {data: {type: array, items: {properties: {status: {type: string}}}}}}",
                "{properties: {data: {type: array, items: {properties: {status: {type: string, readOnly: true}}}}}}",
                ".data[].status",
                "read-only",
                "none",
                "true",
            ),
            (
                "{additionalProperties: {type: string}}",
                "{additionalProperties: {type: integer}}",
                "{}",
                "type",
                "string",
                "integer",
            ),
            (
                "{type: object, additionalProperties: true}",
                "{type: object}",
                "",
                "additional-properties",
                "anything",
                "unsaid",
            ),
            ("{type: string, maxLength: 5}", "{type: string}", "", "bounds", "maxLength 5", "no maxLength"),
            ("{type: string, default: a}", "{type: string, default: b}", "", "default", "a", "b"),
            ("{type: string}", "{oneOf: [{type: string}, {type: integer}]}", "", "union", "string", "one of 2"),
            (
                "{oneOf: [{type: string}, {type: integer}]}",
                "{oneOf: [{type: boolean}, {type: integer}, {type: string}]}",
                "|boolean",
                "added",
                "not there",
                "one of the schemas",
            ),
            (
                "{oneOf: [{$ref: '#/components/schemas/Text'}, {properties: {kind: {const: image}}}]}",
                "{oneOf: [{$ref: '#/components/schemas/Image'}, {$ref: '#/components/schemas/Text'}]}",
                "|image.url",
                "added",
                "not there",
                "there",
            ),
            (
                "{oneOf: [{$ref: '#/components/schemas/Text'}, {$ref: '#/components/schemas/Image'}], discriminator: {propertyName: kind}}",
                "{oneOf: [{$ref: '#/components/schemas/Text'}, {$ref: '#/components/schemas/Image'}]}",
                "",
                "discriminator",
                "kind",
                "none",
            ),
        ];
        for (ours, upstream, place, kind, our_value, their_value) in cases {
            let report = run(&body(ours), &body(upstream), &[]);
            let [only] = report.differences.as_slice() else { panic!("{ours} {upstream}\n{report}") };
            assert_eq!(only.at, format!("GET /orders/{{id}} 200 body{place}"), "{report}");
            assert_eq!(
                (only.kind.name(), &*only.ours.value, &*only.upstream.value),
                (kind, our_value, their_value),
                "{report}"
            );
        }
    }

    #[test]
    fn operations_are_compared() {
        let ours = document(
            "{operationId: a, parameters: [{name: id, in: path, required: true, schema: {type: string}}, {name: q, in: query, schema: {type: object, properties: {x: {type: string}}}, style: deepObject, explode: true}], requestBody: {content: {application/json: {schema: {type: object}}}}, responses: {'200': {description: d}, '404': {description: d}}}",
        );
        let upstream = document("{operationId: b, parameters: [{name: order, in: path, required: true, schema: {type: string}}, {name: q, in: query, required: true, schema: {type: object, properties: {x: {type: integer}}}}, {name: p, in: query, schema: {}}], requestBody: {required: true, content: {application/json: {schema: {type: object}}, text/csv: {}}}, responses: {'200': {description: d}, default: {description: d}}, deprecated: true}")
            .replace("{id}", "{order}")
            .replace("components:", "  /orders/new: {post: {responses: {}}}\n  /other: {get: {responses: {}}}\ncomponents:");
        let report = run(&ours, &upstream, &[]);
        let found: Vec<_> =
            report.differences.iter().map(|difference| format!("{}: {}", difference.at, difference.kind)).collect();
        let get = "GET /orders/{id}";
        assert_eq!(
            found,
            [
                format!("{get}: path"),
                format!("{get}: operation-id"),
                format!("{get}: deprecated"),
                format!("{get} query q: required"),
                format!("{get} query q: style"),
                format!("{get} query q.x: type"),
                format!("{get} query p: added"),
                format!("{get} body: required"),
                format!("{get} body: media-type"),
                format!("{get} 404: status"),
                format!("{get} default: status"),
                "POST /orders/new: missing-operation".to_owned(),
            ],
            "{report}"
        );
        let text = report.to_string();
        assert!(text.starts_with("GET /orders/{id}: path\n    ours:     /orders/{id}  (ours.yaml:4:3)\n    upstream: /orders/{order}  (up.yaml:4:3)\n"), "{text}");
        assert!(text.ends_with("\n1 operation compared, 12 unexplained differences"), "{text}");
    }

    #[test]
    fn explanations_have_to_be_needed_and_reasoned() {
        let explained = |at: &str, kind: Option<&str>, why: &str| -> Explained {
            serde_json::from_value(json!({"at": at, "kind": kind, "why": why})).unwrap()
        };
        let report = run(
            &body("{properties: {a: {type: string}}}"),
            &body("{properties: {a: {type: integer}}}"),
            &[
                explained("GET * body.a", Some("type"), "the server sends text"),
                explained("GET * body.b", None, "gone"),
                explained("* body.a", None, " "),
            ],
        );
        assert_eq!((report.differences.len(), report.explained.len()), (0, 1));
        assert!(!report.is_clean());
        assert_eq!(
            report.to_string(),
            "the explanation of `GET * body.b` matches no difference; remove it
the explanation of `* body.a` doesn't say why; give the reason under `why`

1 difference explained
1 operation compared, 0 unexplained differences"
        );
        assert!(report.verbose().to_string().contains("explained: the server sends text"));
    }

    #[test]
    fn prefixes_leave_versions_out() {
        for (path, expected) in [
            ("/orders/{id}", "/orders"),
            ("/orders", "/orders"),
            ("/v2/orders/{id}", "/v2/orders"),
            ("/v2", "/v2"),
            ("/v2/", "/v2/"),
            ("/", "/"),
            ("", ""),
            ("/ü/a", "/ü"),
        ] {
            assert_eq!(prefix(path), expected, "{path}");
        }
    }

    #[test]
    fn patterns_match() {
        for (pattern, text, expected) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("*", "", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*c", "abc", true),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "acb", false),
            ("ab*bc", "abc", false),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn what_grows_without_end_is_cut_off() {
        // Each level refers to the next twice, and the last ones differ.
        let chain = |last: &str| {
            let mut text = body("{$ref: '#/components/schemas/A0'}");
            for level in 0..60 {
                let next = format!("{{$ref: '#/components/schemas/A{}'}}", level + 1);
                writeln!(text, "    A{level}: {{type: object, properties: {{l: {next}, r: {next}}}}}").unwrap();
            }
            writeln!(text, "    A60: {last}").unwrap();
            text
        };
        assert!(run(&chain("{type: string}"), &chain("{type: string}"), &[]).is_clean());
        assert!(run(&chain("{type: string}"), &chain("{type: integer}"), &[]).is_cut_off);
    }
}
