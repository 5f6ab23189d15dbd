//! What the API sends on its own, decoded as a handler would.

use mini_deliveries::types::{
    AccountSuspended, AccountSuspendedPut, OnData, OnDataKind, OrderChanged, PulseBody, RecordingsCreateOnData, Shared,
};

#[test]
fn webhooks_are_decoded() {
    let order: OrderChanged = serde_json::from_str(r#"{"id":"1","note":null,"more":true}"#).unwrap();
    assert_eq!((order.id.as_str(), order.note), ("1", None));
    let account: AccountSuspended = serde_json::from_str(r#"{"account":"a","reason":{"code":7}}"#).unwrap();
    assert_eq!(account.reason.code, Some(7));
    let put: AccountSuspendedPut = serde_json::from_str(r#"{"until":"2026-07-16"}"#).unwrap();
    assert_eq!(put.until.unwrap().to_string(), "2026-07-16");
    assert!(serde_json::from_str::<PulseBody>("null").unwrap().is_none());
    assert_eq!(serde_json::from_str::<PulseBody>(r#"{"beat":3}"#).unwrap().unwrap().beat, Some(3));

    let error = serde_json::from_str::<OrderChanged>("{}").unwrap_err();
    assert!(error.to_string().contains("missing field `id`"), "{error}");
}

#[test]
fn callbacks_are_decoded() {
    let data: OnData = serde_json::from_str(r#"{"at":"2026-07-16T10:00:00Z","kind":"sound"}"#).unwrap();
    assert_eq!(data.kind, OnDataKind::Sound);
    let pieces: RecordingsCreateOnData = serde_json::from_str(r#"[{"seconds":2},{}]"#).unwrap();
    assert_eq!(pieces.iter().map(|piece| piece.seconds).collect::<Vec<_>>(), [Some(2), None]);
    let ended: Shared = serde_json::from_str(r#"{"bytes":9007199254740993}"#).unwrap();
    assert_eq!(ended.bytes, Some(9_007_199_254_740_993));
}
