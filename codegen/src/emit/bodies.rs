//! Setters of bodies that are no JSON: parts of forms, text, uploads.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs;
use super::resources::generic;
use super::rust::{ident, input, text};
use super::types::{State, example, required_doc};
use crate::model::{Api, Body, BodyKind, Method, Part, PartKind};

/// The media type of files whose document does not say more.
const ANY_FILE: &str = "application/octet-stream";

/// A setter for each part of a form.
pub(crate) fn part_setters(
    api: &Api,
    method: &Method,
    parts: &[Part],
    state: &State,
    rebuilt: &TokenStream,
) -> Vec<TokenStream> {
    parts.iter().map(|part| part_setter(api, method, part, state, rebuilt)).collect()
}

fn part_setter(api: &Api, method: &Method, part: &Part, state: &State, rebuilt: &TokenStream) -> TokenStream {
    let mut said = if part.doc.trim().is_empty() { format!("`{}`", part.wire) } else { part.doc.clone() };
    if part.deprecated {
        said.push_str("\n\n**Deprecated.**");
    }
    if let Some(example) = example(api, &part.ty, part.example.as_ref()).filter(|_| part.kind == PartKind::Value) {
        said.push_str("\n\n");
        said.push_str(&example);
    }
    let name = ident(&part.name);
    let wire = text(&part.wire);
    let file_type = text(part.media_type.as_deref().unwrap_or(ANY_FILE));
    let (taken, put) = match part.kind {
        PartKind::File => (quote!(impl Into<FileUpload>), quote!(files(#wire, #file_type, [#name.into()]))),
        PartKind::Files => (
            quote!(impl IntoIterator<Item = impl Into<FileUpload>>),
            quote!(files(#wire, #file_type, #name.into_iter().map(Into::into))),
        ),
        PartKind::Value => {
            let (taken, converted) = input(api, &part.ty, &name);
            let generic = generic(api, &part.ty);
            let put = match &part.media_type {
                Some(media_type) => {
                    let media_type = text(media_type);
                    quote!(part_as #generic (#wire, #media_type, #converted))
                }
                None => quote!(part #generic (#wire, #converted)),
            };
            (taken, put)
        }
    };
    if part.required {
        let doc = required_doc(&said);
        let owner = ident(&method.request);
        let after = state.after(&part.name);
        return quote! {
            #doc
            pub fn #name(mut self, #name: #taken) -> #owner #after {
                self.request.#put;
                #rebuilt
            }
        };
    }
    let doc = docs::attributes(&said);
    quote! {
        #doc
        pub fn #name(mut self, #name: #taken) -> Self {
            self.request.#put;
            self
        }
    }
}

/// The setter of a body that is sent as it is; `after` is the type's state when it is set.
pub(crate) fn upload_setter(method: &Method, body: &Body, state: &State, after: &TokenStream) -> TokenStream {
    let owner = ident(&method.request);
    let (taken, said) = match body.kind {
        BodyKind::Text => (quote!(impl Into<String>), "Gives the body, as it is to be sent."),
        _ => (quote!(impl Into<FileUpload>), "Gives the body: bytes, a file or a stream."),
    };
    let converted = match body.kind {
        BodyKind::Text => quote!(FileUpload::bytes(body.into())),
        _ => quote!(body.into()),
    };
    let said = if body.doc.trim().is_empty() { said.to_owned() } else { format!("{said}\n\n{}", body.doc.trim()) };
    let doc = docs::attributes(&said);
    if !body.required {
        return quote! {
            #doc
            pub fn body(mut self, body: #taken) -> Self {
                self.request.upload(#converted);
                self
            }
        };
    }
    let rest = (!state.is_empty()).then(|| quote!(, state: PhantomData));
    quote! {
        #doc
        pub fn body(mut self, body: #taken) -> #owner #after {
            self.request.upload(#converted);
            #owner { request: self.request #rest }
        }
    }
}
