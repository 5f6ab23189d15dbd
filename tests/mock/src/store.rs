//! What the server keeps in mind when it is asked to: things that are created, until they are deleted.
//!
//! Which operations make, show, change and remove the same things is told by their paths: `/things` and `/things/{id}`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use codegen::pointer;
use serde_json::{Map, Value};

use crate::Source;
use crate::answer::{Answers, number, put};
use crate::check::{Accepted, Refusal};
use crate::contract::{Checked, Contract, Operation, Parameter, Part, Place, decoded};
use crate::parameters::{Shape, from_text};
use crate::sample::{Sampler, uuid};
use crate::schema::{Schemas, reference};

/// The collections of the documents by path template, `/things`.
#[derive(Debug)]
pub(crate) struct Plan {
    collections: BTreeMap<String, Collection>,
}

/// Things of one kind.
#[derive(Debug)]
struct Collection {
    /// Member that tells them apart.
    key: String,
    item: Checked,
    /// Whether there is an operation that makes them; otherwise some are there from the start.
    created: bool,
}

/// All that is kept.
#[derive(Debug, Default)]
pub(crate) struct Store {
    /// Items by the path of their collection, as it was asked for.
    items: BTreeMap<String, Vec<Value>>,
    /// Things of which there is just one at a path.
    single: BTreeMap<String, Value>,
    count: u128,
}

impl Plan {
    pub(crate) fn new(contract: &Contract) -> Self {
        let schemas = &contract.responses;
        let mut plan = Self { collections: BTreeMap::new() };
        for operation in &contract.operations {
            let Some((path, name)) = collection_of(operation) else { continue };
            if operation.method != "GET" {
                continue;
            }
            let Some((item, false)) = entity(operation, schemas) else { continue };
            plan.add(path, name, item, schemas);
        }
        // Items that can be listed and deleted, but not looked at one by one.
        for operation in contract.operations.iter().filter(|operation| operation.method == "GET") {
            let removed = contract.operations.iter().find_map(|other| {
                collection_of(other).filter(|(path, _)| *path == operation.path).map(|(_, name)| name)
            });
            if let Some((item, true)) = entity(operation, schemas) {
                plan.add(&operation.path, removed.unwrap_or("id"), item, schemas);
            }
        }
        for operation in contract.operations.iter().filter(|operation| operation.method == "POST") {
            if let Some(path) = plan.target(operation, schemas).map(str::to_owned)
                && let Some(collection) = plan.collections.get_mut(&path)
            {
                collection.created = true;
            }
        }
        plan
    }

    fn add(&mut self, path: &str, parameter: &str, item: &Value, schemas: &Schemas) {
        let snake = snake_case(parameter);
        let key = [snake.as_str(), "id", parameter].into_iter().find(|name| schemas.property(item, name).is_some());
        if let Some(key) = key
            && !self.collections.contains_key(path)
        {
            let collection = Collection { key: key.to_owned(), item: Checked::new(item.clone()), created: false };
            self.collections.insert(path.to_owned(), collection);
        }
    }

    /// The collection to which an operation adds.
    fn target<'a>(&'a self, operation: &Operation, schemas: &Schemas) -> Option<&'a str> {
        if operation.method != "POST" || !matches!(operation.segments.last()?.as_slice(), [Part::Literal(_)]) {
            return None;
        }
        let (item, _) = entity(operation, schemas)?;
        let (around, _) = operation.path.rsplit_once('/')?;
        let adds = |path: &str| {
            let (path, collection) = self.collections.get_key_value(path)?;
            schemas.property(item, &collection.key)?;
            Some((path.as_str(), is_same_kind(item, &collection.item.schema)))
        };
        let own = adds(&operation.path).map(|(path, _)| path);
        let is_same = |path: &str| adds(path).filter(|(_, same)| *same).map(|(path, _)| path);
        own.or_else(|| is_same(around)).or_else(|| {
            // `/orders/{id}/actions/activate` adds to `/orders/{id}/activations`, if it does not show the order.
            let (thing, _) = operation.path.rsplit_once('}')?;
            let (things, _) = thing.rsplit_once('/')?;
            let below = |path: &&str| {
                let inside = path.strip_prefix(thing).and_then(|rest| rest.strip_prefix("}/"));
                inside.is_some_and(|rest| !rest.contains('/'))
            };
            if is_same(things).is_some() {
                return None;
            }
            self.collections.keys().map(String::as_str).filter(below).find_map(is_same)
        })
    }
}

