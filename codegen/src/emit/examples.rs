//! Examples: a call of each operation as a user would write it, from the document's own example values.

use std::collections::BTreeSet;

use serde_json::Value;

use super::docs;
use super::driver::function_name;
use super::layout::literal;
use super::skills;
use super::wrap::{Line, wrap};
use crate::lower::names;
use crate::model::{
    self, Api, BodyKind, Field, Guard, Method, Output, Part, PartKind, Presence, Resource, Struct, Type, TypeDef,
    TypeKind, Union,
};

/// How deep examples nest before they end in a default.
const DEEPEST: usize = 6;

/// A file to upload.
const FILE: &str = "std::path::Path::new(\"file.bin\")";

/// A call of an operation in Rust.
#[derive(Clone, Debug)]
pub(crate) struct Example {
    /// Names of the types that it builds.
    pub types: BTreeSet<String>,
    /// Whether it says what a file is.
    pub has_upload: bool,
    /// The request, without what sends it.
    pub chain: String,
    /// The statements.
    pub code: Vec<String>,
}

impl Example {
    /// The `use` lines that the statements need.
    pub(crate) fn imports(&self, krate: &str) -> Vec<String> {
        let types: Vec<&str> = self.types.iter().map(String::as_str).collect();
        let types = match types.as_slice() {
            [] => None,
            [only] => Some(format!("use {krate}::types::{only};")),
            several => Some(format!("use {krate}::types::{{{}}};", several.join(", "))),
        };
        let upload = self.has_upload.then(|| format!("use {krate}::FileUpload;"));
        upload.into_iter().chain(types).collect()
    }

    /// The same, with a blank line behind them.
    pub(crate) fn head(&self, krate: &str) -> Vec<String> {
        let mut lines = self.imports(krate);
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines
    }

    /// Imports and statements, as a reader is shown them.
    pub(crate) fn lines(&self, krate: &str) -> Vec<String> {
        let mut lines = self.head(krate);
        lines.extend(self.code.iter().cloned());
        lines
    }
}

/// Every example as a function of its own, and one that runs any of them.
pub(crate) fn functions(api: &Api, crate_name: &str) -> String {
    let krate = crate_name.replace('-', "_");
    let mut rows = Vec::new();
    let mut functions = String::new();
    for (resource, method) in api.methods() {
        let http = docs::code(&format!("{} {}", method.http.as_str(), method.path));
        let allow = if method.deprecated { "#[allow(deprecated)]\n" } else { "" };
        let example = call(api, resource, method);
        let name = function_name(method).to_string();
        functions.push_str(&function(&http, allow, &name, &example.lines(&krate)));
        rows.push((literal(&name_of(resource, method)), name));
    }
    for skill in &api.skills {
        let Some(example) = skills::error_handling(api, skill) else { continue };
        let name = heck::ToSnakeCase::to_snake_case(format!("errors of {}", skill.name).as_str());
        let doc = format!("What `{}` shows of errors.", skill.name);
        functions.push_str(&function(&doc, "#[allow(deprecated)]\n", &name, &example.lines(&krate)));
        rows.push((literal(&skill.name), name));
    }
    let mut text = format!("use {krate}::{{Client, Result}};\n\n");
    text.push_str(
        "/// The names of all examples: `resource.method`, and those of the skills for what they show of errors.\n",
    );
    text.push_str("pub const NAMES: &[&str] = &[\n");
    for (literal, _) in &rows {
        text.push_str(&format!("    {literal},\n"));
    }
    text.push_str("];\n\n/// Runs the example of this name; `None` if there is none.\n");
    text.push_str("pub async fn run(client: &Client, name: &str) -> Option<Result<()>> {\n    Some(match name {\n");
    for (literal, name) in &rows {
        text.push_str(&format!("        {literal} => {name}(client).await,\n"));
    }
    text.push_str("        _ => return None,\n    })\n}\n");
    text.push_str(&functions);
    text
}

