//! What changed in the types.

use std::collections::HashMap;

use heck::ToSnakeCase;

use super::terms::{Pairs, Terms, a_kind, code, kind, list, paired_by_wire, perhaps, shown, shown_field};
use super::{Class, Found, Kind};
use crate::model::{Api, Field, Presence, Struct, Type, TypeDef, TypeKind, Union, UnionVariant, Variant, Webhooks};

/// The operations whose arguments the members of a type are, by the type's name.
type Bodies<'a> = HashMap<&'a str, Vec<String>>;

fn bodies(api: &Api) -> Bodies<'_> {
    let mut bodies = Bodies::new();
    for (resource, method) in api.methods() {
        let body = method.body.as_ref().and_then(|body| body.fields).and_then(|id| api.get(id));
        if let Some(body) = body {
            bodies.entry(body.name.as_str()).or_default().push(super::operations::call(resource, method));
        }
    }
    bodies
}

/// Where the members of a type are to be found by consumers.
struct Place {
    /// The type's name.
    name: String,
    /// Operations whose arguments its members are.
    operations: Vec<String>,
    /// Whether consumers build it.
    is_built: bool,
}

impl Place {
    fn of(bodies: &Bodies<'_>, def: &TypeDef) -> Self {
        let operations = bodies.get(def.name.as_str()).cloned().unwrap_or_default();
        Self { name: def.name.clone(), operations, is_built: def.builder.is_some() }
    }

    fn member(&self, name: &str) -> String {
        format!("{}.{name}", self.name)
    }

    /// What a sentence about a member is about: the operations, or the type.
    fn subject(&self) -> String {
        if self.operations.is_empty() {
            return code(&self.name);
        }
        list(&self.operations.iter().map(|operation| code(operation)).collect::<Vec<_>>())
    }

    /// What a member is: an argument of operations, or a field.
    fn noun(&self) -> &'static str {
        if self.operations.is_empty() { "field" } else { "argument" }
    }

    /// The field behind what has been called an argument.
    fn besides(&self) -> String {
        if self.operations.is_empty() { String::new() } else { format!(" (in {})", code(&self.name)) }
    }
}

pub(super) fn compare(terms: &Terms<'_>, found: &mut Found) {
    let (both, gone, added) = terms.types();
    let bodies = bodies(terms.new);
    for (old, new) in both {
        definition(terms, &bodies, old, new, found);
    }
    for def in gone {
        found.major(Kind::Removed, &def.name, format!("the {} {} is gone", kind(def), code(&def.name)));
    }
    for def in added {
        found.minor(Kind::Added, &def.name, format!("there is a new {} {}", kind(def), code(&def.name)));
    }
    if let (Some(old), Some(new)) = (&terms.old.webhooks, &terms.new.webhooks) {
        webhooks(terms, old, new, found);
    }
}

fn definition(terms: &Terms<'_>, bodies: &Bodies<'_>, old: &TypeDef, new: &TypeDef, found: &mut Found) {
    let at = &new.name;
    if old.name != new.name {
        let (before, after) = (code(&old.name), code(at));
        let what = if share_a_word(&old.name, at) {
            format!("{before} is called {after} now")
        } else {
            format!("the {} {before} is gone; {after}, which is new, is the same but for its name", kind(old))
        };
        found.major(Kind::Renamed, &old.name, what);
    }
    found.prose(at, &old.doc, &new.doc);
    found.deprecation(Class::Patch, at, &code(at), (old.deprecated, new.deprecated));
    module(terms, old, new, found);
    match (&old.kind, &new.kind) {
        (TypeKind::Struct(before), TypeKind::Struct(after)) => {
            object(terms, &Place::of(bodies, new), (old, before), (new, after), found);
        }
        (TypeKind::StringEnum(before), TypeKind::StringEnum(after)) => values(at, before, after, found),
        (TypeKind::IntEnum(before), TypeKind::IntEnum(after)) => values(at, before, after, found),
        (TypeKind::Union(before), TypeKind::Union(after)) => union(terms, at, before, after, found),
        (TypeKind::Alias(before), TypeKind::Alias(after)) => {
            if !terms.same(before, after) {
                let (before, after) = (shown(terms.old, before), shown(terms.new, after));
                let what = format!("{} stands for {} instead of {}", code(at), code(&after), code(&before));
                found.major(Kind::Retyped, at, what);
            }
        }
        _ => {
            found.major(Kind::Retyped, at, format!("{} was {} and is {} now", code(at), a_kind(old), a_kind(new)));
        }
    }
}