/// The path of the collection that an operation is about one item of, and the parameter that names the item.
fn collection_of(operation: &Operation) -> Option<(&str, &str)> {
    let (last, before) = operation.segments.split_last()?;
    let ([Part::Parameter(name)], [Part::Literal(_)]) = (last.as_slice(), before.last()?.as_slice()) else {
        return None;
    };
    Some((operation.path.rsplit_once('/')?.0, name))
}

/// The schema of what an operation's answer is about, and whether there are several.
pub(crate) fn entity<'a>(operation: &'a Operation, schemas: &'a Schemas) -> Option<(&'a Value, bool)> {
    let whole = &operation.success.json()?.schema;
    let inside = operation.paging.as_ref().map(|paging| paging.items.as_str());
    let inside = inside.or(operation.success.envelope.as_deref());
    let about = match inside {
        Some(member) if !member.is_empty() => schemas.property(whole, member)?,
        _ => whole,
    };
    if schemas.allows(about, "array") {
        let mut items = None;
        schemas.each_part(about, &mut |part| items = items.or(part.get("items")));
        return items.map(|items| (items, true));
    }
    Some((about, false))
}

fn snake_case(name: &str) -> String {
    let mut out = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(character.to_ascii_lowercase());
    }
    out
}

/// A parameter of a path that is a segment of its own. Where what is before it is a collection, its value is an id.
struct Step {
    /// What is before it in the document.
    template: String,
    /// What is before it in the request.
    path: String,
    parameter: String,
    value: String,
}

/// One request and what is kept.
pub(crate) struct Session<'a> {
    pub plan: &'a Plan,
    pub answers: &'a Answers<'a>,
    pub store: &'a mut Store,
    /// Path of the request below that of the server.
    pub path: &'a str,
}

