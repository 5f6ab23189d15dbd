//! What the API posts to its users' servers: a [`Verifier`] checks who sent it and gives the [`Event`].
//!
//! Anybody can post to a public address. What the API posts is signed with Ed25519, and the signature covers the exact
//! bytes of the body and the time at which they were signed. So a server must
//!
//! * keep the **raw body**, before any framework decodes it: JSON that was decoded and written again has other bytes;
//! * give it to [`Verifier::unwrap`] with the headers of the request, and answer with an error if that fails;
//! * remember [`Event::id`]: an event is posted again when the answer was lost, and also to whoever recorded it, within
//!   the tolerance.
//!
//! Nothing here needs a client or a runtime; the feature `webhooks` is enough.

use std::any::Any;
use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use serde_core::de::{DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use crate::generated::API;
pub use crate::generated::WebhookEvent;
use crate::runtime::Map;
use crate::runtime::api::{Signed, variable};
use crate::runtime::json;
use crate::runtime::json_path::{self, Place, without_values};
use crate::runtime::slot::Field as _;
use crate::runtime::text;

/// How far the time of a signature may be from now, unless [`Verifier::tolerance`] says otherwise.
pub const TOLERANCE: Duration = Duration::from_secs(300);

/// Checks and decodes what the API posts.
///
/// A verifier is made once and shared; clones are cheap.
///
/// ```text
/// let verifier = Verifier::from_env()?;
///
/// // In the handler of a POST, with the raw bytes of the body and the headers of the request:
/// let event = verifier.unwrap(&body, &headers)?;
/// match event.data {
///     WebhookEvent::Unknown(json) => ..,
///     ..
/// }
/// ```
///
/// # What is refused
///
/// All that is not certainly signed by the owner of the key, lately: a header that is missing, given twice or not
/// exactly in its format; a time outside the tolerance; a signature that does not fit or is not the only one of its
/// kind (malleable). Keys for which anybody can make signatures can't be given in the first place.
#[derive(Clone)]
pub struct Verifier {
    /// Never empty.
    keys: Vec<VerifyingKey>,
    tolerance: Duration,
    clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

impl Verifier {
    /// Makes a verifier from the public key of the account, which is the base64 of 32 bytes.
    ///
    /// # Errors
    ///
    /// [`WebhookErrorKind::BadKey`] when it is not, or when it is a key for which anybody can make signatures.
    pub fn new(public_key: impl AsRef<str>) -> Result<Self, WebhookError> {
        let keys = vec![parse_key(public_key.as_ref())?];
        Ok(Self { keys, tolerance: TOLERANCE, clock: Arc::new(SystemTime::now) })
    }

    /// Makes a verifier from the public key in the environment variable that the API's documentation names.
    ///
    /// # Errors
    ///
    /// [`WebhookErrorKind::BadKey`] when the variable is not set, or holds no good key.
    pub fn from_env() -> Result<Self, WebhookError> {
        let name = API.env.webhook_key;
        match variable(name) {
            Some(key) => Self::new(key),
            None => Err(WebhookError::new(
                WebhookErrorKind::BadKey,
                format!("the environment variable `{name}` is not set; put the public key of your account there"),
            )),
        }
    }

    /// Accepts signatures by another key, too. While keys are exchanged both are good.
    ///
    /// # Errors
    ///
    /// Those of [`Verifier::new`].
    pub fn key(mut self, public_key: impl AsRef<str>) -> Result<Self, WebhookError> {
        self.keys.push(parse_key(public_key.as_ref())?);
        Ok(self)
    }

    /// Sets how far the time of a signature may be from now, in the past or in the future: 300 s at first.
    ///
    /// A longer time lets those who recorded a request post it again for longer.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Sets the clock, for tests: [`SystemTime::now`] at first.
    #[must_use]
    pub fn clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(now);
        self
    }

    /// Checks a request and decodes its event.
    ///
    /// `body` is the raw body. `headers` is whatever gives pairs of name and value: `&http::HeaderMap`, and so the
    /// headers of axum, hyper and warp; the crate's own `&Headers`; a map or an array of strings. Case does not matter
    /// in names.
    ///
    /// An event that this version of the crate does not know is no error; it is [`WebhookEvent::Unknown`].
    ///
    /// # Errors
    ///
    /// Those of [`Verifier::verify`], and [`WebhookErrorKind::Decode`] when the body is no JSON.
    pub fn unwrap(
        &self,
        body: &[u8],
        headers: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<[u8]>)>,
    ) -> Result<Event, WebhookError> {
        self.unwrap_as(body, headers)
    }

    /// Checks a request and decodes its event as a type of your choice, such as [`Value`].
    ///
    /// # Errors
    ///
    /// Those of [`Verifier::verify`], and [`WebhookErrorKind::Decode`] when the event does not fit the type.
    pub fn unwrap_as<T: DeserializeOwned>(
        &self,
        body: &[u8],
        headers: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<[u8]>)>,
    ) -> Result<Event<T>, WebhookError> {
        let signed_at = self.authenticate(body, headers)?;
        decode(body, signed_at)
    }

    /// Checks a request and leaves its body alone.
    ///
    /// # Errors
    ///
    /// Any [`WebhookErrorKind`] but `BadKey` and `Decode`.
    pub fn verify(
        &self,
        body: &[u8],
        headers: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<[u8]>)>,
    ) -> Result<(), WebhookError> {
        self.authenticate(body, headers).map(|_| ())
    }

    /// Checks a request, and tells when it was signed.
    fn authenticate(
        &self,
        body: &[u8],
        headers: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<[u8]>)>,
    ) -> Result<SystemTime, WebhookError> {
        let mut signature = Single::new(API.webhooks.signature_header);
        let mut timestamp = Single::new(API.webhooks.timestamp_header);
        for (name, value) in headers {
            signature.offer(name.as_ref(), value.as_ref());
            timestamp.offer(name.as_ref(), value.as_ref());
        }
        let signature = parse_signature(&signature.value()?)?;
        let timestamp = timestamp.value()?;
        let seconds = parse_timestamp(&timestamp)?;

        let message = signed_message(&timestamp, body);
        if !self.keys.iter().any(|key| key.verify_strict(&message, &signature).is_ok()) {
            return Err(WebhookError::new(
                WebhookErrorKind::WrongSignature,
                "the signature does not fit: the request is forged, or the public key is not that of the account, or \
                 these are not the bytes of the body as they came; give the raw body, not JSON that was written again",
            ));
        }
        // Only now, so that a request is called old or early only if it is genuine.
        self.check_time(seconds)?;
        UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).ok_or_else(malformed_timestamp)
    }

    fn check_time(&self, seconds: u64) -> Result<(), WebhookError> {
        let now = (self.clock)().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let distance = now.abs_diff(seconds);
        if Duration::from_secs(distance) <= self.tolerance {
            return Ok(());
        }
        let tolerance = self.tolerance.as_secs_f64();
        Err(if seconds < now {
            let message = format!(
                "the request was signed {distance} s ago, and the tolerance is {tolerance} s: somebody sends an old one \
                 again, or the clock of this computer is fast"
            );
            WebhookError::new(WebhookErrorKind::TooOld, message)
        } else {
            let message = format!(
                "the request was signed {distance} s in the future, and the tolerance is {tolerance} s: the clock of \
                 this computer is slow"
            );
            WebhookError::new(WebhookErrorKind::TooNew, message)
        })
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { keys, tolerance, .. } = self;
        formatter
            .debug_struct("Verifier")
            .field("keys", &keys.len())
            .field("tolerance", tolerance)
            .finish_non_exhaustive()
    }
}

