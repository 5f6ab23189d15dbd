//! What changed in what calls give.

use super::terms::{Terms, code, shown};
use super::{Found, Kind};
use crate::model::{Api, Content, HeaderView, Method, Output, StatusView, Type};

pub(super) fn compare(terms: &Terms<'_>, at: &str, old: &Method, new: &Method, found: &mut Found) {
    output(terms, at, old, new, found);
    alternatives(terms, at, old, new, found);
    view(terms, (by_status(old), by_status(new)), found);
    let errors = (old.error_view.as_ref(), new.error_view.as_ref());
    view(terms, errors, found);
    // Where the document has a default, no error is left for our own variant.
    let has_other = |view: &StatusView| !view.cases.iter().any(|case| case.status == "default");
    if let (Some(before), Some(after)) = errors
        && has_other(before) != has_other(after)
    {
        let other = format!("{}::Other", after.name);
        if has_other(before) {
            found.major(Kind::Removed, &other, format!("{} lost `Other`", code(&after.name)));
        } else {
            found.minor(Kind::Added, &other, format!("{} gained `Other`", code(&after.name)));
        }
    }
    headers(terms, (old.headers.as_ref(), new.headers.as_ref()), found);
    if old.accept != new.accept {
        found.patch(Kind::Wire, at, format!("{} asks for other media types", code(at)));
    }
}

fn by_status(method: &Method) -> Option<&StatusView> {
    match &method.output {
        Output::ByStatus(view) => Some(view),
        _ => None,
    }
}

fn output(terms: &Terms<'_>, at: &str, old: &Method, new: &Method, found: &mut Found) {
    let compared = |api, method: &Method| given(&method.output, &|ty| terms.compared(api, ty));
    let named = |api, method: &Method| given(&method.output, &|ty| terms.named(api, ty));
    let is_other =
        compared(terms.old, old) != compared(terms.new, new) && named(terms.old, old) != named(terms.new, new);
    // Files can be saved, and text in JSON cannot.
    let is_file = |method: &Method| matches!(method.output, Output::Bytes { .. } | Output::Text { .. });
    if is_other {
        let shown_as = |api, method: &Method| code(&given(&method.output, &|ty| shown(api, ty)));
        let (before, after) = (shown_as(terms.old, old), shown_as(terms.new, new));
        found.major(Kind::Retyped, at, format!("{} gives {after} instead of {before}", code(at)));
    } else if is_file(old) && !is_file(new) {
        found.major(Kind::Retyped, at, format!("what {} gives is no file any more, to be saved or streamed", code(at)));
    } else if is_file(new) && !is_file(old) {
        found.minor(
            Kind::Retyped,
            at,
            format!("what {} gives is a file now, which can be saved or streamed", code(at)),
        );
    } else if wire_of(terms.old, &old.output) != wire_of(terms.new, &new.output) {
        found.patch(Kind::Wire, at, format!("what {} gives stands elsewhere in the response", code(at)));
    }
}

fn given(output: &Output, name: &dyn Fn(&Type) -> String) -> String {
    match output {
        Output::Empty => "()".to_owned(),
        Output::Json(ty) | Output::Envelope { ty, .. } => name(ty),
        Output::Page { item, meta, .. } => {
            let meta = meta.as_ref().map_or_else(|| "()".to_owned(), name);
            format!("Page<{}, {meta}>", name(item))
        }
        Output::Bytes { .. } => "Bytes".to_owned(),
        Output::Text { .. } => "String".to_owned(),
        Output::Events(ty) => format!("Events<{}>", name(ty)),
        Output::ByStatus(view) => view.name.clone(),
    }
}

/// Where a value stands in a response.
fn wire_of(api: &Api, output: &Output) -> String {
    match output {
        Output::Envelope { member, .. } => member.clone(),
        Output::Page { paging, whole, .. } => {
            // What the way of paging is called in the crate is nobody's business.
            let paging = api.pagings.get(*paging).map(|it| (&it.kind, &it.size, &it.items, &it.meta));
            format!("{paging:?} {whole}")
        }
        Output::Bytes { media_types } => media_types.join(", "),
        Output::Text { media_type } => media_type.clone(),
        Output::Empty | Output::Json(_) | Output::Events(_) | Output::ByStatus(_) => String::new(),
    }
}

/// Calls for other media types.
fn alternatives(terms: &Terms<'_>, at: &str, old: &Method, new: &Method, found: &mut Found) {
    let subject = code(at);
    let call = |name: &str| code(&format!("{name}()"));
    for before in &old.alternatives {
        let Some(after) = new.alternatives.iter().find(|after| after.name == before.name) else {
            found.major(Kind::Removed, at, format!("{subject} lost {}", call(&before.name)));
            continue;
        };
        retyped(terms, (&before.content, &after.content), at, &format!("{} of {subject}", call(&after.name)), found);
    }
    for after in &new.alternatives {
        if !old.alternatives.iter().any(|before| before.name == after.name) {
            let what = format!("{subject} gained {}, for {}", call(&after.name), code(&after.media_type));
            found.minor(Kind::Added, at, what);
        }
    }
}

