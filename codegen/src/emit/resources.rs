//! The resources: handles with one method for each operation, and the request builders.

use std::collections::HashSet;

use super::bodies;
use super::docs;
use super::examples;
use super::layout::{Table, literal};
use super::responses;
use super::rust::{input, is_plain, ty};
use super::security;
use super::types::{Setter, State, facts, required_doc, rest_setter};
use super::wrap::Line;
use super::writer::{Code, Function, Item, line};
use crate::model::{
    Api, Argument, Body, BodyKind, Field, Http, Method, Output, Param, ParamIn, PathArg, Presence, Resource, Struct,
    Style, Type, TypeKind,
};
use crate::words;

/// Writes all that belongs to a resource and those below it.
pub(crate) fn write(code: &mut Code<'_>, api: &Api, resource: &Resource, crate_name: &str) {
    handle(code, api, resource, crate_name);
    for method in &resource.methods {
        code.item().line(Line::Static, &operation(api, method));
        request(code, api, resource, method);
    }
    for child in &resource.children {
        write(code, api, child, crate_name);
    }
}

/// What a resource is, in a paragraph: as the document has it, or by what there is to call.
pub(super) fn summary(resource: &Resource) -> String {
    /// How many calls are named.
    const MOST: usize = 8;
    if let Some(first) = resource.doc.split("\n\n").next().filter(|first| !first.is_empty()) {
        return first.to_owned();
    }
    let methods = resource.methods.iter().map(|method| &method.name);
    let calls: Vec<&String> = methods.chain(resource.children.iter().map(|child| &child.name)).collect();
    let named: Vec<String> = calls.iter().take(MOST).map(|call| format!("`{call}`")).collect();
    let more = if calls.len() > MOST { ", .." } else { "" };
    format!("`{}` of the API: {}{more}.", resource.path.join("."), named.join(", "))
}

/// The handle: its children and its methods.
fn handle(code: &mut Code<'_>, api: &Api, resource: &Resource, crate_name: &str) {
    let name = &resource.handle;
    let access: Vec<String> = resource.path.iter().map(|segment| format!("{segment}()")).collect();
    let doc = if resource.doc.is_empty() { summary(resource) } else { resource.doc.clone() };
    let mut item = code.item();
    item.doc(&format!("{doc}\n\nGiven by `client.{}`.", access.join("."))).plain("#[derive(Clone, Debug)]");
    item.line(Line::Head, &line!("pub struct {name} {{")).members(|members| {
        members.line(Line::Member, "client: Client,");
    });
    let taken = code.importable();
    code.item().block(&format!("impl {name}"), |block| {
        block.member().function(&Function {
            head: "pub(crate) fn new(client: &Client) -> Self",
            bounds: &[],
            body: &["Self { client: client.clone() }"],
        });
        for child in &resource.children {
            let (method, handle) = (&child.name, &child.handle);
            block.member().doc(&summary(child));
            block.plain("#[must_use]").function(&Function {
                head: &line!("pub fn {method}(&self) -> {handle}"),
                bounds: &[],
                body: &[&format!("{handle}::new(&self.client)")],
            });
        }
        for method in &resource.methods {
            block.member().verbatim(&method_doc(api, resource, method, crate_name));
            if method.deprecated {
                block.plain("#[deprecated = \"the API's document marks this operation as deprecated\"]");
            }
            let arguments = method.path_args.iter().map(|arg| format!(", {}: {}", arg.name, path_input(api, arg)));
            let arguments: String = arguments.collect();
            block.function(&Function {
                head: &line!("pub fn {}(&self{arguments}) -> {}", method.name, method.request),
                bounds: &[],
                body: &[&begun(api, method, taken)],
            });
        }
    });
}