/// An event, and how it came.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Event<T = WebhookEvent> {
    /// What happened.
    pub data: T,
    /// What identifies the event. It stays the same when the event is posted again.
    pub id: Option<String>,
    /// The number of the attempt to deliver it.
    pub attempt: Option<u64>,
    /// When the request was signed, to the second.
    pub signed_at: SystemTime,
    /// What stands beside the event in the body, by its name.
    pub envelope: Map<String, Value>,
}

impl<T: fmt::Debug + 'static> fmt::Debug for Event<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { data, id, attempt, signed_at, envelope } = self;
        let mut shown = formatter.debug_struct("Event");
        match (data as &dyn Any).downcast_ref::<Value>() {
            // Raw JSON would print what all other types hide.
            Some(value) => shown.field("data", &value.view()),
            None => shown.field("data", data),
        };
        shown
            .field("id", id)
            .field("attempt", attempt)
            .field("signed_at", signed_at)
            .field("envelope", &envelope.view())
            .finish()
    }
}

/// Why a request to a webhook is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WebhookErrorKind {
    /// The header of the signature, or that of its time, is not there.
    MissingHeader,
    /// One of the two headers is given more than once, or is not in its format.
    Malformed,
    /// The request is genuine, but was signed too long ago.
    TooOld,
    /// The request is genuine, but was signed too far in the future.
    TooNew,
    /// None of the keys has made the signature.
    WrongSignature,
    /// What was given as a public key is none, or an unsafe one.
    BadKey,
    /// The request is genuine, but its body can't be decoded.
    Decode,
}

