//! Schemas of OpenAPI 3.1, and schemas with well-known mistakes, become schemas of OpenAPI 3.0.
//!
//! [`RULES`] lists what is done, in order. Each rule names the keywords that concern it, so that the usual schema is
//! looked through once and no rule runs at all.

use serde_json::{Map, Number, Value, json};

use super::bundle::{Bundler, Dialect, Here, Section, kind};
use super::{Origins, component_of};
use crate::diagnostic::{Diagnostic, Diagnostics, Location, nearest};
use crate::pointer;
use crate::source::{FileId, Sources, is_schema_name, percent_decode};

type Members = Map<String, Value>;

/// Whether a schema is a component itself, rather than inside of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Top {
    Yes,
    No,
}

/// What a rule may use beside the schema.
pub(super) struct Scope<'s> {
    here: &'s mut Here,
    sources: &'s Sources,
    origins: &'s mut Origins,
    diagnostics: &'s mut Diagnostics,
}

impl Scope<'_> {
    /// Where a keyword of the schema was written.
    fn place(&self, keyword: &str) -> Location {
        self.origins.written(self.here.file, &pointer::join(&self.here.raw, keyword))
    }

    /// Where something inside of the schema was written.
    fn place_at(&self, segments: &[&str]) -> Location {
        let mut raw = self.here.raw.clone();
        for segment in segments {
            pointer::push(&mut raw, segment);
        }
        self.origins.written(self.here.file, &raw)
    }

    /// Where a value of the enum was written, which may have been that of `const`.
    fn place_of_value(&self, index: usize) -> Location {
        let (file, raw) = self.origin_of_value(index);
        self.origins.written(file, &raw)
    }

    fn origin_of_value(&self, index: usize) -> (FileId, String) {
        let list = format!("{}/enum", self.here.at);
        if let Some((file, raw)) = self.origins.recorded(&format!("{list}/{index}")) {
            return (*file, raw.clone());
        }
        match self.origins.recorded(&list) {
            Some((file, raw)) => (*file, format!("{raw}/{index}")),
            None => (self.here.file, format!("{}/enum/{index}", self.here.raw)),
        }
    }

    /// What a reference in the schema leads to, as it was written.
    fn target(&self, reference: &str) -> Option<&Value> {
        let (file, pointer) = self.sources.resolve(self.here.file, reference).ok()?;
        self.sources.value(file)?.pointer(&percent_decode(pointer)?)
    }

    /// Where the schema was written.
    fn place_itself(&self) -> Location {
        self.origins.written(self.here.file, &self.here.raw)
    }

    fn warn(&mut self, code: &'static str, keyword: &str, message: impl Into<String>) -> &mut Diagnostic {
        let at = self.place(keyword);
        self.diagnostics.warning(code, at, message)
    }

    /// Whether the schema gets no type, whatever it says: it is that of a body that is text or bytes to the caller.
    fn is_untyped(&self) -> bool {
        const TYPED: &[&str] = &["multipart/form-data", "application/x-www-form-urlencoded", "text/event-stream"];
        let is_raw = |media_type: &str| {
            let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            // Below a member called `content` there is no media type.
            essence.contains('/')
                && !essence.contains('*')
                && !essence.contains("json")
                && !TYPED.contains(&essence.as_str())
        };
        let segments: Vec<_> = pointer::segments(&self.here.at).collect();
        segments.windows(3).any(|three| match three {
            [content, media_type, schema] => content == "content" && schema == "schema" && is_raw(media_type),
            _ => false,
        })
    }

    /// The schema is now what stood in a member of it.
    fn jump(&mut self, segments: &[&str]) {
        for segment in segments {
            pointer::push(&mut self.here.raw, segment);
        }
        self.origins.record(&self.here.at, self.here.file, &self.here.raw);
    }

    /// What will stand in a member was written in the schema itself.
    fn made_up(&mut self, segments: &[&str]) {
        let mut at = self.here.at.clone();
        for segment in segments {
            pointer::push(&mut at, segment);
        }
        self.origins.record(&at, self.here.file, &self.here.raw);
    }
}

/// Sets of keywords, as bits.
mod keyword {
    pub(super) type Set = u32;

    pub(super) const TYPE: Set = 1;
    pub(super) const CONST: Set = 1 << 1;
    pub(super) const ENUM: Set = 1 << 2;
    /// `oneOf` and `anyOf`.
    pub(super) const UNION: Set = 1 << 3;
    pub(super) const ALL_OF: Set = 1 << 4;
    pub(super) const REF: Set = 1 << 5;
    /// `exclusiveMinimum` and `exclusiveMaximum`.
    pub(super) const EXCLUSIVE: Set = 1 << 6;
    pub(super) const EXAMPLES: Set = 1 << 7;
    /// `contentEncoding`, `contentMediaType` and `contentSchema`.
    pub(super) const CONTENT: Set = 1 << 8;
    pub(super) const ITEMS: Set = 1 << 9;
    pub(super) const PREFIX_ITEMS: Set = 1 << 10;
    pub(super) const PATTERN_PROPERTIES: Set = 1 << 11;
    pub(super) const PROPERTIES: Set = 1 << 12;
    pub(super) const REQUIRED: Set = 1 << 13;
    pub(super) const DISCRIMINATOR: Set = 1 << 14;
    /// What only checks values, and what OpenAPI 3.0 has no word for.
    pub(super) const DROPPED: Set = 1 << 15;
    /// A keyword whose value is null although null means nothing there.
    pub(super) const NULL: Set = 1 << 16;
    /// A keyword whose value has to be a number or true or false, and is text.
    pub(super) const QUOTED: Set = 1 << 17;
    /// A keyword that belongs to one type alone: `pattern`, `minimum`, `minItems`, ..
    pub(super) const TYPED: Set = 1 << 18;
    pub(super) const ADDITIONAL: Set = 1 << 19;
    pub(super) const OTHER: Set = 1 << 20;
    pub(super) const NOT: Set = 1 << 21;
    pub(super) const UNKNOWN: Set = 1 << 22;
    /// A `type` that is not the name of one type, or is `null`.
    pub(super) const TYPE_ODD: Set = 1 << 23;
    pub(super) const ARRAY: Set = 1 << 24;

    use serde_json::Value;

    pub(super) fn of(members: &super::Members) -> Set {
        members.iter().fold(0, |set, (name, value)| set | of_member(name, value))
    }

    fn of_member(name: &str, value: &Value) -> Set {
        let mut set = match name {
            "type" => match value.as_str() {
                Some("array") => TYPE | ARRAY,
                Some("string" | "integer" | "number" | "boolean" | "object") => TYPE,
                _ => TYPE | TYPE_ODD,
            },
            "const" => return CONST,
            "enum" => ENUM,
            "oneOf" | "anyOf" => UNION,
            "allOf" => ALL_OF,
            "$ref" => REF,
            "exclusiveMinimum" | "exclusiveMaximum" => EXCLUSIVE | TYPED,
            "examples" => EXAMPLES,
            "contentEncoding" | "contentMediaType" | "contentSchema" => CONTENT,
            "items" => ITEMS,
            "prefixItems" => PREFIX_ITEMS,
            "patternProperties" => PATTERN_PROPERTIES,
            "properties" => PROPERTIES,
            "required" => REQUIRED,
            "discriminator" => DISCRIMINATOR,
            "not" => NOT,
            "additionalProperties" => ADDITIONAL,
            "minimum" | "maximum" | "multipleOf" | "minLength" | "maxLength" | "minItems" | "maxItems"
            | "minProperties" | "maxProperties" | "uniqueItems" => {
                if value.is_string() {
                    QUOTED | TYPED
                } else {
                    TYPED
                }
            }
            "pattern" => TYPED,
            "nullable" | "readOnly" | "writeOnly" | "deprecated" => {
                if value.is_string() {
                    QUOTED
                } else {
                    OTHER
                }
            }
            "format" | "title" | "description" | "externalDocs" | "xml" => OTHER,
            "default" | "example" => return 0,
            "$schema"
            | "$id"
            | "$anchor"
            | "$comment"
            | "$defs"
            | "definitions"
            | "$vocabulary"
            | "$dynamicAnchor"
            | "$dynamicRef"
            | "$recursiveAnchor"
            | "$recursiveRef"
            | "unevaluatedProperties"
            | "unevaluatedItems"
            | "if"
            | "then"
            | "else"
            | "dependentSchemas"
            | "dependentRequired"
            | "dependencies"
            | "contains"
            | "minContains"
            | "maxContains"
            | "propertyNames"
            | "additionalItems"
            | "id" => DROPPED,
            _ if name.starts_with("x-") => return 0,
            _ => UNKNOWN,
        };
        if value.is_null() {
            set |= NULL;
        }
        set
    }
}

