//! The types: structs, open enums, unions, aliases, and the builders of what goes into requests.

use std::collections::{BTreeSet, HashSet};

use super::layout::{Table, literal};
use super::rust::{field_input, is_plain, ty};
use super::wrap::Line;
use super::writer::{Code, Function, Item, line};
use crate::model::{Api, Field, Guard, Presence, Struct, Type, TypeDef, TypeKind, Union, UnionVariant, Variant};

/// Writes all that belongs to one type; `remarks` follow what the document says of it.
pub(crate) fn write(code: &mut Code<'_>, api: &Api, def: &TypeDef, remarks: &[String]) {
    match &def.kind {
        TypeKind::Struct(object) => structure(code, api, def, object, remarks),
        TypeKind::StringEnum(variants) => string_enum(code, def, variants),
        TypeKind::IntEnum(variants) => int_enum(code, def, variants),
        TypeKind::Union(union) => union_enum(code, api, def, union),
        TypeKind::Alias(target) => {
            let line = format!("pub type {} = {};", def.name, ty(api, target));
            begin(code, def).line(Line::Head, &line);
        }
    }
}

/// Begins an item with the documentation of a type.
fn begin<'c, 'a>(code: &'c mut Code<'a>, def: &TypeDef) -> Item<'c, 'a> {
    let fallback = format!("`{}` of the API.", def.name);
    let mut text = if def.doc.trim().is_empty() { fallback } else { def.doc.clone() };
    if def.deprecated {
        text.push_str("\n\n**Deprecated.**");
    }
    let mut item = code.item();
    item.doc(&text);
    item
}

fn structure(code: &mut Code<'_>, api: &Api, def: &TypeDef, object: &Struct, remarks: &[String]) {
    let mut item = begin(code, def);
    item.verbatim(remarks);
    item.plain("#[derive(Clone, Default)]").plain("#[non_exhaustive]");
    let head = line!("pub struct {} {{", def.name);
    item.line(Line::Head, &head).members(|members| {
        for field in &object.fields {
            let line = line!("pub {}: {},", field.name, field_type(api, field));
            members.doc(&field_text(api, field)).line(Line::Member, &line);
        }
        if let Some((rest, value)) = &object.rest {
            let line = format!("pub {rest}: Map<String, {}>,", ty(api, value));
            members.verbatim(&["Members that the fields above do not cover, by name."]).line(Line::Member, &line);
        }
    });
    if let Some(builder) = &def.builder {
        builder_items(code, api, def, object, builder);
    }
    // The table stands last: it is for the compiler, what is above is for people.
    code.table(&Table { name: "object", head: table_head(def, object), rows: Some(rows(object)) });
}

/// What stands above the table of a struct: its name, and the fields that are never printed.
fn table_head(def: &TypeDef, object: &Struct) -> String {
    let redacted = object.fields.iter().filter(|field| field.redacted).map(|field| field.name.as_str());
    let redacted: Vec<&str> = redacted.collect();
    if redacted.is_empty() { def.name.clone() } else { format!("{} redacted [{}]", def.name, redacted.join(", ")) }
}

/// The table of a struct. A macro can't count, so its rows are numbered here.
fn rows(object: &Struct) -> Vec<String> {
    let fields = object.fields.iter().enumerate().map(|(row, field)| {
        let presence = match field.presence {
            Presence::Required => "Required",
            Presence::Optional => "Optional",
            Presence::Nullable => "Nullable",
        };
        line!("{row} {}: {presence} {}", field.name, literal(&field.wire))
    });
    let rest = object.rest.iter().map(|(rest, _)| format!("{} {rest}: Rest \"\"", object.fields.len()));
    fields.chain(rest).collect()
}

/// A field's type with its presence and box.
fn field_type(api: &Api, field: &Field) -> String {
    let inner = ty(api, field.value_type());
    let inner = if field.boxed { format!("Box<{inner}>") } else { inner };
    match field.presence {
        Presence::Required if field.takes_null() => line!("Option<{inner}>"),
        Presence::Required => inner,
        Presence::Optional => line!("Option<{inner}>"),
        Presence::Nullable => line!("Nullable<{inner}>"),
    }
}

