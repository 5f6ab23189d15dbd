//! Types, setters and values of the model as Rust tokens.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote};

use crate::lower::names;
use crate::model::{Api, Field, Presence, Type};

/// An identifier that `lower` has decided on.
pub(crate) fn ident(name: &str) -> Ident {
    // `Ident::new` panics on what is no identifier; `lower` never makes such a name, and a test holds that.
    if names::is_plain(name) || syn::parse_str::<Ident>(name).is_ok() || name == "_" {
        Ident::new(name, Span::call_site())
    } else {
        Ident::new("invalid_name", Span::call_site())
    }
}

/// A type as one writes it in a field or signature.
pub(crate) fn ty(api: &Api, ty: &Type) -> TokenStream {
    match ty {
        Type::Bool => quote!(bool),
        Type::I32 => quote!(i32),
        Type::I64 => quote!(i64),
        Type::U64 => quote!(u64),
        Type::F32 => quote!(f32),
        Type::F64 => quote!(f64),
        Type::String => quote!(String),
        Type::Timestamp => quote!(Timestamp),
        Type::Date => quote!(Date),
        Type::Bytes => quote!(Bytes),
        Type::Unit => quote!(()),
        Type::Any => quote!(Value),
        Type::List(item) => {
            let item = self::ty(api, item);
            quote!(Vec<#item>)
        }
        Type::Map(value) => {
            let value = self::ty(api, value);
            quote!(Map<String, #value>)
        }
        Type::Option(inner) => {
            let inner = self::ty(api, inner);
            quote!(Option<#inner>)
        }
        Type::Named(id) => match api.get(*id) {
            Some(def) => ident(&def.name).to_token_stream(),
            None => quote!(Value),
        },
    }
}

/// What a setter takes, and how it becomes a value of the type; `value` is the argument's name.
pub(crate) fn input(api: &Api, ty: &Type, value: &Ident) -> (TokenStream, TokenStream) {
    match api.resolve(ty) {
        Type::List(item) => {
            let item_ty = api.resolve(item);
            if is_plain(item_ty) {
                let item = self::ty(api, item);
                (quote!(impl IntoIterator<Item = #item>), quote!(#value.into_iter().collect()))
            } else {
                let item = self::ty(api, item);
                (
                    quote!(impl IntoIterator<Item = impl Into<#item>>),
                    quote!(#value.into_iter().map(Into::into).collect()),
                )
            }
        }
        Type::Map(item) => {
            let item = self::ty(api, item);
            (
                quote!(impl IntoIterator<Item = (impl Into<String>, impl Into<#item>)>),
                quote!(#value.into_iter().map(|(key, value)| (key.into(), value.into())).collect()),
            )
        }
        plain if is_plain(plain) => (self::ty(api, ty), quote!(#value)),
        _ => {
            let ty = self::ty(api, ty);
            (quote!(impl Into<#ty>), quote!(#value.into()))
        }
    }
}

/// The same for a field: what its setter takes, and how that becomes the field's value.
pub(crate) fn field_input(api: &Api, field: &Field, value: &Ident) -> (TokenStream, TokenStream) {
    let (taken, mut converted) = input(api, field.value_type(), value);
    if field.boxed {
        converted = quote!(Box::new(#converted));
    }
    if field.presence == Presence::Required && field.takes_null() {
        converted = quote!(Some(#converted));
    }
    (taken, converted)
}

/// Types that have nothing convenient to convert from.
fn is_plain(ty: &Type) -> bool {
    matches!(ty, Type::Bool | Type::I32 | Type::I64 | Type::U64 | Type::F32 | Type::F64 | Type::Unit)
}

/// A string literal.
pub(crate) fn text(value: &str) -> Literal {
    Literal::string(value)
}