impl Session<'_> {
    /// The JSON that is answered, `None` where there is none, and what is kept from now on.
    pub(crate) fn answer(&mut self, accepted: &Accepted<'_>) -> Result<Option<Value>, Refusal> {
        let operation = accepted.operation;
        let schemas = &self.answers.contract.responses;
        self.look_for_items(operation)?;
        let whole = operation.success.json().map(|schema| self.answers.json(accepted, schema));
        let is_item = collection_of(operation).filter(|(path, _)| self.plan.collections.contains_key(*path));
        let told = entity(operation, schemas);
        match (operation.method.as_str(), is_item, told) {
            ("GET", None, Some((_, true))) if self.plan.collections.contains_key(&operation.path) => {
                Ok(whole.map(|whole| self.list(accepted, whole)))
            }
            ("GET", Some((template, _)), _) => {
                let item = self.item(template).cloned();
                Ok(whole.map(|whole| show(operation, whole, item)))
            }
            ("PATCH" | "PUT", Some((template, _)), _) => {
                let item = self.update(template, accepted);
                Ok(whole.map(|whole| show(operation, whole, item)))
            }
            ("DELETE", Some((template, _)), _) => {
                let item = self.remove(template);
                Ok(whole.map(|whole| show_if_same(self.plan, operation, template, schemas, whole, item)))
            }
            ("POST", _, _) if self.plan.target(operation, schemas).is_some() => {
                whole.map(|whole| self.create(accepted, whole)).transpose()
            }
            ("GET" | "PATCH" | "PUT", None, Some((schema, false))) => {
                let item = self.single(accepted, whole.as_ref(), schema);
                Ok(whole.map(|whole| show(operation, whole, item)))
            }
            _ => Ok(whole.map(|whole| self.act(operation, schemas, whole))),
        }
    }

    /// Finds out whether everything that the path names exists.
    fn look_for_items(&mut self, operation: &Operation) -> Result<(), Refusal> {
        for Step { template, path, value: id, .. } in self.way(operation) {
            let Some(collection) = self.plan.collections.get(&template) else { continue };
            self.fill(&template, &path);
            let items = self.store.items.get(&path);
            if !items.into_iter().flatten().any(|item| is(item, &collection.key, &id)) {
                let detail = format!("there is no `{id}` in `{path}`");
                let mut refusal = Refusal::new(404, "Resource not found", Source::Request, detail);
                refusal.operation = Some(operation.id.clone());
                return Err(refusal);
            }
        }
        Ok(())
    }

    /// The parameters on the way to where a request goes.
    fn way(&self, operation: &Operation) -> Vec<Step> {
        let template: Vec<&str> = operation.path.trim_start_matches('/').split('/').collect();
        let concrete: Vec<&str> = self.path.trim_start_matches('/').split('/').collect();
        let mut found = Vec::new();
        for (index, parts) in operation.segments.iter().enumerate() {
            if let ([Part::Parameter(name)], Some(before), Some(path), Some(value)) =
                (parts.as_slice(), template.get(..index), concrete.get(..index), concrete.get(index))
            {
                found.push(Step {
                    template: format!("/{}", before.join("/")),
                    path: format!("/{}", path.join("/")),
                    parameter: name.clone(),
                    value: decoded(value),
                });
            }
        }
        found
    }

    /// Things that no operation makes are there from the start.
    fn fill(&mut self, template: &str, concrete: &str) {
        let Some(collection) = self.plan.collections.get(template) else { return };
        if collection.created || self.store.items.contains_key(concrete) {
            return;
        }
        let contract = self.answers.contract;
        let lists =
            contract.operations.iter().find(|operation| operation.method == "GET" && operation.path == template);
        let listed = lists.and_then(|operation| Some((operation, operation.success.json()?)));
        let items = (0..self.answers.items).map(|index| {
            let listed = listed.map(|(operation, schema)| self.answers.item(operation, schema, concrete, index));
            let is_numbered = listed.is_some() && collection.key == "id";
            let mut item = listed.unwrap_or_else(|| {
                self.answers.value(&collection.item, &format!("{concrete} {index}"), Some(&collection.key))
            });
            if !is_numbered {
                number(&mut item, &pointer::member(&collection.key), index);
            }
            // What is made at random may lack its id, or have one with which nobody could ask for it.
            let known = item.get(&collection.key).filter(|id| id.is_string() || id.is_number());
            if !known.is_some_and(|id| leads(contract, template, &text(id))) {
                let is_refused = |id: &str| !leads(contract, template, id);
                let id = identified(&item, index as u128 + 1, collection, &contract.responses, &is_refused);
                put(&mut item, &pointer::member(&collection.key), id);
            }
            item
        });
        let items = items.collect();
        self.store.items.insert(concrete.to_owned(), items);
    }

    fn list(&mut self, accepted: &Accepted<'_>, mut whole: Value) -> Value {
        let operation = accepted.operation;
        self.fill(&operation.path, self.path);
        let kept = self.store.items.get(self.path).map(Vec::as_slice).unwrap_or_default();
        let paged =
            operation.paging.iter().flat_map(|paging| paging.kind.param().into_iter().chain(paging.size.as_deref()));
        let paged: Vec<&str> = paged.filter_map(|pair| pair.split('[').next()).collect();
        let conditions: Vec<(Vec<String>, Value)> = accepted
            .query
            .iter()
            .filter(|(name, _)| !paged.contains(&name.as_str()) && *name != "sort")
            .flat_map(|(name, value)| conditions(name, value))
            .collect();
        let items: Vec<Value> = kept
            .iter()
            .filter(|item| conditions.iter().all(|(way, wanted)| meets(item, way, wanted)))
            .cloned()
            .collect();
        match &operation.paging {
            Some(paging) => {
                if let Some(schema) = operation.success.json() {
                    self.answers.page(&mut whole, schema, paging, accepted, &items);
                }
            }
            None => whole = show(operation, whole, Some(Value::Array(items))),
        }
        whole
    }

    fn collection(&self, template: &str) -> Option<(&Collection, String, String)> {
        let (path, id) = self.path.rsplit_once('/')?;
        let id = decoded(id);
        Some((self.plan.collections.get(template)?, path.to_owned(), id))
    }

    fn item(&self, template: &str) -> Option<&Value> {
        let (collection, path, id) = self.collection(template)?;
        self.store.items.get(&path)?.iter().find(|item| is(item, &collection.key, &id))
    }

    fn update(&mut self, template: &str, accepted: &Accepted<'_>) -> Option<Value> {
        let (collection, path, id) = self.collection(template)?;
        let schemas = &self.answers.contract.responses;
        let key = collection.key.clone();
        let checked = &collection.item;
        let mut item = self.item(template)?.clone();
        let known = item.get(&key).cloned().unwrap_or_default();
        lay_over(&mut item, accepted.body.as_ref(), checked, schemas, How::Changed);
        put(&mut item, &pointer::member(&key), known);
        let slot = self.store.items.get_mut(&path)?.iter_mut().find(|known| is(known, &key, &id))?;
        slot.clone_from(&item);
        Some(item)
    }

    fn remove(&mut self, template: &str) -> Option<Value> {
        let (collection, path, id) = self.collection(template)?;
        let key = collection.key.clone();
        let items = self.store.items.get_mut(&path)?;
        let index = items.iter().position(|item| is(item, &key, &id))?;
        let item = items.remove(index);
        // What hung on it goes with it.
        let below = format!("{}/", self.path);
        self.store.items.retain(|path, _| !path.starts_with(&below));
        self.store.single.retain(|path, _| !path.starts_with(&below));
        let schemas = &self.answers.contract.responses;
        for operation in &self.answers.contract.operations {
            if let (Some((around, last)), Some((schema, false))) = (beside(operation), entity(operation, schemas))
                && around == template
                && let Some(shown) = self.plan.collections.get(&format!("{template}/{last}"))
                && is_same_kind(schema, &shown.item.schema)
            {
                let path = format!("{path}/{last}");
                self.fill(&format!("{template}/{last}"), &path);
                self.store.items.entry(path).or_default().retain(|item| !is(item, &shown.key, &id));
            }
        }
        Some(item)
    }

    fn create(&mut self, accepted: &Accepted<'_>, whole: Value) -> Result<Value, Refusal> {
        let operation = accepted.operation;
        let schemas = &self.answers.contract.responses;
        let Some(template) = self.plan.target(operation, schemas) else { return Ok(whole) };
        let Some(collection) = self.plan.collections.get(template) else { return Ok(whole) };
        // Up to its last segment the collection is on the way.
        let (before, last) = template.rsplit_once('/').unwrap_or_default();
        let on_the_way = self.path.split('/').take(before.split('/').count());
        let path = on_the_way.chain([last]).collect::<Vec<_>>().join("/");
        let several = entity(operation, schemas).is_some_and(|(_, several)| several);
        let models: Vec<Option<&Value>> = match (several, accepted.body.as_ref()) {
            (true, Some(body)) => {
                members_of_list(body).map_or(vec![Some(body)], |items| items.iter().map(Some).collect())
            }
            (_, body) => vec![body],
        };
        let about = about(operation, &whole);
        let example = about.and_then(|about| if several { about.get(0) } else { Some(about) }).cloned();
        let mut made = Vec::new();
        for model in models {
            let mut item = example.clone().unwrap_or_else(|| Sampler::examples(schemas).value(&collection.item.schema));
            lay_over(&mut item, model, &collection.item, schemas, How::Made);
            for Step { template, value: id, .. } in self.way(operation) {
                let owner = template.rsplit('/').next().unwrap_or_default().trim_end_matches('s');
                let name = format!("{owner}_id");
                if item.get(&name).is_some_and(Value::is_string) {
                    put(&mut item, &pointer::join("", &name), Value::String(id));
                }
            }
            let taken = self.store.items.get(&path).map(Vec::as_slice).unwrap_or_default();
            let is_taken = |id: &str| taken.iter().chain(&made).any(|other| is(other, &collection.key, id));
            let chosen = chosen(model, collection, schemas);
            if let Some(id) = chosen.as_ref().map(text).filter(|id| is_taken(id)) {
                let detail = format!("is `{id}`, which is in `{path}` already");
                let source = Source::Pointer(pointer::member(&collection.key));
                let mut refusal = Refusal::new(409, "Already there", source, detail);
                refusal.operation = Some(operation.id.clone());
                return Err(refusal);
            }
            self.store.count += 1;
            let is_refused = |id: &str| is_taken(id) || !leads(self.answers.contract, template, id);
            let id = chosen.unwrap_or_else(|| identified(&item, self.store.count, collection, schemas, &is_refused));
            put(&mut item, &pointer::member(&collection.key), id);
            made.push(item);
        }
        self.store.items.entry(path).or_default().extend(made.iter().cloned());
        let shown = if several { Value::Array(made) } else { made.into_iter().next().unwrap_or_default() };
        Ok(show(operation, whole, Some(shown)))
    }

    /// Something of which there is one at this path, such as the settings of a thing.
    fn single(&mut self, accepted: &Accepted<'_>, whole: Option<&Value>, schema: &Value) -> Option<Value> {
        let operation = accepted.operation;
        let initial = about(operation, whole?)?.clone();
        // `PATCH /orders/{id}/{status}` says in its path what the order is to become.
        let said = (operation.method != "GET").then(|| self.said_in_path(operation));
        let item = match self.place(operation, schema) {
            Some((path, index)) => self.store.items.get_mut(&path)?.get_mut(index)?,
            None => self.store.single.entry(self.path.to_owned()).or_insert(initial),
        };
        let checked = Checked::new(schema.clone());
        for changes in [accepted.body.as_ref(), said.as_ref()] {
            lay_over(item, changes, &checked, &self.answers.contract.responses, How::Changed);
        }
        Some(item.clone())
    }

    /// What is done to a thing shows the thing, if its answer is of that kind.
    fn act(&mut self, operation: &Operation, schemas: &Schemas, whole: Value) -> Value {
        let Some((schema, false)) = entity(operation, schemas) else { return whole };
        let item = self.place(operation, schema).and_then(|(path, index)| self.store.items.get(&path)?.get(index));
        show(operation, whole, item.cloned())
    }

    /// The kept item that an operation is about, though its path goes on behind the item: that whose id is on the way,
    /// or the one of the same id in the list of all such things, `/things/settings` of `/things/{id}/settings`.
    fn place(&mut self, operation: &Operation, schema: &Value) -> Option<(String, usize)> {
        let plan = self.plan;
        let mut candidates = self.way(operation);
        if let (Some(thing), Some((around, last))) = (candidates.last(), beside(operation))
            && around == thing.template
        {
            candidates.push(Step {
                template: format!("{around}/{last}"),
                path: format!("{}/{last}", thing.path),
                parameter: thing.parameter.clone(),
                value: thing.value.clone(),
            });
        }
        candidates.into_iter().rev().find_map(|Step { template, path, value: id, .. }| {
            let collection = plan.collections.get(&template)?;
            if !is_same_kind(schema, &collection.item.schema) {
                return None;
            }
            self.fill(&template, &path);
            let index = self.store.items.get(&path)?.iter().position(|item| is(item, &collection.key, &id))?;
            Some((path, index))
        })
    }

    /// Parameters of the path that are no ids.
    fn said_in_path(&self, operation: &Operation) -> Value {
        let said = self.way(operation).into_iter().filter(|step| !self.plan.collections.contains_key(&step.template));
        said.map(|step| (step.parameter, Value::String(step.value))).collect()
    }
}

