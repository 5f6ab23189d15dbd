//! The webhooks that `sdk.yaml` describes: how they are signed, and one type for all of their events.

use std::collections::BTreeMap;

use super::names;
use super::schemas::{Place, Schemas};
use super::usage::Usage;
use crate::config::{Config, WebhooksConfig};
use crate::diagnostic::{Diagnostics, Location, nearest};
use crate::model::{Signed, Type, TypeId, TypeKind, Union, WebhookVariant, Webhooks};
use crate::pointer;
use crate::source::FileId;

/// Finds the types of the events, and gives their union a name.
pub(crate) fn lower(
    config: &Config,
    config_file: Option<FileId>,
    schemas: &mut Schemas<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Webhooks> {
    let webhooks = config.webhooks.as_ref()?;
    let place = |below: &str| config_file.map(|file| Location::value(file, format!("/webhooks{below}")));
    let signed = signed(&webhooks.signed);
    let count = |piece: &Signed| signed.iter().filter(|other| *other == piece).count();
    if count(&Signed::Timestamp) != 1 || count(&Signed::Body) != 1 {
        diagnostics
            .error("bad-signed-text", place("/signed"), "a signature covers the time and the body, each once")
            .help("write `{timestamp}` and `{body}` where they stand, as in \"{timestamp}.{body}\"");
    }
    let mut lowered = Webhooks {
        signature_header: webhooks.signature_header.clone(),
        timestamp_header: webhooks.timestamp_header.clone(),
        signed,
        member: webhooks.member.clone(),
        id: webhooks.id.clone(),
        attempt: webhooks.attempt.clone(),
        event: schemas.scope.claim("WebhookEvent"),
        tag: None,
        events: Vec::new(),
    };
    events(webhooks, &place, &mut lowered, schemas, diagnostics);
    Some(lowered)
}

fn events(
    config: &WebhooksConfig,
    place: &impl Fn(&str) -> Option<Location>,
    lowered: &mut Webhooks,
    schemas: &mut Schemas<'_>,
    diagnostics: &mut Diagnostics,
) {
    let mut scope = names::Scope::beside(&["Unknown"]);
    let mut families: BTreeMap<String, &str> = BTreeMap::new();
    for (name, schema) in &config.events {
        let mut at = "/events".to_owned();
        pointer::push(&mut at, name);
        let at = place(&at);
        let document = schemas.document;
        let Some(known) = document.schema_names().find(|known| known == schema) else {
            let help = match nearest(schema, document.schema_names()) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => "name a schema of `components`".to_owned(),
            };
            diagnostics.error("unknown-schema", at, format!("no document has the schema `{schema}`")).help(help);
            continue;
        };
        let response = Place::new(String::new(), String::new(), Usage::RESPONSE);
        let ty = schemas.reference(known, &response, diagnostics).ty;
        let Some((id, tag, values)) = tagged(schemas, &ty) else {
            diagnostics
                .error("untagged-events", at, format!("`{schema}` has no discriminator that tells its events apart"))
                .help("name a schema with `oneOf` and `discriminator`");
            continue;
        };
        if let Some(other) = lowered.tag.as_ref().filter(|other| **other != tag) {
            diagnostics
                .error(
                    "mixed-events",
                    at,
                    format!("`{schema}` is told apart by `{tag}`, the events before by `{other}`"),
                )
                .help("all events of `webhooks` share one discriminator");
            continue;
        }
        for value in values {
            if let Some(other) = families.insert(value.clone(), name) {
                diagnostics
                    .error("doubled-event", at.clone(), format!("`{value}` is an event of `{other}` already"))
                    .help("each value of the discriminator leads to one type");
            }
        }
        lowered.tag = Some(tag);
        lowered.events.push(WebhookVariant { name: scope.claim(&names::camel(name)), ty: id });
    }
}

/// A type that is a union by a tag, with the tag and its values.
fn tagged(schemas: &Schemas<'_>, ty: &Type) -> Option<(TypeId, String, Vec<String>)> {
    let Type::Named(id) = ty else { return None };
    match &schemas.types.get(id.0)?.kind {
        TypeKind::Union(Union { tag: Some(tag), variants }) => {
            let values = variants.iter().filter_map(|variant| variant.tag.clone()).collect();
            Some((*id, tag.clone(), values))
        }
        TypeKind::Alias(target) => tagged(schemas, target),
        _ => None,
    }
}

/// Takes `{timestamp}.{body}` apart.
fn signed(template: &str) -> Vec<Signed> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("{timestamp}") {
            pieces.push(Signed::Timestamp);
            rest = after;
        } else if let Some(after) = rest.strip_prefix("{body}") {
            pieces.push(Signed::Body);
            rest = after;
        } else {
            let next = ["{timestamp}", "{body}"].iter().filter_map(|name| rest.find(name)).min();
            let (text, after) = rest.split_at(next.unwrap_or(rest.len()));
            pieces.push(Signed::Text(text.to_owned()));
            rest = after;
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_taken_apart() {
        let text = |text: &str| Signed::Text(text.to_owned());
        let cases = [
            ("{timestamp}|{body}", vec![Signed::Timestamp, text("|"), Signed::Body]),
            ("v1:{timestamp}:{body}!", vec![text("v1:"), Signed::Timestamp, text(":"), Signed::Body, text("!")]),
            ("{body}{timestamp}", vec![Signed::Body, Signed::Timestamp]),
            ("{other}", vec![text("{other}")]),
            ("", vec![]),
        ];
        for (template, pieces) in cases {
            assert_eq!(signed(template), pieces, "{template}");
        }
    }
}
