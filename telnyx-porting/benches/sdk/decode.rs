//! A page of 250 full orders, 1 MB: from bytes to values.

use bytes::Bytes;
use serde_json::Value;
use telnyx_porting::{
    Body, BoxFuture, Client, Headers, Transport, TransportError, TransportRequest, TransportResponse,
};

use crate::Result;
use crate::by_hand;
use crate::line::Line;
use crate::measure::{timed, turns};

const ORDERS: usize = 250;
const ROUNDS: usize = 60;

/// Answers every request with the page, without any network.
#[derive(Debug)]
struct Canned(Bytes);

impl Transport for Canned {
    fn send(&self, _: TransportRequest) -> BoxFuture<'_, std::result::Result<TransportResponse, TransportError>> {
        let headers = Headers::from_iter([("content-type", "application/json")]);
        let response = TransportResponse::new(200, headers, Body::from(self.0.clone()));
        Box::pin(std::future::ready(Ok(response)))
    }
}

pub(crate) fn run() -> Result<Vec<Line>> {
    let page = page()?;
    let size = page.len();
    let client = Client::builder().api_key("key").transport(Canned(page.clone())).build()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ours = || {
        timed(|| {
            let page = runtime.block_on(async { client.porting_orders().list().send().await })?;
            held(page.items.len())
        })
    };
    let by_hand = || timed(|| held(serde_json::from_slice::<by_hand::Page>(&page)?.data.len()));
    let value = || {
        timed(|| {
            let value: Value = serde_json::from_slice(&page)?;
            held(value.pointer("/data").and_then(Value::as_array).map_or(0, Vec::len))
        })
    };
    let (seconds, _, to_hand) = turns(ROUNDS, ours, by_hand)?;
    let (_, _, to_value) = turns(ROUNDS, ours, value)?;
    let megabytes = f64::from(u32::try_from(size)?) / 1e6;
    Ok(vec![
        Line::plain(format!("a page of {ORDERS} full orders ({megabytes:.2} MB)"), seconds * 1e3, "ms"),
        Line::ratio("the call that gives it, without network", to_hand, "serde structs written by hand", Some(1.10)),
        Line::ratio("the same", to_value, "serde_json::Value", Some(1.0)),
    ])
}

/// Keeps the compiler from leaving out what nobody uses.
fn held(count: usize) -> Result<()> {
    if std::hint::black_box(count) == ORDERS { Ok(()) } else { Err("the page was not read whole".into()) }
}

/// An order with several numbers and requirements, many times.
fn page() -> Result<Bytes> {
    let mut order: Value = serde_json::from_str(include_str!("order.json"))?;
    for (member, count) in [("/phone_numbers", 5), ("/requirements", 3)] {
        let list = order.pointer_mut(member).and_then(Value::as_array_mut).ok_or("the order lacks a list")?;
        let first = list.first().cloned().ok_or("the order's list is empty")?;
        list.resize(count, first);
    }
    let meta = serde_json::json!({"page_number": 1, "page_size": ORDERS, "total_pages": 1, "total_results": ORDERS});
    let page = serde_json::json!({"data": vec![order; ORDERS], "meta": meta});
    Ok(serde_json::to_vec(&page)?.into())
}
