//! Several documents become one, in which every reference leads to a component.
//!
//! Each place that a reference leads to gets the name of the component that it becomes, and joins a queue. Components are
//! taken over from there one by one; what they refer to in turn joins the queue as well.

use std::collections::{HashMap, HashSet, VecDeque};

use serde_json::{Map, Value, json};

use super::patch::Documents;
use super::{Normalized, Origins};
use crate::diagnostic::{Diagnostics, Location, Severity, nearest};
use crate::pointer;
use crate::source::{FileId, Mention, Unresolved, for_each_mention, percent_decode};

/// Merges the documents.
pub(super) fn bundle(documents: &Documents<'_>, roots: &[FileId], diagnostics: &mut Diagnostics) -> Normalized {
    let fallback = roots.first().copied().or_else(|| documents.sources.files().next());
    let Some(fallback) = fallback else {
        diagnostics.error("no-documents", None, "there is no OpenAPI document to read");
        return Normalized {
            value: json!({"openapi": VERSION, "info": {"title": "", "version": ""}, "paths": {}}),
            webhooks: Map::new(),
            origins: Origins::new(FileId::default(), documents.overrides.clone()),
        };
    };
    let mut bundler = Bundler::new(documents, fallback, diagnostics);
    let roots: Vec<_> = roots.iter().copied().filter(|root| bundler.check_version(*root)).collect();
    bundler.find_interior();
    bundler.run(&roots)
}

/// The version that merged documents have.
const VERSION: &str = "3.0.3";

/// The sections of `components` that OpenAPI 3.0 has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Section {
    Schemas,
    Responses,
    Parameters,
    Examples,
    RequestBodies,
    Headers,
    SecuritySchemes,
    Links,
    Callbacks,
}

impl Section {
    const ALL: [Self; 9] = [
        Self::Schemas,
        Self::Responses,
        Self::Parameters,
        Self::Examples,
        Self::RequestBodies,
        Self::Headers,
        Self::SecuritySchemes,
        Self::Links,
        Self::Callbacks,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Schemas => "schemas",
            Self::Responses => "responses",
            Self::Parameters => "parameters",
            Self::Examples => "examples",
            Self::RequestBodies => "requestBodies",
            Self::Headers => "headers",
            Self::SecuritySchemes => "securitySchemes",
            Self::Links => "links",
            Self::Callbacks => "callbacks",
        }
    }

    /// What one of them is called in a sentence.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Schemas => "a schema",
            Self::Responses => "a response",
            Self::Parameters => "a parameter",
            Self::Examples => "an example",
            Self::RequestBodies => "a request body",
            Self::Headers => "a header",
            Self::SecuritySchemes => "a security scheme",
            Self::Links => "a link",
            Self::Callbacks => "a callback",
        }
    }

    fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.name() == name)
    }
}

/// Which version of OpenAPI a file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    V30,
    V31,
}

/// Where the value at hand is: in its file, and in the merged document.
#[derive(Debug)]
pub(super) struct Here {
    pub(super) file: FileId,
    pub(super) dialect: Dialect,
    pub(super) raw: String,
    pub(super) at: String,
}

impl Here {
    /// Steps down to a member; [`Here::leave`] steps back.
    pub(super) fn enter(&mut self, segment: &str) -> (usize, usize) {
        let mark = (self.raw.len(), self.at.len());
        pointer::push(&mut self.raw, segment);
        pointer::push(&mut self.at, segment);
        mark
    }

    pub(super) fn enter_index(&mut self, index: usize) -> (usize, usize) {
        self.enter(&index.to_string())
    }

    pub(super) fn leave(&mut self, (raw, at): (usize, usize)) {
        self.raw.truncate(raw);
        self.at.truncate(at);
    }
}

type Place = (FileId, String);

