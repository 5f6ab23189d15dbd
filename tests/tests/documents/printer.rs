//! A compact text form of the model, for snapshots: one line for each thing that can be true or false.

use std::fmt::Write as _;

use codegen::model::{
    Api, Argument, Body, BodyKind, Content, Delivery, Feature, Field, Guard, Method, Output, PagingKind, Param,
    ParamIn, Part, PartKind, PathArg, Presence, Resource, StatusView, Style, Type, TypeDef, TypeKind, WebhookVariant,
    Webhooks,
};

/// The whole model.
pub(crate) fn api(api: &Api) -> String {
    let mut text = head(api);
    for resource in &api.resources {
        text.push('\n');
        print_resource(&mut text, api, resource, 0);
    }
    for def in &api.types {
        text.push('\n');
        print_type(&mut text, api, def);
    }
    if !api.markers.is_empty() {
        let markers: Vec<&str> = api.markers.iter().map(String::as_str).collect();
        let _ = writeln!(text, "\nmarkers {}", markers.join(" "));
    }
    text
}

/// The part of the model that only one feature needs.
pub(crate) fn feature(api: &Api, feature: &Feature) -> String {
    let mut text = format!("feature {} = mod {}\n", feature.name, feature.module);
    for resource in api.resources.iter().filter(|resource| resource.features.contains(&feature.name)) {
        text.push('\n');
        print_resource(&mut text, api, resource, 0);
    }
    print_types(&mut text, api, |def| def.module == feature.module);
    text
}

/// What belongs to the whole: the head, and the types that several features need.
pub(crate) fn shared(api: &Api) -> String {
    let mut text = head(api);
    print_types(&mut text, api, |def| api.features.iter().all(|feature| feature.module != def.module));
    text
}

fn print_types(text: &mut String, api: &Api, wanted: impl Fn(&TypeDef) -> bool) {
    let mut types: Vec<&TypeDef> = api.types.iter().filter(|def| wanted(def)).collect();
    types.sort_by(|one, other| one.name.cmp(&other.name));
    for def in types {
        text.push('\n');
        print_type(text, api, def);
    }
}

fn head(api: &Api) -> String {
    let mut text = format!("api {:?} of {}\n", api.title, api.documents.join(", "));
    let _ = writeln!(text, "  base url {:?}", api.base_url);
    for server in &api.servers {
        let variables: Vec<String> = server
            .variables
            .iter()
            .map(|variable| format!("{}: {} or else {:?}", variable.name, variable.ty, variable.default))
            .collect();
        let _ = writeln!(text, "  server {}({}) = {:?}", server.name, variables.join(", "), server.url);
    }
    for (index, scheme) in api.security.schemes.iter().enumerate() {
        let _ = writeln!(
            text,
            "  scheme {index} {:?}: {:?} by .{}() or {}",
            scheme.name,
            scheme.auth,
            scheme.setter,
            scheme.env.join(" ")
        );
    }
    if !api.security.schemes.is_empty() {
        let anonymous = if api.security.anonymous { ", not everywhere" } else { "" };
        let _ = writeln!(text, "  needs {:?}{anonymous}", api.security.default);
    }
    let env = &api.env;
    let _ = writeln!(text, "  env {} {}", env.base_url, env.webhook_key);
    let patch = if api.retry_patch { ", retries PATCH" } else { "" };
    let _ = writeln!(text, "  arrays in query objects: {:?}{patch}", api.query_arrays);
    if !api.redact.is_empty() {
        let _ = writeln!(text, "  redact {}", api.redact.join(" "));
    }
    let features: Vec<String> =
        api.features.iter().map(|feature| format!("{} (mod {})", feature.name, feature.module)).collect();
    if !features.is_empty() {
        let _ = writeln!(text, "  features {}", features.join(", "));
    }
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    for paging in &api.pagings {
        let position = match &paging.kind {
            PagingKind::PageNumber { current, total, .. } => format!("page {} of {}", or_dash(current), or_dash(total)),
            PagingKind::Offset { total, .. } => format!("skipping, of {}", or_dash(total)),
            PagingKind::Cursor { next, more: None, .. } => format!("next {next}"),
            PagingKind::Cursor { next, more: Some(more), .. } => format!("next {next} if {more}"),
            PagingKind::LastItem { id, more, .. } => format!("after the last {id} if {}", or_dash(more)),
            PagingKind::Link { next } => format!("link {next}"),
            PagingKind::LinkHeader { name } => format!("link in {name}"),
        };
        let _ = writeln!(
            text,
            "  paging {}: ?{} ?{} items {}, meta {}, {position}",
            paging.constant,
            paging.kind.param().unwrap_or("-"),
            or_dash(&paging.size),
            if paging.items.is_empty() { "the whole" } else { &paging.items },
            or_dash(&paging.meta),
        );
    }
    if let Some(webhooks) = &api.webhooks {
        let Webhooks { signature_header, timestamp_header, signed, member, id, attempt, event, tag, events } = webhooks;
        let _ = writeln!(text, "  webhooks {signature_header} {timestamp_header} of {signed:?}");
        let _ = writeln!(text, "    member {member:?}, id {id:?}, attempt {attempt:?}, {event} by {tag:?}");
        for WebhookVariant { name, ty } in events {
            let _ = writeln!(text, "    {name}: {}", api.get(*ty).map_or("?", |def| def.name.as_str()));
        }
    }
    for Delivery { sender, http, ty, features } in &api.deliveries {
        let name = api.get(*ty).map_or("?", |def| def.name.as_str());
        let _ = writeln!(text, "  sends {name} by {} from {sender:?} of {features:?}", http.as_str());
    }
    text
}

