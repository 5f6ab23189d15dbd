//! Lists whose pages link to the next one, or say by a flag whether there is one, walked to their end.

use mini_paging_links::Client;
use mini_paging_links::types::Thing;

use crate::support::{Server, answer};

async fn start<const N: usize>(answers: [String; N]) -> (Server, Client) {
    let server = Server::start(answers.each_ref().map(String::as_str)).await;
    let client = Client::builder().base_url(&server.url).no_proxy().build().unwrap();
    (server, client)
}

fn json(body: &str) -> String {
    answer(200, "application/json", body)
}

fn linked(body: &str, link: &str) -> String {
    json(body).replacen("\r\n", &format!("\r\nLink: {link}\r\n"), 1)
}

fn lines(server: &Server) -> Vec<String> {
    server.take().into_iter().map(|request| request.line).collect()
}

fn ids(things: &[Thing]) -> Vec<i64> {
    things.iter().map(|thing| thing.id).collect()
}

#[tokio::test]
async fn by_a_relative_link() {
    let pages = [
        json(r#"{"results":[{"id":1}],"next_url":"/named?limit=1&token=a%3Db"}"#),
        json(r#"{"results":[{"id":2}],"next_url":"?token=c"}"#),
        json(r#"{"results":[{"id":3}],"next_url":null}"#),
    ];
    let (server, client) = start(pages).await;
    let things = client.named().list().limit(1).items().try_collect().await.unwrap();
    assert_eq!(ids(&things), [1, 2, 3]);
    assert_eq!(lines(&server), ["GET /named?limit=1", "GET /named?limit=1&token=a%3Db", "GET /named?token=c"]);
}

/// The server's address is only known once it listens: a first server says where the second one is.
#[tokio::test]
async fn a_link_to_another_origin_is_not_followed() {
    let (elsewhere, _) = start([json(r#"{"data":[{"id":2}]}"#)]).await;
    let away = format!(r#"{{"data":[{{"id":1}}],"links":{{"next":"{}/linked?page=2"}}}}"#, elsewhere.url);
    let (server, client) = start([json(&away)]).await;
    let mut things = client.linked().list().items();
    assert_eq!(things.try_next().await.unwrap().map(|thing| thing.id), Some(1));
    let error = things.try_next().await.unwrap_err();
    assert!(error.is_paging() && error.to_string().contains("another origin"), "{error}");
    assert_eq!(lines(&server), ["GET /linked"]);
    assert!(elsewhere.take().is_empty());
}

#[tokio::test]
async fn by_a_link_that_is_an_object() {
    let pages = [
        json(r#"{"items":[{"id":1}],"_links":{"next":{"href":"/embedded?page=2"}}}"#),
        json(r#"{"items":[{"id":2}],"_links":{"self":{"href":"/embedded?page=2"}}}"#),
    ];
    let (server, client) = start(pages).await;
    let first = client.embedded().list().send().await.unwrap();
    let second = first.next_page().await.unwrap().unwrap();
    assert_eq!((ids(&first.items), ids(&second.items)), (vec![1], vec![2]));
    assert!(first.has_next_page() && !second.has_next_page());
    assert_eq!(lines(&server), ["GET /embedded", "GET /embedded?page=2"]);
}

#[tokio::test]
async fn by_a_header_beside_a_list_and_nothing_else() {
    let links = r#"</headed?page=1>; rel="prev first", </headed?page=2&x=1,2>; title="a, \"b\"; c"; rel="next""#;
    let pages = [linked(r#"[{"id":1}]"#, links), linked(r#"[{"id":2}]"#, r#"</headed>; rel="first""#)];
    let (server, client) = start(pages).await;
    let things = client.headed().list().per_page(1).x_trace("t").items().try_collect().await.unwrap();
    assert_eq!(ids(&things), [1, 2]);
    let requests = server.take();
    let seen: Vec<_> = requests.iter().map(|request| (request.line.as_str(), request.header("x-trace"))).collect();
    assert_eq!(seen, [("GET /headed?per_page=1", Some("t")), ("GET /headed?page=2&x=1,2", Some("t"))]);
}

#[tokio::test]
async fn by_a_cursor_as_long_as_a_flag_says_so() {
    let page = |id: u8, more: bool| json(&format!(r#"{{"data":[{{"id":{id}}}],"nextCursor":"c{id}","hasMore":{more}}}"#));
    let (server, client) = start([page(1, true), page(2, false)]).await;
    assert_eq!(ids(&client.flagged().list().items().try_collect().await.unwrap()), [1, 2]);
    assert_eq!(lines(&server), ["GET /flagged", "GET /flagged?cursor=c1"]);
}

#[tokio::test]
async fn by_the_last_item() {
    let page = |ids: [u8; 2], more: bool| {
        let [one, other] = ids;
        json(&format!(r#"{{"object":"list","data":[{{"id":{one}}},{{"id":{other}}}],"has_more":{more}}}"#))
    };
    let (server, client) = start([page([1, 2], true), page([3, 4], false)]).await;
    assert_eq!(ids(&client.last().list().limit(2).items().try_collect().await.unwrap()), [1, 2, 3, 4]);
    assert_eq!(lines(&server), ["GET /last?limit=2", "GET /last?limit=2&starting_after=2"]);
}
