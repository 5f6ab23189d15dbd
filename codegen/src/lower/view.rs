//! One way to look at a schema, whichever of openapiv3's shapes it was read into.

use std::sync::LazyLock;

use indexmap::IndexMap;
use openapiv3::{
    AdditionalProperties, IntegerFormat, NumberFormat, ReferenceOr, Schema, SchemaData, SchemaKind, StringFormat,
    Type as SchemaType, VariantOrUnknownOrEmpty,
};
use serde_json::Value;

use crate::normalize::Document;
use crate::pointer;

/// How far references and `allOf` may lead from one schema to the next; what leads farther goes round in circles.
pub(super) const FARTHEST: usize = 200;

/// A schema, or the name of one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Node<'a> {
    /// What follows `#/components/schemas/`, or a reference to anything else, whole.
    Reference(&'a str),
    Schema(&'a Schema),
}

impl<'a> From<&'a ReferenceOr<Schema>> for Node<'a> {
    fn from(schema: &'a ReferenceOr<Schema>) -> Self {
        match schema {
            ReferenceOr::Reference { reference } => Self::reference(reference),
            ReferenceOr::Item(schema) => Self::Schema(schema),
        }
    }
}

impl<'a> From<&'a ReferenceOr<Box<Schema>>> for Node<'a> {
    fn from(schema: &'a ReferenceOr<Box<Schema>>) -> Self {
        match schema {
            ReferenceOr::Reference { reference } => Self::reference(reference),
            ReferenceOr::Item(schema) => Self::Schema(schema),
        }
    }
}

impl<'a> Node<'a> {
    fn reference(reference: &'a str) -> Self {
        Self::Reference(reference.strip_prefix("#/components/schemas/").unwrap_or(reference))
    }

    /// Whether both are the same schema of the document, not just alike.
    pub(crate) fn is(self, other: Node<'_>) -> bool {
        match (self, other) {
            (Self::Reference(one), Node::Reference(other)) => one == other,
            (Self::Schema(one), Node::Schema(other)) => std::ptr::eq(one, other),
            _ => false,
        }
    }

