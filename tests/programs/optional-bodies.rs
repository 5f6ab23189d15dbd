//! Bodies that are left out, and bodies that are null, as they go over the wire.

use mini_optional_bodies::types::{Order, SearchesCreateBody};
use mini_optional_bodies::{Call, Client};

use crate::support::{NO_CONTENT, Server};

fn client(server: &Server) -> Client {
    Client::builder().base_url(&server.url).no_proxy().build().unwrap()
}

/// Sends a request and gives its body, `None` if there is none.
async fn body(server: &Server, call: Call<()>) -> Option<String> {
    call.await.unwrap();
    let received = server.one();
    // Without a body, nothing says of which type it is.
    assert_eq!(received.header("content-type").is_some(), !received.body.is_empty(), "{received:?}");
    (!received.body.is_empty()).then(|| received.text().to_owned())
}

#[tokio::test]
async fn bodies_are_left_out_null_or_whole() {
    let server = Server::start([NO_CONTENT]).await;
    let client = client(&server);
    let (searches, orders, tags) = (client.searches(), client.orders(), client.tags());
    let order = || Order::builder().sku("a").count(1).build();
    let table = [
        (searches.create().send(), Some("{}")),
        (searches.create().without_body().send(), None),
        (searches.create().text("a").body_field("more", 1).without_body().send(), None),
        (searches.create().without_body().text("a").send(), Some(r#"{"text":"a"}"#)),
        (searches.create().without_body().body_field("more", 1).send(), Some(r#"{"more":1}"#)),
        (searches.create().without_body().body(SearchesCreateBody::default()).send(), Some("{}")),
        (orders.create().region("r").without_body().send(), None),
        (orders.create().sku("b").without_body().region("r").send(), None),
        (orders.create().sku("a").region("r").count(1).send(), Some(r#"{"sku":"a","count":1}"#)),
        (orders.create().without_body().body(order()).region("r").send(), Some(r#"{"sku":"a","count":1}"#)),
        (orders.replace().null_body().send(), Some("null")),
        (orders.replace().null_body().body(order()).count(2).send(), Some(r#"{"sku":"a","count":2}"#)),
        (orders.update().null_body().send(), Some("null")),
        (orders.update().without_body().send(), None),
        (orders.update().null_body().remark_null().send(), Some(r#"{"remark":null}"#)),
        (tags.create().send(), None),
        (tags.create().null_body().send(), Some("null")),
        (tags.create().body(["a"]).send(), Some(r#"["a"]"#)),
        (tags.update().null_body().send(), Some("null")),
        (client.tokens().create().without_body().send(), None),
        (client.files().create().remark("a").without_body().send(), None),
    ];
    for (index, (call, expected)) in table.into_iter().enumerate() {
        assert_eq!(body(&server, call).await.as_deref(), expected, "row {index}");
    }
}

/// Required members are checked when a call is compiled, which takes all of them for set once there is no body.
#[tokio::test]
async fn no_member_is_sent_without_the_others() {
    let server = Server::start([NO_CONTENT]).await;
    let client = client(&server);
    let calls = [
        client.orders().create().region("r").without_body().sku("a").send(),
        client.orders().create().region("r").without_body().body_field("more", 1).send(),
        client.orders().replace().null_body().remark("a").send(),
        client.tokens().create().without_body().scope("a").send(),
        client.files().create().without_body().remark("a").send(),
        client.files().create().without_body().extra_part("more", "1").send(),
    ];
    for call in calls {
        let error = call.await.unwrap_err();
        assert!(error.is_invalid_request() && error.to_string().contains("the body was left out"), "{error}");
    }
    assert!(server.take().is_empty());
}