/// The documentation of the setter of an explicit null.
fn null_doc(field: &Field, in_form: bool) -> [String; 1] {
    let wire = field.wire.replace('`', "'");
    [match field.presence {
        _ if in_form => format!("Leaves `{wire}` out: a form has no null."),
        Presence::Required => format!("Sends `{wire}` as null, in place of a value."),
        _ => format!("Sends `{wire}` as null. In an update that removes what was there."),
    }]
}

/// The documentation of a setter that must be called.
pub(crate) fn required_doc(text: &str) -> String {
    line!("Required. {text}")
}

/// What is said of a member, wherever it is shown.
pub(crate) fn field_text(api: &Api, field: &Field) -> String {
    let mut text = if field.doc.trim().is_empty() { format!("`{}`", field.wire) } else { field.doc.clone() };
    if field.deprecated {
        text.push_str("\n\n**Deprecated.**");
    }
    if let Some(facts) = facts(api, &field.ty, field.format.as_deref(), field.example.as_ref()) {
        text.push_str("\n\n");
        text.push_str(&facts);
    }
    text
}

/// What values are, and one of them: ``Format: `uuid`. Example: `"…"`.``
pub(crate) fn facts(api: &Api, ty: &Type, format: Option<&str>, given: Option<&serde_json::Value>) -> Option<String> {
    match (format, example(api, ty, given)) {
        (Some(format), Some(example)) => Some(line!("Format: `{format}`. {example}")),
        (Some(format), None) => Some(line!("Format: `{format}`")),
        (None, example) => example,
    }
}

/// `Example: "value"`, for values that fit a line.
pub(crate) fn example(api: &Api, ty: &Type, example: Option<&serde_json::Value>) -> Option<String> {
    if matches!(api.resolve(ty), Type::Named(_) | Type::Any | Type::Unit | Type::Bool) {
        return None;
    }
    let example = example.filter(|example| !example.is_null())?;
    let shown = example.to_string();
    (shown.len() <= 100 && !shown.contains(['`', '\\'])).then(|| line!("Example: `{shown}`"))
}

fn builder_items(code: &mut Code<'_>, api: &Api, def: &TypeDef, object: &Struct, builder: &str) {
    let name = &def.name;
    let required = object.fields.iter().filter(|field| field.presence == Presence::Required);
    let state = State::new(code.importable(), required.map(|field| field.name.as_str()));
    let rest = if state.is_empty() { "" } else { ", state: PhantomData" };
    code.item().block(&line!("impl {name}"), |block| {
        block.member().verbatim(&["Starts building one. Nothing is set."]).function(&Function {
            head: &line!("pub fn builder() -> {builder}"),
            bounds: &[],
            body: &[&line!("{builder} {{ value: Self::default(){rest} }}")],
        });
    });
    let mut item = code.item();
    item.verbatim(&[format!("Builds [`{name}`].")]);
    item.plain("#[must_use = \"a builder does nothing until it is built\"]");
    let head = line!("pub struct {builder}{} {{", state.declared());
    item.line(Line::Head, &head).members(|members| {
        members.line(Line::Member, &format!("value: {name},"));
        state.field(members);
    });
    let generics = state.generics();
    code.item().block(&line!("impl{generics} {builder}{generics}"), |block| {
        let rebuilt = line!("{builder} {{ value: self.value, state: PhantomData }}");
        for field in &object.fields {
            let null = field.null_setter.as_deref();
            let setter = Setter {
                name: &field.name,
                null,
                in_form: object.in_form,
                owner: builder,
                opening: None,
                place: "self.value",
            };
            setter.write(block, api, field, &state, &rebuilt);
        }
        if let Some((rest, value)) = &object.rest {
            rest_setter(block, rest, None, &format!("self.value.{rest}"), &ty(api, value));
        }
        block
            .member()
            .verbatim(&["Gives what was built. Compiles once everything required is set."])
            .plain("#[must_use]");
        let head = line!("pub fn build(self) -> {name}");
        block.function(&Function { head: &head, bounds: &state.bounds(), body: &["self.value"] });
    });
    let complete = state.complete();
    code.item().implementation(
        &line!("impl From<{builder}{complete}> for {name}"),
        &Function {
            head: &line!("fn from(builder: {builder}{complete}) -> Self"),
            bounds: &[],
            body: &["builder.build()"],
        },
    );
    from_value(code, api, def, object);
}

