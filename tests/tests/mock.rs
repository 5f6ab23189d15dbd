//! The mock of our documents: it takes what is right, names what is wrong, and what it answers fits.
//!
//! The example of every operation, as the documentation shows it, runs against it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use mock::{Mock, Options, Request, Server, Source};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use telnyx_porting::Client;
use telnyx_porting::types::{
    LoaAddress, LoaContact, LoaLogo, PhoneNumbersJobType, PortingOrderFilter, PortoutFilter, PortoutStatus,
};
use tests::generated::{driver, examples};
use tests::wire::Case;

fn mock(options: Options) -> Mock {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs/sdk.yaml");
    Mock::load(&[], Some(&config), options).unwrap_or_else(|error| panic!("{error}"))
}

/// Starts a mock; the list gets a line for each answer that is not what it should be, and the operations that were met.
async fn start(options: Options) -> (Client, Arc<Mutex<(Vec<String>, BTreeSet<String>)>>) {
    let server = Server::bind(Arc::new(mock(options)), 0).await.unwrap();
    let base_url = server.base_url();
    let heard = Arc::new(Mutex::new((Vec::new(), BTreeSet::new())));
    let told = heard.clone();
    tokio::spawn(server.run(move |request, answer| {
        let mut heard = told.lock().unwrap();
        heard.1.extend(answer.operation.clone());
        for violation in &answer.violations {
            heard.0.push(format!("{} {}?{}: {violation}", request.method, request.path, request.query));
        }
        for misfit in &answer.misfits {
            heard.0.push(format!("{} {}: the answer does not fit: {misfit}", request.method, request.path));
        }
    }));
    (Client::builder().api_key("any-key").base_url(base_url).no_proxy().build().unwrap(), heard)
}

#[tokio::test]
async fn every_example_of_the_documentation_runs() {
    for seed in [None, Some(1), Some(2)] {
        let (client, heard) = start(Options { seed, ..Options::default() }).await;
        let mut wrong = Vec::new();
        for name in examples::NAMES {
            if let Err(error) = examples::run(&client, name).await.unwrap() {
                wrong.push(format!("{name}: {error}"));
            }
        }
        let (lines, met) = std::mem::take(&mut *heard.lock().unwrap());
        assert!(wrong.is_empty() && lines.is_empty(), "seed {seed:?}\n{}\n{}", wrong.join("\n"), lines.join("\n"));
        let all: BTreeSet<String> = driver::OPERATIONS.iter().map(|operation| (*operation).to_owned()).collect();
        assert_eq!(met, all, "every operation was met");
    }
}

