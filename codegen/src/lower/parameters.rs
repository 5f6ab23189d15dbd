//! Parameters become arguments: positional ones for the path, setters for queries, headers and cookies.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use openapiv3::{MediaType, Parameter, ParameterSchemaOrContent, PathStyle, QueryStyle, ReferenceOr};
use serde_json::Value;

use super::components::{self, Component};
use super::media::{self, Kind};
use super::names::{self, Scope};
use super::operations::{Found, paging_object};
use super::schemas::{Place, Schemas, Typed, note_rename};
use super::security;
use super::usage::Usage;
use super::view::{Node, View};
use crate::diagnostic::{Diagnostics, nearest};
use crate::model::{Argument, Param, ParamIn, PathArg, Style, Type};
use crate::normalize::Document;

/// Headers that the client sets itself; the specification says to ignore parameters of these names.
const OWN_HEADERS: &[&str] = &["accept", "authorization", "content-type"];

impl<'a> Found<'a> {
    /// The parameters of the operation and of its path, each with its place; the operation's own override.
    pub(crate) fn parameters(&self, document: &'a Document) -> Vec<(&'a Parameter, String)> {
        let own = self.operation.parameters.iter().enumerate();
        let own = own.map(|(index, parameter)| (parameter, format!("{}/parameters/{index}", self.pointer)));
        let shared = self.item.parameters.iter().enumerate();
        let shared =
            shared.map(|(index, parameter)| (parameter, format!("{}/parameters/{index}", self.path_pointer())));
        let mut seen = BTreeSet::new();
        let mut parameters = Vec::new();
        for (parameter, pointer) in own.chain(shared) {
            let Some((parameter, pointer)) = Component::resolve(parameter, pointer, document) else { continue };
            if seen.insert(identity(parameter)) {
                parameters.push((parameter, pointer));
            }
        }
        parameters
    }
}