/// Writes the setter of members that have none of their own, which are in the map `place`.
pub(crate) fn rest_setter(block: &mut Item<'_, '_>, name: &str, opening: Option<&str>, place: &str, value: &str) {
    let insertion = format!("{place}.insert(name.into(), value.into());");
    let body: Vec<&str> = opening.into_iter().chain([insertion.as_str(), "self"]).collect();
    block.member().verbatim(&["Sets a member that has no setter of its own."]).function(&Function {
        head: &format!("pub fn {name}(mut self, name: impl Into<String>, value: impl Into<{value}>) -> Self"),
        bounds: &[],
        body: &body,
    });
}

/// `Sort { value }` says nothing more than its value, so the value alone will do.
fn from_value(code: &mut Code<'_>, api: &Api, def: &TypeDef, object: &Struct) {
    let ([field], None) = (object.fields.as_slice(), &object.rest) else { return };
    if field.wire != "value" || field.boxed {
        return;
    }
    let is_text = match api.resolve(field.value_type()) {
        Type::String => true,
        Type::Named(id) => matches!(api.get(*id).map(|def| &def.kind), Some(TypeKind::StringEnum(_))),
        _ => false,
    };
    let statement = line!("Self::builder().{}(value).build()", field.name);
    from(code, &ty(api, field.value_type()), &def.name, &statement);
    if is_text {
        from(code, "&str", &def.name, &statement);
    }
}

/// `impl From<source> for target`, with a statement that converts `value`.
fn from(code: &mut Code<'_>, source: &str, target: &str, statement: &str) {
    let head = line!("fn from(value: {source}) -> Self");
    let function = Function { head: &head, bounds: &[], body: &[statement] };
    code.item().implementation(&line!("impl From<{source}> for {target}"), &function);
}

/// The setter of a member of a struct that is being built.
pub(crate) struct Setter<'s> {
    pub name: &'s str,
    /// The name of the setter of an explicit null.
    pub null: Option<&'s str>,
    /// Whether the member is sent in a form of pairs, in which null is nothing.
    pub in_form: bool,
    /// The builder's type.
    pub owner: &'s str,
    /// The statement that leads to `place`, if it is no field of the builder.
    pub opening: Option<&'s str>,
    /// The struct that has the member.
    pub place: &'s str,
}

impl Setter<'_> {
    /// Writes it; `rebuilt` is the builder in the state behind a member that is required.
    pub(crate) fn write(&self, block: &mut Item<'_, '_>, api: &Api, field: &Field, state: &State, rebuilt: &str) {
        let Self { name, null, in_form, owner, opening, place } = *self;
        let (taken, converted) = field_input(api, field, name);
        let said = field_text(api, field);
        let is_required = field.presence == Presence::Required;
        let doc = if is_required { required_doc(&said) } else { said };
        let (gives, last) =
            if is_required { (line!("{owner}{}", state.after(name)), rebuilt) } else { ("Self".to_owned(), "self") };
        let (value, nothing) = match field.presence {
            Presence::Required => (converted, "None"),
            Presence::Optional => (line!("Some({converted})"), "None"),
            Presence::Nullable => (line!("Nullable::Value({converted})"), "Nullable::Null"),
        };
        let member = &field.name;
        let assignment = line!("{place}.{member} = {value};");
        let body: Vec<&str> = opening.into_iter().chain([assignment.as_str(), last]).collect();
        block.member().doc(&doc).function(&Function {
            head: &line!("pub fn {name}(mut self, {name}: {taken}) -> {gives}"),
            bounds: &[],
            body: &body,
        });
        if let Some(null) = null.filter(|_| field.presence != Presence::Optional) {
            let assignment = format!("{place}.{member} = {nothing};");
            let body: Vec<&str> = opening.into_iter().chain([assignment.as_str(), last]).collect();
            block.member().verbatim(&null_doc(field, in_form)).function(&Function {
                head: &format!("pub fn {null}(mut self) -> {gives}"),
                bounds: &[],
                body: &body,
            });
        }
    }
}