pub(super) struct Bundler<'b> {
    pub(super) documents: &'b Documents<'b>,
    pub(super) diagnostics: &'b mut Diagnostics,
    pub(super) origins: Origins,
    dialects: HashMap<FileId, Dialect>,
    /// Places that are no components but that something refers to.
    pub(super) interior: HashSet<Place>,
    /// What each place is called as a component.
    names: HashMap<(Section, Place), String>,
    /// The components, in the order in which they were named; null until they are taken over.
    components: HashMap<Section, Map<String, Value>>,
    owners: HashMap<(Section, String), Place>,
    queue: VecDeque<(Section, String, Place, Dialect)>,
    /// Pairs of values known to be the same, so that comparing large documents takes one pass.
    same: HashSet<(usize, usize)>,
    /// References that are known to lead to something other than a reference.
    grounded: HashSet<Place>,
    /// Places from which they do not, with a place of the circle that they end in.
    circular: HashMap<Place, Place>,
    /// Those of them that are in circles themselves.
    in_circles: HashSet<Place>,
    /// How many references lead into each circle from outside.
    led_into: HashMap<Place, usize>,
    /// The schemas that have an `$anchor`, of the files in which one was looked for.
    anchors: HashMap<FileId, HashMap<String, String>>,
    /// The last number that was put behind a name.
    numbers: HashMap<(Section, String), usize>,
    /// Names of security schemes that had to be changed, by file.
    pub(super) schemes: HashMap<(FileId, String), String>,
    /// Path items being put in place of references to them, innermost last.
    pub(super) inlining: Vec<Place>,
    /// How many more of them may be.
    pub(super) inlinings: usize,
}

impl<'b> Bundler<'b> {
    pub(super) fn new(documents: &'b Documents<'b>, fallback: FileId, diagnostics: &'b mut Diagnostics) -> Self {
        Self {
            documents,
            diagnostics,
            origins: Origins::new(fallback, documents.overrides.clone()),
            dialects: HashMap::new(),
            interior: HashSet::new(),
            names: HashMap::new(),
            components: HashMap::new(),
            owners: HashMap::new(),
            queue: VecDeque::new(),
            same: HashSet::new(),
            grounded: HashSet::new(),
            circular: HashMap::new(),
            in_circles: HashSet::new(),
            led_into: HashMap::new(),
            anchors: HashMap::new(),
            numbers: HashMap::new(),
            schemes: HashMap::new(),
            inlining: Vec::new(),
            inlinings: 1_000,
        }
    }

    /// Where the value at hand, or a member of it, was written.
    pub(super) fn place(&self, here: &Here) -> Location {
        self.origins.written(here.file, &here.raw)
    }

    pub(super) fn place_of(&self, here: &Here, member: &str) -> Location {
        self.origins.written(here.file, &pointer::join(&here.raw, member))
    }

