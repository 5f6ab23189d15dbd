//! Types, setters and values of the model in Rust.

use proc_macro2::{Ident, Literal, Span};

use super::writer::line;
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
pub(crate) fn ty(api: &Api, ty: &Type) -> String {
    let mut text = String::new();
    push_ty(api, ty, &mut text);
    text
}

fn push_ty(api: &Api, ty: &Type, text: &mut String) {
    let mut wrapper = |open: &str, inner: &Type| {
        text.push_str(open);
        push_ty(api, inner, text);
        text.push('>');
    };
    match ty {
        Type::List(item) => wrapper("Vec<", item),
        Type::Map(value) => wrapper("Map<String, ", value),
        Type::Option(inner) => wrapper("Option<", inner),
        Type::Bool => text.push_str("bool"),
        Type::I32 => text.push_str("i32"),
        Type::I64 => text.push_str("i64"),
        Type::U64 => text.push_str("u64"),
        Type::F32 => text.push_str("f32"),
        Type::F64 => text.push_str("f64"),
        Type::String => text.push_str("String"),
        Type::Timestamp => text.push_str("Timestamp"),
        Type::Date => text.push_str("Date"),
        Type::Bytes => text.push_str("Bytes"),
        Type::Unit => text.push_str("()"),
        Type::Any => text.push_str("Value"),
        Type::Named(id) => text.push_str(api.get(*id).map_or("Value", |def| &def.name)),
    }
}

/// What a setter takes, and how it becomes a value of the type; `value` is the argument's name.
pub(crate) fn input(api: &Api, ty: &Type, value: &str) -> (String, String) {
    match api.resolve(ty) {
        Type::List(item) => {
            let is_plain = is_plain(api.resolve(item));
            let item = self::ty(api, item);
            if is_plain {
                (line!("impl IntoIterator<Item = {item}>"), line!("{value}.into_iter().collect()"))
            } else {
                (
                    line!("impl IntoIterator<Item = impl Into<{item}>>"),
                    line!("{value}.into_iter().map(Into::into).collect()"),
                )
            }
        }
        Type::Map(item) => {
            let item = self::ty(api, item);
            (
                line!("impl IntoIterator<Item = (impl Into<String>, impl Into<{item}>)>"),
                line!("{value}.into_iter().map(|(key, value)| (key.into(), value.into())).collect()"),
            )
        }
        plain if is_plain(plain) => (self::ty(api, ty), value.to_owned()),
        _ => (line!("impl Into<{}>", self::ty(api, ty)), line!("{value}.into()")),
    }
}

/// The same for a field: what its setter takes, and how that becomes the field's value.
pub(crate) fn field_input(api: &Api, field: &Field, value: &str) -> (String, String) {
    let (taken, mut converted) = input(api, field.value_type(), value);
    if field.boxed {
        converted = line!("Box::new({converted})");
    }
    if field.presence == Presence::Required && field.takes_null() {
        converted = line!("Some({converted})");
    }
    (taken, converted)
}

/// Types that are passed by value and have nothing convenient to convert from.
pub(crate) fn is_plain(ty: &Type) -> bool {
    matches!(ty, Type::Bool | Type::I32 | Type::I64 | Type::U64 | Type::F32 | Type::F64 | Type::Unit)
}

/// A string literal.
pub(crate) fn text(value: &str) -> Literal {
    Literal::string(value)
}