/// The type parameters by which a builder knows what has been set.
#[derive(Clone, Debug)]
pub(crate) struct State {
    /// Names of the required arguments, and of their parameters.
    names: Vec<(String, String)>,
}

impl State {
    /// `taken` are names that the parameters may not have.
    pub(crate) fn new<'n>(taken: &HashSet<&str>, names: impl Iterator<Item = &'n str>) -> Self {
        // Two names may differ in underscores only, `type` and `type_`, and a type of the API may be called `HasType`.
        let mut seen = BTreeSet::new();
        let names = names
            .enumerate()
            .map(|(index, name)| {
                let param = format!("Has{}", heck::ToUpperCamelCase::to_upper_camel_case(name));
                let is_free = seen.insert(param.clone()) && !taken.contains(param.as_str());
                (name.to_owned(), if is_free { param } else { format!("{param}{index}") })
            })
            .collect();
        Self { names }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// `<HasCity = Missing>`
    pub(crate) fn declared(&self) -> String {
        self.parameters(|_, param| format!("{param} = Missing"))
    }

    /// `<HasCity>`
    pub(crate) fn generics(&self) -> String {
        self.parameters(|_, param| param.to_owned())
    }

    /// The state once `name` is set.
    pub(crate) fn after(&self, name: &str) -> String {
        self.parameters(|own, param| if own == name { "Set" } else { param }.to_owned())
    }

    /// The state in which everything is set.
    pub(crate) fn complete(&self) -> String {
        self.parameters(|_, _| "Set".to_owned())
    }

    /// The state in which everything is set but the arguments `open`, which stay as they are.
    pub(crate) fn complete_but(&self, open: &[&str]) -> String {
        self.parameters(|name, param| if open.contains(&name) { param } else { "Set" }.to_owned())
    }

    fn parameters(&self, show: impl Fn(&str, &str) -> String) -> String {
        if self.is_empty() {
            return String::new();
        }
        let shown: Vec<String> = self.names.iter().map(|(name, param)| show(name, param)).collect();
        format!("<{}>", shown.join(", "))
    }

    /// Writes the field that holds the state.
    pub(crate) fn field(&self, members: &mut Item<'_, '_>) {
        if self.is_empty() {
            return;
        }
        let params: Vec<&str> = self.names.iter().map(|(_, param)| param.as_str()).collect();
        let only = if params.len() == 1 { "," } else { "" };
        members.line(Line::Member, &format!("state: PhantomData<fn() -> ({}{only})>,", params.join(", ")));
    }

    /// `HasCity: fields::city`
    pub(crate) fn bounds(&self) -> Vec<String> {
        self.names.iter().map(|(name, param)| line!("{param}: fields::{name}")).collect()
    }

    /// `[HasCity: city, HasState: state]`, as the request macros take it.
    pub(crate) fn list(&self) -> String {
        if self.is_empty() {
            return String::new();
        }
        let list: Vec<String> = self.names.iter().map(|(name, param)| format!("{param}: {name}")).collect();
        format!("[{}]", list.join(", "))
    }
}

fn string_enum(code: &mut Code<'_>, def: &TypeDef, variants: &[Variant<String>]) {
    let shown = |value: &String| value.replace('`', "'").replace(['\n', '\r'], " ");
    open_enum(code, def, variants, "String", &shown);
    let rows = variants.iter().map(|variant| line!("{}: {}", variant.name, literal(&variant.value))).collect();
    code.table(&Table { name: "open_enum", head: def.name.clone(), rows: Some(rows) });
}

fn int_enum(code: &mut Code<'_>, def: &TypeDef, variants: &[Variant<i64>]) {
    open_enum(code, def, variants, "i64", &i64::to_string);
    let rows = variants.iter().map(|variant| format!("{}: {}", variant.name, variant.value)).collect();
    code.table(&Table { name: "int_enum", head: def.name.clone(), rows: Some(rows) });
}

/// An enum of values, and one variant for those that are not known.
fn open_enum<V>(
    code: &mut Code<'_>,
    def: &TypeDef,
    variants: &[Variant<V>],
    unknown: &str,
    shown: &dyn Fn(&V) -> String,
) {
    let mut item = begin(code, def);
    item.plain("#[derive(Clone)]").plain("#[non_exhaustive]");
    item.line(Line::Head, &format!("pub enum {} {{", def.name)).members(|members| {
        for variant in variants {
            members.verbatim(&[format!("`{}`", shown(&variant.value))]).variant(&variant.name, None);
        }
        members.verbatim(&["A value that this version of the crate does not know, kept as it came."]);
        members.variant("Unknown", Some(unknown));
    });
}