/// One thing that is done to schemas.
struct Rule {
    /// Any of these keywords makes the rule run.
    on: keyword::Set,
    apply: fn(&mut Members, &mut Scope<'_>),
}

const fn rule(on: keyword::Set, apply: fn(&mut Members, &mut Scope<'_>)) -> Rule {
    Rule { on, apply }
}

const RULES: [Rule; 24] = [
    rule(keyword::NULL, drop_nulls),
    rule(keyword::QUOTED, unquote),
    rule(keyword::UNKNOWN, report_unknown),
    rule(keyword::REF, drop_siblings),
    rule(keyword::REQUIRED, list_required),
    rule(keyword::DISCRIMINATOR, spell_discriminator),
    rule(keyword::TYPE_ODD, name_types),
    rule(keyword::CONST, const_to_enum),
    rule(keyword::UNION, take_null_from_union),
    rule(keyword::UNION | keyword::ALL_OF, unwrap_single),
    rule(keyword::TYPE_ODD, split_types),
    rule(keyword::ENUM, move_enum_to_items),
    rule(keyword::ENUM, fit_enum_to_type),
    rule(keyword::ENUM, take_null_from_enum),
    rule(keyword::TYPED | keyword::ENUM, widen_integers),
    rule(keyword::EXCLUSIVE, split_exclusive),
    rule(keyword::EXAMPLES, examples_to_example),
    rule(keyword::CONTENT, content_to_format),
    rule(keyword::ITEMS | keyword::PREFIX_ITEMS, prefix_items_to_items),
    rule(keyword::PATTERN_PROPERTIES, pattern_properties_to_additional),
    rule(keyword::DROPPED, drop_conditions),
    rule(keyword::NOT, report_not),
    rule(keyword::PROPERTIES | keyword::ADDITIONAL | keyword::ITEMS | keyword::PREFIX_ITEMS, infer_type),
    rule(keyword::ARRAY, add_items),
];

/// How often a schema may turn out to be just what another one is that it wraps.
const UNWRAPPED: usize = 64;

/// Brings one schema, without what is inside of it, to OpenAPI 3.0.
pub(super) fn apply_rules(members: &mut Members, scope: &mut Scope<'_>) -> keyword::Set {
    let mut present = keyword::of(members);
    for _ in 0..UNWRAPPED {
        let mut wrapped = false;
        for rule in &RULES {
            if present & rule.on != 0 {
                let raw = scope.here.raw.len();
                (rule.apply)(members, scope);
                present = keyword::of(members);
                wrapped |= scope.here.raw.len() != raw;
            }
        }
        if !wrapped {
            break;
        }
    }
    if present & keyword::TYPE != 0 && present & (keyword::TYPED | keyword::ENUM | COMPOUND) != 0 {
        drop_foreign(members, scope);
    }
    present
}

const COMPOUND: keyword::Set = keyword::PROPERTIES | keyword::REQUIRED | keyword::ADDITIONAL | keyword::ITEMS;

// Mistakes.

/// Keywords without a value are as good as not there.
fn drop_nulls(members: &mut Members, scope: &mut Scope<'_>) {
    members.retain(|name, value| {
        let is_kept =
            !value.is_null() || matches!(name.as_str(), "default" | "example" | "const") || name.starts_with("x-");
        if !is_kept {
            let at = scope.place(name).at_key();
            scope
                .diagnostics
                .warning("null-member", at, format!("`{name}` has no value"))
                .help("remove it, or give it one");
        }
        is_kept
    });
}

/// `deprecated: "true"` and `minLength: "1"` are plain enough.
fn unquote(members: &mut Members, scope: &mut Scope<'_>) {
    const QUOTABLE: [&str; 14] = [
        "nullable",
        "readOnly",
        "writeOnly",
        "deprecated",
        "uniqueItems",
        "minimum",
        "maximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "minProperties",
        "maxProperties",
    ];
    for name in QUOTABLE {
        let Some(Value::String(text)) = members.get(name) else { continue };
        let plain = match (text.as_str(), text.parse::<Number>()) {
            ("true", _) => Some(Value::Bool(true)),
            ("false", _) => Some(Value::Bool(false)),
            (_, Ok(number)) => Some(Value::Number(number)),
            _ => None,
        };
        let text = text.clone();
        let problem = scope.warn("quoted-value", name, format!("`{name}` is the text \"{text}\""));
        if let Some(plain) = plain {
            problem.help(format!("write it without quotes: `{name}: {plain}`"));
            members.insert(name.to_owned(), plain);
        } else {
            problem.help("it is left out");
            members.shift_remove(name);
        }
    }
}

/// Keywords that neither OpenAPI nor JSON Schema has are left out.
fn report_unknown(members: &mut Members, scope: &mut Scope<'_>) {
    const KNOWN: [&str; 40] = [
        "$ref",
        "additionalProperties",
        "allOf",
        "anyOf",
        "const",
        "default",
        "deprecated",
        "description",
        "discriminator",
        "enum",
        "example",
        "examples",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "externalDocs",
        "format",
        "items",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "not",
        "nullable",
        "oneOf",
        "pattern",
        "patternProperties",
        "prefixItems",
        "properties",
        "readOnly",
        "required",
        "title",
        "type",
        "uniqueItems",
        "writeOnly",
        "xml",
    ];
    members.retain(|name, value| {
        let is_kept = keyword::of(&Members::from_iter([(name.clone(), Value::Bool(true))])) & keyword::UNKNOWN == 0;
        if !is_kept {
            let at = scope.place(name).at_key();
            let problem = scope.diagnostics.warning(
                "unknown-member",
                at,
                format!("a schema has no keyword `{name}`; it is left out"),
            );
            if let Some(near) = nearest(name, KNOWN) {
                problem.help(format!("did you mean `{near}`?"));
            } else if value.get("type").is_some() || value.get("$ref").is_some() {
                problem.help("if it is a property, it belongs under `properties`");
            }
        }
        is_kept
    });
}

/// OpenAPI 3.0 ignores what stands beside a `$ref`. Those that say something about the place where it stands are
/// nevertheless meant; others are missed unless the schema that is referred to says the same.
fn drop_siblings(members: &mut Members, scope: &mut Scope<'_>) {
    if scope.here.dialect == Dialect::V31 || members.len() < 2 {
        return;
    }
    let target = members.get("$ref").and_then(Value::as_str).and_then(|reference| scope.target(reference));
    let mut missed: Vec<String> = Vec::new();
    members.retain(|name, value| {
        let is_kept = matches!(
            name.as_str(),
            "$ref"
                | "description"
                | "title"
                | "nullable"
                | "deprecated"
                | "readOnly"
                | "writeOnly"
                | "default"
                | "example"
        ) || name.starts_with("x-");
        let says_the_same = || target.and_then(|target| target.get(name)) == Some(value);
        if !is_kept && !is_annotation(name) && !says_the_same() {
            missed.push(name.clone());
        }
        is_kept
    });
    if let Some(first) = missed.first() {
        let names = missed.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let it = if missed.len() == 1 { "it is" } else { "they are" };
        let at = scope.place(first).at_key();
        scope
            .diagnostics
            .warning("ignored-sibling", at, format!("OpenAPI 3.0 ignores {names} beside `$ref`; {it} left out"))
            .help("put the reference under `allOf`, beside which the rest counts");
    }
}

/// `required` has to be a list of names, each once. `required: true` is JSON Schema draft 3, and ignored since.
fn list_required(members: &mut Members, scope: &mut Scope<'_>) {
    match members.get_mut("required") {
        Some(Value::Array(names)) => {
            let before = names.len();
            let mut seen = std::collections::HashSet::new();
            names.retain(|name| name.as_str().is_some_and(|name| seen.insert(name.to_owned())));
            if names.len() < before {
                scope.warn("wrong-required", "required", "`required` names a member twice, or is no list of names");
            }
        }
        Some(Value::String(name)) => {
            let names = json!([name]);
            members.insert("required".to_owned(), names);
            scope.warn("wrong-required", "required", "`required` is a name, not a list of names");
        }
        Some(Value::Bool(_)) => {
            members.shift_remove("required");
            scope
                .warn("wrong-required", "required", "`required` is true or false, not a list of names")
                .help("list the name of the property in `required` of the schema around it; as it is, it is optional");
        }
        Some(other) => {
            let found = kind(other);
            members.shift_remove("required");
            scope.warn("wrong-required", "required", format!("`required` is {found}, not a list of names"));
        }
        None => {}
    }
}

/// `discriminator: kind` is Swagger 2.0 for `discriminator: {propertyName: kind}`.
fn spell_discriminator(members: &mut Members, scope: &mut Scope<'_>) {
    if let Some(Value::String(name)) = members.get("discriminator") {
        let spelled = json!({"propertyName": name});
        members.insert("discriminator".to_owned(), spelled);
        scope
            .warn("swagger-discriminator", "discriminator", "the discriminator is written as in Swagger 2.0")
            .help("write it as `discriminator: {propertyName: ..}`");
    }
}

const TYPES: [&str; 7] = ["string", "integer", "number", "boolean", "object", "array", "null"];

/// Types that don't exist accept anything; wrong capitals are put right.
fn name_types(members: &mut Members, scope: &mut Scope<'_>) {
    let wrong = |value: &Value| value.as_str().is_none_or(|name| !TYPES.contains(&name));
    match members.get_mut("type") {
        Some(Value::Array(names)) => {
            for (index, name) in names.iter_mut().enumerate() {
                if wrong(name) {
                    let at = scope.place_at(&["type", &index.to_string()]);
                    report_type(name, at, scope.diagnostics);
                }
            }
            let mut is_file = false;
            for name in names.iter_mut().filter(|name| *name == "file") {
                *name = json!("string");
                is_file = true;
            }
            if names.iter().any(wrong) {
                members.shift_remove("type");
            } else if is_file {
                members.insert("format".to_owned(), json!("binary"));
            }
        }
        Some(name) if wrong(name) => {
            let at = scope.place("type");
            report_type(name, at, scope.diagnostics);
            if name == "file" {
                *name = json!("string");
                members.insert("format".to_owned(), json!("binary"));
            } else if wrong(name) {
                members.shift_remove("type");
            }
        }
        _ => {}
    }
}

fn report_type(name: &mut Value, at: Location, diagnostics: &mut Diagnostics) {
    let Some(text) = name.as_str() else {
        diagnostics.warning("unknown-type", at, format!("the type is {}; anything is accepted", kind(name)));
        return;
    };
    let lower = text.to_ascii_lowercase();
    if let Some(known) = TYPES.iter().find(|known| **known == lower) {
        diagnostics.warning("unknown-type", at, format!("the type `{known}` is written `{text}`"));
        *name = json!(known);
        return;
    }
    if lower == "file" {
        let message = format!("there is no type `{text}`; it is taken as `type: string` with `format: binary`");
        diagnostics.warning("unknown-type", at, message).help("write it that way");
        *name = json!("file");
        return;
    }
    let help = match lower.as_str() {
        "date" | "date-time" | "uuid" | "email" | "uri" | "binary" | "byte" | "password" => {
            format!("write `type: string` and `format: {lower}`")
        }
        "datetime" | "timestamp" => "write `type: string` and `format: date-time`".to_owned(),
        "int32" | "int64" | "long" => "write `type: integer` and, if you like, `format: int64`".to_owned(),
        "float" | "double" | "decimal" => "write `type: number`".to_owned(),
        "any" => "leave `type` out to accept anything".to_owned(),
        "enum" => "give the type of the values, such as `string`".to_owned(),
        _ => match nearest(text, TYPES) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the types are {}", TYPES.join(", ")),
        },
    };
    diagnostics.warning("unknown-type", at, format!("there is no type `{text}`; anything is accepted")).help(help);
}

/// `enum` beside `type: array` is meant for the items.
fn move_enum_to_items(members: &mut Members, scope: &mut Scope<'_>) {
    if members.get("type") != Some(&json!("array")) {
        return;
    }
    let has_scalars = members
        .get("enum")
        .and_then(Value::as_array)
        .is_some_and(|values| values.iter().all(|value| !value.is_array() && !value.is_object()));
    let fits = members.get("items").is_none_or(|items| items.get("enum").is_none() && items.get("$ref").is_none());
    if has_scalars
        && fits
        && let Some(values) = members.shift_remove("enum")
    {
        scope
            .warn("enum-of-array", "enum", "`enum` lists values of the items, but stands beside them")
            .help("move it under `items`");
        if let Value::Object(items) = members.entry("items").or_insert_with(|| json!({})) {
            items.insert("enum".to_owned(), values);
            let at = format!("{}/items/enum", scope.here.at);
            let raw = pointer::join(&scope.here.raw, "enum");
            scope.origins.record(&at, scope.here.file, &raw);
        }
    }
}

/// The values of an enum have the schema's type, and each is there once.
fn fit_enum_to_type(members: &mut Members, scope: &mut Scope<'_>) {
    let Some(Value::Array(values)) = members.get_mut("enum") else {
        if let Some(other) = members.get("enum") {
            let found = kind(other);
            members.shift_remove("enum");
            scope.warn("wrong-enum", "enum", format!("`enum` is {found}, not a list of values")).help("it is left out");
        }
        return;
    };
    let mut values = std::mem::take(values);
    if values.is_empty() {
        members.shift_remove("enum");
        scope
            .warn("wrong-enum", "enum", "`enum` lists no value, so that none could fit; it is left out")
            .help("list the values, or leave `enum` out");
        return;
    }
    if !members.contains_key("type") && !is_composed(members) && !members.contains_key("$ref") {
        if let Some(types) = mixed_types(&values) {
            members.insert("enum".to_owned(), Value::Array(values));
            members.insert("type".to_owned(), types);
            split_types(members, scope);
            return;
        }
        if values.iter().any(|value| value.is_array() || value.is_object()) && !scope.is_untyped() {
            scope
                .warn("unsupported-enum", "enum", "values of this enum are lists or objects; any value is accepted")
                .help("describe them by `properties` or `items`");
        }
    }
    report_rounded(members, &values, scope);
    let wanted = match members.get("type").and_then(Value::as_str) {
        Some(wanted) => Some(wanted.to_owned()),
        None => infer_enum_type(&values).map(str::to_owned),
    };
    if let Some(wanted) = &wanted {
        let mut index = 0;
        values.retain_mut(|value| {
            let at = scope.place_of_value(index);
            index += 1;
            let (message, help) = match fit(value, wanted, scope, &at) {
                Fit::Right => return true,
                Fit::Meant(meant) => {
                    let message = misfit(value, wanted, scope, &at);
                    *value = meant;
                    (message, if value.is_string() { "put it in quotes" } else { "write it without quotes" })
                }
                Fit::Hopeless => (misfit(value, wanted, scope, &at), "it is left out"),
            };
            scope.diagnostics.warning("enum-value", at, message).help(help);
            help != "it is left out"
        });
    }
    let mut seen = std::collections::HashSet::new();
    let before = values.len();
    values.retain(|value| seen.insert(value.to_string()));
    if values.len() < before {
        scope.warn("enum-value", "enum", "a value of the enum is listed twice");
    }
    if values.is_empty() {
        members.shift_remove("enum");
    } else {
        members.insert("enum".to_owned(), Value::Array(values));
        if let Some(wanted) = wanted
            && !members.contains_key("type")
            && !is_composed(members)
        {
            members.insert("type".to_owned(), wanted.into());
        }
    }
}

fn article(kind: &str) -> String {
    if matches!(kind, "integer" | "object" | "array") { format!("an {kind}") } else { format!("a {kind}") }
}

/// Whether a value has the type that it should have.
enum Fit {
    Right,
    /// It has not, but what is meant is plain.
    Meant(Value),
    Hopeless,
}

fn fit(value: &Value, wanted: &str, scope: &Scope<'_>, at: &Location) -> Fit {
    let meant = |value: Option<Value>| value.map_or(Fit::Hopeless, Fit::Meant);
    let parsed = |text: &str| text.parse::<Number>().ok();
    match (wanted, value) {
        (_, Value::Null)
        | ("string", Value::String(_))
        | ("number", Value::Number(_))
        | ("boolean", Value::Bool(_))
        | ("object", Value::Object(_))
        | ("array", Value::Array(_)) => Fit::Right,
        ("integer", Value::Number(number)) if number.is_i64() || number.is_u64() => Fit::Right,
        ("string", Value::Number(number)) => {
            // The number 1.10 was written so for a reason, and `1.1` would be another value.
            Fit::Meant(as_written(number, scope, at).into())
        }
        ("string", Value::Bool(value)) => Fit::Meant(value.to_string().into()),
        ("integer", Value::String(text)) => {
            meant(parsed(text).filter(|number| number.is_i64() || number.is_u64()).map(Value::Number))
        }
        ("number", Value::String(text)) => meant(parsed(text).map(Value::Number)),
        ("boolean", Value::String(text)) => meant(text.parse::<bool>().ok().map(Value::Bool)),
        _ => Fit::Hopeless,
    }
}

/// What is wrong with a value that does not have the type that it should have.
fn misfit(value: &Value, wanted: &str, scope: &Scope<'_>, at: &Location) -> String {
    match value {
        Value::Number(number) if wanted == "integer" && !number.is_u64() && !fits_i64(number) => {
            format!("the value {} of the enum does not fit into 64 bits", as_written(number, scope, at))
        }
        Value::Number(number) => {
            format!("the value {} of the enum is not {}", as_written(number, scope, at), article(wanted))
        }
        _ => format!("the value {value} of the enum is not {}", article(wanted)),
    }
}

/// Whole numbers that neither 64 bits nor a floating-point number can hold were rounded when they were read. Those of an
/// enum of text keep their digits, and those of one of integers are left out, with a message of their own.
fn report_rounded(members: &Members, values: &[Value], scope: &mut Scope<'_>) {
    if matches!(members.get("type").and_then(Value::as_str), Some("string" | "integer")) {
        return;
    }
    for (index, value) in values.iter().enumerate() {
        let Value::Number(number) = value else { continue };
        let Some(rounded) = number.as_f64().filter(|_| number.is_f64()) else { continue };
        let at = scope.place_of_value(index);
        let written = as_written(number, scope, &at);
        let digits = written.strip_prefix('-').unwrap_or(&written);
        if digits.bytes().all(|byte| byte.is_ascii_digit()) && written != format!("{rounded:.0}") {
            scope
                .diagnostics
                .warning(
                    "integer-range",
                    at,
                    format!("the value {written} of the enum does not fit into 64 bits; it is read as {rounded:.0}"),
                )
                .help("if the API sends it as text, put it in quotes");
        }
    }
}

/// A number in the digits of the document.
fn as_written(number: &Number, scope: &Scope<'_>, at: &Location) -> String {
    let written = scope.sources.written(at).filter(|written| written.parse::<f64>().is_ok());
    written.map_or_else(|| number.to_string(), str::to_owned)
}

/// The types of an enum whose values are of several.
fn mixed_types(values: &[Value]) -> Option<Value> {
    let mut types: Vec<&str> = Vec::new();
    for value in values {
        let name = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::String(_) => "string",
            Value::Number(number) if number.is_i64() || number.is_u64() => "integer",
            Value::Number(_) => "number",
            Value::Array(_) | Value::Object(_) => return None,
        };
        if !types.contains(&name) {
            types.push(name);
        }
    }
    if types.contains(&"number") {
        types.retain(|name| *name != "integer");
    }
    let several = types.iter().filter(|name| **name != "null").count() > 1;
    several.then(|| types.into_iter().map(Value::from).collect())
}

