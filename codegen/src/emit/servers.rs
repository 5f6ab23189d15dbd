//! The servers that callers may choose from.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs;
use super::layout::Piece;
use super::rust::{ident, text};
use crate::model::{Api, Server, ServerVariable};

/// The module `servers`: a function for each server, and a type for each variable that has a few values.
pub(crate) fn pieces(api: &Api) -> Vec<Piece> {
    let functions = api.servers.iter().map(function);
    let mut pieces = vec![
        Piece::Item(quote!(
            use crate::runtime::prelude::server_url;
        )),
        Piece::Item(quote! {
            #[doc = " A server of the API, for [`ClientBuilder::base_url`](crate::ClientBuilder::base_url)."]
            #[derive(Clone, Debug, PartialEq, Eq)]
            #[must_use = "a server does nothing until it is given to a client"]
            pub struct Server(String);
        }),
        Piece::Item(quote! {
            impl Server {
                #(#functions)*
                #[doc = " Returns the server's URL."]
                #[must_use]
                pub fn url(&self) -> &str {
                    &self.0
                }
            }
        }),
        Piece::Item(quote! {
            impl From<Server> for String {
                fn from(server: Server) -> Self {
                    server.0
                }
            }
        }),
    ];
    let variables = api.servers.iter().flat_map(|server| &server.variables).filter(|variable| !variable.ty.is_empty());
    pieces.extend(variables.flat_map(enumeration));
    pieces
}

fn function(server: &Server) -> TokenStream {
    let name = ident(&server.name);
    let mut said = format!("`{}`", server.url.replace('`', "'"));
    if !server.doc.trim().is_empty() {
        said = format!("{}\n\n{said}", server.doc.trim());
    }
    for variable in &server.variables {
        let doc = if variable.doc.trim().is_empty() { String::new() } else { format!(": {}", variable.doc.trim()) };
        let usual = match variable.default.replace('`', "'") {
            default if default.is_empty() => "empty".to_owned(),
            default => format!("`{default}`"),
        };
        said.push_str(&format!("\n\n`{}`{doc}. Usually {usual}.", variable.name));
    }
    let doc = docs::attributes(&said.replace("..", "."));
    let url = text(&server.url);
    let arguments = server.variables.iter().map(|variable| {
        let name = ident(&variable.name);
        if variable.ty.is_empty() {
            quote!(#name: impl AsRef<str>)
        } else {
            let ty = ident(&variable.ty);
            quote!(#name: #ty)
        }
    });
    let values = server.variables.iter().map(|variable| {
        let (wire, name) = (text(&variable.wire), ident(&variable.name));
        if variable.ty.is_empty() { quote!((#wire, #name.as_ref())) } else { quote!((#wire, #name.as_str())) }
    });
    quote! {
        #doc
        pub fn #name(#(#arguments),*) -> Self {
            Self(server_url(#url, &[#(#values),*]))
        }
    }
}

fn enumeration(variable: &ServerVariable) -> Vec<Piece> {
    let ty = ident(&variable.ty);
    let said = if variable.doc.trim().is_empty() { format!("`{}`", variable.wire) } else { variable.doc.clone() };
    let doc = docs::attributes(&said);
    let usual = variable.values.iter().any(|(_, value)| *value == variable.default);
    let derived = usual.then(|| quote!(, Default));
    let variants = variable.values.iter().map(|(name, value)| {
        let name = ident(name);
        let doc = format!(" `{}`", value.replace('`', "'"));
        let default = (*value == variable.default).then(|| quote!(#[default]));
        quote!(#[doc = #doc] #default #name)
    });
    let arms = variable.values.iter().map(|(name, value)| {
        let (name, value) = (ident(name), text(value));
        quote!(Self::#name => #value)
    });
    vec![
        Piece::Item(quote! {
            #doc
            #[derive(Clone, Copy, Debug, PartialEq, Eq #derived)]
            #[non_exhaustive]
            pub enum #ty {
                #(#variants),*
            }
        }),
        Piece::Item(quote! {
            impl #ty {
                #[doc = " Returns the value as it stands in the URL."]
                #[must_use]
                pub fn as_str(self) -> &'static str {
                    match self {
                        #(#arms),*
                    }
                }
            }
        }),
    ]
}
