//! Webhooks: what is accepted, what is refused and why, and the server of the examples.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "clippy takes only functions marked as tests for tests"
)]

#[path = "../examples/webhook_server.rs"]
#[allow(dead_code, reason = "the example's `main`")]
mod webhook_server;

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use serde_json::{Value, json};
use telnyx_porting::types::{PortingEvent, PortoutEvent, WebhookEvent};
use telnyx_porting::webhooks::{Event, Verifier, WebhookError, WebhookErrorKind as Kind};
use tokio::net::TcpListener;

use crate::webhook_server::{EVENT, public_key, router, send, sign};

/// The time at which all of it happens.
const NOW: u64 = 1_700_000_000;
const SIGNATURE: &str = "telnyx-signature-ed25519";
const TIMESTAMP: &str = "telnyx-timestamp";

/// Made with the first key, the nonce zero: of `{}`, now. It solves the equation, and gives the private key away.
const NEUTRAL: &str = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAk50hm06sOG0pUiKipvdCAB5qnLwKgYOdWsSbmm8J6BQ==";

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn verifier() -> Verifier {
    Verifier::new(public_key(&key(1))).unwrap().clock(|| UNIX_EPOCH + Duration::from_secs(NOW))
}

fn raw_signature(seed: u8, timestamp: &str, body: &[u8]) -> [u8; 64] {
    key(seed).sign(&[timestamp.as_bytes(), b"|", body].concat()).to_bytes()
}

/// A request to a webhook, bit by bit.
#[derive(Clone)]
struct Post {
    headers: Vec<(&'static str, Vec<u8>)>,
    body: Vec<u8>,
}

impl Post {
    fn new(timestamp: &str, body: impl AsRef<[u8]>) -> Self {
        let signature = STANDARD.encode(raw_signature(1, timestamp, body.as_ref()));
        let headers = vec![(SIGNATURE, signature.into_bytes()), (TIMESTAMP, timestamp.as_bytes().to_vec())];
        Self { headers, body: body.as_ref().to_vec() }
    }

    /// Signed now.
    fn of(body: impl AsRef<[u8]>) -> Self {
        Self::new(&NOW.to_string(), body)
    }

    fn signed_at(seconds: u64) -> Self {
        Self::new(&seconds.to_string(), EVENT)
    }

    fn good() -> Self {
        Self::of(EVENT)
    }

    fn signature(self, signature: impl AsRef<[u8]>) -> Self {
        self.without(SIGNATURE).with(SIGNATURE, signature)
    }

    /// Changes the text of the signature.
    fn respelled(self, change: impl FnOnce(String) -> String) -> Self {
        let text = String::from_utf8(self.headers[0].1.clone()).unwrap();
        self.signature(change(text))
    }

    fn with(mut self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name, value.as_ref().to_vec()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self
    }

    fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = body.as_ref().to_vec();
        self
    }

    fn unwrap(&self, verifier: &Verifier) -> Result<Event, WebhookError> {
        verifier.unwrap(&self.body, self.headers.iter().map(|(name, value)| (*name, value)))
    }
}