    /// The schema that this is, or that its name stands for.
    pub(crate) fn schema(self, document: &'a Document) -> Option<&'a Schema> {
        self.named(document).map(|(_, schema)| schema)
    }

    /// The same, with the last of its names.
    pub(crate) fn named(self, document: &'a Document) -> Option<(Option<&'a str>, &'a Schema)> {
        let (mut node, mut last) = (self, None);
        for _ in 0..FARTHEST {
            match node {
                Self::Schema(schema) => return Some((last, schema)),
                Self::Reference(name) => {
                    let (name, schema) = document.named(name)?;
                    (node, last) = (Self::from(schema), Some(name));
                }
            }
        }
        None
    }

    /// The parts of the schema that this is, or that its name stands for.
    pub(crate) fn view(self, document: &'a Document) -> Option<View<'a>> {
        self.schema(document).map(View::of)
    }

    /// The schema behind references, and behind what is but another name for it: a reference with remarks beside it, but
    /// not with some of its values.
    pub(crate) fn resolve(mut self, document: &'a Document) -> Option<&'a Schema> {
        for _ in 0..FARTHEST {
            let schema = self.schema(document)?;
            match View::of(schema).aliased() {
                Some((only, _)) => self = only,
                None => return Some(schema),
            }
        }
        None
    }

    /// The same, with its place; this node stands at `pointer`.
    pub(crate) fn resolve_at(mut self, pointer: &str, document: &'a Document) -> Option<(&'a Schema, String)> {
        let mut pointer = pointer.to_owned();
        for _ in 0..FARTHEST {
            let (name, schema) = self.named(document)?;
            if let Some(name) = name {
                pointer = pointer::component("schemas", name);
            }
            let view = View::of(schema);
            let Some((only, _)) = view.aliased() else { return Some((schema, pointer)) };
            let index = view.all_of.iter().position(|part| Node::from(part).is(only))?;
            pointer = format!("{pointer}/allOf/{index}");
            self = only;
        }
        None
    }

    /// The reference that a schema in its place is but a remark about; any other node is given back.
    pub(crate) fn without_remarks(self) -> Self {
        let Self::Schema(schema) = self else { return self };
        let view = View::of(schema);
        let adds = View { all_of: &[], ..view.clone() };
        match view.remarked() {
            Some((reference @ Self::Reference(_), _)) if !adds.says_much() && adds.required.is_empty() => reference,
            _ => self,
        }
    }

    /// Whether its values are the content of a file.
    pub(crate) fn is_file(self, document: &'a Document) -> bool {
        let view = self.resolve(document).map(View::of);
        view.is_some_and(|view| view.kind == Some("string") && view.format == Some("binary"))
    }

    /// Whether null is a value of this, or of what it is but another name for.
    pub(crate) fn takes_null(self, document: &'a Document) -> bool {
        self.is_said(document, |data| data.nullable)
    }

    /// Whether only responses have members of this schema, or of what it is but another name for.
    pub(crate) fn is_read_only(self, document: &'a Document) -> bool {
        self.is_said(document, |data| data.read_only)
    }

    /// Whether only requests have members of this schema, or of what it is but another name for.
    pub(crate) fn is_write_only(self, document: &'a Document) -> bool {
        self.is_said(document, |data| data.write_only)
    }

    /// Whether something is said of this schema, beside it, or of the one that it is but a remark about.
    fn is_said(mut self, document: &'a Document, said: fn(&SchemaData) -> bool) -> bool {
        for _ in 0..FARTHEST {
            let Some(schema) = self.schema(document) else { return false };
            let Some((other, remarks)) = View::of(schema).remarked() else { return said(&schema.schema_data) };
            let mut remarks = remarks.into_iter().filter_map(|remark| remark.schema(document));
            if said(&schema.schema_data) || remarks.any(|remark| said(&remark.schema_data)) {
                return true;
            }
            self = other;
        }
        false
    }

    /// The schemas that lie directly within this one.
    pub(crate) fn children(self) -> Vec<Node<'a>> {
        let Self::Schema(schema) = self else { return Vec::new() };
        let view = View::of(schema);
        let mut children: Vec<Node<'a>> = Vec::new();
        for list in [view.all_of, view.one_of, view.any_of] {
            children.extend(list.iter().map(Node::from));
        }
        children.extend(view.properties().map(|(_, property)| property));
        children.extend(view.items);
        if let Some(AdditionalProperties::Schema(schema)) = view.additional {
            children.push(Node::from(schema.as_ref()));
        }
        children
    }

    /// Names of the schemas that this one refers to, itself included if it is but a name.
    pub(crate) fn references(self) -> Vec<&'a str> {
        let mut names = Vec::new();
        let mut pending = vec![self];
        while let Some(node) = pending.pop() {
            match node {
                Self::Reference(name) => names.push(name),
                Self::Schema(_) => pending.extend(node.children()),
            }
        }
        names
    }
}

static NO_PROPERTIES: LazyLock<IndexMap<String, ReferenceOr<Box<Schema>>>> = LazyLock::new(IndexMap::new);

/// The parts of a schema.
#[derive(Clone, Debug)]
pub(crate) struct View<'a> {
    pub data: &'a SchemaData,
    /// `string`, `integer`, `number`, `boolean`, `object`, `array`.
    pub kind: Option<&'a str>,
    pub format: Option<&'a str>,
    pub values: Vec<Value>,
    pub properties: &'a IndexMap<String, ReferenceOr<Box<Schema>>>,
    pub required: &'a [String],
    pub additional: Option<&'a AdditionalProperties>,
    pub items: Option<Node<'a>>,
    pub all_of: &'a [ReferenceOr<Schema>],
    pub one_of: &'a [ReferenceOr<Schema>],
    pub any_of: &'a [ReferenceOr<Schema>],
    /// `not: {}`: nothing fits.
    pub never: bool,
}

impl<'a> View<'a> {
    pub(crate) fn of(schema: &'a Schema) -> Self {
        let mut view = Self {
            data: &schema.schema_data,
            kind: None,
            format: None,
            values: Vec::new(),
            properties: &NO_PROPERTIES,
            required: &[],
            additional: None,
            items: None,
            all_of: &[],
            one_of: &[],
            any_of: &[],
            never: false,
        };
        match &schema.schema_kind {
            SchemaKind::Type(SchemaType::String(string)) => {
                view.kind = Some("string");
                view.format = match &string.format {
                    VariantOrUnknownOrEmpty::Item(format) => Some(match format {
                        StringFormat::Date => "date",
                        StringFormat::DateTime => "date-time",
                        StringFormat::Password => "password",
                        StringFormat::Byte => "byte",
                        StringFormat::Binary => "binary",
                    }),
                    VariantOrUnknownOrEmpty::Unknown(format) => Some(format),
                    VariantOrUnknownOrEmpty::Empty => None,
                };
                view.values = string.enumeration.iter().flatten().map(|value| Value::from(value.as_str())).collect();
            }
            SchemaKind::Type(SchemaType::Number(number)) => {
                view.kind = Some("number");
                view.format = match &number.format {
                    VariantOrUnknownOrEmpty::Item(NumberFormat::Float) => Some("float"),
                    VariantOrUnknownOrEmpty::Item(NumberFormat::Double) => Some("double"),
                    VariantOrUnknownOrEmpty::Unknown(format) => Some(format),
                    VariantOrUnknownOrEmpty::Empty => None,
                };
                view.values = number.enumeration.iter().flatten().map(|value| Value::from(*value)).collect();
            }
            SchemaKind::Type(SchemaType::Integer(integer)) => {
                view.kind = Some("integer");
                view.format = match &integer.format {
                    VariantOrUnknownOrEmpty::Item(IntegerFormat::Int32) => Some("int32"),
                    VariantOrUnknownOrEmpty::Item(IntegerFormat::Int64) => Some("int64"),
                    VariantOrUnknownOrEmpty::Unknown(format) => Some(format),
                    VariantOrUnknownOrEmpty::Empty => None,
                };
                view.values = integer.enumeration.iter().flatten().map(|value| Value::from(*value)).collect();
            }
            SchemaKind::Type(SchemaType::Boolean(boolean)) => {
                view.kind = Some("boolean");
                view.values = boolean.enumeration.iter().flatten().map(|value| Value::from(*value)).collect();
            }
            SchemaKind::Type(SchemaType::Object(object)) => {
                view.kind = Some("object");
                view.properties = &object.properties;
                view.required = &object.required;
                view.additional = object.additional_properties.as_ref();
            }
            SchemaKind::Type(SchemaType::Array(array)) => {
                view.kind = Some("array");
                view.items = array.items.as_ref().map(Node::from);
            }
            SchemaKind::OneOf { one_of } => view.one_of = one_of,
            SchemaKind::AllOf { all_of } => view.all_of = all_of,
            SchemaKind::AnyOf { any_of } => view.any_of = any_of,
            SchemaKind::Not { not } => {
                view.never = matches!(Node::from(not.as_ref()), Node::Schema(inner) if View::of(inner).is_free());
            }
            SchemaKind::Any(any) => {
                view.kind = any.typ.as_deref();
                view.format = any.format.as_deref();
                view.values.clone_from(&any.enumeration);
                view.properties = &any.properties;
                view.required = &any.required;
                view.additional = any.additional_properties.as_ref();
                view.items = any.items.as_ref().map(Node::from);
                view.all_of = &any.all_of;
                view.one_of = &any.one_of;
                view.any_of = &any.any_of;
            }
        }
        view.values.retain(|value| !value.is_null());
        view
    }