fn infer_enum_type(values: &[Value]) -> Option<&'static str> {
    let all = |is: fn(&Value) -> bool| values.iter().any(is) && values.iter().all(|value| value.is_null() || is(value));
    match () {
        () if all(Value::is_string) => Some("string"),
        () if all(|value| value.is_i64() || value.is_u64()) => Some("integer"),
        () if all(Value::is_number) => Some("number"),
        () if all(Value::is_boolean) => Some("boolean"),
        () => None,
    }
}

/// A list has items; one that doesn't say which accepts any.
fn add_items(members: &mut Members, scope: &mut Scope<'_>) {
    if members.get("type").and_then(Value::as_str) == Some("array")
        && !members.contains_key("items")
        && !members.contains_key("$ref")
        && !is_composed(members)
    {
        members.insert("items".to_owned(), json!({}));
        let at = scope.place_itself();
        scope
            .diagnostics
            .warning("missing-items", at, "the array doesn't say what its items are")
            .help("add `items`; as it is, anything is accepted");
    }
}

/// What has properties is an object, and what has items is an array.
fn infer_type(members: &mut Members, _: &mut Scope<'_>) {
    if members.contains_key("type")
        || members.contains_key("x-null")
        || is_composed(members)
        || members.contains_key("$ref")
    {
        return;
    }
    if members.contains_key("properties") || members.contains_key("additionalProperties") {
        members.insert("type".to_owned(), json!("object"));
    } else if members.contains_key("items") {
        members.insert("type".to_owned(), json!("array"));
    }
}