/// `porting_orders.actions.cancel`
fn name_of(resource: &Resource, method: &Method) -> String {
    let mut path = resource.path.clone();
    path.push(method.name.clone());
    path.join(".")
}

fn function(doc: &str, allow: &str, name: &str, lines: &[String]) -> String {
    let mut text = format!("\n/// {doc}\n{allow}async fn {name}(client: &Client) -> Result<()> {{\n");
    for line in lines {
        text.push_str(if line.is_empty() { "" } else { "    " });
        text.push_str(line);
        text.push('\n');
    }
    text.push_str("    Ok(())\n}\n");
    text
}

/// The shortest sensible call of `method`: all that is required, and a little of what is not where nothing is.
pub(crate) fn call(api: &Api, resource: &Resource, method: &Method) -> Example {
    let mut writer = Writer { api, types: BTreeSet::new(), has_upload: false, in_path: true };
    let mut chain = String::from("client");
    for segment in &resource.path {
        chain.push_str(&format!(".{segment}()"));
    }
    let args = method
        .path_args
        .iter()
        .map(|arg| writer.value(&arg.ty, arg.example.as_ref(), stand_in(arg.format.as_deref(), &arg.wire), 0));
    let args: Vec<String> = args.collect();
    writer.in_path = false;
    chain.push_str(&format!(".{}({})", method.name, args.join(", ")));
    for argument in method.arguments.iter().filter(|argument| argument.required) {
        let text = stand_in(argument.format.as_deref(), &argument.wire);
        let value = writer.value(&argument.ty, argument.example.as_ref(), text, 0);
        chain.push_str(&format!(".{}({value})", argument.name));
    }
    chain.push_str(&writer.body(method));
    let code = match &method.output {
        Output::Page { item, .. } => {
            let one = variable(api, item).unwrap_or_else(|| "item".to_owned());
            let (many, print) = (plural(&one), print(api, &one, item));
            format!("let mut {many} = {chain}.items(); while let Some({one}) = {many}.try_next().await? {{ {print} }}")
        }
        Output::Empty => format!("{chain}.send().await?;"),
        Output::Events(_) => format!(
            "let mut events = {chain}.send().await?; while let Some(event) = events.try_next().await? {{ println!(\"{{:?}}\", event.data); }}"
        ),
        Output::ByStatus(_) => format!("let response = {chain}.send().await?; println!(\"{{response:?}}\");"),
        Output::Bytes { .. } => format!("let bytes = {chain}.send().await?; println!(\"{{}} bytes\", bytes.len());"),
        Output::Text { .. } => format!("let text = {chain}.send().await?; println!(\"{{text}}\");"),
        Output::Json(ty) | Output::Envelope { ty, .. } => {
            let name = variable(api, ty).unwrap_or_else(|| "response".to_owned());
            format!("let {name} = {chain}.send().await?; {}", show(api, &name, ty))
        }
    };
    Example { types: writer.types, has_upload: writer.has_upload, chain, code: format(&code) }
}

/// A text where the document has no example: one of the format that it asks for, or else what the text is called.
fn stand_in<'a>(format: Option<&str>, name: &'a str) -> &'a str {
    match format {
        Some("uuid") => "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e",
        Some("email" | "idn-email") => "someone@example.com",
        Some("uri" | "url" | "uri-reference" | "iri") => "https://example.com",
        Some("hostname" | "idn-hostname") => "example.com",
        Some("ipv4") => "192.0.2.1",
        Some("ipv6") => "2001:db8::1",
        Some("time") => "10:00:00Z",
        Some("duration") => "PT1H",
        Some("byte") => "c2FtcGxl",
        _ => name,
    }
}