/// The signature with the order of the curve added to its second half, which fits the same equation.
fn malleated(mut signature: [u8; 64]) -> [u8; 64] {
    let order: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut carry = 0;
    for (byte, more) in signature[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(more) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    assert_eq!(carry, 0);
    signature
}

/// `R` the neutral point, `s` zero: what forgers try first, for it fits every message under a small-order key.
fn identity_signature() -> [u8; 64] {
    let mut signature = [0; 64];
    signature[0] = 1;
    signature
}

#[test]
fn requests_are_accepted_or_refused() {
    let good = || Ok(());
    let body = EVENT.as_bytes();
    let now = NOW.to_string();
    let raw = raw_signature(1, &now, body);
    let text = STANDARD.encode(raw);
    let tampered = EVENT.replacen("ported", "portEd", 1);
    let last_bit = {
        // The four bits behind the last byte should be zero.
        let mut text = text.clone().into_bytes();
        let at = text.len() - 3;
        text[at] += 1;
        text
    };
    let not_utf8 = b"{\"data\":{\"event_type\":\"\xff\"}}".as_slice();

    let cases: Vec<(&str, Post, Result<(), Kind>)> = vec![
        // What is fine.
        ("signed now", Post::good(), good()),
        ("300 s ago", Post::signed_at(NOW - 300), good()),
        ("300 s ahead", Post::signed_at(NOW + 300), good()),
        ("zeros in front, as signed", Post::new(&format!("000{NOW}"), EVENT), good()),
        ("other headers beside", Post::good().with("content-type", "application/json").with("x", b"\xff"), good()),
        ("no JSON object", Post::of("[1]"), good()),
        ("half a character, and a number for a text", Post::of(r#"{"data": {"id": 1, "x": "\ud83d"}}"#), good()),
        ("a byte order mark before it, as signed", Post::of(format!("\u{feff}{EVENT}")), good()),
        // Time.
        ("301 s ago", Post::signed_at(NOW - 301), Err(Kind::TooOld)),
        ("301 s ahead", Post::signed_at(NOW + 301), Err(Kind::TooNew)),
        ("at the beginning of time", Post::new("0", EVENT), Err(Kind::TooOld)),
        ("in milliseconds", Post::signed_at(NOW * 1000), Err(Kind::TooNew)),
        ("the last second that there is", Post::signed_at(u64::MAX), Err(Kind::TooNew)),
        ("beyond all numbers", Post::new("18446744073709551616", EVENT), Err(Kind::Malformed)),
        ("time with a sign", Post::new(&format!("+{NOW}"), EVENT), Err(Kind::Malformed)),
        ("time below zero", Post::new("-5", EVENT), Err(Kind::Malformed)),
        ("time with a fraction", Post::new(&format!("{NOW}.5"), EVENT), Err(Kind::Malformed)),
        ("time with an exponent", Post::new("17e8", EVENT), Err(Kind::Malformed)),
        ("time with a space", Post::new(&format!(" {NOW}"), EVENT), Err(Kind::Malformed)),
        ("time as a date", Post::new("2023-11-14T22:13:20Z", EVENT), Err(Kind::Malformed)),
        ("time in other digits", Post::new("١٧", EVENT), Err(Kind::Malformed)),
        ("no time at all", Post::new("", EVENT), Err(Kind::Malformed)),
        (
            "two times in one header",
            Post::good().without(TIMESTAMP).with(TIMESTAMP, format!("{now}, {now}")),
            Err(Kind::Malformed),
        ),
        (
            "another time than signed",
            Post::good().without(TIMESTAMP).with(TIMESTAMP, (NOW + 1).to_string()),
            Err(Kind::WrongSignature),
        ),
        // Headers.
        ("no signature", Post::good().without(SIGNATURE), Err(Kind::MissingHeader)),
        ("no timestamp", Post::good().without(TIMESTAMP), Err(Kind::MissingHeader)),
        ("neither", Post::good().without(SIGNATURE).without(TIMESTAMP), Err(Kind::MissingHeader)),
        ("two signatures", Post::good().with(SIGNATURE, "AAAA"), Err(Kind::Malformed)),
        ("the same signature twice", Post::good().with(SIGNATURE, &text), Err(Kind::Malformed)),
        ("twice in another case", Post::good().with("Telnyx-Signature-Ed25519", &text), Err(Kind::Malformed)),
        ("two timestamps", Post::good().with(TIMESTAMP, &now), Err(Kind::Malformed)),
        ("empty signature", Post::good().signature(""), Err(Kind::Malformed)),
        ("two signatures in one header", Post::good().respelled(|text| format!("{text},{text}")), Err(Kind::Malformed)),
        ("another alphabet", Post::good().signature(URL_SAFE.encode([0xff; 64])), Err(Kind::Malformed)),
        ("no padding", Post::good().signature(STANDARD_NO_PAD.encode(raw)), Err(Kind::Malformed)),
        ("half the padding", Post::good().respelled(|text| text[..87].to_owned()), Err(Kind::Malformed)),
        ("too much padding", Post::good().respelled(|text| text + "=="), Err(Kind::Malformed)),
        ("bits behind the last byte", Post::good().signature(last_bit), Err(Kind::Malformed)),
        ("space before", Post::good().respelled(|text| format!(" {text}")), Err(Kind::Malformed)),
        ("line break behind", Post::good().respelled(|text| text + "\n"), Err(Kind::Malformed)),
        (
            "line break within",
            Post::good().respelled(|text| format!("{}\r\n{}", &text[..76], &text[76..])),
            Err(Kind::Malformed),
        ),
        ("in hexadecimal", Post::good().signature("ab".repeat(64)), Err(Kind::Malformed)),
        ("63 bytes", Post::good().signature(STANDARD.encode(&raw[..63])), Err(Kind::Malformed)),
        ("65 bytes", Post::good().signature(STANDARD.encode([raw.as_slice(), &[0]].concat())), Err(Kind::Malformed)),
        ("no text", Post::good().signature(b"\xff\xfe"), Err(Kind::Malformed)),
        // Signatures.
        (
            "by another key",
            Post::good().signature(STANDARD.encode(raw_signature(2, &now, body))),
            Err(Kind::WrongSignature),
        ),
        (
            "of the body alone",
            Post::good().signature(STANDARD.encode(key(1).sign(body).to_bytes())),
            Err(Kind::WrongSignature),
        ),
        ("malleated", Post::good().signature(STANDARD.encode(malleated(raw))), Err(Kind::WrongSignature)),
        ("all zero", Post::good().signature(STANDARD.encode([0; 64])), Err(Kind::WrongSignature)),
        ("the neutral point", Post::good().signature(STANDARD.encode(identity_signature())), Err(Kind::WrongSignature)),
        ("all ones", Post::good().signature(STANDARD.encode([0xff; 64])), Err(Kind::WrongSignature)),
        (
            "halves exchanged",
            Post::good().signature(STANDARD.encode([&raw[32..], &raw[..32]].concat())),
            Err(Kind::WrongSignature),
        ),
        ("its first half the neutral point, and it fits", Post::of("{}").signature(NEUTRAL), Err(Kind::WrongSignature)),
        // Bodies.
        ("another letter", Post::good().body(&tampered), Err(Kind::WrongSignature)),
        ("a space more", Post::good().body(format!("{EVENT} ")), Err(Kind::WrongSignature)),
        (
            "written again",
            Post::good().body(serde_json::from_str::<Value>(EVENT).unwrap().to_string()),
            Err(Kind::WrongSignature),
        ),
        ("dropped", Post::good().body(""), Err(Kind::WrongSignature)),
        ("a byte order mark more", Post::good().body(format!("\u{feff}{EVENT}")), Err(Kind::WrongSignature)),
        (
            "time moved into the body",
            Post::new("17", "1|{}").without(TIMESTAMP).with(TIMESTAMP, "17|1"),
            Err(Kind::Malformed),
        ),
        ("empty, and signed", Post::of(""), Err(Kind::Decode)),
        ("a byte order mark alone, and signed", Post::of("\u{feff}"), Err(Kind::Decode)),
        ("no JSON, and signed", Post::of("<html>"), Err(Kind::Decode)),
        ("cut short, and signed", Post::of(&EVENT[..EVENT.len() - 1]), Err(Kind::Decode)),
        ("more behind it, and signed", Post::of(format!("{EVENT}{{}}")), Err(Kind::Decode)),
        ("no UTF-8, and signed", Post::of(not_utf8), Err(Kind::Decode)),
        ("too deep, and signed", Post::of("[".repeat(100_000)), Err(Kind::Decode)),
    ];
    assert!(cases.len() >= 60, "{}", cases.len());
    let verifier = verifier();
    for (name, post, expected) in cases {
        let result = post.unwrap(&verifier);
        assert_eq!(result.as_ref().map(|_| ()).map_err(WebhookError::kind), expected, "{name}");

        let pairs = post.headers.iter().map(|(name, value)| (*name, value));
        let unread = verifier.verify(&post.body, pairs).map_err(|error| error.kind());
        let due = if expected == Err(Kind::Decode) { Ok(()) } else { expected };
        assert_eq!(unread, due, "{name}, without reading the body");

        let Err(error) = result else { continue };
        let said = format!("{error} {error:?}");
        assert!(
            !said.contains(&text[..10]) && !said.contains("porting_order") && !said.contains("html"),
            "{name}: {said}"
        );
        assert_eq!(error.body().map(<[u8]>::len), error.is_decode().then_some(post.body.len()), "{name}");
        let predicates = [
            (error.is_missing_header(), Kind::MissingHeader),
            (error.is_malformed(), Kind::Malformed),
            (error.is_too_old(), Kind::TooOld),
            (error.is_too_new(), Kind::TooNew),
            (error.is_wrong_signature(), Kind::WrongSignature),
            (error.is_bad_key(), Kind::BadKey),
            (error.is_decode(), Kind::Decode),
        ];
        for (is_it, kind) in predicates {
            assert_eq!(is_it, error.kind() == kind, "{name}: {kind:?}");
        }
    }
}

#[test]
fn keys_are_good_or_refused() {
    let good = public_key(&key(1));
    let bytes = key(1).verifying_key().to_bytes();
    let hex = |text: &str| -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    };
    let repeated = |first: &str, middle: &str, last: &str| hex(&format!("{first}{}{last}", middle.repeat(30)));
    let order_8 = [
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    ];
    let mut small = vec![
        repeated("01", "00", "00"), // order 1
        repeated("ec", "ff", "7f"), // order 2
        repeated("00", "00", "00"), // order 4
        repeated("00", "00", "80"), // order 4
    ];
    small.extend(order_8.map(hex));
    assert_eq!(small.len(), 8);
    // The same points, written in ways in which they should not be.
    small.extend([
        repeated("01", "00", "80"),
        repeated("ec", "ff", "ff"),
        repeated("ed", "ff", "7f"),
        repeated("ed", "ff", "ff"),
        repeated("ee", "ff", "7f"),
        repeated("ee", "ff", "ff"),
    ]);
    // A good key and a point of order 8: its owner can sign so that some accept it and others do not.
    let torsion: [u8; 32] = hex(order_8[0]).try_into().unwrap();
    let torsion = VerifyingKey::from_bytes(&torsion).unwrap().to_edwards();
    small.push((key(1).verifying_key().to_edwards() + torsion).compress().to_bytes().to_vec());
    // y = p + 3, a number too large, for y = 3.
    small.push(repeated("f0", "ff", "7f"));

    let mut cases: Vec<(String, bool)> = vec![
        (good.clone(), true),
        (format!("{good}\n"), true), // as files and variables often hold it
        (String::new(), false),
        ("KEY0189".to_owned(), false),
        (good.trim_end_matches('=').to_owned(), false),
        (format!("{}\n{}", &good[..20], &good[20..]), false),
        (STANDARD.encode(&bytes[..31]), false),
        (STANDARD.encode([bytes.as_slice(), &[0]].concat()), false),
        ("ab".repeat(32), false),
        (URL_SAFE.encode([0xff; 32]), false),
        (STANDARD.encode(repeated("02", "00", "00")), false), // no point
    ];
    cases.extend(small.iter().map(|key| (STANDARD.encode(key), false)));
    for (text, is_good) in cases {
        for result in [Verifier::new(&text), verifier().key(&text)] {
            let kind = result.as_ref().map(|_| ()).map_err(WebhookError::kind);
            assert_eq!(kind, if is_good { Ok(()) } else { Err(Kind::BadKey) }, "{text}");
            if let Err(error) = result {
                assert!(text.is_empty() || !format!("{error} {error:?}").contains(&text), "{error}");
            }
        }
    }
}

#[test]
fn the_neutral_signature_solves_the_equation() {
    let bytes = STANDARD.decode(NEUTRAL).unwrap().try_into().unwrap();
    let signature = ed25519_dalek::Signature::from_bytes(&bytes);
    let message = format!("{NOW}|{{}}");
    assert!(ed25519_dalek::Verifier::verify(&key(1).verifying_key(), message.as_bytes(), &signature).is_ok());
}

/// The forgery that the refusal of small-order keys prevents: it passes where nothing but the equation is checked.
#[test]
fn small_order_keys_would_be_forgeable() {
    let mut identity = [0; 32];
    identity[0] = 1;
    let weak = VerifyingKey::from_bytes(&identity).unwrap();
    let signature = ed25519_dalek::Signature::from_bytes(&identity_signature());
    assert!(ed25519_dalek::Verifier::verify(&weak, b"anything at all", &signature).is_ok());
    assert!(Verifier::new(STANDARD.encode(identity)).unwrap_err().to_string().contains("unsafe"));
}

#[test]
fn keys_rotate() {
    let old = Post::good();
    let new = Post::good().signature(STANDARD.encode(raw_signature(2, &NOW.to_string(), EVENT.as_bytes())));
    let third = Post::good().signature(STANDARD.encode(raw_signature(3, &NOW.to_string(), EVENT.as_bytes())));
    let both = verifier().key(public_key(&key(2))).unwrap();
    assert!(old.unwrap(&both).is_ok() && new.unwrap(&both).is_ok());
    assert!(third.unwrap(&both).unwrap_err().is_wrong_signature());
    assert!(new.unwrap(&verifier()).unwrap_err().is_wrong_signature());
    assert_eq!(format!("{both:?}"), "Verifier { keys: 2, tolerance: 300s, .. }");
}

#[test]
fn tolerance_and_clock_can_be_set() {
    let at = |tolerance, millis| {
        verifier()
            .tolerance(Duration::from_secs(tolerance))
            .clock(move || UNIX_EPOCH + Duration::from_millis(NOW * 1000 + millis))
    };
    let cases = [
        (0, 0, NOW, Ok(())),
        (0, 999, NOW, Ok(())), // whole seconds, as the header counts them
        (0, 1000, NOW, Err(Kind::TooOld)),
        (0, 0, NOW + 1, Err(Kind::TooNew)),
        (60, 0, NOW - 60, Ok(())),
        (60, 0, NOW - 61, Err(Kind::TooOld)),
        (300, 999, NOW - 300, Ok(())),
        (u64::MAX, 0, 0, Ok(())),
        (u64::MAX, 0, NOW * 1000, Ok(())),
    ];
    for (tolerance, millis, signed_at, expected) in cases {
        let result = Post::signed_at(signed_at).unwrap(&at(tolerance, millis));
        assert_eq!(result.map(|_| ()).map_err(|error| error.kind()), expected, "{tolerance} {millis} {signed_at}");
    }
    // A computer that does not know the time fails closed.
    let lost = verifier().clock(|| UNIX_EPOCH - Duration::from_secs(1));
    assert!(Post::good().unwrap(&lost).unwrap_err().is_too_new());
    // Unless told otherwise, time is that of the computer.
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    assert!(Post::signed_at(seconds).unwrap(&Verifier::new(public_key(&key(1))).unwrap()).is_ok());
}

#[test]
fn headers_come_in_many_forms() {
    let now = NOW.to_string();
    let signature = sign(&key(1), NOW, EVENT);
    let (body, verifier) = (EVENT.as_bytes(), verifier());

    let mut map = axum::http::HeaderMap::new();
    map.insert("Telnyx-Signature-ED25519", signature.parse().unwrap());
    map.insert("TELNYX-TIMESTAMP", now.parse().unwrap());
    verifier.verify(body, &map).unwrap();
    map.append(TIMESTAMP, now.parse().unwrap());
    assert!(verifier.verify(body, &map).unwrap_err().is_malformed());

    let texts = [("TELNYX-signature-ed25519", signature.as_str()), ("Telnyx-Timestamp", now.as_str())];
    verifier.verify(body, texts).unwrap();
    verifier.verify(body, texts.iter().copied()).unwrap();
    verifier.verify(body, Vec::from(texts.map(|(name, value)| (name.to_owned(), value.to_owned())))).unwrap();
    verifier.verify(body, Vec::from(texts.map(|(name, value)| (name, value.as_bytes().to_vec())))).unwrap();
    verifier.verify(body, &HashMap::from(texts)).unwrap();
    #[cfg(feature = "client")]
    verifier.verify(body, &telnyx_porting::Headers::from_iter(texts)).unwrap();
}

#[test]
fn events_have_types() {
    let portout = json!({"data": {"event_type": "portout.new_comment", "id": "1", "payload": {"comment": "x"}}});
    let bare = serde_json::from_str::<Value>(EVENT).unwrap()["data"].clone();
    let odd = json!({"data": {"event_type": "porting_order.status_changed", "payload": 7}, "meta": 5});
    let unknown = json!({"data": {"event_type": "fax.sent", "pin": "48901"}, "meta": {"attempt": "3", "pin": "48902"}});
    let cases = [
        (serde_json::from_str(EVENT).unwrap(), "Porting(StatusChanged(", Some("porting_order.status_changed")),
        (portout, "Portout(NewComment(", Some("portout.new_comment")),
        (bare, "Porting(StatusChanged(", Some("porting_order.status_changed")),
        (odd, "Porting(Unknown(", Some("porting_order.status_changed")),
        (unknown, "Unknown(", Some("fax.sent")),
        (json!({"data": {"event_type": 7}}), "Unknown(", None),
        (json!({"data": null}), "Unknown(", None),
        (json!({"data": [1]}), "Unknown(", None),
        (json!({}), "Unknown(", None),
        (json!("x"), "Unknown(", None),
    ];
    for (body, shown, tag) in cases {
        let event = Post::of(body.to_string()).unwrap(&verifier()).unwrap();
        assert!(format!("{:?}", event.data).starts_with(shown), "{body}: {event:?}");
        assert_eq!(event.data.tag(), tag, "{body}");
        // Nothing is lost.
        let data = body.get("data").unwrap_or(&body);
        if shown.contains("Unknown(") {
            assert_eq!(&serde_json::to_value(&event.data).unwrap(), data);
        }
        assert!(!format!("{event:?}").contains("4890"), "{event:?}");
    }

    let event = Post::good().unwrap(&verifier()).unwrap();
    assert_eq!(event.id.as_deref(), Some("eef3340b-8903-4466-b445-89b697315a3a"));
    assert_eq!((event.attempt, event.signed_at), (Some(1), UNIX_EPOCH + Duration::from_secs(NOW)));
    assert_eq!(event.envelope.keys().collect::<Vec<_>>(), ["meta"]);
    assert_eq!(event.envelope["meta"]["delivered_to"], "https://example.com/webhooks/telnyx");
    let WebhookEvent::Porting(PortingEvent::StatusChanged(changed)) = event.data else { panic!("{event:?}") };
    assert_eq!(changed.payload.unwrap().status.unwrap().value.unwrap(), "ported");
    assert_eq!(WebhookEvent::from(PortoutEvent::default()), WebhookEvent::Portout(PortoutEvent::Unknown(Value::Null)));

    // Without an envelope the identifier is still found.
    let bare = Post::of(r#"{"id": 5, "meta": {"attempt": 2}}"#).unwrap(&verifier()).unwrap();
    assert_eq!((bare.id.as_deref(), bare.attempt, bare.envelope.len()), (Some("5"), Some(2), 0));

    // An identifier that was rounded identifies nothing.
    let rounded = Post::of(r#"{"data": {"id": 123456789012345678901}}"#).unwrap(&verifier()).unwrap();
    assert_eq!(rounded.id, None);

    let error = Post::of("\u{feff} \n").unwrap(&verifier()).unwrap_err();
    assert!(error.to_string().contains("its body is empty"), "{error}");
}

#[test]
fn events_can_be_had_as_any_type() {
    type Counts = BTreeMap<String, BTreeMap<String, u8>>;

    fn unwrap_as<T: serde_core::de::DeserializeOwned>(body: &str) -> Result<Event<T>, WebhookError> {
        let post = Post::of(body);
        verifier().unwrap_as::<T>(&post.body, post.headers.iter().map(|(name, value)| (*name, value)))
    }

    let body = r#"{"meta": {"attempt": 2}, "data": {"counts": {"a": 1, "pin": 4890}}}"#;
    let event = unwrap_as::<Value>(body).unwrap();
    assert_eq!((&event.data["counts"]["pin"], event.attempt), (&json!(4890), Some(2)));
    assert!(!format!("{event:?}").contains("4890"), "{event:?}");
    assert!(unwrap_as::<BTreeMap<String, BTreeMap<String, u16>>>(body).is_ok());

    // What does not fit is said with its place, and without its value; the bytes are kept.
    let error = unwrap_as::<Counts>(body).unwrap_err();
    assert_eq!((error.kind(), error.json_path()), (Kind::Decode, Some("data.counts.pin")));
    assert_eq!(error.body(), Some(body.as_bytes()));
    assert!(!format!("{error} {error:?}").contains("4890"), "{error}");
    assert!(error.to_string().contains("invalid value: integer, expected u8 at data.counts.pin (byte"), "{error}");
}

#[test]
fn keys_come_from_the_environment() {
    // Variables of a running program can't be set safely, so the test is a program that starts itself.
    if let Ok(expected) = std::env::var("WEBHOOKS_TEST_EXPECTS") {
        let said = Verifier::from_env().map_or_else(|error| error.to_string(), |_| "good".to_owned());
        assert!(said.contains(&expected), "{said}");
        return;
    }
    let cases: Vec<(Option<OsString>, &str)> = vec![
        (Some(public_key(&key(1)).into()), "good"),
        (None, "`TELNYX_PUBLIC_KEY` is not set"),
        (Some("  ".into()), "`TELNYX_PUBLIC_KEY` is not set"),
        (Some("KEY".into()), "is not the base64 of 32 bytes"),
        // Set, even if it is no text.
        #[cfg(unix)]
        (Some(std::os::unix::ffi::OsStringExt::from_vec(vec![0xff])), "is not the base64 of 32 bytes"),
    ];
    for (value, expected) in cases {
        let mut program = Command::new(std::env::current_exe().unwrap());
        program.args(["--exact", "keys_come_from_the_environment"]).env("WEBHOOKS_TEST_EXPECTS", expected);
        match &value {
            Some(value) => program.env("TELNYX_PUBLIC_KEY", value),
            None => program.env_remove("TELNYX_PUBLIC_KEY"),
        };
        let output = program.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{value:?}: {said}");
    }
}

#[tokio::test]
async fn the_server_of_the_example_takes_what_is_signed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let server = tokio::spawn(async move { axum::serve(listener, router(verifier())).await });

    let signature = sign(&key(1), NOW, EVENT);
    let no_json = sign(&key(1), NOW, "{");
    let other = EVENT.replace("porting_order.status_changed", "fax.sent").replace("eef3340b", "eef3340c");
    let cases = [
        (NOW, signature.clone(), EVENT, 200),
        (NOW, signature.clone(), EVENT, 200),
        (NOW, sign(&key(1), NOW, &other), other.as_str(), 200),
        (NOW, signature.clone(), other.as_str(), 400),
        (NOW + 1, signature, EVENT, 400),
        (NOW, sign(&key(2), NOW, EVENT), EVENT, 400),
        (NOW - 301, sign(&key(1), NOW - 301, EVENT), EVENT, 400),
        (NOW, String::new(), EVENT, 400),
        (NOW, no_json, "{", 500),
    ];
    for (index, (timestamp, signature, body, expected)) in cases.into_iter().enumerate() {
        assert_eq!(send(&address, timestamp, &signature, body).await.unwrap(), expected, "{index}");
    }
    server.abort();
}
