//! The types: structs, open enums, unions, aliases, and the builders of what goes into requests.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::docs;
use super::layout::{Piece, Table, literal};
use super::rust::{field_input, ident, ty};
use crate::model::{Api, Field, Guard, Presence, Struct, Type, TypeDef, TypeKind, Union, UnionVariant, Variant};

/// All that belongs to one type.
pub(crate) fn pieces(api: &Api, def: &TypeDef) -> Vec<Piece> {
    match &def.kind {
        TypeKind::Struct(object) => struct_pieces(api, def, object),
        TypeKind::StringEnum(variants) => string_enum(def, variants),
        TypeKind::IntEnum(variants) => int_enum(def, variants),
        TypeKind::Union(union) => union_pieces(api, def, union),
        TypeKind::Alias(target) => {
            let doc = doc_of(def);
            let name = ident(&def.name);
            let target = ty(api, target);
            vec![Piece::Item(quote!(#doc pub type #name = #target;))]
        }
    }
}

fn doc_of(def: &TypeDef) -> TokenStream {
    let fallback = format!("`{}` of the API.", def.name);
    let mut text = if def.doc.trim().is_empty() { fallback } else { def.doc.clone() };
    if def.deprecated {
        text.push_str("\n\n**Deprecated.**");
    }
    docs::attributes(&text)
}

fn struct_pieces(api: &Api, def: &TypeDef, object: &Struct) -> Vec<Piece> {
    let name = ident(&def.name);
    let doc = doc_of(def);
    let fields = object.fields.iter().map(|field| {
        let doc = field_doc(api, field);
        let field_name = ident(&field.name);
        let field_ty = field_type(api, field);
        quote!(#doc pub #field_name: #field_ty)
    });
    let rest = object.rest.iter().map(|(rest, value)| {
        let rest = ident(rest);
        let value = ty(api, value);
        quote!(#[doc = " Members that the fields above do not cover, by name."] pub #rest: Map<String, #value>)
    });
    let item = quote! {
        #doc
        #[derive(Clone, Default, PartialEq)]
        #[non_exhaustive]
        pub struct #name {
            #(#fields,)*
            #(#rest,)*
        }
    };
    let mut rows: Vec<String> = object
        .fields
        .iter()
        .map(|field| {
            let redacted = if field.redacted { "redacted " } else { "" };
            let presence = match field.presence {
                Presence::Required => "required",
                Presence::Optional => "optional",
                Presence::Nullable => "nullable",
            };
            format!("{redacted}{presence} {}: {}", field.name, literal(&field.wire))
        })
        .collect();
    rows.extend(object.rest.iter().map(|(rest, _)| format!("rest {rest}")));
    let mut pieces = vec![Piece::Item(item)];
    if let Some(builder) = &def.builder {
        pieces.extend(builder_pieces(api, def, object, builder));
    }
    // The table stands last: it is for the compiler, what is above is for people.
    pieces.push(Piece::Table(Table { name: "object", head: def.name.clone(), rows: Some(rows) }));
    pieces
}

/// A field's type with its presence and box.
fn field_type(api: &Api, field: &Field) -> TokenStream {
    let inner = ty(api, field.value_type());
    let inner = if field.boxed { quote!(Box<#inner>) } else { inner };
    match field.presence {
        Presence::Required if field.takes_null() => quote!(Option<#inner>),
        Presence::Required => inner,
        Presence::Optional => quote!(Option<#inner>),
        Presence::Nullable => quote!(Nullable<#inner>),
    }
}

fn field_doc(api: &Api, field: &Field) -> TokenStream {
    docs::attributes(&field_text(api, field))
}

/// The documentation of the setter of an explicit null.
pub(crate) fn null_doc(field: &Field) -> TokenStream {
    let wire = field.wire.replace('`', "'");
    docs::verbatim(&[match field.presence {
        Presence::Required => format!("Sends `{wire}` as null, in place of a value."),
        _ => format!("Sends `{wire}` as null. In an update that removes what was there."),
    }])
}

/// The documentation of a setter that must be called.
pub(crate) fn required_doc(text: &str) -> TokenStream {
    docs::attributes(&format!("Required. {text}"))
}

/// What is said of a member, wherever it is shown.
pub(crate) fn field_text(api: &Api, field: &Field) -> String {
    let mut text = if field.doc.trim().is_empty() { format!("`{}`", field.wire) } else { field.doc.clone() };
    if field.deprecated {
        text.push_str("\n\n**Deprecated.**");
    }
    if let Some(example) = example(api, &field.ty, field.example.as_ref()) {
        text.push_str("\n\n");
        text.push_str(&example);
    }
    text
}

/// `Example: "value"`, for values that fit a line.
pub(crate) fn example(api: &Api, ty: &Type, example: Option<&serde_json::Value>) -> Option<String> {
    if matches!(api.resolve(ty), Type::Named(_) | Type::Any | Type::Unit | Type::Bool) {
        return None;
    }
    let example = example.filter(|example| !example.is_null())?;
    let shown = example.to_string();
    (shown.len() <= 100 && !shown.contains(['`', '\\'])).then(|| format!("Example: `{shown}`"))
}

fn builder_pieces(api: &Api, def: &TypeDef, object: &Struct, builder: &str) -> Vec<Piece> {
    let name = ident(&def.name);
    let builder = ident(builder);
    let required: Vec<&Field> = object.fields.iter().filter(|field| field.presence == Presence::Required).collect();
    let state = State::new(api, required.iter().map(|field| field.name.as_str()));
    let fields = if required.is_empty() {
        quote!(value: Self::default())
    } else {
        quote!(value: Self::default(), state: PhantomData)
    };
    let start = quote! {
        impl #name {
            #[doc = " Starts building one. Nothing is set."]
            pub fn builder() -> #builder {
                #builder { #fields }
            }
        }
    };
    let doc = docs::verbatim(&[format!("Builds [`{}`].", def.name)]);
    let (declared, generics, tuple) = (state.declared(), state.generics(), state.tuple());
    let must_use = "a builder does nothing until it is built";
    let item = if required.is_empty() {
        quote! {
            #doc
            #[derive(Clone, Debug)]
            #[must_use = #must_use]
            pub struct #builder {
                value: #name,
            }
        }
    } else {
        quote! {
            #doc
            #[derive(Clone, Debug)]
            #[must_use = #must_use]
            pub struct #builder #declared {
                value: #name,
                state: PhantomData<fn() -> #tuple>,
            }
        }
    };
    let setters = object.fields.iter().map(|field| {
        let doc = field_doc(api, field);
        let field_name = ident(&field.name);
        let (argument, converted) = field_input(api, field, &field_name);
        match field.presence {
            Presence::Required => {
                let doc = required_doc(&field_text(api, field));
                let after = state.after(&field.name);
                let null = field.null_setter.as_deref().map(|null| {
                    let (null, null_doc) = (ident(null), null_doc(field));
                    quote! {
                        #null_doc
                        pub fn #null(mut self) -> #builder #after {
                            self.value.#field_name = None;
                            #builder { value: self.value, state: PhantomData }
                        }
                    }
                });
                quote! {
                    #doc
                    pub fn #field_name(mut self, #field_name: #argument) -> #builder #after {
                        self.value.#field_name = #converted;
                        #builder { value: self.value, state: PhantomData }
                    }
                    #null
                }
            }
            Presence::Optional => quote! {
                #doc
                pub fn #field_name(mut self, #field_name: #argument) -> Self {
                    self.value.#field_name = Some(#converted);
                    self
                }
            },
            Presence::Nullable => {
                let null_doc = null_doc(field);
                let null = field.null_setter.as_deref().map(|null| {
                    let null = ident(null);
                    quote! {
                        #null_doc
                        pub fn #null(mut self) -> Self {
                            self.value.#field_name = Nullable::Null;
                            self
                        }
                    }
                });
                quote! {
                    #doc
                    pub fn #field_name(mut self, #field_name: #argument) -> Self {
                        self.value.#field_name = Nullable::Value(#converted);
                        self
                    }
                    #null
                }
            }
        }
    });
    let rest = object.rest.iter().map(|(rest, value)| {
        let rest = ident(rest);
        let one = ty(api, value);
        quote! {
            #[doc = " Sets a member that has no setter of its own."]
            pub fn #rest(mut self, name: impl Into<String>, value: impl Into<#one>) -> Self {
                self.value.#rest.insert(name.into(), value.into());
                self
            }
        }
    });
    let bounds = state.bounds();
    let block = quote! {
        impl #generics #builder #generics {
            #(#setters)*
            #(#rest)*
            #[doc = " Gives what was built. Compiles once everything required is set."]
            #[must_use]
            pub fn build(self) -> #name #bounds {
                self.value
            }
        }
    };
    let complete = state.complete();
    let from_builder = quote! {
        impl From<#builder #complete> for #name {
            fn from(builder: #builder #complete) -> Self {
                builder.build()
            }
        }
    };
    let mut pieces = vec![Piece::Item(start), Piece::Item(item), Piece::Item(block), Piece::Item(from_builder)];
    pieces.extend(from_value(api, def, object));
    pieces
}

