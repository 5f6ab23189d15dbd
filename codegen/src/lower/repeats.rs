//! Enums that a document writes out again and again: an order's status in the order, in the filter of the list and in
//! the report. They become one type, so that what one call gives another one takes.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{self, Scope};
use super::{SHARED, each_type, each_type_of_kind};
use crate::model::{Delivery, Resource, Type, TypeDef, TypeId, TypeKind, Webhooks};

/// Members that say how a value is compared, not what it is, in lower case and without signs.
const OPERATORS: &[&str] =
    &["all", "any", "contains", "eq", "exact", "gt", "gte", "in", "is", "lt", "lte", "ne", "neq", "not", "notin"];

/// What a member or parameter is about: `status` for `filter[status][in]`; nothing for a mere operator.
pub(super) fn subject(name: &str) -> Option<&str> {
    name.rsplit([' ', '[', ']', '.']).find(|part| !part.is_empty() && !is_operator(part))
}

fn is_operator(part: &str) -> bool {
    let letters = || part.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase());
    OPERATORS.iter().any(|operator| letters().eq(operator.bytes()))
}

/// Types that are one from now on, by the index of what they were.
pub(super) struct Merged(Vec<TypeId>);

/// Makes one type of enums that say the same of the same subject.
///
/// Where a subject of several words has one set of values in the whole document, it names the type:
/// `receive_settings` becomes `ReceiveSettings`. Otherwise enums are one within a module, under the shortest of their
/// names.
pub(super) fn merge(types: &mut Vec<TypeDef>, subjects: &BTreeMap<TypeId, String>, scope: &mut Scope) -> Merged {
    let mut by_subject: BTreeMap<&str, BTreeMap<String, Vec<usize>>> = BTreeMap::new();
    for (id, subject) in subjects {
        let Some(values) = types.get(id.0).and_then(|def| values(&def.kind)) else { continue };
        by_subject.entry(subject).or_default().entry(values).or_default().push(id.0);
    }
    let mut target: Vec<usize> = (0..types.len()).collect();
    for (subject, by_values) in by_subject {
        let is_distinct = by_values.len() == 1 && subject.trim_matches('_').contains('_');
        for same in by_values.into_values() {
            let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
            for index in same {
                let module = types.get(index).map(|def| def.module.as_str()).unwrap_or_default();
                groups.entry(if is_distinct { "" } else { module }).or_default().push(index);
            }
            let groups: Vec<Vec<usize>> = groups.into_values().filter(|group| group.len() > 1).collect();
            for group in groups {
                join(&group, is_distinct.then_some(subject), types, &mut target, scope);
            }
        }
    }
    let mut new_ids: Vec<TypeId> = Vec::with_capacity(types.len());
    let mut kept = 0;
    for (index, target) in target.iter().enumerate() {
        new_ids.push(TypeId(kept));
        kept += usize::from(index == *target);
    }
    let merged = Merged(target.iter().filter_map(|target| new_ids.get(*target)).copied().collect());
    let mut index = 0;
    types.retain(|_| {
        let is_kept = target.get(index) == Some(&index);
        index += 1;
        is_kept
    });
    for def in types {
        each_type_of_kind(&mut def.kind, &mut |ty| merged.apply(ty));
    }
    merged
}

/// Keeps the shortest-named type of a group for all of it.
fn join(group: &[usize], subject: Option<&str>, types: &mut [TypeDef], target: &mut [usize], scope: &mut Scope) {
    let name = |index: usize| types.get(index).map(|def| def.name.as_str()).unwrap_or_default();
    let module = |index: usize| types.get(index).map(|def| def.module.clone()).unwrap_or_default();
    let Some(kept) = group.iter().copied().min_by_key(|index| name(*index).len()) else { return };
    let wanted = subject.map(|subject| {
        let is_item = group.iter().any(|index| name(*index).ends_with("Item"));
        names::type_name(&format!("{subject}{}", if is_item { "_item" } else { "" }))
    });
    let is_spread = group.iter().any(|index| module(*index) != module(kept));
    for index in group {
        if let Some(target) = target.get_mut(*index) {
            *target = kept;
        }
    }
    let Some(def) = types.get_mut(kept) else { return };
    if is_spread {
        SHARED.clone_into(&mut def.module);
    }
    if let Some(wanted) = wanted
        && !scope.is_taken(&wanted)
    {
        def.name = scope.claim(&wanted);
    }
}

/// The values of an enum, whatever their order.
fn values(kind: &TypeKind) -> Option<String> {
    match kind {
        TypeKind::StringEnum(variants) => {
            Some(format!("{:?}", variants.iter().map(|variant| &variant.value).collect::<BTreeSet<_>>()))
        }
        TypeKind::IntEnum(variants) => {
            Some(format!("{:?}", variants.iter().map(|variant| variant.value).collect::<BTreeSet<_>>()))
        }
        TypeKind::Struct(_) | TypeKind::Union(_) | TypeKind::Alias(_) => None,
    }
}

impl Merged {
    fn id(&self, id: TypeId) -> TypeId {
        self.0.get(id.0).copied().unwrap_or(id)
    }

    fn apply(&self, ty: &mut Type) {
        match ty {
            Type::Named(id) => *id = self.id(*id),
            Type::List(inner) | Type::Map(inner) | Type::Option(inner) => self.apply(inner),
            _ => {}
        }
    }

    /// Puts the new types in place of the old ones.
    pub(super) fn apply_to(
        &self,
        resources: &mut [Resource],
        deliveries: &mut [Delivery],
        webhooks: Option<&mut Webhooks>,
    ) {
        for resource in resources {
            for method in &mut resource.methods {
                each_type(method, &mut |ty| self.apply(ty));
                if let Some(fields) = method.body.as_mut().and_then(|body| body.fields.as_mut()) {
                    *fields = self.id(*fields);
                }
            }
            self.apply_to(&mut resource.children, &mut [], None);
        }
        for delivery in deliveries {
            delivery.ty = self.id(delivery.ty);
        }
        for event in webhooks.into_iter().flat_map(|webhooks| &mut webhooks.events) {
            event.ty = self.id(event.ty);
        }
    }
}