/// The parameters beside the path, and a setter for each; an object that asks for a page gets one for each member.
pub(crate) fn lower<'a>(
    given: &[(&'a Parameter, String)],
    base: &str,
    is_paged: bool,
    taken: &mut Scope,
    schemas: &mut Schemas<'a>,
    diagnostics: &mut Diagnostics,
) -> (Vec<Param>, Vec<Argument>) {
    let mut params = Vec::new();
    let mut arguments = Vec::new();
    for (parameter, pointer) in given {
        let Some(param) = param(parameter) else { continue };
        let data = parameter.parameter_data_ref();
        if param.location == ParamIn::Header
            && let Some((fault, help)) = fault_of_header(&data.name)
        {
            let at = schemas.document.locate(&format!("{pointer}/name"));
            diagnostics.warning("header-name", at, format!("{fault}; the parameter is left out")).help(help);
            continue;
        }
        if param.location == ParamIn::Cookie && !is_token(&data.name) {
            let at = schemas.document.locate(&format!("{pointer}/name"));
            let message = format!("{:?} can't be the name of a cookie; it is sent percent-encoded", data.name);
            diagnostics.warning("cookie-name", at, message).help(TOKENS);
        }
        let members = schema(parameter, schemas.document)
            .filter(|_| is_paged && param.style == Style::DeepObject)
            .and_then(|node| paging_object(node, schemas.document));
        for (name, member) in members.iter().flatten() {
            let place =
                Place::new(format!("{pointer}/schema/properties/{name}"), format!("{base} {name}"), Usage::PARAMETER);
            let typed = schemas.lower(*member, &place, diagnostics);
            let wire = format!("{}[{name}]", data.name);
            arguments.push(Argument {
                name: taken.claim(&names::snake(&wire)),
                wire,
                location: param.location,
                ty: typed.ty,
                required: false,
                format: typed.format,
                doc: typed.doc,
                deprecated: typed.deprecated,
                example: typed.example,
                default: default_of(*member, schemas),
            });
        }
        if members.is_none() {
            let typed = value(parameter, pointer, &format!("{base} {}", data.name), schemas, diagnostics);
            let wanted = names::snake(&data.name);
            let wanted = if taken.is_taken(&wanted) { format!("{wanted}_") } else { wanted };
            let name = taken.claim(&wanted);
            if name != wanted {
                note_rename(
                    &data.name,
                    &wanted,
                    &name,
                    schemas.document.locate(&format!("{pointer}/name")),
                    diagnostics,
                );
            }
            arguments.push(Argument {
                name,
                wire: data.name.clone(),
                location: param.location,
                ty: typed.ty,
                required: data.required,
                format: typed.format,
                doc: typed.doc,
                deprecated: data.deprecated.unwrap_or_default() || typed.deprecated,
                example: typed.example,
                default: schema(parameter, schemas.document).and_then(|node| default_of(node, schemas)),
            });
        }
        params.push(param);
    }
    (params, arguments)
}

/// Of what names of headers and cookies consist.
const TOKENS: &str = "such names hold letters, digits and dashes";

/// Whether HTTP takes a text for a name.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Why no request can have a header of this name from its caller, and what to do.
pub(super) fn fault_of_header(name: &str) -> Option<(String, &'static str)> {
    const FRAMING: &[&str] = &["connection", "content-length", "host", "te", "trailer", "transfer-encoding", "upgrade"];
    if !is_token(name) {
        Some((format!("{name:?} can't be the name of a header"), TOKENS))
    } else if FRAMING.iter().any(|framing| name.eq_ignore_ascii_case(framing)) {
        Some((format!("the client sets the header `{name}` itself"), "take it out of the document"))
    } else {
        None
    }
}

/// How a parameter is written, if it is neither in the path nor the client's own.
fn param(parameter: &Parameter) -> Option<Param> {
    let data = parameter.parameter_data_ref();
    let (location, style, reserved, empty) = match parameter {
        Parameter::Path { .. } => return None,
        Parameter::Query { style, allow_reserved, allow_empty_value, .. } => {
            let style = match style {
                QueryStyle::Form => Style::Form,
                QueryStyle::SpaceDelimited => Style::SpaceDelimited,
                QueryStyle::PipeDelimited => Style::PipeDelimited,
                QueryStyle::DeepObject => Style::DeepObject,
            };
            (ParamIn::Query, style, *allow_reserved, allow_empty_value.unwrap_or_default())
        }
        Parameter::Header { .. } if OWN_HEADERS.contains(&data.name.to_ascii_lowercase().as_str()) => return None,
        Parameter::Header { .. } => (ParamIn::Header, Style::Simple, false, false),
        Parameter::Cookie { .. } => (ParamIn::Cookie, Style::Form, false, false),
    };
    let style = match media_type(parameter) {
        Some((name, _)) if media::kind(name) == Kind::Json => Style::Json,
        // Styles are for what has a schema.
        Some(_) if location == ParamIn::Query => Style::Form,
        _ => style,
    };
    let explode = data.explode.unwrap_or(style == Style::Form);
    Some(Param { wire: data.name.clone(), location, style, explode, reserved, empty })
}

/// The name of a parameter that many operations refer to, unless something else is called so: none of them names its type.
fn own_name(pointer: &str, schemas: &Schemas<'_>) -> Option<String> {
    let key = pointer.strip_prefix("/components/parameters/").filter(|key| !key.contains('/'))?;
    let name = names::type_name(key);
    (!schemas.scope.is_taken(&name)).then(|| key.to_owned())
}

/// The media type that the document gives the parameter in place of a schema.
fn media_type(parameter: &Parameter) -> Option<(&str, &MediaType)> {
    match &parameter.parameter_data_ref().format {
        ParameterSchemaOrContent::Content(content) => content.first().map(|(name, media)| (name.as_str(), media)),
        ParameterSchemaOrContent::Schema(_) => None,
    }
}

/// The media type of a parameter whose value is the caller's text: one that is not written here, unless its schema is
/// that of a plain value, of which there is but one way to write it.
fn foreign<'p>(parameter: &'p Parameter, document: &Document) -> Option<(&'p str, &'p MediaType)> {
    let (name, media) = media_type(parameter).filter(|(name, _)| media::kind(name) != Kind::Json)?;
    let view = media.schema.as_ref().and_then(|schema| Node::from(schema).resolve(document)).map(View::of);
    let is_plain = |view: View<'_>| match view.kind {
        Some(kind) => !matches!(kind, "object" | "array"),
        None => !view.values.is_empty(),
    };
    if view.is_some_and(is_plain) { None } else { Some((name, media)) }
}

