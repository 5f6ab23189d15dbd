//! Schemas become types: structs, open enums, unions, aliases.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use openapiv3::{AdditionalProperties, ReferenceOr, Schema, SchemaData};
use serde_json::Value;

use super::names::{self, PARAM, Scope};
use super::narrowing::{Siblings, narrowest};
use super::repeats;
use super::usage::{Usage, UsageMap};
use super::view::{FARTHEST, Node, View};
use crate::diagnostic::{Diagnostics, Location, nearest};
use crate::graph;
use crate::model::{Field, HeaderView, Presence, Struct, Type, TypeDef, TypeId, TypeKind, Variant};
use crate::normalize::Document;
use crate::pointer;

/// How deep schemas may nest before we stop following them.
const DEEPEST: usize = 64;

/// How deep lists and maps may nest within one type.
const DEEPEST_TYPE: usize = 16;

/// From this depth on, named schemas wait until the outermost one is done, so that long chains of them need no stack.
const DEEP: usize = 32;

/// Where a schema stands: for its name, for messages, and for the direction in which its values go.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// JSON pointer in the normalized document.
    pub pointer: String,
    /// Name for the type, should the schema need one and have none.
    pub name: String,
    pub usage: Usage,
    /// What the value here is about, as `repeats` wants to know.
    subject: Option<Rc<str>>,
    depth: usize,
    /// Whether the schema is that of a member of an object.
    is_member: bool,
    /// Within a schema that has a type of its own for requests: the length of its name without [`PARAM`].
    own: Option<usize>,
}

impl Place {
    pub(crate) fn new(pointer: String, name: String, usage: Usage) -> Self {
        let subject = name.split_once(' ').and_then(|(_, path)| repeats::subject(path)).map(Rc::from);
        Self { pointer, name, usage, subject, depth: 0, is_member: false, own: None }
    }

    /// A place below this one, whose type is named after both.
    fn below(&self, segments: &[&str], name: &str) -> Self {
        let mut pointer = self.pointer.clone();
        for segment in segments {
            pointer::push(&mut pointer, segment);
        }
        Self {
            pointer,
            name: [self.name.as_str(), " ", name].concat(),
            usage: self.usage,
            subject: self.subject.clone(),
            depth: self.depth + 1,
            is_member: false,
            own: self.own,
        }
    }

    /// The place of a member of the object that is here.
    fn member(&self, name: &str) -> Self {
        let below = self.below(&["properties", name], name);
        Self { is_member: true, subject: repeats::subject(name).map(Rc::from).or(below.subject), ..below }
    }

    /// The same place, whose type, if it needs one, has another name.
    pub(super) fn called(&self, name: String) -> Self {
        Self { name, is_member: false, ..self.clone() }
    }

    /// The name for a type that is the same in both directions.
    fn shared_name(&self) -> String {
        let parts = self.own.and_then(|length| self.name.split_at_checked(length));
        match parts.and_then(|(stem, rest)| Some((stem, rest.strip_prefix(PARAM)?))) {
            Some((stem, rest)) => format!("{stem}{rest}"),
            None => self.name.clone(),
        }
    }
}

/// A schema that another is made of.
#[derive(Clone, Debug)]
pub(super) struct Part<'a> {
    pub(super) view: View<'a>,
    /// Where it was written: the types within it are named after that.
    pub(super) home: Place,
}

/// A schema within another, and where it was written.
#[derive(Clone, Debug)]
pub(super) struct Member<'a> {
    pub(super) node: Node<'a>,
    pub(super) place: Place,
}

/// A schema in Rust terms.
#[derive(Clone, Debug)]
pub(crate) struct Typed {
    pub ty: Type,
    pub nullable: bool,
    pub read_only: bool,
    pub write_only: bool,
    pub deprecated: bool,
    pub doc: String,
    pub example: Option<Value>,
    pub default: Option<Value>,
    /// The text that it always is.
    pub lone_value: Option<String>,
    /// What the texts are that it is or holds: `uuid`.
    pub format: Option<String>,
}

impl Typed {
    pub(crate) fn any() -> Self {
        Self::of(Type::Any)
    }

    fn of(ty: Type) -> Self {
        Self {
            ty,
            nullable: false,
            read_only: false,
            write_only: false,
            deprecated: false,
            doc: String::new(),
            example: None,
            default: None,
            lone_value: None,
            format: None,
        }
    }

    /// Takes over what a schema without a type of its own says about the same value.
    fn remark(&mut self, remark: Self) {
        self.nullable |= remark.nullable;
        self.read_only |= remark.read_only;
        self.write_only |= remark.write_only;
        self.deprecated |= remark.deprecated;
        if remark.example.is_some() {
            self.example = remark.example;
        }
        if remark.default.is_some() {
            self.default = remark.default;
        }
        if !remark.doc.is_empty() {
            self.doc = remark.doc;
        }
    }

    /// What is said of a member that holds such values: what the schema says, and the default. A default is what the
    /// server takes when nothing is sent; so it is told and never sent.
    fn described(&self) -> String {
        if let Some(value) = self.lone_value.as_deref().filter(|value| !value.contains(['`', '\\', '\n'])) {
            return format!("{}\n\nKnown value: `{value}`", self.doc.trim_end()).trim_start().to_owned();
        }
        let doc = self.doc.clone();
        let Some(default) = self.default.as_ref().filter(|default| !default.is_null()).map(Value::to_string) else {
            return doc;
        };
        let said = doc.to_ascii_lowercase().contains("default");
        if said
            || default.len() > 80
            || default.contains(['`', '\\'])
            || matches!(default.as_str(), "{}" | "[]" | "\"\"")
        {
            return doc;
        }
        format!("{}\n\nDefault: `{default}`", doc.trim_end()).trim_start().to_owned()
    }

    /// The type, with null as a value of its own where the schema allows it.
    pub(crate) fn with_null(&self) -> Type {
        if self.nullable && !matches!(self.ty, Type::Any | Type::Unit) {
            Type::Option(Box::new(self.ty.clone()))
        } else {
            self.ty.clone()
        }
    }
}

/// Turns schemas into types, each once.
pub(crate) struct Schemas<'a> {
    pub document: &'a Document,
    pub usage: UsageMap,
    pub scope: Scope,
    pub types: Vec<TypeDef>,
    pub redact: &'a [String],
    pub envelope: Option<&'a str>,
    /// Types of named schemas, by name and by whether it is the request's own.
    named: HashMap<(String, bool), TypeId>,
    /// Names kept for named schemas.
    pub(super) names: BTreeMap<String, String>,
    /// Types of schemas without a name, by pointer and direction.
    inline: HashMap<(String, bool), TypeId>,
    /// What the enums without a name of their own are about.
    pub subjects: BTreeMap<TypeId, String>,
    /// Named schemas that others hold in `allOf`.
    parents: BTreeSet<&'a str>,
    /// The schemas that list as alternatives what inherits from them.
    heads: HashSet<*const SchemaData>,
    /// Where schemas stand that are too far from where they are held to be looked at.
    too_far: RefCell<BTreeSet<String>>,
    /// Types of the errors of operations, by the text of their schemas.
    pub errors: HashMap<String, Type>,
    /// The structs of headers that several operations have, by what `responses::text_of` says of them.
    pub headers: HashMap<String, Option<HeaderView>>,
    /// Named schemas that have a type without a definition.
    waiting: Vec<(TypeId, &'a ReferenceOr<Schema>, Place)>,
}