fn print_resource(text: &mut String, api: &Api, resource: &Resource, depth: usize) {
    let indent = "  ".repeat(depth);
    let features: Vec<&str> = resource.features.iter().map(String::as_str).collect();
    let _ = writeln!(
        text,
        "{indent}resource client.{} -> {} [{}]",
        resource.path.join("."),
        resource.handle,
        features.join(" ")
    );
    for method in &resource.methods {
        print_method(text, api, method, &format!("{indent}  "));
    }
    for child in &resource.children {
        print_resource(text, api, child, depth + 1);
    }
}

fn print_method(text: &mut String, api: &Api, method: &Method, indent: &str) {
    let args: Vec<String> =
        method.path_args.iter().map(|arg| format!("{}: {}", arg.name, type_name(api, &arg.ty))).collect();
    let deprecated = if method.deprecated { " (deprecated)" } else { "" };
    let _ =
        writeln!(text, "{indent}{}({}) -> {}{deprecated}", method.name, args.join(", "), output(api, &method.output));
    let _ = writeln!(
        text,
        "{indent}  {} {} as {}, {}, {:?}",
        method.http.as_str(),
        method.path,
        method.request,
        method.constant,
        method.operation_id
    );
    for arg in &method.path_args {
        if let Some(line) = path_arg(arg) {
            let _ = writeln!(text, "{indent}  {line}");
        }
    }
    for param in &method.params {
        let arguments: Vec<&Argument> = method
            .arguments
            .iter()
            .filter(|argument| argument.location == param.location)
            .filter(|argument| argument.wire == param.wire || argument.wire.starts_with(&format!("{}[", param.wire)))
            .collect();
        let _ = writeln!(text, "{indent}  {}", print_param(param));
        for argument in arguments {
            let _ = writeln!(text, "{indent}    {}", print_argument(api, argument));
        }
    }
    if let Some(body) = &method.body {
        print_body(text, api, body, indent);
    }
    for alternative in &method.alternatives {
        let kind = content(api, &alternative.content);
        let _ = writeln!(text, "{indent}  or {}(): {kind} of {}", alternative.name, alternative.media_type);
    }
    if let Some(server) = &method.server {
        let _ = writeln!(text, "{indent}  below {server:?}");
    }
    if let Some(security) = &method.security {
        let _ = writeln!(text, "{indent}  needs {security:?}");
    }
    if !method.errors.is_empty() {
        let errors: Vec<String> = method
            .errors
            .iter()
            .map(|error| match &error.ty {
                Some(ty) => format!("{} {}", error.status, type_name(api, ty)),
                None => error.status.clone(),
            })
            .collect();
        let _ = writeln!(text, "{indent}  errors {}", errors.join(", "));
    }
    if let Some(view) = &method.error_view {
        let _ = writeln!(text, "{indent}  errors as {}", status_view(api, view));
    }
    if let Some(headers) = &method.headers {
        let shared = if headers.shared { ", shared" } else { "" };
        let _ = writeln!(text, "{indent}  headers as {}{shared}", headers.name);
        for field in &headers.fields {
            let _ = writeln!(text, "{indent}    {}: {} = {:?}", field.name, type_name(api, &field.ty), field.wire);
        }
    }
}

fn path_arg(arg: &PathArg) -> Option<String> {
    let mut remarks = Vec::new();
    if arg.name != arg.wire {
        remarks.push(format!("= {{{}}}", arg.wire));
    }
    if (arg.style, arg.explode) != (Style::Simple, false) {
        remarks.push(format!("{:?}{}", arg.style, if arg.explode { " exploded" } else { "" }));
    }
    (!remarks.is_empty()).then(|| format!("{} {}", arg.name, remarks.join(", ")))
}