fn is_composed(members: &Members) -> bool {
    ["oneOf", "anyOf", "allOf", "not"].iter().any(|name| members.contains_key(*name))
}

/// Keywords of other types than the schema's say nothing.
fn drop_foreign(members: &mut Members, scope: &mut Scope<'_>) {
    let Some(own) = members.get("type").and_then(Value::as_str).map(str::to_owned) else { return };
    members.retain(|name, _| {
        let of: &[&str] = match name.as_str() {
            "pattern" | "minLength" | "maxLength" => &["string"],
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => &["integer", "number"],
            "items" | "minItems" | "maxItems" | "uniqueItems" | "x-prefixItems" => &["array"],
            "properties"
            | "additionalProperties"
            | "required"
            | "minProperties"
            | "maxProperties"
            | "x-patternProperties" => &["object"],
            "enum" => &["string", "integer", "number", "boolean"],
            _ => return true,
        };
        let is_kept = of.contains(&own.as_str());
        if !is_kept {
            let at = scope.place(name).at_key();
            let message = format!("`{name}` says nothing about {}; it is left out", article(&own));
            scope.diagnostics.warning("foreign-keyword", at, message);
        }
        is_kept
    });
}

// What OpenAPI 3.1 has and 3.0 has not.

/// `const: x` is an enum of one.
fn const_to_enum(members: &mut Members, scope: &mut Scope<'_>) {
    if let Some(value) = members.shift_remove("const") {
        let raw = pointer::join(&scope.here.raw, "const");
        scope.origins.record(&format!("{}/enum/0", scope.here.at), scope.here.file, &raw);
        members.insert("enum".to_owned(), Value::Array(vec![value]));
    }
}

/// `oneOf: [X, {type: null}]` is a nullable X.
fn take_null_from_union(members: &mut Members, scope: &mut Scope<'_>) {
    for name in ["oneOf", "anyOf"] {
        let Some(Value::Array(variants)) = members.get_mut(name) else { continue };
        if !variants.iter().any(is_null_schema) {
            continue;
        }
        let rest: Vec<usize> = variants
            .iter()
            .enumerate()
            .filter(|(_, variant)| !is_null_schema(variant))
            .map(|(index, _)| index)
            .collect();
        if rest.iter().enumerate().any(|(new, old)| new != *old) {
            for (new, old) in rest.iter().enumerate() {
                let at = format!("{}/{name}/{new}", scope.here.at);
                let raw = format!("{}/{name}/{old}", scope.here.raw);
                scope.origins.record(&at, scope.here.file, &raw);
            }
        }
        variants.retain(|variant| !is_null_schema(variant));
        if variants.is_empty() {
            members.shift_remove(name);
            members.insert("x-null".to_owned(), Value::Bool(true));
        }
        members.insert("nullable".to_owned(), Value::Bool(true));
    }
}

fn is_null_schema(schema: &Value) -> bool {
    let Value::Object(members) = schema else { return false };
    let is_null = match members.get("type") {
        Some(Value::String(name)) => name == "null",
        Some(Value::Array(names)) => matches!(names.as_slice(), [only] if only == "null"),
        Some(_) => false,
        None => {
            let lists = |name: &str| members.get(name).and_then(Value::as_array).filter(|list| !list.is_empty());
            members.get("const") == Some(&Value::Null)
                || lists("enum").is_some_and(|values| values.iter().all(Value::is_null))
                || ["oneOf", "anyOf"].into_iter().filter_map(lists).any(|list| list.iter().all(is_null_schema))
                || lists("allOf").is_some_and(|list| list.iter().any(is_null_schema))
        }
    };
    is_null && !members.contains_key("$ref")
}

/// `allOf: [X]` is X. With something beside it that says more about the place, it is still X; but a reference has to
/// stay in `allOf` then, because OpenAPI 3.0 allows nothing beside a `$ref`.
fn unwrap_single(members: &mut Members, scope: &mut Scope<'_>) {
    let has_discriminator = members.contains_key("discriminator");
    for name in ["allOf", "oneOf", "anyOf"] {
        let Some(value) = members.get_mut(name) else { continue };
        let Value::Array(variants) = value else {
            let found = value.clone();
            let at = scope.place(name);
            scope.diagnostics.error("wrong-type", at, format!("expected a list of schemas, found {}", kind(&found)));
            members.shift_remove(name);
            continue;
        };
        if variants.is_empty() {
            scope.warn("empty-union", name, format!("`{name}` lists no schema")).help("it is left out");
            members.shift_remove(name);
            continue;
        }
        if let [only] = variants.as_mut_slice() {
            spell_boolean(only);
        }
        let [Value::Object(only)] = variants.as_mut_slice() else { continue };
        if has_discriminator {
            continue;
        }
        // Null may have stood before it in the list.
        let first = format!("{}/{name}/0", scope.here.at);
        let index = match scope.origins.recorded(&first) {
            Some((_, raw)) => raw.rsplit('/').next().unwrap_or("0").to_owned(),
            None => "0".to_owned(),
        };
        let only = std::mem::take(only);
        match absorb(members, only, name) {
            Ok(()) => {
                scope.origins.forget(&first);
                scope.jump(&[name, &index]);
                return;
            }
            Err(only) => {
                // Whatever it was called, it is a list of one schema that has to hold.
                members.shift_remove(name);
                let list = Value::Array(vec![Value::Object(only)]);
                if name == "allOf" || !members.contains_key("allOf") {
                    let at = format!("{}/allOf/0", scope.here.at);
                    let raw = format!("{}/{name}/{index}", scope.here.raw);
                    scope.origins.record(&at, scope.here.file, &raw);
                    members.insert("allOf".to_owned(), list);
                } else if let Some(Value::Array(all)) = members.get_mut("allOf")
                    && let Value::Array(list) = list
                {
                    all.extend(list);
                }
            }
        }
    }
}

/// `true` is the schema that accepts anything, and `false` the one that accepts nothing.
fn spell_boolean(schema: &mut Value) {
    match schema {
        Value::Bool(true) => *schema = json!({}),
        Value::Bool(false) => *schema = json!({"not": {}}),
        _ => {}
    }
}

/// Keywords that say something about a place rather than about a type.
fn is_annotation(name: &str) -> bool {
    matches!(
        name,
        "title"
            | "description"
            | "default"
            | "example"
            | "examples"
            | "deprecated"
            | "readOnly"
            | "writeOnly"
            | "nullable"
            | "externalDocs"
            | "xml"
            | "$comment"
    ) || name.starts_with("x-")
}

/// Replaces the member `name` of a schema by what is in the one schema that it lists. Gives that schema back if both
/// say things about the type that would have to be told apart.
fn absorb(members: &mut Members, only: Members, name: &str) -> Result<(), Members> {
    let is_plain = members.keys().all(|key| key == name || is_annotation(key));
    // `type: object` beside the schema of an object says nothing new.
    let says_the_same = |key: &str, value: &Value| key == "type" && only.get("type") == Some(value);
    let is_repeated = members.iter().all(|(key, value)| key == name || is_annotation(key) || says_the_same(key, value));
    if !(is_plain || is_repeated) {
        return Err(only);
    }
    members.shift_remove(name);
    for (key, value) in only {
        members.entry(key).or_insert(value);
    }
    Ok(())
}

/// `type: [string, 'null']` is a nullable string, and `type: [string, integer]` one of two schemas.
fn split_types(members: &mut Members, scope: &mut Scope<'_>) {
    let mut names: Vec<String> = match members.get("type") {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(name)) if name == "null" => vec![name.clone()],
        _ => return,
    };
    members.shift_remove("type");
    let before = names.len();
    names.retain(|name| name != "null");
    if names.len() < before {
        members.insert("nullable".to_owned(), Value::Bool(true));
        if names.is_empty() {
            members.insert("x-null".to_owned(), Value::Bool(true));
            members.shift_remove("enum");
            return;
        }
    }
    names.dedup();
    if names.iter().any(|name| name == "number") {
        names.retain(|name| name != "integer");
    }
    if names.len() > 1 && (is_composed(members) || members.contains_key("$ref")) {
        // What the variants are, or what is referred to, says more than a list of types.
        return;
    }
    if let [only] = names.as_slice() {
        members.insert("type".to_owned(), only.as_str().into());
        return;
    }
    if names.is_empty() {
        return;
    }
    let variants = names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            scope.made_up(&["oneOf", &index.to_string()]);
            let mut variant = Members::new();
            variant.insert("type".to_owned(), name.as_str().into());
            for (keyword, value) in members.iter() {
                if belongs_to(keyword, name, value) {
                    variant.insert(keyword.clone(), value.clone());
                }
            }
            if let Some(Value::Array(values)) = variant.get_mut("enum") {
                let all = std::mem::take(values);
                for (old, value) in all.into_iter().enumerate().filter(|(_, value)| fits_type(value, name)) {
                    let (file, raw) = scope.origin_of_value(old);
                    let at = format!("{}/oneOf/{index}/enum/{}", scope.here.at, values.len());
                    scope.origins.record(&at, file, &raw);
                    values.push(value);
                }
                if values.is_empty() {
                    variant.shift_remove("enum");
                }
            }
            Value::Object(variant)
        })
        .collect();
    members.retain(|keyword, _| is_annotation(keyword));
    members.insert("oneOf".to_owned(), Value::Array(variants));
}

fn fits_type(value: &Value, name: &str) -> bool {
    match name {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        _ => value.is_array(),
    }
}

/// Whether a keyword says something about values of a type.
fn belongs_to(keyword: &str, name: &str, value: &Value) -> bool {
    match keyword {
        "pattern" | "minLength" | "maxLength" | "contentEncoding" | "contentMediaType" | "contentSchema" => {
            name == "string"
        }
        "format" => match value.as_str() {
            Some("int32" | "int64") => matches!(name, "integer" | "number"),
            Some("float" | "double") => name == "number",
            _ => name == "string",
        },
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
            matches!(name, "integer" | "number")
        }
        "items" | "prefixItems" | "minItems" | "maxItems" | "uniqueItems" => name == "array",
        "properties"
        | "additionalProperties"
        | "patternProperties"
        | "required"
        | "minProperties"
        | "maxProperties" => name == "object",
        "enum" => true,
        _ => false,
    }
}

