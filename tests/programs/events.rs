//! Server-sent events as they come over the wire.

use std::time::Duration;

use mini_events::{Client, ErrorKind};

use crate::support::{Server, answer};

fn client(server: &Server) -> Client {
    Client::builder().base_url(&server.url).no_proxy().max_retries(0).build().unwrap()
}

/// A stream that the server cuts into pieces wherever there is a `<pause>`.
fn stream(text: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: text/event-stream; charset=utf-8\r\n\r\n{text}")
}

#[tokio::test]
async fn typed_events_beside_json() {
    let text = "\u{feff}: hello\n\nid: 1\nevent: chunk\ndata: {\"text\":<pause>\ndata: \"a\"}\r<pause>\n\r\n\
                data: 5\n\nretry: 250\ndata: {\"text\":\"b\"}<pause>\n\ndata: [DONE]\n\ndata: {\"text\":\"c\"}\n\n";
    let server = Server::start([stream(text).as_str()]).await;
    let mut events = client(&server).chat().create().text("hi").send_events().await.unwrap();
    let received = server.one();
    assert_eq!((received.header("accept"), received.text()), (Some("text/event-stream"), r#"{"text":"hi"}"#));

    let first = events.try_next().await.unwrap().unwrap();
    assert_eq!(
        (first.data.text.as_str(), first.event.as_deref(), first.id.as_deref()),
        ("a", Some("chunk"), Some("1"))
    );
    // What does not fit is an error of that event alone.
    let error = events.try_next().await.unwrap_err();
    assert_eq!((error.kind(), error.status(), &error.body()[..]), (ErrorKind::Decode, Some(200), b"5".as_slice()));
    let second = events.try_next().await.unwrap().unwrap();
    assert_eq!((second.data.text.as_str(), second.event, second.id.as_deref()), ("b", None, Some("1")));
    assert_eq!((events.retry(), events.last_event_id()), (Some(Duration::from_millis(250)), Some("1")));
    assert!(events.try_next().await.unwrap().is_none());
    assert!(events.try_next().await.unwrap().is_none(), "it stays at its end");

    let server = Server::start([answer(200, "application/json", r#"[{"text":"whole"}]"#).as_str()]).await;
    let whole = client(&server).chat().create().text("hi").send().await.unwrap();
    assert_eq!((whole[0].text.as_str(), server.one().header("accept")), ("whole", Some("application/json")));
}

#[tokio::test]
async fn events_of_text_of_items_and_of_whole_events() {
    let server = Server::start([stream("data: one\ndata:  two\n\ndata: [DONE]\n\ndata: cut off").as_str()]).await;
    let mut lines = client(&server).log().retrieve().send().await.unwrap();
    let mut all = Vec::new();
    while let Some(line) = lines.try_next().await.unwrap() {
        all.push(line.data);
    }
    assert_eq!(all, ["one\n two", "[DONE]"]);

    let server = Server::start([stream("data: {\"step\":3}\n\n").as_str()]).await;
    let step = client(&server).progress().retrieve().send().await.unwrap().try_next().await.unwrap().unwrap();
    assert_eq!(step.data.step, Some(3));

    let server = Server::start([stream("data: {\"text\":\"t\"}\n\n").as_str()]).await;
    let chunk = client(&server).all().retrieve().send().await.unwrap().try_next().await.unwrap().unwrap();
    assert_eq!(chunk.data.text, "t");
}

#[test]
fn events_without_async() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(Server::start([stream("data: 1\n\n<pause>data: 2\n\n").as_str()]));
    let events = client(&server).log().create().send_blocking().unwrap();
    let data: Vec<String> = events.map(|event| event.unwrap().data).collect();
    assert_eq!(data, ["1", "2"]);
}

#[tokio::test]
async fn what_is_no_stream_of_events() {
    let server = Server::start([answer(200, "application/json", r#"{"oops":1}"#).as_str()]).await;
    let error = client(&server).log().retrieve().send().await.unwrap_err();
    assert_eq!((error.kind(), &error.body()[..]), (ErrorKind::Decode, br#"{"oops":1}"#.as_slice()));
    assert!(error.to_string().contains("application/json, though the document promises text/event-stream"), "{error}");

    let server = Server::start([answer(404, "text/plain", "gone").as_str()]).await;
    assert!(client(&server).log().retrieve().send().await.unwrap_err().is_not_found());

    let broken = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 99\r\n\r\ndata: 1\n\ndata: 2";
    let server = Server::start([broken]).await;
    let mut events = client(&server).log().retrieve().send().await.unwrap();
    assert_eq!(events.try_next().await.unwrap().unwrap().data, "1");
    assert_eq!(events.try_next().await.unwrap_err().kind(), ErrorKind::Interrupted);
    assert!(events.try_next().await.unwrap().is_none());

    let server = Server::start([stream(&format!("data: {}\n\n", "x".repeat(100))).as_str()]).await;
    let client = Client::builder().base_url(&server.url).no_proxy().max_response_size(50).build().unwrap();
    let mut events = client.log().retrieve().send().await.unwrap();
    assert_eq!(events.try_next().await.unwrap_err().kind(), ErrorKind::TooLarge);
}