/// A request that has the arguments of its path and no other.
fn begun(api: &Api, method: &Method, taken: &HashSet<&str>) -> String {
    let mut text = line!("{} {{ request: Request::new(&self.client, &{})", method.request, method.constant);
    for arg in &method.path_args {
        let (wire, name) = (literal(&arg.wire), &arg.name);
        if *api.resolve(&arg.ty) == Type::String {
            text.push_str(&format!(".path({wire}, {name})"));
        } else {
            let (_, converted) = input(api, &arg.ty, name);
            text.push_str(&format!(".path_value{}({wire}, {converted})", generic(api, &arg.ty)));
        }
    }
    if let Some(body) = &method.body {
        if body.required && matches!(body.kind, BodyKind::Multipart(_)) {
            text.push_str(".multipart()");
        }
        if body.is_value() {
            let value = match (body.is_held_as_nullable(), body.fields) {
                (false, _) => default_of(api, &body.ty),
                (true, Some(_)) => format!("Nullable::Value({})", default_of(api, &body.ty)),
                (true, None) => "Nullable::Absent".to_owned(),
            };
            text.push_str(&format!(", body: {value}"));
        }
    }
    let object = method.body.as_ref().and_then(|body| body_struct(api, body));
    text.push_str(if state(taken, method, object).is_empty() { " }" } else { ", state: PhantomData }" });
    text
}

/// The value that a body has before anything is set.
fn default_of(api: &Api, wanted: &Type) -> String {
    match wanted {
        Type::List(_) => "Vec::new()".to_owned(),
        Type::Map(_) => "Map::new()".to_owned(),
        Type::Option(_) => "None".to_owned(),
        Type::Any => "Value::Null".to_owned(),
        Type::Unit => "()".to_owned(),
        Type::Named(id) if matches!(api.get(*id).map(|def| &def.kind), Some(TypeKind::Alias(_))) => {
            default_of(api, api.resolve(wanted))
        }
        _ => format!("{}::default()", ty(api, wanted)),
    }
}

/// What a path argument is given as.
fn path_input(api: &Api, arg: &PathArg) -> String {
    input(api, &arg.ty, &arg.name).0
}

/// `::<T>`, where the conversion of an argument does not say by itself what it gives.
pub(super) fn generic(api: &Api, wanted: &Type) -> String {
    if is_plain(api.resolve(wanted)) { String::new() } else { format!("::<{}>", ty(api, wanted)) }
}

/// What a method does, the HTTP line, its arguments, an example, and the errors worth knowing.
fn method_doc(api: &Api, resource: &Resource, method: &Method, crate_name: &str) -> Vec<String> {
    let mut lines = docs::lines(&sentence(&method.summary, &method.path, method.http));
    if !method.description.trim().is_empty() && method.description.trim() != method.summary.trim() {
        lines.push(String::new());
        lines.extend(docs::lines(&method.description));
    }
    lines.push(String::new());
    lines.push(format!("`{} {}`", method.http.as_str(), method.path.replace('`', "'")));
    if let Some(media_type) = &method.body_media_type {
        lines.push(String::new());
        lines.push(format!("The body is sent as `{}`.", media_type.replace('`', "'")));
    }
    if let Output::Bytes { media_types } = &method.output
        && media_types.len() > 1
    {
        lines.push(String::new());
        lines.extend(docs::lines(&format!(
            "The file is {}: the header `content-type` of `send_raw()` or `send_stream()` says which.",
            docs::either(media_types)
        )));
    }
    if method.path_args.iter().any(|arg| !arg.doc.trim().is_empty()) {
        lines.push(String::new());
        lines.push("# Arguments".to_owned());
        lines.push(String::new());
        for arg in &method.path_args {
            let format = arg.format.as_ref().map(|format| format!(" (`{format}`)")).unwrap_or_default();
            lines.extend(docs::lines(&format!("- `{}`{format}: {}", arg.name, arg.doc.trim())));
        }
    }
    lines.extend(setters_doc(api, method));
    for alternative in &method.alternatives {
        let media_type = docs::code(&alternative.media_type);
        lines.push(String::new());
        lines.extend(docs::lines(&format!("`{}()` asks for {media_type} instead.", alternative.name)));
    }
    let example = examples::call(api, resource, method);
    lines.push(String::new());
    lines.push("# Examples".to_owned());
    lines.push(String::new());
    lines.push("```no_run".to_owned());
    let krate = crate_name.replace('-', "_");
    lines.extend(example.head(&krate));
    lines.push(format!("# async fn example(client: &{krate}::Client) -> {krate}::Result<()> {{"));
    if method.deprecated {
        lines.push("# #[allow(deprecated)]".to_owned());
    }
    lines.extend(example.code);
    lines.push("# Ok(())".to_owned());
    lines.push("# }".to_owned());
    lines.push("```".to_owned());
    lines.push(String::new());
    lines.push("# Errors".to_owned());
    lines.push(String::new());
    if method.errors.is_empty() {
        lines.push("See [`Error`](crate::Error) for what can go wrong with any request.".to_owned());
    } else {
        lines.push("Beside what can go wrong with any request (see [`Error`](crate::Error)):".to_owned());
        lines.push(String::new());
        for error in &method.errors {
            lines.extend(responses::error_lines(api, error));
        }
    }
    lines.extend(responses::remarks(api, method));
    lines
}

