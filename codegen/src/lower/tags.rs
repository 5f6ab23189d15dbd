//! What tells the alternatives of a union apart: the values of a discriminator, those of a member that has some of its own
//! in each alternative, or else what each of them is made of.

use std::collections::{BTreeSet, HashSet};

use openapiv3::{Discriminator, SchemaData};
use serde_json::Value;

use super::schemas::{Schemas, goes_other_way};
use super::usage::Usage;
use super::view::{Node, View};
use crate::model::Guard;

/// So many unions within unions are looked through for what all their alternatives inherit.
const MOST_UNIONS: usize = 64;

/// What makes a tag of an alternative.
#[derive(Clone, Copy, Debug)]
enum Tags {
    Values,
    ValuesOrDefault,
    ValuesOrName,
    /// The mapping of a discriminator, which is known.
    Mapped,
}

/// A discriminator, and whose it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum DiscriminatorOf<'a> {
    /// It stands in the union.
    Union(&'a Discriminator),
    /// It stands in what all alternatives inherit from, and is about all that do, of which the union may have only some.
    Parent(&'a Discriminator),
}

impl<'a> DiscriminatorOf<'a> {
    pub(super) fn property(self) -> &'a str {
        let (Self::Union(discriminator) | Self::Parent(discriminator)) = self;
        &discriminator.property_name
    }
}

/// The member that tells the alternatives apart, and the alternative of each of its values.
pub(super) type Tagged<'a> = (String, Vec<(String, Node<'a>)>);

impl<'a> Schemas<'a> {
    /// The discriminator of a union: its own, or the one that all its alternatives have by what their `allOf` holds.
    pub(super) fn discriminator_of(
        &self,
        own: Option<&'a Discriminator>,
        members: &[Node<'a>],
    ) -> Option<DiscriminatorOf<'a>> {
        if let Some(own) = own {
            return Some(DiscriminatorOf::Union(own));
        }
        if members.len() < 2 {
            return None;
        }
        self.shared(members, &mut HashSet::new()).first().copied().map(DiscriminatorOf::Parent)
    }