/// Whether two names have a word in common. Small types may look the same by chance.
fn share_a_word(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_snake_case(), other.to_snake_case());
    one.split('_').any(|word| word.len() > 2 && other.split('_').any(|another| another == word))
}

/// In which builds a type is there.
fn module(terms: &Terms<'_>, old: &TypeDef, new: &TypeDef, found: &mut Found) {
    let feature = |api: &Api, def: &TypeDef| {
        api.features.iter().find(|feature| feature.module == def.module).map(|feature| feature.name.clone())
    };
    let (before, after) = (feature(terms.old, old), feature(terms.new, new));
    if before == after {
        return;
    }
    let at = &new.name;
    match after {
        Some(after) => {
            found.major(Kind::Features, at, format!("{} needs the feature {}", code(at), code(&after)));
        }
        None => found.minor(Kind::Features, at, format!("{} needs no feature any more", code(at))),
    }
}

fn object(
    terms: &Terms<'_>,
    place: &Place,
    (old_def, old): (&TypeDef, &Struct),
    (new_def, new): (&TypeDef, &Struct),
    found: &mut Found,
) {
    let name = |field: &Field| field.name.clone();
    let wire = |field: &Field| field.wire.clone();
    let Pairs { both, gone, added } = paired_by_wire(&old.fields, &new.fields, &wire, &name);
    for (before, after) in both {
        if before.name != after.name {
            let (noun, subject, besides) = (place.noun(), place.subject(), place.besides());
            let (then, now) = (code(&before.name), code(&after.name));
            let passed = new.fields.iter().find(|it| it.name == before.name);
            let passed = passed.map(|it| format!("; {then} is {} on the wire now", code(&it.wire))).unwrap_or_default();
            let what = format!("the {noun} {then} of {subject} is called {now} now{besides}{passed}");
            found.major(Kind::Renamed, &place.member(&before.name), what);
        }
        member(terms, place, before, after, found);
    }
    let lost: Vec<_> = gone.iter().map(|it| (it.name.as_str(), terms.field(terms.old, it))).collect();
    let gained: Vec<_> = added.iter().map(|it| (it.name.as_str(), terms.field(terms.new, it))).collect();
    for field in gone {
        let perhaps = perhaps(&terms.field(terms.old, field), &lost, &gained);
        let (subject, noun, besides) = (place.subject(), place.noun(), place.besides());
        let what = format!("{subject} lost the {noun} {}{besides}{perhaps}", code(&field.name));
        found.major(Kind::Removed, &place.member(&field.name), what);
    }
    for field in added {
        added_member(terms, place, field, found);
    }
    rest(terms, place, old, new, found);
    if new_def.builder.is_some() || !place.operations.is_empty() {
        let required = |object: &Struct| {
            let fields = object.fields.iter().filter(|it| it.presence == Presence::Required);
            fields.map(|it| it.name.clone()).collect::<Vec<_>>()
        };
        super::operations::order(&place.name, &required(old), &required(new), found);
    }
    builder(terms, place, (old_def, old), (new_def, new), found);
}

fn added_member(terms: &Terms<'_>, place: &Place, field: &Field, found: &mut Found) {
    let ty = code(&shown_field(terms.new, field));
    let (subject, noun, name, besides) = (place.subject(), place.noun(), code(&field.name), place.besides());
    let at = place.member(&field.name);
    match field.presence {
        Presence::Required if place.is_built => {
            found.major(Kind::Added, &at, format!("{subject} gained the required {noun} {name}: {ty}{besides}"));
        }
        Presence::Required => {
            found.minor(Kind::Added, &at, format!("{subject} gained the {noun} {name}: {ty}{besides}"));
        }
        Presence::Optional | Presence::Nullable => {
            found.minor(Kind::Added, &at, format!("{subject} gained the optional {noun} {name}: {ty}{besides}"));
        }
    }
}

