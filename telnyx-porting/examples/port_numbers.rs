//! A port from the first question to the moved number: check portability, open a draft, give it an end user, documents
//! and what else is required, choose a date, confirm, wait, activate.
//!
//! ```sh
//! cargo run -p telnyx-porting --example port_numbers
//! ```
//!
//! It needs neither an account nor a network: a server on this machine speaks for the API, and its days pass in
//! milliseconds. With `TELNYX_API_KEY` and `TELNYX_BASE_URL` set it talks to that host, and **opens real orders** for
//! the phone numbers that are its arguments, with the end user and the documents that are written below: put in your own
//! first. It stops before it confirms them.

mod support;

use std::env;
use std::error::Error;
use std::time::Duration;

use telnyx_porting::Client;
use telnyx_porting::types::{
    PortingOrder, PortingOrderDocumentsParam, PortingOrderEndUserAdminParam, PortingOrderEndUserLocationParam,
    PortingOrderEndUserParam, PortingOrderRequirementDetailFieldType, PortingOrderStatusValue,
    PortingOrdersActivationJobStatus, UpdatePortingOrderActivationSettings, UpdatePortingOrderRequirement,
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What a document's id looks like. Telnyx's documents API (`POST /documents`), which is not a part of this crate, takes
/// the files and gives their ids.
const LOA: &str = "f1486bae-f067-460c-ad43-73a92848f902";
const INVOICE: &str = "f1486bae-f067-460c-ad43-73a92848f903";

#[tokio::main]
async fn main() -> Result<()> {
    let (client, live) = support::connect().await?;
    let mut numbers: Vec<String> = env::args().skip(1).collect();
    if numbers.is_empty() && live {
        return Err("name the phone numbers to port, such as +13035550100".into());
    }
    if numbers.is_empty() {
        numbers = vec!["+13035550100".into(), "+13035550101".into(), "+88213550102".into()];
    }

    let portable = portable(&client, numbers).await?;
    for id in open(&client, portable).await? {
        complete(&client, &id).await?;
        meet_requirements(&client, &id).await?;
        choose_date(&client, &id).await?;
        if live {
            println!("{id} is complete; confirm it once you have looked at it");
            continue;
        }
        confirm(&client, &id).await?;
        wait_until(&client, &id, &PortingOrderStatusValue::FocDateConfirmed).await?;
        activate(&client, &id).await?;
        wait_until(&client, &id, &PortingOrderStatusValue::Ported).await?;
    }
    Ok(())
}

/// The numbers that can come. One that can't would make the whole order fail.
async fn portable(client: &Client, numbers: Vec<String>) -> Result<Vec<String>> {
    let checks = client.portability_checks().run().phone_numbers(numbers).send().await?;
    let mut portable = Vec::new();
    for check in checks {
        let number = check.phone_number.unwrap_or_default();
        if check.portable == Some(true) {
            println!("{number} can come");
            portable.push(number);
        } else {
            println!("{number} can't: {}", check.not_portable_reason.as_deref().unwrap_or("no reason given"));
        }
    }
    Ok(portable)
}

/// Opens drafts. Numbers that can't travel together are spread over several.
///
/// If this ends in an error, the drafts may exist all the same: look for the reference before you try again.
async fn open(client: &Client, numbers: Vec<String>) -> Result<Vec<String>> {
    let reference = "move-2025-03";
    let result = client.porting_orders().create().phone_numbers(numbers).customer_reference(reference).send().await;
    let orders = match result {
        Err(error) if error.may_have_been_carried_out() => {
            return Err(format!("look for orders with the reference {reference}: {error}").into());
        }
        other => other?,
    };
    println!("opened {} draft(s)", orders.len());
    orders.into_iter().map(|order| order.id.ok_or_else(|| "the order has no id".into())).collect()
}

/// Says whose the numbers are, and which papers prove it.
async fn complete(client: &Client, id: &str) -> Result<()> {
    let admin = PortingOrderEndUserAdminParam::builder()
        .entity_name("Porter McPortersen")
        .auth_person_name("Porter McPortersen")
        .billing_phone_number("+13035550100")
        .account_number("123abc");
    let location = PortingOrderEndUserLocationParam::builder()
        .street_address("600 Congress Avenue")
        .locality("Austin")
        .administrative_area("TX")
        .postal_code("78701")
        .country_code("US");
    client
        .porting_orders()
        .update(id)
        .end_user(PortingOrderEndUserParam::builder().admin(admin.build()).location(location.build()).build())
        .documents(PortingOrderDocumentsParam::builder().loa(LOA).invoice(INVOICE).build())
        .send()
        .await?;
    println!("{id}: end user and documents are given");
    Ok(())
}

/// Asks what else the country of the numbers wants, and gives it.
async fn meet_requirements(client: &Client, id: &str) -> Result<()> {
    let mut given = Vec::new();
    let mut open = client.porting_orders().retrieve_requirements(id).items();
    while let Some(requirement) = open.try_next().await? {
        let Some(of) = requirement.requirement_type else { continue };
        println!("{id}: needs {}", of.name.as_deref().unwrap_or("something"));
        let value = match requirement.field_type {
            Some(PortingOrderRequirementDetailFieldType::Document) => LOA,
            _ => "Porter McPortersen",
        };
        let type_id = of.id.ok_or("the requirement has no id")?;
        given.push(UpdatePortingOrderRequirement::builder().requirement_type_id(type_id).field_value(value).build());
    }
    if !given.is_empty() {
        client.porting_orders().update(id).requirements(given).send().await?;
    }
    Ok(())
}

/// Takes the first date that the losing carrier allows.
async fn choose_date(client: &Client, id: &str) -> Result<()> {
    let windows = client.porting_orders().retrieve_allowed_foc_windows(id).send().await?;
    let first = windows.data.into_iter().flatten().find_map(|window| window.started_at);
    let date = first.ok_or("there is no date to choose")?;
    println!("{id}: to move at {date}");
    let settings = UpdatePortingOrderActivationSettings::builder().foc_datetime_requested(date).build();
    client.porting_orders().update(id).activation_settings(settings).send().await?;
    Ok(())
}

/// Hands the draft in. From here on the losing carrier is asked.
async fn confirm(client: &Client, id: &str) -> Result<()> {
    match client.porting_orders().actions().confirm(id).send().await {
        Ok(_) => println!("{id}: confirmed"),
        Err(error) if error.is_validation() => {
            for fault in error.api_errors() {
                println!("{id}: {}", fault.detail.as_deref().unwrap_or("not complete"));
            }
            return Err(error.into());
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// Asks again and again. A real port takes days: let the webhook `porting_order.status_changed` tell you (see the
/// example `webhook_server`), and ask once a day in case one got lost.
async fn wait_until(client: &Client, id: &str, wanted: &PortingOrderStatusValue) -> Result<()> {
    for _ in 0..100 {
        let order = client.porting_orders().retrieve(id).send().await?.data.ok_or("the answer holds no order")?;
        let status = status(&order);
        println!("{id}: {}", status.as_ref().map_or("unknown", |status| status.as_str()));
        match status {
            Some(status) if status == *wanted => return Ok(()),
            Some(PortingOrderStatusValue::Exception | PortingOrderStatusValue::Cancelled) => {
                let details = order.status.and_then(|status| status.details).unwrap_or_default();
                let reasons = details.into_iter().filter_map(|detail| detail.description);
                return Err(reasons.collect::<Vec<_>>().join("; ").into());
            }
            _ => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
    Err(format!("{id} is not {} after all this time", wanted.as_str()).into())
}

fn status(order: &PortingOrder) -> Option<PortingOrderStatusValue> {
    order.status.as_ref()?.value.clone()
}

/// Switches the numbers over, and waits for the job that does it.
async fn activate(client: &Client, id: &str) -> Result<()> {
    let job = client.porting_orders().actions().activate(id).send().await?;
    let job_id = job.id.ok_or("the job has no id")?;
    for _ in 0..100 {
        let job = client.porting_orders().activation_jobs().retrieve(id, &job_id).send().await?;
        println!("{id}: activation {}", job.status.as_ref().map_or("unknown", |status| status.as_str()));
        match job.status {
            Some(PortingOrdersActivationJobStatus::Completed) => return Ok(()),
            Some(PortingOrdersActivationJobStatus::Failed) => return Err("the activation failed".into()),
            _ => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
    Err("the activation does not end".into())
}