/// Null among the values of an enum makes the schema nullable.
fn take_null_from_enum(members: &mut Members, _: &mut Scope<'_>) {
    let Some(Value::Array(values)) = members.get_mut("enum") else { return };
    let before = values.len();
    values.retain(|value| !value.is_null());
    if values.len() == before {
        return;
    }
    if values.is_empty() {
        members.shift_remove("enum");
        if !members.contains_key("type") {
            members.insert("x-null".to_owned(), Value::Bool(true));
        }
    }
    members.insert("nullable".to_owned(), Value::Bool(true));
}

/// `exclusiveMinimum: 5` is `minimum: 5` with `exclusiveMinimum: true`.
fn split_exclusive(members: &mut Members, scope: &mut Scope<'_>) {
    for (exclusive, inclusive, sign) in [("exclusiveMinimum", "minimum", 1.0), ("exclusiveMaximum", "maximum", -1.0)] {
        let Some(value) = members.get(exclusive) else { continue };
        let Value::Number(bound) = value else {
            if !value.is_boolean() {
                let found = kind(value);
                members.shift_remove(exclusive);
                scope.warn("wrong-bound", exclusive, format!("`{exclusive}` is {found}; it is left out"));
            }
            continue;
        };
        let bound = bound.clone();
        let is_implied = match (members.get(inclusive).and_then(Value::as_f64), bound.as_f64()) {
            (Some(other), Some(bound)) => sign * other > sign * bound,
            _ => false,
        };
        if is_implied {
            members.shift_remove(exclusive);
        } else {
            members.insert(inclusive.to_owned(), Value::Number(bound));
            members.insert(exclusive.to_owned(), Value::Bool(true));
        }
    }
}

/// The first of the `examples` is the `example`.
fn examples_to_example(members: &mut Members, _: &mut Scope<'_>) {
    let Some(examples) = members.shift_remove("examples") else { return };
    let first = match &examples {
        Value::Array(items) => items.first().cloned(),
        Value::Object(named) => {
            named.values().next().map(|first| first.get("value").cloned().unwrap_or_else(|| first.clone()))
        }
        other => Some(other.clone()),
    };
    if let Some(first) = first {
        members.entry("example").or_insert(first);
    }
    members.insert("x-examples".to_owned(), examples);
}

/// Text that stands for bytes has a format for it.
fn content_to_format(members: &mut Members, scope: &mut Scope<'_>) {
    let encoding = members.shift_remove("contentEncoding");
    let media_type = members.shift_remove("contentMediaType");
    let schema = members.shift_remove("contentSchema");
    if schema.is_some() {
        let message = "the text is left as it is: what `contentSchema` says of its content gets no type";
        scope.diagnostics.note("untyped-content", scope.place("contentSchema").at_key(), message);
    }
    let media_type_text = media_type.as_ref().and_then(Value::as_str);
    let format = match encoding.as_ref().and_then(Value::as_str).map(str::to_ascii_lowercase).as_deref() {
        Some("base64" | "base64url") => Some("byte"),
        Some("binary") => Some("binary"),
        Some(_) => None,
        None => media_type_text
            .filter(|media_type| {
                !media_type.starts_with("text/") && !media_type.contains("json") && !media_type.contains("xml")
            })
            .map(|_| "binary"),
    };
    if let Some(format) = format {
        if !members.contains_key("type") && !is_composed(members) {
            members.insert("type".to_owned(), json!("string"));
        }
        members.entry("format").or_insert_with(|| json!(format));
    }
    for (name, value) in
        [("x-contentEncoding", encoding), ("x-contentMediaType", media_type), ("x-contentSchema", schema)]
    {
        if let Some(value) = value {
            members.insert(name.to_owned(), value);
        }
    }
}

/// A tuple is a list of whatever its places hold.
fn prefix_items_to_items(members: &mut Members, scope: &mut Scope<'_>) {
    // Before `prefixItems` there was a list under `items`.
    if members.get("items").is_some_and(Value::is_array)
        && let Some(items) = members.shift_remove("items")
    {
        let raw = pointer::join(&scope.here.raw, "items");
        scope.origins.record(&format!("{}/x-prefixItems", scope.here.at), scope.here.file, &raw);
        members.insert("prefixItems".to_owned(), items);
        if let Some(rest) = members.shift_remove("additionalItems") {
            members.insert("items".to_owned(), rest);
        }
    }
    let Some(prefix) = members.shift_remove("prefixItems") else { return };
    let raw = match scope.origins.recorded(&format!("{}/x-prefixItems", scope.here.at)) {
        Some((_, raw)) => raw.clone(),
        None => pointer::join(&scope.here.raw, "prefixItems"),
    };
    scope.origins.record(&format!("{}/x-prefixItems", scope.here.at), scope.here.file, &raw);
    let Value::Array(places) = &prefix else {
        scope.warn("wrong-type", "prefixItems", "`prefixItems` is no list of schemas; it is left out");
        return;
    };
    let mut kinds = Kinds::default();
    for (index, place) in places.iter().enumerate() {
        kinds.add(place, Some(format!("{raw}/{index}")));
    }
    if let Some(rest) = members.get("items").filter(|rest| **rest != Value::Bool(false)) {
        kinds.add(rest, None);
    }
    if kinds.several() && !scope.is_untyped() {
        let at = scope.origins.written(scope.here.file, &raw).at_key();
        scope
            .diagnostics
            .warning("unsupported-tuple", at, "the items of this list depend on their place")
            .help("as it is, every item may be any of them; name them as members of an object");
    }
    let items = kinds.into_schema("items", scope);
    members.insert("items".to_owned(), items.unwrap_or_else(|| json!({})));
    members.insert("x-prefixItems".to_owned(), prefix);
    members.entry("type").or_insert_with(|| json!("array"));
}

/// Properties whose names follow a pattern are additional properties.
fn pattern_properties_to_additional(members: &mut Members, scope: &mut Scope<'_>) {
    let Some(patterns) = members.shift_remove("patternProperties") else { return };
    let Value::Object(by_pattern) = &patterns else {
        scope.warn("wrong-type", "patternProperties", "`patternProperties` is no mapping of schemas; it is left out");
        return;
    };
    let raw = pointer::join(&scope.here.raw, "patternProperties");
    let mut kinds = Kinds::default();
    for (pattern, schema) in by_pattern {
        kinds.add(schema, Some(pointer::join(&raw, pattern)));
    }
    match members.get("additionalProperties") {
        None if members
            .get("properties")
            .is_some_and(|named| named.as_object().is_some_and(|named| !named.is_empty())) =>
        {
            // Members that no pattern covers may be anything, and a later version of the API has more of them.
            kinds.add(&Value::Bool(true), None);
        }
        None | Some(Value::Bool(false)) => {}
        Some(rest) => kinds.add(rest, None),
    }
    if kinds.several() && !scope.is_untyped() {
        scope
            .warn("unsupported-pattern", "patternProperties", "the type of a member depends on its name")
            .help("as it is, every member without a name of its own may be any of them");
    }
    if let Some(schema) = kinds.into_schema("additionalProperties", scope) {
        members.insert("additionalProperties".to_owned(), schema);
    }
    scope.origins.record(&format!("{}/x-patternProperties", scope.here.at), scope.here.file, &raw);
    members.insert("x-patternProperties".to_owned(), patterns);
    if !members.contains_key("type") && !is_composed(members) {
        members.insert("type".to_owned(), json!("object"));
    }
}

/// The different schemas that the parts of a list or an object may have.
#[derive(Default)]
struct Kinds {
    /// Each with the place where it is written, if that is not where it will stand.
    schemas: Vec<(Value, Option<String>)>,
}

impl Kinds {
    fn add(&mut self, schema: &Value, raw: Option<String>) {
        if !self.schemas.iter().any(|(known, _)| known == schema) {
            self.schemas.push((schema.clone(), raw));
        }
    }

    fn several(&self) -> bool {
        self.schemas.len() > 1
    }

    /// One schema for all of them, to stand in the member `name`.
    fn into_schema(mut self, name: &str, scope: &mut Scope<'_>) -> Option<Value> {
        let free = |schema: &Value| *schema == Value::Bool(true) || schema.as_object().is_some_and(Members::is_empty);
        if self.schemas.iter().any(|(schema, _)| free(schema)) {
            return Some(Value::Bool(true));
        }
        let record = |scope: &mut Scope<'_>, path: &str, raw: Option<String>| {
            if let Some(raw) = raw {
                scope.origins.record(&format!("{}/{path}", scope.here.at), scope.here.file, &raw);
            }
        };
        if self.schemas.len() < 2 {
            let (schema, raw) = self.schemas.pop()?;
            record(scope, name, raw);
            return Some(schema);
        }
        scope.made_up(&[name]);
        let mut all = Vec::with_capacity(self.schemas.len());
        for (index, (schema, raw)) in self.schemas.into_iter().enumerate() {
            let raw = raw.unwrap_or_else(|| pointer::join(&scope.here.raw, name));
            record(scope, &format!("{name}/anyOf/{index}"), Some(raw));
            all.push(schema);
        }
        Some(json!({"anyOf": all}))
    }
}

/// What is not allowed can only be checked. Where a schema says nothing else, that is worth a word.
fn report_not(members: &mut Members, scope: &mut Scope<'_>) {
    let forbids_all = matches!(members.get("not"), Some(Value::Bool(true)))
        || members.get("not").and_then(Value::as_object).is_some_and(Members::is_empty);
    if !forbids_all && members.keys().all(|name| name == "not" || is_annotation(name)) && !scope.is_untyped() {
        scope
            .warn("unsupported-not", "not", "the schema only says what its values are not; any value is accepted")
            .help("say what they are, by `type`");
    }
}