/// Which arguments are setters of the request, where a reader of the method would look for them.
fn setters_doc(api: &Api, method: &Method) -> Vec<String> {
    let mut setters: Vec<(&str, bool)> =
        method.arguments.iter().map(|argument| (argument.name.as_str(), argument.required)).collect();
    if let Some(body) = &method.body {
        match (&body.kind, body_struct(api, body)) {
            (BodyKind::Multipart(parts), _) => {
                setters.extend(parts.iter().map(|part| (part.name.as_str(), part.required)));
            }
            (_, Some(object)) => {
                let fields = object.fields.iter().zip(&body.setters);
                let is_required = |field: &Field| field.presence == Presence::Required;
                setters.extend(fields.map(|(field, setter)| (setter.name.as_str(), is_required(field))));
            }
            (_, None) => setters.push(("body", body.required)),
        }
    }
    if setters.is_empty() {
        return Vec::new();
    }
    let setters = setters.into_iter().map(|(name, is_required)| {
        let required = if is_required { " (required)" } else { "" };
        format!("`{name}`{required}")
    });
    let setters: Vec<String> = setters.collect();
    let mut lines = vec![String::new()];
    docs::wrapped(&format!("Setters of [the request]({}): {}.", method.request, setters.join(", ")), &mut lines);
    lines
}

/// The summary as a sentence in the indicative; operations without one say their request.
fn sentence(summary: &str, path: &str, http: Http) -> String {
    let summary = summary.trim().trim_end_matches('.');
    if summary.is_empty() {
        return format!("Sends `{} {path}`.", http.as_str());
    }
    let (verb, rest) = summary.split_once(' ').unwrap_or((summary, ""));
    match third_person(verb) {
        Some(verb) => format!("{verb} {rest}").trim_end().to_owned() + ".",
        None => format!("{summary}."),
    }
}

/// `Lists` for `List`: summaries command, documentation states.
fn third_person(verb: &str) -> Option<String> {
    if !words::is_verb(verb) {
        return None;
    }
    let ends = |endings: &[&str]| endings.iter().any(|ending| verb.ends_with(ending));
    Some(if ends(&["s", "x", "ch", "sh", "o"]) {
        format!("{verb}es")
    } else if verb.ends_with('y') && !ends(&["ay", "ey", "oy", "uy"]) {
        format!("{}ies", verb.trim_end_matches('y'))
    } else {
        format!("{verb}s")
    })
}

/// A path template as it goes into a URL: there a backslash would become a slash, and line breaks would be dropped.
fn wire_path(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut within_name = false;
    for character in path.chars() {
        match character {
            '{' => within_name = true,
            '}' => within_name = false,
            _ => {}
        }
        if !within_name && (character == '\\' || character.is_ascii_control()) {
            out.push_str(&format!("%{:02X}", u32::from(character)));
        } else {
            out.push(character);
        }
    }
    out
}

