//! What stands in the path is an argument, and can't be forgotten either.

use telnyx_porting::Client;

fn retrieve(client: &Client) {
    let _ = client.porting_orders().retrieve().send();
}

fn main() {}