    /// Finds out the version of a root, and whether it can be read at all.
    fn check_version(&mut self, root: FileId) -> bool {
        // What could not be read has been reported.
        let Some(value) = self.documents.value(root) else { return false };
        let Value::Object(members) = value else {
            self.diagnostics
                .error("not-openapi", Location::value(root, ""), format!("the document is {}", kind(value)))
                .help("an OpenAPI document is a mapping that begins with `openapi: 3.0.3` or `openapi: 3.1.0`");
            return false;
        };
        let at = self.origins.written(root, "/openapi");
        let version = match members.get("openapi") {
            Some(Value::String(version)) => version.clone(),
            Some(Value::Number(number)) => {
                self.diagnostics
                    .warning("unquoted-version", at.clone(), format!("the version is the number {number}"))
                    .help(format!("put it in quotes and give all of it: `openapi: '{number}.0'`"));
                number.to_string()
            }
            Some(other) => {
                self.diagnostics
                    .error("unsupported-version", at, format!("the version is {}, not text", kind(other)))
                    .help("`openapi: 3.0.3` and `openapi: 3.1.0` can be read");
                return false;
            }
            None => {
                let (at, message, help) = if let Some(version) = members.get("swagger") {
                    let version = version.as_str().map_or_else(|| version.to_string(), str::to_owned);
                    (
                        self.origins.written(root, "/swagger"),
                        format!("this is a Swagger {version} document"),
                        "convert it to OpenAPI 3 first, for example by `npx swagger2openapi`",
                    )
                } else {
                    let message = match () {
                        () if members.contains_key("asyncapi") => "this is an AsyncAPI document",
                        () if members.contains_key("arazzo") => "this is an Arazzo document",
                        () if members.contains_key("overlay") => "this is an OpenAPI overlay, not a document",
                        () if members.contains_key("$schema") => "this is a JSON Schema, not an OpenAPI document",
                        () if members.contains_key("item") => "this looks like a Postman collection",
                        () => "the document has no `openapi` member",
                    };
                    (
                        Location::value(root, ""),
                        message.to_owned(),
                        "an OpenAPI document begins with `openapi: 3.0.3` or `openapi: 3.1.0`",
                    )
                };
                self.diagnostics.error("not-openapi", at, message).help(help);
                return false;
            }
        };
        let is =
            |wanted: &str| version == wanted || version.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('.'));
        let dialect = if is("3.0") {
            Dialect::V30
        } else if is("3.1") {
            Dialect::V31
        } else if is("3.2") {
            self.diagnostics
                .warning("unsupported-version", at, format!("OpenAPI {version} is read as if it were 3.1"))
                .help("what is new in 3.2 is left out");
            Dialect::V31
        } else {
            self.diagnostics
                .error("unsupported-version", at, format!("OpenAPI {version} cannot be read"))
                .help("3.0 and 3.1 can");
            return false;
        };
        self.dialects.insert(root, dialect);
        true
    }

    /// Collects the places that references lead to although they are no components, so that what is written there
    /// becomes one component rather than several copies.
    fn find_interior(&mut self) {
        let sources = self.documents.sources;
        for file in sources.files() {
            let Some(value) = self.documents.value(file) else { continue };
            for_each_mention(value, &mut |mention, _, text| {
                if mention == Mention::Mapping {
                    return;
                }
                if let Ok((target, fragment)) = sources.resolve(file, text)
                    && let Some(pointer) = percent_decode(fragment)
                    && component(&pointer).is_none()
                    && !is_path_item(&pointer)
                {
                    self.interior.insert((target, pointer));
                }
            });
        }
    }

    fn run(mut self, roots: &[FileId]) -> Normalized {
        for root in roots {
            self.register_components(*root);
        }
        let mut top = self.merge_tops(roots);
        let (paths, webhooks) = self.merge_paths(roots);
        while let Some((section, name, (file, raw), dialect)) = self.queue.pop_front() {
            let Some(mut value) = self.documents.value(file).and_then(|value| value.pointer(&raw)).cloned() else {
                continue;
            };
            let mut here = Here { file, dialect, raw, at: format!("/components/{}", section.name()) };
            pointer::push(&mut here.at, &name);
            self.origins.record(&here.at, file, &here.raw);
            self.visit(section, &mut value, &mut here);
            if let Some(place) = self.components.get_mut(&section).and_then(|members| members.get_mut(&name)) {
                *place = value;
            }
        }
        let mut components = Map::new();
        for section in Section::ALL {
            if let Some(members) = self.components.remove(&section)
                && !members.is_empty()
            {
                components.insert(section.name().to_owned(), Value::Object(members));
            }
        }
        top.insert("paths".to_owned(), Value::Object(paths));
        top.insert("components".to_owned(), Value::Object(components));
        Normalized { value: Value::Object(top), webhooks, origins: self.origins }
    }

    /// Gives the components of a root their names, before anything else can take them.
    fn register_components(&mut self, root: FileId) {
        let dialect = self.dialect(root, Dialect::V31);
        let Some(components) = self.documents.value(root).and_then(|value| value.get("components")) else { return };
        let Value::Object(sections) = components else {
            if !components.is_null() {
                self.wrong_type(self.origins.written(root, "/components"), components, "a mapping of sections");
            }
            return;
        };
        for (name, members) in sections {
            let raw = pointer::join("/components", name);
            let Some(section) = Section::of(name) else {
                if name != "pathItems" && !name.starts_with("x-") {
                    let problem = self.diagnostics.warning(
                        "unknown-member",
                        self.origins.written(root, &raw).at_key(),
                        format!("`components` has no section `{name}`"),
                    );
                    if let Some(near) = nearest(name, Section::ALL.iter().map(|section| section.name())) {
                        problem.help(format!("did you mean `{near}`?"));
                    }
                }
                continue;
            };
            match members {
                Value::Object(members) => {
                    for name in members.keys() {
                        let raw = pointer::join(&raw, name);
                        let named = self.target(section, (root, raw), dialect);
                        if section == Section::SecuritySchemes && named != *name {
                            self.schemes.insert((root, name.clone()), named);
                        }
                    }
                }
                Value::Null => {}
                other => self.wrong_type(self.origins.written(root, &raw), other, "a mapping from names"),
            }
        }
    }

    pub(super) fn dialect(&mut self, file: FileId, otherwise: Dialect) -> Dialect {
        *self.dialects.entry(file).or_insert(otherwise)
    }

    pub(super) fn wrong_type(&mut self, at: Location, found: &Value, expected: &str) {
        self.diagnostics.error("wrong-type", at, format!("expected {expected}, found {}", kind(found)));
    }

    /// The form that a reference takes in the merged document; nothing, once it has been reported, if it leads nowhere.
    pub(super) fn reference(&mut self, section: Section, text: &str, here: &Here, member: &str) -> Option<String> {
        let place = self.follow(Some(section), text, here, member)?;
        let dialect = self.dialect(place.0, here.dialect);
        let name = self.target(section, place, dialect);
        let mut reference = format!("#/components/{}", section.name());
        pointer::push(&mut reference, &name);
        Some(reference)
    }

    /// The place that a reference leads to, which is known to be there.
    ///
    /// A path item has no section; any other target has, and must not stand in another one.
    pub(super) fn follow(&mut self, section: Option<Section>, text: &str, here: &Here, member: &str) -> Option<Place> {
        let at = |this: &Self| this.place_of(here, member);
        let sources = self.documents.sources;
        let (file, fragment) = match sources.resolve(here.file, text) {
            Ok(resolved) => resolved,
            Err(unresolved) => {
                let at = at(self);
                let path = text.split_once('#').map_or(text, |(path, _)| path);
                match unresolved {
                    Unresolved::Reported => {}
                    Unresolved::Remote => {
                        self.diagnostics.error("remote-ref", at, format!("`{path}` is not a local file")).help(
                            "download the document, keep it beside this one, and refer to it by its relative path",
                        );
                    }
                    Unresolved::Unknown => {
                        self.diagnostics.error("missing-file", at, format!("`{path}` is a file that was not read"));
                    }
                    Unresolved::Malformed => {
                        self.diagnostics.error("malformed-ref", at, format!("`{path}` is not a path"));
                    }
                }
                return None;
            }
        };
        // A file that is there but could not be read has been reported.
        let document = self.documents.value(file)?;
        let pointer = match percent_decode(fragment) {
            Some(pointer) if pointer.is_empty() || pointer.starts_with('/') => pointer,
            Some(anchor) => {
                let anchors = self.anchors.entry(file).or_insert_with(|| anchors_in(document));
                let Some(pointer) = anchors.get(&anchor).cloned() else {
                    let at = at(self);
                    self.diagnostics
                        .error("dangling-ref", at, format!("`{text}` leads nowhere"))
                        .help(format!("no schema has `$anchor: {anchor}`; a path in the document begins with `#/`"));
                    return None;
                };
                pointer
            }
            None => {
                let at = at(self);
                self.diagnostics.error("malformed-ref", at, format!("`{text}` is not a URI reference"));
                return None;
            }
        };
        let Some(found) = document.pointer(&pointer) else {
            let help = (!self.diagnostics.has_plenty(Severity::Error, "dangling-ref"))
                .then(|| suggestion(document, text, &pointer));
            let at = at(self);
            let problem = self.diagnostics.error("dangling-ref", at, format!("`{text}` leads nowhere"));
            if let Some(help) = help {
                problem.help(help);
            }
            return None;
        };
        if let (Some(section), Some((other, _))) = (section, component(&pointer))
            && other != section.name()
        {
            let at = at(self);
            self.diagnostics
                .error("wrong-ref", at, format!("`{text}` leads to one of the {other}"))
                .help(format!("{} is expected here", section.noun()));
            return None;
        }
        if found.get("$ref").is_some()
            && let Some(circle) = self.circle_from(file, &pointer)
        {
            let at = at(self);
            let is_part = member == "$ref" && self.in_circles.contains(&(here.file, here.raw.clone()));
            self.report_circle(&circle, is_part, at);
            return None;
        }
        Some((file, pointer))
    }

    /// The circle that following references from a place ends in, if it does not come to an end: the first place of it.
    /// A reference that leads nowhere is a matter of its own.
    fn circle_from(&mut self, file: FileId, pointer: &str) -> Option<Place> {
        let mut way = vec![(file, pointer.to_owned())];
        let mut seen: HashMap<Place, usize> = HashMap::new();
        let mut circle = None;
        while let Some(place) = way.last().cloned() {
            if self.grounded.contains(&place) {
                break;
            }
            if let Some(known) = self.circular.get(&place) {
                circle = Some(known.clone());
                break;
            }
            if let Some(first) = seen.insert(place.clone(), way.len() - 1) {
                circle = way.iter().skip(first).min().cloned();
                self.in_circles.extend(way.iter().skip(first).cloned());
                break;
            }
            match self.target_of(&place) {
                Some((_, next)) => way.push(next),
                None => break,
            }
        }
        match &circle {
            Some(circle) => self.circular.extend(way.into_iter().map(|place| (place, circle.clone()))),
            None => self.grounded.extend(way),
        }
        circle
    }

    /// The text of the reference at a place, and the place that it leads to.
    fn target_of(&self, (file, pointer): &Place) -> Option<(&str, Place)> {
        let text = self.documents.value(*file)?.pointer(pointer)?.get("$ref")?.as_str()?;
        let (file, fragment) = self.documents.sources.resolve(*file, text).ok()?;
        Some((text, (file, percent_decode(fragment)?)))
    }

    /// Tells of a circle once, however many references lead into it. One of those, or one that is a part of the circle,
    /// stands at `user`.
    fn report_circle(&mut self, circle: &Place, is_part: bool, user: Location) {
        let Some((text, _)) = self.target_of(circle) else { return };
        let message = format!("`{text}` leads back to itself");
        let at = self.origins.written(circle.0, &pointer::join(&circle.1, "$ref"));
        let users = self.led_into.entry(circle.clone()).or_default();
        *users += usize::from(!is_part);
        let users = *users;
        let problem = self.diagnostics.error("circular-ref", at, message);
        if users == 1 && !is_part {
            problem.related(user, "used here");
        }
        let count = if users > 1 { format!("; {users} references lead here") } else { String::new() };
        problem.help(format!("a reference has to end at something that is not a reference{count}"));
    }

    /// The name of the component that a place becomes.
    fn target(&mut self, section: Section, place: Place, dialect: Dialect) -> String {
        let key = (section, place);
        if let Some(name) = self.names.get(&key) {
            return name.clone();
        }
        let (_, place) = key;
        let (file, raw) = &place;
        let named = component(raw);
        if let Some((_, own)) = named
            && let Some(other) = self.namesake(own, *file, raw)
        {
            let name = self.target(section, other, dialect);
            self.names.insert((section, place), name.clone());
            return name;
        }
        let wanted = match named {
            Some((_, name)) => pointer::unescape(name).into_owned(),
            None => self.derive_name(section, *file, raw),
        };
        let name = match self.owners.get(&(section, wanted.clone())).cloned() {
            None if named.is_none() && self.is_reserved(section, &wanted) => {
                self.unused(section, &wanted, *file, *file)
            }
            None => wanted,
            Some(owner) if named.is_some() && self.is_same(&owner, &place) => {
                self.names.insert((section, place), wanted.clone());
                return wanted;
            }
            Some(owner) => {
                let name = self.unused(section, &wanted, *file, owner.0);
                if named.is_some() {
                    let at = self.origins.written(*file, raw).at_key();
                    let other = self.origins.written(owner.0, &owner.1).at_key();
                    self.diagnostics
                        .warning(
                            "component-renamed",
                            at,
                            format!("`{wanted}` means something else in another document; this one becomes `{name}`"),
                        )
                        .related(other, "the other one")
                        .help("give them different names, or the same content");
                }
                name
            }
        };
        self.owners.insert((section, name.clone()), place.clone());
        self.names.insert((section, place.clone()), name.clone());
        self.components.entry(section).or_default().insert(name.clone(), Value::Null);
        self.queue.push_back((section, name.clone(), place, dialect));
        name
    }

    /// The component of another file that a component stands for, if it is no more than a reference to one of the
    /// same name.
    fn namesake(&mut self, own: &str, file: FileId, raw: &str) -> Option<Place> {
        let Value::Object(members) = self.documents.value(file)?.pointer(raw)? else { return None };
        let Some(Value::String(text)) = members.get("$ref") else { return None };
        let (other, fragment) = self.documents.sources.resolve(file, text).ok()?;
        let pointer = percent_decode(fragment)?;
        let is_same_name = component(&pointer).is_some_and(|(_, name)| name == own)
            && component(&pointer).map(|(section, _)| section) == component(raw).map(|(section, _)| section);
        let is_alone = members.len() == 1 && other != file;
        let is_there = self.documents.value(other)?.pointer(&pointer).is_some();
        (is_same_name && is_alone && is_there && self.circle_from(file, raw).is_none()).then_some((other, pointer))
    }

    /// A name that nothing has and nothing asks for: with the name of the file behind it, if that tells it from what
    /// has the name, and then with a number.
    fn unused(&mut self, section: Section, wanted: &str, file: FileId, owner: FileId) -> String {
        let mut base = wanted.to_owned();
        if owner != file {
            base.push_str(&pascal(stem(self.documents.sources.name(file))));
            if self.is_free(section, &base) {
                return base;
            }
        }
        // Counting goes on where it ended, so that a thousand equal names don't take a million attempts.
        let mut number = self.numbers.get(&(section, base.clone())).copied().unwrap_or(1);
        loop {
            number += 1;
            let name = format!("{base}{number}");
            if self.is_free(section, &name) {
                self.numbers.insert((section, base), number);
                return name;
            }
        }
    }

    /// Whether nothing has a name, or may get it once the document that it stands in is taken over.
    fn is_free(&self, section: Section, name: &str) -> bool {
        !self.owners.contains_key(&(section, name.to_owned())) && !self.is_reserved(section, name)
    }

    /// Names what has no name: by what is meaningful on the way to it.
    fn derive_name(&self, section: Section, file: FileId, raw: &str) -> String {
        let document = self.documents.value(file);
        let segments: Vec<_> = pointer::segments(raw).collect();
        let mut words: Vec<String> = Vec::new();
        let mut short = None;
        let mut prefix = String::new();
        let mut rest = segments.iter().map(AsRef::as_ref).peekable();
        while let Some(segment) = rest.next() {
            let is_top = prefix.is_empty();
            let mut take = |prefix: &mut String| {
                let next: Option<&str> = rest.next();
                if let Some(next) = next {
                    pointer::push(prefix, next);
                }
                next.unwrap_or_default()
            };
            pointer::push(&mut prefix, segment);
            match segment {
                "components" if is_top => {
                    take(&mut prefix);
                    words.push(pascal(take(&mut prefix)));
                }
                "paths" | "webhooks" if is_top => {
                    let path = pascal(take(&mut prefix));
                    let method = take(&mut prefix);
                    let id = document
                        .and_then(|value| value.pointer(&prefix))
                        .and_then(|operation| operation.get("operationId"))
                        .and_then(Value::as_str);
                    match id {
                        Some(id) => words.push(pascal(id)),
                        None => words.push(format!("{}{path}", pascal(method))),
                    }
                }
                "properties" | "patternProperties" | "headers" | "dependentSchemas" => {
                    words.push(pascal(take(&mut prefix)));
                }
                "$defs" | "definitions" => {
                    let name = pascal(take(&mut prefix));
                    short = Some((name.clone(), words.len()));
                    words.push(name);
                }
                "items" | "prefixItems" => words.push("Item".to_owned()),
                "additionalProperties" => words.push("Value".to_owned()),
                "allOf" | "oneOf" | "anyOf" => {
                    let index = take(&mut prefix).parse::<usize>().map_or(1, |index| index + 1);
                    words.push(format!("Variant{index}"));
                }
                "responses" => words.push(format!("Response{}", pascal(take(&mut prefix)))),
                "requestBody" => words.push("Request".to_owned()),
                "content" => {
                    take(&mut prefix);
                }
                "schema" => {}
                "parameters" => {
                    let index = take(&mut prefix);
                    let name = document
                        .and_then(|value| value.pointer(&prefix))
                        .and_then(|parameter| parameter.get("name"))
                        .and_then(Value::as_str);
                    words.push(pascal(name.unwrap_or(index)));
                }
                other => words.push(pascal(other)),
            }
        }
        // A definition inside a schema keeps its own name if it can.
        if let Some((name, at)) = short
            && words.len() == at + 1
            && !name.is_empty()
            && self.is_free(section, &name)
        {
            return name;
        }
        let mut name = words.concat();
        if name.is_empty() {
            name = pascal(stem(self.documents.sources.name(file)));
        }
        if name.is_empty() {
            name.push_str("Unnamed");
        }
        if name.starts_with(|first: char| first.is_ascii_digit()) {
            name.insert(0, 'N');
        }
        name
    }

    /// Whether some file has a component of this name that may yet be taken over.
    fn is_reserved(&self, section: Section, name: &str) -> bool {
        self.documents.sources.files().any(|file| {
            self.documents
                .value(file)
                .and_then(|value| value.get("components"))
                .and_then(|components| components.get(section.name()))
                .is_some_and(|members| members.get(name).is_some())
        })
    }

    /// Whether two places say the same, their references followed.
    fn is_same(&mut self, left: &Place, right: &Place) -> bool {
        let (Some(a), Some(b)) = (
            self.documents.value(left.0).and_then(|value| value.pointer(&left.1)),
            self.documents.value(right.0).and_then(|value| value.pointer(&right.1)),
        ) else {
            return false;
        };
        let mut comparison = Comparison { documents: self.documents, same: &mut self.same, assumed: Vec::new() };
        let is_same = comparison.compare((left.0, a), (right.0, b), 0);
        if !is_same {
            for pair in comparison.assumed {
                self.same.remove(&pair);
            }
        }
        is_same
    }
}