/// The static that describes the operation.
fn operation(api: &Api, method: &Method) -> String {
    let http = heck::ToUpperCamelCase::to_upper_camel_case(method.http.as_str());
    let mut text = format!(
        "static {}: Operation = Operation {{ id: {}, method: Method::{http}, path: {}, ",
        method.constant,
        literal(&method.operation_id),
        literal(&wire_path(&method.path))
    );
    let mut field = |name: &str, value: &str| text.push_str(&format!("{name}: {value}, "));
    if let Some(accept) = &method.accept {
        field("accept", &literal(accept));
    }
    if let Some(body) = method.body.as_ref().filter(|body| needs_content_type(body)) {
        field("content_type", &literal(&body.media_type));
    }
    let form: Vec<String> = match method.body.as_ref().map(|body| &body.kind) {
        Some(BodyKind::Form(params)) => params.iter().map(param).collect(),
        _ => Vec::new(),
    };
    if !form.is_empty() {
        field("form", &format!("&[{}]", form.join(", ")));
    }
    let params = method.params.iter().map(param).chain(method.path_args.iter().filter_map(path_param));
    let params: Vec<String> = params.collect();
    if !params.is_empty() {
        field("params", &format!("&[{}]", params.join(", ")));
    }
    if let Output::Page { paging, whole, .. } = &method.output
        && let Some(style) = api.pagings.get(*paging)
    {
        field("paging", &format!("Some(&{}{})", style.constant, if *whole { "_WHOLE" } else { "" }));
    }
    if let Some(own) = &method.security {
        field("security", &format!("Some({})", security::alternatives(own)));
    }
    if let Some(server) = &method.server {
        field("server", &format!("Some({})", literal(server)));
    }
    text.push_str("..Operation::DEFAULT };");
    text
}

/// Whether the operation must say of which media type its body is. Forms of parts say it themselves.
fn needs_content_type(body: &Body) -> bool {
    body.media_type != "application/json" && !matches!(body.kind, BodyKind::Multipart(_))
}

fn param(param: &Param) -> String {
    let (made, finish) = match (param.location, param.style) {
        (ParamIn::Query, Style::DeepObject) => ("deep_object", ""),
        (ParamIn::Query, Style::Json) => ("json", ""),
        (ParamIn::Query, Style::SpaceDelimited) => ("space_delimited", ""),
        (ParamIn::Query, Style::PipeDelimited) => ("pipe_delimited", ""),
        (ParamIn::Query, _) => ("query", ""),
        (ParamIn::Header, Style::Json) => ("header", ".as_json()"),
        (ParamIn::Header, _) => ("header", ""),
        (ParamIn::Cookie, Style::Json) => ("cookie", ".as_json()"),
        (ParamIn::Cookie, _) => ("cookie", ""),
    };
    // Only what differs from what is usual for the style.
    let explode = match param.style {
        Style::Form if !param.explode => ".explode(false)",
        Style::Form | Style::DeepObject | Style::Json => "",
        _ if param.explode => ".explode(true)",
        _ => "",
    };
    let reserved = if param.reserved { ".allow_reserved()" } else { "" };
    let empty = if param.empty { ".allow_empty()" } else { "" };
    format!("Param::{made}({}){finish}{explode}{reserved}{empty}", literal(&param.wire))
}

fn path_param(arg: &PathArg) -> Option<String> {
    let wire = literal(&arg.wire);
    let explode = if arg.explode { ".explode(true)" } else { "" };
    match arg.style {
        Style::Label => Some(format!("Param::label({wire}){explode}")),
        Style::Matrix => Some(format!("Param::matrix({wire}){explode}")),
        Style::Json => Some(format!("Param::path({wire}).as_json()")),
        _ => arg.explode.then(|| format!("Param::path({wire}).explode(true)")),
    }
}

/// The required arguments of a request, in the order of its documentation.
fn state(taken: &HashSet<&str>, method: &Method, object: Option<&Struct>) -> State {
    let mut names: Vec<&str> =
        method.arguments.iter().filter(|argument| argument.required).map(|argument| argument.name.as_str()).collect();
    names.extend(method.body.iter().flat_map(|body| required_of(body, object)));
    State::new(taken, names.into_iter())
}

/// The required arguments that a body consists of.
fn required_of<'a>(body: &'a Body, object: Option<&'a Struct>) -> Vec<&'a str> {
    match (&body.kind, object) {
        (BodyKind::Multipart(parts), _) => {
            parts.iter().filter(|part| part.required).map(|part| part.name.as_str()).collect()
        }
        (_, Some(object)) => {
            let fields = object.fields.iter().zip(&body.setters);
            let required = fields.filter(|(field, _)| field.presence == Presence::Required);
            required.map(|(_, setter)| setter.name.as_str()).collect()
        }
        (_, None) if body.required => vec!["body"],
        (_, None) => Vec::new(),
    }
}

fn body_struct<'a>(api: &'a Api, body: &Body) -> Option<&'a Struct> {
    match api.get(body.fields?).map(|def| &def.kind) {
        Some(TypeKind::Struct(object)) => Some(object),
        _ => None,
    }
}