/// Integers that an `i64` doesn't hold are unsigned where that is enough, and numbers where it is not.
fn widen_integers(members: &mut Members, scope: &mut Scope<'_>) {
    if members.get("type").and_then(Value::as_str) != Some("integer") || members.contains_key("format") {
        return;
    }
    let values = members.get("enum").and_then(Value::as_array).into_iter().flatten();
    let bounds = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
    let numbers: Vec<&Number> =
        bounds.iter().filter_map(|name| members.get(*name)).chain(values).filter_map(Value::as_number).collect();
    let Some(far) = numbers.iter().find(|number| !fits_i64(number)) else { return };
    let floor = members.get("minimum").or(members.get("exclusiveMinimum"));
    let is_positive = |number: &Number| number.as_f64().is_some_and(|value| value >= 0.0);
    let from_zero = match floor {
        Some(floor) => floor.as_number().is_some_and(is_positive),
        None => members.contains_key("enum") && numbers.iter().all(|number| is_positive(number)),
    };
    if from_zero && numbers.iter().all(|number| number.is_u64() || fits_i64(number)) {
        members.insert("format".to_owned(), json!("uint64"));
        return;
    }
    let message = format!("{far} does not fit into 64 bits; the values arrive as floating-point numbers");
    let at = scope.place_itself();
    scope
        .diagnostics
        .warning("integer-range", at, message)
        .help("if they do fit, say so by `format: int64` or `format: uint64`");
    members.insert("type".to_owned(), json!("number"));
}

fn fits_i64(number: &Number) -> bool {
    // 2^63 is the first number beyond, and exact as a float.
    number.is_i64()
        || (!number.is_u64() && number.as_f64().is_some_and(|float| float.abs() < 9_223_372_036_854_775_808.0))
}

/// Conditions only check values. They are missed where they say something about the type.
fn drop_conditions(members: &mut Members, scope: &mut Scope<'_>) {
    if let Some(rest) = members.shift_remove("unevaluatedProperties")
        && rest.is_object()
        && !members.contains_key("additionalProperties")
        && !members.contains_key("$ref")
    {
        let raw = pointer::join(&scope.here.raw, "unevaluatedProperties");
        scope.origins.record(&format!("{}/additionalProperties", scope.here.at), scope.here.file, &raw);
        members.insert("additionalProperties".to_owned(), rest);
    }
    for name in ["if", "then", "else", "dependentSchemas", "dependencies"] {
        let Some(value) = members.shift_remove(name) else { continue };
        let adds_properties = match name {
            "if" => false,
            "then" | "else" => adds_properties(&value, members),
            _ => value.as_object().is_some_and(|all| all.values().any(|value| adds_properties(value, members))),
        };
        if adds_properties {
            scope
                .warn(
                    "conditional-schema",
                    name,
                    format!("`{name}` gives properties that depend on a condition; it is left out"),
                )
                .help("list them under `properties` as well, so that they are known");
        }
    }
    for name in ["$dynamicRef", "$recursiveRef"] {
        if members.shift_remove(name).is_some() {
            scope
                .warn("dynamic-ref", name, format!("`{name}` is not understood; anything is accepted"))
                .help("use `$ref`");
        }
    }
    members.retain(|name, _| {
        !matches!(
            name.as_str(),
            "$schema"
                | "$id"
                | "id"
                | "$anchor"
                | "$comment"
                | "$vocabulary"
                | "$dynamicAnchor"
                | "$recursiveAnchor"
                | "$defs"
                | "definitions"
                | "unevaluatedItems"
                | "dependentRequired"
                | "contains"
                | "minContains"
                | "maxContains"
                | "propertyNames"
                | "additionalItems"
        )
    });
}

fn adds_properties(condition: &Value, members: &Members) -> bool {
    let known = members.get("properties").and_then(Value::as_object);
    condition
        .get("properties")
        .and_then(Value::as_object)
        .is_some_and(|added| added.keys().any(|name| known.is_none_or(|known| !known.contains_key(name))))
}

impl Bundler<'_> {
    /// A Schema Object, and all that is inside of it.
    pub(super) fn schema(&mut self, value: &mut Value, here: &mut Here, top: Top) {
        if top == Top::No && !self.interior.is_empty() {
            let place = (here.file, here.raw.clone());
            if self.interior.contains(&place) {
                let mut text = "#".to_owned();
                text.push_str(&here.raw);
                // What is referred to from elsewhere is a component, and here too a reference to it.
                *value = self.interior_reference(&text, here);
                return;
            }
        }
        spell_boolean(value);
        let before = (here.raw.len(), here.at.len());
        let Some(members) = self.object(value, here, "a schema") else { return };
        let mut scope =
            Scope { here, sources: self.documents.sources, origins: &mut self.origins, diagnostics: self.diagnostics };
        let present = apply_rules(members, &mut scope);
        if present & keyword::REF != 0 {
            self.schema_reference(members, here);
        }
        if present & !(keyword::TYPE | keyword::ENUM | keyword::OTHER | keyword::REF | keyword::TYPED) != 0 {
            self.inner_schemas(members, here);
        }
        if members.len() > 1
            && let Some(reference) = members.shift_remove("$ref")
        {
            let mut all = match members.shift_remove("allOf") {
                Some(Value::Array(all)) => all,
                _ => Vec::new(),
            };
            let at = format!("{}/allOf/{}", here.at, all.len());
            self.origins.record(&at, here.file, &here.raw);
            all.push(json!({"$ref": reference}));
            members.insert("allOf".to_owned(), Value::Array(all));
        }
        here.leave(before);
    }

    fn interior_reference(&mut self, text: &str, here: &Here) -> Value {
        // The pointer is not in the form of a URI; only its percent signs would be misread.
        let text = text.replace('%', "%25");
        match self.reference(Section::Schemas, &text, here, "") {
            Some(reference) => json!({"$ref": reference}),
            None => json!({}),
        }
    }

    fn schema_reference(&mut self, members: &mut Members, here: &Here) {
        let reference = match members.get("$ref") {
            Some(Value::String(text)) => {
                let text = text.clone();
                self.reference(Section::Schemas, &text, here, "$ref")
            }
            Some(other) => {
                let found = other.clone();
                let at = self.place_of(here, "$ref");
                self.wrong_type(at, &found, "text such as `#/components/schemas/..`");
                None
            }
            None => return,
        };
        match reference {
            Some(reference) => members.insert("$ref".to_owned(), reference.into()),
            None => members.shift_remove("$ref"),
        };
    }

    fn inner_schemas(&mut self, members: &mut Members, here: &mut Here) {
        let implied = implied_mapping(members);
        for (name, value) in members.iter_mut() {
            match name.as_str() {
                "properties" | "x-patternProperties" => {
                    let mark = self.step(here, name);
                    if let Value::Object(properties) = value {
                        for (property, schema) in properties.iter_mut() {
                            let mark = here.enter(property);
                            self.schema(schema, here, Top::No);
                            here.leave(mark);
                        }
                    } else {
                        let found = value.take();
                        let at = self.place(here);
                        self.wrong_type(at, &found, "a mapping from names to schemas");
                        *value = json!({});
                    }
                    here.restore(mark);
                }
                "items" | "additionalProperties" | "not" => {
                    if name == "additionalProperties" && value.is_boolean() {
                        continue;
                    }
                    let mark = self.step(here, name);
                    self.schema(value, here, Top::No);
                    here.restore(mark);
                }
                "allOf" | "oneOf" | "anyOf" | "x-prefixItems" => {
                    let mark = self.step(here, name);
                    if let Value::Array(schemas) = value {
                        for (index, schema) in schemas.iter_mut().enumerate() {
                            let parent = here.raw.len().saturating_sub(name.len() + 1);
                            let inner = self.step(here, &index.to_string());
                            // What a rule made up is written where the schema around it is, and is not that.
                            let top = if here.raw.len() <= parent { Top::Yes } else { Top::No };
                            self.schema(schema, here, top);
                            here.restore(inner);
                        }
                    } else {
                        let found = value.take();
                        let at = self.place(here);
                        self.wrong_type(at, &found, "a list of schemas");
                        *value = json!([]);
                    }
                    here.restore(mark);
                }
                _ => {}
            }
        }
        if let Some(discriminator) = members.get("discriminator")
            && !discriminator.is_object()
        {
            let found = discriminator.clone();
            let at = self.place_of(here, "discriminator");
            self.wrong_type(at, &found, "a mapping with `propertyName`");
            members.shift_remove("discriminator");
        }
        if let Some(Value::Object(discriminator)) = members.get_mut("discriminator")
            && let Some(Value::Object(mapping)) = discriminator.get_mut("mapping")
        {
            let mark = here.enter("discriminator");
            let inner = here.enter("mapping");
            self.mapping(mapping, here);
            here.leave(inner);
            here.leave(mark);
        }
        spell_mapping(members, implied);
    }

    /// The schemas that a discriminator's values stand for, given by reference or by name.
    fn mapping(&mut self, mapping: &mut Members, here: &Here) {
        mapping.retain(|name, target| {
            let Value::String(text) = target else {
                let found = target.clone();
                let at = self.place_of(here, name);
                self.wrong_type(at, &found, "the name of a schema");
                return false;
            };
            let text = if is_schema_name(text, self.documents.value(here.file)) {
                let mut reference = "#/components/schemas".to_owned();
                pointer::push(&mut reference, &text.replace('%', "%25"));
                reference
            } else {
                text.clone()
            };
            match self.reference(Section::Schemas, &text, here, name) {
                Some(reference) => {
                    *target = reference.into();
                    true
                }
                None => false,
            }
        });
    }

    /// Steps down to a member that may have been written somewhere else.
    fn step(&mut self, here: &mut Here, segment: &str) -> Mark {
        let at = here.at.len();
        pointer::push(&mut here.at, segment);
        match self.origins.recorded(&here.at) {
            Some((file, raw)) if *file == here.file => {
                let raw = std::mem::replace(&mut here.raw, raw.clone());
                Mark { at, raw: Err(raw) }
            }
            _ => {
                let length = here.raw.len();
                pointer::push(&mut here.raw, segment);
                Mark { at, raw: Ok(length) }
            }
        }
    }
}