fn member(terms: &Terms<'_>, place: &Place, old: &Field, new: &Field, found: &mut Found) {
    let at = place.member(&new.name);
    let (subject, noun, name, besides) = (place.subject(), place.noun(), code(&new.name), place.besides());
    if !terms.same_field(old, new) {
        let (before, after) = (code(&shown_field(terms.old, old)), code(&shown_field(terms.new, new)));
        let kind = if old.presence == new.presence { Kind::Retyped } else { Kind::Presence };
        let how = match (old.presence, new.presence) {
            (Presence::Required, Presence::Required) => "is",
            (_, Presence::Required) if place.is_built => "must be given now, and is",
            (_, Presence::Required) => "is always there now:",
            (Presence::Required, _) if place.is_built || !place.operations.is_empty() => "may be left out now:",
            (Presence::Required, _) => "may be missing now:",
            (Presence::Optional, Presence::Nullable) => "can be null now:",
            (Presence::Nullable, Presence::Optional) => "cannot be null any more:",
            _ => "is",
        };
        let what = format!("the {noun} {name} of {subject} {how} {after} instead of {before}{besides}");
        found.major(kind, &at, what);
    }
    if old.wire != new.wire {
        let what =
            format!("the {noun} {name} of {subject} is {} on the wire instead of {}", code(&new.wire), code(&old.wire));
        found.patch(Kind::Wire, &at, what);
    }
    if old.redacted != new.redacted {
        let now = if new.redacted { "does not show" } else { "shows" };
        found.patch(Kind::Redaction, &at, format!("`Debug` {now} {}", code(&at)));
    }
    let what = format!("the {noun} {name} of {subject}");
    found.deprecation(Class::Patch, &at, &what, (old.deprecated, new.deprecated));
    found.prose(&at, &old.doc, &new.doc);
}

/// Members that no field covers.
fn rest(terms: &Terms<'_>, place: &Place, old: &Struct, new: &Struct, found: &mut Found) {
    let show = |api: &Api, rest: &(String, Type)| format!("{}: Map<String, {}>", rest.0, shown(api, &rest.1));
    let subject = code(&place.name);
    match (&old.rest, &new.rest) {
        (None, None) => {}
        (Some(old), None) => {
            let what = format!("{subject} lost {}, which held members without a field", code(&old.0));
            found.major(Kind::Removed, &place.member(&old.0), what);
        }
        (None, Some(new)) => {
            let what = format!("{subject} keeps members without a field in {}", code(&show(terms.new, new)));
            found.minor(Kind::Added, &place.member(&new.0), what);
        }
        (Some(before), Some(after)) => {
            if before.0 != after.0 || !terms.same(&before.1, &after.1) {
                let (before, after) = (show(terms.old, before), show(terms.new, after));
                let what =
                    format!("{subject} keeps members without a field in {} instead of {}", code(&after), code(&before));
                found.major(Kind::Retyped, &place.name, what);
            }
        }
    }
}

/// How consumers make a value of a struct.
fn builder(
    terms: &Terms<'_>,
    place: &Place,
    (old_def, old): (&TypeDef, &Struct),
    (new_def, new): (&TypeDef, &Struct),
    found: &mut Found,
) {
    let name = code(&place.name);
    match (&old_def.builder, &new_def.builder) {
        (Some(before), None) => {
            found.major(
                Kind::Removed,
                &place.name,
                format!("{name} can't be built any more: {} is gone", code(before)),
            );
        }
        (None, Some(after)) => {
            found.minor(Kind::Added, &place.name, format!("{name} can be built: {} is new", code(after)));
        }
        (Some(before), Some(after)) if before != after && old_def.name == new_def.name => {
            let what = format!("the builder of {name} is called {} instead of {}", code(after), code(before));
            found.major(Kind::Renamed, &place.name, what);
        }
        _ => {}
    }
    // `Sort { value }` can be made from its value alone.
    let source = |api: &Api, def: &TypeDef, object: &Struct| match (object.fields.as_slice(), &object.rest) {
        ([field], None) if def.builder.is_some() && field.wire == "value" && !field.boxed => {
            Some(terms.compared(api, field.value_type()))
        }
        _ => None,
    };
    match (source(terms.old, old_def, old), source(terms.new, new_def, new)) {
        (Some(before), after) if after.as_ref() != Some(&before) => {
            let what = format!("{name} can't be made from its value alone any more: `From<{before}>` is gone");
            found.major(Kind::Removed, &place.name, what);
        }
        _ => {}
    }
    for field in &old.fields {
        let Some(other) = new.fields.iter().find(|other| other.name == field.name) else { continue };
        match (&field.null_setter, &other.null_setter) {
            // The type has changed along with it, and that has been told.
            _ if field.presence != other.presence => {}
            (Some(setter), None) => {
                found.major(
                    Kind::Removed,
                    &place.member(&field.name),
                    format!("{} lost {}", place.subject(), code(&format!("{setter}()"))),
                );
            }
            (Some(before), Some(after)) if before != after => {
                let (then, now) = (code(&format!("{before}()")), code(&format!("{after}()")));
                let what = format!("{then} of {} is called {now} now", place.subject());
                found.major(Kind::Renamed, &place.member(&field.name), what);
            }
            (None, Some(setter)) => {
                found.minor(
                    Kind::Added,
                    &place.member(&field.name),
                    format!("{} gained {}", place.subject(), code(&format!("{setter}()"))),
                );
            }
            _ => {}
        }
    }
}

