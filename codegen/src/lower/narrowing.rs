//! Schemas that say more about the values of others: which of them there are, of which type and format, with which items.

use openapiv3::AdditionalProperties;
use serde_json::Value;

use super::schemas::{Place, Schemas, alike, is_enumeration, is_same_scalar, says_something};
use super::view::{Node, View};
use crate::diagnostic::Diagnostics;

/// What stands beside an `allOf`, and says something about the values.
#[derive(Clone, Debug)]
pub(super) enum Siblings<'a> {
    /// Not all values of the `allOf` fit; this says all that there is to say of those that do.
    Narrow(View<'a>),
    /// They take no value away, or all; this is the schema without them.
    Ignored(View<'a>),
}

impl<'a> Schemas<'a> {
    /// What the siblings of a schema's `allOf` make of it, if they say anything about its values.
    pub(super) fn siblings(
        &self,
        view: &View<'a>,
        place: &Place,
        diagnostics: &mut Diagnostics,
    ) -> Option<Siblings<'a>> {
        if view.all_of.is_empty() || view.has_properties() || !view.alternatives().1.is_empty() {
            return None;
        }
        let mut own = View { all_of: &[], ..view.clone() };
        own.items = own.items.filter(says_something);
        own.additional = own.additional.filter(|additional| additional_node(additional).is_some());
        // Others are text, or numbers, like any.
        own.format = own.format.filter(|format| matches!(*format, "date-time" | "date" | "int32" | "int64" | "uint64"));
        if !own.says_much() && own.format.is_none() {
            return None;
        }
        let mut parts = self.parts(view, place);
        // The schema itself.
        parts.pop();
        let wide: Vec<&View<'a>> = parts.iter().map(|part| &part.view).filter(|view| !view.is_free()).collect();
        let kind = own.kind.or_else(|| wide.iter().find_map(|view| view.kind));
        let without_values = || (!view.values.is_empty()).then(|| View { values: Vec::new(), ..view.clone() });
        own.values.retain(|value| is_of_kind(value, kind) && wide.iter().all(|wide| lists(wide, value)));
        if own.values.is_empty() && !view.values.is_empty() {
            self.report_contradiction(view, place, diagnostics);
            return without_values().map(Siblings::Ignored);
        }
        let lists_less = !wide.iter().any(|wide| takes_nothing(wide, &own));
        if !lists_less || !is_enumeration(&View { kind, ..own.clone() }) {
            own.values.clear();
        }
        let is_object = wide.iter().any(|view| view.has_properties());
        let is_union = wide.iter().any(|view| !view.alternatives().1.is_empty());
        own.items = own.items.filter(|_| kind.is_none_or(|kind| kind == "array"));
        own.items = own.items.filter(|items| self.narrows_items(*items, &wide, place, diagnostics));
        if !is_object {
            own.additional = own.additional.filter(|_| kind.is_none_or(|kind| kind == "object"));
            own.additional = own.additional.filter(|more| self.narrows_additional(more, &wide, place, diagnostics));
        }
        if !own.says_much() && own.kind.is_none() && own.format.is_none() {
            return without_values().map(Siblings::Ignored);
        }
        let views: Vec<&View<'a>> = std::iter::once(&own).chain(wide.iter().copied()).collect();
        let narrowest = narrowest(&views);
        let has_parts = own.items.is_some() || own.additional.is_some();
        let narrows = narrowest == Some(0) || !own.values.is_empty() || (has_parts && !is_union);
        match narrowest {
            Some(_) if is_object => without_values().map(Siblings::Ignored),
            Some(_) if narrows => Some(Siblings::Narrow(View { kind, ..own })),
            _ if view.remarked().is_none() => None,
            _ => {
                if narrowest.is_none() {
                    self.report_contradiction(view, place, diagnostics);
                }
                let rest = View { kind: None, format: None, items: None, additional: None, ..view.clone() };
                Some(Siblings::Ignored(View { values: Vec::new(), ..rest }))
            }
        }
    }

    fn report_contradiction(&self, view: &View<'a>, place: &Place, diagnostics: &mut Diagnostics) {
        let wide = if view.remarked().is_some() { "the reference" } else { "`allOf`" };
        diagnostics
            .warning(
                "ignored-sibling",
                self.document.locate(&place.pointer),
                format!("no value fits both {wide} and what stands beside it; {wide} counts"),
            )
            .help("take out what stands beside it, or refer to another schema");
    }

    /// Whether items are all that a list needs to know of them, whatever the lists say that stand in `allOf` beside them.
    fn narrows_items(&self, own: Node<'a>, wide: &[&View<'a>], place: &Place, diagnostics: &mut Diagnostics) -> bool {
        let items = wide.iter().find_map(|view| view.items.filter(says_something));
        items.is_none_or(|items| self.narrows_part(own, items, ("items", "items"), place, diagnostics))
    }

    /// The same for the values of a map.
    fn narrows_additional(
        &self,
        own: &'a AdditionalProperties,
        wide: &[&View<'a>],
        place: &Place,
        diagnostics: &mut Diagnostics,
    ) -> bool {
        let values = wide.iter().find_map(|view| view.additional.and_then(additional_node));
        let (Some(own), Some(values)) = (additional_node(own), values) else { return true };
        self.narrows_part(own, values, ("additionalProperties", "further members"), place, diagnostics)
    }

    fn narrows_part(
        &self,
        own: Node<'a>,
        wide: Node<'a>,
        (keyword, parts): (&str, &str),
        place: &Place,
        diagnostics: &mut Diagnostics,
    ) -> bool {
        if self.is_alike(own, wide) {
            return false;
        }
        let narrows = self.replaces(own, wide);
        if !narrows {
            diagnostics
                .warning(
                    "ignored-sibling",
                    self.document.locate(&format!("{}/{keyword}", place.pointer)).at_key(),
                    format!("the reference describes {parts}, too; those count, and not these"),
                )
                .help(format!("describe the {parts} in one place"));
        }
        narrows
    }

    fn is_alike(&self, one: Node<'a>, other: Node<'a>) -> bool {
        match (one.schema(self.document), other.schema(self.document)) {
            (Some(one), Some(other)) => std::ptr::eq(one, other) || alike(one, other),
            _ => one.is(other),
        }
    }

    /// Whether all values of a schema fit another, so that it says all that both do. Of objects each may say something.
    fn replaces(&self, node: Node<'a>, other: Node<'a>) -> bool {
        let (views, others) = (self.views(node), self.views(other));
        let all: Vec<&View<'a>> = others.iter().chain(&views).filter(|view| view.says_much()).collect();
        let is_own =
            |index: usize| all.get(index).is_some_and(|best| views.iter().any(|view| std::ptr::eq(view, *best)));
        !all.iter().any(|view| view.has_properties() || view.items.is_some()) && narrowest(&all).is_some_and(is_own)
    }

    /// Of an `allOf` of schemas that are no objects, the one whose values fit all others too.
    pub(super) fn sole(&self, view: &View<'a>) -> Option<Node<'a>> {
        if view.all_of.len() < 2 || view.has_properties() || (View { all_of: &[], ..view.clone() }).says_much() {
            return None;
        }
        let mut nodes = Vec::new();
        let mut views = Vec::new();
        for node in view.all_of.iter().map(Node::from) {
            let parts = self.views(node);
            if parts.iter().any(View::has_properties) {
                return None;
            }
            let mut much = parts.into_iter().filter(View::says_much);
            match (much.next(), much.next()) {
                (Some(only), None) => {
                    nodes.push(node);
                    views.push(only);
                }
                (None, _) => {}
                (Some(_), Some(_)) => return None,
            }
        }
        if views.len() > 1 && views.iter().any(|view| self.offers_members(view)) {
            return None;
        }
        let index = narrowest(&views.iter().collect::<Vec<_>>())?;
        nodes.get(index).copied()
    }
}

/// The view whose values fit all others too, or at least say the most; `None` if no value can fit all of them.
pub(super) fn narrowest(views: &[&View<'_>]) -> Option<usize> {
    let mut kinds = views.iter().filter_map(|view| view.kind);
    if let Some(first) = kinds.next() {
        let numeric = |kind: &str| matches!(kind, "integer" | "number");
        if !kinds.all(|kind| kind == first || (numeric(kind) && numeric(first))) {
            return None;
        }
    }
    let told = |view: &View<'_>| {
        let (_, alternatives) = view.alternatives();
        let listed = !view.values.is_empty() || !alternatives.is_empty();
        (listed, view.items.is_some() || view.additional.is_some(), view.format.is_some(), view.kind != Some("number"))
    };
    views.iter().enumerate().max_by_key(|(_, view)| told(view)).map(|(index, _)| index)
}

/// The schema of further members, if it says something about them.
fn additional_node(additional: &AdditionalProperties) -> Option<Node<'_>> {
    match additional {
        AdditionalProperties::Schema(schema) => Some(Node::from(schema.as_ref())).filter(says_something),
        AdditionalProperties::Any(_) => None,
    }
}

/// Whether a value is one of those that a schema lists, if it lists any.
fn lists(view: &View<'_>, value: &Value) -> bool {
    view.values.is_empty() || view.values.iter().any(|listed| is_same_scalar(listed, value))
}

/// Whether a schema lists values, and a narrower one still has all of them.
fn takes_nothing(wide: &View<'_>, narrow: &View<'_>) -> bool {
    !wide.values.is_empty() && wide.values.iter().all(|value| lists(narrow, value))
}

fn is_of_kind(value: &Value, kind: Option<&str>) -> bool {
    match kind {
        Some("string") => value.is_string(),
        Some("integer" | "number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => true,
    }
}
