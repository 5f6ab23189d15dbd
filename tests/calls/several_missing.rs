//! `send()` names each required argument that is missing, and none that is there.

use telnyx_porting::Client;
use telnyx_porting::types::LoaAddress;

fn create(client: &Client, address: LoaAddress) {
    let _ = client.porting().loa_configurations().create().address(address).name("My LOA Configuration").send();
}

fn main() {}