/// Where a union has a discriminator, the names that stand for its schemas unless the mapping says otherwise: the last
/// part of each reference, by the list and the index that it is found at.
fn implied_mapping(members: &Members) -> Vec<(&'static str, usize, String)> {
    if !members.contains_key("discriminator") {
        return Vec::new();
    }
    let mut implied = Vec::new();
    for list in ["oneOf", "anyOf"] {
        for (index, variant) in members.get(list).and_then(Value::as_array).into_iter().flatten().enumerate() {
            let reference = variant.get("$ref").and_then(Value::as_str);
            if let Some(last) = reference.and_then(|text| text.rsplit(['/', '#']).next()) {
                implied.push((list, index, pointer::unescape(last).into_owned()));
            }
        }
    }
    implied
}

/// A schema that got another name on the way still stands for the value that its old name was.
fn spell_mapping(members: &mut Members, implied: Vec<(&'static str, usize, String)>) {
    for (list, index, name) in implied {
        let target =
            members.get(list).and_then(|variants| variants.get(index)?.get("$ref")?.as_str()).map(str::to_owned);
        let Some(target) = target else { continue };
        let is_same = component_of(&target).is_some_and(|(_, now)| now == name);
        let Some(Value::Object(discriminator)) = members.get_mut("discriminator") else { return };
        let is_mapped = match discriminator.get("mapping") {
            Some(Value::Object(mapping)) => mapping.values().any(|known| *known == target),
            _ => false,
        };
        if !is_same
            && !is_mapped
            && let Value::Object(mapping) = discriminator.entry("mapping").or_insert_with(|| json!({}))
        {
            mapping.entry(name).or_insert_with(|| target.into());
        }
    }
}

/// What [`Here`] was before a step that may have led somewhere else.
struct Mark {
    at: usize,
    raw: Result<usize, String>,
}

impl Here {
    fn restore(&mut self, mark: Mark) {
        self.at.truncate(mark.at);
        match mark.raw {
            Ok(length) => self.raw.truncate(length),
            Err(raw) => self.raw = raw,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs one rule, and gives the schema back with the warnings.
    fn run(apply: fn(&mut Members, &mut Scope<'_>), dialect: Dialect, schema: &Value) -> (Value, Vec<String>) {
        let mut diagnostics = Diagnostics::new();
        let sources = Sources::from_texts(&[("a.json", &schema.to_string())], &mut diagnostics);
        let file = sources.roots()[0];
        let mut here = Here { file, dialect, raw: String::new(), at: "/x".to_owned() };
        let mut origins = Origins::new(file, super::super::patch::Overrides::default());
        let mut members = schema.as_object().unwrap().clone();
        let mut scope =
            Scope { here: &mut here, sources: &sources, origins: &mut origins, diagnostics: &mut diagnostics };
        apply(&mut members, &mut scope);
        let messages = diagnostics.iter().map(|problem| problem.message.clone()).collect();
        (Value::Object(members), messages)
    }

    /// Checks a rule that says nothing.
    fn silently(apply: fn(&mut Members, &mut Scope<'_>), cases: impl IntoIterator<Item = (Value, Value)>) {
        for (before, after) in cases {
            let (found, messages) = run(apply, Dialect::V31, &before);
            assert_eq!(found, after, "{before}");
            assert_eq!(messages, [""; 0], "{before}");
        }
    }

    /// Checks a rule that says what it does.
    fn loudly<'m>(apply: fn(&mut Members, &mut Scope<'_>), cases: impl IntoIterator<Item = (Value, Value, &'m str)>) {
        for (before, after, message) in cases {
            let (found, messages) = run(apply, Dialect::V31, &before);
            assert_eq!(found, after, "{before}");
            assert!(messages.iter().any(|found| found.contains(message)), "{before}: {messages:?}");
        }
    }

    #[test]
    fn null_keywords_are_dropped() {
        loudly(
            drop_nulls,
            [(
                json!({"description": null, "default": null, "example": null, "x-a": null, "required": null}),
                json!({"default": null, "example": null, "x-a": null}),
                "`description` has no value",
            )],
        );
    }

    #[test]
    fn quotes_are_taken_off() {
        loudly(
            unquote,
            [
                (json!({"deprecated": "true"}), json!({"deprecated": true}), "is the text \"true\""),
                (json!({"minLength": "5"}), json!({"minLength": 5}), "`minLength` is the text"),
                (json!({"maximum": "many"}), json!({}), "`maximum` is the text"),
            ],
        );
    }

    #[test]
    fn unknown_keywords_are_reported() {
        loudly(report_unknown, [(json!({"requird": ["a"], "type": "object"}), json!({"type": "object"}), "`requird`")]);
        silently(report_unknown, [(json!({"x-a": 1, "$id": "b"}), json!({"x-a": 1, "$id": "b"}))]);
    }

    #[test]
    fn siblings_of_references_are_dropped_in_3_0() {
        let schema = json!({"$ref": "#/a", "type": "string", "description": "d", "nullable": true});
        let (found, _) = run(drop_siblings, Dialect::V30, &schema);
        assert_eq!(found, json!({"$ref": "#/a", "description": "d", "nullable": true}));
        silently(drop_siblings, [(schema.clone(), schema)]);
    }

    #[test]
    fn required_is_a_list_of_names() {
        loudly(
            list_required,
            [
                (json!({"required": "a"}), json!({"required": ["a"]}), "is a name"),
                (json!({"required": true}), json!({}), "is true or false"),
                (json!({"required": ["a", "a", 1]}), json!({"required": ["a"]}), "twice"),
                (json!({"required": 1}), json!({}), "is a number"),
            ],
        );
    }

    #[test]
    fn discriminators_are_spelled_out() {
        loudly(
            spell_discriminator,
            [(json!({"discriminator": "k"}), json!({"discriminator": {"propertyName": "k"}}), "Swagger 2.0")],
        );
    }

    #[test]
    fn types_that_do_not_exist_accept_anything() {
        loudly(
            name_types,
            [
                (json!({"type": "String"}), json!({"type": "string"}), "is written `String`"),
                (json!({"type": "any"}), json!({}), "there is no type `any`"),
                (json!({"type": "file"}), json!({"type": "string", "format": "binary"}), "there is no type `file`"),
                (json!({"type": ["string", "uuid"]}), json!({}), "there is no type `uuid`"),
                (json!({"type": 5}), json!({}), "the type is a number"),
            ],
        );
    }

    #[test]
    fn const_is_an_enum_of_one() {
        silently(
            const_to_enum,
            [
                (json!({"const": "a"}), json!({"enum": ["a"]})),
                (json!({"const": null}), json!({"enum": [null]})),
                (json!({"properties": {"const": {}}}), json!({"properties": {"const": {}}})),
            ],
        );
    }

    #[test]
    fn null_leaves_unions() {
        silently(
            take_null_from_union,
            [
                (
                    json!({"anyOf": [{"type": "string"}, {"type": "null"}]}),
                    json!({"anyOf": [{"type": "string"}], "nullable": true}),
                ),
                (
                    json!({"oneOf": [{"const": null}, {"$ref": "#/a"}]}),
                    json!({"oneOf": [{"$ref": "#/a"}], "nullable": true}),
                ),
                (json!({"oneOf": [{"enum": [null]}]}), json!({"x-null": true, "nullable": true})),
                (
                    json!({"oneOf": [{"type": "string"}, {"anyOf": [{"allOf": [{"type": "null"}]}]}]}),
                    json!({"oneOf": [{"type": "string"}], "nullable": true}),
                ),
                (json!({"oneOf": [{"type": "string"}]}), json!({"oneOf": [{"type": "string"}]})),
            ],
        );
    }

    #[test]
    fn single_schemas_are_unwrapped() {
        silently(
            unwrap_single,
            [
                (json!({"allOf": [{"type": "string"}]}), json!({"type": "string"})),
                (json!({"oneOf": [{"$ref": "#/a"}]}), json!({"$ref": "#/a"})),
                (
                    json!({"description": "mine", "anyOf": [{"description": "theirs", "type": "string"}], "nullable": true}),
                    json!({"description": "mine", "type": "string", "nullable": true}),
                ),
                (
                    json!({"type": "object", "oneOf": [{"type": "object", "properties": {}}]}),
                    json!({"type": "object", "properties": {}}),
                ),
                (
                    json!({"properties": {"a": {}}, "oneOf": [{"$ref": "#/a"}]}),
                    json!({"properties": {"a": {}}, "allOf": [{"$ref": "#/a"}]}),
                ),
                (
                    json!({"discriminator": {"propertyName": "k"}, "oneOf": [{"$ref": "#/a"}]}),
                    json!({"discriminator": {"propertyName": "k"}, "oneOf": [{"$ref": "#/a"}]}),
                ),
                (json!({"allOf": [{"a": 1}, {"b": 1}]}), json!({"allOf": [{"a": 1}, {"b": 1}]})),
            ],
        );
        loudly(unwrap_single, [(json!({"oneOf": []}), json!({}), "lists no schema")]);
    }

    #[test]
    fn type_lists_are_split() {
        silently(
            split_types,
            [
                (json!({"type": ["string", "null"]}), json!({"nullable": true, "type": "string"})),
                (json!({"type": ["string"]}), json!({"type": "string"})),
                (json!({"type": "null"}), json!({"nullable": true, "x-null": true})),
                (json!({"type": ["null"]}), json!({"nullable": true, "x-null": true})),
                (json!({"type": ["integer", "number"]}), json!({"type": "number"})),
                (
                    json!({"type": ["string", "integer", "null"], "description": "d", "minimum": 1, "pattern": "p", "enum": ["a", 1]}),
                    json!({"description": "d", "nullable": true, "oneOf": [
                        {"type": "string", "pattern": "p", "enum": ["a"]},
                        {"type": "integer", "minimum": 1, "enum": [1]},
                    ]}),
                ),
                (
                    json!({"type": ["string", "array"], "items": {"type": "string"}}),
                    json!({"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
                ),
                (json!({"type": ["object", "string"], "anyOf": [{}, {}]}), json!({"anyOf": [{}, {}]})),
            ],
        );
    }

    #[test]
    fn enum_beside_array_belongs_to_the_items() {
        loudly(
            move_enum_to_items,
            [(
                json!({"type": "array", "items": {"type": "string"}, "enum": ["a"]}),
                json!({"type": "array", "items": {"type": "string", "enum": ["a"]}}),
                "beside them",
            )],
        );
    }

    #[test]
    fn null_leaves_enums() {
        silently(
            take_null_from_enum,
            [
                (
                    json!({"type": "string", "enum": ["a", null]}),
                    json!({"type": "string", "enum": ["a"], "nullable": true}),
                ),
                (json!({"enum": [null]}), json!({"x-null": true, "nullable": true})),
                (json!({"enum": ["a"]}), json!({"enum": ["a"]})),
            ],
        );
    }

    #[test]
    fn enums_fit_their_type() {
        silently(
            fit_enum_to_type,
            [
                (json!({"enum": ["a", "b"]}), json!({"enum": ["a", "b"], "type": "string"})),
                (json!({"enum": [1, 2]}), json!({"enum": [1, 2], "type": "integer"})),
                (
                    json!({"description": "d", "enum": [1, "a", null]}),
                    json!({"description": "d", "nullable": true, "oneOf": [
                        {"type": "integer", "enum": [1]}, {"type": "string", "enum": ["a"]},
                    ]}),
                ),
                (json!({"enum": [1, 1.5]}), json!({"enum": [1, 1.5], "type": "number"})),
            ],
        );
        loudly(
            fit_enum_to_type,
            [
                (
                    json!({"type": "string", "enum": ["a", 1, true]}),
                    json!({"type": "string", "enum": ["a", "1", "true"]}),
                    "the value 1 of the enum",
                ),
                (
                    json!({"type": "integer", "enum": [1, "2", "x"]}),
                    json!({"type": "integer", "enum": [1, 2]}),
                    "the value \"2\"",
                ),
                (json!({"type": "string", "enum": ["a", "a"]}), json!({"type": "string", "enum": ["a"]}), "twice"),
                (json!({"enum": "a"}), json!({}), "`enum` is text"),
                (json!({"enum": [{"a": 1}]}), json!({"enum": [{"a": 1}]}), "lists or objects"),
            ],
        );
    }

    #[test]
    fn exclusive_bounds_are_split() {
        silently(
            split_exclusive,
            [
                (json!({"exclusiveMinimum": 5}), json!({"exclusiveMinimum": true, "minimum": 5})),
                (json!({"exclusiveMaximum": 5, "maximum": 3}), json!({"maximum": 3})),
                (json!({"exclusiveMinimum": 5, "minimum": 5}), json!({"exclusiveMinimum": true, "minimum": 5})),
                (json!({"exclusiveMinimum": true, "minimum": 5}), json!({"exclusiveMinimum": true, "minimum": 5})),
            ],
        );
    }

    #[test]
    fn the_first_example_counts() {
        silently(
            examples_to_example,
            [
                (json!({"examples": ["a", "b"]}), json!({"example": "a", "x-examples": ["a", "b"]})),
                (json!({"examples": ["a"], "example": "b"}), json!({"example": "b", "x-examples": ["a"]})),
                (json!({"examples": {"n": {"value": 1}}}), json!({"example": 1, "x-examples": {"n": {"value": 1}}})),
            ],
        );
    }

    #[test]
    fn encoded_content_has_a_format() {
        silently(
            content_to_format,
            [
                (
                    json!({"type": "string", "contentEncoding": "base64"}),
                    json!({"type": "string", "format": "byte", "x-contentEncoding": "base64"}),
                ),
                (
                    json!({"contentMediaType": "application/octet-stream"}),
                    json!({"type": "string", "format": "binary", "x-contentMediaType": "application/octet-stream"}),
                ),
                (
                    json!({"type": "string", "contentMediaType": "application/json"}),
                    json!({"type": "string", "x-contentMediaType": "application/json"}),
                ),
            ],
        );
    }

    #[test]
    fn tuples_are_lists() {
        silently(
            prefix_items_to_items,
            [
                (
                    json!({"type": "array", "prefixItems": [{"a": 1}, {"a": 1}]}),
                    json!({"type": "array", "items": {"a": 1}, "x-prefixItems": [{"a": 1}, {"a": 1}]}),
                ),
                (
                    json!({"items": [{"a": 1}]}),
                    json!({"items": {"a": 1}, "x-prefixItems": [{"a": 1}], "type": "array"}),
                ),
                (json!({"prefixItems": []}), json!({"items": {}, "x-prefixItems": [], "type": "array"})),
            ],
        );
        loudly(
            prefix_items_to_items,
            [
                (
                    json!({"prefixItems": [{"a": 1}, {"b": 1}], "items": false}),
                    json!({"items": {"anyOf": [{"a": 1}, {"b": 1}]}, "x-prefixItems": [{"a": 1}, {"b": 1}], "type": "array"}),
                    "depend on their place",
                ),
                (
                    json!({"prefixItems": [{"a": 1}], "items": {}}),
                    json!({"items": true, "x-prefixItems": [{"a": 1}], "type": "array"}),
                    "depend on their place",
                ),
            ],
        );
    }

    #[test]
    fn pattern_properties_are_additional() {
        silently(
            pattern_properties_to_additional,
            [(
                json!({"patternProperties": {"^a": {"b": 1}}}),
                json!({"additionalProperties": {"b": 1}, "x-patternProperties": {"^a": {"b": 1}}, "type": "object"}),
            )],
        );
        let two = json!({"^a": {"b": 1}, "^b": {"b": 2}});
        loudly(
            pattern_properties_to_additional,
            [
                (
                    json!({"type": "object", "patternProperties": two, "additionalProperties": false}),
                    json!({"type": "object", "additionalProperties": {"anyOf": [{"b": 1}, {"b": 2}]}, "x-patternProperties": two}),
                    "depends on its name",
                ),
                (
                    json!({"properties": {"c": {}}, "patternProperties": {"^a": {"b": 1}}}),
                    json!({"properties": {"c": {}}, "additionalProperties": true, "x-patternProperties": {"^a": {"b": 1}}, "type": "object"}),
                    "depends on its name",
                ),
            ],
        );
    }

    #[test]
    fn integers_are_as_wide_as_they_must_be() {
        let max = u64::MAX;
        silently(
            widen_integers,
            [
                (json!({"type": "integer", "minimum": 0}), json!({"type": "integer", "minimum": 0})),
                (
                    json!({"type": "integer", "minimum": 0, "maximum": max}),
                    json!({"type": "integer", "minimum": 0, "maximum": max, "format": "uint64"}),
                ),
                (
                    json!({"type": "integer", "enum": [1, max]}),
                    json!({"type": "integer", "enum": [1, max], "format": "uint64"}),
                ),
                (
                    json!({"type": "integer", "format": "int64", "maximum": 1e300}),
                    json!({"type": "integer", "format": "int64", "maximum": 1e300}),
                ),
            ],
        );
        loudly(
            widen_integers,
            [
                (
                    json!({"type": "integer", "minimum": -1, "maximum": max}),
                    json!({"type": "number", "minimum": -1, "maximum": max}),
                    "does not fit into 64 bits",
                ),
                (
                    json!({"type": "integer", "enum": [-1, max]}),
                    json!({"type": "number", "enum": [-1, max]}),
                    "64 bits",
                ),
            ],
        );
    }

    #[test]
    fn what_is_only_forbidden_is_reported() {
        silently(
            report_not,
            [
                (json!({"not": {}}), json!({"not": {}})),
                (json!({"type": "string", "not": {"enum": ["a"]}}), json!({"type": "string", "not": {"enum": ["a"]}})),
            ],
        );
        let only = json!({"description": "d", "not": {"type": "string"}});
        loudly(report_not, [(only.clone(), only, "any value is accepted")]);
    }

    #[test]
    fn conditions_are_dropped() {
        silently(
            drop_conditions,
            [
                (
                    json!({"type": "string", "$comment": "c", "contains": {}, "if": {}, "then": {"minLength": 1}}),
                    json!({"type": "string"}),
                ),
                (json!({"unevaluatedProperties": {"a": 1}}), json!({"additionalProperties": {"a": 1}})),
                (json!({"unevaluatedProperties": false, "$defs": {}}), json!({})),
                (json!({"properties": {"a": {}}, "then": {"properties": {"a": {}}}}), json!({"properties": {"a": {}}})),
            ],
        );
        loudly(
            drop_conditions,
            [
                (json!({"then": {"properties": {"a": {}}}}), json!({}), "depend on a condition"),
                (json!({"$dynamicRef": "#a"}), json!({}), "is not understood"),
            ],
        );
    }

    #[test]
    fn types_are_inferred() {
        silently(
            infer_type,
            [
                (json!({"properties": {}}), json!({"properties": {}, "type": "object"})),
                (json!({"items": {}}), json!({"items": {}, "type": "array"})),
                (json!({"properties": {}, "allOf": []}), json!({"properties": {}, "allOf": []})),
            ],
        );
    }

    #[test]
    fn arrays_have_items() {
        loudly(add_items, [(json!({"type": "array"}), json!({"type": "array", "items": {}}), "what its items are")]);
    }

    #[test]
    fn keywords_of_other_types_are_dropped() {
        loudly(
            drop_foreign,
            [(
                json!({"type": "string", "items": {}, "minimum": 1, "minLength": 1}),
                json!({"type": "string", "minLength": 1}),
                "about a string",
            )],
        );
    }
}