/// A request to a webhook that is refused, or a key that is.
///
/// Its text says what to do. Neither that nor its `Debug` output holds anything of the body, nor a key.
///
/// # What to answer
///
/// A status of 400 for all that a sender can get wrong, and 500 for [`is_decode`](Self::is_decode): then the event is
/// genuine, is not lost if it is posted again, and its bytes are in [`body`](Self::body).
#[derive(Clone)]
pub struct WebhookError(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: WebhookErrorKind,
    message: Cow<'static, str>,
    json_path: Option<String>,
    body: Option<Vec<u8>>,
}

impl WebhookError {
    fn new(kind: WebhookErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner { kind, message: message.into(), json_path: None, body: None }))
    }

    /// Returns what kind of error it is.
    #[must_use]
    pub fn kind(&self) -> WebhookErrorKind {
        self.0.kind
    }

    /// Returns whether a header is missing: the request is not from the API, or something on the way drops headers.
    #[must_use]
    pub fn is_missing_header(&self) -> bool {
        self.0.kind == WebhookErrorKind::MissingHeader
    }

    /// Returns whether a header is given more than once, or is not in its format.
    #[must_use]
    pub fn is_malformed(&self) -> bool {
        self.0.kind == WebhookErrorKind::Malformed
    }

    /// Returns whether a genuine request was signed too long ago.
    #[must_use]
    pub fn is_too_old(&self) -> bool {
        self.0.kind == WebhookErrorKind::TooOld
    }

    /// Returns whether a genuine request was signed too far in the future.
    #[must_use]
    pub fn is_too_new(&self) -> bool {
        self.0.kind == WebhookErrorKind::TooNew
    }

    /// Returns whether none of the keys has made the signature.
    #[must_use]
    pub fn is_wrong_signature(&self) -> bool {
        self.0.kind == WebhookErrorKind::WrongSignature
    }

    /// Returns whether a public key is missing, no key at all, or unsafe.
    #[must_use]
    pub fn is_bad_key(&self) -> bool {
        self.0.kind == WebhookErrorKind::BadKey
    }

    /// Returns whether a genuine request has a body that can't be decoded.
    #[must_use]
    pub fn is_decode(&self) -> bool {
        self.0.kind == WebhookErrorKind::Decode
    }

    /// Returns where in the body the fault is, such as `data.payload.status`, if the body can't be decoded.
    #[must_use]
    pub fn json_path(&self) -> Option<&str> {
        self.0.json_path.as_deref()
    }

    /// Returns the bytes of a genuine body that can't be decoded.
    #[must_use]
    pub fn body(&self) -> Option<&[u8]> {
        self.0.body.as_deref()
    }
}

impl fmt::Display for WebhookError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.message)
    }
}

impl fmt::Debug for WebhookError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, message, body, .. } = &*self.0;
        let mut shown = formatter.debug_struct("WebhookError");
        shown.field("kind", kind).field("message", message);
        if let Some(body) = body {
            shown.field("body", &format_args!("[{} bytes]", body.len()));
        }
        shown.finish()
    }
}

impl Error for WebhookError {}

/// A header that must be there once.
struct Single {
    name: &'static str,
    value: Option<Vec<u8>>,
    count: usize,
}

impl Single {
    fn new(name: &'static str) -> Self {
        Self { name, value: None, count: 0 }
    }

    fn offer(&mut self, name: &str, value: &[u8]) {
        if name.eq_ignore_ascii_case(self.name) {
            self.count += 1;
            self.value = Some(value.to_vec());
        }
    }

    fn value(self) -> Result<Vec<u8>, WebhookError> {
        let name = self.name;
        match (self.value, self.count) {
            (Some(value), 1) => Ok(value),
            (None, _) => Err(WebhookError::new(
                WebhookErrorKind::MissingHeader,
                format!(
                    "the request has no header `{name}`: it is not from the API, or a proxy on the way drops the header"
                ),
            )),
            (Some(_), count) => Err(WebhookError::new(
                WebhookErrorKind::Malformed,
                format!("the request has the header `{name}` {count} times, so that it is open which one counts"),
            )),
        }
    }
}

