//! `send()` names the one required argument that is missing.

use telnyx_porting::Client;
use telnyx_porting::types::{LoaAddress, LoaContact, LoaLogo};

fn create(client: &Client, address: LoaAddress, contact: LoaContact, logo: LoaLogo) {
    let _ = client
        .porting()
        .loa_configurations()
        .create()
        .address(address)
        .company_name("Telnyx")
        .contact(contact)
        .logo(logo)
        .send();
}

fn main() {}
