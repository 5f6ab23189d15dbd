//! Required arguments may be given in any order, more than once, or all at once.

use telnyx_porting::Client;
use telnyx_porting::types::{CreatePortingLoaConfiguration, LoaAddress, LoaContact, LoaLogo};

fn main() -> telnyx_porting::Result<()> {
    let client = Client::new("KEY")?;
    let address = LoaAddress::builder()
        .zip_code("78701")
        .street_address("600 Congress Avenue")
        .extended_address_null()
        .state("TX")
        .city("Austin")
        .country_code("US")
        .build();
    let contact = LoaContact::builder().phone_number("+13035550100").email("porting@example.com").build();
    let logo = LoaLogo::builder().document_id("f1486bae-f067-460c-ad43-73a92848f902").build();

    let create = || client.porting().loa_configurations().create();

    // Backwards, with options of the request in between, and one argument twice.
    let _ = create()
        .name("My LOA Configuration")
        .max_retries(0)
        .logo(logo.clone())
        .contact(contact.clone())
        .header("x-trace", "1")
        .company_name("Telnyx")
        .name("Our LOA Configuration")
        .address(address.clone())
        .send();

    // The body as a whole gives everything that is required.
    let whole = CreatePortingLoaConfiguration::builder()
        .logo(logo)
        .address(address)
        .name("My LOA Configuration")
        .contact(contact)
        .company_name("Telnyx")
        .build();
    let _ = create().body(whole.clone()).send();
    let _ = create().name("dropped").body(whole).name("kept").send_raw();
    Ok(())
}
