//! Lists by offset and by cursor, walked from their first page to their last.

use mini_paging_styles::Client;
use mini_paging_styles::types::Thing;

use crate::support::{Server, answer};

async fn start<const N: usize>(bodies: [&str; N]) -> (Server, Client) {
    let answers = bodies.map(|body| answer(200, "application/json", body));
    let server = Server::start(answers.each_ref().map(String::as_str)).await;
    let client = Client::builder().base_url(&server.url).no_proxy().build().unwrap();
    (server, client)
}

fn lines(server: &Server) -> Vec<String> {
    server.take().into_iter().map(|request| request.line.replace("%5B", "[").replace("%5D", "]")).collect()
}

fn ids(things: &[Thing]) -> Vec<i64> {
    things.iter().map(|thing| thing.id).collect()
}

#[tokio::test]
async fn by_offset_up_to_the_total() {
    let (server, client) =
        start([r#"{"items":[{"id":1},{"id":2}],"total":3}"#, r#"{"items":[{"id":3}],"total":3}"#]).await;
    let things = client.skipped().list().limit(2).items().try_collect().await.unwrap();
    assert_eq!(ids(&things), [1, 2, 3]);
    assert_eq!(lines(&server), ["GET /skipped?limit=2", "GET /skipped?limit=2&offset=2"]);
}

#[tokio::test]
async fn by_offset_up_to_an_empty_page() {
    let (server, client) = start([r#"{"things":[{"id":6}],"count":1}"#, r#"{"things":[],"count":0}"#]).await;
    let things = client.taken().list().skip(5).items().try_collect().await.unwrap();
    assert_eq!(ids(&things), [6]);
    assert_eq!(lines(&server), ["GET /taken?skip=5", "GET /taken?skip=6"]);
}

#[tokio::test]
async fn by_the_offset_of_an_object() {
    let (server, client) =
        start([r#"{"data":["a"],"meta":{"totalCount":2}}"#, r#"{"data":["b"],"meta":{"totalCount":2}}"#]).await;
    assert_eq!(client.offered().list().items().try_collect().await.unwrap(), ["a", "b"]);
    assert_eq!(lines(&server), ["GET /offered", "GET /offered?page[offset]=1"]);
}

#[tokio::test]
async fn by_cursor() {
    let (server, client) =
        start([r#"{"results":[{"id":1}],"nextCursor":"a=b"}"#, r#"{"results":[{"id":2}],"nextCursor":null}"#]).await;
    let things = client.pointed().list().items().try_collect().await.unwrap();
    assert_eq!(ids(&things), [1, 2]);
    assert_eq!(lines(&server), ["GET /pointed", "GET /pointed?cursor=a%3Db"]);
}

#[tokio::test]
async fn by_a_token_page_after_page() {
    let (server, client) =
        start([r#"{"data":[{"id":1}],"pagination":{"next":"t","size":1}}"#, r#"{"data":[],"pagination":{}}"#]).await;
    let first = client.tokens().list().page_size(1).send().await.unwrap();
    assert_eq!((ids(&first.items), first.meta.size), (vec![1], Some(1)));
    let second = first.next_page().await.unwrap().unwrap();
    assert!(second.items.is_empty() && !second.has_next_page());
    assert_eq!(lines(&server), ["GET /tokens?pageSize=1", "GET /tokens?pageSize=1&pageToken=t"]);
}

#[tokio::test]
async fn a_server_that_goes_round_in_circles_is_told_from_an_end() {
    let page = |id: u8, next: &str| format!(r#"{{"data":[{{"id":{id}}}],"pagination":{{"next":"{next}"}}}}"#);
    let pages = [page(1, "a"), page(2, "b"), page(3, "a")];
    let (server, client) = start(pages.each_ref().map(String::as_str)).await;
    let mut things = client.tokens().list().items();
    assert_eq!(things.try_next().await.unwrap().map(|thing| thing.id), Some(1));
    assert_eq!(things.try_next().await.unwrap().map(|thing| thing.id), Some(2));
    assert!(things.try_next().await.unwrap_err().is_paging());
    assert_eq!(lines(&server).len(), 3);
}