fn print_param(param: &Param) -> String {
    let location = match param.location {
        ParamIn::Query => "query",
        ParamIn::Header => "header",
        ParamIn::Cookie => "cookie",
    };
    let explode = if param.explode { " exploded" } else { "" };
    let reserved = if param.reserved { " unescaped" } else { "" };
    let empty = if param.empty { " even if empty" } else { "" };
    format!("{location} {:?} {:?}{explode}{reserved}{empty}", param.wire, param.style)
}

fn print_argument(api: &Api, argument: &Argument) -> String {
    let mut line = String::new();
    if argument.required {
        line.push_str("required ");
    }
    let _ = write!(line, ".{}({})", argument.name, type_name(api, &argument.ty));
    if argument.wire != argument.name {
        let _ = write!(line, " = {:?}", argument.wire);
    }
    if argument.deprecated {
        line.push_str(" (deprecated)");
    }
    if let Some(default) = &argument.default {
        let _ = write!(line, " or else {default}");
    }
    line
}

fn print_body(text: &mut String, api: &Api, body: &Body, indent: &str) {
    let optional = if body.required { "" } else { "optional " };
    let ty = match &body.kind {
        BodyKind::Json => type_name(api, &body.ty),
        BodyKind::Form(_) => format!("form {}", type_name(api, &body.ty)),
        BodyKind::Multipart(_) => "form".to_owned(),
        BodyKind::Text => "text".to_owned(),
        BodyKind::Bytes => "bytes".to_owned(),
    };
    let null = if body.nullable { " or null" } else { "" };
    let _ = writeln!(text, "{indent}  {optional}body {ty}{null} of {}", body.media_type);
    match &body.kind {
        BodyKind::Form(params) => {
            for param in params {
                let _ = writeln!(text, "{indent}    {}", print_param(param));
            }
        }
        BodyKind::Multipart(parts) => {
            for part in parts {
                let _ = writeln!(text, "{indent}    {}", print_part(api, part));
            }
            if let Some(others) = &body.other_parts {
                let _ = writeln!(text, "{indent}    others {}", print_part(api, others));
            }
        }
        BodyKind::Json | BodyKind::Text | BodyKind::Bytes => {}
    }
    let Some(TypeKind::Struct(object)) = body.fields.and_then(|id| api.get(id)).map(|def| &def.kind) else { return };
    for (field, setter) in object.fields.iter().zip(&body.setters) {
        let required = if field.presence == Presence::Required { "required " } else { "" };
        let null = setter.null.as_ref().map(|null| format!(" .{null}()")).unwrap_or_default();
        let _ = writeln!(text, "{indent}    {required}.{}({}){null}", setter.name, type_name(api, &field.ty));
    }
    if let (Some(rest), Some((_, value))) = (&body.rest, &object.rest) {
        let _ = writeln!(text, "{indent}    others .{rest}({})", type_name(api, value));
    }
}

fn print_part(api: &Api, part: &Part) -> String {
    let required = if part.required { "required " } else { "" };
    let ty = match part.kind {
        PartKind::File => "file".to_owned(),
        PartKind::Files => "files".to_owned(),
        PartKind::Value => type_name(api, &part.ty),
    };
    let mut line = format!("{required}.{}({ty})", part.name);
    if part.wire != part.name && !part.wire.is_empty() {
        let _ = write!(line, " = {:?}", part.wire);
    }
    if let Some(media_type) = &part.media_type {
        let _ = write!(line, " as {media_type}");
    }
    if let Some(setter) = &part.value_setter {
        let _ = write!(line, " or .{setter}({})", type_name(api, &part.ty));
    }
    if let Some(media_type) = &part.value_media_type {
        let _ = write!(line, " as {media_type}");
    }
    line
}

fn output(api: &Api, output: &Output) -> String {
    match output {
        Output::Empty => "nothing".to_owned(),
        Output::Json(ty) => type_name(api, ty),
        Output::Envelope { member, ty } => format!("{} in {member:?}", type_name(api, ty)),
        Output::Page { item, meta, paging, whole } => {
            let style = api.pagings.get(*paging).map_or("?", |paging| paging.constant.as_str());
            let meta = meta.as_ref().map_or_else(|| "-".to_owned(), |meta| type_name(api, meta));
            let whole = if *whole { ", all beside the items" } else { "" };
            format!("pages of {} by {style}, meta {meta}{whole}", type_name(api, item))
        }
        Output::Bytes { media_types } => format!("bytes of {}", media_types.join(" or ")),
        Output::Text { media_type } => format!("text of {media_type}"),
        Output::Events(ty) => format!("events of {}", type_name(api, ty)),
        Output::ByStatus(view) => status_view(api, view),
    }
}

