//! Futures, streams and requests own what they need: they outlive their handles and go to other tasks and threads.

use std::future::Future;

use telnyx_porting::{Client, Result};

fn spawn<F>(future: F)
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    // Nothing is sent: the task ends before it is polled.
    tokio::spawn(future).abort();
}

fn goes_anywhere<T: Send + Sync + 'static>(value: T) -> T {
    value
}

// With one thread a spawned task is not polled before this one waits, which it never does.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let client = goes_anywhere(Client::new("KEY")?);
    // An argument need not live as long as the call.
    let id = String::from("f1486bae-f067-460c-ad43-73a92848f902");
    spawn(client.porting_orders().retrieve(&id).send());
    spawn(client.porting_orders().retrieve(&id).send_raw());
    spawn(client.porting_orders().create().phone_numbers([&id]).send());
    spawn(client.porting_orders().retrieve_loa_template(id).send());
    spawn(client.porting_orders().list().items().try_collect());

    let mut orders = client.porting_orders().list().items();
    spawn(async move { orders.try_next().await });
    let mut pages = client.porting_orders().list().pages();
    spawn(async move {
        while let Some(page) = pages.try_next().await? {
            page.next_page().await?;
        }
        Result::Ok(())
    });

    // A request is a value: it can be kept, cloned, and sent later from elsewhere.
    let request = goes_anywhere(client.porting_orders().list().page_size(250));
    drop(client);
    spawn(async move { request.clone().send().await.map(|page| (page, request)) });
    Ok(())
}