/// The type of a parameter's value, and what is said of it.
fn value<'a>(
    parameter: &'a Parameter,
    pointer: &str,
    name: &str,
    schemas: &mut Schemas<'a>,
    diagnostics: &mut Diagnostics,
) -> Typed {
    let document = schemas.document;
    let data = parameter.parameter_data_ref();
    let example = data.example.clone().or_else(|| media_type(parameter)?.1.example.clone());
    if let Some((media_type, media)) = foreign(parameter, document) {
        let node = media.schema.as_ref().map(Node::from);
        let at = media::schema_pointer(pointer, media_type);
        report_untyped(&data.name, media_type, node, &at, document, diagnostics);
        let said = node.and_then(|node| node.view(document)).and_then(|view| view.data.description.clone());
        let said = data.description.clone().or(said).unwrap_or_default();
        let doc = format!("{}\n\nSent as it is given, as `{media_type}`.", said.trim()).trim_start().to_owned();
        return Typed { ty: Type::String, doc, example: example.filter(Value::is_string), ..Typed::any() };
    }
    let mut typed = match components::schema(&data.format, pointer) {
        Some((node, at)) => {
            let mut place = Place::new(at, name.to_owned(), Usage::PARAMETER);
            if let Some(own) = own_name(pointer, schemas) {
                place.name = own;
            }
            schemas.lower(node, &place, diagnostics)
        }
        None => Typed::any(),
    };
    if let Some(description) = &data.description {
        typed.doc.clone_from(description);
    }
    Typed { example: example.or(typed.example.take()), ..typed }
}

/// Says of a parameter in a format that is not written here that its schema gets no type.
fn report_untyped(
    name: &str,
    media_type: &str,
    node: Option<Node<'_>>,
    pointer: &str,
    document: &Document,
    diagnostics: &mut Diagnostics,
) {
    if node.and_then(|node| node.view(document)).is_none_or(|view| view.is_free()) {
        return;
    }
    let media_type = media::essence(media_type);
    diagnostics
        .warning(
            "untyped-parameter",
            document.locate(pointer),
            format!("`{name}` is text to the caller, in `{media_type}`: its schema gets no type"),
        )
        .help("offer `application/json` to have it typed, or write `schema` in place of `content`");
}

/// What the server assumes when nothing is sent.
fn default_of(node: Node<'_>, schemas: &Schemas<'_>) -> Option<Value> {
    node.schema(schemas.document)?.schema_data.default.clone()
}

/// A parameter that the operation describes twice: the first counts.
pub(crate) fn report_duplicates(found: &Found<'_>, document: &Document, diagnostics: &mut Diagnostics) {
    report_duplicates_of(&found.operation.parameters, &found.pointer, document, diagnostics);
}