fn status_view(api: &Api, view: &StatusView) -> String {
    let cases: Vec<String> = view
        .cases
        .iter()
        .map(|case| match &case.content {
            Content::Nothing => format!("{} {}", case.status, case.variant),
            held => format!("{} {}({})", case.status, case.variant, content(api, held)),
        })
        .collect();
    format!("{} {{ {} }}", view.name, cases.join(", "))
}

fn content(api: &Api, content: &Content) -> String {
    match content {
        Content::Nothing => "nothing".to_owned(),
        Content::Json(ty) => type_name(api, ty),
        Content::Envelope { member, ty } => format!("{} in {member:?}", type_name(api, ty)),
        Content::Events(ty) => format!("events of {}", type_name(api, ty)),
        Content::Text => "text".to_owned(),
        Content::Bytes => "bytes".to_owned(),
    }
}

fn print_type(text: &mut String, api: &Api, def: &TypeDef) {
    let kind = match &def.kind {
        TypeKind::Struct(_) => "struct",
        TypeKind::StringEnum(_) | TypeKind::IntEnum(_) => "enum",
        TypeKind::Union(_) => "union",
        TypeKind::Alias(_) => "alias",
    };
    let builder = def.builder.as_ref().map(|builder| format!(" built by {builder}")).unwrap_or_default();
    let deprecated = if def.deprecated { " (deprecated)" } else { "" };
    let _ = writeln!(text, "{kind} {} in {}{builder}{deprecated} <- {}", def.name, def.module, def.pointer);
    match &def.kind {
        TypeKind::Struct(object) => {
            for field in &object.fields {
                let _ = writeln!(text, "  {}", print_field(api, field));
            }
            if let Some((name, ty)) = &object.rest {
                let _ = writeln!(text, "  rest {name}: {}", type_name(api, ty));
            }
        }
        TypeKind::StringEnum(variants) => {
            for variant in variants {
                let _ = writeln!(text, "  {} = {:?}", variant.name, variant.value);
            }
        }
        TypeKind::IntEnum(variants) => {
            for variant in variants {
                let _ = writeln!(text, "  {} = {}", variant.name, variant.value);
            }
        }
        TypeKind::Union(union) => {
            if let Some(tag) = &union.tag {
                let _ = writeln!(text, "  by {tag:?}");
            }
            for variant in &union.variants {
                let ty = type_name(api, &variant.ty);
                let ty = if variant.boxed { format!("Box<{ty}>") } else { ty };
                let when = match (&variant.tag, &variant.guard) {
                    (Some(tag), _) => format!(" = {tag:?}"),
                    (None, Guard::Always) => String::new(),
                    (None, Guard::Object(members)) if members.is_empty() => " if Object".to_owned(),
                    (None, Guard::Constant(member, values)) => format!(" if {member} is {}", values.join(" or ")),
                    (None, Guard::Object(members)) => format!(" if Object with {}", members.join(", ")),
                    (None, guard) => format!(" if {guard:?}"),
                };
                let _ = writeln!(text, "  {}({ty}){when}", variant.name);
            }
        }
        TypeKind::Alias(target) => {
            let _ = writeln!(text, "  = {}", type_name(api, target));
        }
    }
}

fn print_field(api: &Api, field: &Field) -> String {
    let ty = type_name(api, &field.ty);
    let ty = if field.boxed { format!("Box<{ty}>") } else { ty };
    let presence = match field.presence {
        Presence::Required => "",
        Presence::Optional => "?",
        Presence::Nullable => "?!",
    };
    let mut line = format!("{}{presence}: {ty}", field.name);
    if field.name != field.wire {
        let _ = write!(line, " = {:?}", field.wire);
    }
    if let Some(null) = &field.null_setter {
        let _ = write!(line, ", .{null}()");
    }
    for (is, word) in [(field.redacted, "redacted"), (field.read_only, "read-only"), (field.deprecated, "deprecated")] {
        if is {
            let _ = write!(line, " ({word})");
        }
    }
    line
}

fn type_name(api: &Api, ty: &Type) -> String {
    match ty {
        Type::Named(id) => api.get(*id).map_or_else(|| format!("dangling {}", id.0), |def| def.name.clone()),
        Type::List(item) => format!("[{}]", type_name(api, item)),
        Type::Map(value) => format!("{{{}}}", type_name(api, value)),
        Type::Option(inner) => format!("{} or null", type_name(api, inner)),
        plain => format!("{plain:?}"),
    }
}
