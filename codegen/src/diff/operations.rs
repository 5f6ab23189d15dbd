//! What changed in the operations.

use std::collections::BTreeSet;

use super::terms::{Terms, code, list, perhaps, shown};
use super::{Class, Found, Kind, client, responses};
use crate::model::{
    Api, Argument, Body, BodyKind, ErrorResponse, Features, Method, ParamIn, Part, PartKind, PathArg, Presence,
    Resource, TypeKind,
};

/// A method and the resource that has it.
type Operation<'a> = (&'a Resource, &'a Method);

pub(super) fn compare(terms: &Terms<'_>, found: &mut Found) {
    let (old, new) = (terms.old.methods(), terms.new.methods());
    let mut taken = BTreeSet::new();
    let mut both = Vec::new();
    let mut gone = Vec::new();
    for operation in &old {
        match partner(*operation, &old, &new, &taken) {
            Some(index) => {
                taken.insert(index);
                both.extend(new.get(index).map(|other| (*operation, *other)));
            }
            None => gone.push(*operation),
        }
    }
    for (before, after) in both {
        operation(terms, before, after, found);
    }
    for (resource, method) in gone {
        let at = call(resource, method);
        found.major(Kind::Removed, &at, format!("the operation {} is gone", code(&at)));
    }
    for (index, (resource, method)) in new.iter().enumerate() {
        if !taken.contains(&index) {
            let at = call(resource, method);
            let what =
                format!("there is a new operation {}: {} {}", code(&at), method.http.as_str(), code(&method.path));
            found.minor(Kind::Added, &at, what);
        }
    }
    handles(terms, found);
}

/// `porting_orders().list()`
pub(super) fn call(resource: &Resource, method: &Method) -> String {
    let path: Vec<String> = resource.path.iter().map(|segment| format!("{segment}()")).collect();
    format!("{}.{}()", path.join("."), method.name)
}