fn parse_key(text: &str) -> Result<VerifyingKey, WebhookError> {
    let bad = |message: &'static str| WebhookError::new(WebhookErrorKind::BadKey, message);
    let bytes: Option<[u8; 32]> = STANDARD.decode(text.trim_ascii()).ok().and_then(|bytes| bytes.try_into().ok());
    let bytes = bytes.ok_or_else(|| {
        bad("the public key is not the base64 of 32 bytes: it has 44 characters and ends in `=`; copy all of it from \
             where the API shows it, and not the API key")
    })?;
    let key = VerifyingKey::from_bytes(&bytes).map_err(|_| {
        bad("the public key is no point of the curve Ed25519; copy it anew from where the API shows it")
    })?;
    // A signer's key is a multiple of the base point. With a point of small order anybody can make signatures; with a
    // mixed one its owner can make some that others read otherwise. Points with two spellings are all among these.
    if key.is_weak() || !key.to_edwards().is_torsion_free() {
        return Err(bad(
            "the public key is unsafe: with it signatures can be forged; copy it anew from where the API \
             shows it, and find out who has given you this one",
        ));
    }
    Ok(key)
}

fn parse_signature(text: &[u8]) -> Result<Signature, WebhookError> {
    let bytes: Option<[u8; 64]> = STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    let malformed = || {
        let name = API.webhooks.signature_header;
        let message = format!("the header `{name}` is no signature: that is 64 bytes in base64, 88 characters");
        WebhookError::new(WebhookErrorKind::Malformed, message)
    };
    let signature = Signature::from_bytes(&bytes.ok_or_else(malformed)?);
    if !is_reduced(signature.s_bytes()) {
        // It would fit once more, with another text. ed25519-dalek sees that too, unless some crate of the build turns
        // its feature `legacy_compatibility` on.
        return Err(WebhookError::new(
            WebhookErrorKind::WrongSignature,
            "the signature was changed after it was made: its second half is not below the order of the curve",
        ));
    }
    Ok(signature)
}

/// Whether a scalar is below the order of the base point.
fn is_reduced(scalar: &[u8; 32]) -> bool {
    /// 2^252 + 27742317777372353535851937790883648493, the lowest byte first.
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    scalar.iter().rev().lt(ORDER.iter().rev())
}

fn parse_timestamp(text: &[u8]) -> Result<u64, WebhookError> {
    let is_number = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let text = std::str::from_utf8(text).ok().filter(|_| is_number);
    text.and_then(|text| text.parse().ok()).ok_or_else(malformed_timestamp)
}

fn malformed_timestamp() -> WebhookError {
    let name = API.webhooks.timestamp_header;
    let message = format!("the header `{name}` is no time: that is the number of seconds since 1970, digits only");
    WebhookError::new(WebhookErrorKind::Malformed, message)
}

/// What the signature covers.
fn signed_message(timestamp: &[u8], body: &[u8]) -> Vec<u8> {
    let mut message = Vec::with_capacity(timestamp.len() + body.len() + 8);
    for piece in API.webhooks.signed {
        message.extend_from_slice(match piece {
            Signed::Timestamp => timestamp,
            Signed::Body => body,
            Signed::Text(text) => text.as_bytes(),
        });
    }
    message
}

/// Decodes a body that has been found to be genuine.
fn decode<T: DeserializeOwned>(body: &[u8], signed_at: SystemTime) -> Result<Event<T>, WebhookError> {
    let whole = json::value(body).map_err(|fault| explain(body, &fault))?;
    let member = API.webhooks.member.filter(|member| whole.get(*member).is_some());
    // From the text again, not from `whole`: so that a fault has a place.
    let data = json::read(body, &mut |text| match member {
        Some(name) => MemberSeed { name, value: PhantomData }.deserialize(text),
        None => T::deserialize(text),
    });
    let data = data.map_err(|fault| explain(body, &fault))?;
    let at = |pointer: Option<&'static str>| {
        let pointer = pointer?;
        // A body that is the event lacks the first step of the way to what the event holds.
        let below = API.webhooks.member.and_then(|member| pointer.strip_prefix('/')?.strip_prefix(member));
        whole.pointer(if member.is_none() { below.unwrap_or(pointer) } else { pointer })
    };
    let id = at(API.webhooks.id).and_then(|id| match id {
        Value::String(text) => Some(text.clone()),
        // Two of what has been rounded may look the same, and the second event would be taken for a repetition.
        Value::Number(number) if !number.is_f64() => Some(number.to_string()),
        _ => None,
    });
    let attempt =
        at(API.webhooks.attempt).and_then(|attempt| attempt.as_u64().or_else(|| attempt.as_str()?.parse().ok()));
    let envelope = match (member, whole) {
        (Some(member), Value::Object(members)) => members.into_iter().filter(|(name, _)| name != member).collect(),
        _ => Map::new(),
    };
    Ok(Event { data, id, attempt, signed_at, envelope })
}

