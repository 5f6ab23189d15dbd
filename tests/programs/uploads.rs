//! Files, streams and forms of parts, as they go over the wire.

use std::path::PathBuf;

use mini_uploads::types::{Contact, DocumentsCreateMultipartKind as Kind};
use mini_uploads::{Client, ErrorKind, FileUpload};

use crate::support::{NO_CONTENT, Pieces, Server, answer};

fn client(server: &Server) -> Client {
    Client::builder().base_url(&server.url).no_proxy().build().unwrap()
}

fn file(name: &str, content: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

#[tokio::test]
async fn every_kind_of_part() {
    let server = Server::start([NO_CONTENT]).await;
    let (_folder, path) = file("signed \"loa\".pdf", "%PDF-1.4");
    client(&server)
        .documents()
        .create_multipart()
        .file(path)
        .kind(Kind::Loa)
        .pages_(1)
        .pages_(2)
        .signed_at("2024-09-04T00:00:00Z")
        .tags(["a", "b"])
        .thumbnails([FileUpload::bytes("1").file_name("1.png").content_type("image/png"), "2".into()])
        .contact(Contact::builder().email("a@b").build())
        .contacts([Contact::builder().email("c@d").build(), Contact::builder().email("e@f").build()])
        .checksums([1, 2])
        .stamp(vec![b'x'])
        .extra_part("later\r\n", "x")
        .send()
        .await
        .unwrap();
    let received = server.one();
    assert_eq!(received.line, "POST /documents");
    let length: usize = received.header("content-length").unwrap().parse().unwrap();
    assert_eq!(length, received.body.len());
    let parts = received.parts();
    let named = |name: &str| format!("content-disposition: form-data; name=\"{name}\"");
    let typed = |name: &str, media_type: &str| format!("{}\r\ncontent-type: {media_type}", named(name));
    let filed = |name: &str, file: &str, media_type: &str| {
        format!("{}; filename=\"{file}\"\r\ncontent-type: {media_type}", named(name))
    };
    let expected = [
        (filed("file", "signed %22loa%22.pdf", "application/pdf"), "%PDF-1.4"),
        (named("kind"), "loa"),
        (named("pages"), "2"),
        (named("signed_at"), "2024-09-04T00:00:00Z"),
        (named("tags"), "a"),
        (named("tags"), "b"),
        (filed("thumbnails", "1.png", "image/png"), "1"),
        (filed("thumbnails", "thumbnails", "image/png"), "2"),
        (typed("contact", "application/json"), r#"{"email":"a@b"}"#),
        (typed("contacts", "application/json"), r#"{"email":"c@d"}"#),
        (typed("contacts", "application/json"), r#"{"email":"e@f"}"#),
        (typed("checksums", "application/json"), "[1,2]"),
        (filed("stamp", "stamp", "image/png"), "x"),
        (named("later%0D%0A"), "x"),
    ];
    assert_eq!(parts, expected.map(|(head, content)| (head, content.to_owned())));
}

#[tokio::test]
async fn one_call_for_each_media_type() {
    let server = Server::start([NO_CONTENT]).await;
    let client = client(&server);
    client.documents().create().url("u").send().await.unwrap();
    let received = server.one();
    assert_eq!((received.header("content-type"), received.text()), (Some("application/json"), r#"{"url":"u"}"#));

    client.files().update_text("a").overwrite(true).body("é").send().await.unwrap();
    let received = server.one();
    assert_eq!(received.line, "PUT /files/a?overwrite=true");
    assert_eq!((received.header("content-type"), received.text()), (Some("text/plain"), "é"));

    client.files().update("a").overwrite(true).body("1").send().await.unwrap();
    assert_eq!(server.one().header("content-type"), Some("application/octet-stream"));
    let image = FileUpload::bytes("1").content_type("image/png");
    client.files().update("a").overwrite(true).body(image).send().await.unwrap();
    assert_eq!(server.one().header("content-type"), Some("image/png"));

    client.pictures().create().body("1").send().await.unwrap();
    assert_eq!(server.one().header("content-type"), Some("image/png"));
    client.pictures().update().body(FileUpload::bytes("1").content_type("image/avif")).send().await.unwrap();
    assert_eq!(server.one().header("content-type"), Some("image/avif"));
}

#[tokio::test]
async fn forms_of_which_the_document_says_nothing() {
    let server = Server::start([NO_CONTENT]).await;
    let client = client(&server);
    let open = client.forms().open().create().additional_properties("a", vec![b'1']);
    open.additional_properties_value("b", 2).extra_part("c", "3").send().await.unwrap();
    let parts = server.one().parts();
    let heads: Vec<_> = parts.iter().map(|(head, content)| (head.contains("filename"), content.as_str())).collect();
    assert_eq!(heads, [(true, "1"), (false, "2"), (false, "3")]);

    let media_type = "multipart/form-data; boundary=x";
    let written = FileUpload::bytes("--x--\r\n").content_type(media_type);
    client.forms().raw().create().body(written).send().await.unwrap();
    let received = server.one();
    assert_eq!((received.header("content-type"), received.text()), (Some(media_type), "--x--\r\n"));
    client.forms().raw().update().body("1").send().await.unwrap();
    assert_eq!(server.one().header("content-type"), Some("application/octet-stream"));
}

#[tokio::test]
async fn forms_without_parts_and_bodies_that_are_left_out() {
    let server = Server::start([NO_CONTENT]).await;
    let client = client(&server);
    client.anything().create().send().await.unwrap();
    assert!(server.one().parts().is_empty());
    client.anything().create().extra_part("a", "1").extra_part("a", "2").send().await.unwrap();
    assert_eq!(server.one().parts().len(), 1);

    client.files().create("a").send().await.unwrap();
    let received = server.one();
    assert_eq!((received.header("content-length"), received.header("content-type")), (Some("0"), None));
    client.files().create("a").body("note").send().await.unwrap();
    assert_eq!(server.one().text(), "note");

    // Of a form that is one of several, only what all of them require is required.
    client.voices().create().sample("hello").send_(false).send().await.unwrap();
    let parts = server.one().parts();
    assert_eq!(parts.iter().map(|(_, content)| content.as_str()).collect::<Vec<_>>(), ["hello", "false"]);
}

#[tokio::test]
async fn streams_and_their_lengths() {
    let server = Server::start([NO_CONTENT]).await;
    let client = client(&server);
    let pieces = || Pieces(vec![Ok("one "), Ok(""), Ok("two")]);
    let cases = [(FileUpload::stream(pieces()), None), (FileUpload::stream_of(7, pieces()), Some("7"))];
    for (upload, length) in cases {
        client.files().update("a").overwrite(false).body(upload).send().await.unwrap();
        let received = server.one();
        assert_eq!((received.text(), received.header("content-length")), ("one two", length));
    }
    client.voices().create().sample(FileUpload::stream(pieces()).file_name("v.wav")).send().await.unwrap();
    let received = server.one();
    assert_eq!(received.header("transfer-encoding"), Some("chunked"));
    assert_eq!(received.parts()[0].1, "one two");

    // More than one piece of a file, and one that is empty.
    let (_folder, path) = file("large.bin", &"0123456789".repeat(50_000));
    client.files().update("a").overwrite(false).body(path.as_path()).send().await.unwrap();
    let received = server.one();
    assert_eq!((received.body.len(), received.header("content-length")), (500_000, Some("500000")));
    let (_folder, path) = file("empty.bin", "");
    client.files().update("a").overwrite(false).body(path).send().await.unwrap();
    assert_eq!(server.one().header("content-length"), Some("0"));
}

#[tokio::test]
async fn a_file_is_sent_again_and_a_stream_is_not() {
    let busy = answer(503, "text/plain", "busy");
    let (_folder, path) = file("a.bin", "content");
    let server = Server::start([busy.as_str(), NO_CONTENT]).await;
    client(&server).files().update("a").overwrite(false).body(path).send().await.unwrap();
    let received = server.take();
    assert_eq!(received.iter().map(|request| request.text()).collect::<Vec<_>>(), ["content", "content"]);

    let server = Server::start([busy.as_str(), NO_CONTENT]).await;
    let stream = FileUpload::stream_of(3, Pieces(vec![Ok("abc")]));
    let request = client(&server).files().update("a").overwrite(false).body(stream);
    let again = request.clone();
    let error = request.send().await.unwrap_err();
    assert_eq!((error.status(), error.attempts(), &error.body()[..]), (Some(503), 1, b"busy".as_slice()));
    assert!(error.to_string().contains("its body was a stream, which can't be sent again"), "{error}");
    let error = again.send().await.unwrap_err();
    assert!(error.is_file() && !error.may_have_reached_server() && server.take().len() == 1, "{error:?}");
}

#[tokio::test]
async fn a_redirect_takes_a_file_along_and_not_a_stream() {
    let elsewhere = "HTTP/1.1 307 X\r\nconnection: close\r\nlocation: /files/b\r\ncontent-length: 0\r\n\r\n";
    let server = Server::start([elsewhere, NO_CONTENT]).await;
    let (_folder, path) = file("a.bin", "content");
    client(&server).files().update("a").overwrite(false).body(path).send().await.unwrap();
    let received = server.take();
    let lines = received.iter().map(|request| (request.line.as_str(), request.text()));
    assert_eq!(lines.collect::<Vec<_>>(), [("PUT /files/a?overwrite=false", "content"), ("PUT /files/b", "content")]);

    let server = Server::start([elsewhere, NO_CONTENT]).await;
    let stream = FileUpload::stream(Pieces(vec![Ok("abc")]));
    let error = client(&server).files().update("a").overwrite(false).body(stream).send().await.unwrap_err();
    assert!(error.is_redirect() && !error.may_have_been_carried_out(), "{error:?}");
    assert!(error.to_string().contains("the body was a stream, which can't be sent again"), "{error}");
    assert_eq!(server.take().len(), 1);
}

#[tokio::test]
async fn bodies_that_cannot_be_read() {
    let server = Server::start([NO_CONTENT]).await;
    let update = || client(&server).files().update("a").overwrite(false);
    let (_folder, path) = file("a.bin", "content");
    let missing = path.with_file_name("missing");
    let error = update().body(missing).send().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts(), error.may_have_reached_server()), (ErrorKind::File, 0, false));
    assert!(error.to_string().contains("the file can't be read"), "{error}");

    let cases = [
        (FileUpload::stream(Pieces(vec![Ok("a"), Err("the disk is gone")])), "the disk is gone"),
        (FileUpload::stream_of(3, Pieces(vec![Ok("a")])), "it ends 2 bytes too early"),
        (FileUpload::stream_of(3, Pieces(vec![Ok("abcd")])), "there is more of it than was said"),
    ];
    for (upload, why) in cases {
        let error = update().body(upload).send().await.unwrap_err();
        let source = std::error::Error::source(&error).map(ToString::to_string);
        assert_eq!((error.kind(), source.as_deref(), error.attempts()), (ErrorKind::File, Some(why), 1), "{error:?}");
        assert!(error.may_have_been_carried_out(), "{error:?}");
    }
    assert!(server.take().is_empty());
}
