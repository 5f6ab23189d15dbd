//! The resources: handles with one method for each operation, and the request builders.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::bodies;
use super::docs;
use super::examples;
use super::layout::{Piece, Table, literal};
use super::responses;
use super::rust::{field_input, ident, input, text, ty};
use super::security;
use super::types::{State, example, field_text, null_doc, required_doc};
use crate::model::{
    Api, Argument, Body, BodyKind, Http, Method, Output, Param, ParamIn, PathArg, Presence, Resource, Struct, Style,
    Type, TypeKind,
};
use crate::words;

/// All that belongs to a resource and those below it.
pub(crate) fn pieces(api: &Api, resource: &Resource, crate_name: &str) -> Vec<Piece> {
    let mut pieces = handle(api, resource, crate_name);
    for method in &resource.methods {
        pieces.push(operation(api, method));
        pieces.extend(request(api, resource, method));
    }
    for child in &resource.children {
        pieces.extend(self::pieces(api, child, crate_name));
    }
    pieces
}

/// The handle: its children and its methods.
fn handle(api: &Api, resource: &Resource, crate_name: &str) -> Vec<Piece> {
    let name = ident(&resource.handle);
    let access: Vec<String> = resource.path.iter().map(|segment| format!("{segment}()")).collect();
    let doc = if resource.doc.is_empty() {
        format!("`{}` of the API.", resource.path.join("."))
    } else {
        resource.doc.clone()
    };
    let doc = docs::attributes(&format!("{doc}\n\nGiven by `client.{}`.", access.join(".")));
    let children = resource.children.iter().map(|child| {
        let method = ident(&child.name);
        let handle = ident(&child.handle);
        let doc = docs::attributes(if child.doc.is_empty() { "Resources below this one." } else { &child.doc });
        quote! {
            #doc
            #[must_use]
            pub fn #method(&self) -> #handle {
                #handle::new(&self.client)
            }
        }
    });
    let methods = resource.methods.iter().map(|method| {
        let doc = method_doc(api, resource, method, crate_name);
        let deprecated =
            method.deprecated.then(|| quote!(#[deprecated = "the API's document marks this operation as deprecated"]));
        let method_name = ident(&method.name);
        let request = ident(&method.request);
        let constant = ident(&method.constant);
        let args = method.path_args.iter().map(|arg| {
            let name = ident(&arg.name);
            let argument = path_input(api, arg);
            quote!(#name: #argument)
        });
        let paths = method.path_args.iter().map(|arg| {
            let wire = text(&arg.wire);
            let name = ident(&arg.name);
            if *api.resolve(&arg.ty) == Type::String {
                return quote!(.path(#wire, #name));
            }
            let (_, converted) = input(api, &arg.ty, &name);
            let generic = generic(api, &arg.ty);
            quote!(.path_value #generic (#wire, #converted))
        });
        let fields = fields(api, method, &quote!(Request::new(&self.client, &#constant) #(#paths)*));
        quote! {
            #doc
            #deprecated
            pub fn #method_name(&self, #(#args),*) -> #request {
                #request { #fields }
            }
        }
    });
    vec![
        Piece::Item(quote! {
            #doc
            #[derive(Clone, Debug)]
            pub struct #name {
                client: Client,
            }
        }),
        Piece::Item(quote! {
            impl #name {
                pub(crate) fn new(client: &Client) -> Self {
                    Self { client: client.clone() }
                }
                #(#children)*
                #(#methods)*
            }
        }),
    ]
}

/// The fields of a new request.
fn fields(api: &Api, method: &Method, request: &TokenStream) -> TokenStream {
    let object = method.body.as_ref().and_then(|body| body_struct(api, body));
    let state = state(api, method, object);
    let state = (!state.is_empty()).then(|| quote!(, state: PhantomData));
    let is_form = method.body.as_ref().is_some_and(|body| body.required && matches!(body.kind, BodyKind::Multipart(_)));
    let form = is_form.then(|| quote!(.multipart()));
    let body = method.body.as_ref().filter(|body| body.is_value()).map(|body| {
        let initial = default_of(api, &body.ty);
        quote!(, body: #initial)
    });
    quote!(request: #request #form #body #state)
}

/// The value that a body has before anything is set.
fn default_of(api: &Api, wanted: &Type) -> TokenStream {
    match wanted {
        Type::List(_) => quote!(Vec::new()),
        Type::Map(_) => quote!(Map::new()),
        Type::Option(_) => quote!(None),
        Type::Any => quote!(Value::Null),
        Type::Unit => quote!(()),
        Type::Named(id) if matches!(api.get(*id).map(|def| &def.kind), Some(TypeKind::Alias(_))) => {
            default_of(api, api.resolve(wanted))
        }
        _ => {
            let shown = ty(api, wanted);
            quote!(#shown::default())
        }
    }
}

/// What a path argument is given as.
fn path_input(api: &Api, arg: &PathArg) -> TokenStream {
    let name = ident(&arg.name);
    input(api, &arg.ty, &name).0
}

/// `::<T>`, where the conversion of an argument does not say by itself what it gives.
pub(super) fn generic(api: &Api, wanted: &Type) -> Option<TokenStream> {
    let is_plain = matches!(
        api.resolve(wanted),
        Type::Bool | Type::I32 | Type::I64 | Type::U64 | Type::F32 | Type::F64 | Type::Unit
    );
    let shown = ty(api, wanted);
    (!is_plain).then(|| quote!(::<#shown>))
}

/// What a method does, the HTTP line, its arguments, an example, and the errors worth knowing.
fn method_doc(api: &Api, resource: &Resource, method: &Method, crate_name: &str) -> TokenStream {
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
    if method.path_args.iter().any(|arg| !arg.doc.trim().is_empty()) {
        lines.push(String::new());
        lines.push("# Arguments".to_owned());
        lines.push(String::new());
        for arg in &method.path_args {
            lines.extend(docs::lines(&format!("- `{}`: {}", arg.name, arg.doc.trim())));
        }
    }
    let example = examples::call(api, resource, method);
    lines.push(String::new());
    lines.push("# Examples".to_owned());
    lines.push(String::new());
    lines.push("```no_run".to_owned());
    let krate = crate_name.replace('-', "_");
    lines.extend(example.import(&krate).into_iter().flat_map(|import| [import, String::new()]));
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
    docs::verbatim(&lines)
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

/// The static that describes the operation.
fn operation(api: &Api, method: &Method) -> Piece {
    let constant = ident(&method.constant);
    let id = text(&method.operation_id);
    let http = format_ident!("{}", heck::ToUpperCamelCase::to_upper_camel_case(method.http.as_str()));
    let path = text(&method.path);
    let accept = method.accept.as_ref().map(|accept| {
        let accept = text(accept);
        quote!(accept: #accept,)
    });
    let content_type = method.body.as_ref().filter(|body| needs_content_type(body)).map(|body| {
        let media_type = text(&body.media_type);
        quote!(content_type: #media_type,)
    });
    let form: Vec<TokenStream> = match method.body.as_ref().map(|body| &body.kind) {
        Some(BodyKind::Form(params)) => params.iter().map(param).collect(),
        _ => Vec::new(),
    };
    let form = (!form.is_empty()).then(|| quote!(form: &[#(#form),*],));
    let mut params: Vec<TokenStream> = method.params.iter().map(param).collect();
    params.extend(method.path_args.iter().filter_map(path_param));
    let params = (!params.is_empty()).then(|| quote!(params: &[#(#params),*],));
    let paging = match &method.output {
        Output::Page { paging, whole, .. } => api.pagings.get(*paging).map(|style| {
            let constant = if *whole { format_ident!("{}_WHOLE", style.constant) } else { ident(&style.constant) };
            quote!(paging: Some(&#constant),)
        }),
        _ => None,
    };
    let security = method.security.as_ref().map(|own| {
        let own = security::alternatives(own);
        quote!(security: Some(#own),)
    });
    let server = method.server.as_ref().map(|server| {
        let server = text(server);
        quote!(server: Some(#server),)
    });
    Piece::Item(quote! {
        static #constant: Operation = Operation {
            id: #id,
            method: Method::#http,
            path: #path,
            #accept
            #content_type
            #form
            #params
            #paging
            #security
            #server
            ..Operation::DEFAULT
        };
    })
}

/// Whether the operation must say of which media type its body is. Forms of parts say it themselves.
fn needs_content_type(body: &Body) -> bool {
    body.media_type != "application/json" && !matches!(body.kind, BodyKind::Multipart(_))
}

fn param(param: &Param) -> TokenStream {
    let wire = text(&param.wire);
    let made = match (param.location, param.style) {
        (ParamIn::Query, Style::DeepObject) => quote!(Param::deep_object(#wire)),
        (ParamIn::Query, Style::Json) => quote!(Param::json(#wire)),
        (ParamIn::Query, Style::SpaceDelimited) => quote!(Param::space_delimited(#wire)),
        (ParamIn::Query, Style::PipeDelimited) => quote!(Param::pipe_delimited(#wire)),
        (ParamIn::Query, _) => quote!(Param::query(#wire)),
        (ParamIn::Header, Style::Json) => quote!(Param::header(#wire).as_json()),
        (ParamIn::Header, _) => quote!(Param::header(#wire)),
        (ParamIn::Cookie, Style::Json) => quote!(Param::cookie(#wire).as_json()),
        (ParamIn::Cookie, _) => quote!(Param::cookie(#wire)),
    };
    // Only what differs from what is usual for the style.
    let explode = match param.style {
        Style::Form => (!param.explode).then(|| quote!(.explode(false))),
        Style::DeepObject | Style::Json => None,
        _ => param.explode.then(|| quote!(.explode(true))),
    };
    let reserved = param.reserved.then(|| quote!(.allow_reserved()));
    let empty = param.empty.then(|| quote!(.allow_empty()));
    quote!(#made #explode #reserved #empty)
}

fn path_param(arg: &PathArg) -> Option<TokenStream> {
    let wire = text(&arg.wire);
    let explode = arg.explode.then(|| quote!(.explode(true)));
    match arg.style {
        Style::Label => Some(quote!(Param::label(#wire)#explode)),
        Style::Matrix => Some(quote!(Param::matrix(#wire)#explode)),
        Style::Json => Some(quote!(Param::path(#wire).as_json())),
        _ => arg.explode.then(|| quote!(Param::path(#wire).explode(true))),
    }
}

/// The required arguments of a request, in the order of its documentation.
fn state(api: &Api, method: &Method, object: Option<&Struct>) -> State {
    let mut names: Vec<&str> =
        method.arguments.iter().filter(|argument| argument.required).map(|argument| argument.name.as_str()).collect();
    match (&method.body, object) {
        (Some(Body { kind: BodyKind::Multipart(parts), .. }), _) => {
            names.extend(parts.iter().filter(|part| part.required).map(|part| part.name.as_str()));
        }
        (Some(body), _) if !body.is_value() && !body.required => {}
        (Some(body), Some(object)) => {
            let fields = object.fields.iter().zip(&body.setters);
            names.extend(
                fields
                    .filter(|(field, _)| field.presence == Presence::Required)
                    .map(|(_, setter)| setter.name.as_str()),
            );
        }
        (Some(_), None) => names.push("body"),
        (None, _) => {}
    }
    State::new(api, names.into_iter())
}

fn body_struct<'a>(api: &'a Api, body: &Body) -> Option<&'a Struct> {
    match api.get(body.fields?).map(|def| &def.kind) {
        Some(TypeKind::Struct(object)) => Some(object),
        _ => None,
    }
}

/// The request builder: what it holds, its setters, and the table line that makes it sendable.
fn request(api: &Api, resource: &Resource, method: &Method) -> Vec<Piece> {
    let name = ident(&method.request);
    let object = method.body.as_ref().and_then(|body| body_struct(api, body));
    let state = state(api, method, object);
    let doc = docs::verbatim(&[format!(
        "A request of [`{}::{}`]: `{} {}`.",
        resource.handle,
        method.name,
        method.http.as_str(),
        method.path.replace('`', "'")
    )]);
    let must_use = "a request does nothing until it is sent";
    let body = method.body.as_ref().filter(|body| body.is_value()).map(|body| {
        let ty = ty(api, &body.ty);
        quote!(body: #ty,)
    });
    let (declared, generics, tuple) = (state.declared(), state.generics(), state.tuple());
    let phantom = (!state.is_empty()).then(|| quote!(state: PhantomData<fn() -> #tuple>,));
    let item = quote! {
        #doc
        #[derive(Clone, Debug)]
        #[must_use = #must_use]
        pub struct #name #declared {
            request: Request,
            #body
            #phantom
        }
    };
    let rebuilt = {
        let body = method.body.as_ref().filter(|body| body.is_value()).map(|_| quote!(, body: self.body));
        quote!(#name { request: self.request #body, state: PhantomData })
    };
    let mut setters: Vec<TokenStream> =
        method.arguments.iter().map(|argument| argument_setter(api, method, argument, &state, &rebuilt)).collect();
    if let Some(body) = &method.body {
        match (&body.kind, object) {
            (BodyKind::Multipart(parts), _) => {
                setters.extend(bodies::part_setters(api, method, parts, &state, &rebuilt));
            }
            (_, Some(object)) => setters.extend(body_setters(api, method, body, object, &state, &rebuilt)),
            (_, None) => setters.push(whole_body(api, method, body, &state)),
        }
    }
    let mut pieces = vec![Piece::Item(item)];
    if !setters.is_empty() {
        pieces.push(Piece::Item(quote!(impl #generics #name #generics { #(#setters)* })));
    }
    pieces.extend(tables(api, method, &state));
    pieces.extend(responses::pieces(api, resource, method));
    pieces
}

fn argument_setter(
    api: &Api,
    method: &Method,
    argument: &Argument,
    state: &State,
    rebuilt: &TokenStream,
) -> TokenStream {
    let mut said = if argument.doc.trim().is_empty() { format!("`{}`", argument.wire) } else { argument.doc.clone() };
    if argument.deprecated {
        said.push_str("\n\n**Deprecated.**");
    }
    if let Some(default) = argument.default.as_ref().filter(|default| !default.is_null()) {
        said.push_str(&format!("\n\nUnless it is set, the server takes `{}`.", default.to_string().replace('`', "'")));
    }
    if let Some(example) = example(api, &argument.ty, argument.example.as_ref()) {
        said.push_str("\n\n");
        said.push_str(&example);
    }
    let doc = docs::attributes(&said);
    let name = ident(&argument.name);
    let wire = text(&argument.wire);
    let (taken, converted) = input(api, &argument.ty, &name);
    let put = match argument.location {
        ParamIn::Query => format_ident!("query"),
        ParamIn::Header => format_ident!("header_param"),
        ParamIn::Cookie => format_ident!("cookie"),
    };
    let shown = ty(api, &argument.ty);
    let put = match generic(api, &argument.ty) {
        None => quote!(self.request.#put(#wire, #converted);),
        // What does not fit a line is two statements.
        Some(_) if is_long(&[&shown, &quote!(#wire), &converted]) => quote! {
            let #name: #shown = #converted;
            self.request.#put(#wire, #name);
        },
        Some(generic) => quote!(self.request.#put #generic (#wire, #converted);),
    };
    if argument.required {
        let doc = required_doc(&said);
        let owner = ident(&method.request);
        let after = state.after(&argument.name);
        quote! {
            #doc
            pub fn #name(mut self, #name: #taken) -> #owner #after {
                #put
                #rebuilt
            }
        }
    } else {
        quote! {
            #doc
            pub fn #name(mut self, #name: #taken) -> Self {
                #put
                self
            }
        }
    }
}

/// Whether a call with these parts is longer than a line.
fn is_long(parts: &[&TokenStream]) -> bool {
    let length: usize = parts.iter().map(|part| part.to_string().replace(' ', "").len()).sum();
    length + "        self.request.query::<>(, );".len() > 89
}

/// A setter for each member of the body, and one for the whole.
fn body_setters(
    api: &Api,
    method: &Method,
    body: &Body,
    object: &Struct,
    state: &State,
    rebuilt: &TokenStream,
) -> Vec<TokenStream> {
    let owner = ident(&method.request);
    let mut setters: Vec<TokenStream> = object
        .fields
        .iter()
        .zip(&body.setters)
        .map(|(field, setter)| {
            let doc = docs::attributes(&field_text(api, field));
            let name = ident(&setter.name);
            let member = ident(&field.name);
            let (taken, converted) = field_input(api, field, &name);
            match field.presence {
                Presence::Required => {
                    let doc = required_doc(&field_text(api, field));
                    let after = state.after(&setter.name);
                    let null = setter.null.as_deref().map(|null| {
                        let (null, null_doc) = (ident(null), null_doc(field));
                        quote! {
                            #null_doc
                            pub fn #null(mut self) -> #owner #after {
                                self.body.#member = None;
                                #rebuilt
                            }
                        }
                    });
                    quote! {
                        #doc
                        pub fn #name(mut self, #name: #taken) -> #owner #after {
                            self.body.#member = #converted;
                            #rebuilt
                        }
                        #null
                    }
                }
                Presence::Optional => quote! {
                    #doc
                    pub fn #name(mut self, #name: #taken) -> Self {
                        self.body.#member = Some(#converted);
                        self
                    }
                },
                Presence::Nullable => {
                    let null_doc = null_doc(field);
                    let null = setter.null.as_deref().map(|null| {
                        let null = ident(null);
                        quote! {
                            #null_doc
                            pub fn #null(mut self) -> Self {
                                self.body.#member = Nullable::Null;
                                self
                            }
                        }
                    });
                    quote! {
                        #doc
                        pub fn #name(mut self, #name: #taken) -> Self {
                            self.body.#member = Nullable::Value(#converted);
                            self
                        }
                        #null
                    }
                }
            }
        })
        .collect();
    setters.push(whole_body(api, method, body, state));
    setters
}

/// The setter of the whole body.
fn whole_body(api: &Api, method: &Method, body: &Body, state: &State) -> TokenStream {
    let owner = ident(&method.request);
    // Arguments beside the body stay as they are.
    let query: Vec<&str> =
        method.arguments.iter().filter(|argument| argument.required).map(|argument| argument.name.as_str()).collect();
    let after = if query.is_empty() { state.complete() } else { state.complete_but(&query) };
    if !body.is_value() {
        return bodies::upload_setter(method, body, state, &after);
    }
    let body_name = ident("body");
    let (taken, converted) = input(api, &body.ty, &body_name);
    let said = if body.fields.is_some() {
        "Gives the whole body at once and forgets what was set before."
    } else {
        "Gives the body."
    };
    let doc = docs::attributes(said);
    let rest = (!state.is_empty()).then(|| quote!(, state: PhantomData));
    quote! {
        #doc
        pub fn body(self, body: #taken) -> #owner #after {
            #owner { request: self.request, body: #converted #rest }
        }
    }
}

/// The table lines that give a request its `send` and the options of every request.
fn tables(api: &Api, method: &Method, state: &State) -> Vec<Piece> {
    let list = state.list();
    let output = |ty_: &Type| table_type(api, ty_);
    let json_body = method.body.as_ref().is_some_and(Body::is_value);
    let line = |name: &'static str, head: String| Piece::Table(Table { name, head, rows: None });
    let sender = if json_body { "body_request" } else { "request" };
    let mut pieces = vec![match &method.output {
        Output::Page { item, meta, .. } => {
            let meta = meta.as_ref().map_or_else(|| "()".to_owned(), output);
            line(
                if json_body { "body_list_request" } else { "list_request" },
                format!("{}{list} => {}, {meta}", method.request, output(item)),
            )
        }
        Output::Empty => line(sender, format!("{}{list} => ()", method.request)),
        Output::Json(ty) => line(sender, format!("{}{list} => {}", method.request, output(ty))),
        Output::Envelope { member, ty } => {
            let member = if syn::parse_str::<syn::Ident>(member).is_ok() { member.clone() } else { literal(member) };
            line(sender, format!("{}{list} => {member} {}", method.request, output(ty)))
        }
        Output::Events(ty) => line(sender, format!("{}{list} => events {}", method.request, output(ty))),
        Output::ByStatus(view) => line(sender, format!("{}{list} => by_status {}", method.request, view.name)),
        Output::Bytes { .. } | Output::Text { .. } => {
            let kind = if matches!(method.output, Output::Text { .. }) { "String" } else { "Bytes" };
            if json_body {
                line(sender, format!("{}{list} => download {kind}", method.request))
            } else {
                line("download_request", format!("{}{list} => {kind}", method.request))
            }
        }
    }];
    if method.body.as_ref().is_some_and(|body| matches!(body.kind, BodyKind::Multipart(_))) {
        pieces.push(line("form_parts", format!("{}{list}", method.request)));
    }
    for alternative in &method.alternatives {
        let kind = responses::alternative(api, &alternative.content);
        pieces.push(line(
            if json_body { "body_alternative" } else { "alternative" },
            format!("{}{list} => {}: {}, {kind}", method.request, alternative.name, literal(&alternative.media_type)),
        ));
    }
    pieces
}

pub(super) fn table_type(api: &Api, wanted: &Type) -> String {
    ty(api, wanted).to_string().replace(' ', "").replace(',', ", ")
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