/// Compares values of different files. What is being compared is taken to be the same until it turns out not to be,
/// which is what makes circular references come to an end.
struct Comparison<'c> {
    documents: &'c Documents<'c>,
    same: &'c mut HashSet<(usize, usize)>,
    assumed: Vec<(usize, usize)>,
}

impl Comparison<'_> {
    fn compare(&mut self, left: (FileId, &Value), right: (FileId, &Value), depth: usize) -> bool {
        if depth > 400 {
            return false;
        }
        match (left.1, right.1) {
            (Value::Object(a), Value::Object(b)) => {
                let pair = (std::ptr::from_ref(a) as usize, std::ptr::from_ref(b) as usize);
                if !self.same.insert(pair) {
                    return true;
                }
                self.assumed.push(pair);
                a.len() == b.len()
                    && a.iter().all(|(name, a)| match b.get(name) {
                        Some(b) => match (name.as_str(), a, b) {
                            ("$ref", Value::String(a), Value::String(b)) => {
                                self.compare_references((left.0, a), (right.0, b), depth)
                            }
                            _ => self.compare((left.0, a), (right.0, b), depth + 1),
                        },
                        None => false,
                    })
            }
            (Value::Array(a), Value::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.compare((left.0, a), (right.0, b), depth + 1))
            }
            (a, b) => a == b,
        }
    }

    fn compare_references(&mut self, left: (FileId, &str), right: (FileId, &str), depth: usize) -> bool {
        let resolve = |(file, text)| {
            let (file, fragment) = self.documents.sources.resolve(file, text).ok()?;
            let pointer = percent_decode(fragment)?;
            Some((file, self.documents.value(file)?.pointer(&pointer)?))
        };
        match (resolve(left), resolve(right)) {
            (Some(a), Some(b)) => std::ptr::eq(a.1, b.1) || self.compare(a, b, depth + 1),
            _ => left.1 == right.1,
        }
    }
}