/// `/things` and `settings` of `/things/{id}/settings`.
fn beside(operation: &Operation) -> Option<(&str, &str)> {
    let (before, last) = operation.path.rsplit_once('/')?;
    let [.., thing, settings] = operation.segments.as_slice() else { return None };
    let ([Part::Parameter(_)], [Part::Literal(_)]) = (thing.as_slice(), settings.as_slice()) else { return None };
    Some((before.rsplit_once('/')?.0, last))
}

/// Whether two schemas are the same one, by its name.
fn is_same_kind(one: &Value, other: &Value) -> bool {
    reference(one).is_some_and(|name| reference(other) == Some(name))
}

/// What a request to create something calls it, if that is for the caller to say.
fn chosen(model: Option<&Value>, collection: &Collection, schemas: &Schemas) -> Option<Value> {
    let id = model?.get(&collection.key).filter(|id| id.is_string() || id.is_number())?;
    let property = schemas.property(&collection.item.schema, &collection.key)?;
    (!goes_one_way(property, schemas)).then(|| id.clone())
}

/// Whether the operations that are about one item of a collection take this for its id.
fn leads(contract: &Contract, template: &str, id: &str) -> bool {
    contract.operations.iter().all(|operation| {
        let Some((_, name)) = collection_of(operation).filter(|(path, _)| *path == template) else { return true };
        let is_it = |parameter: &&Parameter| parameter.place == Place::Path && parameter.name == name;
        let Some(parameter) = operation.parameters.iter().find(is_it) else { return true };
        let shape = Shape {
            name,
            style: parameter.style,
            explode: parameter.explode,
            schema: &parameter.schema.schema,
            arrays: contract.arrays,
        };
        let (read, validator) =
            (from_text(shape, &contract.requests, id), parameter.schema.validator(&contract.requests));
        // Of a schema that is wrong nothing is known.
        read.is_ok_and(|value| validator.map_or(true, |validator| validator.is_valid(&value)))
    })
}

