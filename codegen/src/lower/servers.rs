//! Servers: where requests go, and what callers may choose instead.

use openapiv3::Server as Described;

use super::names::{self, Scope};
use super::operations::Found;
use crate::config::Config;
use crate::diagnostic::Diagnostics;
use crate::model::{Server, ServerVariable};
use crate::normalize::Document;
use crate::pointer;

/// The first server with its variables at their defaults, unless sdk.yaml names another one.
pub(crate) fn base_url(document: &Document, config: &Config) -> String {
    let configured = config.client.base_url.clone();
    configured.or_else(|| document.api.servers.first().map(usual)).unwrap_or_default()
}

/// The server of an operation, or of its path, where that is not the API's.
pub(crate) fn own(
    found: &Found<'_>,
    base_url: &str,
    document: &Document,
    diagnostics: &mut Diagnostics,
) -> Option<String> {
    let servers = if found.operation.servers.is_empty() { &found.item.servers } else { &found.operation.servers };
    let server = servers.first()?;
    if servers.len() > 1 || server.variables.iter().flatten().next().is_some() {
        // Those of the path stand beside the operation.
        let at = if found.operation.servers.is_empty() {
            document.locate(&found.pointer)
        } else {
            document.locate(&format!("{}/servers", found.pointer)).at_key()
        };
        diagnostics
            .warning(
                "operation-servers",
                at,
                "this operation goes to the first of its own servers, with variables at their defaults",
            )
            .help("callers can choose among the servers of the whole document, or give a base URL for all operations");
    }
    Some(usual(server)).filter(|url| url != base_url)
}

/// The servers to choose from; none where there is but one without variables.
pub(crate) fn choice(document: &Document, config: &Config, diagnostics: &mut Diagnostics) -> Vec<Server> {
    let described = &document.api.servers;
    report(document, diagnostics);
    let is_plain = |server: &Described| server.variables.iter().flatten().next().is_none();
    if config.client.base_url.is_some() || (described.len() < 2 && described.iter().all(is_plain)) {
        return Vec::new();
    }
    let mut scope = Scope::default();
    let mut enums = Scope::default();
    for name in ["Client", "Server", "String", "Into"] {
        enums.reserve(name);
    }
    let servers = described.iter().enumerate();
    servers.map(|(index, server)| lower(index, server, &mut scope, &mut enums)).collect()
}

fn lower(index: usize, server: &Described, scope: &mut Scope, enums: &mut Scope) -> Server {
    let doc = server.description.clone().unwrap_or_default();
    let is_name = !doc.trim().is_empty() && doc.trim().len() <= 40;
    let name = match (is_name, index) {
        (true, _) => names::snake(doc.trim().trim_end_matches('.')),
        (false, 0) => "main".to_owned(),
        (false, index) => format!("server_{}", index + 1),
    };
    let mut arguments = Scope::default();
    let variables = server.variables.iter().flatten().filter(|(wire, _)| server.url.contains(&format!("{{{wire}}}")));
    let variables = variables.map(|(wire, variable)| {
        let names = names::variants(&variable.enumeration).into_iter().map(|(name, _)| name);
        ServerVariable {
            name: arguments.claim(&names::snake(wire)),
            wire: wire.clone(),
            doc: variable.description.clone().unwrap_or_default(),
            default: variable.default.clone(),
            values: names.zip(variable.enumeration.iter().cloned()).collect(),
            // Two servers often have the same variable; each has a type of its own.
            ty: if variable.enumeration.is_empty() { String::new() } else { enums.claim(&names::type_name(wire)) },
        }
    });
    let variables = variables.collect();
    Server { name: scope.claim(&name), url: server.url.clone(), doc, variables }
}

/// The URL with all variables at their defaults.
fn usual(server: &Described) -> String {
    let mut url = server.url.clone();
    for (name, variable) in server.variables.iter().flatten() {
        url = url.replace(&format!("{{{name}}}"), &variable.default);
    }
    url
}

/// Servers to which nothing can be sent as they are described.
fn report(document: &Document, diagnostics: &mut Diagnostics) {
    for (index, server) in document.api.servers.iter().enumerate() {
        for (name, variable) in server.variables.iter().flatten() {
            if !variable.enumeration.is_empty() && !variable.enumeration.contains(&variable.default) {
                let pointer = format!("{}/default", pointer::join(&format!("/servers/{index}/variables"), name));
                diagnostics
                    .warning(
                        "unlisted-default",
                        document.locate(&pointer),
                        format!("`{}` is not among the values that `{name}` can have", variable.default),
                    )
                    .help("add it to `enum`, or choose another default");
            }
        }
        let url = usual(server);
        if let Some(fault) = fault_of(&url) {
            diagnostics
                .warning(
                    "unusable-server",
                    document.locate(&format!("/servers/{index}/url")),
                    format!("{fault}; callers have to give a base URL"),
                )
                .help("write it as `https://host/path`, or set `client.base_url` in sdk.yaml");
            continue;
        }
        let Some((name, _)) = url.split_once('{').and_then(|(_, rest)| rest.split_once('}')) else { continue };
        diagnostics
            .warning(
                "undescribed-server-variable",
                document.locate(&format!("/servers/{index}/url")),
                format!("nothing says what `{{{name}}}` stands for; callers have to give a base URL"),
            )
            .help(format!("describe it: `variables: {{{name}: {{default: ..}}}}`"));
    }
}

/// What keeps requests from going to a URL.
fn fault_of(url: &str) -> Option<String> {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        None => Some(format!("`{url}` names no host")),
        Some("http" | "https") if url.contains(['?', '#']) => Some(format!("`{url}` holds a query or a fragment")),
        Some("http" | "https") => None,
        Some(scheme) if scheme.contains('{') => None,
        Some(scheme) => Some(format!("requests can't be sent by `{scheme}`")),
    }
}
