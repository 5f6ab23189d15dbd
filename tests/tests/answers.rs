//! Answers that are not quite what the document promises.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that can't go on ends here")]

use telnyx_porting::Method;
use telnyx_porting::testing::{MockReply, MockTransport};
use telnyx_porting::types::PayloadStatus;

/// One such member is no reason to lose a page of orders.
#[tokio::test]
async fn one_odd_member_does_not_cost_a_page() {
    let mock = MockTransport::new();
    let body = r#"{"data": [
            {"id": "1", "customer_reference": "cut in two: \ud83d", "porting_phone_numbers_count": "3"},
            {"id": 2, "customer_reference": "\ud83d\ude00", "status": {"value": "draft", "details": []}, "description": 7}
        ], "meta": {"total_pages": "1", "page_number": 1}}"#;
    mock.on(Method::Get, "/porting_orders").reply_with(MockReply::new(200).body("application/json", body));
    let page = mock.client().porting_orders().list().send().await.unwrap();

    let told: Vec<_> =
        page.items.iter().map(|order| (order.id.as_deref(), order.customer_reference.as_deref())).collect();
    assert_eq!(told, [(Some("1"), Some("cut in two: \u{fffd}")), (Some("2"), Some("\u{1f600}"))]);
    assert_eq!(page.items[0].porting_phone_numbers_count, Some(3));
    assert_eq!(page.items[1].description.as_deref(), Some("7"));
}

/// Nobody has to tell events apart to learn whose they are, nor need they be known.
#[tokio::test]
async fn what_all_events_have_can_be_asked_of_any() {
    let mock = MockTransport::new();
    let body = r#"{"data": [
        {"id": "1", "event_type": "porting_order.new_comment", "porting_order_id": "a", "payload_status": "created"},
        {"id": "2", "event_type": "porting_order.newer_than_this", "porting_order_id": "b", "payload_status": "created"}
    ], "meta": {"total_pages": 1, "page_number": 1}}"#;
    mock.on(Method::Get, "/porting/events").reply_with(MockReply::new(200).body("application/json", body));
    let events = mock.client().porting().events().list().send().await.unwrap().items;

    let told: Vec<_> = events.iter().map(|event| (event.id(), event.tag(), event.porting_order_id())).collect();
    let known = (Some("1"), Some("porting_order.new_comment"), Some("a"));
    assert_eq!(told, [known, (Some("2"), Some("porting_order.newer_than_this"), Some("b"))]);
    let statuses: Vec<_> = events.iter().map(|event| event.payload_status()).collect();
    assert_eq!(statuses, [Some(&PayloadStatus::Created), None]);
}

/// What is told of an error is told in spite of half a character.
#[tokio::test]
async fn half_a_character_does_not_hide_an_error() {
    let mock = MockTransport::new();
    let body = r#"{"errors": [{"code": "10015", "title": "Bad Request", "detail": "not a name: \udc00"}]}"#;
    mock.on(Method::Get, "/porting_orders/1").reply_with(MockReply::new(422).body("application/json", body));
    let error = mock.client().porting_orders().retrieve("1").send().await.unwrap_err();
    assert_eq!(error.api_errors()[0].detail.as_deref(), Some("not a name: \u{fffd}"));
    assert_eq!(error.body()[..], body.as_bytes()[..]);
}