fn retyped(terms: &Terms<'_>, (old, new): (&Content, &Content), at: &str, what: &str, found: &mut Found) {
    let compared = |api, content| held(content, &|ty| terms.compared(api, ty));
    let named = |api, content| held(content, &|ty| terms.named(api, ty));
    if compared(terms.old, old) != compared(terms.new, new) && named(terms.old, old) != named(terms.new, new) {
        let shown_as = |api, content| code(&held(content, &|ty| shown(api, ty)));
        let (before, after) = (shown_as(terms.old, old), shown_as(terms.new, new));
        found.major(Kind::Retyped, at, format!("{what} gives {after} instead of {before}"));
    }
}

fn held(content: &Content, name: &dyn Fn(&Type) -> String) -> String {
    match content {
        Content::Nothing => "nothing".to_owned(),
        Content::Json(ty) | Content::Envelope { ty, .. } => name(ty),
        Content::Events(ty) => format!("Events<{}>", name(ty)),
        Content::Text => "String".to_owned(),
        Content::Bytes => "Bytes".to_owned(),
    }
}

/// The two sides of what has a name of its own, if both have it. What came, went or changed its name is noted.
fn pair<'a, T>(
    (old, new): (Option<&'a T>, Option<&'a T>),
    what: &str,
    name: impl Fn(&T) -> &str,
    found: &mut Found,
) -> Option<(&'a T, &'a T)> {
    match (old, new) {
        (None, None) => {}
        (Some(before), None) => {
            let gone = name(before);
            found.major(Kind::Removed, gone, format!("the {what} {} is gone", code(gone)));
        }
        (None, Some(after)) => {
            let added = name(after);
            found.minor(Kind::Added, added, format!("there is a new {what} {}", code(added)));
        }
        (Some(before), Some(after)) => {
            let (then, now) = (name(before), name(after));
            if then != now {
                found.major(Kind::Renamed, then, format!("{} is called {} now", code(then), code(now)));
            }
            return Some((before, after));
        }
    }
    None
}

/// An enum with a variant for each status.
fn view(terms: &Terms<'_>, views: (Option<&StatusView>, Option<&StatusView>), found: &mut Found) {
    let Some((before, after)) = pair(views, "enum", |view| &view.name, found) else { return };
    let at = &after.name;
    let variant = |name: &str| format!("{at}::{name}");
    for case in &before.cases {
        let place = variant(&case.variant);
        let Some(other) = after.cases.iter().find(|other| other.variant == case.variant) else {
            found.major(Kind::Removed, &place, format!("{} lost {}", code(at), code(&case.variant)));
            continue;
        };
        retyped(terms, (&case.content, &other.content), &place, &code(&place), found);
        if case.status != other.status {
            let what = format!("{} is for the status {} instead of {}", code(&place), other.status, case.status);
            found.patch(Kind::Wire, &place, what);
        }
        found.prose(&place, &case.doc, &other.doc);
    }
    for case in &after.cases {
        if !before.cases.iter().any(|other| other.variant == case.variant) {
            let what = format!("{} gained {} for the status {}", code(at), code(&case.variant), case.status);
            found.minor(Kind::Added, &variant(&case.variant), what);
        }
    }
}

/// A struct of the headers of responses.
fn headers(terms: &Terms<'_>, views: (Option<&HeaderView>, Option<&HeaderView>), found: &mut Found) {
    let Some((before, after)) = pair(views, "struct", |view| &view.name, found) else { return };
    let at = &after.name;
    for field in &before.fields {
        let place = format!("{at}.{}", field.name);
        let Some(other) = after.fields.iter().find(|other| other.name == field.name) else {
            found.major(Kind::Removed, &place, format!("{} lost the field {}", code(at), code(&field.name)));
            continue;
        };
        if !terms.same(&field.ty, &other.ty) {
            let (then, now) = (code(&shown(terms.old, &field.ty)), code(&shown(terms.new, &other.ty)));
            found.major(Kind::Retyped, &place, format!("{} is {now} instead of {then}", code(&place)));
        }
        if field.wire != other.wire {
            let what = format!("{} is the header {} instead of {}", code(&place), code(&other.wire), code(&field.wire));
            found.patch(Kind::Wire, &place, what);
        }
        found.prose(&place, &field.doc, &other.doc);
    }
    for field in &after.fields {
        if !before.fields.iter().any(|other| other.name == field.name) {
            let what = format!("{} gained the field {}", code(at), code(&field.name));
            found.minor(Kind::Added, &format!("{at}.{}", field.name), what);
        }
    }
}
