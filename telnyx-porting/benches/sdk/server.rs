//! The other end, in a process of its own so that its CPU time is not counted.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use axum::Router;
use axum::extract::Query;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use serde::Deserialize;

use crate::Result;
use crate::list::{ITEMS, PAGE_SIZE};

/// A small answer.
const ORDER: &str = r#"{"data":{"id":"f1486bae-f067-460c-ad43-73a92848f902","status":{"value":"draft","details":[]},"customer_reference":"Acct 123abc","support_key":"sr_123abc","created_at":"2021-03-19T10:07:15.527000Z"}}"#;

/// The server, until it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) base_url: String,
}

impl Server {
    pub(crate) fn start() -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?).arg("serve").stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().ok_or("the server says nothing")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        Ok(Self { child, base_url: format!("http://{}/v2", line.trim()) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It holds nothing that could be lost.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[derive(Deserialize)]
struct Page {
    #[serde(rename = "page[number]", default = "first")]
    number: usize,
}

fn first() -> usize {
    1
}

pub(crate) fn serve() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let json = |body: String| ([(CONTENT_TYPE, "application/json")], body).into_response();
        let items = items();
        let routes = Router::new().route("/v2/porting_orders/{id}", get(move || async move { json(ORDER.to_owned()) })).route(
            "/v2/porting_phone_numbers",
            get(move |Query(Page { number }): Query<Page>| async move {
                let pages = ITEMS.div_ceil(PAGE_SIZE);
                // Each page differs from the last, as those of a real list do.
                json(format!(
                    r#"{{"data":[{{"support_key":"page {number}"}}{items}],"meta":{{"page_number":{number},"page_size":{PAGE_SIZE},"total_pages":{pages},"total_results":{ITEMS}}}}}"#,
                ))
            }),
        );
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        axum::serve(listener, routes).await?;
        Ok(())
    })
}

/// All items of a page but the first.
fn items() -> &'static str {
    const ITEM: &str = r#",{"phone_number":"+13035550987","phone_number_type":"local","porting_order_id":"f1486bae-f067-460c-ad43-73a92848f902","porting_order_status":"ported","support_key":"sr_a12345","activation_status":"Active","portability_status":"confirmed","requirements_status":"approved","record_type":"porting_phone_number"}"#;
    Box::leak(ITEM.repeat(PAGE_SIZE - 1).into_boxed_str())
}
