//! A million items, page after page, over loopback.

use telnyx_porting::Client;

use crate::Result;
use crate::by_hand::NumbersPage;
use crate::call::bare;
use crate::line::Line;
use crate::measure::{memory, timed};
use crate::server::Server;

pub(crate) const ITEMS: usize = 1_000_000;
pub(crate) const PAGE_SIZE: usize = 250;
/// From here on memory must not grow.
const SETTLED: usize = 10_000;

pub(crate) fn run() -> Result<Vec<Line>> {
    let server = Server::start()?;
    let client = Client::builder().api_key("key").base_url(server.base_url.as_str()).no_proxy().build()?;
    let bare = bare()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut settled, mut peak) = (0.0, 0.0_f64);
    let ours = timed(|| {
        runtime.block_on(async {
            let mut numbers = client.porting_phone_numbers().list().page_size(i64::try_from(PAGE_SIZE)?).items();
            let mut count = 0;
            while let Some(number) = numbers.try_next().await? {
                std::hint::black_box(number);
                count += 1;
                if count == SETTLED {
                    settled = memory()?;
                }
                if count > SETTLED && count % SETTLED == 0 {
                    peak = peak.max(memory()?);
                }
            }
            all(count)
        })
    })?;
    let baseline = timed(|| {
        runtime.block_on(async {
            let mut count = 0;
            for page in 1..=ITEMS.div_ceil(PAGE_SIZE) {
                let url =
                    format!("{}/porting_phone_numbers?page[size]={PAGE_SIZE}&page[number]={page}", server.base_url);
                let response = bare.get(&url).bearer_auth("key").send().await?.error_for_status()?;
                count += std::hint::black_box(response.json::<NumbersPage>().await?).data.len();
            }
            all(count)
        })
    })?;
    let items = f64::from(u32::try_from(ITEMS)?);
    Ok(vec![
        Line::plain("items listed in a second", items / ours, "items"),
        Line::ratio("time for a million items", ours / baseline, "a loop of reqwest and serde", None),
        Line::plain(format!("memory after {SETTLED} items"), settled, "MB"),
        Line::plain("the most after any later item", peak, "MB"),
        Line::ratio("the same", peak / settled, "that after 10,000", Some(1.10)),
    ])
}

fn all(count: usize) -> Result<()> {
    if count == ITEMS { Ok(()) } else { Err(format!("{count} items came of {ITEMS}").into()) }
}