/// Takes a pointer to a component apart; its name is still escaped.
fn component(pointer: &str) -> Option<(&str, &str)> {
    let (section, name) = pointer.strip_prefix("/components/")?.split_once('/')?;
    (!name.contains('/') && (Section::of(section).is_some() || section == "pathItems")).then_some((section, name))
}

fn is_path_item(pointer: &str) -> bool {
    let mut segments = pointer.split('/');
    segments.next() == Some("")
        && matches!(segments.next(), Some("paths" | "webhooks"))
        && segments.next().is_some()
        && segments.next().is_none()
}

/// What could be done about a reference that leads nowhere.
fn suggestion(document: &Value, text: &str, pointer: &str) -> String {
    let file = text.split_once('#').map_or(text, |(file, _)| file);
    let sections = document.get("components").and_then(Value::as_object);
    if let (Some(sections), Some((section, name))) =
        (sections, pointer.strip_prefix("/components/").and_then(|rest| rest.split_once('/')))
    {
        let name = pointer::unescape(name);
        let spelled = if sections.contains_key(section) {
            Some(section)
        } else {
            nearest(section, sections.keys().map(String::as_str))
        };
        let members = spelled.and_then(|section| sections.get(section)).and_then(Value::as_object);
        let near = members.and_then(|members| nearest(&name, members.keys().map(String::as_str)));
        if let (Some(section), Some(near)) = (spelled, near) {
            return format!("did you mean `{file}#{}`?", pointer::join(&pointer::join("/components", section), near));
        }
        let elsewhere = sections.iter().find(|(_, members)| members.get(name.as_ref()).is_some());
        if let Some((section, _)) = elsewhere {
            return format!("did you mean `{file}#{}`?", pointer::join(&pointer::join("/components", section), &name));
        }
    }
    // The last part tells what is missing, if all before it is there.
    let mut reached = pointer;
    while let Some((parent, last)) = pointer::split_last(reached) {
        if let Some(found) = document.pointer(parent) {
            let last = pointer::unescape(last);
            let parent = if parent.is_empty() { "the document".to_owned() } else { format!("`{file}#{parent}`") };
            return match found.as_object().and_then(|members| nearest(&last, members.keys().map(String::as_str))) {
                Some(near) => format!("{parent} has no `{last}`, but `{near}`"),
                None => format!("{parent} has no `{last}`"),
            };
        }
        reached = parent;
    }
    "a path in the document begins with `#/`".to_owned()
}

