//! Parts of several media types, files or values, and parts without a setter, as they go over the wire.

use mini_parts_more::types::{Metadata, Origin};
use mini_parts_more::{Client, FileUpload};

use crate::support::{NO_CONTENT, Server};

fn client(server: &Server) -> Client {
    Client::builder().base_url(&server.url).no_proxy().build().unwrap()
}

fn named(name: &str) -> String {
    format!("content-disposition: form-data; name=\"{name}\"")
}

fn typed(name: &str, media_type: &str) -> String {
    format!("{}\r\ncontent-type: {media_type}", named(name))
}

fn file(name: &str, media_type: &str) -> String {
    format!("{}; filename=\"{name}\"\r\ncontent-type: {media_type}", named(name))
}

#[tokio::test]
async fn every_part_is_what_it_says_to_be() {
    let server = Server::start([NO_CONTENT]).await;
    let metadata = || Metadata::builder().title("t").build();
    let create = || client(&server).images().create();
    create()
        .image(vec![b'i'])
        .masks(["1", "2"])
        .icon(vec![b'x'])
        .origin(vec![b'o'])
        .scan(FileUpload::bytes("s").content_type("image/jpeg"))
        .preview(vec![b'p'])
        .metadata("<title>t</title>")
        .notes(["<title>n</title>"])
        .model(vec![b'm'])
        .settings(metadata())
        .anything("a,b")
        .line("{}\n")
        .lines(["{}\n"])
        .send()
        .await
        .unwrap();
    let expected = [
        (file("image", "application/octet-stream"), "i"),
        (file("masks", "application/octet-stream"), "1"),
        (file("masks", "application/octet-stream"), "2"),
        (file("icon", "application/octet-stream"), "x"),
        (file("origin", "application/octet-stream"), "o"),
        (file("scan", "image/jpeg"), "s"),
        (file("preview", "image/webp"), "p"),
        (typed("metadata", "application/xml"), "<title>t</title>"),
        (typed("notes", "application/xml"), "<title>n</title>"),
        (file("model", "application/x-protobuf"), "m"),
        (typed("settings", "application/json"), r#"{"title":"t"}"#),
        (typed("anything", "text/csv"), "a,b"),
        (typed("line", "application/jsonl"), "{}\n"),
        (typed("lines", "application/x-ndjson"), "{}\n"),
    ];
    assert_eq!(server.one().parts(), expected.map(|(head, content)| (head, content.to_owned())));

    // Values in place of files, and the type of a file that does not say its own.
    let origin = Origin::builder().place("here").build();
    create()
        .image_value("https://example.com/i.png")
        .origin_value(origin)
        .scan(vec![b's'])
        .photos_value(["u", "v"])
        .send()
        .await
        .unwrap();
    let expected = [
        (named("image"), "https://example.com/i.png"),
        (typed("origin", "application/json"), r#"{"place":"here"}"#),
        (file("scan", "image/png"), "s"),
        (named("photos"), "u"),
        (named("photos"), "v"),
    ];
    assert_eq!(server.one().parts(), expected.map(|(head, content)| (head, content.to_owned())));
}

#[tokio::test]
async fn files_and_values_however_they_are_described() {
    let server = Server::start([NO_CONTENT]).await;
    let create = || client(&server).pictures().create();
    create().described(vec![b'd']).scans(["1", "2"]).one_or_more(["3", "4"]).around(vec![b'a']).send().await.unwrap();
    let expected = [
        (file("described", "application/octet-stream"), "d"),
        (file("scans", "application/octet-stream"), "1"),
        (file("scans", "application/octet-stream"), "2"),
        (file("one_or_more", "application/octet-stream"), "3"),
        (file("one_or_more", "application/octet-stream"), "4"),
        (file("around", "application/octet-stream"), "a"),
    ];
    assert_eq!(server.one().parts(), expected.map(|(head, content)| (head, content.to_owned())));

    let origin = Origin::builder().place("here").build();
    create()
        .described_value("u")
        .one_or_more_value(["v", "w"])
        .more_or_one_value([origin])
        .around_value(1)
        .send()
        .await
        .unwrap();
    let expected = [
        (named("described"), "u"),
        (named("one_or_more"), "v"),
        (named("one_or_more"), "w"),
        (typed("more_or_one", "application/json"), r#"{"place":"here"}"#),
        (named("around"), "1"),
    ];
    assert_eq!(server.one().parts(), expected.map(|(head, content)| (head, content.to_owned())));
}

#[tokio::test]
async fn files_and_values_have_the_media_types_of_their_schemas() {
    let server = Server::start([NO_CONTENT]).await;
    let create = || client(&server).contents().create();
    create()
        .image(vec![b'i'])
        .images(["1"])
        .either(vec![b'e'])
        .encoded("AA==")
        .page("<p>")
        .json("{}")
        .height(vec![b'h'])
        .table(vec![b't'])
        .overruled(vec![b'o'])
        .photo(FileUpload::bytes("p").content_type("image/avif"))
        .send()
        .await
        .unwrap();
    let expected = [
        (file("image", "image/png"), "i"),
        (file("images", "image/png"), "1"),
        (file("either", "image/png"), "e"),
        (typed("encoded", "image/png"), "AA=="),
        (typed("page", "text/html"), "<p>"),
        (named("json"), "{}"),
        (file("height", "application/octet-stream"), "h"),
        (file("table", "text/csv"), "t"),
        (file("overruled", "image/webp"), "o"),
        (file("photo", "image/avif"), "p"),
    ];
    assert_eq!(server.one().parts(), expected.map(|(head, content)| (head, content.to_owned())));

    let table = Metadata::builder().title("t").build();
    create().height_value(1).heights_value([2, 3]).table_value(table).send().await.unwrap();
    let expected = [
        (typed("height", "application/json"), "1"),
        (typed("heights", "application/json"), "2"),
        (typed("heights", "application/json"), "3"),
        (typed("table", "application/json"), r#"{"title":"t"}"#),
    ];
    assert_eq!(server.one().parts(), expected.map(|(head, content)| (head, content.to_owned())));
}

#[tokio::test]
async fn members_and_parts_that_have_no_setter() {
    let server = Server::start([NO_CONTENT]).await;
    let client = client(&server);
    let create = client.files().create().remark("r").additional_properties("a", vec![b'1']);
    create.additional_properties("b", FileUpload::bytes("2").file_name("b.txt")).send().await.unwrap();
    let other = file("b.txt", "application/octet-stream").replace("name=\"b.txt\";", "name=\"b\";");
    let expected = [(named("remark"), "r"), (file("a", "application/octet-stream"), "1"), (other, "2")];
    assert_eq!(server.one().parts(), expected.map(|(head, content)| (head, content.to_owned())));

    let replace = client.files().replace().additional_properties("f").additional_properties2("a", vec![b'1']);
    replace.additional_properties2_value("b", "u").send().await.unwrap();
    let first = (named("additional_properties"), "f");
    let expected = [first, (file("a", "application/octet-stream"), "1"), (named("b"), "u")];
    assert_eq!(server.one().parts(), expected.map(|(head, content)| (head, content.to_owned())));

    client.labels().create().additional_properties("a", 1).send().await.unwrap();
    assert_eq!(server.one().parts(), [(named("a"), "1".to_owned())]);
    client.labels().create_form().key("k").additional_properties("a", 1).send().await.unwrap();
    assert_eq!(server.one().text(), "a=1&key=k");
}