/// The request builder: what it holds, its setters, and the table line that makes it sendable.
fn request(code: &mut Code<'_>, api: &Api, resource: &Resource, method: &Method) {
    let name = &method.request;
    let object = method.body.as_ref().and_then(|body| body_struct(api, body));
    let state = state(code.importable(), method, object);
    let value = method.body.as_ref().filter(|body| body.is_value());
    let mut item = code.item();
    item.verbatim(&[format!(
        "A request of [`{}::{}`]: `{} {}`.",
        resource.handle,
        method.name,
        method.http.as_str(),
        method.path.replace('`', "'")
    )]);
    item.plain("#[derive(Clone, Debug)]").plain("#[must_use = \"a request does nothing until it is sent\"]");
    item.line(Line::Head, &line!("pub struct {name}{} {{", state.declared())).members(|members| {
        members.line(Line::Member, "request: Request,");
        if let Some(body) = value {
            let ty = ty(api, &body.ty);
            let ty = if body.is_held_as_nullable() { format!("Nullable<{ty}>") } else { ty };
            members.line(Line::Member, &format!("body: {ty},"));
        }
        state.field(members);
    });
    if !method.arguments.is_empty() || method.body.as_ref().is_some_and(has_setters) {
        let body = if value.is_some() { ", body: self.body" } else { "" };
        let rebuilt = line!("{name} {{ request: self.request{body}, state: PhantomData }}");
        let generics = state.generics();
        code.item().block(&line!("impl{generics} {name}{generics}"), |block| {
            for argument in &method.arguments {
                argument_setter(block, api, method, argument, &state, &rebuilt);
            }
            match (&method.body, object) {
                (Some(Body { kind: BodyKind::Multipart(parts), .. }), _) => {
                    bodies::part_setters(block, api, method, parts, &state, &rebuilt);
                    if let Some(others) = method.body.as_ref().and_then(|body| body.other_parts.as_deref()) {
                        bodies::other_parts_setter(block, api, others);
                    }
                }
                (Some(body), Some(object)) => body_setters(block, api, method, body, object, &state, &rebuilt),
                (Some(body), None) => whole_body(block, api, method, body, None, &state),
                (None, _) => {}
            }
            if let Some(body) = &method.body {
                no_body(block, method, body, object, &state);
            }
        });
    }
    tables(code, api, method, &state);
    responses::write(code, api, resource, method);
}

/// Whether something of a body can be set, which only forms without parts deny.
fn has_setters(body: &Body) -> bool {
    body.other_parts.is_some() || !matches!(&body.kind, BodyKind::Multipart(parts) if parts.is_empty())
}

fn argument_setter(
    block: &mut Item<'_, '_>,
    api: &Api,
    method: &Method,
    argument: &Argument,
    state: &State,
    rebuilt: &str,
) {
    let mut said = if argument.doc.trim().is_empty() { format!("`{}`", argument.wire) } else { argument.doc.clone() };
    if argument.deprecated {
        said.push_str("\n\n**Deprecated.**");
    }
    if let Some(default) = argument.default.as_ref().filter(|default| !default.is_null()) {
        said.push_str(&format!("\n\nUnless it is set, the server takes `{}`.", default.to_string().replace('`', "'")));
    }
    if let Some(facts) = facts(api, &argument.ty, argument.format.as_deref(), argument.example.as_ref()) {
        said.push_str("\n\n");
        said.push_str(&facts);
    }
    let (name, wire) = (&argument.name, literal(&argument.wire));
    let (taken, converted) = input(api, &argument.ty, name);
    let put = match argument.location {
        ParamIn::Query => "query",
        ParamIn::Header => "header_param",
        ParamIn::Cookie => "cookie",
    };
    let generic = generic(api, &argument.ty);
    let shown = ty(api, &argument.ty);
    // What does not fit a line is two statements.
    let statements = if !generic.is_empty() && is_long(&[&shown, &wire, &converted]) {
        vec![line!("let {name}: {shown} = {converted};"), line!("self.request.{put}({wire}, {name});")]
    } else {
        vec![line!("self.request.{put}{generic}({wire}, {converted});")]
    };
    let setter = RequestSetter { name, sets: name, said: &said, taken: &taken, is_required: argument.required };
    setter.write(block, method, &statements, state, rebuilt);
}