impl<'a> Schemas<'a> {
    pub(crate) fn new(
        document: &'a Document,
        usage: UsageMap,
        redact: &'a [String],
        envelope: Option<&'a str>,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut schemas = Self {
            document,
            usage,
            scope: Scope::default(),
            types: Vec::new(),
            redact,
            envelope,
            named: HashMap::new(),
            names: BTreeMap::new(),
            inline: HashMap::new(),
            subjects: BTreeMap::new(),
            parents: parents(document),
            heads: heads(document),
            too_far: RefCell::default(),
            errors: HashMap::new(),
            headers: HashMap::new(),
            waiting: Vec::new(),
        };
        for name in document.schema_names() {
            let wanted = names::type_name(name);
            let claimed = schemas.scope.claim(&wanted);
            if claimed != wanted {
                let at = document.locate(&pointer::join("/components/schemas", name)).at_key();
                note_rename(name, &wanted, &claimed, at, diagnostics);
            }
            schemas.names.insert(name.to_owned(), claimed);
        }
        schemas
    }

    /// Lowers a schema wherever it stands.
    pub(crate) fn lower(&mut self, node: Node<'a>, place: &Place, diagnostics: &mut Diagnostics) -> Typed {
        match node {
            Node::Reference(name) => self.reference(name, place, diagnostics),
            Node::Schema(_) if place.depth > DEEPEST => {
                diagnostics
                    .warning(
                        "deep-nesting",
                        self.document.locate(&place.pointer),
                        format!("schemas nest more than {DEEPEST} levels deep; what is below accepts any value"),
                    )
                    .help("give inner schemas a name under `components/schemas` and refer to them");
                Typed::any()
            }
            Node::Schema(schema) => {
                let view = View::of(schema);
                let mut typed = self.shape(&view, place, diagnostics);
                typed.nullable |= node.takes_null(self.document);
                typed.read_only |= node.is_read_only(self.document);
                typed.write_only |= node.is_write_only(self.document);
                typed.deprecated |= view.data.deprecated;
                if let Some(doc) = view.data.description.as_ref().or(view.data.title.as_ref()) {
                    typed.doc.clone_from(doc);
                }
                typed.example =
                    view.data.example.clone().or(typed.example.take()).or_else(|| view.values.first().cloned());
                if let Some(default) = self.default_of(node, place, diagnostics) {
                    typed.default = Some(default);
                }
                self.define_waiting(place, diagnostics);
                typed
            }
        }
    }

    /// Lowers a named schema for one direction.
    pub(crate) fn reference(&mut self, name: &'a str, place: &Place, diagnostics: &mut Diagnostics) -> Typed {
        let Some((name, schema)) = self.document.named(name) else {
            // Normalization has reported the dangling reference already.
            return Typed::any();
        };
        let node = Node::from(schema);
        let (own, usage) = self.side(name, place.usage);
        let id = if let Some(id) = self.named.get(&(name.to_owned(), own)) {
            *id
        } else {
            let mut type_name = self.names.get(name).cloned().unwrap_or_else(|| names::type_name(name));
            let mut length = None;
            if own {
                length = Some(type_name.len());
                type_name = self.scope.claim(&format!("{type_name}{PARAM}"));
            }
            let id = self.reserve(type_name.clone());
            self.named.insert((name.to_owned(), own), id);
            let pointer = pointer::component("schemas", name);
            let depth = place.depth + 1;
            let inner = Place { pointer, name: type_name, usage, subject: None, depth, is_member: false, own: length };
            if inner.depth > DEEP {
                self.waiting.push((id, schema, Place { depth: 1, ..inner }));
            } else {
                self.define(id, schema, &inner, diagnostics);
            }
            id
        };
        self.define_waiting(place, diagnostics);
        let mut typed = Typed::of(Type::Named(id));
        typed.nullable = node.takes_null(self.document);
        typed.read_only = node.is_read_only(self.document);
        typed.write_only = node.is_write_only(self.document);
        if let Node::Schema(schema) = node {
            let data = &schema.schema_data;
            typed.deprecated = data.deprecated;
            typed.doc = data.description.clone().or(data.title.clone()).unwrap_or_default();
            typed.default = data.default.clone().filter(|default| self.is_listed(node, default));
            typed.example = self.types.get(id.0).and_then(|def| def.example.clone());
            typed.format = text_format(&View::of(schema));
        }
        typed
    }

    /// The default of a schema, unless it is none of the values that the schema lists.
    fn default_of(&self, node: Node<'a>, place: &Place, diagnostics: &mut Diagnostics) -> Option<Value> {
        let Node::Schema(schema) = node else { return None };
        let default = schema.schema_data.default.clone()?;
        if self.is_listed(node, &default) {
            return Some(default);
        }
        diagnostics
            .warning(
                "unlisted-default",
                self.document.locate(&format!("{}/default", place.pointer)),
                format!("the default {default} is not among the values of the enum; the documentation leaves it out"),
            )
            .help("add it to `enum`, or give one of the values that are there");
        None
    }

    /// Whether a value, or each in a list, is one of those that a schema lists, if it lists any.
    fn is_listed(&self, node: Node<'a>, value: &Value) -> bool {
        if value.is_null() {
            return true;
        }
        self.is_listed_by(&self.views(node), value)
    }

    fn is_listed_by(&self, views: &[View<'a>], value: &Value) -> bool {
        if let Value::Array(values) = value {
            let items = views.iter().rev().find_map(|view| view.items);
            return items.is_none_or(|items| values.iter().all(|value| self.is_listed(items, value)));
        }
        views
            .iter()
            .all(|view| view.values.is_empty() || view.values.iter().any(|listed| is_same_scalar(listed, value)))
    }

    /// Whether a named schema in this direction has a type of its own for requests, and how that type is used.
    fn side(&self, name: &str, usage: Usage) -> (bool, Usage) {
        let all = self.usage.get(name);
        match (self.usage.is_split(name), usage.request()) {
            (true, true) => (true, all.request_only()),
            (true, false) => (false, all.received_only()),
            (false, _) if all == Usage::default() => (false, Usage::RESPONSE),
            (false, _) => (false, all),
        }
    }

    /// Defines the type of a named schema.
    fn define(&mut self, id: TypeId, schema: &'a ReferenceOr<Schema>, place: &Place, diagnostics: &mut Diagnostics) {
        let mut view = match Node::from(schema) {
            // `a: {$ref: b}`
            Node::Reference(target) => {
                let typed = self.reference(target, place, diagnostics);
                self.fill(id, &typed, TypeKind::Alias(typed.ty.clone()), place);
                return;
            }
            Node::Schema(schema) => View::of(schema),
        };
        while let Some(Siblings::Narrow(next) | Siblings::Ignored(next)) = self.siblings(&view, place, diagnostics) {
            view = next;
        }
        // What is wrong with it is said here, once; who refers to the schema looks at it again.
        self.default_of(Node::from(schema), place, diagnostics);
        let mut typed = Typed::of(Type::Named(id));
        typed.doc = view.data.description.clone().or(view.data.title.clone()).unwrap_or_default();
        typed.deprecated = view.data.deprecated;
        typed.example = example_of(&view);
        let kind = match view.renamed() {
            Some(Node::Reference(target)) => TypeKind::Alias(
                self.reference(target, &Place { depth: place.depth + 1, ..place.clone() }, diagnostics).ty,
            ),
            _ => self.definition_or_alias(&view, place, diagnostics),
        };
        let kind = self.with_kinds(kind, &view, place, diagnostics);
        self.fill(id, &typed, kind, place);
    }

    /// Inheritance: a parent doesn't list its kinds, so that where it is asked for, what they add would be lost.
    fn with_kinds(
        &mut self,
        kind: TypeKind,
        view: &View<'a>,
        place: &Place,
        diagnostics: &mut Diagnostics,
    ) -> TypeKind {
        let name = place.pointer.rsplit('/').next().map(pointer::unescape).unwrap_or_default();
        match (kind, &view.data.discriminator) {
            (TypeKind::Struct(mut object), Some(discriminator))
                if object.rest.is_none() && self.parents.contains(name.as_ref()) =>
            {
                let mut scope = Scope::default();
                object.fields.iter().for_each(|field| scope.reserve(&field.name));
                let rest = scope.claim("additional_properties");
                let (message, help) = if view.alternatives().1.is_empty() {
                    let property = &discriminator.property_name;
                    (
                        format!(
                            "`{name}` doesn't list what `{property}` tells apart; what its kinds add is kept in `{rest}`"
                        ),
                        "give them a schema of their own with `oneOf` and the discriminator",
                    )
                } else {
                    (
                        format!(
                            "not all alternatives of `{name}` inherit from it, so that they are merged into one object; \
                             what its kinds add is kept in `{rest}`"
                        ),
                        "let each of them hold it in `allOf`, or move its members into a schema of their own",
                    )
                };
                let at = self.document.locate(&format!("{}/discriminator", place.pointer));
                diagnostics.warning("unlisted-kinds", at, message).help(help);
                object.rest = Some((rest, Type::Any));
                TypeKind::Struct(object)
            }
            (kind, _) => kind,
        }
    }

    /// Defines what was put off, once the outermost schema is done.
    fn define_waiting(&mut self, place: &Place, diagnostics: &mut Diagnostics) {
        while place.depth == 0
            && let Some((id, schema, inner)) = self.waiting.pop()
        {
            self.define(id, schema, &inner, diagnostics);
        }
    }

    /// The shape of a schema that stands where it is used.
    fn shape(&mut self, view: &View<'a>, place: &Place, diagnostics: &mut Diagnostics) -> Typed {
        match self.siblings(view, place, diagnostics) {
            Some(Siblings::Narrow(narrow)) => {
                let mut typed = self.shape(&narrow, place, diagnostics);
                self.carry_over(&mut typed, view.all_of, &narrow);
                return typed;
            }
            Some(Siblings::Ignored(view)) => return self.shape(&view, place, diagnostics),
            None => {}
        }
        if let Some((only, remarks)) = view.remarked()
            && !self.adds_to_members(view, place)
        {
            let place = Place { depth: place.depth + 1, ..place.clone() };
            let mut typed = self.lower(only, &place, diagnostics);
            for remark in remarks {
                let remark = self.lower(remark, &place, diagnostics);
                typed.remark(remark);
            }
            return typed;
        }
        if let Some(sole) = self.sole(view) {
            // Of several that are no objects one says it all.
            return self.lower(sole, &Place { depth: place.depth + 1, ..place.clone() }, diagnostics);
        }
        if let Some(value) = lone_value(view, place) {
            return Typed { lone_value: Some(value.to_owned()), ..Typed::of(Type::String) };
        }
        let key = (place.pointer.clone(), place.usage.request() && !is_enumeration(view));
        if let Some(id) = self.inline.get(&key) {
            return Typed::of(Type::Named(*id));
        }
        let Some(kind) = self.definition_named(view, place, diagnostics, &key) else {
            return self.scalar(view, place, diagnostics);
        };
        Typed::of(Type::Named(kind))
    }

    /// Takes over what is said of wider schemas, as far as it goes for what is left of their values.
    fn carry_over(&self, typed: &mut Typed, wide: &'a [ReferenceOr<Schema>], narrow: &View<'a>) {
        typed.example = narrow.values.first().cloned();
        for node in wide.iter().map(Node::from) {
            let Some(Schema { schema_data: data, .. }) = node.schema(self.document) else { continue };
            let still_listed = |value: &Option<Value>| {
                let value = value.as_ref().filter(|value| self.is_listed(node, value));
                value.filter(|value| self.is_listed_by(std::slice::from_ref(narrow), value)).cloned()
            };
            typed.remark(Typed {
                deprecated: data.deprecated,
                doc: data.description.clone().or(data.title.clone()).unwrap_or_default(),
                example: still_listed(&data.example),
                default: still_listed(&data.default),
                ..Typed::any()
            });
        }
    }

    /// Defines a type for a schema without a name, if it needs one.
    fn definition_named(
        &mut self,
        view: &View<'a>,
        place: &Place,
        diagnostics: &mut Diagnostics,
        key: &(String, bool),
    ) -> Option<TypeId> {
        if !needs_name(view) && !self.adds_to_members(view, place) {
            return None;
        }
        let title = view.data.title.as_deref().map(names::type_name).filter(|title| !title.is_empty());
        let mut candidates =
            names::type_names(&if is_enumeration(view) { place.shared_name() } else { place.name.clone() });
        candidates.extend(title);
        let name = self.scope.claim_first(&candidates);
        let id = self.reserve(name.clone());
        self.inline.insert(key.clone(), id);
        if is_enumeration(view) {
            self.subjects.extend(place.subject.as_deref().map(|subject| (id, names::snake(subject))));
        }
        let place = Place { name, ..place.clone() };
        let kind = self.definition(view, &place, diagnostics).unwrap_or(TypeKind::Alias(Type::Any));
        let mut typed = Typed::of(Type::Named(id));
        typed.doc = view.data.description.clone().or(view.data.title.clone()).unwrap_or_default();
        typed.deprecated = view.data.deprecated;
        typed.example = example_of(view);
        self.fill(id, &typed, kind, &place);
        Some(id)
    }

    /// A struct, enum or union; `None` for what needs no definition.
    fn definition(&mut self, view: &View<'a>, place: &Place, diagnostics: &mut Diagnostics) -> Option<TypeKind> {
        if !view.all_of.is_empty() {
            return self.all_of(view, place, diagnostics);
        }
        let (keyword, members) = view.alternatives();
        if !members.is_empty() && !only_requirements(members) {
            if view.has_properties() && !self.is_head(view) {
                return Some(self.object(&[Part { view: view.clone(), home: place.clone() }], place, diagnostics));
            }
            let members: Vec<Member<'a>> = members
                .iter()
                .enumerate()
                .map(|(index, node)| Member {
                    node: Node::from(node),
                    place: place.below(&[keyword, &index.to_string()], ""),
                })
                .collect();
            return Some(self.union(view.data.discriminator.as_ref(), &members, place, diagnostics));
        }
        if !view.values.is_empty()
            && let Some(kind) = self.enumeration(view, place, diagnostics)
        {
            return Some(kind);
        }
        if view.has_properties() {
            return Some(self.object(&[Part { view: view.clone(), home: place.clone() }], place, diagnostics));
        }
        None
    }

    /// A type that needs no name.
    fn scalar(&mut self, view: &View<'a>, place: &Place, diagnostics: &mut Diagnostics) -> Typed {
        if view.is_null() {
            return Typed::of(Type::Unit);
        }
        if let [only] = view.all_of {
            let inner = self.lower(Node::from(only), &Place { depth: place.depth + 1, ..place.clone() }, diagnostics);
            return Typed { format: inner.format, ..Typed::of(inner.ty) };
        }
        let ty = match view.kind {
            Some("string") => match view.format {
                Some("date-time") => Type::Timestamp,
                Some("date") => Type::Date,
                _ => Type::String,
            },
            Some("integer") => integer(view.format),
            Some("number") => match view.format {
                // A number that says itself that it is whole.
                Some("integer" | "int64" | "long") => Type::I64,
                Some("int32") => Type::I32,
                _ => Type::F64,
            },
            Some("boolean") => Type::Bool,
            Some("array") => return self.list(view, place, diagnostics),
            Some("object") => return self.map(view, place, diagnostics),
            None if view.additional.is_some() => return self.map(view, place, diagnostics),
            None if view.items.is_some() => return self.list(view, place, diagnostics),
            _ => Type::Any,
        };
        Typed { format: text_format(view), ..Typed::of(ty) }
    }

    fn list(&mut self, view: &View<'a>, place: &Place, diagnostics: &mut Diagnostics) -> Typed {
        let Some(items) = view.items else { return Typed::of(Type::List(Box::new(Type::Any))) };
        let place = place.below(&["items"], "Item");
        let item = self.lower(items, &place, diagnostics);
        let list = Typed::of(Type::List(Box::new(self.within(&item, &place, diagnostics))));
        Typed { format: item.format, ..list }
    }

    /// The type of what a list or a map holds, unless it nests too deep to be written as one type.
    fn within(&self, inner: &Typed, place: &Place, diagnostics: &mut Diagnostics) -> Type {
        let ty = inner.with_null();
        if nesting(&ty) < DEEPEST_TYPE {
            return ty;
        }
        diagnostics
            .warning(
                "deep-nesting",
                self.document.locate(&place.pointer),
                format!("lists and maps nest more than {DEEPEST_TYPE} levels deep; what is here accepts any value"),
            )
            .help("give inner schemas a name under `components/schemas` and refer to them");
        Type::Any
    }

    /// An object without named members.
    fn map(&mut self, view: &View<'a>, place: &Place, diagnostics: &mut Diagnostics) -> Typed {
        match view.additional {
            Some(AdditionalProperties::Schema(schema)) => {
                let place = place.below(&["additionalProperties"], "Value");
                let value = self.lower(Node::from(schema.as_ref()), &place, diagnostics);
                let map = Typed::of(Type::Map(Box::new(self.within(&value, &place, diagnostics))));
                Typed { format: value.format, ..map }
            }
            _ => Typed::of(Type::Map(Box::new(Type::Any))),
        }
    }

    /// An enum of strings or integers; anything else keeps its plain type.
    fn enumeration(&mut self, view: &View<'a>, place: &Place, diagnostics: &mut Diagnostics) -> Option<TypeKind> {
        let mut seen = BTreeSet::new();
        let mut values: Vec<&Value> = Vec::new();
        for value in &view.values {
            if seen.insert(value.to_string()) {
                values.push(value);
            } else {
                diagnostics.warning(
                    "duplicate-enum-value",
                    self.document.locate(&format!("{}/enum", place.pointer)),
                    format!("the value {value} stands twice in this enum; it is taken once"),
                );
            }
        }
        if matches!(view.kind, Some("string") | None) && values.iter().all(|value| value.is_string()) {
            let texts: Vec<String> = values.iter().filter_map(|value| value.as_str()).map(str::to_owned).collect();
            let named = names::variants(&texts).into_iter().zip(texts);
            let variants = named.map(|((name, taken), value)| {
                if let Some(taken) = taken {
                    let at = self.document.locate(&format!("{}/enum", place.pointer));
                    note_rename(&value, &taken, &name, at, diagnostics);
                }
                Variant { name, value }
            });
            return Some(TypeKind::StringEnum(variants.collect()));
        }
        if matches!(view.kind, Some("integer" | "number") | None) && values.iter().all(|value| value.is_i64()) {
            let numbers = values.iter().filter_map(|value| value.as_i64());
            let variants = numbers.map(|value| {
                let sign = if value < 0 { "Minus" } else { "" };
                Variant { name: format!("Value{sign}{}", value.unsigned_abs()), value }
            });
            return Some(TypeKind::IntEnum(variants.collect()));
        }
        None
    }

    /// Merges the members of an `allOf`.
    fn all_of(&mut self, view: &View<'a>, place: &Place, diagnostics: &mut Diagnostics) -> Option<TypeKind> {
        let parts = self.parts(view, place);
        let shaped: Vec<&View<'a>> = parts.iter().map(|part| &part.view).filter(|view| view.says_much()).collect();
        let unions = shaped.len() > 1 && shaped.iter().any(|view| self.offers_members(view));
        if unions || parts.iter().any(|part| part.view.has_properties()) {
            if shaped.iter().all(|view| view.kind.is_none_or(|kind| kind == "object")) {
                return Some(self.object(&parts, place, diagnostics));
            }
            report_conflict(self.document.locate(&format!("{}/allOf", place.pointer)), diagnostics);
            return Some(TypeKind::Alias(Type::Any));
        }
        if let Some(sole) = self.sole(view) {
            return Some(match sole {
                Node::Reference(name) => TypeKind::Alias(self.reference(name, place, diagnostics).ty),
                Node::Schema(schema) => self.definition_or_alias(&View::of(schema), place, diagnostics),
            });
        }
        let own = parts.iter().map(|part| &part.view).filter(|view| !view.is_free());
        let shaped: Vec<&View<'a>> = if shaped.is_empty() { own.collect() } else { shaped };
        match (narrowest(&shaped), shaped.as_slice()) {
            // One that is but a name for another keeps that name.
            (Some(_), [only]) if view.all_of.len() == 1 => {
                self.definition(&View { all_of: &[], ..(*only).clone() }, place, diagnostics)
            }
            (Some(index), _) => Some(self.definition_or_alias(shaped.get(index)?, place, diagnostics)),
            (None, []) => None,
            (None, _) => {
                report_conflict(self.document.locate(&format!("{}/allOf", place.pointer)), diagnostics);
                Some(TypeKind::Alias(Type::Any))
            }
        }
    }

    /// Whether the objects that `allOf` holds have to have members that only stand in the `required` beside it, or may
    /// have further ones by the `additionalProperties` there. Such a schema is not the one that it holds.
    fn adds_to_members(&self, view: &View<'a>, place: &Place) -> bool {
        let additional = view.additional.filter(|additional| !matches!(additional, AdditionalProperties::Any(false)));
        if view.all_of.is_empty() || (view.required.is_empty() && additional.is_none()) {
            return false;
        }
        let parts = self.parts(&View { required: &[], additional: None, ..view.clone() }, place);
        let is_required = |name: &String| parts.iter().any(|part| part.view.is_required(name));
        parts.iter().any(|part| part.view.has_properties())
            && (additional.is_some() || !view.required.iter().all(is_required))
    }

    /// Whether a union offers objects with members, which can be merged with those of others.
    pub(super) fn offers_members(&self, view: &View<'a>) -> bool {
        let (_, alternatives) = view.alternatives();
        alternatives.iter().any(|node| self.views(Node::from(node)).iter().any(View::has_properties))
    }

    fn definition_or_alias(&mut self, view: &View<'a>, place: &Place, diagnostics: &mut Diagnostics) -> TypeKind {
        match self.definition(view, place, diagnostics) {
            Some(kind) => kind,
            None => TypeKind::Alias(self.scalar(view, place, diagnostics).ty),
        }
    }

    /// A schema and all that its `allOf` holds, outermost last, so that it overrides.
    pub(super) fn parts(&self, view: &View<'a>, place: &Place) -> Vec<Part<'a>> {
        let mut parts = Vec::new();
        self.flatten(view, place, &mut parts, &mut BTreeSet::new(), 0);
        parts
    }

    /// The same, for what needs no place.
    pub(super) fn views(&self, node: Node<'a>) -> Vec<View<'a>> {
        let Some(schema) = node.schema(self.document) else { return Vec::new() };
        let nowhere = Place::new(String::new(), String::new(), Usage::RESPONSE);
        self.parts(&View::of(schema), &nowhere).into_iter().map(|part| part.view).collect()
    }

    fn flatten(
        &self,
        view: &View<'a>,
        place: &Place,
        parts: &mut Vec<Part<'a>>,
        seen: &mut BTreeSet<&'a str>,
        depth: usize,
    ) {
        if depth > FARTHEST {
            self.too_far.borrow_mut().insert(place.pointer.clone());
            return;
        }
        for (index, member) in view.all_of.iter().enumerate() {
            let mut home = Place { pointer: format!("{}/allOf/{index}", place.pointer), ..place.clone() };
            let mut node = Node::from(member);
            while let Node::Reference(name) = node {
                if !seen.insert(name) {
                    break;
                }
                match self.document.schema(name) {
                    Some(schema) => node = Node::from(schema),
                    None => break,
                }
                home = self.home(name, place);
            }
            if let Node::Schema(schema) = node {
                let view = View::of(schema);
                // What it lists is what inherits from it, the schema at hand among them.
                let view = if self.is_head(&view) { View { one_of: &[], any_of: &[], ..view } } else { view };
                self.flatten(&view, &home, parts, seen, depth + 1);
            }
        }
        parts.push(Part { view: View { all_of: &[], ..view.clone() }, home: place.clone() });
    }

    /// Whether a schema lists as its alternatives what inherits from it, so that it is a union, and they have its members.
    pub(super) fn is_head(&self, view: &View<'a>) -> bool {
        self.heads.contains(&std::ptr::from_ref(view.data))
    }

    /// What all alternatives of a union require, so that the whole does.
    fn required_by_all(&self, part: &Part<'a>) -> BTreeSet<&'a str> {
        let mut common: Option<BTreeSet<&'a str>> = None;
        for alternative in part.view.alternatives().1.iter().map(Node::from) {
            let parts = self.views(alternative);
            if parts.iter().any(View::is_null) {
                continue;
            }
            let required = parts.iter().flat_map(|part| part.required).map(String::as_str);
            common = Some(match common {
                Some(common) => required.filter(|name| common.contains(name)).collect(),
                None => required.collect(),
            });
        }
        common.unwrap_or_default()
    }

    /// Where a named schema stands, so that the types within it are one, however many schemas hold it in `allOf`.
    fn home(&self, name: &str, place: &Place) -> Place {
        let name = self.document.named(name).map_or(name, |(name, _)| name);
        let (own, usage) = self.side(name, place.usage);
        let stem = self.names.get(name).cloned().unwrap_or_else(|| names::type_name(name));
        let length = own.then_some(stem.len());
        let stem = if own { format!("{stem}{PARAM}") } else { stem };
        let pointer = pointer::component("schemas", name);
        Place { pointer, name: stem, usage, subject: None, depth: place.depth, is_member: false, own: length }
    }

    /// What the alternatives of a union hold, and those of unions within them; each once, in however many ways it is
    /// come to.
    fn offered(&self, part: &Part<'a>, offered: &mut Vec<Part<'a>>, seen: &mut HashSet<*const Schema>) {
        // The innermost comes first, without recursion: such chains may be long.
        let mut pending: Vec<(Part<'a>, bool)> = vec![(part.clone(), false)];
        while let Some((part, is_followed)) = pending.pop() {
            if is_followed {
                offered.push(part);
                continue;
            }
            let inner = self.alternatives_of(&part, seen);
            pending.push((part, true));
            pending.extend(inner.into_iter().rev().map(|part| (part, false)));
        }
        // The part itself.
        offered.pop();
    }

    fn alternatives_of(&self, part: &Part<'a>, seen: &mut HashSet<*const Schema>) -> Vec<Part<'a>> {
        let (keyword, alternatives) = part.view.alternatives();
        let mut parts = Vec::new();
        for (index, alternative) in alternatives.iter().enumerate() {
            let node = Node::from(alternative);
            let below = part.home.below(&[keyword, &index.to_string()], "");
            let home = match node {
                Node::Reference(name) => self.home(name, &below),
                Node::Schema(_) => Place { name: part.home.name.clone(), ..below },
            };
            let Some(schema) = node.schema(self.document).filter(|_| home.depth < DEEPEST) else { continue };
            if seen.insert(std::ptr::from_ref(schema)) {
                parts.extend(self.parts(&View::of(schema), &home));
            }
        }
        parts
    }

    /// A member that several parts of an `allOf` describe: it has to fit all of them.
    fn member(&mut self, found: &[Member<'a>], place: &Place, diagnostics: &mut Diagnostics) -> Typed {
        let free = |member: &Member<'a>| matches!(member.node, Node::Schema(schema) if View::of(schema).is_free());
        let mut shaped: Vec<&Member<'a>> = Vec::new();
        for member in found.iter().filter(|member| !free(member)) {
            shaped.retain(|other| !other.node.is(member.node));
            shaped.push(member);
        }
        let mut typed = match shaped.as_slice() {
            [] => return found.last().map_or_else(Typed::any, |last| self.lower(last.node, &last.place, diagnostics)),
            [only] => self.lower(only.node, &only.place, diagnostics),
            several => self.intersection(several, place, diagnostics),
        };
        // An override that only says more about the member keeps the type that was given before.
        let first = found.iter().position(|member| !free(member)).unwrap_or_default();
        for remark in found.iter().skip(first).filter(|member| free(member)) {
            let remark = self.lower(remark.node, &remark.place, diagnostics);
            typed.remark(remark);
        }
        typed
    }

    fn intersection(&mut self, members: &[&Member<'a>], place: &Place, diagnostics: &mut Diagnostics) -> Typed {
        // One that is made of all the others says all that there is to say.
        let whole = members.iter().rev().find(|whole| {
            let within = self.within_all_of(whole.node);
            members.iter().all(|other| {
                other.node.schema(self.document).is_some_and(|other| within.iter().any(|one| std::ptr::eq(*one, other)))
            })
        });
        if let Some(whole) = whole {
            return self.lower(whole.node, &whole.place, diagnostics);
        }
        let mut parts = Vec::new();
        for member in members {
            let Some(schema) = member.node.schema(self.document) else { continue };
            let home = match member.node {
                Node::Reference(name) => self.home(name, &member.place),
                Node::Schema(_) => member.place.clone(),
            };
            parts.extend(self.parts(&View::of(schema), &home));
        }
        let much: Vec<&View<'a>> = parts.iter().map(|part| &part.view).filter(|view| view.says_much()).collect();
        let objects = parts.iter().any(|part| part.view.has_properties());
        if objects && much.iter().all(|view| view.kind.is_none_or(|kind| kind == "object")) {
            let key = (place.pointer.clone(), place.usage.request());
            if let Some(id) = self.inline.get(&key) {
                return Typed::of(Type::Named(*id));
            }
            let mut typed = Typed::any();
            for part in &parts {
                if let Some(doc) = &part.view.data.description {
                    typed.doc.clone_from(doc);
                }
            }
            let last = members.last().and_then(|last| last.node.schema(self.document));
            typed.nullable = last.is_some_and(|last| last.schema_data.nullable);
            if place.depth > DEEPEST {
                return typed;
            }
            let name = self.scope.claim_first(&names::type_names(&place.name));
            let id = self.reserve(name.clone());
            self.inline.insert(key, id);
            let place = Place { name, ..place.clone() };
            let kind = self.object(&parts, &place, diagnostics);
            typed.ty = Type::Named(id);
            self.fill(id, &typed, kind, &place);
            return typed;
        }
        let best = if objects { None } else { narrowest(&much) };
        // Which of the members the best part belongs to.
        let best = best.and_then(|index| much.get(index)).and_then(|best| {
            members.iter().find(|member| self.views(member.node).iter().any(|view| std::ptr::eq(view.data, best.data)))
        });
        if let Some(best) = best {
            return self.lower(best.node, &best.place, diagnostics);
        }
        let at = members.last().map_or(&place.pointer, |last| &last.place.pointer);
        report_conflict(self.document.locate(at), diagnostics);
        Typed::any()
    }

    /// The schemas that a schema is made of by `allOf`, itself included.
    fn within_all_of(&self, node: Node<'a>) -> Vec<&'a Schema> {
        let mut within: Vec<&'a Schema> = Vec::new();
        let mut pending = vec![node];
        while let Some(schema) = pending.pop().and_then(|node| node.schema(self.document)) {
            if !within.iter().any(|known| std::ptr::eq(*known, schema)) {
                within.push(schema);
                pending.extend(View::of(schema).all_of.iter().map(Node::from));
            }
        }
        within
    }

    /// A member that several alternatives describe: it has to fit one of them.
    fn choice(&mut self, found: &[Member<'a>], place: &Place, diagnostics: &mut Diagnostics) -> Typed {
        let mut members: Vec<&Member<'a>> = Vec::new();
        for member in found {
            let known = members.iter().any(|known| {
                match (known.node.schema(self.document), member.node.schema(self.document)) {
                    (Some(one), Some(other)) => std::ptr::eq(one, other) || alike(one, other),
                    _ => known.node.is(member.node),
                }
            });
            if !known {
                members.push(member);
            }
        }
        if let [only] = members.as_slice() {
            return self.lower(only.node, &only.place, diagnostics);
        }
        let mut typed = Typed::any();
        typed.nullable = members.iter().any(|member| member.node.takes_null(self.document));
        if let Some(schema) = members.first().and_then(|first| first.node.schema(self.document)) {
            typed.doc = schema.schema_data.description.clone().unwrap_or_default();
        }
        let open = members.iter().any(|member| self.views(member.node).iter().all(View::is_free));
        if open || place.depth > DEEPEST {
            return typed;
        }
        let key = (place.pointer.clone(), place.usage.request());
        let id = match self.inline.get(&key) {
            Some(id) => *id,
            None => {
                let name = self.scope.claim_first(&names::type_names(&place.name));
                let id = self.reserve(name.clone());
                self.inline.insert(key, id);
                let place = Place { name, ..place.clone() };
                let members: Vec<Member<'a>> = members.into_iter().cloned().collect();
                let kind = self.union(None, &members, &place, diagnostics);
                self.fill(id, &typed, kind, &place);
                id
            }
        };
        typed.ty = Type::Named(id);
        typed
    }

    /// A struct of the members of all `parts`; later parts say more than earlier ones.
    fn object(&mut self, parts: &[Part<'a>], place: &Place, diagnostics: &mut Diagnostics) -> TypeKind {
        let mut properties: indexmap::IndexMap<&'a str, Vec<Member<'a>>> = indexmap::IndexMap::new();
        let mut required = BTreeSet::new();
        let mut additional = None;
        for part in parts {
            for (name, node) in part.view.properties() {
                let place = part.home.member(name);
                properties.entry(name).or_default().push(Member { node, place });
            }
            required.extend(part.view.required.iter().map(String::as_str));
            required.extend(self.required_by_all(part));
            if let Some(schema) = part.view.additional {
                additional = Some((schema, &part.home));
            }
        }
        // Members that only some alternatives have are optional members of the whole.
        let (mut offered, mut seen) = (Vec::new(), HashSet::new());
        for part in parts {
            self.offered(part, &mut offered, &mut seen);
        }
        let mut optional: indexmap::IndexMap<&'a str, Vec<Member<'a>>> = indexmap::IndexMap::new();
        for part in &offered {
            for (name, node) in part.view.properties().filter(|(name, _)| !properties.contains_key(name)) {
                let place = part.home.member(name);
                optional.entry(name).or_default().push(Member { node, place });
            }
        }
        let from_base = properties.len();
        properties.extend(optional);
        let mut scope = Scope::beside(names::BUILDER_METHODS);
        let mut fields = Vec::with_capacity(properties.len());
        for (index, (wire, found)) in properties.iter().enumerate() {
            let needed = required.contains(wire);
            if !needed
                && found
                    .iter()
                    .any(|member| member.node.schema(self.document).is_some_and(|schema| View::of(schema).never))
            {
                // No object has this member.
                continue;
            }
            let below = place.member(wire);
            let typed = if index < from_base {
                self.member(found, &below, diagnostics)
            } else {
                self.choice(found, &below, diagnostics)
            };
            let usage = place.usage;
            if goes_other_way(typed.read_only, typed.write_only, usage) {
                if typed.read_only && typed.write_only {
                    diagnostics
                        .warning(
                            "neither-way",
                            self.document.locate(&below.pointer).at_key(),
                            format!("`{wire}` is both read-only and write-only, so it is left out both ways"),
                        )
                        .help("leave one of `readOnly` and `writeOnly`");
                }
                continue;
            }
            let (presence, ty) = if needed {
                // A response, which may have the same type, lacks what only requests have.
                if usage.response && (typed.nullable || typed.write_only) {
                    (Presence::Optional, typed.ty.clone())
                } else {
                    (Presence::Required, typed.with_null())
                }
            } else if usage.body && !usage.response && (usage.patch || typed.nullable) {
                (Presence::Nullable, typed.ty.clone())
            } else {
                (Presence::Optional, typed.ty.clone())
            };
            let wanted = names::snake(wire);
            let name = scope.claim(&wanted);
            if name != wanted
                && let Some(member) = found.first()
            {
                note_rename(wire, &wanted, &name, self.document.locate(&member.place.pointer).at_key(), diagnostics);
            }
            let redacted = self.redact.iter().any(|entry| {
                entry == wire
                    || entry.rsplit_once('.').is_some_and(|(owner, member)| {
                        member == *wire && (owner == place.name || place.name.strip_suffix(PARAM) == Some(owner))
                    })
            });
            fields.push(Field {
                name,
                wire: (*wire).to_owned(),
                ty,
                presence,
                null_setter: None,
                boxed: false,
                redacted,
                read_only: typed.read_only,
                format: typed.format.clone(),
                doc: typed.described(),
                deprecated: typed.deprecated,
                // The known value is told, and needs no example.
                example: typed
                    .example
                    .filter(|example| typed.lone_value.as_deref().is_none_or(|value| example.as_str() != Some(value))),
            });
        }
        // Setters of null come last, so that members keep the names that they would have anyway.
        for field in fields.iter_mut().filter(|field| field.takes_null()) {
            field.null_setter = Some(scope.claim(&names::null_setter(&field.name)));
        }
        for missing in required.iter().filter(|name| !properties.contains_key(*name)) {
            let index = match parts {
                [only] => only.view.required.iter().position(|name| name == missing),
                _ => None,
            };
            let index = index.map(|index| format!("/{index}")).unwrap_or_default();
            let help = match nearest(missing, properties.keys().copied()) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => "describe the member under `properties`, or take it out of `required`".to_owned(),
            };
            diagnostics
                .warning(
                    "unknown-required",
                    self.document.locate(&format!("{}/required{index}", place.pointer)),
                    format!("`{missing}` is required but not described; callers can't set it"),
                )
                .help(help);
        }
        let rest = match additional {
            Some((AdditionalProperties::Schema(schema), home)) => {
                let below = home.below(&["additionalProperties"], "Value");
                let value = self.lower(Node::from(schema.as_ref()), &below, diagnostics);
                Some((scope.claim("additional_properties"), value.with_null()))
            }
            Some((AdditionalProperties::Any(true), _)) => Some((scope.claim("additional_properties"), Type::Any)),
            _ => None,
        };
        TypeKind::Struct(Struct { fields, rest, in_form: false })
    }

    /// Whether two types are one, whatever they are called.
    pub(super) fn same<'t>(&'t self, mut one: &'t Type, mut other: &'t Type) -> bool {
        for _ in 0..FARTHEST {
            match (self.unaliased(one), self.unaliased(other)) {
                (Type::List(inner), Type::List(other_inner))
                | (Type::Map(inner), Type::Map(other_inner))
                | (Type::Option(inner), Type::Option(other_inner)) => (one, other) = (inner, other_inner),
                (one, other) => return one == other,
            }
        }
        // Maps of themselves, and the like: there is nothing by which they could differ.
        true
    }

    pub(super) fn unaliased<'t>(&'t self, mut ty: &'t Type) -> &'t Type {
        for _ in 0..self.types.len() {
            let Type::Named(id) = ty else { break };
            let Some(TypeKind::Alias(target)) = self.types.get(id.0).map(|def| &def.kind) else { break };
            ty = target;
        }
        ty
    }

    /// Makes room for a type whose definition follows.
    fn reserve(&mut self, name: String) -> TypeId {
        let id = TypeId(self.types.len());
        self.types.push(TypeDef {
            name,
            doc: String::new(),
            deprecated: false,
            kind: TypeKind::Alias(Type::Any),
            pointer: String::new(),
            module: String::new(),
            builder: None,
            example: None,
        });
        id
    }

    fn fill(&mut self, id: TypeId, typed: &Typed, kind: TypeKind, place: &Place) {
        let builder = match &kind {
            TypeKind::Struct(_) if place.usage.request() => {
                let name = self.types.get(id.0).map_or_else(String::new, |def| def.name.clone());
                Some(self.scope.claim(&format!("{name}Builder")))
            }
            _ => None,
        };
        if let Some(def) = self.types.get_mut(id.0) {
            def.doc.clone_from(&typed.doc);
            def.deprecated = typed.deprecated;
            def.example.clone_from(&typed.example);
            def.pointer.clone_from(&place.pointer);
            def.builder = builder;
            def.kind = kind;
        }
    }

    /// Gives a type without a name one.
    pub(crate) fn alias(&mut self, typed: &Typed, place: &Place) -> TypeId {
        let mut candidates = names::type_names(&place.name);
        candidates.extend(names::type_names(&format!("{} Body", place.name)));
        let name = self.scope.claim_first(&candidates);
        let id = self.reserve(name);
        self.fill(id, typed, TypeKind::Alias(typed.with_null()), place);
        id
    }

    /// Defines a struct of some members of a response, such as all but its items.
    pub(crate) fn object_without(
        &mut self,
        view: &View<'a>,
        without: &str,
        place: &Place,
        diagnostics: &mut Diagnostics,
    ) -> Type {
        let name = self.scope.claim_first(&names::type_names(&place.name));
        let id = self.reserve(name.clone());
        let pointer = format!("{}/properties", place.pointer);
        let place = Place { name, ..place.clone() };
        let parts = self.parts(view, &place);
        let mut kind = self.object(&parts, &place, diagnostics);
        if let TypeKind::Struct(object) = &mut kind {
            object.fields.retain(|field| field.wire != without);
        }
        let mut typed = Typed::of(Type::Named(id));
        "What a page of the list holds beside its items.".clone_into(&mut typed.doc);
        // It is a part of the schema, not the schema.
        self.fill(id, &typed, kind, &Place { pointer, ..place });
        Type::Named(id)
    }

    /// Cuts cycles that Rust can't express: boxes where a type would hold itself, and any value where an alias
    /// would stand for itself.
    pub(crate) fn break_cycles(&mut self, diagnostics: &mut Diagnostics) {
        for pointer in self.too_far.take() {
            diagnostics
                .warning(
                    "deep-nesting",
                    self.document.locate(&pointer),
                    format!("`allOf` nests more than {FARTHEST} levels deep; what this schema says is left out above"),
                )
                .help("merge some of the levels");
        }
        let aliases: Vec<Vec<usize>> = self.types.iter().map(alias_target).collect();
        for (index, cyclic) in graph::in_cycle(&aliases).into_iter().enumerate() {
            let Some(def) = self.types.get_mut(index).filter(|_| cyclic.is_some()) else { continue };
            diagnostics
                .warning(
                    "cyclic-alias",
                    self.document.locate(&def.pointer),
                    format!("`{}` stands for nothing but itself; it accepts any value", def.name),
                )
                .help("give one schema of the cycle named members, or break the cycle");
            def.kind = TypeKind::Alias(Type::Any);
        }
        self.limit_nesting(diagnostics);
        self.drop_itself(diagnostics);
        self.let_values_end(diagnostics);
        let edges: Vec<Vec<usize>> = self.types.iter().map(|def| def.kind.within()).collect();
        let cycle = graph::in_cycle(&edges);
        for (index, def) in self.types.iter_mut().enumerate() {
            let Some(own) = cycle.get(index).copied().flatten() else { continue };
            let closes =
                |ty: &Type| ty.direct().is_some_and(|TypeId(to)| cycle.get(to).copied().flatten() == Some(own));
            match &mut def.kind {
                TypeKind::Struct(object) => {
                    for field in &mut object.fields {
                        field.boxed = closes(&field.ty);
                    }
                }
                TypeKind::Union(union) => {
                    for variant in &mut union.variants {
                        variant.boxed = closes(&variant.ty);
                    }
                }
                TypeKind::Alias(_) | TypeKind::StringEnum(_) | TypeKind::IntEnum(_) => {}
            }
        }
    }

    /// Cuts chains of aliases whose lists and maps together nest too deep to be one type. There are no cycles of them.
    fn limit_nesting(&mut self, diagnostics: &mut Diagnostics) {
        let targets: Vec<Vec<usize>> = self.types.iter().map(alias_target).collect();
        let mut depths = vec![0; targets.len()];
        // From the end of each chain on, so that the least is lost.
        for index in graph::inner_first(&targets) {
            let Some(TypeDef { kind: TypeKind::Alias(target), name, pointer, .. }) = self.types.get_mut(index) else {
                continue;
            };
            let own = nesting(target);
            let below = target.named().and_then(|id| depths.get(id.0)).copied().unwrap_or(0);
            let mut depth = own + below;
            if own > 0 && depth > DEEPEST_TYPE {
                diagnostics
                    .warning(
                        "deep-nesting",
                        self.document.locate(pointer),
                        format!("lists and maps nest more than {DEEPEST_TYPE} levels deep; what `{name}` holds accepts any value"),
                    )
                    .help("nest objects with named members instead");
                forget_named(target);
                depth = own;
            }
            if let Some(known) = depths.get_mut(index) {
                *known = depth;
            }
        }
    }

    /// Takes a union out of its own alternatives, where it says nothing.
    fn drop_itself(&mut self, diagnostics: &mut Diagnostics) {
        for index in 0..self.types.len() {
            let Some(TypeDef { kind: TypeKind::Union(union), .. }) = self.types.get(index) else { continue };
            let itself = Type::Named(TypeId(index));
            let is_itself: Vec<bool> =
                union.variants.iter().map(|variant| self.unaliased(&variant.ty) == &itself).collect();
            let Some(def) = self.types.get_mut(index).filter(|_| is_itself.contains(&true)) else { continue };
            diagnostics
                .warning(
                    "cyclic-alias",
                    self.document.locate(&def.pointer),
                    format!("`{}` is among its own alternatives, which adds none", def.name),
                )
                .help("take it out of `oneOf` or `anyOf`");
            if let TypeKind::Union(union) = &mut def.kind {
                let mut is_itself = is_itself.into_iter();
                union.variants.retain(|_| !is_itself.next().unwrap_or_default());
                if union.variants.is_empty() {
                    def.kind = TypeKind::Alias(Type::Any);
                }
            }
        }
    }

    /// Makes members optional by which a value would have to hold another of its type, and that one another, for ever.
    ///
    /// Where several could be optional, the first one is: that is enough, and says the least. A union is where a chain of
    /// required members can end.
    fn let_values_end(&mut self, diagnostics: &mut Diagnostics) {
        /// Of some hundred members that require each other, all are made optional.
        const ROUNDS: usize = 32;
        for round in 0..=ROUNDS {
            let edges: Vec<Vec<usize>> = self.types.iter().map(|def| required(&def.kind)).collect();
            let cycle = graph::in_cycle(&edges);
            if cycle.iter().all(Option::is_none) {
                return;
            }
            let mut mended = HashSet::new();
            for (index, def) in self.types.iter_mut().enumerate() {
                let (Some(own), TypeKind::Struct(object)) = (cycle.get(index).copied().flatten(), &mut def.kind) else {
                    continue;
                };
                for field in &mut object.fields {
                    let closes = required_of(field).is_some_and(|to| cycle.get(to).copied().flatten() == Some(own));
                    if !closes || !mended.insert(own) && round < ROUNDS {
                        continue;
                    }
                    diagnostics
                        .warning(
                            "endless-type",
                            self.document.locate(&format!("{}/properties/{}", def.pointer, field.wire)),
                            format!(
                                "`{}` requires itself, so that no value of it could ever end; it is taken as optional",
                                field.wire
                            ),
                        )
                        .help("take the member out of `required`");
                    field.presence = Presence::Optional;
                }
            }
        }
    }
}

/// Whether a schema without a name needs one to be a Rust type.
fn needs_name(view: &View<'_>) -> bool {
    if view.has_properties() || view.all_of.len() > 1 {
        return true;
    }
    let (_, members) = view.alternatives();
    (!members.is_empty() && !only_requirements(members)) || is_enumeration(view)
}

/// Whether a schema becomes an enum of texts or numbers, which is the same in both directions.
pub(super) fn is_enumeration(view: &View<'_>) -> bool {
    let (_, members) = view.alternatives();
    if view.has_properties() || !view.all_of.is_empty() || !members.is_empty() {
        return false;
    }
    match view.kind {
        Some("string") | None => !view.values.is_empty() && view.values.iter().all(Value::is_string),
        Some("integer" | "number") => !view.values.is_empty() && view.values.iter().all(Value::is_i64),
        _ => false,
    }
}

/// The only text that a member of a response can have. An enum of one variant would say no more than a string of which the
/// text is told, and documents have hundreds of them. A request's stays an enum: there it says what can be sent.
fn lone_value<'v>(view: &'v View<'_>, place: &Place) -> Option<&'v str> {
    match view.values.as_slice() {
        [Value::String(text)] if place.is_member && !place.usage.request() && is_enumeration(view) => Some(text),
        _ => None,
    }
}

/// The schemas whose alternatives all inherit from them: by `allOf` they hold the schema that lists them.
fn heads(document: &Document) -> HashSet<*const SchemaData> {
    let schemas = document.api.components.iter().flat_map(|components| &components.schemas);
    let views = schemas.filter_map(|(_, schema)| Node::from(schema).schema(document)).map(View::of);
    let lists_its_kinds = |view: &View<'_>| {
        let alternatives = view.alternatives().1;
        let mut nodes = alternatives.iter().map(|node| Node::from(node).without_remarks());
        view.all_of.is_empty() && !alternatives.is_empty() && nodes.all(|node| inherits(node, view.data, document))
    };
    views.filter(lists_its_kinds).map(|view| std::ptr::from_ref(view.data)).collect()
}

/// Whether a schema holds another in its `allOf`, or in that of what it holds there.
fn inherits(node: Node<'_>, from: &SchemaData, document: &Document) -> bool {
    let mut open = vec![node];
    let mut seen = HashSet::new();
    while let Some(schema) = open.pop().and_then(|node| node.schema(document)) {
        for part in View::of(schema).all_of {
            let part = Node::from(part);
            let Some(held) = part.schema(document) else { continue };
            if std::ptr::eq(&raw const held.schema_data, from) {
                return true;
            }
            if seen.insert(std::ptr::from_ref(held)) {
                open.push(part);
            }
        }
    }
    false
}

/// Names of the schemas that others hold in `allOf`.
fn parents(document: &Document) -> BTreeSet<&str> {
    let schemas = document.schema_names().filter_map(|name| document.schema(name));
    let parts = schemas.flat_map(|schema| match Node::from(schema) {
        Node::Schema(schema) => View::of(schema).all_of,
        Node::Reference(_) => &[],
    });
    parts
        .filter_map(|part| match Node::from(part) {
            Node::Reference(name) => Some(name),
            Node::Schema(_) => None,
        })
        .collect()
}

/// Whether a member is not in an object that goes one way only.
pub(super) fn goes_other_way(read_only: bool, write_only: bool, usage: Usage) -> bool {
    match (usage.request(), usage.response) {
        (true, false) => read_only,
        (false, true) => write_only && !usage.delivery,
        _ => false,
    }
}

/// Whether a schema is more than a remark.
pub(super) fn says_something(node: &Node<'_>) -> bool {
    !matches!(node, Node::Schema(schema) if View::of(schema).is_free())
}

/// Whether two schemas have the same values, whatever is said about them.
pub(super) fn alike(one: &Schema, other: &Schema) -> bool {
    one.schema_kind == other.schema_kind && one.schema_data.nullable == other.schema_data.nullable
}

/// Says that a name of the document is not the one in Rust that one would guess.
pub(crate) fn note_rename(wire: &str, wanted: &str, name: &str, at: Location, diagnostics: &mut Diagnostics) {
    diagnostics.note("renamed", at, format!("`{wire}` is called `{name}`, since `{wanted}` is taken"));
}

fn report_conflict(at: Location, diagnostics: &mut Diagnostics) {
    diagnostics
        .warning("conflicting-all-of", at, "no value fits all that `allOf` asks for; any value is accepted")
        .help("give the types that go together, or patch them in sdk.yaml");
}

/// Alternatives that say nothing but which members must be there: `anyOf: [{required: [a]}, {required: [b]}]`.
fn only_requirements(members: &[openapiv3::ReferenceOr<openapiv3::Schema>]) -> bool {
    members.iter().all(|member| match Node::from(member) {
        Node::Reference(_) => false,
        Node::Schema(schema) => {
            let view = View::of(schema);
            !view.required.is_empty() && View { required: &[], kind: None, ..view.clone() }.is_free()
        }
    })
}

/// What a schema says of its texts, unless that is their type in Rust.
fn text_format(view: &View<'_>) -> Option<String> {
    let format = view.format.filter(|_| view.kind == Some("string") && view.values.is_empty())?;
    let is_word = |format: &str| format.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let is_type = matches!(format, "" | "string" | "date-time" | "date" | "binary");
    (!is_type && format.len() <= 40 && is_word(format)).then(|| format.to_owned())
}

fn integer(format: Option<&str>) -> Type {
    match format {
        Some("int32" | "int16" | "int8") => Type::I32,
        Some("uint64" | "uint" | "unsigned64") => Type::U64,
        _ => Type::I64,
    }
}

/// Whether two values are the same but for quotes, or for the point of a whole number.
pub(super) fn is_same_scalar(one: &Value, other: &Value) -> bool {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        _ => text(one) == text(other),
    }
}

/// The example of a schema: its own, or the only value that it allows.
fn example_of(view: &View<'_>) -> Option<Value> {
    view.data.example.clone().or_else(|| view.values.first().cloned())
}

/// The type that an alias is made of.
fn alias_target(def: &TypeDef) -> Vec<usize> {
    match &def.kind {
        TypeKind::Alias(target) => target.named().map(|id| id.0).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// How many lists and maps a type is made of.
fn nesting(ty: &Type) -> usize {
    match ty {
        Type::List(inner) | Type::Map(inner) => 1 + nesting(inner),
        Type::Option(inner) => nesting(inner),
        _ => 0,
    }
}

/// Puts any value in the place of the type that `ty` mentions.
fn forget_named(ty: &mut Type) {
    match ty {
        Type::List(inner) | Type::Map(inner) | Type::Option(inner) => forget_named(inner),
        Type::Named(_) => *ty = Type::Any,
        _ => {}
    }
}

/// The type of which every value of this one must hold one.
fn required(kind: &TypeKind) -> Vec<usize> {
    match kind {
        TypeKind::Struct(object) => object.fields.iter().filter_map(required_of).collect(),
        TypeKind::Alias(Type::Named(id)) => vec![id.0],
        TypeKind::Alias(_) | TypeKind::Union(_) | TypeKind::StringEnum(_) | TypeKind::IntEnum(_) => Vec::new(),
    }
}

fn required_of(field: &Field) -> Option<usize> {
    match field.ty {
        Type::Named(id) if field.presence == Presence::Required => Some(id.0),
        _ => None,
    }
}