/// Where the schemas are that have an `$anchor`; of several with one name, the first.
fn anchors_in(document: &Value) -> HashMap<String, String> {
    fn search(value: &Value, at: &mut String, found: &mut HashMap<String, String>) {
        let length = at.len();
        match value {
            Value::Object(members) => {
                if let Some(anchor) = members.get("$anchor").and_then(Value::as_str) {
                    found.entry(anchor.to_owned()).or_insert_with(|| at.clone());
                }
                for (name, member) in members {
                    pointer::push(at, name);
                    search(member, at, found);
                    at.truncate(length);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    pointer::push(at, &index.to_string());
                    search(item, at, found);
                    at.truncate(length);
                }
            }
            _ => {}
        }
    }
    let mut found = HashMap::new();
    search(document, &mut String::new(), &mut found);
    found
}

/// The name of a file without folders and ending.
fn stem(name: &str) -> &str {
    let file = name.rsplit('/').next().unwrap_or(name);
    file.split('.').find(|part| !part.is_empty()).unwrap_or(file)
}

/// Letters and digits alone, the first letter of each word a capital.
fn pascal(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for word in text.split(|character: char| !character.is_alphanumeric()) {
        let mut characters = word.chars();
        if let Some(first) = characters.next() {
            result.extend(first.to_uppercase());
            result.push_str(characters.as_str());
        }
    }
    result
}

/// What a value is called in a sentence.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}
