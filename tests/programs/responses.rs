//! Successes and errors by status, headers, and bodies that are no JSON, as they come over the wire.

use mini_responses::resources::jobs::{JobsCreateError, JobsCreateHeaders, JobsCreateResponse, JobsHeadHeaders};
use mini_responses::types::MissingModel;
use mini_responses::{Client, Error, Result};

use crate::support::{NO_CONTENT, Server, answer};

fn client(server: &Server) -> Client {
    Client::builder().base_url(&server.url).no_proxy().max_retries(0).build().unwrap()
}

async fn create(answer: &str) -> Result<JobsCreateResponse> {
    let server = Server::start([answer]).await;
    let result = client(&server).jobs().create().name("n").send().await;
    assert_eq!(server.one().header("accept"), Some("application/json, text/csv, application/pdf"));
    result
}

#[tokio::test]
async fn a_type_for_each_success() {
    let json = |status: u16, body: &str| answer(status, "application/json", body);
    let given = create(&json(200, r#"{"id":"1"}"#)).await.unwrap();
    assert!(matches!(given, JobsCreateResponse::Ok(job) if job.id == "1"));
    let given = create(&json(201, r#"{"id":"2"}"#)).await.unwrap();
    assert!(matches!(given, JobsCreateResponse::Created(job) if job.id == "2"));
    let given = create(&json(202, r#"{"queue":3}"#)).await.unwrap();
    assert!(matches!(given, JobsCreateResponse::Accepted(soon) if soon.queue == Some(3)));
    assert!(matches!(create(NO_CONTENT).await.unwrap(), JobsCreateResponse::NoContent));
    let given = create(&answer(206, "text/csv", "a,b")).await.unwrap();
    assert!(matches!(given, JobsCreateResponse::PartialContent(text) if text == "a,b"));
    let given = create(&answer(226, "application/pdf", "%PDF")).await.unwrap();
    assert!(matches!(given, JobsCreateResponse::Success(bytes) if &bytes[..] == b"%PDF"));
    // What does not fit its status is an error that keeps the bytes.
    let error = create(&json(202, "[]")).await.unwrap_err();
    assert_eq!((error.is_decode(), error.status(), &error.body()[..]), (true, Some(202), b"[]".as_slice()));
}

async fn refusal(answer: &str) -> Error {
    create(answer).await.unwrap_err()
}

/// Seen in other generators: a 404 decoded as the 400 type.
#[tokio::test]
async fn a_404_is_not_decoded_as_the_400_type() {
    let error = refusal(&answer(400, "application/problem+json", r#"{"title":"t","what":"w","other":"o"}"#)).await;
    assert!(matches!(JobsCreateError::try_from(&error).unwrap(), JobsCreateError::BadRequest(it) if it.title == "t"));
    let error = refusal(&answer(404, "application/json", r#"{"title":"t","what":"w","other":"o"}"#)).await;
    assert!(matches!(JobsCreateError::try_from(&error).unwrap(), JobsCreateError::NotFound(it) if it.what == "w"));
    assert_eq!(error.json::<MissingModel>().unwrap().what, "w");
    let error = refusal(&answer(409, "application/json", r#"{"title":"t","other":"o"}"#)).await;
    assert!(matches!(JobsCreateError::try_from(&error).unwrap(), JobsCreateError::Conflict(it) if it.other == "o"));
    let error = refusal(&answer(451, "application/json", r#"{"title":"t"}"#)).await;
    assert!(matches!(JobsCreateError::try_from(&error).unwrap(), JobsCreateError::ClientError(it) if it.title == "t"));

    // A body of another status's type does not fit.
    let error = refusal(&answer(404, "application/json", r#"{"title":"t"}"#)).await;
    let fault = JobsCreateError::try_from(&error).unwrap_err();
    assert!(fault.is_decode() && fault.to_string().contains("missing field `what`"), "{fault}");
    assert_eq!((fault.status(), &fault.body()[..]), (Some(404), br#"{"title":"t"}"#.as_slice()));
    assert!(!fault.may_have_been_carried_out(), "{fault:?}");
}

/// Seen in other generators: the body of an error status without schema lost.
#[tokio::test]
async fn the_body_of_an_error_without_schema_is_kept() {
    let cases = [(418, "text/plain", "short and stout"), (503, "text/html", "<h1>Busy</h1>"), (555, "a/b", "\u{1}")];
    for (status, media_type, body) in cases {
        let error = refusal(&answer(status, media_type, body)).await;
        assert_eq!((error.status(), &error.body()[..]), (Some(status), body.as_bytes()), "{error:?}");
        let view = JobsCreateError::try_from(&error).unwrap();
        match status {
            418 => assert!(matches!(view, JobsCreateError::ImATeapot), "{view:?}"),
            503 => assert!(matches!(view, JobsCreateError::ServiceUnavailable), "{view:?}"),
            _ => assert!(matches!(view, JobsCreateError::Other), "{view:?}"),
        }
    }
    let client = Client::builder().base_url("http://127.0.0.1:9").no_proxy().max_retries(0).build().unwrap();
    let error = client.jobs().create().name("n").send().await.unwrap_err();
    let fault = JobsCreateError::try_from(&error).unwrap_err();
    assert!(fault.is_decode() && fault.to_string().contains("no answer to be decoded"), "{fault}");
    assert!(!fault.may_have_reached_server(), "{fault:?}");
}

/// Seen in other generators: PDF operations decoded as JSON.
#[tokio::test]
async fn a_pdf_is_not_decoded_as_json() {
    let server = Server::start([answer(200, "application/pdf", "%PDF-1.4\u{0}").as_str()]).await;
    let client = client(&server);
    let bytes = client.jobs().retrieve_report("1").send().await.unwrap();
    assert_eq!(&bytes[..], b"%PDF-1.4\0");
    assert_eq!(server.one().header("accept"), Some("application/pdf"));
    let bytes = client.jobs().list().send_pdf().await.unwrap();
    assert_eq!(&bytes[..], b"%PDF-1.4\0");
    assert_eq!(server.one().header("accept"), Some("application/pdf"));
}

#[tokio::test]
async fn a_file_of_any_media_type_or_of_one() {
    let server = Server::start([answer(200, "image/jpeg", "\u{1}").as_str()]).await;
    let client = client(&server);
    let picture = || client.jobs().retrieve_picture("1");
    let response = picture().send_raw().await.unwrap();
    assert_eq!(response.headers().get("content-type"), Some("image/jpeg"));
    assert_eq!(server.one().header("accept"), Some("image/png, image/jpeg"));
    assert_eq!(&picture().send_jpeg().await.unwrap()[..], b"\x01");
    assert_eq!(server.one().header("accept"), Some("image/jpeg"));
    assert_eq!(&picture().send_png().await.unwrap()[..], b"\x01");
    assert_eq!(server.one().header("accept"), Some("image/png"));
}

#[tokio::test]
async fn every_media_type_is_asked_for_by_its_name() {
    let body = r#"{"_embedded":[{"id":"1"}]}"#;
    let server = Server::start([answer(200, "application/hal+json", body).as_str()]).await;
    let listed = client(&server).jobs().list().send_hal_json().await.unwrap();
    assert_eq!(listed.embedded.unwrap()[0].id, "1");
    assert_eq!(server.one().header("accept"), Some("application/hal+json"));

    let server = Server::start([answer(200, "text/csv", "id\n1").as_str()]).await;
    assert_eq!(client(&server).jobs().list().send_csv().await.unwrap(), "id\n1");
    assert_eq!(server.one().header("accept"), Some("text/csv"));

    // The default response is the success where there is no other.
    let server = Server::start([answer(200, "application/vnd.example+json", r#"{"id":"1"}"#).as_str()]).await;
    assert_eq!(client(&server).jobs().retrieve("1").send().await.unwrap().id, "1");
    assert_eq!(server.one().header("accept"), Some("application/vnd.example+json"));
}

#[tokio::test]
async fn headers_of_successes_and_errors() {
    let with = |status: u16, headers: &str| {
        answer(status, "application/json", r#"{"id":"1"}"#).replacen("\r\n", &format!("\r\n{headers}\r\n"), 1)
    };
    let server = Server::start([with(200, "x-rate-limit: 7\r\nX-Tags: a, b\r\nx-tags: c").as_str()]).await;
    let response = client(&server).jobs().create().name("n").send_raw().await.unwrap();
    let headers = JobsCreateHeaders::try_from(response.headers()).unwrap();
    assert_eq!((headers.x_rate_limit, headers.retry_after), (Some(7), None));
    assert_eq!(headers.x_tags.unwrap(), ["a", "b", "c"]);

    let error = refusal(&with(404, "retry-after: 30")).await;
    assert_eq!(JobsCreateHeaders::try_from(error.headers()).unwrap().retry_after, Some(30));
    let error = refusal(&with(404, "retry-after: soon")).await;
    let fault = JobsCreateHeaders::try_from(error.headers()).unwrap_err();
    assert_eq!(fault.to_string(), "the header `Retry-After` is not what the document promises");

    // The answer to HEAD has the length of a body that does not come.
    let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 10\r\nx-count: 12\r\n\r\n";
    let server = Server::start([head]).await;
    client(&server).jobs().head().send().await.unwrap();
    let response = client(&server).jobs().head().send_raw().await.unwrap();
    assert_eq!(JobsHeadHeaders::try_from(response.headers()).unwrap().x_count, Some(12));
}