/// The values of an enum.
fn values<T: PartialEq + ToString>(at: &str, old: &[Variant<T>], new: &[Variant<T>], found: &mut Found) {
    let subject = code(at);
    let variant = |name: &str| format!("{at}::{name}");
    let name = |variant: &Variant<T>| variant.name.clone();
    let value = |variant: &Variant<T>| variant.value.to_string();
    let Pairs { both, gone, added } = paired_by_wire(old, new, &value, &name);
    for (before, after) in both {
        let place = variant(&before.name);
        let (then, now) = (code(&place), code(&variant(&after.name)));
        if before.name != after.name {
            let passed = new.iter().find(|it| it.name == before.name);
            let passed = passed.map(|it| format!("; {then} is {} now", code(&value(it)))).unwrap_or_default();
            found.major(Kind::Renamed, &place, format!("{then} is called {now} now{passed}"));
        } else if before.value != after.value {
            let (before, after) = (code(&value(before)), code(&value(after)));
            found.patch(Kind::Wire, &place, format!("{then} is {after} on the wire instead of {before}"));
        }
    }
    for before in gone {
        let what = format!("{subject} lost the value {} ({})", code(&before.name), code(&value(before)));
        found.major(Kind::Removed, &variant(&before.name), what);
    }
    let named = |it: &Variant<T>| format!("{} ({})", code(&it.name), code(&value(it)));
    match added.as_slice() {
        [] => {}
        [only] => {
            let what = format!("{subject} gained the value {}, which was `Unknown` before", named(only));
            found.minor(Kind::Added, &variant(&only.name), what);
        }
        more => {
            let all: Vec<String> = more.iter().map(|it| named(it)).collect();
            let what = format!("{subject} gained the values {}, which were `Unknown` before", list(&all));
            found.minor(Kind::Added, at, what);
        }
    }
}

fn union(terms: &Terms<'_>, at: &str, old: &Union, new: &Union, found: &mut Found) {
    let subject = code(at);
    let variant = |name: &str| format!("{at}::{name}");
    let is_in = |union: &Union, name: &str| union.variants.iter().any(|it| it.name == name);
    let mut partners = Vec::new();
    for before in &old.variants {
        let ty = terms.compared(terms.old, &before.ty);
        let same_type = |after: &&UnionVariant| {
            !is_in(old, &after.name) && !partners.contains(&after.name) && terms.compared(terms.new, &after.ty) == ty
        };
        let same_name = new.variants.iter().find(|after| after.name == before.name);
        let Some(after) = same_name.or_else(|| new.variants.iter().find(same_type)) else {
            let what = format!("{subject} lost the alternative {}", code(&before.name));
            found.major(Kind::Removed, &variant(&before.name), what);
            continue;
        };
        partners.push(after.name.clone());
        alternative(terms, at, before, after, found);
    }
    for after in &new.variants {
        if !partners.contains(&after.name) {
            let ty = code(&shown(terms.new, &after.ty));
            let what =
                format!("{subject} gained the alternative {} of {ty}, which was `Unknown` before", code(&after.name));
            found.minor(Kind::Added, &variant(&after.name), what);
        }
    }
    match (&old.tag, &new.tag) {
        (Some(_), None) => {
            found.major(Kind::Removed, at, format!("{subject} lost `tag()`: no member tells its alternatives apart"));
        }
        (None, Some(tag)) => {
            let what = format!("{subject} gained `tag()`: {} tells its alternatives apart", code(tag));
            found.minor(Kind::Added, at, what);
        }
        (before, after) if before != after => {
            found.patch(Kind::Wire, at, format!("the alternatives of {subject} are told apart by something else"));
        }
        _ => {}
    }
    shared(terms, at, old, new, found);
    let after = terms.sources(terms.new, new);
    for source in terms.sources(terms.old, old).difference(&after) {
        // With an alternative goes all that belongs to it, and that has been told.
        let is_left = new.variants.iter().any(|it| terms.compared(terms.new, &it.ty) == *source);
        if is_left {
            found.major(Kind::Removed, at, format!("{subject} can't be made from `{source}` any more"));
        }
    }
}