    pub(crate) fn properties(&self) -> impl Iterator<Item = (&'a str, Node<'a>)> + use<'a> {
        self.properties.iter().map(|(name, schema)| (name.as_str(), Node::from(schema)))
    }

    pub(crate) fn property(&self, name: &str) -> Option<Node<'a>> {
        self.properties.get(name).map(Node::from)
    }

    pub(crate) fn has_properties(&self) -> bool {
        !self.properties.is_empty()
    }

    pub(crate) fn is_required(&self, name: &str) -> bool {
        self.required.iter().any(|required| required == name)
    }

    /// Whether the schema says nothing about the shape of its values.
    pub(crate) fn is_free(&self) -> bool {
        self.kind.is_none()
            && self.values.is_empty()
            && !self.has_properties()
            && self.required.is_empty()
            && self.additional.is_none()
            && self.items.is_none()
            && self.all_of.is_empty()
            && self.one_of.is_empty()
            && self.any_of.is_empty()
            && !self.never
    }

    /// What the schema is but another name for: `allOf: [{$ref}]` and nothing that changes its type.
    pub(crate) fn renamed(&self) -> Option<Node<'a>> {
        let [only] = self.all_of else { return None };
        let rest = View { all_of: &[], ..self.clone() };
        (rest.is_free() && matches!(Node::from(only), Node::Reference(_))).then(|| Node::from(only))
    }

    /// What the schema is but a remark about: the one schema in its `allOf` that says something about the shape of values,
    /// with those beside it that only describe it.
    pub(crate) fn remarked(&self) -> Option<(Node<'a>, Vec<Node<'a>>)> {
        if self.has_properties() || !self.one_of.is_empty() || !self.any_of.is_empty() {
            return None;
        }
        let is_remark = |node: &Node<'a>| matches!(node, Node::Schema(schema) if View::of(schema).is_free());
        let (remarks, shaped): (Vec<_>, Vec<_>) = self.all_of.iter().map(Node::from).partition(is_remark);
        match shaped.as_slice() {
            [only] => Some((*only, remarks)),
            _ => None,
        }
    }

    /// What the schema is but another name for, unless it takes only some of its values; with what describes it.
    pub(crate) fn aliased(&self) -> Option<(Node<'a>, Vec<Node<'a>>)> {
        self.remarked().filter(|_| self.values.is_empty())
    }

    /// The schemas of which one has to fit, and the keyword that they stand under.
    pub(crate) fn alternatives(&self) -> (&'static str, &'a [ReferenceOr<Schema>]) {
        if self.one_of.is_empty() { ("anyOf", self.any_of) } else { ("oneOf", self.one_of) }
    }

    /// Whether the schema says more about its values than that they are objects, or which members they must have.
    pub(crate) fn says_much(&self) -> bool {
        let kind = self.kind.filter(|kind| *kind != "object");
        !View { required: &[], kind, ..self.clone() }.is_free()
    }

    /// A schema of null alone, as normalization leaves it.
    pub(crate) fn is_null(&self) -> bool {
        self.data.extensions.contains_key("x-null")
    }
}
