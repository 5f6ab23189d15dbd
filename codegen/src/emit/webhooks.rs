//! Webhooks: the type of their events, and what the runtime has to know to check them.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::docs;
use super::layout::{Piece, Table, literal};
use super::rust::{ident, text};
use crate::model::{Api, Signed, TypeDef, WebhookVariant, Webhooks};

/// The module `types::webhooks`.
pub(crate) const MODULE: &str = "webhooks";

/// The description of the webhooks, a field of the runtime's `Api`.
pub(crate) fn description(webhooks: &Webhooks) -> TokenStream {
    let (signature, timestamp) = (text(&webhooks.signature_header), text(&webhooks.timestamp_header));
    let signed = webhooks.signed.iter().map(|piece| match piece {
        Signed::Timestamp => quote!(Signed::Timestamp),
        Signed::Body => quote!(Signed::Body),
        Signed::Text(fixed) => {
            let fixed = text(fixed);
            quote!(Signed::Text(#fixed))
        }
    });
    let [member, id, attempt] = [&webhooks.member, &webhooks.id, &webhooks.attempt].map(|name| match name {
        Some(name) => {
            let name = text(name);
            quote!(Some(#name))
        }
        None => quote!(None),
    });
    quote! {
        #[cfg(feature = "webhooks")]
        webhooks: Webhooks {
            signature_header: #signature,
            timestamp_header: #timestamp,
            signed: &[#(#signed),*],
            member: #member,
            id: #id,
            attempt: #attempt,
        },
    }
}

/// The type of all events.
pub(crate) fn pieces(api: &Api, webhooks: &Webhooks) -> Vec<Piece> {
    let events: Vec<(&WebhookVariant, &TypeDef)> =
        webhooks.events.iter().filter_map(|event| Some((event, api.get(event.ty)?))).collect();
    let mut pieces = vec![Piece::Item(quote!(
        use crate::runtime::prelude::{Value, webhook_event};
    ))];
    for (_, def) in &events {
        let gate = gate(api, def).map(|feature| quote!(#[cfg(feature = #feature)]));
        let name = ident(&def.name);
        pieces.push(Piece::Item(quote!(#gate use crate::types::#name;)));
    }
    let name = ident(&webhooks.event);
    let doc = docs::attributes(&doc(webhooks));
    let link = docs::verbatim(&[
        String::new(),
        "[`Verifier::unwrap`](crate::webhooks::Verifier::unwrap) gives it.".to_owned(),
    ]);
    let items = events.iter().map(|(event, def)| {
        let gate = gate(api, def).map(|feature| quote!(#[cfg(feature = #feature)]));
        let fallback = format!("An event of the family `{}`.", event.name);
        let doc = docs::attributes(if def.doc.trim().is_empty() { &fallback } else { &def.doc });
        let (variant, inner) = (ident(&event.name), ident(&def.name));
        quote!(#doc #gate #variant(#inner))
    });
    pieces.push(Piece::Item(quote! {
        #doc
        #link
        #[allow(clippy::large_enum_variant, reason = "events come one at a time")]
        #[derive(Clone)]
        #[non_exhaustive]
        pub enum #name {
            #(#items,)*
            #[doc = " Anything that this version of the crate does not know, whole."]
            Unknown(Value),
        }
    }));
    for (event, def) in &events {
        let gate = gate(api, def).map(|feature| quote!(#[cfg(feature = #feature)]));
        let (variant, inner) = (format_ident!("{}", event.name), ident(&def.name));
        pieces.push(Piece::Item(quote! {
            #gate
            impl From<#inner> for #name {
                fn from(event: #inner) -> Self {
                    Self::#variant(event)
                }
            }
        }));
    }
    let rows = events
        .iter()
        .map(|(event, def)| {
            let gate = gate(api, def).map(|feature| format!("#[cfg(feature = {})] ", literal(feature)));
            format!("{}{}: {}", gate.unwrap_or_default(), event.name, def.name)
        })
        .collect();
    let tag = webhooks.tag.as_deref().unwrap_or_default();
    let head = format!("{} by {}", webhooks.event, literal(tag));
    pieces.push(Piece::Table(Table { name: "webhook_event", head, rows: Some(rows) }));
    pieces
}

fn doc(webhooks: &Webhooks) -> String {
    let mut text = "An event that the API posts to a webhook.".to_owned();
    if let Some(tag) = &webhooks.tag {
        text.push_str(&format!(" Its `{}` decides which family it belongs to.", tag.replace('`', "'")));
    }
    text
}

/// The feature without which a type is not built.
fn gate<'a>(api: &'a Api, def: &TypeDef) -> Option<&'a str> {
    api.features.iter().find(|feature| feature.module == def.module).map(|feature| feature.name.as_str())
}
