//! Calls that must compile. Nothing is sent.

use std::future::Future;

use telnyx_porting::types::{CreatePortingLoaConfiguration, LoaAddress, LoaContact, LoaLogo, PortingOrderFilter};
use telnyx_porting::{Client, Error, Result};

fn address() -> LoaAddress {
    LoaAddress::builder()
        .zip_code("78701")
        .street_address("600 Congress Avenue")
        .extended_address_null()
        .state("TX")
        .city("Austin")
        .country_code("US")
        .build()
}

fn contact() -> LoaContact {
    LoaContact::builder().phone_number("+13035550100").email("porting@example.com").build()
}

fn logo() -> LoaLogo {
    LoaLogo::builder().document_id("f1486bae-f067-460c-ad43-73a92848f902").build()
}

#[test]
fn required_arguments_in_any_order() -> Result<()> {
    let client = Client::new("KEY")?;
    // Backwards, with options of the request in between, and one argument twice.
    let call = client
        .porting()
        .loa_configurations()
        .create()
        .name("My LOA Configuration")
        .max_retries(0)
        .logo(logo())
        .contact(contact())
        .header("x-trace", "1")
        .company_name("Telnyx")
        .name("Our LOA Configuration")
        .address(address())
        .send();
    drop(call);
    Ok(())
}

#[test]
fn required_arguments_by_the_whole_body() -> Result<()> {
    let client = Client::new("KEY")?;
    let whole = CreatePortingLoaConfiguration::builder()
        .logo(logo())
        .address(address())
        .name("My LOA Configuration")
        .contact(contact())
        .company_name("Telnyx")
        .build();
    let create = || client.porting().loa_configurations().create();
    drop(create().body(whole.clone()).send());
    drop(create().name("dropped").body(whole.clone()).name("kept").send_raw());
    // The same body serves every request that takes it.
    drop(client.porting().loa_configurations().preview().body(whole).send());
    Ok(())
}

#[test]
fn texts_of_any_kind() -> Result<()> {
    let client = Client::new("KEY")?;
    let owned = String::from("+13035550100");
    let borrowed = [owned.as_str()];
    drop(client.portability_checks().run().phone_numbers(["+13035550100"]).send());
    drop(client.portability_checks().run().phone_numbers([&owned]).send());
    drop(client.portability_checks().run().phone_numbers(borrowed).send());
    drop(client.portability_checks().run().phone_numbers(vec![owned.clone()]).send());
    drop(client.portability_checks().run().phone_numbers(Some(owned)).send());
    Ok(())
}

fn spawn<F>(future: F)
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    // The runtime of these tests has one thread, so the task ends before it is ever polled.
    tokio::spawn(future).abort();
}

fn shared<T: Send + Sync + 'static>(value: T) -> T {
    value
}

#[tokio::test]
async fn calls_and_streams_go_anywhere() -> Result<()> {
    let client = shared(Client::new("KEY")?);
    // Neither a handle nor an argument need live as long as the call.
    let id = String::from("f1486bae-f067-460c-ad43-73a92848f902");
    spawn(client.porting_orders().retrieve(&id).send());
    spawn(client.porting_orders().retrieve(&id).send_raw());
    spawn(client.porting_orders().create().phone_numbers([&id]).send());
    spawn(client.porting_orders().update(&id).webhook_url_null().send());
    spawn(client.porting_orders().retrieve_loa_template(id).send());
    spawn(client.porting_orders().list().items().try_collect());

    let mut orders = client.porting_orders().list().items();
    spawn(async move { orders.try_next().await });
    let mut pages = client.porting_orders().list().pages();
    spawn(async move {
        while let Some(page) = pages.try_next().await? {
            page.next_page().await?;
        }
        Ok::<_, Error>(())
    });
    Ok(())
}

#[tokio::test]
async fn a_request_is_a_value() -> Result<()> {
    let client = Client::new("KEY")?;
    let filter = PortingOrderFilter::builder().customer_reference("Acct 123abc").build();
    let request = shared(client.porting_orders().list().page_size(250).filter(filter));
    drop(client);
    spawn(async move { request.clone().send().await.map(|page| (page, request)) });
    Ok(())
}
