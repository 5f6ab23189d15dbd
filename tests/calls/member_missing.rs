//! So does the `build()` of a struct.

use telnyx_porting::types::LoaAddress;

fn main() {
    let _ = LoaAddress::builder()
        .city("Austin")
        .country_code("US")
        .state("TX")
        .street_address("600 Congress Avenue")
        .build();
}
