//! How a file looks: items apart by a blank line, methods too, tables as tables.

use proc_macro2::TokenStream;

/// A part of a file.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    /// One item, formatted by prettyplease.
    Item(TokenStream),
    /// A macro invocation that holds a table, one row a line.
    Table(Table),
}

/// `name! { head { row, row } }`
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub name: &'static str,
    /// What stands before the rows; without rows the whole content. Without a head the rows are all, and end in
    /// semicolons.
    pub head: String,
    pub rows: Option<Vec<String>>,
}

/// A text that should have been Rust and was not: a mistake of this library, not of the document.
#[derive(Clone, Debug)]
pub struct EmitError {
    pub(crate) what: String,
}

impl EmitError {
    /// Says in which file it is.
    pub(crate) fn in_file(self, path: &str) -> Self {
        Self { what: format!("{path}: {}", self.what) }
    }
}

impl std::fmt::Display for EmitError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "generated code is not valid Rust: {}", self.what)
    }
}

impl std::error::Error for EmitError {}

/// A part of a file that is known to be Rust.
pub(crate) enum Parsed {
    Item(Box<syn::Item>),
    Table(Table),
}

/// Makes sure that all items are Rust. Each is parsed once, whatever is done with it afterwards.
pub(crate) fn parse(pieces: Vec<Piece>) -> Result<Vec<Parsed>, EmitError> {
    pieces
        .into_iter()
        .map(|piece| match piece {
            Piece::Item(tokens) => match syn::parse2(tokens) {
                Ok(item) => Ok(Parsed::Item(Box::new(item))),
                Err(error) => Err(EmitError { what: error.to_string() }),
            },
            Piece::Table(table) => Ok(Parsed::Table(table)),
        })
        .collect()
}

/// Prints pieces, a blank line between them.
pub(crate) fn print(pieces: impl IntoIterator<Item = Parsed>) -> String {
    let mut text = String::new();
    let mut before = Kind::Other;
    for piece in pieces {
        let (piece, kind) = match piece {
            Parsed::Item(item) => {
                let kind = Kind::of(&item);
                (print_item(*item), kind)
            }
            Parsed::Table(table) => (print_table(&table), Kind::Other),
        };
        if !(text.is_empty() || kind != Kind::Other && kind == before) {
            text.push('\n');
        }
        before = kind;
        text.push_str(&piece);
    }
    text
}

/// Items of which several stand together without blank lines.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Use,
    PublicUse,
    Module,
    Other,
}

impl Kind {
    fn of(item: &syn::Item) -> Self {
        match item {
            syn::Item::Use(item) if matches!(item.vis, syn::Visibility::Inherited) => Self::Use,
            syn::Item::Use(_) => Self::PublicUse,
            syn::Item::Mod(_) => Self::Module,
            _ => Self::Other,
        }
    }
}

fn print_item(item: syn::Item) -> String {
    let syn::Item::Impl(mut block) = item else { return unparse(item) };
    let members = std::mem::take(&mut block.items);
    if members.is_empty() {
        return unparse(syn::Item::Impl(block));
    }
    let is_generic = has_types(&block.generics);
    let shell = unparse(syn::Item::Impl(block));
    let mut text = shell.trim_end().trim_end_matches('}').trim_end().to_owned();
    if !text.ends_with('{') {
        text.push('{');
    }
    text.push('\n');
    for (index, member) in members.into_iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        let printed = match member {
            syn::ImplItem::Fn(function) => unparse(syn::Item::Fn(syn::ItemFn {
                attrs: lazily_built(is_generic, &function),
                vis: function.vis,
                sig: function.sig,
                block: Box::new(function.block),
            })),
            syn::ImplItem::Const(constant) => unparse(syn::Item::Const(syn::ItemConst {
                attrs: constant.attrs,
                vis: constant.vis,
                const_token: constant.const_token,
                ident: constant.ident,
                generics: constant.generics,
                colon_token: constant.colon_token,
                ty: Box::new(constant.ty),
                eq_token: constant.eq_token,
                expr: Box::new(constant.expr),
                semi_token: constant.semi_token,
            })),
            other => {
                let tokens = quote::quote!(#other);
                unparse(syn::Item::Verbatim(tokens))
            }
        };
        for line in printed.lines() {
            if !line.is_empty() {
                text.push_str("    ");
                text.push_str(line);
            }
            text.push('\n');
        }
    }
    text.push_str("}\n");
    text
}

/// A method's attributes, with one that leaves its code to the crates that call it. An SDK has thousands of small
/// methods of which a program calls a few; what is generic waits for its callers anyway.
fn lazily_built(is_generic: bool, function: &syn::ImplItemFn) -> Vec<syn::Attribute> {
    let takes_any = |input: &syn::FnArg| match input {
        syn::FnArg::Typed(argument) => matches!(*argument.ty, syn::Type::ImplTrait(_)),
        syn::FnArg::Receiver(_) => false,
    };
    let mut attributes = function.attrs.clone();
    if !is_generic && !has_types(&function.sig.generics) && !function.sig.inputs.iter().any(takes_any) {
        attributes.push(syn::parse_quote!(#[inline]));
    }
    attributes
}

fn has_types(generics: &syn::Generics) -> bool {
    generics.type_params().next().is_some()
}

fn unparse(item: syn::Item) -> String {
    prettyplease::unparse(&syn::File { shebang: None, attrs: Vec::new(), items: vec![item] })
}

pub(crate) fn print_table(table: &Table) -> String {
    let Table { name, head, rows } = table;
    match rows {
        None => format!("{name}! {{ {head} }}\n"),
        Some(rows) if head.is_empty() => {
            let rows: Vec<String> = rows.iter().map(|row| format!("    {row};\n")).collect();
            format!("{name}! {{\n{}}}\n", rows.concat())
        }
        Some(rows) if rows.is_empty() => format!("{name}! {{\n    {head} {{}}\n}}\n"),
        Some(rows) => {
            let mut text = format!("{name}! {{\n    {head} {{\n");
            for row in rows {
                text.push_str("        ");
                text.push_str(row);
                text.push_str(",\n");
            }
            text.push_str("    }\n}\n");
            text
        }
    }
}

/// Text as a Rust string literal.
pub(crate) fn literal(text: &str) -> String {
    // Most texts mean themselves.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\') {
        return ["\"", text, "\""].concat();
    }
    proc_macro2::Literal::string(text).to_string()
}
