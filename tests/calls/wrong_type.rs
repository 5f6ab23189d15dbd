//! A setter takes what the API takes.

use telnyx_porting::Client;

fn number(client: &Client) {
    let _ = client.porting_orders().list().page_size("20").send();
}

fn structure(client: &Client) {
    let _ = client.porting().loa_configurations().create().address("600 Congress Avenue, Austin, TX");
}

fn main() {}