/// Which of the new operations is this old one: the one of that name, or else the one of that request.
fn partner(
    (resource, method): Operation<'_>,
    old: &[Operation<'_>],
    new: &[Operation<'_>],
    taken: &BTreeSet<usize>,
) -> Option<usize> {
    let same_name = |it: &Operation<'_>| it.0.path == resource.path && it.1.name == method.name;
    if let Some(index) = new.iter().position(same_name) {
        return Some(index);
    }
    let is_new =
        |it: &Operation<'_>| !old.iter().any(|(other, before)| it.0.path == other.path && it.1.name == before.name);
    let request = |it: &Method| (it.http, it.path.clone(), it.body_media_type.clone());
    let same_request = |it: &Operation<'_>| request(it.1) == request(method);
    let same_id = |it: &Operation<'_>| !method.operation_id.is_empty() && it.1.operation_id == method.operation_id;
    let mut free = new.iter().enumerate().filter(|(index, it)| !taken.contains(index) && is_new(it));
    let by_request = free.clone().find(|(_, it)| same_request(it));
    by_request.or_else(|| free.find(|(_, it)| same_id(it))).map(|(index, _)| index)
}

fn operation(terms: &Terms<'_>, (old_resource, old): Operation<'_>, (resource, new): Operation<'_>, found: &mut Found) {
    let (before, at) = (call(old_resource, old), call(resource, new));
    let subject = code(&at);
    if before != at {
        found.major(Kind::Renamed, &before, format!("{} is called {subject} now", code(&before)));
    } else if old.request != new.request {
        let what =
            format!("the request of {subject} is called {} instead of {}", code(&new.request), code(&old.request));
        found.major(Kind::Renamed, &at, what);
    }
    if (old.http, &old.path) != (new.http, &new.path) {
        let line = |method: &Method| code(&format!("{} {}", method.http.as_str(), method.path));
        found.patch(Kind::Wire, &at, format!("{subject} is {} on the wire instead of {}", line(new), line(old)));
    }
    if old.operation_id != new.operation_id {
        let what = format!(
            "errors and traces call {subject} {} instead of {}",
            code(&new.operation_id),
            code(&old.operation_id)
        );
        found.patch(Kind::Wire, &at, what);
    }
    if old.server != new.server {
        let url = |method: &Method| method.server.as_deref().map_or_else(|| "that of the client".to_owned(), code);
        found.patch(Kind::Wire, &at, format!("{subject} goes to {} instead of {}", url(new), url(old)));
    }
    // Calls of it give a warning then, which is why it is more than prose.
    found.deprecation(Class::Minor, &at, &subject, (old.deprecated, new.deprecated));
    if old.summary.trim() != new.summary.trim() || old.description.trim() != new.description.trim() {
        found.prose(&at, "before", "after");
    }
    let (before, after) = (client::needed(terms.old, Some(old)), client::needed(terms.new, Some(new)));
    // What all operations need has been told of the client.
    if before != after && (old.security.is_some() || new.security.is_some()) {
        client::needs(&at, &before, &after, found);
    } else if old.security.is_some() || new.security.is_some() {
        client::preference(
            &at,
            &client::alternatives(terms.old, Some(old)),
            &client::alternatives(terms.new, Some(new)),
            found,
        );
    }
    let told = |api, method: &Method| {
        let ty = |error: &ErrorResponse| error.ty.as_ref().map(|ty| terms.compared(api, ty)).unwrap_or_default();
        let errors = method.errors.iter().map(|it| format!("{} {} {}", it.status, it.description, ty(it)));
        errors.collect::<Vec<_>>().join("\n")
    };
    found.prose(&at, &told(terms.old, old), &told(terms.new, new));
    availability(&at, &old.features, &new.features, found);
    path_arguments(terms, &at, old, new, found);
    arguments(terms, &at, old, new, found);
    body(terms, &at, old, new, found);
    responses::compare(terms, &at, old, new, found);
}

/// In which builds an operation is there: in those that have one of its features, or in all.
fn availability(at: &str, old: &Features, new: &Features, found: &mut Found) {
    if old == new {
        return;
    }
    let names = |features: &Features| match features.len() {
        0 => "no feature".to_owned(),
        1 => format!("the feature {}", list(&features.iter().map(|it| code(it)).collect::<Vec<_>>())),
        _ => format!("one of the features {}", list(&features.iter().map(|it| code(it)).collect::<Vec<_>>())),
    };
    let stays = new.is_empty() || (!old.is_empty() && old.is_subset(new));
    let class = if stays { Class::Minor } else { Class::Major };
    let what = format!("{} needs {} instead of {}", code(at), names(new), names(old));
    found.add(class, Kind::Features, at, what);
}

fn path_arguments(terms: &Terms<'_>, at: &str, old: &Method, new: &Method, found: &mut Found) {
    let shown_all = |api: &Api, args: &[PathArg]| {
        let shown = args.iter().map(|arg| format!("{}: {}", arg.name, shown(api, &arg.ty)));
        format!("({})", shown.collect::<Vec<_>>().join(", "))
    };
    let compared = |api, args: &[PathArg]| args.iter().map(|arg| terms.compared(api, &arg.ty)).collect::<Vec<_>>();
    if compared(terms.old, &old.path_args) != compared(terms.new, &new.path_args) {
        let (before, after) = (shown_all(terms.old, &old.path_args), shown_all(terms.new, &new.path_args));
        let what = format!("{} takes {} instead of {}", code(at), code(&after), code(&before));
        found.major(Kind::Retyped, at, what);
        return;
    }
    for (before, after) in old.path_args.iter().zip(&new.path_args) {
        if (before.style, before.explode) != (after.style, after.explode) {
            found.patch(
                Kind::Wire,
                at,
                format!("{} of {} is written otherwise in the path", code(&after.name), code(at)),
            );
        }
        found.prose(at, &before.doc, &after.doc);
    }
    // Their order counts, but not what they are called.
    let names = |args: &[PathArg]| args.iter().map(|arg| arg.name.clone()).collect::<BTreeSet<_>>();
    let ordered = |args: &[PathArg]| args.iter().map(|arg| arg.name.clone()).collect::<Vec<_>>();
    let (before, after) = (&old.path_args, &new.path_args);
    if names(before) == names(after) && ordered(before) != ordered(after) {
        let what = format!("{} takes its arguments in another order: {}", code(at), code(&shown_all(terms.new, after)));
        found.major(Kind::Retyped, at, what);
    }
}

/// Arguments in the query, in headers and cookies.
fn arguments(terms: &Terms<'_>, at: &str, old: &Method, new: &Method, found: &mut Found) {
    let subject = code(at);
    let of = |argument: &Argument| format!("{at}.{}", argument.name);
    let mut seen = BTreeSet::new();
    let mut gone = Vec::new();
    for before in &old.arguments {
        let same_name = new.arguments.iter().find(|after| after.name == before.name);
        let is_free = |after: &&Argument| !old.arguments.iter().any(|other| other.name == after.name);
        let same_wire = |after: &&Argument| after.wire == before.wire && after.location == before.location;
        let Some(after) = same_name.or_else(|| new.arguments.iter().filter(is_free).find(same_wire)) else {
            gone.push(before);
            continue;
        };
        seen.insert(after.name.as_str());
        argument(terms, &subject, &of(after), before, after, found);
    }
    let is_new = |after: &&Argument| !seen.contains(after.name.as_str());
    let typed = |api, argument: &'_ Argument| terms.compared(api, &argument.ty);
    let lost: Vec<_> = gone.iter().map(|it| (it.name.as_str(), typed(terms.old, it))).collect();
    let gained: Vec<_> =
        new.arguments.iter().filter(is_new).map(|it| (it.name.as_str(), typed(terms.new, it))).collect();
    for before in &gone {
        let perhaps = perhaps(&typed(terms.old, before), &lost, &gained);
        let what = format!("{subject} lost the argument {}{perhaps}", code(&before.name));
        found.major(Kind::Removed, &of(before), what);
    }
    for after in new.arguments.iter().filter(is_new) {
        let ty = code(&format!("{}: {}", after.name, shown(terms.new, &after.ty)));
        if after.required {
            found.major(Kind::Added, &of(after), format!("{subject} gained the required argument {ty}"));
        } else {
            found.minor(Kind::Added, &of(after), format!("{subject} gained the optional argument {ty}"));
        }
    }
    let required = |method: &'_ Method| -> Vec<String> {
        method.arguments.iter().filter(|it| it.required).map(|it| it.name.clone()).collect()
    };
    order(at, &required(old), &required(new), found);
    let styles = |method: &Method| {
        let styles = method.params.iter().map(|it| (it.wire.clone(), (it.style, it.explode, it.reserved, it.empty)));
        styles.collect::<std::collections::BTreeMap<_, _>>()
    };
    let (before, after) = (styles(old), styles(new));
    for (wire, style) in &after {
        if before.get(wire).is_some_and(|other| other != style) {
            found.patch(Kind::Wire, at, format!("the parameter {} of {subject} is written otherwise", code(wire)));
        }
    }
}

fn argument(terms: &Terms<'_>, subject: &str, at: &str, old: &Argument, new: &Argument, found: &mut Found) {
    let name = code(&new.name);
    if old.name != new.name {
        found.major(Kind::Renamed, at, format!("the argument {} of {subject} is called {name} now", code(&old.name)));
    }
    if terms.compared(terms.old, &old.ty) != terms.compared(terms.new, &new.ty) {
        let (before, after) = (code(&shown(terms.old, &old.ty)), code(&shown(terms.new, &new.ty)));
        found.major(Kind::Retyped, at, format!("the argument {name} of {subject} is {after} instead of {before}"));
    }
    match (old.required, new.required) {
        (false, true) => found.major(Kind::Presence, at, format!("the argument {name} of {subject} must be given now")),
        (true, false) => {
            let what = format!(
                "the argument {name} of {subject} may be left out now: its builder has one type parameter less"
            );
            found.major(Kind::Presence, at, what);
        }
        _ => {}
    }
    let on_the_wire = |argument: &Argument| match argument.location {
        ParamIn::Query => format!("{} in the query", code(&argument.wire)),
        ParamIn::Header => format!("the header {}", code(&argument.wire)),
        ParamIn::Cookie => format!("the cookie {}", code(&argument.wire)),
    };
    if old.location != new.location {
        let (now, then) = (on_the_wire(new), on_the_wire(old));
        found.patch(Kind::Wire, at, format!("the argument {name} of {subject} is {now} instead of {then}"));
    } else if old.wire != new.wire {
        let (now, then) = (code(&new.wire), code(&old.wire));
        found.patch(Kind::Wire, at, format!("the argument {name} of {subject} is {now} on the wire instead of {then}"));
    }
    let subject = format!("the argument {name} of {subject}");
    if old.default != new.default {
        let shown = |default: &Option<serde_json::Value>| {
            default.as_ref().map_or_else(|| "nothing".to_owned(), |default| code(&default.to_string()))
        };
        let what =
            format!("without {subject} the server assumes {} instead of {}", shown(&new.default), shown(&old.default));
        found.patch(Kind::Wire, at, what);
    }
    found.deprecation(Class::Patch, at, &subject, (old.deprecated, new.deprecated));
    found.prose(at, &old.doc, &new.doc);
}

/// Builders have a type parameter for each required argument, in the order of the document.
pub(super) fn order(at: &str, old: &[String], new: &[String], found: &mut Found) {
    let all = |names: &[String]| names.iter().cloned().collect::<BTreeSet<_>>();
    if old != new && all(old) == all(new) {
        let names: Vec<String> = new.iter().map(|name| code(name)).collect();
        let what = format!("the builder of {} has its type parameters in another order: {}", code(at), list(&names));
        found.major(Kind::Retyped, at, what);
    }
}

fn body(terms: &Terms<'_>, at: &str, old: &Method, new: &Method, found: &mut Found) {
    let subject = code(at);
    match (&old.body, &new.body) {
        (None, None) => {}
        (Some(_), None) => found.major(Kind::Removed, at, format!("{subject} takes no body any more")),
        (None, Some(body)) => {
            let has_required = must_be_given(terms.new, body);
            let ty = shown_body(terms.new, body);
            let class = if has_required { Class::Major } else { Class::Minor };
            let must = if has_required { "must be given a body now" } else { "can be given a body now" };
            found.add(class, Kind::Added, at, format!("{subject} {must}, {ty}"));
        }
        (Some(before), Some(after)) => {
            let is_other = terms.compared(terms.old, &before.ty) != terms.compared(terms.new, &after.ty)
                || before.fields.is_some() != after.fields.is_some()
                || std::mem::discriminant(&before.kind) != std::mem::discriminant(&after.kind);
            if let (BodyKind::Multipart(old_parts), BodyKind::Multipart(new_parts)) = (&before.kind, &after.kind) {
                leaving_out(at, before, after, found);
                parts(terms, at, old_parts, new_parts, found);
                let others = |body: &Body| body.other_parts.as_deref().cloned().into_iter().collect::<Vec<_>>();
                parts(terms, at, &others(before), &others(after), found);
            } else if is_other {
                let (then, now) = (shown_body(terms.old, before), shown_body(terms.new, after));
                found.major(Kind::Retyped, at, format!("the body of {subject} is {now} instead of {then}"));
            } else {
                leaving_out(at, before, after, found);
                if before.fields.is_none() && must_be_given(terms.old, before) != must_be_given(terms.new, after) {
                    let how = if after.required { "must be given now" } else { "may be left out now" };
                    found.major(Kind::Presence, at, format!("the body of {subject} {how}"));
                }
                setters(terms, at, old, new, found);
                form_styles(at, before, after, found);
            }
            if before.media_type != after.media_type {
                let (then, now) = (code(&before.media_type), code(&after.media_type));
                found.patch(Kind::Wire, at, format!("the body of {subject} is sent as {now} instead of {then}"));
            }
        }
    }
}

/// The calls that leave a body out, or set it to null.
fn leaving_out(at: &str, old: &Body, new: &Body, found: &mut Found) {
    let calls = [
        ("be left out", old.is_left_out_by_call(), new.is_left_out_by_call()),
        ("be null", old.nullable, new.nullable),
    ];
    for (what, then, now) in calls {
        match (then, now) {
            (true, false) => {
                found.major(Kind::Presence, at, format!("the body of {} can't {what} any more", code(at)));
            }
            (false, true) => {
                found.minor(Kind::Presence, at, format!("the body of {} can {what} now", code(at)));
            }
            _ => {}
        }
    }
}

/// Whether a body, or some member of it, must be given before the request can be sent.
fn must_be_given(api: &Api, body: &Body) -> bool {
    match (&body.kind, body.fields.and_then(|id| api.get(id)).map(|def| &def.kind)) {
        (BodyKind::Multipart(parts), _) => parts.iter().any(|part| part.required),
        _ if body.fields.is_none() && !body.required => false,
        (_, Some(TypeKind::Struct(object))) => object.fields.iter().any(|field| field.presence == Presence::Required),
        _ => true,
    }
}

/// What a body is, as consumers give it.
fn shown_body(api: &Api, body: &Body) -> String {
    match &body.kind {
        BodyKind::Json => code(&shown(api, &body.ty)),
        BodyKind::Form(_) => format!("a form of {}", code(&shown(api, &body.ty))),
        BodyKind::Multipart(_) => "a form of parts".to_owned(),
        BodyKind::Text => "text".to_owned(),
        BodyKind::Bytes => "bytes".to_owned(),
    }
}

/// How the members of a form are written.
fn form_styles(at: &str, old: &Body, new: &Body, found: &mut Found) {
    let styles = |body: &Body| match &body.kind {
        BodyKind::Form(params) => {
            params.iter().map(|it| (it.wire.clone(), it.style, it.explode, it.reserved, it.empty)).collect()
        }
        _ => Vec::new(),
    };
    if styles(old) != styles(new) {
        found.patch(Kind::Wire, at, format!("the form that {} sends is written otherwise", code(at)));
    }
}

/// The parts of a form, each of which is an argument.
fn parts(terms: &Terms<'_>, at: &str, old: &[Part], new: &[Part], found: &mut Found) {
    let subject = code(at);
    let required = |parts: &[Part]| parts.iter().filter(|it| it.required).map(|it| it.name.clone()).collect::<Vec<_>>();
    order(at, &required(old), &required(new), found);
    for before in old {
        let name = code(&before.name);
        let place = format!("{at}.{}", before.name);
        let Some(after) = new.iter().find(|after| after.name == before.name) else {
            found.major(Kind::Removed, &place, format!("{subject} lost the argument {name}"));
            continue;
        };
        let what = format!("the argument {name} of {subject}");
        let same = before.kind == after.kind
            && before.value_setter == after.value_setter
            && terms.compared(terms.old, &before.ty) == terms.compared(terms.new, &after.ty);
        if !same {
            let (then, now) = (shown_part(terms.old, before), shown_part(terms.new, after));
            found.major(Kind::Retyped, &place, format!("{what} is {now} instead of {then}"));
        }
        match (before.required, after.required) {
            (false, true) => found.major(Kind::Presence, &place, format!("{what} must be given now")),
            (true, false) => {
                let what = format!("{what} may be left out now: its builder has one type parameter less");
                found.major(Kind::Presence, &place, what);
            }
            _ => {}
        }
        let on_the_wire =
            |part: &Part| [Some(part.wire.clone()), part.media_type.clone(), part.value_media_type.clone()];
        if on_the_wire(before) != on_the_wire(after) {
            found.patch(Kind::Wire, &place, format!("{what} is another part on the wire"));
        }
        found.deprecation(Class::Patch, &place, &what, (before.deprecated, after.deprecated));
        found.prose(&place, &before.doc, &after.doc);
    }
    for after in new.iter().filter(|after| !old.iter().any(|before| before.name == after.name)) {
        let (name, ty) = (code(&after.name), shown_part(terms.new, after));
        let place = format!("{at}.{}", after.name);
        if after.required {
            found.major(Kind::Added, &place, format!("{subject} gained the required argument {name}, {ty}"));
        } else {
            found.minor(Kind::Added, &place, format!("{subject} gained the optional argument {name}, {ty}"));
        }
    }
}

fn shown_part(api: &Api, part: &Part) -> String {
    let kind = match part.kind {
        PartKind::File => "a file".to_owned(),
        PartKind::Files => "files".to_owned(),
        PartKind::Value => code(&shown(api, &part.ty)),
    };
    match part.value_setter {
        Some(_) => format!("{kind} or {}", code(&shown(api, &part.ty))),
        None => kind,
    }
}

/// Setters of the body's members that are not called like the members.
fn setters(terms: &Terms<'_>, at: &str, old: &Method, new: &Method, found: &mut Found) {
    let setters = |api: &Api, method: &Method| {
        let Some(body) = &method.body else { return Vec::new() };
        match body.fields.and_then(|id| api.get(id)).map(|def| &def.kind) {
            Some(TypeKind::Struct(object)) => {
                let named = object.fields.iter().zip(&body.setters).map(|(field, setter)| (&field.name, &setter.name));
                let rest = object.rest.as_ref().zip(body.rest.as_ref()).map(|((field, _), setter)| (field, setter));
                named.chain(rest).map(|(field, setter)| (field.clone(), setter.clone())).collect()
            }
            _ => Vec::new(),
        }
    };
    let after = setters(terms.new, new);
    for (field, setter) in setters(terms.old, old) {
        if let Some((_, now)) = after.iter().find(|(other, now)| *other == field && *now != setter) {
            let what = format!("the setter {} of {} is called {} now", code(&setter), code(at), code(now));
            found.major(Kind::Renamed, at, what);
        }
    }
}

/// Handles whose type is called otherwise, though the way to them is the same.
fn handles(terms: &Terms<'_>, found: &mut Found) {
    for before in terms.old.all_resources() {
        let after = terms.new.all_resources().into_iter().find(|after| after.path == before.path);
        let Some(after) = after else { continue };
        let path: Vec<String> = before.path.iter().map(|segment| format!("{segment}()")).collect();
        let at = path.join(".");
        if after.handle != before.handle {
            let what = format!(
                "the type of {} is called {} instead of {}",
                code(&at),
                code(&after.handle),
                code(&before.handle)
            );
            found.major(Kind::Renamed, &at, what);
        }
        found.prose(&at, &before.doc, &after.doc);
    }
}
