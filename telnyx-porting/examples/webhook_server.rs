//! A server for Telnyx's webhooks: it believes nothing that is not signed, and looks at each event once.
//!
//! ```sh
//! cargo run -p telnyx-porting --features webhooks --example webhook_server
//! ```
//!
//! It needs neither an account nor a network: it makes a key of its own, posts a signed event to itself, then a forged
//! one, and ends. In your server, `Verifier::from_env()` reads your account's public key from `TELNYX_PUBLIC_KEY`.

use std::collections::HashSet;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};
use telnyx_porting::types::{PortingEvent, PortoutEvent, WebhookEvent};
use telnyx_porting::webhooks::Verifier;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What the handler needs. Clones share it.
#[derive(Clone)]
struct App {
    verifier: Verifier,
    /// The events that have been handled. A real server keeps them in its database, and adds one together with what it
    /// changes for its sake: an event that was noted but not handled would be lost.
    seen: Arc<Mutex<HashSet<String>>>,
}

/// The whole server.
pub(crate) fn router(verifier: Verifier) -> Router {
    Router::new().route("/webhooks/telnyx", post(receive)).with_state(App { verifier, seen: Arc::default() })
}

/// Takes the body as `Bytes`: the signature is that of the bytes, so nothing may decode them before.
async fn receive(State(app): State<App>, headers: HeaderMap, body: Bytes) -> (StatusCode, String) {
    let event = match app.verifier.unwrap(&body, &headers) {
        Ok(event) => event,
        // Genuine, but not understood: with this answer Telnyx posts it again later.
        Err(error) if error.is_decode() => return (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
        // Tell the log why; tell a forger nothing.
        Err(error) => {
            println!("  server: refused, {error}");
            return (StatusCode::BAD_REQUEST, String::new());
        }
    };

    // Telnyx posts an event again when it got no answer in time.
    let is_new = match event.id.clone() {
        Some(id) => app.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(id),
        None => true,
    };
    if !is_new {
        println!("  server: seen before, attempt {}", event.attempt.unwrap_or(1));
        return (StatusCode::OK, "seen before".to_owned());
    }

    let what = match event.data {
        WebhookEvent::Porting(PortingEvent::StatusChanged(event)) => {
            let payload = event.payload.unwrap_or_default();
            let status = payload.status.and_then(|status| status.value);
            let status = status.as_ref().map_or("unknown", |status| status.as_str());
            format!("porting order {} is {status}", event.porting_order_id.or(payload.id).unwrap_or_default())
        }
        WebhookEvent::Porting(PortingEvent::NewComment(_)) => "a comment on a porting order".to_owned(),
        WebhookEvent::Portout(PortoutEvent::StatusChanged(event)) => {
            format!("another carrier wants numbers: {}", event.portout_id.unwrap_or_default())
        }
        // `tag()` is the `event_type`. New ones come without warning, and are no error.
        other => format!("an event of another kind, {}", other.tag().unwrap_or("without a name")),
    };
    println!("  server: {what}");
    (StatusCode::OK, what)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Telnyx has the private key, and shows you the public one. Here we are both.
    let telnyx = SigningKey::from_bytes(&[7; 32]);
    let verifier = Verifier::new(public_key(&telnyx))?;

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(async move { axum::serve(listener, router(verifier)).await });
    println!("Listening on http://{address}/webhooks/telnyx");

    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let signature = sign(&telnyx, now, EVENT);
    let posts = [
        ("An event of Telnyx", now, signature.clone(), EVENT.to_owned(), 200),
        ("The same once more", now, signature.clone(), EVENT.to_owned(), 200),
        ("The signature under another body", now, signature.clone(), EVENT.replace("ported", "cancelled"), 400),
        ("The same with another time", now + 1, signature, EVENT.to_owned(), 400),
        ("One that anybody signed", now, sign(&SigningKey::from_bytes(&[8; 32]), now, EVENT), EVENT.to_owned(), 400),
    ];
    for (title, timestamp, signature, body, expected) in posts {
        println!("\n{title}");
        let status = send(&address.to_string(), timestamp, &signature, &body).await?;
        println!("  client: answered with {status}");
        if status != expected {
            return Err(format!("{title}: the answer should be {expected}").into());
        }
    }
    server.abort();
    Ok(())
}

/// What Telnyx posts when a porting order has moved to another status.
pub(crate) const EVENT: &str = r#"{
  "data": {
    "event_type": "porting_order.status_changed",
    "id": "eef3340b-8903-4466-b445-89b697315a3a",
    "payload": {"id": "9471c873-e3eb-4ca1-957d-f9a451334d52", "status": {"value": "ported", "details": []}},
    "record_type": "porting_event"
  },
  "meta": {"attempt": 1, "delivered_to": "https://example.com/webhooks/telnyx"}
}"#;

/// The public key as Telnyx shows it.
pub(crate) fn public_key(key: &SigningKey) -> String {
    STANDARD.encode(key.verifying_key().as_bytes())
}

/// Signs as Telnyx does. Write your own tests with this.
pub(crate) fn sign(key: &SigningKey, timestamp: u64, body: &str) -> String {
    STANDARD.encode(key.sign(format!("{timestamp}|{body}").as_bytes()).to_bytes())
}

/// Posts to the server, and gives the status of the answer.
pub(crate) async fn send(address: &str, timestamp: u64, signature: &str, body: &str) -> Result<u16, Box<dyn Error>> {
    let length = body.len();
    let request = format!(
        "POST /webhooks/telnyx HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\ntelnyx-timestamp: {timestamp}\r\ntelnyx-signature-ed25519: {signature}\r\n\r\n{body}"
    );
    let mut connection = TcpStream::connect(address).await?;
    connection.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await?;
    let status = answer.split(' ').nth(1).ok_or("no answer")?;
    Ok(status.parse()?)
}