fn union_enum(code: &mut Code<'_>, api: &Api, def: &TypeDef, union: &Union) {
    let mut item = begin(code, def);
    item.plain("#[derive(Clone)]").plain("#[non_exhaustive]");
    item.line(Line::Head, &format!("pub enum {} {{", def.name)).members(|members| {
        for variant in &union.variants {
            let held = variant_type(api, variant);
            members.doc(&variant_text(union, variant)).variant(&variant.name, Some(&held));
        }
        members
            .verbatim(&["Anything that this version of the crate does not know, whole."])
            .variant("Unknown", Some("Value"));
    });
    for variant in &union.variants {
        let unique = union.variants.iter().filter(|other| api.same(&other.ty, &variant.ty)).count() == 1;
        if unique && !matches!(api.resolve(&variant.ty), Type::Any | Type::Unit) {
            from_variant(code, api, def, variant);
        }
    }
    shared(code, api, def, union);
    let rows = union.variants.iter().map(|variant| {
        let inner = variant_type(api, variant);
        match &variant.tag {
            Some(tag) => format!("{}: {inner} = {}", variant.name, literal(tag)),
            None => format!("{}: {inner}{}", variant.name, guard(&variant.guard)),
        }
    });
    let rows = Some(rows.collect());
    let head = match &union.tag {
        Some(tag) => format!("{} by {}", def.name, literal(tag)),
        None => def.name.clone(),
    };
    code.table(&Table { name: "union", head, rows });
}

/// Writes a method for each member that most alternatives have, so that nobody has to tell them apart for it.
fn shared(code: &mut Code<'_>, api: &Api, def: &TypeDef, union: &Union) {
    let shared = api.shared(union);
    if shared.is_empty() {
        return;
    }
    code.item().block(&line!("impl {}", def.name), |block| {
        for (name, field) in &shared {
            // The member of each alternative, if it has one.
            let own: Vec<Option<&Field>> = union
                .variants
                .iter()
                .map(|variant| api.members(&variant.ty)?.iter().find(|own| own.name == field.name))
                .collect();
            let returned = match api.resolve(field.value_type()) {
                Type::String => "&str".to_owned(),
                Type::List(item) => line!("&[{}]", ty(api, item)),
                other if is_plain(other) => ty(api, other),
                _ => line!("&{}", ty(api, field.value_type())),
            };
            let body = shared_body(api, union, field, &own);
            block.member().doc(&shared_text(api, field, &own)).plain("#[must_use]").function(&Function {
                head: &line!("pub fn {name}(&self) -> Option<{returned}>"),
                bounds: &[],
                body: &body.iter().map(String::as_str).collect::<Vec<_>>(),
            });
        }
    });
}

fn shared_text(api: &Api, field: &Field, own: &[Option<&Field>]) -> String {
    let whose = if own.iter().all(Option::is_some) { "every alternative has" } else { "most alternatives have" };
    let otherwise = match api.resolve(field.value_type()) {
        Type::String => "",
        _ => ", or if this version of the crate does not know what it is",
    };
    let wire = field.wire.replace('`', "'");
    let text = line!("Returns `{wire}`, which {whose}; `None` if it is not set{otherwise}.");
    let says_the_same = own.iter().flatten().all(|own| own.doc == field.doc);
    let said = if says_the_same && !field.doc.trim().is_empty() {
        Some(field_text(api, field))
    } else {
        facts(api, &field.ty, field.format.as_deref(), field.example.as_ref())
    };
    text + &said.map(|said| line!("\n\n{said}")).unwrap_or_default()
}