/// What tells the item of this number apart, such that the item fits its schema.
fn identified(
    item: &Value,
    number: u128,
    collection: &Collection,
    schemas: &Schemas,
    is_refused: &dyn Fn(&str) -> bool,
) -> Value {
    let unique = Value::String(uuid(number << 80 | number));
    let counted = u64::try_from(number).unwrap_or(u64::MAX);
    let (Ok(validator), Some(property)) =
        (collection.item.validator(schemas), schemas.property(&collection.item.schema, &collection.key))
    else {
        return unique;
    };
    let fits = |id: &Value| {
        let mut copy = item.clone();
        put(&mut copy, &pointer::member(&collection.key), id.clone());
        validator.is_valid(&copy) && !is_refused(&text(id))
    };
    let at_random = (0..20).map(|turn| Sampler::random(schemas, counted << 8 | turn, None).value(property));
    let mut candidates = [unique.clone(), Value::from(counted), Value::String(counted.to_string())].into_iter();
    let found = candidates.find(&fits).or_else(|| at_random.into_iter().find(&fits));
    found.unwrap_or(unique)
}

/// Whether a member is only for requests or only for responses.
fn goes_one_way(property: &Value, schemas: &Schemas) -> bool {
    schemas.says(property, "readOnly") || schemas.says(property, "writeOnly")
}

