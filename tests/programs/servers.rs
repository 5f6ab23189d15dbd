//! Where requests go: to the API's server, to that of the operation, to the caller's.

use mini_servers::servers::{Region, Server as Choice};
use mini_servers::testing::MockTransport;
use mini_servers::{Client, ClientBuilder};

use crate::support::{NO_CONTENT, Server};

/// A client whose requests end here.
fn mocked(change: impl Fn(ClientBuilder) -> ClientBuilder) -> (MockTransport, Client) {
    let mock = MockTransport::new();
    let _ = mock.on_any().reply_status(204).always();
    let client = change(Client::builder().api_key("KEY").transport(mock.clone())).build().unwrap();
    (mock, client)
}

fn last_url(mock: &MockTransport) -> String {
    mock.requests().last().unwrap().url.clone()
}

#[tokio::test]
async fn an_operation_goes_to_its_own_server() {
    let (mock, client) = mocked(|builder| builder);
    client.usual().retrieve().send().await.unwrap();
    assert_eq!(last_url(&mock), "https://eu.example.com:8443/v1/usual");
    client.files().list().send().await.unwrap();
    assert_eq!(last_url(&mock), "https://files.example.com/v1/files");
    client.files().update().send().await.unwrap();
    assert_eq!(last_url(&mock), "https://upload.example.com/files");
    client.relative().retrieve().send().await.unwrap();
    assert_eq!(last_url(&mock), "https://eu.example.com:8443/v9/relative");
    let keys: Vec<_> =
        mock.requests().iter().map(|request| request.headers.get("authorization").map(str::to_owned)).collect();
    assert_eq!(keys, vec![Some("Bearer KEY".to_owned()); 4], "they are the document's own servers");
}

#[tokio::test]
async fn the_key_is_not_sent_in_the_clear() {
    let (mock, client) = mocked(|builder| builder);
    let error = client.plain().retrieve().send().await.unwrap_err();
    assert!(error.is_invalid_request() && error.to_string().contains("unencrypted"), "{error}");
    assert!(mock.requests().is_empty());
}

/// What stands in for the API, such as a server of tests, stands in for all of it.
#[tokio::test]
async fn a_base_url_of_the_caller_holds_for_every_operation() {
    let server = Server::start([NO_CONTENT]).await;
    let client = Client::builder().api_key("KEY").base_url(format!("{}/base", server.url)).no_proxy().build().unwrap();
    client.usual().retrieve().send().await.unwrap();
    client.files().list().send().await.unwrap();
    client.files().update().send().await.unwrap();
    let lines: Vec<String> = server.take().into_iter().map(|request| request.line).collect();
    assert_eq!(lines, ["GET /base/usual", "GET /base/files", "PUT /base/files"]);
}

#[tokio::test]
async fn servers_are_chosen_by_name() {
    let cases = [
        (Choice::production(Region::default(), "8443", "v1"), "https://eu.example.com:8443/v1"),
        (Choice::production(Region::Us, "443", "v2"), "https://us.example.com:443/v2"),
        (Choice::sandbox(), "https://sandbox.example.com/v1"),
        (Choice::server_4(), "https://example.org/v1"),
    ];
    for (choice, expected) in cases {
        assert_eq!(choice.url(), expected);
        let (mock, client) = mocked(|builder| builder.base_url(choice.clone()));
        client.usual().retrieve().send().await.unwrap();
        assert_eq!(last_url(&mock), format!("{expected}/usual").replace(":443", ""));
    }
    // A variable can't lead elsewhere.
    let choice = Choice::production(Region::Eu, "1@evil.test/", "v1");
    assert!(Client::builder().api_key("KEY").base_url(choice).build().unwrap_err().is_configuration());
}
