//! What the API sends on its own, as a section of the documentation of the types.

use super::docs::code;
use crate::model::{Api, Delivery, Sender};

/// A list of all webhooks and callbacks with the types of their bodies; empty when there are none.
pub(crate) fn section(api: &Api) -> Vec<String> {
    if api.deliveries.is_empty() {
        return Vec::new();
    }
    let mut lines = ["", "# What the API sends", ""].map(str::to_owned).to_vec();
    lines.push("The bodies of requests that the API sends on its own. Decode them with serde:".to_owned());
    lines.push(String::new());
    lines.extend(api.deliveries.iter().filter_map(|delivery| line(api, delivery)));
    lines
}

fn line(api: &Api, delivery: &Delivery) -> Option<String> {
    let def = api.get(delivery.ty)?;
    let http = delivery.http.as_str();
    let sender = match &delivery.sender {
        Sender::Webhook { name } => format!("the webhook {} ({http})", code(name)),
        Sender::Callback { name, operation, url } => {
            format!("the callback {} of {} ({http} to {})", code(name), code(operation), code(url))
        }
    };
    // A link to a type that is not built would be a dead one.
    let feature = api.features.iter().find(|feature| feature.module == def.module);
    Some(match feature {
        Some(feature) => format!("* {sender}: {}, with the feature {}", code(&def.name), code(&feature.name)),
        None => format!("* {sender}: [`{}`]", def.name),
    })
}