/// The setter of an argument or of a part of a form.
pub(super) struct RequestSetter<'s> {
    pub name: &'s str,
    /// The argument that it gives.
    pub sets: &'s str,
    pub said: &'s str,
    /// What it takes.
    pub taken: &'s str,
    pub is_required: bool,
}

impl RequestSetter<'_> {
    /// Writes it with the statements that put the value into the request.
    pub(super) fn write(
        &self,
        block: &mut Item<'_, '_>,
        method: &Method,
        statements: &[String],
        state: &State,
        rebuilt: &str,
    ) {
        let Self { name, sets, said, taken, is_required } = *self;
        let (doc, gives, last) = if is_required {
            (required_doc(said), line!("{}{}", method.request, state.after(sets)), rebuilt)
        } else {
            (said.to_owned(), "Self".to_owned(), "self")
        };
        let body: Vec<&str> = statements.iter().map(String::as_str).chain([last]).collect();
        let head = line!("pub fn {name}(mut self, {name}: {taken}) -> {gives}");
        block.member().doc(&doc).function(&Function { head: &head, bounds: &[], body: &body });
    }
}

/// Whether a call with these parts is longer than a line.
fn is_long(parts: &[&str]) -> bool {
    let length: usize = parts.iter().map(|part| part.bytes().filter(|byte| *byte != b' ').count()).sum();
    length + "        self.request.query::<>(, );".len() > 89
}

/// A setter for each member of the body, and one for the whole.
fn body_setters(
    block: &mut Item<'_, '_>,
    api: &Api,
    method: &Method,
    body: &Body,
    object: &Struct,
    state: &State,
    rebuilt: &str,
) {
    let (opening, place) = if body.is_held_as_nullable() {
        (Some("let body = self.body.get_or_insert_default();"), "body")
    } else {
        (None, "self.body")
    };
    for (field, setter) in object.fields.iter().zip(&body.setters) {
        let null = setter.null.as_deref();
        let in_form = matches!(body.kind, BodyKind::Form(_));
        let setter = Setter { name: &setter.name, null, in_form, owner: &method.request, opening, place };
        setter.write(block, api, field, state, rebuilt);
    }
    if let (Some(name), Some((rest, value))) = (&body.rest, &object.rest) {
        rest_setter(block, name, opening, &format!("{place}.{rest}"), &ty(api, value));
    }
    whole_body(block, api, method, body, Some(object), state);
}

/// The setter of the whole body.
fn whole_body(
    block: &mut Item<'_, '_>,
    api: &Api,
    method: &Method,
    body: &Body,
    object: Option<&Struct>,
    state: &State,
) {
    let owner = &method.request;
    let after = after_body(method, state);
    if !body.is_value() {
        bodies::upload_setter(block, method, body, state, &after);
        return;
    }
    let (taken, converted) = input(api, &body.ty, "body");
    let mut said = vec![if body.fields.is_some() {
        "Gives the whole body at once and forgets what was set before.".to_owned()
    } else {
        "Gives the body.".to_owned()
    }];
    let members = object.into_iter().flat_map(|object| object.fields.iter().zip(&body.setters));
    if let Some((_, setter)) = members.into_iter().find(|(field, _)| field.wire == "body") {
        said.extend([String::new(), format!("Its member `body` alone is given by [`{0}`](Self::{0}).", setter.name)]);
    }
    let value = if body.is_held_as_nullable() { format!("Nullable::Value({converted})") } else { converted };
    let request = if is_sealed(body, object) { "self.request.unseal_body()" } else { "self.request" };
    let rest = if state.is_empty() { "" } else { ", state: PhantomData" };
    block.member().verbatim(&said).function(&Function {
        head: &format!("pub fn body(self, body: {taken}) -> {owner}{after}"),
        bounds: &[],
        body: &[&format!("{owner} {{ request: {request}, body: {value}{rest} }}")],
    });
}

/// The state once the body is given, left out or null. Arguments beside the body stay as they are.
fn after_body(method: &Method, state: &State) -> String {
    let query: Vec<&str> =
        method.arguments.iter().filter(|argument| argument.required).map(|argument| argument.name.as_str()).collect();
    if query.is_empty() { state.complete() } else { state.complete_but(&query) }
}

