//! Only lists have items.

use telnyx_porting::Client;

fn items(client: &Client) {
    let _ = client.porting_orders().retrieve("f1486bae-f067-460c-ad43-73a92848f902").items();
}

fn main() {}