/// Prints what a call gave: what is in it, where it is a list or holds what was asked for.
fn show(api: &Api, name: &str, ty: &Type) -> String {
    let every = |item: &Type, list: &str| {
        let one = variable(api, item).unwrap_or_else(|| "item".to_owned());
        format!("for {one} in {list} {{ {} }}", print(api, &one, item))
    };
    if let Type::List(item) = api.resolve(ty) {
        return every(item, name);
    }
    let Some(held) = api.members(ty).and_then(model::held) else { return print(api, name, ty) };
    let (place, optional) = (format!("{name}.{}", held.name), held.presence == Presence::Optional);
    match api.resolve(&held.ty) {
        Type::List(item) if optional => every(item, &format!("{place}.into_iter().flatten()")),
        Type::List(item) if held.presence == Presence::Required => every(item, &place),
        Type::Named(_) if optional => {
            let one = variable(api, &held.ty).unwrap_or_else(|| "value".to_owned());
            format!("if let Some({one}) = {place} {{ {} }}", print(api, &one, &held.ty))
        }
        _ => print(api, name, ty),
    }
}

/// Prints a value: by its id where it has one, with its status, or with what tells it apart.
fn print(api: &Api, name: &str, ty: &Type) -> String {
    let union = api.union(ty);
    let shared: Vec<(String, &Field)> = match union {
        Some(union) => api.shared(union).into_iter().map(|(name, field)| (format!("{name}()"), field)).collect(),
        None => api.members(ty).into_iter().flatten().map(|field| (field.name.clone(), field)).collect(),
    };
    let member = |wire: &str| {
        let found = shared.iter().find(|(_, field)| field.wire == wire && !field.redacted);
        found.map(|(access, _)| access.clone())
    };
    let tag = union.and_then(|union| union.tag.as_ref()).map(|_| "tag()".to_owned());
    match (member("id"), tag.or_else(|| member("status"))) {
        (Some(id), Some(other)) => format!("println!(\"{{:?}}: {{:?}}\", {name}.{id}, {name}.{other});"),
        (Some(id), None) => format!("println!(\"{{:?}}\", {name}.{id});"),
        _ => format!("println!(\"{{{name}:?}}\");"),
    }
}

/// Lays statements out as rustfmt would.
pub(crate) fn format(code: &str) -> Vec<String> {
    statements(code).or_else(|| parsed(code)).unwrap_or_else(|| vec![code.to_owned()])
}

/// Lays out statements of the kinds that most examples are made of.
fn statements(code: &str) -> Option<Vec<String>> {
    // The contents of macros have a layout of their own.
    if ["json!([", "json!({", "json!(-"].iter().any(|start| code.contains(start)) {
        return None;
    }
    let mut lines = Vec::new();
    let mut rest = code;
    while !rest.is_empty() {
        if ["while ", "for ", "if let "].iter().any(|start| rest.starts_with(start)) {
            let (head, after) = rest.split_once(" { ")?;
            let body = after.strip_suffix(" }")?;
            // A head or a statement in it that is too long is rare.
            if head.len() + " {".len() > LINE || !is_print(body) || body.len() + "    ".len() > LINE {
                return None;
            }
            lines.extend([format!("{head} {{"), format!("    {body}"), "}".to_owned()]);
            return Some(lines);
        }
        let end = end_of_statement(rest)?;
        let (statement, after) = rest.split_at_checked(end)?;
        if is_print(statement) {
            if statement.len() > LINE {
                return None;
            }
            lines.push(statement.to_owned());
        } else {
            lines.extend(wrap(Line::Statement, statement)?.lines().map(str::to_owned));
        }
        rest = after.trim_start();
    }
    Some(lines)
}

/// What a line of a function's body may hold.
const LINE: usize = 85;

/// Whether a statement is `println!(..);`.
fn is_print(statement: &str) -> bool {
    statement.starts_with("println!(") && end_of_statement(statement) == Some(statement.len())
}