fn is(item: &Value, key: &str, id: &str) -> bool {
    item.get(key).is_some_and(|known| text(known) == id)
}

/// What an answer is about.
fn about<'a>(operation: &Operation, whole: &'a Value) -> Option<&'a Value> {
    match &operation.success.envelope {
        Some(member) => whole.get(member),
        None => Some(whole),
    }
}

/// An answer about this item.
fn show(operation: &Operation, mut whole: Value, item: Option<Value>) -> Value {
    match (item, &operation.success.envelope) {
        (Some(item), Some(member)) => put(&mut whole, &pointer::join("", member), item),
        (Some(item), None) => whole = item,
        (None, _) => {}
    }
    whole
}

fn show_if_same(
    plan: &Plan,
    operation: &Operation,
    template: &str,
    schemas: &Schemas,
    whole: Value,
    item: Option<Value>,
) -> Value {
    let kept = plan.collections.get(template).and_then(|collection| reference(&collection.item.schema));
    let told = entity(operation, schemas).and_then(|(schema, _)| reference(schema));
    if told.is_some() && told == kept { show(operation, whole, item) } else { whole }
}

/// The one list of objects in a body.
fn members_of_list(body: &Value) -> Option<&Vec<Value>> {
    let mut lists = body.as_object()?.values().filter_map(Value::as_array);
    let only = lists.next()?;
    (lists.next().is_none() && only.iter().all(Value::is_object)).then_some(only)
}

/// What becomes of the members that a request does not mention.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// An object that is given is the caller's as a whole.
    Made,
    /// They stay as they are.
    Changed,
}

