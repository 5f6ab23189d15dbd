//! What changed in how a client is built, finds its server and proves who it is.

use std::collections::{BTreeMap, BTreeSet};

use super::terms::{Pairs, code, list, paired_by_wire};
use super::{Class, Found, Kind};
use crate::model::{Api, Auth, Method, Scheme, Server, ServerVariable};

pub(super) fn compare(old: &Api, new: &Api, found: &mut Found) {
    schemes(old, new, found);
    servers(old, new, found);
    let (before, after) = (needed(old, None), needed(new, None));
    if before == after {
        preference("Client", &alternatives(old, None), &alternatives(new, None), found);
    } else {
        needs("Client", &before, &after, found);
    }
    let has_webhooks = old.webhooks.is_some() && new.webhooks.is_some();
    let variables = [
        ("the base URL", &old.env.base_url, &new.env.base_url, true),
        ("the public key of webhooks", &old.env.webhook_key, &new.env.webhook_key, has_webhooks),
    ];
    for (what, before, after, is_read) in variables {
        if is_read && before != after {
            let what = format!("{what} is read from the variable {} instead of {}", code(after), code(before));
            found.major(Kind::Client, "Client::from_env", what);
        }
    }
    base_url(&old.base_url, &new.base_url, found);
    if old.query_arrays != new.query_arrays {
        found.patch(Kind::Wire, "Client", "arrays in queries are written otherwise");
    }
    if old.retry_patch != new.retry_patch {
        let now = if new.retry_patch { "is" } else { "is not" };
        let what = format!("a PATCH that may have been carried out {now} sent again by itself");
        found.patch(Kind::Client, "Client", what);
    }
}

/// Where requests go. A client can't be built without a whole URL, nor with one that is not safe unless it is told so.
fn base_url(old: &str, new: &str, found: &mut Found) {
    let is_whole = |url: &str| url.starts_with("https://") || url.starts_with("http://");
    let is_local = |host: &str| ["localhost", "127.", "[::1]"].iter().any(|local| host.starts_with(local));
    let is_plain = |url: &str| url.strip_prefix("http://").is_some_and(|host| !is_local(host));
    let what = format!("requests go to {} instead of {} unless the client is told otherwise", code(new), code(old));
    match (is_whole(old), is_whole(new)) {
        _ if old == new => {}
        (true, false) => {
            let what = format!("requests went to {}; a client must be told its base URL now", code(old));
            found.major(Kind::Client, "Client", what);
        }
        (false, true) => {
            let what = format!("requests go to {} unless the client is told otherwise, which it had to be", code(new));
            found.patch(Kind::Client, "Client", what);
        }
        _ if is_plain(new) && !is_plain(old) => {
            found.major(Kind::Client, "Client", format!("{what}; `allow_plain_http(true)` must allow that"));
        }
        _ => found.patch(Kind::Client, "Client", what),
    }
}

/// Ways to prove who one is, each a setter of the client's builder.
fn schemes(old: &Api, new: &Api, found: &mut Found) {
    let at = |scheme: &Scheme| format!("ClientBuilder::{}", scheme.setter);
    let setter = |scheme: &Scheme| scheme.setter.clone();
    let name = |scheme: &Scheme| scheme.name.clone();
    let Pairs { both, gone, added } = paired_by_wire(&old.security.schemes, &new.security.schemes, &name, &setter);
    for (before, after) in both {
        let at = at(after);
        let name = code(&at);
        if before.setter != after.setter {
            let then = format!("ClientBuilder::{}", before.setter);
            found.major(Kind::Renamed, &then, format!("{} is called {name} now", code(&then)));
        }
        let is_other_type = |auth: &Auth| matches!(auth, Auth::Basic | Auth::ClientCredentials { .. });
        if before.auth != after.auth {
            let is_other = std::mem::discriminant(&before.auth) != std::mem::discriminant(&after.auth)
                && (is_other_type(&before.auth) || is_other_type(&after.auth));
            let (class, kind) = if is_other { (Class::Major, Kind::Retyped) } else { (Class::Patch, Kind::Wire) };
            let what = format!("{name} is sent {} instead of {}", carried(&after.auth), carried(&before.auth));
            found.add(class, kind, &at, what);
        }
        if before.env != after.env {
            let names = |scheme: &Scheme| list(&scheme.env.iter().map(|name| code(name)).collect::<Vec<_>>());
            let what = format!("what {name} takes is read from {} instead of {}", names(after), names(before));
            found.major(Kind::Client, "Client::from_env", what);
        }
        found.prose(&at, &before.doc, &after.doc);
    }
    // What every client has is there without a scheme, too.
    let is_own = |scheme: &&&Scheme| scheme.setter != "api_key";
    for before in gone.iter().filter(is_own) {
        let at = at(before);
        found.major(Kind::Removed, &at, format!("{} is gone", code(&at)));
    }
    for after in added.iter().filter(is_own) {
        let at = at(after);
        found.minor(Kind::Added, &at, format!("there is a new {}, sent {}", code(&at), carried(&after.auth)));
    }
}