    /// The discriminators of what a schema inherits from, the nearest first. That of the schema itself is about its kinds: as
    /// an alternative, it stands for all of them.
    ///
    /// Of a union they are those of all its alternatives; `seen` are the unions that have been entered.
    fn inherited(&self, node: Node<'a>, seen: &mut HashSet<*const SchemaData>) -> Vec<&'a Discriminator> {
        if let Some(union) = self.union_behind(node) {
            if seen.len() >= MOST_UNIONS || !seen.insert(std::ptr::from_ref(union.data)) {
                return Vec::new();
            }
            let alternatives: Vec<Node<'a>> =
                union.alternatives().1.iter().map(|node| Node::from(node).without_remarks()).collect();
            return self.shared(&alternatives, seen);
        }
        let all =
            self.views(node).into_iter().rev().filter_map(|part| Some((part.data, part.data.discriminator.as_ref()?)));
        let itself = node.schema(self.document).map(|schema| std::ptr::from_ref(&schema.schema_data));
        // What adds nothing to its parent is another name for it.
        let names = self.names_along(node);
        let own_names = names.split_last().map_or(&[][..], |(_, own)| own);
        let is_kind = |discriminator: &Discriminator| {
            let is_mapped = |name: &&str| discriminator.mapping.values().any(|target| target_of(target) == *name);
            !own_names.is_empty() && (discriminator.mapping.is_empty() || own_names.iter().any(is_mapped))
        };
        let inherited =
            all.filter(|(data, discriminator)| Some(std::ptr::from_ref(*data)) != itself || is_kind(discriminator));
        inherited.map(|(_, discriminator)| discriminator).collect()
    }

    /// The discriminators that all of these inherit.
    fn shared(&self, members: &[Node<'a>], seen: &mut HashSet<*const SchemaData>) -> Vec<&'a Discriminator> {
        let Some((first, rest)) = members.split_first() else { return Vec::new() };
        let mut shared = self.inherited(*first, seen);
        for member in rest {
            if shared.is_empty() {
                break;
            }
            let others = self.inherited(*member, seen);
            shared.retain(|one| others.iter().any(|other| std::ptr::eq(*one, *other)));
        }
        shared
    }

    /// The names of a schema, from the one at hand to that of what all of them stand for.
    fn names_along(&self, mut node: Node<'a>) -> Vec<&'a str> {
        let mut names = Vec::new();
        while let Node::Reference(name) = node
            && !names.contains(&name)
            && let Some(schema) = self.document.schema(name)
        {
            names.push(name);
            node = Node::from(schema);
        }
        names
    }

    /// The member that tells the alternatives apart: the discriminator's, or one that does as well without.
    pub(super) fn tag_of(
        &self,
        discriminator: Option<DiscriminatorOf<'a>>,
        members: &[Node<'a>],
        usage: Usage,
    ) -> Option<Tagged<'a>> {
        let by_discriminator = discriminator.and_then(|discriminator| self.tag_by(discriminator, members));
        by_discriminator.or_else(|| self.tag_by_values(members, usage))
    }

    fn tag_by(&self, discriminator: DiscriminatorOf<'a>, members: &[Node<'a>]) -> Option<Tagged<'a>> {
        let property = discriminator.property();
        let mut tagged = self.mapped(discriminator, members);
        let mapped = names_of(tagged.iter().map(|(_, node)| *node));
        let common = self.common(members, property);
        let is_mapped = |node: &Node<'a>| matches!(node, Node::Reference(name) if mapped.contains(name));
        let unmapped: Vec<Node<'a>> = members.iter().filter(|member| !is_mapped(member)).copied().collect();
        let have_defaults = self.differ_by_default(&unmapped, property);
        let mut is_complete = true;
        // The kinds that a union lists lead to it as well.
        for (_, node) in tagged.clone() {
            if self.union_behind(node).is_some() {
                tagged.extend(self.tag_values(node, property).into_iter().map(|tag| (tag, node)));
            }
        }
        for member in unmapped {
            let default = self.default_tag(member, property).filter(|_| have_defaults);
            let tags = default.map_or_else(|| self.implied_tags(member, property, &common), |default| vec![default]);
            is_complete &= !tags.is_empty();
            tagged.extend(tags.into_iter().map(|tag| (tag, member)));
        }
        let mut seen = BTreeSet::new();
        tagged.retain(|(tag, _)| seen.insert(tag.clone()));
        // The document does not say of this union that its alternatives can be told apart so.
        let is_of_use = is_complete || matches!(discriminator, DiscriminatorOf::Union(_));
        (!tagged.is_empty() && is_of_use).then(|| (property.to_owned(), tagged))
    }

    /// The schemas of a member that several alternatives have in common, so that its values tell none of them apart.
    fn common(&self, members: &[Node<'a>], property: &str) -> HashSet<*const SchemaData> {
        let mut seen = HashSet::new();
        let schemas = members.iter().filter_map(|member| self.property_of(*member, property));
        schemas.map(|view| std::ptr::from_ref(view.data)).filter(|schema| !seen.insert(*schema)).collect()
    }

    /// The tags that lead to an alternative of which no mapping says any.
    fn implied_tags(&self, member: Node<'a>, property: &str, common: &HashSet<*const SchemaData>) -> Vec<String> {
        let values = self.tag_values(member, property);
        let is_common =
            || self.property_of(member, property).is_some_and(|view| common.contains(&std::ptr::from_ref(view.data)));
        if !values.is_empty() && !is_common() {
            return values;
        }
        match member {
            Node::Reference(name) if values.is_empty() || values.iter().any(|value| value == name) => {
                vec![name.to_owned()]
            }
            _ => Vec::new(),
        }
    }

    /// Whether each alternative without values of its own has a default of its own. By the standard its name would be its
    /// tag, but where documents give such defaults, these are what the API sends.
    fn differ_by_default(&self, members: &[Node<'a>], property: &str) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = members
            .iter()
            .filter(|member| self.values_of(**member, property).is_empty() && self.union_behind(**member).is_none());
        open.all(|member| self.default_tag(*member, property).is_some_and(|default| seen.insert(default)))
    }

    /// The text that a member of an alternative is by default, if it is not limited to some values.
    fn default_tag(&self, member: Node<'a>, property: &str) -> Option<String> {
        let node = self.views(member).iter().rev().find_map(|part| part.property(property))?;
        let parts = self.views(node);
        let default = parts.iter().rev().find_map(|part| part.data.default.as_ref()?.as_str());
        default.filter(|_| parts.iter().all(|part| part.values.is_empty())).map(str::to_owned)
    }

    /// Without a discriminator, a member with one value of its own in each alternative does as well.
    fn tag_by_values(&self, members: &[Node<'a>], usage: Usage) -> Option<Tagged<'a>> {
        if members.len() < 2 {
            return None;
        }
        let views: Vec<Vec<View<'a>>> = members.iter().map(|member| self.views(*member)).collect();
        let candidates: Vec<&str> = views.first()?.iter().flat_map(View::properties).map(|(name, _)| name).collect();
        candidates.into_iter().find_map(|candidate| {
            let mut seen = BTreeSet::new();
            let mut tagged = Vec::new();
            for (member, parts) in members.iter().zip(&views) {
                let values = self.tag_values(*member, candidate);
                // Without the member nothing tells which alternative it is; where it has but one value, it is not
                // left out in practice.
                let kept = values.len() == 1 || parts.iter().any(|part| part.is_required(candidate));
                let is_own = kept && !values.is_empty() && values.iter().all(|value| seen.insert(value.clone()));
                if !is_own || !self.is_sent(parts, candidate, usage) {
                    return None;
                }
                tagged.extend(values.into_iter().map(|value| (value, *member)));
            }
            Some((candidate.to_owned(), tagged))
        })
    }

    /// The values that a discriminator maps to schemas, with those.
    fn mapped(&self, discriminator: DiscriminatorOf<'a>, members: &[Node<'a>]) -> Vec<(String, Node<'a>)> {
        let (discriminator, is_parent) = match discriminator {
            DiscriminatorOf::Union(discriminator) => (discriminator, false),
            DiscriminatorOf::Parent(discriminator) => (discriminator, true),
        };
        let names = names_of(members.iter().copied());
        let entries = discriminator.mapping.iter().filter_map(|(value, target)| {
            let name = target_of(target);
            self.document.schema(name)?;
            if !is_parent || names.contains(name) {
                return Some((value.clone(), Node::Reference(name)));
            }
            // The union may know it by another name.
            let is_it = |member: &&Node<'a>| self.names_along(**member).contains(&name);
            members.iter().find(is_it).map(|member| (value.clone(), *member))
        });
        entries.collect()
    }

    /// Whether a member is text, or may be, in all alternatives.
    pub(super) fn is_text(&self, property: &str, members: &[Node<'a>]) -> bool {
        members.iter().filter_map(|member| self.property_of(*member, property)).all(|view| match view.kind {
            Some("integer" | "number" | "boolean") => false,
            _ => view.values.is_empty() || view.values.iter().any(Value::is_string),
        })
    }

    /// A member of an alternative.
    fn property_of(&self, member: Node<'a>, property: &str) -> Option<View<'a>> {
        let node = self.views(member).iter().rev().find_map(|part| part.property(property))?;
        node.resolve(self.document).map(View::of)
    }

    /// The values that a member of an alternative is limited to.
    fn values_of(&self, member: Node<'a>, property: &str) -> Vec<Value> {
        self.property_of(member, property).map(|view| view.values).unwrap_or_default()
    }

    /// Those of them that can be a tag. To a union lead the tags of its alternatives, unless it is one of them itself.
    fn tag_values(&self, member: Node<'a>, property: &str) -> Vec<String> {
        let mut tags = Vec::new();
        let mut seen = BTreeSet::new();
        let mut open = vec![(member, Tags::Values)];
        let mut is_first = true;
        while let Some((node, kind)) = open.pop() {
            if !std::mem::take(&mut is_first) && node.is(member) {
                return Vec::new();
            }
            if matches!(node, Node::Reference(name) if !seen.insert(name)) {
                continue;
            }
            let values = self.values_of(node, property);
            match self.union_behind(node).filter(|_| values.is_empty()) {
                Some(union) => tags.extend(self.enter(&union, property, kind, &mut open)),
                None => tags.extend(self.lone_tags(node, property, kind, &values)),
            }
        }
        tags
    }

    /// The union that a schema is, if it is one and nothing else.
    fn union_behind(&self, node: Node<'a>) -> Option<View<'a>> {
        let view = node.resolve(self.document).map(View::of)?;
        ((!view.has_properties() || self.is_head(&view)) && !view.alternatives().1.is_empty()).then_some(view)
    }

    /// Opens the alternatives of a union within another. Gives the tags that its discriminator maps to them.
    fn enter(&self, union: &View<'a>, property: &str, kind: Tags, open: &mut Vec<(Node<'a>, Tags)>) -> Vec<String> {
        let alternatives = union.alternatives().1.iter().map(|node| Node::from(node).without_remarks());
        let alternatives: Vec<Node<'a>> = alternatives.collect();
        let discriminator = self.discriminator_of(union.data.discriminator.as_ref(), &alternatives);
        let discriminator = discriminator.filter(|found| found.property() == property);
        let mapped = discriminator.map(|found| self.mapped(found, &alternatives)).unwrap_or_default();
        let is_mapped = |node: &Node<'a>| mapped.iter().any(|(_, target)| target.is(*node));
        let unmapped: Vec<Node<'a>> = alternatives.iter().filter(|node| !is_mapped(node)).copied().collect();
        let below = match kind {
            Tags::Mapped => Tags::Mapped,
            _ if discriminator.is_none() => Tags::Values,
            _ if self.differ_by_default(&unmapped, property) => Tags::ValuesOrDefault,
            _ => Tags::ValuesOrName,
        };
        open.extend(alternatives.into_iter().rev().map(|node| (node, below)));
        // The last are looked at first, and none twice.
        open.extend(mapped.iter().map(|(_, node)| (*node, Tags::Mapped)));
        match kind {
            Tags::Mapped => Vec::new(),
            Tags::Values | Tags::ValuesOrDefault | Tags::ValuesOrName => {
                mapped.into_iter().map(|(tag, _)| tag).collect()
            }
        }
    }

    /// The tags that lead to what is no union.
    fn lone_tags(&self, node: Node<'a>, property: &str, kind: Tags, values: &[Value]) -> Vec<String> {
        match (kind, node) {
            (Tags::Mapped, _) => Vec::new(),
            (Tags::ValuesOrDefault, _) if values.is_empty() => self.default_tag(node, property).into_iter().collect(),
            (Tags::ValuesOrName, Node::Reference(name)) if values.is_empty() => vec![name.to_owned()],
            _ => values.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        }
    }

    /// What tells the alternatives of an untagged union apart.
    pub(super) fn guards(&self, members: &[Node<'a>], usage: Usage) -> Vec<Guard> {
        let first = members.first().filter(|_| members.len() > 1).map(|first| self.views(*first)).unwrap_or_default();
        let mut candidates = first.iter().flat_map(View::properties);
        candidates
            .find_map(|(name, _)| self.constants(members, name, None).filter(|_| self.all_send(members, name, usage)))
            .unwrap_or_else(|| members.iter().map(|member| self.guard(*member, usage)).collect())
    }

    fn guard(&self, member: Node<'a>, usage: Usage) -> Guard {
        if member.resolve(self.document).is_none() {
            return Guard::Always;
        }
        let parts = self.views(member);
        let kinds: BTreeSet<&str> = parts.iter().filter_map(|part| part.kind).collect();
        let mut kinds = kinds.into_iter();
        match (kinds.next(), kinds.next()) {
            (Some("string"), None) => Guard::String,
            (Some("integer"), None) => Guard::Integer,
            (Some("number"), None) => Guard::Number,
            (Some("boolean"), None) => Guard::Bool,
            (Some("array"), None) => Guard::Array,
            (Some("object"), None) => Guard::Object(self.required_by(&parts, usage)),
            (None, _) if parts.iter().any(View::has_properties) => Guard::Object(self.required_by(&parts, usage)),
            _ => Guard::Always,
        }
    }

    /// The members that an object has for sure, where it goes.
    fn required_by(&self, parts: &[View<'a>], usage: Usage) -> Vec<String> {
        let names: BTreeSet<&String> = parts.iter().flat_map(|part| part.required).collect();
        names.into_iter().filter(|name| self.is_sent(parts, name, usage)).cloned().collect()
    }

    /// Whether a member of objects is sent at all where they go.
    fn is_sent(&self, parts: &[View<'a>], name: &str, usage: Usage) -> bool {
        let found = || parts.iter().filter_map(|part| part.property(name));
        let read_only = found().any(|member| member.is_read_only(self.document));
        let write_only = found().any(|member| member.is_write_only(self.document));
        !goes_other_way(read_only, write_only, usage)
    }

    /// Whether a member is sent in all alternatives where they go.
    pub(super) fn all_send(&self, members: &[Node<'a>], name: &str, usage: Usage) -> bool {
        members.iter().all(|member| self.is_sent(&self.views(*member), name, usage))
    }

    /// The values of a member that has some of its own in each alternative, such as the number of a version. Only a
    /// discriminator tells several values of one alternative, or maps them.
    pub(super) fn constants(
        &self,
        members: &[Node<'a>],
        name: &str,
        discriminator: Option<DiscriminatorOf<'a>>,
    ) -> Option<Vec<Guard>> {
        let mapped = discriminator.map(|found| self.mapped(found, members)).unwrap_or_default();
        let mut seen = BTreeSet::new();
        let own = members.iter().map(|member| {
            let mut values: Vec<String> = self.values_of(*member, name).iter().map(Value::to_string).collect();
            if values.is_empty() {
                let here = mapped.iter().filter(|(_, node)| node.is(*member)).map(|(value, _)| value);
                values.extend(here.filter(|value| serde_json::from_str::<Value>(value).is_ok()).cloned());
            }
            let are_enough = values.len() == 1 || (discriminator.is_some() && !values.is_empty());
            let are_own = are_enough && values.iter().all(|value| seen.insert(value.clone()));
            are_own.then(|| Guard::Constant(name.to_owned(), values))
        });
        own.collect()
    }
}

/// The names of the schemas that are referred to.
/// The name of the schema that an entry of a discriminator's mapping leads to.
fn target_of(target: &str) -> &str {
    target.strip_prefix("#/components/schemas/").unwrap_or(target)
}

fn names_of<'a>(nodes: impl Iterator<Item = Node<'a>>) -> BTreeSet<&'a str> {
    let names = nodes.filter_map(|node| match node {
        Node::Reference(name) => Some(name),
        Node::Schema(_) => None,
    });
    names.collect()
}
