//! Credentials of every kind, as they go over the wire.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mini_security::{Client, ClientBuilder, ClientCredentials, Error, Token, TokenError};

use crate::support::{NO_CONTENT, Received, Server, answer};

const REFUSED: &str = "HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

fn builder(server: &Server) -> ClientBuilder {
    Client::builder().base_url(&server.url).no_proxy().max_retries(0)
}

fn equipped(server: &Server) -> Client {
    let builder = builder(server).bearer("BEARER").basic("user", "pass:wörd").in_header("HEADER").in_query("QUE RY");
    builder.in_cookie("COO;KIE").digest("keyId=1").login("LOGIN").build().unwrap()
}

fn credentials(received: &Received) -> Vec<String> {
    let headers = ["authorization", "x-key", "cookie"].into_iter().filter_map(|name| received.header(name));
    let query = received.line.split_once('?').map(|(_, query)| query);
    headers.chain(query).map(str::to_owned).collect()
}

#[tokio::test]
async fn each_operation_is_sent_what_it_needs_and_nothing_else() {
    let server = Server::start([NO_CONTENT]).await;
    let client = equipped(&server);
    let basic = "Basic dXNlcjpwYXNzOnfDtnJk";
    let cases = [
        (client.usual().retrieve().send(), vec!["Bearer BEARER"]),
        (client.open().retrieve().send(), vec![]),
        (client.optional().retrieve().send(), vec!["Bearer BEARER"]),
        (client.basic().retrieve().send(), vec![basic]),
        (client.header().retrieve().send(), vec!["HEADER"]),
        (client.query().retrieve().send(), vec!["api%20key=QUE%20RY"]),
        (client.cookie().retrieve().send(), vec!["session=COO%3BKIE"]),
        (client.digest().retrieve().send(), vec!["Signature keyId=1"]),
        (client.together().retrieve().send(), vec![basic, "HEADER", "api%20key=QUE%20RY"]),
        (client.either().retrieve().send(), vec!["HEADER", "session=COO%3BKIE"]),
        (client.personal().retrieve().send(), vec!["Bearer LOGIN"]),
    ];
    for (call, expected) in cases {
        call.await.unwrap();
        assert_eq!(credentials(&server.one()), expected);
    }
    let shown = format!("{client:?}");
    for secret in ["BEARER", "wörd", "HEADER", "QUE", "COO", "keyId", "LOGIN"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    // The caller's own header counts more.
    client.usual().retrieve().header("authorization", "Mine").send().await.unwrap();
    assert_eq!(credentials(&server.one()), ["Mine"]);
}

#[tokio::test]
async fn the_first_alternative_that_is_complete_is_taken() {
    let server = Server::start([NO_CONTENT]).await;
    let client = builder(&server).in_header("HEADER").basic("u", "p").build().unwrap();
    client.either().retrieve().send().await.unwrap();
    assert_eq!(credentials(&server.one()), ["Basic dTpw"]);
    client.optional().retrieve().send().await.unwrap();
    assert_eq!(credentials(&server.one()), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_missing_is_told_before_anything_is_sent() {
    let server = Server::start([NO_CONTENT]).await;
    let client = builder(&server).build().unwrap();
    client.open().retrieve().send().await.unwrap();
    assert_eq!(credentials(&server.one()), Vec::<String>::new());
    let error: Error = client.either().retrieve().send().await.unwrap_err();
    assert!(error.is_configuration() && !error.may_have_reached_server(), "{error:?}");
    assert_eq!(
        error.to_string(),
        "GET /either: credentials are missing: give them by `in_header` and `in_cookie`, or `basic`; or use `from_env` and \
         set SAFE_IN_HEADER and SAFE_IN_COOKIE, or SAFE_BASIC_USERNAME and SAFE_BASIC_PASSWORD"
    );
    assert!(server.take().is_empty());
    assert!(builder(&server).bearer(" ").build().unwrap_err().is_configuration());
}

#[tokio::test]
async fn tokens_are_fetched_for_client_credentials() {
    let first = answer(200, "application/json", r#"{"access_token":"T1","token_type":"bearer","expires_in":3600}"#);
    let second = answer(200, "application/json", r#"{"access_token":"T2","token_type":"bearer","expires_in":"3600"}"#);
    let server = Server::start([&first, NO_CONTENT, NO_CONTENT, REFUSED, &second, NO_CONTENT]).await;
    let credentials_ = ClientCredentials::new("my id", "s:crét").scopes(["read", "write"]);
    let client = builder(&server).oauth(credentials_).build().unwrap();
    for _ in 0..3 {
        client.oauth().retrieve().send().await.unwrap();
    }
    let received = server.take();
    let lines: Vec<&str> = received.iter().map(|request| request.line.as_str()).collect();
    let (token, call) = ("POST /oauth/token", "GET /oauth");
    assert_eq!(lines, [token, call, call, call, token, call]);
    assert_eq!(received[0].text(), "grant_type=client_credentials&scope=read%20write");
    assert_eq!(received[0].header("content-type"), Some("application/x-www-form-urlencoded"));
    // "my%20id:s%3Acr%C3%A9t"
    assert_eq!(received[0].header("authorization"), Some("Basic bXklMjBpZDpzJTNBY3IlQzMlQTl0"));
    let sent: Vec<&str> = received
        .iter()
        .filter(|request| request.line == call)
        .filter_map(|request| request.header("authorization"))
        .collect();
    assert_eq!(sent, ["Bearer T1", "Bearer T1", "Bearer T1", "Bearer T2"]);
    let shown = format!("{client:?}");
    assert!(!shown.contains("T2") && !shown.contains("crét"), "{shown}");
}

#[tokio::test]
async fn one_token_is_fetched_however_many_wait_for_it() {
    let token = answer(200, "application/json", r#"<pause>{"access_token":"T1","expires_in":3600}"#);
    let token = token.replace("content-length: ", "x-length: ");
    let server = Server::start([&token, NO_CONTENT]).await;
    let client = builder(&server).oauth(ClientCredentials::new("i", "s")).build().unwrap();
    let calls: Vec<_> = (0..10).map(|_| tokio::spawn(client.oauth().retrieve().send())).collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let received = server.take();
    assert_eq!(received.len(), 11);
    assert_eq!(received.iter().filter(|request| request.line == "POST /oauth/token").count(), 1);
}

#[tokio::test]
async fn a_server_of_tokens_may_refuse_or_fail() {
    let refusal =
        answer(400, "application/json", r#"{"error":"invalid_client","error_description":"s:crét is wrong"}"#);
    let server = Server::start([&refusal]).await;
    let client = builder(&server).oauth(ClientCredentials::new("i", "s:crét")).build().unwrap();
    let error = client.oauth().retrieve().send().await.unwrap_err();
    assert!(error.is_credentials() && !error.may_have_reached_server(), "{error:?}");
    assert!(error.to_string().contains("no token could be fetched: 400 Bad Request: invalid_client"), "{error}");
    assert!(!format!("{error:?}").contains("crét"), "{error:?}");
    assert_eq!(server.take().len(), 1, "a refusal is no reason to try again");

    let failure = answer(503, "text/plain", "later");
    let token = answer(200, "application/json", r#"{"access_token":"T1"}"#);
    let server = Server::start([&failure, &token, NO_CONTENT]).await;
    let client = builder(&server).max_retries(1).oauth(ClientCredentials::new("i", "s")).build().unwrap();
    client.oauth().retrieve().send().await.unwrap();
    assert_eq!(server.take().len(), 3);

    let nonsense = answer(200, "text/html", "<p>Sign in</p>");
    let server = Server::start([&nonsense]).await;
    let client = builder(&server).oauth(ClientCredentials::new("i", "s")).build().unwrap();
    assert!(client.oauth().retrieve().send().await.unwrap_err().is_credentials());
}

/// The secret of a client goes to a safe address or nowhere.
#[tokio::test]
async fn secrets_are_not_sent_in_the_clear() {
    let server = Server::start([NO_CONTENT]).await;
    let credentials = ClientCredentials::new("i", "s").token_url("http://tokens.invalid/token");
    let client = builder(&server).oauth(credentials).build().unwrap();
    let error = client.oauth().retrieve().send().await.unwrap_err();
    assert!(error.is_configuration() && error.to_string().contains("neither https nor this very machine"), "{error:?}");
    assert!(server.take().is_empty());

    let client = builder(&server).oauth(ClientCredentials::new("i", "s").token_url("")).build().unwrap();
    let error = client.oauth().retrieve().send().await.unwrap_err();
    assert!(error.is_configuration() && error.to_string().contains("`ClientCredentials::token_url`"), "{error:?}");
    assert!(server.take().is_empty());
}

#[tokio::test]
async fn a_provider_serves_any_scheme() {
    let server = Server::start([NO_CONTENT]).await;
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let provider = move || {
        let number = counter.fetch_add(1, Ordering::SeqCst);
        async move { Ok::<_, TokenError>(Token::new(format!("signed-{number}")).expires_in(Duration::ZERO)) }
    };
    let client = builder(&server).digest_provider(provider).build().unwrap();
    for number in 0..2 {
        client.digest().retrieve().send().await.unwrap();
        assert_eq!(credentials(&server.one()), [format!("Signature signed-{number}")]);
    }
    assert_eq!(count.load(Ordering::SeqCst), 2);
}
