//! What changed in the operations.

use std::collections::{BTreeSet, HashMap};

use super::terms::{Pairs, Terms, code, list, paired, paired_by_wire, perhaps, shown};
use super::{Class, Found, Kind, client, responses};
use crate::model::{
    Api, Argument, Body, BodyKind, ErrorResponse, Features, Method, ParamIn, Part, PartKind, PathArg, Presence,
    Resource, TypeKind,
};

/// A method and the resource that has it.
type Operation<'a> = (&'a Resource, &'a Method);

pub(super) fn compare(terms: &Terms<'_>, found: &mut Found) {
    let (old, new) = (terms.old.methods(), terms.new.methods());
    let name = |(resource, method): &Operation<'_>| call(resource, method);
    let calls: HashMap<String, &Method> = new.iter().map(|it| (name(it), it.1)).collect();
    let media_type = |method: &Method| method.body_media_type.clone().unwrap_or_default();
    let request = |(_, method): &Operation<'_>| {
        format!("{} {} {}", method.http.as_str(), unnamed(&method.path), media_type(method))
    };
    let id = |(_, method): &Operation<'_>| format!("{} {}", method.operation_id, media_type(method));
    let Pairs { both, gone, added } = paired(&old, &new, &[&request, &id, &name]);
    for (before, after) in both {
        let (then, now) = (name(before), name(after));
        if then != now {
            let what = format!("{} is called {} now{}", code(&then), code(&now), passed(&then, calls.get(&then)));
            found.major(Kind::Renamed, &then, what);
        }
        operation(terms, *before, *after, found);
    }
    for operation in gone {
        let at = name(operation);
        let what = format!("the operation {} is gone{}", code(&at), passed(&at, calls.get(&at)));
        found.major(Kind::Removed, &at, what);
    }
    for (resource, method) in added {
        let at = call(resource, method);
        let what = format!("there is a new operation {}: {} {}", code(&at), method.http.as_str(), code(&method.path));
        found.minor(Kind::Added, &at, what);
    }
    handles(terms, found);
}

/// Says that code which still compiles does something else, if a call that is gone is that of another operation now.
fn passed(call: &str, now: Option<&&Method>) -> String {
    let line = |method: &Method| code(&format!("{} {}", method.http.as_str(), method.path));
    now.map_or_else(String::new, |method| format!("; {} is another operation now, {}", code(call), line(method)))
}

/// A path without the names of its parameters.
fn unnamed(path: &str) -> String {
    let mut pieces = path.split('{');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |path, piece| format!("{path}{{}}{}", piece.split_once('}').map_or("", |(_, rest)| rest)))
}

/// Where two paths differ if they end alike. Often all paths begin otherwise at once.
fn beginnings<'p>(old: &'p str, new: &'p str) -> Option<(&'p str, &'p str)> {
    let mut ends = new.match_indices('/').filter_map(|(start, _)| new.split_at_checked(start));
    ends.find_map(|(now, end)| (end.len() > 1).then(|| old.strip_suffix(end).map(|then| (then, now)))?)
}

/// Whether requests of one name are still for the same thing: the document says so by their id, or by the last word of
/// their paths.
fn same_purpose(old: &Method, new: &Method) -> bool {
    let is_version =
        |word: &str| word.strip_prefix('v').is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
    let last_word = |method: &Method| {
        let path = unnamed(&method.path).replace("{}", "");
        path.rsplit('/').find(|word| !word.is_empty() && !is_version(word)).unwrap_or_default().to_owned()
    };
    old.operation_id == new.operation_id || last_word(old) == last_word(new)
}

/// `porting_orders().list()`
pub(super) fn call(resource: &Resource, method: &Method) -> String {
    let path: Vec<String> = resource.path.iter().map(|segment| format!("{segment}()")).collect();
    format!("{}.{}()", path.join("."), method.name)
}

