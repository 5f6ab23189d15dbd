//! Schemas that say more about the values of others: which of them there are, of which type and format, with which items.

use openapiv3::AdditionalProperties;

use super::schemas::{Place, Schemas, is_enumeration, says_something};
use super::view::{Node, View};
use crate::diagnostic::Diagnostics;

impl<'a> Schemas<'a> {
    /// What a schema leaves of those in its `allOf`, where it says more about their values than they do: which ones there
    /// are, of which type and format, with which items.
    pub(super) fn narrowed(&self, view: &View<'a>, place: &Place, diagnostics: &mut Diagnostics) -> Option<View<'a>> {
        if view.all_of.is_empty() || view.has_properties() || !view.alternatives().1.is_empty() {
            return None;
        }
        let mut own = View { all_of: &[], ..view.clone() };
        own.items = own.items.filter(says_something);
        own.additional = own.additional.filter(|additional| matches!(additional, AdditionalProperties::Schema(_)));
        if !is_enumeration(&own) {
            own.values.clear();
        }
        // Others are text, or numbers, like any.
        own.format = own.format.filter(|format| matches!(*format, "date-time" | "date" | "int32" | "int64" | "uint64"));
        if !own.says_much() && own.format.is_none() {
            return None;
        }
        let mut parts = self.parts(view, place);
        // The schema itself.
        parts.pop();
        let wide: Vec<&View<'a>> = parts.iter().map(|part| &part.view).filter(|view| !view.is_free()).collect();
        own.items = own.items.filter(|items| self.narrows_items(*items, &wide, place, diagnostics));
        let views: Vec<&View<'a>> = std::iter::once(&own).chain(wide.iter().copied()).collect();
        let Some(narrowest) = narrowest(&views) else {
            if view.remarked().is_some() {
                diagnostics
                    .warning(
                        "ignored-sibling",
                        self.document.locate(&place.pointer),
                        "no value fits both the reference and what stands beside it; the reference counts",
                    )
                    .help("take out what stands beside it, or refer to another schema");
            }
            return None;
        };
        let is_object = wide.iter().any(|view| view.has_properties());
        let is_same = wide.iter().any(|view| view.values == own.values);
        let lists_less = !own.values.is_empty() && !is_same;
        let narrows = narrowest == 0 || lists_less || own.items.is_some();
        own.kind = own.kind.or_else(|| wide.iter().find_map(|view| view.kind));
        (narrows && !is_object).then_some(own)
    }

    /// Whether items are all that a list needs to know of them, whatever the lists say that stand in `allOf` beside them.
    fn narrows_items(&self, own: Node<'a>, wide: &[&View<'a>], place: &Place, diagnostics: &mut Diagnostics) -> bool {
        let Some(items) = wide.iter().find_map(|view| view.items.filter(says_something)) else { return true };
        let narrows = self.replaces(own, items);
        if !narrows && !own.is(items) {
            diagnostics
                .warning(
                    "ignored-sibling",
                    self.document.locate(&format!("{}/items", place.pointer)).at_key(),
                    "the reference describes items, too; those count, and not these",
                )
                .help("describe the items in one place");
        }
        narrows
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