fn shared_body(api: &Api, union: &Union, field: &Field, own: &[Option<&Field>]) -> Vec<String> {
    let is_text = matches!(api.resolve(field.value_type()), Type::String);
    if is_text && union.tag.as_ref() == Some(&field.wire) {
        // What an alternative goes by counts, not what a program has put into it.
        return vec!["self.tag()".to_owned()];
    }
    let mut body = vec!["match self {".to_owned()];
    for (variant, own) in union.variants.iter().zip(own) {
        if let Some(own) = own {
            let value = given(api, own, &line!("inner.{}", own.name));
            body.push(line!("    Self::{}(inner) => {value},", variant.name));
        }
    }
    // What is not known has no types, but a text is a text in any case.
    if is_text {
        body.push(line!("    Self::Unknown(value) => value.get({})?.as_str(),", literal(&field.wire)));
    }
    if !is_text || own.iter().any(Option::is_none) {
        body.push("    _ => None,".to_owned());
    }
    body.push("}".to_owned());
    body
}

/// What stands at a place, as an `Option`: a copy, a part of it, or a reference to it.
fn given(api: &Api, field: &Field, place: &str) -> String {
    let ty = api.resolve(field.value_type());
    let slice = match ty {
        Type::String => Some("String::as_str"),
        Type::List(_) => Some("Vec::as_slice"),
        _ => None,
    };
    match (field.presence, slice) {
        (Presence::Required, _) if is_plain(ty) => line!("Some({place})"),
        (Presence::Optional, _) if is_plain(ty) => place.to_owned(),
        (Presence::Nullable, _) if is_plain(ty) => line!("{place}.value().copied()"),
        (Presence::Required, _) => line!("Some(&{place})"),
        (Presence::Optional, Some(_)) => line!("{place}.as_deref()"),
        (Presence::Nullable, Some(slice)) => line!("{place}.value().map({slice})"),
        (Presence::Optional, None) => line!("{place}.as_ref()"),
        (Presence::Nullable, None) => line!("{place}.value()"),
    }
}

/// Makes a union of what one of its variants holds.
fn from_variant(code: &mut Code<'_>, api: &Api, def: &TypeDef, variant: &UnionVariant) {
    let (name, variant_name) = (&def.name, &variant.name);
    let value = if variant.boxed { "Box::new(value)" } else { "value" };
    from(code, &ty(api, &variant.ty), name, &format!("Self::{variant_name}({value})"));
    // Literals are what people have at hand.
    match api.resolve(&variant.ty) {
        Type::List(item) if matches!(api.resolve(item), Type::String) => code.item().implementation(
            &format!("impl<const N: usize> From<[&str; N]> for {name}"),
            &Function {
                head: "fn from(values: [&str; N]) -> Self",
                bounds: &[],
                body: &[&format!("Self::{variant_name}(values.map(str::to_owned).to_vec())")],
            },
        ),
        Type::String => from(code, "&str", name, &format!("Self::{variant_name}(value.to_owned())")),
        _ => {}
    }
}

fn variant_text(union: &Union, variant: &UnionVariant) -> String {
    let doc = if variant.doc.trim().is_empty() { String::new() } else { variant.doc.clone() };
    match (&union.tag, &variant.tag) {
        (Some(member), Some(tag)) => {
            let when = format!("`{}` is `{}`.", member.replace('`', "'"), tag.replace('`', "'"));
            if doc.is_empty() { when } else { format!("{when} {doc}") }
        }
        _ if doc.is_empty() => variant.name.clone(),
        _ => doc,
    }
}

fn variant_type(api: &Api, variant: &UnionVariant) -> String {
    let inner = ty(api, &variant.ty);
    if variant.boxed { format!("Box<{inner}>") } else { inner }
}

fn guard(guard: &Guard) -> String {
    match guard {
        Guard::Always => String::new(),
        Guard::Bool => " if boolean".to_owned(),
        Guard::Integer => " if integer".to_owned(),
        Guard::Number => " if number".to_owned(),
        Guard::String => " if string".to_owned(),
        Guard::Array => " if array".to_owned(),
        Guard::Object(members) if members.is_empty() => " if object".to_owned(),
        Guard::Constant(member, values) => format!(" if constant with [{}, {}]", literal(member), literals(values)),
        Guard::Object(members) => format!(" if object with [{}]", literals(members)),
    }
}

fn literals(texts: &[String]) -> String {
    let literals: Vec<String> = texts.iter().map(|text| literal(text)).collect();
    literals.join(", ")
}