/// Where the first semicolon outside of string literals is passed.
fn end_of_statement(code: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    let end = code.bytes().position(|byte| {
        let ends = byte == b';' && !quoted;
        quoted ^= byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    Some(end + 1)
}

/// Lays out any statements.
fn parsed(code: &str) -> Option<Vec<String>> {
    let function = syn::parse_str::<syn::ItemFn>(&format!("async fn example() {{ {code} }}")).ok()?;
    let file = syn::File { shebang: None, attrs: Vec::new(), items: vec![syn::Item::Fn(function)] };
    let printed = prettyplease::unparse(&file);
    let lines: Vec<&str> = printed.lines().collect();
    let inner = lines.get(1..lines.len().saturating_sub(1)).unwrap_or_default();
    Some(inner.iter().map(|line| line.strip_prefix("    ").unwrap_or(line).to_owned()).collect())
}

/// Longest name of a variable.
const LONGEST_NAME: usize = 24;

/// A name for a value of this type.
fn variable(api: &Api, ty: &Type) -> Option<String> {
    let name = |name: &str| {
        let snake = heck::ToSnakeCase::to_snake_case(name);
        if snake.ends_with("response") { "response".to_owned() } else { snake }
    };
    match ty {
        Type::Named(id) => {
            let wanted = name(&api.get(*id)?.name);
            // How much is told of a thing does not matter here.
            let wanted = ["_detailed", "_details"].iter().find_map(|end| wanted.strip_suffix(end)).unwrap_or(&wanted);
            // A long name ends in what it is about.
            let last = wanted.rmatch_indices('_').nth(1).and_then(|(at, _)| wanted.get(at + 1..));
            let wanted = if wanted.len() <= LONGEST_NAME { wanted } else { last.unwrap_or_default() };
            // A variable called `type_` or `client` would be in the way.
            (wanted.len() <= LONGEST_NAME && wanted != "client" && names::is_plain(wanted)).then(|| wanted.to_owned())
        }
        Type::List(item) => variable(api, item).map(|name| plural(&name)),
        Type::Option(inner) => variable(api, inner),
        _ => None,
    }
}

/// A name for several of what `one` names.
fn plural(one: &str) -> String {
    if one.ends_with('s') { format!("{one}_list") } else { format!("{one}s") }
}

fn text_of(field: &Field) -> &str {
    stand_in(field.format.as_deref(), &field.wire)
}

struct Writer<'a> {
    api: &'a Api,
    types: BTreeSet<String>,
    has_upload: bool,
    /// Whether it writes what stands in a path, where nothing may be empty.
    in_path: bool,
}

impl<'a> Writer<'a> {
    /// Setters for the members of the body.
    fn body(&mut self, method: &Method) -> String {
        let Some(body) = &method.body else { return String::new() };
        let Some((def, object)) = body.fields.and_then(|id| self.object(&Type::Named(id))) else {
            let value = match &body.kind {
                BodyKind::Multipart(parts) => return self.parts(parts),
                BodyKind::Text => literal(body.example.as_ref().and_then(Value::as_str).unwrap_or("..")),
                BodyKind::Bytes => self.file(body.media_range.as_deref()),
                _ => self.value(&body.ty, body.example.as_ref(), "body", 0),
            };
            return format!(".body({value})");
        };
        let whole = body.example.as_ref().or(def.example.as_ref());
        let mut chain = String::new();
        let any_required = object.fields.iter().any(|field| field.presence == Presence::Required);
        let mut shown = 0;
        for (field, setter) in object.fields.iter().zip(&body.setters) {
            let example = whole.and_then(|whole| whole.get(&field.wire)).or(field.example.as_ref());
            let is_given = whole.is_some_and(|whole| whole.get(&field.wire).is_some());
            let wanted = field.presence == Presence::Required
                || ((is_given || (!any_required && shown < 2)) && self.is_simple(&field.ty));
            if !wanted || (field.presence != Presence::Required && example.is_none_or(Value::is_null)) {
                continue;
            }
            shown += 1;
            let value = self.value(field.value_type(), example, text_of(field), 1);
            chain.push_str(&format!(".{}({value})", setter.name));
        }
        if shown > 0 {
            return chain;
        }
        // A call that gives nothing shows nothing: then an object will do, if there is something to put into it.
        let mut fields = object.fields.iter().zip(&body.setters).filter(|(field, _)| !field.deprecated);
        let object = fields.find_map(|(field, setter)| {
            let mut writer = Writer { api: self.api, types: BTreeSet::new(), has_upload: false, in_path: false };
            let value = writer.value(field.value_type(), field.example.as_ref(), text_of(field), 1);
            let is_telling = value.contains("::builder()")
                && !["builder().build()", "default()"].iter().any(|empty| value.contains(empty));
            is_telling.then(|| (writer.types, format!(".{}({value})", setter.name)))
        });
        let Some((types, setter)) = object else { return chain };
        self.types.extend(types);
        setter
    }

    /// A file that is the body. Where the document leaves its media type open, the example says it.
    fn file(&mut self, media_range: Option<&str>) -> String {
        let said = match media_range {
            Some("image/*") => "image/png",
            Some("audio/*") => "audio/mpeg",
            Some("video/*") => "video/mp4",
            _ => return FILE.to_owned(),
        };
        self.has_upload = true;
        format!("FileUpload::file(\"file.bin\").content_type({})", literal(said))
    }

    /// Setters for the parts of the body: the required ones, or the first.
    fn parts(&mut self, parts: &[Part]) -> String {
        let any_required = parts.iter().any(|part| part.required);
        let wanted = parts.iter().enumerate().filter(|(index, part)| part.required || (!any_required && *index == 0));
        let mut chain = String::new();
        for (_, part) in wanted {
            let value = match part.kind {
                PartKind::File => FILE.to_owned(),
                PartKind::Files => format!("[{FILE}]"),
                PartKind::Value => self.value(&part.ty, part.example.as_ref(), &part.wire, 0),
            };
            chain.push_str(&format!(".{}({value})", part.name));
        }
        chain
    }

    fn object(&self, ty: &Type) -> Option<(&'a TypeDef, &'a Struct)> {
        let Type::Named(id) = self.api.resolve(ty) else { return None };
        let def = self.api.get(*id)?;
        match &def.kind {
            TypeKind::Struct(object) => Some((def, object)),
            _ => None,
        }
    }

    /// Types whose value fits a line.
    fn is_simple(&self, ty: &Type) -> bool {
        match self.api.resolve(ty) {
            Type::Named(id) => {
                matches!(self.api.get(*id).map(|def| &def.kind), Some(TypeKind::StringEnum(_) | TypeKind::IntEnum(_)))
            }
            Type::List(item) => !matches!(item.as_ref(), Type::List(_)) && self.is_simple(item),
            Type::Map(_) | Type::Option(_) | Type::Any | Type::Unit | Type::Bytes => false,
            _ => true,
        }
    }

    /// A value of the type that a setter takes.
    fn value(&mut self, ty: &Type, example: Option<&Value>, name: &str, depth: usize) -> String {
        let example = example.filter(|example| !example.is_null());
        match self.api.resolve(ty) {
            Type::Bool => example.and_then(Value::as_bool).unwrap_or(true).to_string(),
            Type::I32 => example.and_then(Value::as_i64).and_then(|n| i32::try_from(n).ok()).unwrap_or(1).to_string(),
            Type::I64 => example.and_then(Value::as_i64).unwrap_or(1).to_string(),
            Type::U64 => example.and_then(Value::as_u64).unwrap_or(1).to_string(),
            Type::F32 | Type::F64 => format!("{:?}", example.and_then(Value::as_f64).unwrap_or(1.0)),
            Type::String => {
                let example = example.and_then(Value::as_str).filter(|text| !self.in_path || !text.is_empty());
                literal(example.unwrap_or(name))
            }
            Type::Timestamp => literal(example.and_then(Value::as_str).unwrap_or("2024-09-04T00:00:00Z")),
            Type::Date => literal(example.and_then(Value::as_str).unwrap_or("2024-09-04")),
            Type::Bytes => "Vec::new()".to_owned(),
            Type::Unit => "()".to_owned(),
            // A form would leave null out.
            Type::Any => {
                format!("serde_json::json!({})", example.map_or_else(|| literal(name), Value::to_string))
            }
            Type::Option(inner) => match self.api.resolve(inner) {
                Type::List(_) | Type::Map(_) => format!("Some({})", self.owned(inner, example, name, depth)),
                _ => format!("Some({}.into())", self.value(inner, example, name, depth)),
            },
            Type::Map(of) => {
                let entries = example.and_then(Value::as_object);
                match entries {
                    Some(entries)
                        if matches!(self.api.resolve(of), Type::String | Type::Timestamp | Type::Date | Type::Any)
                            && entries.values().all(Value::is_string)
                            && !entries.is_empty() =>
                    {
                        let entries: Vec<String> = entries
                            .iter()
                            .filter_map(|(key, value)| {
                                Some(format!("({}, {})", literal(key), literal(value.as_str()?)))
                            })
                            .collect();
                        format!("[{}]", entries.join(", "))
                    }
                    _ => format!("std::collections::BTreeMap::<String, {}>::new()", self.name(of)),
                }
            }
            Type::List(item) => {
                let items: Vec<Option<&Value>> = match example.and_then(Value::as_array) {
                    Some(items) if !items.is_empty() => items.iter().take(3).map(Some).collect(),
                    _ => vec![None],
                };
                let items: Vec<String> = items
                    .into_iter()
                    .map(|one| match self.api.resolve(item) {
                        Type::Map(of) => self.owned_map(of, one),
                        _ => self.value(item, one, name, depth + 1),
                    })
                    .collect();
                format!("[{}]", items.join(", "))
            }
            Type::Named(id) => {
                let Some(def) = self.api.get(*id) else { return "Default::default()".to_owned() };
                self.types.insert(def.name.clone());
                if depth > DEEPEST {
                    return format!("{}::default()", def.name);
                }
                match &def.kind {
                    TypeKind::StringEnum(variants) => {
                        let example = example.or(def.example.as_ref()).and_then(Value::as_str);
                        let known = variants.iter().find(|variant| Some(variant.value.as_str()) == example);
                        match known.or_else(|| variants.first()) {
                            Some(variant) => format!("{}::{}", def.name, variant.name),
                            None => format!("{}::default()", def.name),
                        }
                    }
                    TypeKind::IntEnum(variants) => match variants.first() {
                        Some(variant) => format!("{}::{}", def.name, variant.name),
                        None => format!("{}::default()", def.name),
                    },
                    TypeKind::Struct(object) => self.structure(def, object, example, depth),
                    TypeKind::Union(union) => {
                        self.types.remove(&def.name);
                        self.union(def, union, example.or(def.example.as_ref()), name, depth)
                    }
                    TypeKind::Alias(_) => format!("{}::default()", def.name),
                }
            }
        }
    }

    /// A map as an item of a list, where no setter converts its entries.
    fn owned_map(&mut self, of: &Type, example: Option<&Value>) -> String {
        let entries = example.and_then(Value::as_object).into_iter().flatten();
        let entries: Vec<String> = entries
            .filter(|_| matches!(self.api.resolve(of), Type::String | Type::Any))
            .filter_map(|(key, value)| {
                Some(format!("({}.to_owned(), {}.into())", literal(key), literal(value.as_str()?)))
            })
            .collect();
        let map = format!("std::collections::BTreeMap::<String, {}>", self.name(of));
        if entries.is_empty() { format!("{map}::new()") } else { format!("{map}::from([{}])", entries.join(", ")) }
    }

    fn structure(&mut self, def: &TypeDef, object: &Struct, example: Option<&Value>, depth: usize) -> String {
        if def.builder.is_none() {
            return format!("{}::default()", def.name);
        }
        let whole = example.or(def.example.as_ref());
        let any_required = object.fields.iter().any(|field| field.presence == Presence::Required);
        let mut chain = format!("{}::builder()", def.name);
        let mut shown = 0;
        for field in &object.fields {
            let given = whole.and_then(|whole| whole.get(&field.wire));
            let own = given.or(field.example.as_ref()).filter(|example| !example.is_null());
            let wanted = field.presence == Presence::Required
                || given.is_some_and(|given| !given.is_null())
                || (!any_required && shown < 2 && (own.is_some() || self.in_path) && self.is_simple(&field.ty));
            if wanted {
                shown += 1;
                let value = self.value(field.value_type(), own, text_of(field), depth + 1);
                chain.push_str(&format!(".{}({value})", field.name));
            }
        }
        chain.push_str(".build()");
        chain
    }

    /// A value of the very type, where no setter converts it.
    fn owned(&mut self, ty: &Type, example: Option<&Value>, name: &str, depth: usize) -> String {
        let value = self.value(ty, example, name, depth);
        match self.api.resolve(ty) {
            Type::String | Type::Timestamp | Type::Date => format!("{value}.into()"),
            Type::List(item) if matches!(self.api.resolve(item), Type::String | Type::Timestamp | Type::Date) => {
                format!("{value}.map(Into::into).to_vec()")
            }
            Type::List(_) => format!("{value}.to_vec()"),
            Type::Map(_) => "std::collections::BTreeMap::new()".to_owned(),
            _ => value,
        }
    }

    /// The name of a type as the values of a map are given.
    fn name(&mut self, ty: &Type) -> String {
        match self.api.resolve(ty) {
            Type::Bool => "bool".to_owned(),
            Type::I32 => "i32".to_owned(),
            Type::I64 => "i64".to_owned(),
            Type::U64 => "u64".to_owned(),
            Type::F32 => "f32".to_owned(),
            Type::F64 => "f64".to_owned(),
            Type::String | Type::Timestamp | Type::Date => "String".to_owned(),
            Type::Bytes => "Vec<u8>".to_owned(),
            Type::Unit => "()".to_owned(),
            Type::Any => "serde_json::Value".to_owned(),
            Type::List(item) => format!("Vec<{}>", self.name(item)),
            Type::Map(of) => format!("std::collections::BTreeMap<String, {}>", self.name(of)),
            Type::Option(inner) => format!("Option<{}>", self.name(inner)),
            Type::Named(id) => {
                let name = self.api.get(*id).map_or_else(String::new, |def| def.name.clone());
                self.types.insert(name.clone());
                name
            }
        }
    }

    /// A value of the first alternative that the example fits.
    fn union(&mut self, def: &TypeDef, union: &Union, example: Option<&Value>, name: &str, depth: usize) -> String {
        let fits = |guard: &Guard| match (guard, example) {
            (_, None) => true,
            (Guard::Bool, Some(example)) => example.is_boolean(),
            (Guard::Integer, Some(example)) => example.is_i64(),
            (Guard::Number, Some(example)) => example.is_number(),
            (Guard::String, Some(example)) => example.is_string(),
            (Guard::Array, Some(example)) => example.is_array(),
            (Guard::Object(members), Some(example)) => members.iter().all(|member| example.get(member).is_some()),
            (Guard::Constant(member, values), Some(example)) => {
                example.get(member).is_some_and(|value| values.contains(&value.to_string()))
            }
            (Guard::Always, Some(_)) => true,
        };
        let tag = union.tag.as_deref().and_then(|tag| example?.get(tag)?.as_str());
        let variant = union.variants.iter().find(|variant| match tag {
            Some(tag) => variant.tag.as_deref() == Some(tag),
            None => fits(&variant.guard),
        });
        let Some(variant) = variant.or_else(|| union.variants.first()) else {
            self.types.insert(def.name.clone());
            return format!("{}::default()", def.name);
        };
        self.types.insert(def.name.clone());
        let inner = self.owned(&variant.ty, example, name, depth + 1);
        let inner = if variant.boxed { format!("Box::new({inner})") } else { inner };
        format!("{}::{}({inner})", def.name, variant.name)
    }
}