/// Every piece of Rust in a skill document is one that runs above; only the frame of a program is not.
#[tokio::test]
async fn skill_documents_show_what_runs() {
    let functions = include_str!("../src/generated/examples.rs");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../telnyx-porting/skills");
    let (client, heard) = start(Options::default()).await;
    let mut shown = 0;
    for (name, count) in
        [("telnyx-porting-in-rust", 54), ("telnyx-porting-out-rust", 14), ("telnyx-numbers-config-rust", 26)]
    {
        let text = std::fs::read_to_string(folder.join(name).join("SKILL.md")).unwrap();
        let blocks: Vec<&str> = text.split("```rust\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
        // The program, what to do about errors, and an example of each operation.
        assert_eq!(blocks.len(), count + 2, "{name}");
        for block in &blocks[1..] {
            let indented: String = block
                .lines()
                .map(|line| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") })
                .collect();
            assert!(
                functions.contains(&format!("{{\n{indented}    Ok(())\n}}")),
                "{name} shows what never runs:\n{block}"
            );
        }
        shown += count;
        examples::run(&client, name).await.expect("what is shown of errors is known").unwrap();
    }
    assert_eq!(shown, driver::OPERATIONS.len());
    assert_eq!(heard.lock().unwrap().0, Vec::<String>::new());
}

/// What the official clients send keeps to our documents, and whatever is answered does too.
#[test]
fn recorded_requests_are_right() {
    for seed in [None, Some(0), Some(1), Some(2)] {
        let mock = mock(Options { seed, ..Options::default() });
        let mut wrong = Vec::new();
        for line in include_str!("../cases/wire.jsonl").lines() {
            let case: Case = serde_json::from_str(line).unwrap();
            let sent = case.request.unwrap();
            let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
            let query: Vec<String> =
                sent.query.iter().map(|(key, value)| format!("{}={}", encode(key), encode(value))).collect();
            let path = format!("{}?{}", sent.path, query.join("&"));
            let answer = mock.answer(&request(&sent.method, &path, sent.body.as_ref()));
            for violation in &answer.violations {
                wrong.push(format!("{} {path}: {violation}", sent.method));
            }
            for misfit in &answer.misfits {
                wrong.push(format!("{} {path}: the answer does not fit: {misfit}", sent.method));
            }
        }
        assert!(wrong.is_empty(), "seed {seed:?}\n{}", wrong.join("\n"));
    }
}

/// What is wrong is refused, and the answer says where it is wrong.
#[test]
fn violations_are_explained() {
    let mock = mock(Options::default());
    let id = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e";
    let table = [
        ("GET", "/porting_orders".to_owned(), None, 404, json!([null])),
        ("GET", "/v2/porting_order".to_owned(), None, 404, json!([null])),
        ("PUT", "/v2/porting_orders".to_owned(), None, 405, json!([null])),
        ("GET", "/v2/porting_orders?pages=1".to_owned(), None, 422, json!([{"parameter": "pages"}])),
        ("GET", "/v2/porting_orders?page[size]=x".to_owned(), None, 422, json!([{"parameter": "page[size]"}])),
        ("GET", "/v2/porting_orders?page[size]=0".to_owned(), None, 422, json!([{"parameter": "page[size]"}])),
        (
            "GET",
            "/v2/porting_orders?include_phone_numbers=1&sort[value]=name".to_owned(),
            None,
            422,
            json!([{"parameter": "include_phone_numbers"}, {"parameter": "sort[value]"}]),
        ),
        ("GET", "/v2/porting_orders/1".to_owned(), None, 422, json!([{"parameter": "id"}])),
        (
            "GET",
            "/v2/porting_orders?filter[customer_reference]=a&filter[customer_reference]=b".to_owned(),
            None,
            422,
            json!([{"parameter": "filter[customer_reference]"}]),
        ),
        ("GET", "/v2/porting_orders?filter[state]=x".to_owned(), None, 422, json!([{"parameter": "filter[state]"}])),
        (
            "POST",
            "/v2/porting_orders".to_owned(),
            Some(json!({"phone_number": ["+13035550100"]})),
            422,
            json!([{"pointer": "/phone_number"}, {"pointer": "/phone_numbers"}]),
        ),
        ("POST", "/v2/porting_orders".to_owned(), None, 422, json!([{"pointer": ""}])),
        ("POST", "/v2/porting_orders".to_owned(), Some(json!({})), 422, json!([{"pointer": "/phone_numbers"}])),
        (
            "POST",
            "/v2/porting_orders".to_owned(),
            Some(json!({"phone_numbers": [1]})),
            422,
            json!([{"pointer": "/phone_numbers/0"}]),
        ),
        (
            "PATCH",
            format!("/v2/porting_orders/{id}"),
            Some(json!({"webhook_url": 1, "misc": {"type": "some"}, "customer_reference": null})),
            422,
            json!([{"pointer": "/misc/type"}, {"pointer": "/webhook_url"}]),
        ),
        ("POST", format!("/v2/porting_orders/{id}/actions/confirm"), Some(json!({})), 422, json!([{"pointer": ""}])),
        (
            "PATCH",
            format!("/v2/portouts/{id}/authorized"),
            Some(json!({"reason": null})),
            422,
            json!([{"pointer": "/reason"}]),
        ),
    ];
    for (method, path, body, status, sources) in table {
        let answer = mock.answer(&request(method, &path, body.as_ref()));
        let said: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(answer.status, status, "{method} {path}: {said}");
        let mut found: Vec<Value> =
            said["errors"].as_array().unwrap().iter().map(|one| one["source"].clone()).collect();
        found.sort_by_key(Value::to_string);
        assert_eq!(Value::Array(found), sources, "{method} {path}: {said}");
        assert!(said["errors"][0]["detail"].as_str().is_some_and(|detail| !detail.is_empty()));
    }

    // Paths and names that are a little wrong are put right.
    for (path, meant) in [
        ("/v2/porting_order", "`/porting_orders`"),
        ("/v2/porting_orders/", "`/porting_orders`"),
        ("/porting_orders", "`/v2/porting_orders`"),
        (&format!("/v2/porting_orders/{id}/actions/confrim"), &format!("`/porting_orders/{id}/actions/confirm`")),
        ("/v2/porting_orders?sorts=1", "`sort`"),
    ] {
        let said = mock.answer(&request("GET", path, None)).violations[0].to_string();
        assert!(said.ends_with(&format!("did you mean {meant}?")), "{path}: {said}");
    }
    let said = mock.answer(&request("GET", "/v2/porting_orders?page=2", None)).violations[0].to_string();
    assert!(said.ends_with("has a key of its own: `page[number]`, `page[size]`"), "{said}");
    let mut packed = request("POST", "/v2/porting_orders", Some(&json!({})));
    packed.headers.push(("content-encoding".to_owned(), "gzip".to_owned()));
    let said = mock.answer(&packed);
    assert_eq!((said.status, &said.violations[0].source), (415, &Source::Header("content-encoding".to_owned())));
    // What nothing forbids is carried out, but not passed over.
    let body = json!({"phone_numbers": ["+13035550100"], "costumer_reference": "a"});
    let answer = mock.answer(&request("POST", "/v2/porting_orders", Some(&body)));
    let note = "/costumer_reference is not known to the document; did you mean `customer_reference`?";
    assert_eq!((answer.status, answer.notes[0].to_string().as_str()), (201, note));
    assert!(answer.headers.contains(&("mock-note".to_owned(), note.to_owned())), "{:?}", answer.headers);

    let mut form = request("POST", "/v2/porting_orders", Some(&json!({})));
    form.headers[1].1 = "text/plain".to_owned();
    assert_eq!(mock.answer(&form).status, 415);
    let mut broken = request("POST", "/v2/porting_orders", None);
    broken.body = b"{".to_vec();
    assert_eq!(mock.answer(&broken).status, 400);
    let mut nobody = request("GET", "/v2/porting_orders", None);
    nobody.headers.remove(0);
    assert_eq!(mock.answer(&nobody).status, 401);
    let elsewhere = mock.answer(&request("PUT", "/v2/porting_orders", None));
    assert!(elsewhere.headers.contains(&("allow".to_owned(), "GET, POST".to_owned())), "{:?}", elsewhere.headers);
}

/// The same seed gives the same answers, another seed others.
#[test]
fn seeds_decide() {
    let ask = |seed| {
        let mock = mock(Options { seed: Some(seed), ..Options::default() });
        mock.answer(&request("GET", "/v2/porting_orders", None)).body
    };
    assert_eq!(ask(1), ask(1));
    assert_ne!(ask(1), ask(2));
}

#[tokio::test]
async fn lists_have_pages() {
    let (client, heard) = start(Options { items: 45, ..Options::default() }).await;
    let orders = client.porting_orders().list().page_size(20).items().try_collect().await.unwrap();
    let ids: BTreeSet<_> = orders.into_iter().map(|order| order.id).collect();
    assert_eq!(ids.len(), 45, "every item is another one");
    let page = client.porting_orders().list().page_size(20).page_number(3).send().await.unwrap();
    assert_eq!((page.items.len(), page.meta.total_pages, page.meta.total_results), (5, Some(3), Some(45)));
    assert_eq!(heard.lock().unwrap().0, Vec::<String>::new());
}

/// What is created can be retrieved, listed, changed and deleted, and is gone then.
#[tokio::test]
async fn what_is_created_is_kept() {
    let (client, heard) = start(Options { stateful: true, ..Options::default() }).await;
    let orders = client.porting_orders();
    assert!(orders.list().send().await.unwrap().items.is_empty());
    let mut ids = Vec::new();
    for reference in ["a", "b", "c"] {
        let made = orders.create().phone_numbers(["+13035550100"]).customer_reference(reference).send().await.unwrap();
        ids.push(made[0].id.clone().unwrap());
    }
    let listed = orders.list().page_size(2).items().try_collect().await.unwrap();
    assert_eq!(listed.iter().map(|order| order.id.clone().unwrap()).collect::<Vec<_>>(), ids);
    let only =
        orders.list().filter(PortingOrderFilter::builder().customer_reference("b").build()).send().await.unwrap();
    assert_eq!(only.items.iter().map(|order| order.id.as_ref()).collect::<Vec<_>>(), [Some(&ids[1])]);

    let changed = orders.update(&ids[0]).customer_reference("z").webhook_url_null().send().await.unwrap();
    assert_eq!(changed.data.unwrap().customer_reference.as_deref(), Some("z"));
    let order = orders.retrieve(&ids[0]).send().await.unwrap().data.unwrap();
    assert_eq!((order.customer_reference.as_deref(), order.webhook_url), (Some("z"), None));
    let confirmed = orders.actions().confirm(&ids[0]).send().await.unwrap();
    assert_eq!(confirmed.data.unwrap().id.as_ref(), Some(&ids[0]));

    let comments = orders.comments();
    comments.create(&ids[0]).body_("Hello").send().await.unwrap();
    let said = comments.list(&ids[0]).send().await.unwrap().items;
    assert_eq!(said.iter().map(|comment| comment.body.as_deref()).collect::<Vec<_>>(), [Some("Hello")]);
    assert!(comments.list(&ids[1]).send().await.unwrap().items.is_empty());

    let jobs = orders.activation_jobs();
    assert!(jobs.list(&ids[0]).send().await.unwrap().items.is_empty());
    let job = orders.actions().activate(&ids[0]).send().await.unwrap();
    assert_eq!(jobs.retrieve(&ids[0], job.id.as_deref().unwrap()).send().await.unwrap().id, job.id);

    orders.delete(&ids[0]).send().await.unwrap();
    assert_eq!(heard.lock().unwrap().0, Vec::<String>::new());
    for error in [
        orders.retrieve(&ids[0]).send().await.unwrap_err(),
        orders.delete(&ids[0]).send().await.unwrap_err(),
        comments.list(&ids[0]).send().await.unwrap_err(),
    ] {
        assert_eq!(error.status(), Some(404), "{error}");
    }

    // Numbers are there from the start, since no operation makes them; jobs are made by operations on numbers.
    let numbers = client.phone_numbers().list().send().await.unwrap().items;
    assert_eq!(numbers.len(), 3);
    let job = client.phone_numbers().jobs().delete_batch().phone_numbers(["+13035550100"]).send().await.unwrap();
    let job = client.phone_numbers().jobs().retrieve(job.id.unwrap()).send().await.unwrap();
    assert_eq!(client.phone_numbers().jobs().list().send().await.unwrap().items[0].id, job.id);
    assert_eq!(job.type_, Some(PhoneNumbersJobType::DeletePhoneNumbers), "as the path says");
    assert!(job.parameters.unwrap().voice.is_some(), "as Telnyx's other SDKs tell it");
}

/// A thing is the same wherever it is shown, and a list holds what its filter asks for.
#[tokio::test]
async fn what_is_changed_shows_everywhere() {
    let (client, heard) = start(Options { stateful: true, ..Options::default() }).await;
    let portouts = client.portouts();
    let ids: Vec<String> =
        portouts.list().send().await.unwrap().items.into_iter().map(|portout| portout.id.unwrap()).collect();
    let decided = portouts.update_status(&ids[1], "authorized").reason("Ours").send().await.unwrap();
    assert_eq!((decided.id.as_ref(), decided.status), (Some(&ids[1]), Some(PortoutStatus::Authorized)));
    let filter = PortoutFilter::builder().status_in(["authorized", "ported"]).build();
    let found = portouts.list().filter(filter).send().await.unwrap().items;
    assert_eq!(found.iter().map(|portout| portout.id.as_ref()).collect::<Vec<_>>(), [Some(&ids[1])]);

    let numbers = client.phone_numbers();
    let ids: Vec<String> = numbers.list().send().await.unwrap().items.into_iter().map(|number| number.id).collect();
    let voice = numbers.voice();
    voice.update(&ids[1]).translated_number("+13035550111").send().await.unwrap();
    let settings = voice.retrieve(&ids[1]).send().await.unwrap();
    assert_eq!((settings.id.as_ref(), settings.translated_number.as_deref()), (Some(&ids[1]), Some("+13035550111")));
    assert_eq!(voice.list().send().await.unwrap().items[1], settings);
    numbers.delete(&ids[1]).send().await.unwrap();
    let left = voice.list().send().await.unwrap().items;
    assert_eq!(left.iter().map(|one| one.id.as_ref()).collect::<Vec<_>>(), [Some(&ids[0]), Some(&ids[2])]);

    // What the caller gives is the caller's; nothing of an example is mixed in.
    let address = LoaAddress::builder().street_address("600 Congress Avenue").city("Austin").state("TX");
    let address = address.zip_code("78701").country_code("US").build();
    let contact = LoaContact::builder().email("porting@example.com").phone_number("+13035550100").build();
    let logo = LoaLogo::builder().document_id("f1486bae-f067-460c-ad43-73a92848f902").build();
    let create = client.porting().loa_configurations().create().name("Ours").company_name("Acme");
    let made = create.address(address).contact(contact).logo(logo).send().await.unwrap();
    assert_eq!(made.address.unwrap().extended_address, None);
    assert_eq!(heard.lock().unwrap().0, Vec::<String>::new());
}

/// What is listed can be asked for, also where its members are random.
#[tokio::test]
async fn what_is_listed_can_be_retrieved() {
    for seed in 0..8 {
        let (client, heard) = start(Options { stateful: true, seed: Some(seed), ..Options::default() }).await;
        for portout in client.portouts().list().send().await.unwrap().items {
            client.portouts().retrieve(portout.id.unwrap()).send().await.unwrap();
        }
        for number in client.mobile_phone_numbers().list().send().await.unwrap().items {
            client.mobile_phone_numbers().retrieve(number.id.unwrap()).send().await.unwrap();
        }
        assert_eq!(heard.lock().unwrap().0, Vec::<String>::new(), "seed {seed}");
    }
}

/// The ways in which a filter compares.
#[test]
fn filters_compare() {
    let mock = odd(Options { stateful: true, ..Options::default() });
    for name in ["Rex", "Tom", "Rox"] {
        let made = mock.answer(&request("POST", "/api/pets", Some(&json!({"id": 1, "name": name}))));
        assert_eq!(made.status, 201);
    }
    let table = [
        ("filter[name]=Tom", vec!["Tom"]),
        ("filter[name][eq]=Tom", vec!["Tom"]),
        ("filter[name][contains]=x", vec!["Rex", "Rox"]),
        ("filter[name][starts_with]=Re", vec!["Rex"]),
        ("filter[name][ends_with]=om", vec!["Tom"]),
        ("filter[name][in]=Tom&filter[name][in]=Rex", vec!["Rex", "Tom"]),
        ("filter[name_in]=Tom&filter[name_in]=Rox", vec!["Tom", "Rox"]),
        // What it can't compare is no hindrance.
        ("filter[name][gt]=Rex", vec!["Rex", "Tom", "Rox"]),
        ("filter[owner_in]=Tom", vec!["Rex", "Tom", "Rox"]),
    ];
    for (query, expected) in table {
        let answer = mock.answer(&request("GET", &format!("/api/pets?{query}"), None));
        let said: Value = serde_json::from_slice(&answer.body).unwrap();
        let names: Vec<&str> = said.as_array().into_iter().flatten().filter_map(|pet| pet["name"].as_str()).collect();
        assert_eq!(names, expected, "{query}: {said}");
    }
}

/// Any document will do.
#[test]
fn other_documents_are_served() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("documents/constructs");
    let mut answered = 0;
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if !path.is_file() || name.ends_with(".sdk.yaml") {
            continue;
        }
        let config = path.with_extension("sdk.yaml");
        let config = config.exists().then_some(config);
        for seed in [None, Some(1)] {
            let options = Options { seed, ..Options::default() };
            let mock = Mock::load(std::slice::from_ref(&path), config.as_deref(), options)
                .unwrap_or_else(|error| panic!("{error}"));
            let operations: Vec<_> = mock
                .operations()
                .map(|(_, method, path)| (method.to_owned(), format!("{}{path}", mock.base_path())))
                .collect();
            for (method, path) in operations.into_iter().filter(|(_, path)| !path.contains('{')) {
                let answer = mock.answer(&request(&method, &path, None));
                answered += usize::from(answer.status < 300);
                wrong.extend(answer.misfits.iter().map(|misfit| format!("{name}: {method} {path}: {misfit}")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(answered > 50, "{answered}");
}

/// A document with what ours do not have.
const ODD: &str = r"
openapi: 3.0.3
info: { title: Odd, version: '1' }
servers: [{ url: 'https://odd.example/api' }]
paths:
  /login:
    post:
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema: { type: object, required: [user, age], properties: { user: { type: string }, age: { type: integer } } }
          multipart/form-data:
            schema: { type: object, required: [file], properties: { file: { type: string, format: binary }, age: { type: integer } } }
      responses:
        '200':
          description: Done.
          headers: { X-Left: { required: true, schema: { type: integer }, example: 42 } }
          content: { text/plain: { schema: { type: string }, example: pong } }
  /moved: { get: { responses: { '302': { description: Elsewhere., headers: { Location: { schema: { type: string, format: uri } } } } } } }
  /events: { get: { responses: { '200': { description: All., content: { text/event-stream: { schema: { type: object, properties: { a: { type: integer } } } } } } } } }
  /named: { get: { responses: { '200': { description: One., content: { application/json: { schema: { type: integer }, examples: { one: { $ref: '#/components/examples/One' } } } } } } } }
  /a/{x}: { get: { parameters: [{ name: x, in: path, required: true, schema: { type: string } }], responses: { '204': { description: Done. } } } }
  /a/{y}: { post: { parameters: [{ name: y, in: path, required: true, schema: { type: string } }], responses: { '204': { description: Done. } } } }
  /hard:
    get:
      responses:
        '200':
          description: Values that are hard to find.
          content:
            application/json:
              schema:
                type: object
                required: [a, b, c, d, e, f]
                properties:
                  a: { type: string, pattern: '^[A-Z]{2}-\d{4}$' }
                  b: { type: integer, minimum: 10.5, maximum: 20 }
                  c: { type: number, multipleOf: 0.01, minimum: 1 }
                  d: { type: array, minItems: 3, uniqueItems: true, items: { type: string, enum: [x, y, z] } }
                  e: { type: object, minProperties: 2, additionalProperties: { type: integer } }
                  f: { $ref: '#/components/schemas/Shape' }
  /free: { get: { parameters: [{ name: free, in: query, schema: { type: object, additionalProperties: { type: integer } } }, { name: z, in: query, schema: { type: string } }], responses: { '204': { description: Done. } } } }
  /paged:
    get:
      parameters: [{ name: 'page[number]', in: query, schema: { type: integer, default: 1 } }, { name: 'page[size]', in: query, schema: { type: integer } }]
      responses:
        '200':
          description: A page.
          content:
            application/json:
              example: { data: [] }
              schema:
                type: object
                properties:
                  data: { type: array, items: { $ref: '#/components/schemas/Shape' } }
                  meta: { type: object, required: [page_number, total_pages, told], properties: { page_number: { type: integer }, total_pages: { type: integer }, told: { type: string } } }
  /pets:
    get: { parameters: [{ name: filter, in: query, style: deepObject, schema: { $ref: '#/components/schemas/PetFilter' } }], responses: { '200': { description: All., content: { application/json: { schema: { type: array, items: { $ref: '#/components/schemas/Pet' } } } } } } }
    post:
      requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/Pet' } } } }
      responses: { '201': { description: Made., content: { application/json: { schema: { $ref: '#/components/schemas/Pet' } } } } }
  /pets/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
    get: { responses: { '200': { description: One., content: { application/json: { schema: { $ref: '#/components/schemas/Pet' } } } } } }
    put:
      requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/Pet' } } } }
      responses: { '200': { description: One., content: { application/json: { schema: { $ref: '#/components/schemas/Pet' } } } } }
  /users:
    post:
      requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/User' } } } }
      responses: { '201': { description: Made., content: { application/json: { schema: { $ref: '#/components/schemas/User' } } } } }
  /users/{name}:
    parameters: [{ name: name, in: path, required: true, schema: { type: string } }]
    get: { responses: { '200': { description: One., content: { application/json: { schema: { $ref: '#/components/schemas/User' } } } } } }
components:
  examples: { One: { value: 7 } }
  schemas:
    Shape:
      oneOf: [{ $ref: '#/components/schemas/Circle' }, { $ref: '#/components/schemas/Square' }]
      discriminator: { propertyName: kind, mapping: { round: '#/components/schemas/Circle' } }
    Circle: { type: object, required: [kind, r], properties: { kind: { type: string }, r: { type: number } } }
    Square: { type: object, required: [kind, side], properties: { kind: { type: string }, side: { type: number } } }
    Pet: { type: object, required: [id, name], properties: { id: { type: integer, readOnly: true }, name: { type: string }, secret: { type: string, writeOnly: true } } }
    Texts: { type: array, items: { type: string } }
    NameFilter: { anyOf: [{ type: object, properties: { eq: { type: string }, contains: { type: string }, starts_with: { type: string }, ends_with: { type: string }, gt: { type: string }, in: { $ref: '#/components/schemas/Texts' } } }, { type: string }] }
    PetFilter: { type: object, properties: { name: { $ref: '#/components/schemas/NameFilter' }, name_in: { $ref: '#/components/schemas/Texts' }, owner_in: { $ref: '#/components/schemas/Texts' } } }
    User: { type: object, required: [name], properties: { name: { type: string }, made: { type: string, readOnly: true, example: today } } }
";

fn odd(options: Options) -> Mock {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("odd.yaml");
    std::fs::write(&path, ODD).unwrap();
    Mock::load(&[path], None, options).unwrap_or_else(|error| panic!("{error}"))
}

fn header<'a>(answer: &'a mock::Answer, name: &str) -> &'a str {
    answer.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

/// Forms are checked, and answers have the headers and texts of the document.
#[test]
fn forms_texts_and_headers_are_known() {
    let mock = odd(Options::default());
    let pairs = "application/x-www-form-urlencoded";
    let table = [
        (pairs, "user=x&age=7", vec![]),
        (pairs, "user=x&age=old", vec![r#"/age is not of type "integer""#]),
        (pairs, "user=x", vec!["/age is required"]),
        (pairs, "user=x&age=7&age=8", vec!["/age is given more than once"]),
        (pairs, "\u{0}", vec!["/age is required", "/user is required"]),
        (
            "multipart/form-data; boundary=b",
            "--b\r\ncontent-disposition: form-data; name=file; filename=x\r\n\r\n1\r\n--b--",
            vec![],
        ),
        (
            "multipart/form-data; boundary=b",
            "--b\r\ncontent-disposition: form-data; name=age\r\n\r\nx\r\n--b--",
            vec![r#"/age is not of type "integer""#, "/file is required"],
        ),
        (
            "multipart/form-data; boundary=b",
            "--c",
            vec!["the body can't be read as parts between lines of `--b`: incomplete multipart stream"],
        ),
        ("multipart/form-data", "--b--", vec!["the body can't be read: multipart boundary not found in Content-Type"]),
    ];
    for (media_type, body, expected) in table {
        let mut request = request("POST", "/api/login", None);
        request.headers[1].1 = media_type.to_owned();
        request.body = body.as_bytes().to_vec();
        let answer = mock.answer(&request);
        let mut found: Vec<String> = answer.violations.iter().map(ToString::to_string).collect();
        found.retain(|line| !line.contains("not known"));
        found.sort();
        assert_eq!(found, expected, "{body}");
        if expected.is_empty() {
            assert_eq!((answer.body.as_slice(), header(&answer, "X-Left")), (b"pong".as_slice(), "42"));
        }
    }
    let get = |target: &str| mock.answer(&request("GET", target, None));
    let moved = get("/api/moved");
    // Who follows it stays on this machine.
    assert_eq!((moved.status, header(&moved, "Location"), header(&moved, "location")), (302, "", "/mock/elsewhere"));
    assert_eq!((get("/mock/elsewhere").status, get("/mock/elsewhere").body.is_empty()), (200, false));
    assert_eq!(get("/api/events").body, "data: {\"a\":1}\n\n".repeat(3).as_bytes());
    assert_eq!(get("/api/named").body, b"7");
    assert_eq!(get("/api/a/1").status, 204);
    assert_eq!((get("/api/free?z=q&x=1").status, get("/api/free?z=q&x=y").status), (204, 422));
    assert_eq!(mock.answer(&request("POST", "/api/a/1", None)).status, 204);
    assert_eq!(mock.answer(&request("HEAD", "/api/named", None)).status, 200);
}

/// What is found in documents that others wrote.
const FOUND: &str = r"
openapi: 3.0.3
info: { title: Found, version: '1' }
servers: [{ url: 'https://api.example.com/' }]
paths:
  '/things/{name}': { post: { operationId: any, parameters: [{ name: name, in: path, required: true, schema: { type: string } }], responses: { '204': { description: Done. } } } }
  '/things/{name}.json': { get: { operationId: json, parameters: [{ name: name, in: path, required: true, schema: { type: string } }], responses: { '204': { description: Done. } } } }
  '/things?kind=a': { get: { operationId: fixed, responses: { '204': { description: Done. } } } }
  '/things?name={name}': { get: { operationId: named, parameters: [{ name: name, in: path, required: true, schema: { type: integer } }], responses: { '204': { description: Done., headers: { Transfer-Encoding: { schema: { type: string } } } } } } }
  /things: { get: { operationId: free, parameters: [{ name: kind, in: query, schema: { type: string } }], responses: { '204': { description: Done. } } } }
  '/#Action=A': { post: { operationId: a, parameters: [{ name: X-Action, in: header, required: true, schema: { type: string, enum: [A] } }], responses: { '204': { description: Done. } } } }
  '/#Action=B': { post: { operationId: b, parameters: [{ name: X-Action, in: header, required: true, schema: { type: string, enum: [B] } }], responses: { '204': { description: Done. } } } }
  '/two words': { get: { operationId: words, responses: { '200': { description: Done., content: { '*/*': { schema: { $ref: '#/components/schemas/Two~1Words' } } } } } } }
  /form: { post: { operationId: form, requestBody: { required: true, content: { application/x-www-form-urlencoded: { schema: { type: object, properties: { a: { type: string } } } } } }, responses: { '204': { description: Done. } } } }
components:
  schemas:
    Two/Words: { type: object, required: [whole], properties: { whole: { type: number, format: int32 }, odd: { type: string, pattern: '*' } } }
";

#[test]
fn documents_of_others_are_served() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("found.yaml");
    std::fs::write(&path, FOUND).unwrap();
    let mock = Mock::load(&[path], None, Options { seed: Some(3), ..Options::default() }).unwrap();
    let send = |method: &str, target: &str, header: (&str, &str)| {
        let mut request = request(method, target, None);
        request.headers.insert(0, (header.0.to_owned(), header.1.to_owned()));
        mock.answer(&request)
    };
    let table = [
        ("GET", "/things/a.json", ("x", ""), "json", 204),
        ("POST", "/things/a.json", ("x", ""), "", 405),
        ("POST", "/things/a", ("x", ""), "any", 204),
        ("GET", "/things?kind=a", ("x", ""), "fixed", 204),
        ("GET", "/things?kind=b", ("x", ""), "free", 204),
        ("GET", "/things?name=7", ("x", ""), "named", 204),
        ("GET", "/things?name=x", ("x", ""), "named", 422),
        ("POST", "/", ("x-action", "A"), "a", 204),
        ("POST", "/", ("x-action", "B"), "b", 204),
        ("POST", "/", ("x-action", "C"), "a", 422),
        ("GET", "/two%20words", ("x", ""), "words", 200),
        ("POST", "/form", ("content-type", "application/x-www-form-urlencoded"), "form", 204),
        ("POST", "/form", ("x", ""), "form", 422),
    ];
    for (method, target, header, operation, status) in table {
        let answer = send(method, target, header);
        let met = answer.operation.as_deref().unwrap_or_default();
        assert_eq!((met, answer.status), (operation, status), "{method} {target}: {:?}", answer.violations);
    }
    assert_eq!(header(&send("GET", "/things?name=7", ("x", "")), "Transfer-Encoding"), "");
    let answer = send("GET", "/two%20words", ("x", ""));
    assert_eq!((header(&answer, "content-type"), answer.misfits.as_slice()), ("application/json", [].as_slice()));
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    assert!(body["whole"].is_i64(), "{body}");
}

/// Wherever the document says that they are to be had, unless an operation is there.
#[test]
fn tokens_are_given() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.yaml");
    let flow = |kind: &str, url: &str| json!({"type": "oauth2", "flows": {kind: {"tokenUrl": url, "scopes": {}}}});
    let document = json!({
        "openapi": "3.0.3",
        "info": {"title": "Tokens", "version": "1"},
        "servers": [{"url": "https://api.test/v1"}],
        "paths": {"/own": {"post": {"operationId": "own", "security": [], "responses": {"204": {"description": "Done."}}}}},
        "components": {"securitySchemes": {
            "whole": flow("clientCredentials", "https://login.test/oauth/token?for=api"),
            "root": flow("clientCredentials", "/root/token"),
            "below": flow("password", "token"),
            "own": flow("clientCredentials", "https://api.test/v1/own"),
        }},
    });
    std::fs::write(&path, document.to_string()).unwrap();
    let mock = Mock::load(&[path], None, Options::default()).unwrap_or_else(|error| panic!("{error}"));
    let ask = |method: &str, path: &str, form: &str| {
        let body = form.as_bytes().to_vec();
        mock.answer(&Request { body, ..request(method, path, None) })
    };
    let asked = "grant_type=client_credentials&scope=a+b";
    for path in ["/oauth/token", "/root/token", "/v1/token"] {
        let answer = ask("POST", path, asked);
        let token: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!((answer.status, token["token_type"].as_str()), (200, Some("Bearer")), "{path}");
        assert!(!token["access_token"].as_str().unwrap().is_empty());
        assert_eq!(header(&answer, "cache-control"), "no-store");
        let answer = ask("POST", path, "scope=a");
        let refusal: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!((answer.status, &refusal["error"]), (400, &json!("invalid_request")), "{path}");
        assert_eq!(answer.violations.len(), 1);
        assert_eq!(ask("GET", path, "").status, 404, "{path}");
    }
    assert_eq!(ask("POST", "/v1/own", "").operation.as_deref(), Some("own"));
    assert_eq!(ask("POST", "/elsewhere", asked).status, 404);
}

/// A browser asks before it sends, and shows its program only what is allowed.
#[test]
fn browsers_are_allowed() {
    let mock = odd(Options::default());
    let mut asked = request("OPTIONS", "/api/pets", None);
    let origin = ("origin".to_owned(), "http://localhost:3000".to_owned());
    asked.headers.extend([origin.clone(), ("access-control-request-method".to_owned(), "POST".to_owned())]);
    let answer = mock.answer(&asked);
    assert_eq!((answer.status, header(&answer, "access-control-allow-methods")), (204, "POST"));
    let mut asked = request("GET", "/api/named", None);
    asked.headers.push(origin.clone());
    assert_eq!(header(&mock.answer(&asked), "access-control-allow-origin"), origin.1);
    assert_eq!(mock.answer(&request("OPTIONS", "/api/pets", None)).status, 405);
}

/// What no example shows is made such that it fits.
#[test]
fn what_is_hard_to_find_is_found() {
    for seed in std::iter::once(None).chain((0..10).map(Some)) {
        let mock = odd(Options { seed, ..Options::default() });
        for path in ["/api/hard", "/api/paged"] {
            let answer = mock.answer(&request("GET", path, None));
            assert_eq!((answer.status, &answer.misfits), (200, &vec![]), "{path} {seed:?}");
        }
        let page: Value = serde_json::from_slice(&mock.answer(&request("GET", "/api/paged", None)).body).unwrap();
        assert_eq!((page["data"].as_array().unwrap().len(), &page["meta"]["total_pages"]), (3, &json!(1)), "{page}");
    }
}

/// Ids are as their schemas say: the server's or the caller's; what goes one way is neither taken nor told.
#[test]
fn ids_are_those_of_the_document() {
    let mock = odd(Options { stateful: true, ..Options::default() });
    let call = |method: &str, target: &str, body: Option<Value>| {
        let answer = mock.answer(&request(method, target, body.as_ref()));
        assert_eq!(answer.misfits, Vec::<String>::new(), "{method} {target}");
        (answer.status, serde_json::from_slice::<Value>(&answer.body).unwrap())
    };
    let rex = json!({"id": 1, "name": "Rex"});
    assert_eq!(call("POST", "/api/pets", Some(json!({"id": 9, "name": "Rex", "secret": "s"}))), (201, rex.clone()));
    assert_eq!(call("GET", "/api/pets/1", None), (200, rex.clone()));
    assert_eq!(
        call("PUT", "/api/pets/1", Some(json!({"id": 7, "name": "Tom"}))),
        (200, json!({"id": 1, "name": "Tom"}))
    );
    assert_eq!(call("GET", "/api/pets", None), (200, json!([{"id": 1, "name": "Tom"}])));
    let bob = json!({"name": "bob", "made": "today"});
    assert_eq!(call("POST", "/api/users", Some(json!({"name": "bob", "made": "never"}))), (201, bob.clone()));
    assert_eq!(call("GET", "/api/users/bob", None), (200, bob));
    let (status, refusal) = call("POST", "/api/users", Some(json!({"name": "bob"})));
    assert_eq!((status, &refusal["errors"][0]["source"]), (409, &json!({"pointer": "/name"})));
}

fn request(method: &str, target: &str, body: Option<&Value>) -> Request {
    let headers = [("authorization", "Bearer key"), ("content-type", "application/json")];
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        body: body.map(|body| body.to_string().into_bytes()).unwrap_or_default(),
    }
}