/// Takes from a request what the thing has too and what fits there; null clears.
fn lay_over(item: &mut Value, body: Option<&Value>, checked: &Checked, schemas: &Schemas, how: How) {
    let Some(changes) = body.and_then(Value::as_object) else { return };
    let Ok(validator) = checked.validator(schemas) else { return };
    for (name, change) in changes {
        // What the server decides stays, and what it never tells is not kept.
        if schemas.property(&checked.schema, name).is_none_or(|property| goes_one_way(property, schemas)) {
            continue;
        }
        let Some(known) = item.as_object().map(|members| members.get(name).cloned().unwrap_or_default()) else {
            return;
        };
        let mut merged = known;
        merge(&mut merged, change);
        let as_given = (how == How::Made).then(|| change.clone());
        let candidates = as_given.into_iter().chain([merged]);
        let mut laid = candidates.map(|value| {
            let mut copy = item.clone();
            put(&mut copy, &pointer::member(name), value);
            copy
        });
        let mut found = laid.find(|copy| validator.is_valid(copy));
        if found.is_none()
            && change.is_null()
            && let Some(mut copy) = item.as_object().cloned()
        {
            // What can't be null can still be missing.
            copy.shift_remove(name);
            found = Some(Value::Object(copy)).filter(|copy| validator.is_valid(copy));
        }
        if let Some(found) = found {
            *item = found;
        }
    }
}

/// Changes what `change` mentions: objects go deeper, all else replaces what was there.
fn merge(slot: &mut Value, change: &Value) {
    match (slot, change) {
        (Value::Object(members), Value::Object(changes)) => {
            for (name, change) in changes {
                merge(members.entry(name.clone()).or_insert(Value::Null), change);
            }
        }
        (slot, Value::Object(changes)) => {
            let kept = changes.iter().filter(|(_, value)| !value.is_null());
            *slot = Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>());
        }
        (slot, change) => slot.clone_from(change),
    }
}

/// The conditions that a query parameter makes: a way into the item, and the value that is wanted there.
fn conditions(name: &str, value: &Value) -> Vec<(Vec<String>, Value)> {
    fn walk(way: &[String], value: &Value, out: &mut Vec<(Vec<String>, Value)>) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    walk(&[way, std::slice::from_ref(name)].concat(), value, out);
                }
            }
            other => out.push((way.to_vec(), other.clone())),
        }
    }
    let mut out = Vec::new();
    // `filter[status]=x` is about the member `status`; `status=x` too.
    let start: Vec<String> = if value.is_object() { Vec::new() } else { vec![name.to_owned()] };
    walk(&start, value, &mut out);
    out
}

/// Whether an item has what is wanted. What the item does not have, or other ways to compare, are no hindrance.
fn meets(item: &Value, way: &[String], wanted: &Value) -> bool {
    let find = |way: &[&str]| {
        let mut segments = way.iter().flat_map(|segment| segment.split('.'));
        segments.try_fold(item, |value, segment| value.get(segment))
    };
    let own: Vec<&str> = way.iter().map(String::as_str).collect();
    let Some((last, before)) = own.split_last() else { return true };
    // `[phone_number][contains]` and `[status_in]` tell how to compare, unless that is the name of a member.
    let (found, compare): (_, fn(&str, &str) -> bool) = match (find(&own), *last) {
        (Some(found), _) => (Some(found), |one, other| one == other),
        (None, "contains") => (find(before), |one, other| one.contains(other)),
        (None, "starts_with") => (find(before), |one, other| one.starts_with(other)),
        (None, "ends_with") => (find(before), |one, other| one.ends_with(other)),
        (None, "eq" | "in") => (find(before), |one, other| one == other),
        (None, name) => {
            let plain = name.strip_suffix("_in").map(|name| [before, &[name]].concat());
            (plain.and_then(|way| find(&way)), |one, other| one == other)
        }
    };
    // A status that is an object carries its name in `value`.
    let found = found.map(|found| found.get("value").unwrap_or(found));
    match (found, wanted) {
        (None | Some(Value::Object(_) | Value::Array(_)), _) => true,
        (Some(found), Value::Array(several)) => several.iter().any(|one| compare(&text(found), &text(one))),
        (Some(found), one) => compare(&text(found), &text(one)),
    }
}

/// A value as it is written in a path or a query.
fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_string()),
    }
}
