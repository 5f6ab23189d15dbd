//! A tour of the SDK: check phone numbers, port them, walk a list, download a file, meet an error.
//!
//! ```sh
//! cargo run -p telnyx-porting --example quickstart
//! ```
//!
//! It needs neither an account nor a network: a server on this machine speaks for the API. With both `TELNYX_API_KEY`
//! and `TELNYX_BASE_URL` set it talks to that host instead, and only reads.

mod support;

use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::fs;

use telnyx_porting::Client;
use telnyx_porting::types::{
    PortingOrder, PortingOrderEndUserAdminParam, PortingOrderEndUserLocationParam, PortingOrderEndUserParam,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // A client knows where requests go and which key they carry. Make one (here `Client::from_env()` does, or something
    // like it), clone it wherever it is needed: clones share their connections.
    let (client, live) = support::connect().await?;
    println!("Talking to {} at {}", if live { "the host" } else { "a local server" }, client.base_url());

    check_portability(&client).await?;
    if live {
        println!("\n(Skipped, because it would write: opening, updating and confirming an order, and a refused one.)");
    } else {
        let id = open_order(&client).await?;
        complete_and_confirm(&client, &id).await?;
    }
    if let Some(newest) = walk_orders(&client).await? {
        save_loa_template(&client, &newest).await?;
    }
    if !live {
        meet_an_error(&client).await?;
    }
    Ok(())
}

/// Every call reads like this: a resource, a method, setters, `send()`.
async fn check_portability(client: &Client) -> Result<(), Box<dyn Error>> {
    step("Can these numbers come to Telnyx?", "portability_checks().run()");

    let checks = client
        .portability_checks()
        .run()
        .phone_numbers(["+13035550100", "+18005550101", "+88213550102"])
        .send()
        .await?;

    for check in checks {
        // What a response may leave out is an `Option`.
        let verdict = match (check.portable, check.fast_portable) {
            (Some(true), Some(true)) => "yes, by FastPort".to_owned(),
            (Some(true), _) => "yes".to_owned(),
            _ => format!("no: {}", check.not_portable_reason.unwrap_or_default()),
        };
        println!("  {}  {verdict}", check.phone_number.unwrap_or_default());
    }
    Ok(())
}

/// Required setters are checked by the compiler: without `phone_numbers`, `send()` does not compile, and the message
/// says what is missing.
async fn open_order(client: &Client) -> Result<String, Box<dyn Error>> {
    step("Open an order", "porting_orders().create()");

    let orders = client
        .porting_orders()
        .create()
        .phone_numbers(["+13035550100", "+13035550101"])
        .customer_reference("Acct 123abc")
        .send()
        .await?;

    // Telnyx spreads numbers that can't travel together over several orders; these two can.
    let order = orders.into_iter().next().ok_or("no order was opened")?;
    show(&order);
    Ok(order.id.ok_or("the order has no id")?)
}

/// An update tells three things apart: what it does not mention stays as it is, `.member_null()` clears a member, and
/// `.member(value)` replaces it. Objects within objects have builders of their own.
async fn complete_and_confirm(client: &Client, id: &str) -> Result<(), Box<dyn Error>> {
    step("Complete it", "porting_orders().update(id)");

    let updated = client
        .porting_orders()
        .update(id)
        .customer_reference("Acct 456def")
        .webhook_url_null()
        .end_user(
            PortingOrderEndUserParam::builder()
                .admin(
                    PortingOrderEndUserAdminParam::builder()
                        .entity_name("Porter McPortersen")
                        .account_number("123abc")
                        .build(),
                )
                .location(
                    PortingOrderEndUserLocationParam::builder()
                        .street_address("600 Congress Avenue")
                        .locality("Austin")
                        .administrative_area("TX")
                        .postal_code("78701")
                        .country_code("US")
                        .build(),
                )
                .build(),
        )
        .send()
        .await?;

    let order = updated.data.ok_or("the answer holds no order")?;
    println!("  customer reference  {}", order.customer_reference.as_deref().unwrap_or("none"));
    println!("  webhook URL         {}", order.webhook_url.as_deref().unwrap_or("none"));
    // Logs stay clean: `Debug` never prints personal data. The field itself holds the value.
    println!("  end user            {:?}", order.end_user.and_then(|end_user| end_user.admin).unwrap_or_default());

    step("Confirm it", "porting_orders().actions().confirm(id)");

    let confirmed = client.porting_orders().actions().confirm(id).send().await?;
    show(&confirmed.data.ok_or("the answer holds no order")?);
    Ok(())
}

