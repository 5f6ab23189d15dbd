//! Code of a user of the crate that is generated from base.yaml. It uses all there is, so that it compiles with the next
//! version exactly if nothing that users must act on has changed.
#![allow(deprecated)]

use parcels::resources::{orders, parcels as handles};
use parcels::types::{Address, Card, Cash, NewOrder, Order, Parcel, Payment, Priority, Status};
use parcels::{Bytes, Client, Error, Set};

pub fn client() -> Result<Client, Error> {
    Client::builder().build()
}

pub async fn list(client: &Client) -> Result<Vec<String>, Error> {
    client.orders().list().shop("south").send().await?;
    let town = String::from("Oslo");
    let request: orders::OrdersListRequest<Set> = client.orders().list().shop("north").page_size(20_i64);
    let list: Vec<Order> = request.status(Status::OnHold).city(town).send().await?;
    Ok(list.into_iter().map(|order| order.id).collect())
}

pub async fn create(client: &Client) -> Result<Order, Error> {
    let address = Address::builder().city("Oslo").street("Torggata 1").build();
    let body: NewOrder = NewOrder::builder().number("17").build();
    client.orders().create().body(body).send().await?;
    client.orders().create().number("17").remark("fragile").address(address).send().await
}

pub async fn others(client: &Client, id: String) -> Result<(), Error> {
    let order: Order = client.orders().retrieve(id.as_str()).send().await?;
    look(&order);
    let label: Bytes = client.orders().retrieve_label(id.as_str()).send().await?;
    drop(label);
    let handle: handles::Parcels = client.parcels();
    let parcel: Parcel = handle.retrieve(id.as_str()).send().await?;
    let (_, _): (Option<f64>, Option<i64>) = (parcel.weight, parcel.height);
    client.orders().delete(id).send().await
}

pub fn look(order: &Order) {
    let _: (&String, &Option<String>) = (&order.id, &order.note);
    let _: Option<&Option<String>> = order.address.as_ref().map(|address| &address.city);
    match order.status {
        Some(Status::Draft | Status::OnHold | Status::Sent) => {}
        _ => {}
    }
    match order.priority {
        Some(Priority::Value1 | Priority::Value2) => {}
        _ => {}
    }
    let _: Option<&str> = order.payment.as_ref().and_then(|payment| payment.currency());
    match &order.payment {
        Some(Payment::Card(card)) => _ = (&card.kind, &card.digits),
        Some(Payment::Cash(cash)) => _ = (&cash.kind, cash.amount),
        _ => {}
    }
}

pub fn pay(card: Card, cash: Cash) -> [Payment; 2] {
    [card.into(), cash.into()]
}
