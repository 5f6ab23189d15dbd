//! Views of responses: enums by status of successes and errors, structs of headers.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs;
use super::layout::{Piece, Table, literal};
use super::resources::table_type;
use super::rust::{ident, ty};
use crate::model::{Api, Content, ErrorResponse, HeaderView, Method, Output, Resource, StatusCase, StatusView, Type};

/// What stands beside a request for its responses.
pub(crate) fn pieces(api: &Api, resource: &Resource, method: &Method) -> Vec<Piece> {
    let caller = format!("[`{}::{}`]", resource.handle, method.name);
    let mut pieces = Vec::new();
    if let Output::ByStatus(view) = &method.output {
        let doc = [format!("What {caller} gives, by the status of the response.")];
        let other = quote! {
            #[doc = " A success that the document does not name, as it came."]
            Other(RawResponse),
        };
        pieces.extend(by_status(api, view, &doc, &other, "by_status", "_ => Other as response"));
    }
    if let Some(view) = &method.error_view {
        let doc = [
            format!("What the errors of {caller} hold, by their status."),
            String::new(),
            format!("`{}::try_from(&error)` fails for an error that is no answer of the server, and for a", view.name),
            "body that is not what the document promises for its status.".to_owned(),
        ];
        let has_default = view.cases.iter().any(|case| case.status == "default");
        let other = if has_default {
            TokenStream::new()
        } else {
            quote! {
                #[doc = " A status whose body has no type of its own; [`Error::body`](crate::Error::body) has its bytes."]
                Other,
            }
        };
        let last = if has_default { "" } else { "_ => Other" };
        pieces.extend(by_status(api, view, &doc, &other, "errors_by_status", last));
    }
    if let Some(headers) = &method.headers {
        pieces.extend(header_struct(api, headers, &caller));
    }
    pieces
}

fn by_status(
    api: &Api,
    view: &StatusView,
    doc: &[String],
    other: &TokenStream,
    table: &'static str,
    last: &str,
) -> [Piece; 2] {
    let name = ident(&view.name);
    let doc = docs::verbatim(doc);
    let variants = view.cases.iter().map(|case| {
        let doc = docs::attributes(format!("`{}`: {}", case.status, case.doc.trim()).trim_end_matches(": "));
        let variant = ident(&case.variant);
        let held = held(api, &case.content).map(|held| quote!((#held)));
        quote!(#doc #variant #held,)
    });
    let item = quote! {
        #doc
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants)*
            #other
        }
    };
    let mut rows: Vec<String> = view.cases.iter().map(row).collect();
    if !last.is_empty() {
        rows.push(last.to_owned());
    }
    [Piece::Item(item), Piece::Table(Table { name: table, head: view.name.clone(), rows: Some(rows) })]
}

/// What a variant holds.
fn held(api: &Api, content: &Content) -> Option<TokenStream> {
    match content {
        Content::Nothing => None,
        Content::Json(Type::Unit) => Some(quote!(())),
        Content::Json(held) | Content::Envelope { ty: held, .. } => Some(ty(api, held)),
        Content::Text | Content::Events(_) => Some(quote!(String)),
        Content::Bytes => Some(quote!(Bytes)),
    }
}

fn row(case: &StatusCase) -> String {
    let pattern = match (case.status.as_str(), case.status.strip_suffix("XX")) {
        ("default", _) => "_".to_owned(),
        (_, Some(hundreds)) => format!("{hundreds}00..={hundreds}99"),
        (exact, None) => exact.to_owned(),
    };
    let variant = &case.variant;
    match &case.content {
        Content::Nothing => format!("{pattern} => {variant}"),
        Content::Json(_) => format!("{pattern} => {variant} as json"),
        Content::Envelope { member, .. } => format!("{pattern} => {variant} as json {}", literal(member)),
        Content::Text | Content::Events(_) => format!("{pattern} => {variant} as text"),
        Content::Bytes => format!("{pattern} => {variant} as bytes"),
    }
}

fn header_struct(api: &Api, headers: &HeaderView, caller: &str) -> [Piece; 2] {
    let name = ident(&headers.name);
    let doc = docs::verbatim(&[
        format!("The headers of the responses to {caller}."),
        String::new(),
        format!(
            "`{}::try_from(response.headers())` fails if a header is not what the document promises; any of",
            headers.name
        ),
        "them may be missing.".to_owned(),
    ]);
    let fields = headers.fields.iter().map(|field| {
        let said = if field.doc.trim().is_empty() { format!("`{}`", field.wire) } else { field.doc.clone() };
        let doc = docs::attributes(&said);
        let name = ident(&field.name);
        let ty = ty(api, &field.ty);
        quote!(#doc pub #name: Option<#ty>,)
    });
    let item = quote! {
        #doc
        #[derive(Clone, Debug, Default, PartialEq)]
        #[non_exhaustive]
        pub struct #name {
            #(#fields)*
        }
    };
    let rows = headers.fields.iter().map(|field| format!("{}: {}", field.name, literal(&field.wire))).collect();
    [Piece::Item(item), Piece::Table(Table { name: "response_headers", head: headers.name.clone(), rows: Some(rows) })]
}

/// What follows the media type of an alternative in its table line.
pub(crate) fn alternative(api: &Api, content: &Content) -> String {
    match content {
        Content::Events(ty) => format!("events {}", table_type(api, ty)),
        Content::Json(ty) | Content::Envelope { ty, .. } => format!("json {}", table_type(api, ty)),
        Content::Text => "String".to_owned(),
        Content::Bytes | Content::Nothing => "Bytes".to_owned(),
    }
}

/// What a method's documentation says about an error.
pub(crate) fn error_lines(api: &Api, error: &ErrorResponse) -> Vec<String> {
    let ErrorResponse { status, description, ty } = error;
    let mut lines = docs::lines(&format!("- `{status}`: {}", description.trim()));
    if let (Some(shown), Some(last)) = (ty.as_ref().and_then(|ty| linked(api, ty)), lines.last_mut()) {
        let stop = if last.ends_with(['.', '!', '?', ':']) { "" } else { "." };
        last.push_str(&format!("{stop} The body is {shown}."));
    }
    lines
}

/// A type as documentation names it.
fn linked(api: &Api, ty: &Type) -> Option<String> {
    match ty {
        Type::Named(id) => api.get(*id).map(|def| format!("a [`{0}`](crate::types::{0})", def.name)),
        Type::List(item) => match item.as_ref() {
            Type::Named(id) => api.get(*id).map(|def| format!("a list of [`{0}`](crate::types::{0})", def.name)),
            _ => None,
        },
        _ => None,
    }
}

/// What a method's documentation says about its errors' bodies and its responses' headers.
pub(crate) fn remarks(api: &Api, method: &Method) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(view) = &method.error_view {
        let name = &view.name;
        lines.extend([String::new(), format!("[`{name}`] tells their bodies apart: `{name}::try_from(&error)`.")]);
    } else if let Some(def) = method.errors.iter().find_map(|error| match error.ty.as_ref()? {
        Type::Named(id) => api.get(*id),
        _ => None,
    }) {
        let said = format!("[`Error::json`](crate::Error::json) decodes such a body: `error.json::<{}>()`.", def.name);
        lines.extend([String::new(), said]);
    }
    if let Some(headers) = &method.headers {
        let name = &headers.name;
        lines.extend([
            String::new(),
            "# Headers".to_owned(),
            String::new(),
            format!("[`{name}`] has those of a response of `send_raw()` and those of an error:"),
            format!("`{name}::try_from(response.headers())`."),
        ]);
    }
    lines
}
