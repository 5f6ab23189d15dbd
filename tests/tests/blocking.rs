//! The blocking ways to send a request, through real operations: in a plain thread, and inside of a runtime.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "clippy takes only functions marked as tests for tests"
)]

use std::io::Read;
use std::sync::Arc;

use serde_json::json;
use telnyx_porting::{
    Client, ErrorKind, Method,
    testing::{MockReply, MockTransport},
};
use tests::fault::{Act, Door, Pace, Script, Server};

const PDF: &str = "%PDF-1.7 a letter of authorization";

/// What every test does, wherever it is: all there is, with a server in memory.
fn all_ways() {
    let mock = MockTransport::new();
    let order = |id: &str| json!({"id": id});
    let page = |items: &[&str], number: u32| {
        let data: Vec<_> = items.iter().map(|id| order(id)).collect();
        json!({"data": data, "meta": {"page_number": number, "total_pages": 2}})
    };
    let lists = mock.on(Method::Get, "/porting_orders");
    let _ = (0..2).fold(lists, |lists, _| lists.reply(200, page(&["a", "b"], 1)).reply(200, page(&["c"], 2)));
    mock.on(Method::Get, "/porting_orders/o-1").reply(200, json!({"data": order("o-1")})).reply(404, json!({}));
    let pdf = MockReply::new(200).body("application/pdf", PDF);
    mock.on(Method::Get, "/porting_orders/o-1/loa_template").reply_with(pdf).times(3);
    let client = mock.client();
    let orders = client.porting_orders();

    let got = orders.retrieve("o-1").send_blocking().unwrap();
    assert_eq!(got.data.unwrap().id.as_deref(), Some("o-1"));
    assert!(orders.retrieve("o-1").send_blocking().unwrap_err().is_not_found());

    let items: Vec<_> = orders.list().items_blocking().map(|order| order.unwrap().id.unwrap()).collect();
    assert_eq!(items, ["a", "b", "c"]);
    let sizes: Vec<_> = orders.list().pages_blocking().map(|page| page.unwrap().items.len()).collect();
    assert_eq!(sizes, [2, 1]);

    assert_eq!(&orders.retrieve_loa_template("o-1").send_blocking().unwrap()[..], PDF.as_bytes());
    let mut text = String::new();
    let mut download = orders.retrieve_loa_template("o-1").send_stream_blocking().unwrap();
    assert_eq!(download.read_to_string(&mut text).unwrap(), PDF.len());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("loa.pdf");
    let saved = orders.retrieve_loa_template("o-1").save_to_blocking(&path).unwrap();
    assert_eq!((saved.size(), text.as_str()), (PDF.len() as u64, PDF));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), PDF);
    mock.assert_done();
}

#[test]
fn in_a_plain_thread() {
    all_ways();
}

#[tokio::test]
async fn in_a_runtime_of_one_thread() {
    all_ways();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_runtime_of_more_threads() {
    let workers: Vec<_> = (0..4).map(|_| tokio::spawn(async { all_ways() })).collect();
    for worker in workers {
        worker.await.unwrap();
    }
    tokio::task::spawn_blocking(all_ways).await.unwrap();
}

/// A download over a socket that is cut short leaves no file, and the reader is told.
#[test]
fn what_is_cut_short_is_an_error() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let cut = || Act::file("application/pdf", PDF).pace(Pace::CutAfter(8));
    let script = Arc::new(Script::new([cut(), cut()], cut(), ""));
    let server = runtime.block_on(Server::start(script, Door::Open)).unwrap();
    let builder = Client::builder().api_key("KEY-test").base_url(format!("{}/v2", server.origin())).max_retries(0);
    let client = builder.build().unwrap();
    let request = || client.porting_orders().retrieve_loa_template("o-1");

    let folder = tempfile::tempdir().unwrap();
    let error = request().save_to_blocking(folder.path().join("loa.pdf")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted, "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);

    let mut got = Vec::new();
    let error = request().send_stream_blocking().unwrap().read_to_end(&mut got).unwrap_err();
    let error = error.into_inner().unwrap().downcast::<telnyx_porting::Error>().unwrap();
    assert_eq!((error.kind(), got.as_slice()), (ErrorKind::Interrupted, b"%PDF-1.7".as_slice()), "{error}");
}
