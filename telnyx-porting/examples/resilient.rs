//! What happens on a bad day, and what to do about it: repetition, waits that the server asks for, deadlines, and errors
//! that tell whether a request may have been carried out.
//!
//! ```sh
//! cargo run -p telnyx-porting --features testing --example resilient
//! ```
//!
//! The bad day is a script: a transport of the feature `testing` in place of a network. Tests of your own code can be
//! written the same way.

use std::error::Error;
use std::time::{Duration, Instant};

use serde_json::json;
use telnyx_porting::testing::{MockReply, MockTransport};
use telnyx_porting::types::PortingOrderFilter;
use telnyx_porting::{Client, Method, RetryPolicy, TransportErrorKind};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    let mock = MockTransport::new();
    let client = mock
        .client_builder()
        // For each attempt, and for all attempts together with the waits between them.
        .timeout(Duration::from_millis(200))
        .deadline(Duration::from_secs(2))
        // Three repetitions; the first after 10 ms. The usual half second would make a boring example.
        .retry_policy(RetryPolicy::new().max_retries(3).delays(Duration::from_millis(10), Duration::from_millis(50)))
        .build()?;

    reads_are_repeated(&client, &mock).await?;
    waits_that_the_server_asks_for(&client, &mock).await?;
    a_deadline_is_kept(&client, &mock).await?;
    orders_are_not_doubled(&client, &mock).await?;
    mock.assert_done();
    Ok(())
}

/// What only reads is sent again after a broken connection and after the server's own failures.
async fn reads_are_repeated(client: &Client, mock: &MockTransport) -> Result<()> {
    let order = json!({"data": {"id": "o-1", "status": {"value": "ported"}}});
    mock.on(Method::Get, "/porting_orders/{id}")
        .reply_error(TransportErrorKind::Interrupted)
        .reply(503, json!({}))
        .reply(200, order);
    let response = client.porting_orders().retrieve("o-1").send_raw().await?;
    println!("read at attempt {}", response.attempts());
    Ok(())
}

/// 429 says when to come again, and is waited for.
async fn waits_that_the_server_asks_for(client: &Client, mock: &MockTransport) -> Result<()> {
    let busy = MockReply::new(429).header("retry-after-ms", "100").json(json!({}));
    mock.on(Method::Get, "/porting_orders")
        .reply_with(busy)
        .reply(200, json!({"data": [], "meta": {"total_pages": 0}}));
    let start = Instant::now();
    client.porting_orders().list().send().await?;
    println!("listed after {} ms", start.elapsed().as_millis().max(100) / 100 * 100);
    Ok(())
}

/// However slow the server, a call ends when it has to.
async fn a_deadline_is_kept(client: &Client, mock: &MockTransport) -> Result<()> {
    mock.on(Method::Get, "/porting_orders/{id}").reply_with(MockReply::never()).always();
    let result = client.porting_orders().retrieve("o-2").deadline(Duration::from_millis(300)).send().await;
    match result {
        Err(error) if error.is_timeout() => println!("given up after {} attempt(s): {error}", error.attempts()),
        Err(error) => return Err(error.into()),
        Ok(_) => return Err("an answer out of nothing".into()),
    }
    Ok(())
}

/// What creates something is not sent again when nobody knows whether it was carried out. Look first.
async fn orders_are_not_doubled(client: &Client, mock: &MockTransport) -> Result<()> {
    let opened = json!({"id": "o-3", "customer_reference": "A-17"});
    // The connection breaks after the request has gone out. The order exists all the same.
    mock.on(Method::Post, "/porting_orders").reply_error(TransportErrorKind::Interrupted);
    mock.on(Method::Get, "/porting_orders").reply(200, json!({"data": [opened], "meta": {"total_pages": 1}}));

    let id = open_once(client, "A-17", &["+13035550100"]).await?;
    println!("the order is {id}, and there is one");
    Ok(())
}

/// Opens an order unless there is one of this reference.
async fn open_once(client: &Client, reference: &str, numbers: &[&str]) -> Result<String> {
    let orders = client.porting_orders();
    let result = orders.create().phone_numbers(numbers.iter().copied()).customer_reference(reference).send().await;
    let opened = match result {
        Ok(opened) => opened.into_iter().next(),
        Err(error) if error.may_have_been_carried_out() => {
            println!("not certain, so look: {error}");
            let same = PortingOrderFilter::builder().customer_reference(reference).build();
            orders.list().filter(same).items().try_next().await?
        }
        // Surely not carried out: the caller may correct it, or try again.
        Err(error) => return Err(error.into()),
    };
    opened.and_then(|order| order.id).ok_or_else(|| "no order was opened; try again".into())
}