/// `Sort { value }` says nothing more than its value, so the value alone will do.
fn from_value(api: &Api, def: &TypeDef, object: &Struct) -> Vec<Piece> {
    let ([field], None) = (object.fields.as_slice(), &object.rest) else { return Vec::new() };
    if field.wire != "value" || field.boxed {
        return Vec::new();
    }
    let (name, inner) = (ident(&def.name), ty(api, field.value_type()));
    let mut sources = vec![inner];
    let text = match api.resolve(field.value_type()) {
        Type::String => true,
        Type::Named(id) => matches!(api.get(*id).map(|def| &def.kind), Some(TypeKind::StringEnum(_))),
        _ => false,
    };
    if text {
        sources.push(quote!(&str));
    }
    let field = ident(&field.name);
    let pieces = sources.into_iter().map(|source| {
        Piece::Item(quote! {
            impl From<#source> for #name {
                fn from(value: #source) -> Self {
                    Self::builder().#field(value).build()
                }
            }
        })
    });
    pieces.collect()
}

/// The type parameters by which a builder knows what has been set.
#[derive(Clone, Debug)]
pub(crate) struct State {
    /// Names of the required arguments, and of their parameters.
    names: Vec<(String, proc_macro2::Ident)>,
}

impl State {
    pub(crate) fn new<'a>(api: &Api, names: impl Iterator<Item = &'a str>) -> Self {
        let names = names
            .map(|name| {
                let camel = heck::ToUpperCamelCase::to_upper_camel_case(name);
                (name.to_owned(), format_ident!("Has{camel}"))
            })
            .collect::<Vec<_>>();
        // Two names may differ in underscores only, `type` and `type_`, and a type of the API may be called `HasType`.
        let mut seen = std::collections::BTreeSet::new();
        let names = names
            .into_iter()
            .enumerate()
            .map(|(index, (name, ident))| {
                let is_type = api.types.iter().any(|def| ident == def.name);
                if seen.insert(ident.to_string()) && !is_type {
                    (name, ident)
                } else {
                    (name, format_ident!("{ident}{index}"))
                }
            })
            .collect();
        Self { names }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// `<HasCity = Missing>`
    pub(crate) fn declared(&self) -> TokenStream {
        let params = self.names.iter().map(|(_, param)| param);
        if self.is_empty() { TokenStream::new() } else { quote!(<#(#params = Missing),*>) }
    }

    /// `<HasCity>`
    pub(crate) fn generics(&self) -> TokenStream {
        let params = self.names.iter().map(|(_, param)| param);
        if self.is_empty() { TokenStream::new() } else { quote!(<#(#params),*>) }
    }

    /// `(HasCity, HasState)`
    pub(crate) fn tuple(&self) -> TokenStream {
        let params = self.names.iter().map(|(_, param)| param);
        quote!((#(#params,)*))
    }

    /// The state once `name` is set.
    pub(crate) fn after(&self, name: &str) -> TokenStream {
        let params = self.names.iter().map(|(own, param)| if own == name { quote!(Set) } else { quote!(#param) });
        quote!(<#(#params),*>)
    }

    /// The state in which everything is set.
    pub(crate) fn complete(&self) -> TokenStream {
        let params = self.names.iter().map(|_| quote!(Set));
        if self.is_empty() { TokenStream::new() } else { quote!(<#(#params),*>) }
    }

    /// The state in which everything is set but the arguments `open`, which stay as they are.
    pub(crate) fn complete_but(&self, open: &[&str]) -> TokenStream {
        let params = self.names.iter().map(
            |(name, param)| {
                if open.contains(&name.as_str()) { quote!(#param) } else { quote!(Set) }
            },
        );
        quote!(<#(#params),*>)
    }

    /// `where HasCity: fields::city`
    pub(crate) fn bounds(&self) -> TokenStream {
        if self.is_empty() {
            return TokenStream::new();
        }
        let bounds = self.names.iter().map(|(name, param)| {
            let field = ident(name);
            quote!(#param: fields::#field)
        });
        quote!(where #(#bounds),*)
    }

    /// `[HasCity: city, HasState: state]`, as the request macros take it.
    pub(crate) fn list(&self) -> String {
        if self.is_empty() {
            return String::new();
        }
        let list: Vec<String> = self.names.iter().map(|(name, param)| format!("{param}: {name}")).collect();
        format!("[{}]", list.join(", "))
    }
}

fn string_enum(def: &TypeDef, variants: &[Variant<String>]) -> Vec<Piece> {
    let name = ident(&def.name);
    let doc = doc_of(def);
    let items = variants.iter().map(|variant| {
        let doc = docs::verbatim(&[format!("`{}`", variant.value.replace('`', "'").replace(['\n', '\r'], " "))]);
        let variant = ident(&variant.name);
        quote!(#doc #variant)
    });
    let rows = variants.iter().map(|variant| format!("{}: {}", variant.name, literal(&variant.value))).collect();
    vec![
        Piece::Item(quote! {
            #doc
            #[derive(Clone, PartialEq, Eq, Hash)]
            #[non_exhaustive]
            pub enum #name {
                #(#items,)*
                #[doc = " A value that this version of the crate does not know, kept as it came."]
                Unknown(String),
            }
        }),
        Piece::Table(Table { name: "open_enum", head: def.name.clone(), rows: Some(rows) }),
    ]
}

fn int_enum(def: &TypeDef, variants: &[Variant<i64>]) -> Vec<Piece> {
    let name = ident(&def.name);
    let doc = doc_of(def);
    let items = variants.iter().map(|variant| {
        let doc = docs::verbatim(&[format!("`{}`", variant.value)]);
        let variant = ident(&variant.name);
        quote!(#doc #variant)
    });
    let rows = variants.iter().map(|variant| format!("{}: {}", variant.name, variant.value)).collect();
    vec![
        Piece::Item(quote! {
            #doc
            #[derive(Clone, PartialEq, Eq, Hash)]
            #[non_exhaustive]
            pub enum #name {
                #(#items,)*
                #[doc = " A value that this version of the crate does not know, kept as it came."]
                Unknown(i64),
            }
        }),
        Piece::Table(Table { name: "int_enum", head: def.name.clone(), rows: Some(rows) }),
    ]
}

fn union_pieces(api: &Api, def: &TypeDef, union: &Union) -> Vec<Piece> {
    let name = ident(&def.name);
    let doc = doc_of(def);
    let items = union.variants.iter().map(|variant| {
        let doc = docs::attributes(&variant_text(union, variant));
        let variant_name = ident(&variant.name);
        let inner = variant_type(api, variant);
        quote!(#doc #variant_name(#inner))
    });
    let rows = union
        .variants
        .iter()
        .map(|variant| {
            let inner = table_type(api, variant);
            match &variant.tag {
                Some(tag) => format!("{}: {inner} = {}", variant.name, literal(tag)),
                None => format!("{}: {inner}{}", variant.name, guard(&variant.guard)),
            }
        })
        .collect();
    let head = match &union.tag {
        Some(tag) => format!("{} by {}", def.name, literal(tag)),
        None => def.name.clone(),
    };
    let mut pieces = vec![Piece::Item(quote! {
        #doc
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub enum #name {
            #(#items,)*
            #[doc = " Anything that this version of the crate does not know, whole."]
            Unknown(Value),
        }
    })];
    for variant in &union.variants {
        let unique = union.variants.iter().filter(|other| api.same(&other.ty, &variant.ty)).count() == 1;
        if !unique || matches!(api.resolve(&variant.ty), Type::Any | Type::Unit) {
            continue;
        }
        let variant_name = ident(&variant.name);
        let inner = ty(api, &variant.ty);
        let value = if variant.boxed { quote!(Box::new(value)) } else { quote!(value) };
        pieces.push(Piece::Item(quote! {
            impl From<#inner> for #name {
                fn from(value: #inner) -> Self {
                    Self::#variant_name(#value)
                }
            }
        }));
        // Literals are what people have at hand.
        if matches!(api.resolve(&variant.ty), Type::List(item) if matches!(api.resolve(item), Type::String)) {
            pieces.push(Piece::Item(quote! {
                impl<const N: usize> From<[&str; N]> for #name {
                    fn from(values: [&str; N]) -> Self {
                        Self::#variant_name(values.map(str::to_owned).to_vec())
                    }
                }
            }));
        }
        if matches!(api.resolve(&variant.ty), Type::String) {
            pieces.push(Piece::Item(quote! {
                impl From<&str> for #name {
                    fn from(value: &str) -> Self {
                        Self::#variant_name(value.to_owned())
                    }
                }
            }));
        }
    }
    pieces.push(Piece::Table(Table { name: "union", head, rows: Some(rows) }));
    pieces
}

fn variant_text(union: &Union, variant: &UnionVariant) -> String {
    let doc = if variant.doc.trim().is_empty() { String::new() } else { variant.doc.clone() };
    match (&union.tag, &variant.tag) {
        (Some(member), Some(tag)) => {
            let when = format!("`{}` is `{}`.", member.replace('`', "'"), tag.replace('`', "'"));
            if doc.is_empty() { when } else { format!("{when} {doc}") }
        }
        _ if doc.is_empty() => variant.name.clone(),
        _ => doc,
    }
}

fn variant_type(api: &Api, variant: &UnionVariant) -> TokenStream {
    let inner = ty(api, &variant.ty);
    if variant.boxed { quote!(Box<#inner>) } else { inner }
}

fn table_type(api: &Api, variant: &UnionVariant) -> String {
    variant_type(api, variant).to_string().replace(' ', "").replace(',', ", ")
}

fn guard(guard: &Guard) -> String {
    match guard {
        Guard::Always => String::new(),
        Guard::Bool => " if boolean".to_owned(),
        Guard::Integer => " if integer".to_owned(),
        Guard::Number => " if number".to_owned(),
        Guard::String => " if string".to_owned(),
        Guard::Array => " if array".to_owned(),
        Guard::Object(members) if members.is_empty() => " if object".to_owned(),
        Guard::Constant(member, value) => format!(" if constant with [{}, {}]", literal(member), literal(value)),
        Guard::Object(members) => {
            let members: Vec<String> = members.iter().map(|member| literal(member)).collect();
            format!(" if object with [{}]", members.join(", "))
        }
    }
}
