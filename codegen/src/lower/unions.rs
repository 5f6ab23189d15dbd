//! Unions: what each alternative is called, and by what it is known.

use openapiv3::{Discriminator, Schema, SchemaData};

use super::names::{self, Scope};
use super::schemas::{Member, Place, Schemas};
use super::tags::Tagged;
use super::view::{Node, View};
use crate::diagnostic::Diagnostics;
use crate::model::{Guard, Type, TypeKind, Union, UnionVariant, Variant};

impl<'a> Schemas<'a> {
    /// A union of `members`.
    pub(super) fn union(
        &mut self,
        discriminator: Option<&'a Discriminator>,
        members: &[Member<'a>],
        place: &Place,
        diagnostics: &mut Diagnostics,
    ) -> TypeKind {
        let written: Vec<Node<'a>> = members.iter().map(|member| member.node).collect();
        if let Some(kind) = self.open_enum_of(&written) {
            return kind;
        }
        // A reference is what its name says, whatever is remarked beside it.
        let nodes: Vec<Node<'a>> = written.iter().map(|node| node.without_remarks()).collect();
        let found = self.discriminator_of(discriminator, &nodes);
        // A tag is text; what is not tells alternatives apart by its constants.
        let (as_text, as_constant) = match found {
            Some(found) if !self.is_text(found.property(), &nodes) => (None, Some(found)),
            found => (found, None),
        };
        if let Some(tagged) = self.tag_of(as_text, &nodes, place.usage) {
            return TypeKind::Union(self.tagged_union(tagged, members, place, diagnostics));
        }
        let constants = as_constant.and_then(|found| self.constants(&nodes, found.property(), Some(found)));
        let is_sent = as_constant.is_none_or(|found| self.all_send(&nodes, found.property(), place.usage));
        if let Some(own) = discriminator {
            let problem = match (&constants, as_constant) {
                (Some(_), _) if is_sent => None,
                (Some(_), _) if place.usage.request() => Some("is read-only and not in requests"),
                (Some(_), _) => Some("is write-only and not in responses"),
                (None, Some(_)) => Some("is not text and has no values of its own in each alternative"),
                (None, None) => Some("has no values of its own in each alternative"),
            };
            let help = match constants {
                Some(_) => "let it go both ways, or require members that tell the alternatives apart",
                None => "limit it to one value in each alternative by `enum`, or name its values in `mapping`",
            };
            if let Some(problem) = problem {
                let at = self.document.locate(&format!("{}/discriminator", place.pointer));
                let message = format!("`{}` {problem}, so it is not used", own.property_name);
                diagnostics.warning("indistinct-discriminator", at, message).help(help);
            }
        }
        let guards = constants.filter(|_| is_sent).unwrap_or_else(|| self.guards(&written, place.usage));
        TypeKind::Union(self.untagged_union(guards, members, place, diagnostics))
    }

    /// A union whose alternatives are told apart by what they are made of.
    fn untagged_union(
        &mut self,
        guards: Vec<Guard>,
        members: &[Member<'a>],
        place: &Place,
        diagnostics: &mut Diagnostics,
    ) -> Union {
        let mut scope = Scope::beside(&["Unknown"]);
        let mut variants = Vec::new();
        for (index, (member, guard)) in members.iter().zip(guards).enumerate() {
            let node = &member.node;
            let hint = self.variant_hint(*node, index);
            let mut below = member.place.called(format!("{} {hint}", place.name));
            // Its title alone, unless something else is called so: a number would tell nobody which one it is.
            if let Node::Schema(schema) = node
                && let Some(title) = &schema.schema_data.title
                && !self.scope.is_taken(&names::type_name(title))
            {
                below.name.clone_from(title);
            }
            let typed = self.lower(*node, &below, diagnostics);
            let alike = variants.iter().find(|variant: &&UnionVariant| variant.guard == guard);
            if variants.iter().any(|variant| variant.guard == guard && self.same(&variant.ty, &typed.ty)) {
                continue;
            }
            // A map of anything keeps all of an object, so that no later alternative keeps more.
            let takes_all = |variant: &&UnionVariant| {
                matches!(self.unaliased(&variant.ty), Type::Map(of) if of.as_ref() == &Type::Any)
                    && matches!(&variant.guard, Guard::Object(members) if members.is_empty())
                    && matches!(guard, Guard::Object(_) | Guard::Constant(..))
            };
            let hides = variants.iter().find(takes_all);
            if let Some(first) = alike.filter(|_| guard.is_scalar()).or(hides) {
                diagnostics
                    .warning(
                        "indistinct-alternative",
                        self.document.locate(&below.pointer),
                        format!(
                            "nothing tells this alternative from an earlier one; its values arrive as `{}`",
                            first.name
                        ),
                    )
                    .help("leave one of the two, or tell them apart by a discriminator");
            }
            variants.push(UnionVariant {
                name: scope.claim(&names::camel(&hint)),
                ty: typed.ty,
                boxed: false,
                tag: None,
                guard,
                doc: typed.doc,
            });
        }
        // They are tried one after the other: what asks for more goes first.
        variants.sort_by_key(|variant| match &variant.guard {
            Guard::Number => (1, 0),
            Guard::Object(members) => (2, usize::MAX - members.len()),
            Guard::Always => (3, 0),
            _ => (0, 0),
        });
        Union { tag: None, variants }
    }

    /// A union whose alternatives are told apart by the values of a member.
    fn tagged_union(
        &mut self,
        (tag, tagged): Tagged<'a>,
        members: &[Member<'a>],
        place: &Place,
        diagnostics: &mut Diagnostics,
    ) -> Union {
        for member in members {
            if !tagged.iter().any(|(_, node)| node.is(member.node.without_remarks())) {
                diagnostics
                    .warning(
                        "untagged-alternative",
                        self.document.locate(&member.place.pointer),
                        format!("no value of `{tag}` leads to this alternative; its values are kept as they come"),
                    )
                    .help(format!(
                        "limit its `{tag}` to one value by `enum`, or name it in the discriminator's `mapping`"
                    ));
            }
        }
        let values: Vec<&str> = tagged.iter().map(|(value, _)| value.as_str()).collect();
        let prefix = common_prefix(&values);
        let mut scope = Scope::beside(&["Unknown"]);
        let mut variants = Vec::with_capacity(tagged.len());
        for (value, node) in &tagged {
            let short = value.get(prefix..).unwrap_or(value);
            let name = scope.claim(&names::camel(short));
            // What is remarked beside a reference is the variant's.
            let member = members.iter().find(|member| member.node.without_remarks().is(*node));
            let (node, at) = member.map_or((*node, place), |member| (member.node, &member.place));
            let below = at.called(format!("{} {name}", place.name));
            let typed = self.lower(node, &below, diagnostics);
            variants.push(UnionVariant {
                name,
                ty: typed.ty,
                boxed: false,
                tag: Some(value.clone()),
                guard: Guard::Always,
                doc: typed.doc,
            });
        }
        Union { tag: Some(tag), variants }
    }

    /// `anyOf: [string, enum]`: an enum that says itself that it is open.
    fn open_enum_of(&self, members: &[Node<'a>]) -> Option<TypeKind> {
        let mut texts: Vec<String> = Vec::new();
        for member in members {
            let view = member.resolve(self.document).map(View::of)?;
            if view.kind != Some("string") || view.format.is_some_and(|format| format.starts_with("date")) {
                return None;
            }
            for value in &view.values {
                let text = value.as_str()?;
                if !texts.iter().any(|known| known == text) {
                    texts.push(text.to_owned());
                }
            }
        }
        if texts.is_empty() {
            return None;
        }
        let variants = names::variants(&texts).into_iter().zip(texts);
        Some(TypeKind::StringEnum(variants.map(|((name, _), value)| Variant { name, value }).collect()))
    }

    /// A name for an alternative of an untagged union.
    fn variant_hint(&self, node: Node<'a>, index: usize) -> String {
        if let Node::Schema(Schema { schema_data: SchemaData { title: Some(title), .. }, .. }) = node {
            return title.clone();
        }
        match node.without_remarks() {
            Node::Reference(name) => {
                let known = self.document.named(name).and_then(|(name, _)| self.names.get(name));
                known.cloned().unwrap_or_else(|| name.to_owned())
            }
            Node::Schema(schema) => {
                let view = View::of(schema);
                match view.kind {
                    Some("string") if !view.values.is_empty() => "Keyword".to_owned(),
                    Some("string") => match view.format {
                        Some("date-time") => "Timestamp".to_owned(),
                        Some("date") => "Date".to_owned(),
                        _ => "Text".to_owned(),
                    },
                    Some("integer") => "Integer".to_owned(),
                    Some("number") => "Number".to_owned(),
                    Some("boolean") => "Flag".to_owned(),
                    Some("array") => "List".to_owned(),
                    Some("object") if !view.has_properties() => "Map".to_owned(),
                    _ => format!("Variant{}", index + 1),
                }
            }
        }
    }
}

/// Length of what all values start with, up to the last separator.
fn common_prefix(values: &[&str]) -> usize {
    let Some((first, rest)) = values.split_first() else { return 0 };
    if rest.is_empty() {
        return 0;
    }
    let mut length = first.len();
    for value in rest {
        let shared = first.bytes().zip(value.bytes()).take_while(|(a, b)| a == b).count();
        length = length.min(shared);
    }
    first.get(..length).and_then(|shared| shared.rfind(['.', '/', ':'])).map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_end_at_a_separator() {
        assert_eq!(common_prefix(&["order.deleted", "order.split"]), 6);
        assert_eq!(common_prefix(&["card", "car"]), 0);
        assert_eq!(common_prefix(&["order.deleted"]), 0);
        assert_eq!(common_prefix(&[]), 0);
    }
}