/// The methods of a union for what most of its alternatives have.
fn shared(terms: &Terms<'_>, at: &str, old: &Union, new: &Union, found: &mut Found) {
    let (before, after) = (terms.old.shared(old), terms.new.shared(new));
    let method = |name: &str| format!("{at}::{name}");
    for (name, field) in &before {
        let called = code(&format!("{name}()"));
        match after.iter().find(|(other, _)| other == name) {
            None => {
                let what = format!(
                    "{} lost {called}: most of its alternatives have no such member, or of another type",
                    code(at)
                );
                found.major(Kind::Removed, &method(name), what);
            }
            Some((_, other)) if !terms.same(field.value_type(), other.value_type()) => {
                let then = code(&shown(terms.old, field.value_type()));
                let now = code(&shown(terms.new, other.value_type()));
                let what = format!("{called} of {} gives {now} instead of {then}", code(at));
                found.major(Kind::Retyped, &method(name), what);
            }
            Some(_) => {}
        }
    }
    for (name, _) in after.iter().filter(|(name, _)| !before.iter().any(|(other, _)| other == name)) {
        let what = format!("{} gained {}, which most of its alternatives have", code(at), code(&format!("{name}()")));
        found.minor(Kind::Added, &method(name), what);
    }
}

fn alternative(terms: &Terms<'_>, at: &str, old: &UnionVariant, new: &UnionVariant, found: &mut Found) {
    let variant = |name: &str| format!("{at}::{name}");
    let (before, name) = (variant(&old.name), variant(&new.name));
    if before != name {
        found.major(Kind::Renamed, &before, format!("{} is called {} now", code(&before), code(&name)));
    }
    if !terms.same(&old.ty, &new.ty) {
        let (then, now) = (code(&shown(terms.old, &old.ty)), code(&shown(terms.new, &new.ty)));
        found.major(Kind::Retyped, &name, format!("{} holds {now} instead of {then}", code(&name)));
    } else if old.boxed != new.boxed {
        let how = if new.boxed { "is boxed now" } else { "is not boxed any more" };
        found.major(Kind::Retyped, &name, format!("what {} holds {how}", code(&name)));
    }
    if old.tag != new.tag || old.guard != new.guard {
        found.patch(Kind::Wire, &name, format!("{} is recognized by something else", code(&name)));
    }
    found.prose(&name, &old.doc, &new.doc);
}

/// What is posted to consumers' servers.
fn webhooks(terms: &Terms<'_>, old: &Webhooks, new: &Webhooks, found: &mut Found) {
    let at = &new.event;
    if old.event != new.event {
        found.major(Kind::Renamed, &old.event, format!("{} is called {} now", code(&old.event), code(at)));
    }
    let name_of = |api: &Api, id| terms.compared(api, &Type::Named(id));
    for before in &old.events {
        match new.events.iter().find(|after| after.name == before.name) {
            None => found.major(Kind::Removed, at, format!("{} lost the events {}", code(at), code(&before.name))),
            Some(after) => {
                let (then, now) = (name_of(terms.old, before.ty), name_of(terms.new, after.ty));
                if then != now {
                    let variant = format!("{at}::{}", before.name);
                    let what = format!("{} holds {} instead of {}", code(&variant), code(&now), code(&then));
                    found.major(Kind::Retyped, &variant, what);
                }
            }
        }
    }
    for after in &new.events {
        if !old.events.iter().any(|before| before.name == after.name) {
            found.minor(Kind::Added, at, format!("{} gained the events {}", code(at), code(&after.name)));
        }
    }
    let checked =
        |hooks: &Webhooks| (hooks.signature_header.clone(), hooks.timestamp_header.clone(), hooks.signed.clone());
    let read = |hooks: &Webhooks| (hooks.member.clone(), hooks.id.clone(), hooks.attempt.clone(), hooks.tag.clone());
    if checked(old) != checked(new) {
        found.patch(Kind::Wire, at, "webhooks are signed otherwise");
    }
    if read(old) != read(new) {
        found.patch(Kind::Wire, at, "the bodies of webhooks are laid out otherwise");
    }
}