/// A list comes in pages: `send()` gives one of them, `pages()` is a stream of all, `items()` a stream of what is on
/// them. Each page is fetched when its turn comes.
async fn walk_orders(client: &Client) -> Result<Option<String>, Box<dyn Error>> {
    step("Walk all orders, page by page", "porting_orders().list().pages()");

    let mut count_by_status = BTreeMap::new();
    let mut pages = client.porting_orders().list().page_size(25).include_phone_numbers(false).pages();
    while let Some(page) = pages.try_next().await? {
        let (number, total) = (page.meta.page_number.unwrap_or_default(), page.meta.total_pages.unwrap_or_default());
        println!("  page {number} of {total}  {:>3} orders", page.items.len());
        for order in page.items {
            *count_by_status.entry(status(&order)).or_insert(0) += 1;
        }
    }
    for (status, count) in count_by_status {
        println!("  {count:>3} {status}");
    }

    step("The three newest", "porting_orders().list().items()");

    let newest = client.porting_orders().list().page_size(3).items().try_take(3).await?;
    newest.iter().for_each(show);
    Ok(newest.into_iter().next().and_then(|order| order.id))
}

/// A file is bytes.
async fn save_loa_template(client: &Client, id: &str) -> Result<(), Box<dyn Error>> {
    step("Save a letter of authorization", "porting_orders().retrieve_loa_template(id)");

    let letter = client.porting_orders().retrieve_loa_template(id).send().await?;

    let path = env::temp_dir().join("telnyx-loa-template.pdf");
    fs::write(&path, &letter)?;
    println!("  {} bytes in {}", letter.len(), path.display());
    Ok(())
}

/// An error has a predicate for each thing that you may want to do about it, and all that the server said.
async fn meet_an_error(client: &Client) -> Result<(), Box<dyn Error>> {
    step("Be refused", "porting_orders().create()");

    let result = client.porting_orders().create().phone_numbers(["+13035550100", "303-555-0101"]).send().await;

    match result {
        Ok(orders) => println!("  opened {} orders", orders.len()),
        // 422: an argument is wrong. Each entry points to the member of the body that is at fault.
        Err(error) if error.is_validation() => {
            for fault in error.api_errors() {
                let pointer = fault.pointer.as_deref().unwrap_or("the request");
                println!("  {pointer} {}", fault.detail.as_deref().unwrap_or("is wrong"));
            }
            println!("  request id for Telnyx support: {}", error.request_id().unwrap_or("none"));
        }
        // No answer, or a broken one: look whether the order exists before you open it again.
        Err(error) if error.may_have_been_carried_out() => {
            println!("  it is not certain whether an order was opened: {error}");
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

fn show(order: &PortingOrder) {
    let id = order.id.as_deref().unwrap_or("without id");
    let count = order.porting_phone_numbers_count.unwrap_or_default();
    println!("  {id}  {:<18}  numbers: {count}", status(order));
}

/// The status as the API writes it, even if this version of the SDK has never heard of it.
fn status(order: &PortingOrder) -> String {
    order.status.as_ref().and_then(|status| status.value.as_ref()).map_or("unknown", |value| value.as_str()).to_owned()
}

fn step(title: &str, call: &str) {
    println!("\n{title:<36}client.{call}");
}
