//! CPU for a small call over loopback, against reqwest alone.

use telnyx_porting::Client;

use crate::Result;
use crate::by_hand::Single;
use crate::line::Line;
use crate::measure::{cpu_of, turns};
use crate::server::Server;

const CALLS: u32 = 400;
const ROUNDS: usize = 31;
const ID: &str = "f1486bae-f067-460c-ad43-73a92848f902";

pub(crate) fn run() -> Result<Vec<Line>> {
    let server = Server::start()?;
    let client = Client::builder().api_key("key").base_url(server.base_url.as_str()).no_proxy().build()?;
    let bare = bare()?;
    let url = format!("{}/porting_orders/{ID}", server.base_url);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ours = || {
        cpu_of(|| {
            runtime.block_on(async {
                for _ in 0..CALLS {
                    let order = client.porting_orders().retrieve(ID).send().await?;
                    is_there(order.data.and_then(|order| order.id).as_deref())?;
                }
                Ok(())
            })
        })
    };
    let baseline = || {
        cpu_of(|| {
            runtime.block_on(async {
                for _ in 0..CALLS {
                    let response = bare.get(&url).bearer_auth("key").send().await?.error_for_status()?;
                    is_there(response.json::<Single>().await?.data.id.as_deref())?;
                }
                Ok(())
            })
        })
    };
    let (seconds, _, ratio) = turns(ROUNDS, ours, baseline)?;
    Ok(vec![
        Line::plain("CPU for a small call", seconds * 1e6 / f64::from(CALLS), "us"),
        Line::ratio("the same", ratio, "reqwest and serde alone", Some(1.15)),
    ])
}

fn is_there(id: Option<&str>) -> Result<()> {
    if id == Some(ID) { Ok(()) } else { Err("another order came".into()) }
}

/// A client of reqwest's own, with the TLS that the SDK takes too.
pub(crate) fn bare() -> Result<reqwest::Client> {
    // Whoever comes second finds the same one in place.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(reqwest::Client::builder().no_proxy().build()?)
}