/// Says what is wrong with a body and where, without repeating any of its values.
fn explain(body: &[u8], fault: &serde_json::Error) -> WebhookError {
    let json = json::without_mark(body);
    let Place { path, byte } = json_path::find(json, fault);
    let message = if json.iter().all(u8::is_ascii_whitespace) {
        "the request is genuine, but its body is empty; give the raw body, before anything else reads it".to_owned()
    } else {
        let what = without_values(&fault.to_string());
        let place = if path.is_empty() { "the top level" } else { &path };
        format!("the request is genuine, but its body can't be decoded: {what} at {place} (byte {byte})")
    };
    let mut error = WebhookError::new(WebhookErrorKind::Decode, message);
    error.0.json_path = Some(path);
    error.0.body = Some(body.to_vec());
    error
}

/// Reads one member of an object and skips the others.
struct MemberSeed<T> {
    name: &'static str,
    value: PhantomData<T>,
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for MemberSeed<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for MemberSeed<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "an object with the member `{}`", self.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<T, A::Error> {
        let mut value = None;
        while let Some(name) = members.next_key::<Cow<'_, str>>()? {
            if name == self.name {
                value = Some(members.next_value()?);
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        value.ok_or_else(|| serde_core::de::Error::missing_field(self.name))
    }
}

/// Gives the type of all events its table: families of events, each a union by the same member.
///
/// ```text
/// webhook_event! {
///     WebhookEvent by "event_type" {
///         #[cfg(feature = "orders")] Order: OrderEvent,
///     }
/// }
/// ```
macro_rules! webhook_event {
    ($name:ident by $tag:literal { $($(#[$gate:meta])* $variant:ident: $inner:ident),* $(,)? }) => {
        impl $name {
            #[doc = concat!("Returns the text of `", $tag, "`, which tells the events apart, if there is one.")]
            #[must_use]
            #[inline]
            pub fn tag(&self) -> Option<&str> {
                match self {
                    $($(#[$gate])* Self::$variant(event) => event.tag(),)*
                    Self::Unknown(value) => value.get($tag)?.as_str(),
                }
            }
        }

        impl Default for $name {
            #[inline]
            fn default() -> Self {
                Self::Unknown($crate::codec::Value::Null)
            }
        }

        impl $crate::codec::Union for $name {
            #[inline]
            fn set_fitting(&mut self, value: $crate::codec::Value) {
                let tag = value.get($tag).and_then($crate::codec::Value::as_str);
                $(
                    $(#[$gate])*
                    {
                        let leads_here = |tag| <$inner as $crate::codec::Tagged>::TAGS.contains(&tag);
                        if tag.is_some_and(leads_here) && let Some(event) = $crate::codec::fit(&value) {
                            *self = Self::$variant(event);
                            return;
                        }
                    }
                )*
                let _ = tag;
                *self = Self::Unknown(value);
            }

            #[inline]
            fn variant(&self) -> (&'static str, $crate::codec::View<'_>) {
                match self {
                    $($(#[$gate])* Self::$variant(event) => {
                        (stringify!($variant), $crate::codec::Field::view(event))
                    })*
                    Self::Unknown(value) => ($crate::codec::UNKNOWN, $crate::codec::View::Any(value)),
                }
            }
        }

        $crate::codec::traits! { $name as Union }
    };
}
pub(crate) use webhook_event;

#[cfg(test)]
mod tests {
    use super::*;

    /// Not left to ed25519-dalek alone: any crate of a build can turn its check off.
    #[test]
    fn scalars_are_below_the_order() {
        let mut order = [0; 32];
        order[31] = 0x10;
        order[..16].copy_from_slice(&27_742_317_777_372_353_535_851_937_790_883_648_493_u128.to_le_bytes());
        let with = |index: usize, byte: u8| {
            let mut scalar = order;
            scalar[index] = byte;
            scalar
        };
        let cases = [
            ([0; 32], true),
            (with(0, 0xec), true), // one less
            (order, false),
            (with(0, 0xee), false), // one more
            (with(31, 0x0f), true),
            (with(31, 0x11), false),
            (with(15, 0), true),
            (with(16, 1), false),
            ([0xff; 32], false),
        ];
        for (scalar, expected) in cases {
            assert_eq!(is_reduced(&scalar), expected, "{scalar:x?}");
        }
    }
}
