//! Calls without `async`.
//!
//! All blocking calls of a process are carried out by one thread with a runtime of its own, and the
//! caller waits for the answer. So they work everywhere: in plain threads, and also inside of an
//! asynchronous runtime, where they hold up one of its threads like any other blocking code.

use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::sync::{OnceLock, mpsc};
use std::thread;

use tokio::runtime::{Builder, Handle};

use crate::runtime::error::Error;
use crate::runtime::page::{Items, Page, Pages};

thread_local! {
    static IS_OWN_THREAD: Cell<bool> = const { Cell::new(false) };
}

/// Whether this is the thread that carries out blocking calls.
pub(crate) fn is_own_thread() -> bool {
    IS_OWN_THREAD.get()
}

/// Carries out a call and waits for it.
pub(crate) fn wait<T: Send + 'static>(
    call: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    run(call)?
}

/// Runs a future on the thread for it and waits for its result.
fn run<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> Result<T, Error> {
    if is_own_thread() {
        // It would wait for itself.
        return Err(Error::invalid_request(
            "a blocking call must not be made from within a transport of a blocking call",
        ));
    }
    let (sender, receiver) = mpsc::sync_channel(1);
    handle()?.spawn(async move {
        // The receiver waits below, so that it is there.
        let _ = sender.send(future.await);
    });
    receiver.recv().map_err(|_| Error::configuration("the thread for blocking calls has panicked"))
}

fn handle() -> Result<&'static Handle, Error> {
    static HANDLE: OnceLock<Result<Handle, String>> = OnceLock::new();
    let handle = HANDLE.get_or_init(|| start().map_err(|error| error.to_string()));
    handle
        .as_ref()
        .map_err(|fault| Error::configuration(format!("the thread for blocking calls can't be started: {fault}")))
}

fn start() -> std::io::Result<Handle> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    thread::Builder::new().name("blocking-calls".to_owned()).spawn(move || {
        IS_OWN_THREAD.set(true);
        runtime.block_on(std::future::pending::<()>());
    })?;
    Ok(handle)
}

/// An iterator over all items of a list, which blocks the thread while a page is fetched.
///
/// After an error it ends.
#[must_use = "nothing is sent before the iterator is advanced"]
pub struct BlockingItems<T, M = ()>(Option<Items<T, M>>);

impl<T, M> BlockingItems<T, M> {
    pub(crate) fn new(items: Items<T, M>) -> Self {
        Self(Some(items))
    }
}

impl<T, M> Iterator for BlockingItems<T, M>
where
    T: Send + 'static,
    M: Send + 'static,
{
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut items = self.0.take()?;
        // Only every page is worth the way to the other thread.
        if let Some(item) = items.next_at_hand() {
            self.0 = Some(items);
            return Some(Ok(item));
        }
        let advance = async move {
            let item = items.next().await;
            (item, items)
        };
        match run(advance) {
            Ok((item, items)) => {
                self.0 = Some(items);
                item
            }
            Err(error) => Some(Err(error)),
        }
    }
}

impl<T, M> fmt::Debug for BlockingItems<T, M> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("BlockingItems")
    }
}

/// An iterator over all pages of a list, which blocks the thread while a page is fetched.
///
/// After an error it ends.
#[must_use = "nothing is sent before the iterator is advanced"]
pub struct BlockingPages<T, M = ()>(Option<Pages<T, M>>);

impl<T, M> BlockingPages<T, M> {
    pub(crate) fn new(pages: Pages<T, M>) -> Self {
        Self(Some(pages))
    }
}

impl<T, M> Iterator for BlockingPages<T, M>
where
    T: Send + 'static,
    M: Send + 'static,
{
    type Item = Result<Page<T, M>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut pages = self.0.take()?;
        let advance = async move {
            let page = pages.next().await;
            (page, pages)
        };
        match run(advance) {
            Ok((page, pages)) => {
                self.0 = Some(pages);
                page
            }
            Err(error) => Some(Err(error)),
        }
    }
}

impl<T, M> fmt::Debug for BlockingPages<T, M> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("BlockingPages")
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::time::Duration;

    use serde_json::Value;

    use super::*;
    use crate::runtime::client::Client;
    use crate::runtime::request::Request;
    use crate::runtime::script::{GET, Script, Step};

    fn call(script: &Script) -> Result<Value, Error> {
        wait(Request::new(&script.client(), &GET).path("id", "1").call())
    }

    #[test]
    fn calls_work_without_a_runtime() {
        let script = Script::new([Step::json("[1]"), Step::status(404)]);
        assert_eq!(call(&script).unwrap(), Value::from(vec![1]));
        assert!(call(&script).unwrap_err().is_not_found());
    }

    #[test]
    fn files_are_saved_without_a_runtime() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("loa.pdf");
        let script = Script::new([Step::json("[1]"), Step::status(404)]);
        let save = || wait(Request::new(&script.client(), &GET).path("id", "1").call_save(path.clone()));
        assert_eq!(save().unwrap().size(), 3);
        assert!(save().unwrap_err().is_not_found());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "[1]");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn calls_work_inside_of_a_runtime() {
        let script = Script::new([Step::json("[1]")]);
        assert_eq!(call(&script).unwrap(), Value::from(vec![1]));
    }

    /// Connections of the caller's runtime are of no use while the call blocks it.
    #[tokio::test]
    async fn calls_do_not_wait_for_the_runtime_that_they_block() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = thread::spawn(move || {
            for stream in listener.incoming().take(2) {
                let mut stream = stream.unwrap();
                thread::spawn(move || {
                    let mut buffer = [0; 4_096];
                    while stream.read(&mut buffer).unwrap() > 0 {
                        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").unwrap();
                    }
                });
            }
        });
        let builder = Client::builder().api_key("k").base_url(url).no_proxy().timeout(Duration::from_secs(5));
        let client = builder.build().unwrap();
        let request = Request::new(&client, &GET).path("id", "1").body(&Value::Null);
        request.clone().call::<Value>().await.unwrap();
        wait(request.clone().call::<Value>()).unwrap();
        wait(request.call::<Value>()).unwrap();
        server.join().unwrap();
    }
}