/// The same for the parameters that all operations of a path share.
pub(crate) fn report_shared_duplicates(found: &[Found<'_>], document: &Document, diagnostics: &mut Diagnostics) {
    // The operations of a path stand together.
    let mut last = None;
    for found in found {
        if last.replace(found.path) != Some(found.path) {
            report_duplicates_of(&found.item.parameters, &found.path_pointer(), document, diagnostics);
        }
    }
}

fn report_duplicates_of(
    parameters: &[ReferenceOr<Parameter>],
    owner: &str,
    document: &Document,
    diagnostics: &mut Diagnostics,
) {
    let mut seen: BTreeMap<(&str, Cow<'_, str>), (&str, String)> = BTreeMap::new();
    for (index, parameter) in parameters.iter().enumerate() {
        let pointer = format!("{owner}/parameters/{index}");
        let Some((parameter, _)) = Component::resolve(parameter, pointer.clone(), document) else { continue };
        let (word, name) = (location_word(parameter), parameter.parameter_data_ref().name.as_str());
        if let Some((first, at)) = seen.get(&identity(parameter)) {
            let what = if *first == name {
                format!("the {word} parameter `{name}` is described twice")
            } else {
                format!("the {word} parameters `{first}` and `{name}` are the same header")
            };
            diagnostics
                .warning("duplicate-parameter", document.locate(&pointer), format!("{what}; the first one counts"))
                .related(document.locate(at), "described here before")
                .help("remove one of them");
        } else {
            seen.insert(identity(parameter), (name, pointer));
        }
    }
}

/// Parameters in the place of a credential, which give way to nothing: each pair is told of once.
pub(crate) fn report_credentials(
    found: &[Found<'_>],
    security: &security::Plan<'_>,
    document: &Document,
    diagnostics: &mut Diagnostics,
) {
    let mut credentials: BTreeMap<(&str, Cow<'_, str>), Vec<usize>> = BTreeMap::new();
    for (index, scheme) in security.security.schemes.iter().enumerate() {
        if let Some((word, name)) = security::carrier(&scheme.auth) {
            credentials.entry((word, same_name(word, name))).or_default().push(index);
        }
    }
    if credentials.is_empty() {
        return;
    }
    let usual: BTreeSet<usize> = security.security.default.iter().flatten().copied().collect();
    for found in found {
        for (parameter, pointer) in found.parameters(document) {
            // Those that are left out are sent by nobody.
            let Some(indices) = credentials.get_mut(&identity(parameter)).filter(|_| param(parameter).is_some()) else {
                continue;
            };
            let needed = security.of(found).map(|own| own.into_iter().flatten().collect());
            let needed: &BTreeSet<usize> = needed.as_ref().unwrap_or(&usual);
            let (replaced, others): (Vec<_>, Vec<_>) = indices.drain(..).partition(|index| needed.contains(index));
            *indices = others;
            for scheme in replaced.into_iter().filter_map(|index| security.security.schemes.get(index)) {
                let (word, name) = (location_word(parameter), &parameter.parameter_data_ref().name);
                diagnostics
                    .note(
                        "credential-parameter",
                        document.locate(&format!("{pointer}/name")),
                        format!(
                            "the {word} parameter `{name}` stands where the credential of `{}` goes; a caller who sets it \
                             sends that in place of the credential",
                            scheme.name
                        ),
                    )
                    .help("remove the parameter if it is but the credential");
            }
        }
    }
}

/// What tells a parameter apart from others: its place and its name.
fn identity(parameter: &Parameter) -> (&'static str, Cow<'_, str>) {
    let word = location_word(parameter);
    (word, same_name(word, &parameter.parameter_data_ref().name))
}

/// A name as it is compared in a place: those of headers may be written in any case.
pub(super) fn same_name<'n>(word: &str, name: &'n str) -> Cow<'n, str> {
    if word == "header" { Cow::Owned(name.to_ascii_lowercase()) } else { Cow::Borrowed(name) }
}

/// Positional arguments, in the order in which the path names them.
pub(crate) fn path_args<'a>(
    found: &Found<'a>,
    parameters: &[(&'a Parameter, String)],
    base: &str,
    schemas: &mut Schemas<'a>,
    diagnostics: &mut Diagnostics,
) -> Vec<PathArg> {
    let mut scope = Scope::default();
    let mut args = Vec::new();
    let mut names_in_path = Vec::new();
    let mut rest = found.path;
    while let Some((_, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            let (place, name) = if after.is_empty() {
                ("at its end".to_owned(), "name")
            } else {
                (format!("before `{after}`"), after.split('/').next().unwrap_or_default())
            };
            diagnostics
                .warning(
                    "open-brace",
                    schemas.document.locate(&found.path_pointer()).at_key(),
                    format!("the path `{}` has a brace {place} that is never closed; it is sent as it is", found.path),
                )
                .help(format!("write `{{{name}}}` for a parameter"));
            break;
        };
        if !names_in_path.contains(&name) {
            names_in_path.push(name);
        }
        rest = after;
    }
    for (parameter, pointer) in parameters {
        let Parameter::Path { parameter_data, .. } = parameter else { continue };
        let name = parameter_data.name.as_str();
        if names_in_path.contains(&name) {
            continue;
        }
        let help = match nearest(name, names_in_path.iter().copied()) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => format!("write `{{{name}}}` where it belongs in the path, or remove the parameter"),
        };
        diagnostics
            .warning(
                "unused-path-parameter",
                schemas.document.locate(&format!("{pointer}/name")),
                format!("the path `{}` has no `{{{name}}}`; the parameter is left out", found.path),
            )
            .help(help);
    }
    for wire in names_in_path {
        let described = parameters.iter().find_map(|(parameter, pointer)| match parameter {
            Parameter::Path { parameter_data, style } if parameter_data.name == wire => {
                Some((*parameter, parameter_data, style, pointer))
            }
            _ => None,
        });
        let Some((parameter, data, style, pointer)) = described else {
            let name = scope.claim(&names::snake(wire));
            if wire.is_empty() {
                diagnostics
                    .warning(
                        "unnamed-path-parameter",
                        schemas.document.locate(&found.path_pointer()).at_key(),
                        format!(
                            "the braces in the path `{}` hold no name; what stands there is taken as a string `{name}`",
                            found.path
                        ),
                    )
                    .help("name the parameter between the braces, and describe it");
            } else {
                diagnostics
                    .warning(
                        "undescribed-path-parameter",
                        schemas.document.locate(&found.pointer).at_key(),
                        format!("the path names `{{{wire}}}`, but no parameter describes it; it is taken as a string"),
                    )
                    .help(format!("add a parameter with `name: {wire}` and `in: path`"));
            }
            args.push(PathArg {
                name,
                wire: wire.to_owned(),
                ty: Type::String,
                style: Style::Simple,
                explode: false,
                format: None,
                doc: String::new(),
                example: None,
            });
            continue;
        };
        let style = match (media_type(parameter), style) {
            (Some((name, _)), _) if media::kind(name) == Kind::Json => Style::Json,
            (Some(_), _) | (None, PathStyle::Simple) => Style::Simple,
            (None, PathStyle::Matrix) => Style::Matrix,
            (None, PathStyle::Label) => Style::Label,
        };
        let typed = value(parameter, pointer, &format!("{base} {wire}"), schemas, diagnostics);
        let wanted = names::snake(wire);
        let name = scope.claim(&wanted);
        if name != wanted {
            note_rename(wire, &wanted, &name, schemas.document.locate(&format!("{pointer}/name")), diagnostics);
        }
        args.push(PathArg {
            name,
            wire: wire.to_owned(),
            ty: typed.ty,
            style,
            explode: data.explode.unwrap_or_default(),
            format: typed.format,
            doc: typed.doc,
            example: typed.example,
        });
    }
    args
}

/// The schema of a parameter, or of the media type in its place, unless it gets no type.
pub(super) fn schema<'a>(parameter: &'a Parameter, document: &Document) -> Option<Node<'a>> {
    if foreign(parameter, document).is_some() {
        return None;
    }
    components::schema(&parameter.parameter_data_ref().format, "").map(|(node, _)| node)
}

pub(super) fn location_word(parameter: &Parameter) -> &'static str {
    match parameter {
        Parameter::Query { .. } => "query",
        Parameter::Header { .. } => "header",
        Parameter::Path { .. } => "path",
        Parameter::Cookie { .. } => "cookie",
    }
}
