//! The driver: sends any operation through the typed builders, its arguments given as JSON by their wire names.
//!
//! Tests feed it recorded calls of other SDKs. It knows what the builders know and nothing more, so an argument that
//! the typed surface lacks is left over and reported.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};

use super::layout::{EmitError, Piece, parse, print};
use super::rust::{ident, text as literal};
use crate::lower::names::PARAM;
use crate::model::{Api, Body, BodyKind, Method, Output, ParamIn, Part, PartKind, Presence, Resource, Type, TypeKind};

pub(crate) fn text(api: &Api, crate_name: &str) -> Result<String, EmitError> {
    let krate = ident(&crate_name.replace('-', "_"));
    let mut methods = api.methods();
    // The driver goes by operation and JSON; other media types of its body are not what the recorded calls send.
    methods.retain(|(_, method)| method.body_media_type.is_none());
    let arms = methods.iter().map(|(_, method)| {
        let id = literal(&method.operation_id);
        let function = function_name(method);
        quote!(#id => #function(client, arguments).await)
    });
    let ids = methods.iter().map(|(_, method)| literal(&method.operation_id));
    let mut pieces = vec![
        Piece::Item(quote!(
            use serde_json::Value;
        )),
        Piece::Item(quote!(use #krate::{Client, Timestamp, types};)),
        Piece::Item(quote!(
            use crate::wire::{self, Arguments, Failure};
        )),
        Piece::Item(quote! {
            #[doc = " Every operation that [`call`] knows."]
            pub const OPERATIONS: &[&str] = &[#(#ids),*];
        }),
        Piece::Item(quote! {
            #[doc = " Sends one operation and gives the decoded result as JSON."]
            #[doc = ""]
            #[doc = " # Errors"]
            #[doc = ""]
            #[doc = " When the operation or one of its arguments is unknown, or when the call fails."]
            pub async fn call(client: &Client, operation: &str, arguments: &mut Arguments) -> Result<Value, Failure> {
                match operation {
                    #(#arms,)*
                    unknown => Err(Failure::unknown_operation(unknown, OPERATIONS)),
                }
            }
        }),
    ];
    for (resource, method) in methods {
        pieces.push(function(api, resource, method));
    }
    pieces.extend(round_trip(api));
    let pieces = parse(pieces).map_err(|error| error.in_file("driver.rs"))?;
    Ok(print(pieces))
}

/// What decodes a value into any type of the crate and encodes it again.
fn round_trip(api: &Api) -> Vec<Piece> {
    let named: Vec<_> = api
        .types
        .iter()
        .filter_map(|def| {
            let schema = def.pointer.strip_prefix("/components/schemas/")?;
            (!schema.contains('/')).then_some((def, schema))
        })
        .collect();
    let rows = named.iter().map(|(def, schema)| {
        let (name, schema) = (literal(&def.name), literal(schema));
        let request = def.builder.is_some() || def.name.ends_with(PARAM);
        quote!((#name, #schema, #request))
    });
    let arms = named.iter().map(|(def, _)| {
        let (text, name) = (literal(&def.name), ident(&def.name));
        quote!(#text => wire::round_trip::<types::#name>(value))
    });
    vec![
        Piece::Item(quote! {
            #[doc = " Every type that has a schema of a name, that name, and whether requests hold the type."]
            pub const TYPES: &[(&str, &str, bool)] = &[#(#rows),*];
        }),
        Piece::Item(quote! {
            #[doc = " Decodes a value into the type of this name and encodes it again."]
            #[doc = ""]
            #[doc = " # Errors"]
            #[doc = ""]
            #[doc = " When there is no such type, or the value does not fit it."]
            pub fn round_trip(name: &str, value: &Value) -> Result<Value, Failure> {
                match name {
                    #(#arms,)*
                    unknown => Err(Failure::Arguments(format!("unknown type `{unknown}`"))),
                }
            }
        }),
    ]
}

pub(super) fn function_name(method: &Method) -> proc_macro2::Ident {
    let snake = heck::ToSnakeCase::to_snake_case(method.request.strip_suffix("Request").unwrap_or(&method.request));
    format_ident!("send_{}", snake.trim_start_matches('_'))
}

fn function(api: &Api, resource: &Resource, method: &Method) -> Piece {
    let name = function_name(method);
    let access = resource.path.iter().map(|segment| {
        let segment = ident(segment);
        quote!(#segment())
    });
    let call = ident(&method.name);
    let path_args = method.path_args.iter().map(|arg| {
        let wire = literal(&arg.wire);
        let ty = qualified(api, &arg.ty);
        quote!(arguments.path::<#ty>(#wire)?)
    });
    let mut optional = Vec::new();
    let mut required = Vec::new();
    for argument in &method.arguments {
        let wire = literal(&argument.wire);
        let setter = ident(&argument.name);
        let ty = qualified(api, &argument.ty);
        let source = match argument.location {
            ParamIn::Query => format_ident!("query"),
            ParamIn::Header => format_ident!("header"),
            ParamIn::Cookie => format_ident!("cookie"),
        };
        if argument.required {
            let source = format_ident!("required_{source}");
            required.push(quote!(let request = request.#setter(arguments.#source::<#ty>(#wire)?);));
        } else {
            optional.push(quote! {
                if let Some(value) = arguments.#source::<#ty>(#wire)? {
                    request = request.#setter(value);
                }
            });
        }
    }
    if let Some(Body { kind: BodyKind::Multipart(parts), .. }) = &method.body {
        let setters = parts.iter().map(|part| (part.required, part_setter(api, part)));
        for (is_required, setter) in setters {
            if is_required { required.push(setter) } else { optional.push(setter) }
        }
    } else if let Some(body) = &method.body {
        let object = body.fields.and_then(|id| api.get(id)).map(|def| &def.kind);
        if let Some(TypeKind::Struct(object)) = object {
            for (field, setter) in object.fields.iter().zip(&body.setters) {
                let wire = literal(&field.wire);
                let ty = qualified(api, &field.ty);
                let set = ident(&setter.name);
                match (field.presence, &setter.null) {
                    (Presence::Required, Some(null)) => {
                        let null = ident(null);
                        required.push(quote! {
                            let request = match arguments.required_body::<#ty>(#wire)? {
                                Some(value) => request.#set(value),
                                None => request.#null(),
                            };
                        });
                    }
                    (Presence::Required, None) => {
                        required.push(quote!(let request = request.#set(arguments.required_body::<#ty>(#wire)?);));
                    }
                    (Presence::Nullable, Some(null)) => {
                        let null = ident(null);
                        optional.push(quote! {
                            if arguments.body_null(#wire) {
                                request = request.#null();
                            } else if let Some(value) = arguments.body::<#ty>(#wire)? {
                                request = request.#set(value);
                            }
                        });
                    }
                    _ => optional.push(quote! {
                        if let Some(value) = arguments.body::<#ty>(#wire)? {
                            request = request.#set(value);
                        }
                    }),
                }
            }
        } else {
            let ty = if matches!(body.kind, BodyKind::Text) { quote!(String) } else { qualified(api, &body.ty) };
            required.push(quote!(let request = request.body(arguments.whole_body::<#ty>()?);));
        }
    }
    let mutable = (!optional.is_empty()).then(|| quote!(mut));
    let result = match &method.output {
        Output::Empty => quote! {
            request.send().await?;
            Ok(Value::Null)
        },
        Output::Json(_) | Output::Envelope { .. } => quote!(wire::encode(&request.send().await?)),
        Output::Page { .. } => quote!(wire::encode_page(&request.send().await?)),
        Output::Bytes { .. } => quote!(Ok(wire::encode_bytes(&request.send().await?))),
        Output::Text { .. } => quote!(Ok(wire::encode_text(request.send().await?))),
        Output::Events(_) | Output::ByStatus(_) => {
            quote!(Ok(wire::encode_bytes(request.send_raw().await?.body())))
        }
    };
    let allow = method.deprecated.then(|| quote!(#[allow(deprecated)]));
    Piece::Item(quote! {
        #allow
        async fn #name(client: &Client, arguments: &mut Arguments) -> Result<Value, Failure> {
            let #mutable request = client.#(#access).*.#call(#(#path_args),*);
            #(#optional)*
            #(#required)*
            arguments.finish()?;
            #result
        }
    })
}

/// Gives a part of a form; the content of a file is given as text.
fn part_setter(api: &Api, part: &Part) -> TokenStream {
    let (wire, setter) = (literal(&part.wire), ident(&part.name));
    let ty = match part.kind {
        PartKind::File => quote!(String),
        PartKind::Files => quote!(Vec<String>),
        PartKind::Value => qualified(api, &part.ty),
    };
    if part.required {
        return quote!(let request = request.#setter(arguments.required_body::<#ty>(#wire)?););
    }
    quote! {
        if let Some(value) = arguments.body::<#ty>(#wire)? {
            request = request.#setter(value);
        }
    }
}

/// A type as the tests name it.
fn qualified(api: &Api, ty: &Type) -> TokenStream {
    match ty {
        Type::List(item) => {
            let item = qualified(api, item);
            quote!(Vec<#item>)
        }
        Type::Map(value) => {
            let value = qualified(api, value);
            quote!(std::collections::BTreeMap<String, #value>)
        }
        Type::Option(inner) => {
            let inner = qualified(api, inner);
            quote!(Option<#inner>)
        }
        Type::Named(id) => match api.get(*id) {
            Some(def) => {
                let name = ident(&def.name);
                quote!(types::#name)
            }
            None => quote!(Value),
        },
        Type::Timestamp => quote!(Timestamp),
        Type::Date => quote!(Date),
        Type::Bytes => quote!(Vec<u8>),
        Type::Unit => quote!(()),
        plain => ident(&super::rust::ty(api, plain)).to_token_stream(),
    }
}