fn operation(terms: &Terms<'_>, (old_resource, old): Operation<'_>, (resource, new): Operation<'_>, found: &mut Found) {
    let (before, at) = (call(old_resource, old), call(resource, new));
    let subject = code(&at);
    if before == at && old.request != new.request {
        let what =
            format!("the request of {subject} is called {} instead of {}", code(&new.request), code(&old.request));
        found.major(Kind::Renamed, &at, what);
    }
    let line = |method: &Method| format!("{} {}", method.http.as_str(), method.path);
    if line(old) != line(new) {
        let (now, then) = (code(&line(new)), code(&line(old)));
        if before == at && !same_purpose(old, new) {
            found.major(Kind::Wire, &at, format!("{subject} is another operation now, {now} instead of {then}"));
        } else if let (true, Some((then, now))) = (old.http == new.http, beginnings(&old.path, &new.path)) {
            let what = match (then.is_empty(), now.is_empty()) {
                (true, _) => format!("the path of {subject} begins with {} now", code(now)),
                (_, true) => format!("the path of {subject} does not begin with {} any more", code(then)),
                _ => format!("the path of {subject} begins with {} instead of {}", code(now), code(then)),
            };
            found.patch(Kind::Wire, &at, what);
        } else {
            found.patch(Kind::Wire, &at, format!("{subject} is {now} on the wire instead of {then}"));
        }
    }
    // An operation without an id goes by its request, and that has been told.
    let has_id =
        |method: &Method| !method.operation_id.is_empty() && !method.operation_id.eq_ignore_ascii_case(&line(method));
    if old.operation_id != new.operation_id && (has_id(old) || has_id(new)) {
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
    let (before, after) = (&old.path_args, &new.path_args);
    if before.len() != after.len() || before.iter().zip(after).any(|(one, other)| !terms.same(&one.ty, &other.ty)) {
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
    let name = |it: &Argument| it.name.clone();
    let wire = |it: &Argument| format!("{:?} {}", it.location, it.wire);
    let Pairs { both, gone, added } = paired_by_wire(&old.arguments, &new.arguments, &wire, &name);
    for (before, after) in both {
        if before.name != after.name {
            let passed = new.arguments.iter().find(|it| it.name == before.name).map(on_the_wire);
            let passed = passed.map(|now| format!("; {} is {now} now", code(&before.name))).unwrap_or_default();
            let (then, now) = (code(&before.name), code(&after.name));
            let what = format!("the argument {then} of {subject} is called {now} now{passed}");
            found.major(Kind::Renamed, &of(after), what);
        }
        argument(terms, &subject, &of(after), before, after, found);
    }
    let typed = |api, argument: &'_ Argument| terms.compared(api, &argument.ty);
    let lost: Vec<_> = gone.iter().map(|it| (it.name.as_str(), typed(terms.old, it))).collect();
    let gained: Vec<_> = added.iter().map(|it| (it.name.as_str(), typed(terms.new, it))).collect();
    for before in &gone {
        let perhaps = perhaps(&typed(terms.old, before), &lost, &gained);
        let what = format!("{subject} lost the argument {}{perhaps}", code(&before.name));
        found.major(Kind::Removed, &of(before), what);
    }
    for after in added {
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
    if !terms.same(&old.ty, &new.ty) {
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

fn on_the_wire(argument: &Argument) -> String {
    let wire = code(&argument.wire);
    match argument.location {
        ParamIn::Query => format!("{wire} in the query"),
        ParamIn::Header => format!("the header {wire}"),
        ParamIn::Cookie => format!("the cookie {wire}"),
    }
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
            let is_other = !terms.same(&before.ty, &after.ty) || !same_kind(&before.kind, &after.kind);
            if let (BodyKind::Multipart(old_parts), BodyKind::Multipart(new_parts)) = (&before.kind, &after.kind) {
                leaving_out(at, before, after, found);
                parts(terms, at, old_parts, new_parts, found);
                let others = |body: &Body| body.other_parts.as_deref().cloned().into_iter().collect::<Vec<_>>();
                parts(terms, at, &others(before), &others(after), found);
            } else if is_other {
                let (then, now) = (shown_body(terms.old, before), shown_body(terms.new, after));
                found.major(Kind::Retyped, at, format!("the body of {subject} is {now} instead of {then}"));
            } else if before.fields.is_some() != after.fields.is_some() {
                let how = if after.fields.is_some() { "are arguments now" } else { "are no arguments any more" };
                found.major(Kind::Retyped, at, format!("the members of the body of {subject} {how}"));
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

/// Whether consumers give bodies of both kinds in the same way. A form of pairs is made of the same values as JSON.
fn same_kind(old: &BodyKind, new: &BodyKind) -> bool {
    let are_values = |kind: &BodyKind| matches!(kind, BodyKind::Json | BodyKind::Form(_));
    (are_values(old) && are_values(new)) || std::mem::discriminant(old) == std::mem::discriminant(new)
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
    let by_name = |part: &Part| part.name.clone();
    let wire = |part: &Part| part.wire.clone();
    let Pairs { both, gone, added } = paired_by_wire(old, new, &wire, &by_name);
    for before in gone {
        let what = format!("{subject} lost the argument {}", code(&before.name));
        found.major(Kind::Removed, &format!("{at}.{}", before.name), what);
    }
    for (before, after) in both {
        let name = code(&after.name);
        let place = format!("{at}.{}", after.name);
        if before.name != after.name {
            let what = format!("the argument {} of {subject} is called {name} now", code(&before.name));
            found.major(Kind::Renamed, &place, what);
        }
        let what = format!("the argument {name} of {subject}");
        let same =
            before.kind == after.kind && before.value_setter == after.value_setter && terms.same(&before.ty, &after.ty);
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
    for after in added {
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