/// Whether no member of a body can be set once it is left out or null: the compiler takes the required ones for set then.
fn is_sealed(body: &Body, object: Option<&Struct>) -> bool {
    let has_calls = body.nullable || body.is_left_out_by_call();
    let is_one_argument = body.is_value() && object.is_none();
    has_calls && !is_one_argument && !required_of(body, object).is_empty()
}

/// The calls that leave the body out, and that set it to null.
fn no_body(block: &mut Item<'_, '_>, method: &Method, body: &Body, object: Option<&Struct>, state: &State) {
    let owner = &method.request;
    let after = after_body(method, state);
    let rest = if state.is_empty() { "" } else { ", state: PhantomData" };
    let request = if is_sealed(body, object) { "self.request.seal_body()" } else { "self.request.forget_body()" };
    let mut write = |name: &str, said: &str, value: Option<&str>| {
        let value = value.map(|value| format!(", body: {value}")).unwrap_or_default();
        block.member().doc(said).function(&Function {
            head: &format!("pub fn {name}(self) -> {owner}{after}"),
            bounds: &[],
            body: &[&format!("{owner} {{ request: {request}{value}{rest} }}")],
        });
    };
    if body.nullable {
        write("null_body", "Sends null as the body and forgets what was set of it before.", Some("Nullable::Null"));
    }
    if body.is_left_out_by_call() {
        let said = "Sends no body and forgets what was set of it before.";
        let has_default = matches!(body.kind, BodyKind::Json) && required_of(body, object).is_empty();
        let otherwise = if has_default { " Otherwise a body of which nothing is set is sent as `{}`." } else { "" };
        write("without_body", &format!("{said}{otherwise}"), body.is_value().then_some("Nullable::Absent"));
    }
}

/// The table lines that give a request its `send` and the options of every request.
fn tables(code: &mut Code<'_>, api: &Api, method: &Method, state: &State) {
    let list = state.list();
    let output = |output: &Type| ty(api, output);
    let json_body = method.body.as_ref().is_some_and(Body::is_value);
    let mut line = |name: &'static str, head: String| code.table(&Table { name, head, rows: None });
    let sender = if json_body { "body_request" } else { "request" };
    match &method.output {
        Output::Page { item, meta, .. } => {
            let meta = meta.as_ref().map_or_else(|| "()".to_owned(), output);
            line(
                if json_body { "body_list_request" } else { "list_request" },
                format!("{}{list} => {}, {meta}", method.request, output(item)),
            );
        }
        Output::Empty => line(sender, format!("{}{list} => ()", method.request)),
        Output::Json(ty) => line(sender, format!("{}{list} => {}", method.request, output(ty))),
        Output::Envelope { member, ty } => {
            let member = if syn::parse_str::<syn::Ident>(member).is_ok() { member.clone() } else { literal(member) };
            line(sender, format!("{}{list} => {member} {}", method.request, output(ty)));
        }
        Output::Events(ty) => line(sender, format!("{}{list} => events {}", method.request, output(ty))),
        Output::ByStatus(view) => line(sender, format!("{}{list} => by_status {}", method.request, view.name)),
        Output::Bytes { .. } | Output::Text { .. } => {
            let kind = if matches!(method.output, Output::Text { .. }) { "String" } else { "Bytes" };
            if json_body {
                line(sender, format!("{}{list} => download {kind}", method.request));
            } else {
                line("download_request", format!("{}{list} => {kind}", method.request));
            }
        }
    }
    if method.body.as_ref().is_some_and(|body| matches!(body.kind, BodyKind::Multipart(_))) {
        line("form_parts", format!("{}{list}", method.request));
    }
    for alternative in &method.alternatives {
        let kind = responses::alternative(api, &alternative.content);
        line(
            if json_body { "body_alternative" } else { "alternative" },
            format!("{}{list} => {}: {}, {kind}", method.request, alternative.name, literal(&alternative.media_type)),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_become_statements() {
        let table = [
            ("List porting orders", "Lists porting orders."),
            ("Verify ownership.", "Verifies ownership."),
            ("Fetch it", "Fetches it."),
            ("Preview", "Previews."),
            ("User by name", "User by name."),
            ("", "Sends `GET /a`."),
        ];
        for (summary, expected) in table {
            assert_eq!(sentence(summary, "/a", Http::Get), expected);
        }
    }
}
