//! Forms of pairs and JSON of other names, as they go over the wire.

use mini_forms::Client;
use mini_forms::types::{Thing, TokenCreateFormBodyLinesItem as Line};
use mini_forms::types::{TokenCreateFormBodyAddress as Address, TokenCreateFormBodyGrantType as GrantType};

use crate::support::{NO_CONTENT, Server};

#[tokio::test]
async fn members_are_written_as_their_encoding_says() {
    let server = Server::start([NO_CONTENT]).await;
    let client = Client::builder().base_url(&server.url).no_proxy().build().unwrap();
    let request = client
        .token()
        .create_form()
        .grant_type(GrantType::ClientCredentials)
        .tenant_null()
        .scopes(["a", "b"])
        .audiences(["c", "d"])
        .hints(["e", "f&g"])
        .claims([("h", "i")])
        .address(Address::builder().city("New York").build())
        .lines([Line::builder().amount(1).build(), Line::builder().amount(2).build()])
        .redirect_uri("https://a.example/b?c=d&e")
        .body_field("more", 3);
    request.send().await.unwrap();
    let received = server.one();
    assert_eq!(received.header("content-type"), Some("application/x-www-form-urlencoded"));
    let expected = [
        "grant_type=client_credentials",
        "scopes=a%20b",
        "audiences=c%2Cd",
        "hints=e",
        "hints=f%26g",
        "claims=%7B%22h%22%3A%22i%22%7D",
        "address%5Bcity%5D=New%20York",
        "lines%5B0%5D%5Bamount%5D=1",
        "lines%5B1%5D%5Bamount%5D=2",
        "redirect_uri=https://a.example/b?c=d%26e",
        "more=3",
    ];
    let mut pairs: Vec<&str> = received.text().split('&').collect();
    let mut expected = expected.to_vec();
    pairs.sort_unstable();
    expected.sort_unstable();
    assert_eq!(pairs, expected);

    client.token().create().key("k").send().await.unwrap();
    assert_eq!(server.one().text(), r#"{"key":"k"}"#);
}

#[tokio::test]
async fn every_format_of_a_body_has_its_media_type() {
    let server = Server::start([NO_CONTENT]).await;
    let client = Client::builder().base_url(&server.url).no_proxy().build().unwrap();
    let things = client.things();
    let operation = [("op", "remove"), ("path", "/name")].map(|(name, value)| (name.to_owned(), value.into()));
    things.update("1").body([operation.into_iter().collect::<mini_forms::Map>()]).send().await.unwrap();
    things.update_merge_patch_json("1").name_null().send().await.unwrap();
    things.replace("1").body(Thing::builder().name("n").build()).send().await.unwrap();
    things.replace_xml("1").body("<thing/>").send().await.unwrap();
    things.create("1").body("anything").send().await.unwrap();
    client.lists().create().body("a=b").send().await.unwrap();
    let received: Vec<_> = server
        .take()
        .into_iter()
        .map(|request| {
            let media_type = request.header("content-type").unwrap().to_owned();
            (media_type, request.text().to_owned())
        })
        .collect();
    let expected = [
        ("application/json-patch+json", r#"[{"op":"remove","path":"/name"}]"#),
        ("application/merge-patch+json", r#"{"name":null}"#),
        ("text/json", r#"{"name":"n"}"#),
        ("application/xml", "<thing/>"),
        ("application/octet-stream", "anything"),
        ("application/x-www-form-urlencoded", "a=b"),
    ];
    assert_eq!(received, expected.map(|(media_type, body)| (media_type.to_owned(), body.to_owned())));
}