fn carried(auth: &Auth) -> String {
    match auth {
        Auth::Bearer => "as a bearer token".to_owned(),
        Auth::ClientCredentials { token_url } => format!("as a token that is fetched from {}", code(token_url)),
        Auth::Basic => "as user and password".to_owned(),
        Auth::Http(scheme) => format!("as `Authorization: {}`", scheme.replace('`', "'")),
        Auth::Header(name) => format!("in the header {}", code(name)),
        Auth::Query(name) => format!("in the query as {}", code(name)),
        Auth::Cookie(name) => format!("in the cookie {}", code(name)),
    }
}

/// Servers to choose from, each a function, and the values of their variables.
fn servers(old: &Api, new: &Api, found: &mut Found) {
    let at = |server: &Server| format!("Server::{}()", server.name);
    let same = |one: &ServerVariable, other: &ServerVariable| one.ty == other.ty;
    let name = |server: &Server| server.name.clone();
    let url = |server: &Server| server.url.clone();
    let Pairs { both, gone, added } = paired_by_wire(&old.servers, &new.servers, &url, &name);
    for (before, after) in both {
        let then = code(&at(before));
        if before.name != after.name {
            let passed = new.servers.iter().find(|server| server.name == before.name);
            let passed = passed.map(|server| format!("; {then} is at {} now", code(&server.url))).unwrap_or_default();
            let what = format!("the server {then} is called {} now{passed}", code(&at(after)));
            found.major(Kind::Renamed, &at(before), what);
        }
        let at = at(after);
        let (then, now) = (&before.variables, &after.variables);
        if then.len() != now.len() || !then.iter().zip(now).all(|(one, other)| same(one, other)) {
            found.major(Kind::Retyped, &at, format!("{} takes other arguments", code(&at)));
        }
        if before.url != after.url {
            let what = format!("{} is at {} instead of {}", code(&at), code(&after.url), code(&before.url));
            found.patch(Kind::Client, &at, what);
        }
        let told = |server: &Server| format!("{} {:?}", server.doc, server.variables);
        found.prose(&at, &told(before), &told(after));
    }
    for before in gone {
        let at = at(before);
        found.major(Kind::Removed, &at, format!("the server {} is gone", code(&at)));
    }
    for after in added {
        let at = at(after);
        found.minor(Kind::Added, &at, format!("there is a new server {}, {}", code(&at), code(&after.url)));
    }
    let values = |api: &Api| {
        let variables = api.servers.iter().flat_map(|server| &server.variables);
        let values = variables.flat_map(|variable| {
            variable.values.iter().map(|(name, value)| (format!("{}::{name}", variable.ty), value.clone()))
        });
        values.collect::<BTreeMap<_, _>>()
    };
    let (before, after) = (values(old), values(new));
    for (name, value) in &before {
        match after.get(name) {
            None => found.major(Kind::Removed, name, format!("{} is gone", code(name))),
            Some(now) if now != value => {
                let what = format!("{} is {} in the URL instead of {}", code(name), code(now), code(value));
                found.patch(Kind::Wire, name, what);
            }
            Some(_) => {}
        }
    }
    for name in after.keys().filter(|name| !before.contains_key(*name)) {
        found.minor(Kind::Added, name, format!("there is a new {}", code(name)));
    }
}

/// Alternatives of setters that are needed together.
type Needs = BTreeSet<BTreeSet<String>>;

/// What an operation needs, or all that say nothing of their own.
pub(super) fn needed(api: &Api, method: Option<&Method>) -> Needs {
    alternatives(api, method).into_iter().collect()
}

/// The same in the order in which credentials are looked for.
pub(super) fn alternatives(api: &Api, method: Option<&Method>) -> Vec<BTreeSet<String>> {
    let own = method.and_then(|method| method.security.as_ref());
    let setter = |index: &usize| api.security.schemes.get(*index).map(|scheme| scheme.setter.clone());
    let alternatives: Vec<BTreeSet<String>> = own
        .unwrap_or(&api.security.default)
        .iter()
        .map(|together| together.iter().filter_map(setter).collect())
        .collect();
    // No alternative at all means that nothing is needed.
    if alternatives.is_empty() { vec![BTreeSet::new()] } else { alternatives }
}

/// Tells which credentials are sent first now, where the same ones suffice.
pub(super) fn preference(at: &str, old: &[BTreeSet<String>], new: &[BTreeSet<String>], found: &mut Found) {
    if old != new {
        let all: Vec<String> = new.iter().map(together).collect();
        let what = format!("of several credentials {} sends the first of {}", code(at), list(&all));
        found.patch(Kind::Wire, at, what);
    }
}

/// Tells what is needed now. It is no harm if all that sufficed still does.
pub(super) fn needs(at: &str, old: &Needs, new: &Needs, found: &mut Found) {
    let suffices = |given: &BTreeSet<String>| new.iter().any(|needed| needed.is_subset(given));
    let class = if old.iter().all(suffices) { Class::Minor } else { Class::Major };
    let what = format!("{} needs {} instead of {}", code(at), shown(new), shown(old));
    found.add(class, Kind::Client, at, what);
}

fn shown(needs: &Needs) -> String {
    needs.iter().map(together).collect::<Vec<_>>().join(" or ")
}

fn together(setters: &BTreeSet<String>) -> String {
    match setters.len() {
        0 => "no credentials".to_owned(),
        _ => list(&setters.iter().map(|setter| code(setter)).collect::<Vec<_>>()),
    }
}
