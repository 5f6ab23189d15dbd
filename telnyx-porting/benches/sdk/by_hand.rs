//! The least that a person could write by hand with serde for a page of porting orders: all fields, dates and enums as
//! plain strings.

#![allow(dead_code, missing_docs, unreachable_pub, reason = "what is decoded is not read")]

use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub struct Page {
    pub data: Vec<PortingOrder>,
    pub meta: Meta,
}

/// One order.
#[derive(Debug, Deserialize)]
pub struct Single {
    pub data: PortingOrder,
}

/// A page of the numbers that are ported.
#[derive(Debug, Deserialize)]
pub struct NumbersPage {
    pub data: Vec<PortingPhoneNumber>,
    pub meta: Meta,
}

#[derive(Debug, Deserialize)]
pub struct Meta {
    pub page_number: Option<i64>,
    pub page_size: Option<i64>,
    pub total_pages: Option<i64>,
    pub total_results: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub struct PortingOrder {
    pub id: Option<String>,
    pub status: Option<PortingOrderStatus>,
    pub description: Option<String>,
    pub customer_reference: Option<String>,
    pub customer_group_reference: Option<String>,
    pub support_key: Option<String>,
    pub parent_support_key: Option<String>,
    pub old_service_provider_ocn: Option<String>,
    pub phone_number_type: Option<String>,
    pub phone_numbers: Option<Vec<PortingPhoneNumber>>,
    pub porting_phone_numbers_count: Option<i64>,
    pub activation_settings: Option<PortingOrderActivationSettings>,
    pub messaging: Option<PortingOrderMessaging>,
    pub end_user: Option<PortingOrderEndUser>,
    pub documents: Option<PortingOrderDocuments>,
    pub requirements: Option<Vec<PortingOrderRequirement>>,
    pub requirements_met: Option<bool>,
    pub additional_steps: Option<Vec<String>>,
    pub phone_number_configuration: Option<PortingOrderPhoneNumberConfiguration>,
    pub misc: Option<PortingOrderMisc>,
    pub user_feedback: Option<PortingOrderUserFeedback>,
    pub user_id: Option<String>,
    pub webhook_url: Option<String>,
    pub record_type: Option<String>,
    pub created_at: Option<String>,
    pub updated_at: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct PortingOrderStatus {
    pub value: Option<String>,
    pub details: Option<Vec<PortingOrdersExceptionType>>,
}

#[derive(Debug, Deserialize)]
pub struct PortingOrdersExceptionType {
    pub code: Option<String>,
    pub description: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct PortingPhoneNumber {
    pub phone_number: Option<String>,
    pub phone_number_type: Option<String>,
    pub porting_order_id: Option<String>,
    pub porting_order_status: Option<String>,
    pub support_key: Option<String>,
    pub activation_status: Option<String>,
    pub portability_status: Option<String>,
    pub requirements_status: Option<String>,
    pub record_type: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct PortingOrderActivationSettings {
    pub foc_datetime_requested: Option<String>,
    pub foc_datetime_actual: Option<String>,
    pub fast_port_eligible: Option<bool>,
    pub activation_status: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct PortingOrderMessaging {
    pub enable_messaging: Option<bool>,
    pub messaging_capable: Option<bool>,
    pub messaging_port_completed: Option<bool>,
    pub messaging_port_status: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct PortingOrderEndUser {
    pub admin: Option<PortingOrderEndUserAdmin>,
    pub location: Option<PortingOrderEndUserLocation>,
}

#[derive(Debug, Deserialize)]
pub struct PortingOrderEndUserAdmin {
    pub entity_name: Option<String>,
    pub auth_person_name: Option<String>,
    pub billing_phone_number: Option<String>,
    pub account_number: Option<String>,
    pub pin_passcode: Option<String>,
    pub business_identifier: Option<String>,
    pub tax_identifier: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct PortingOrderEndUserLocation {
    pub street_address: Option<String>,
    pub extended_address: Option<String>,
    pub locality: Option<String>,
    pub administrative_area: Option<String>,
    pub postal_code: Option<String>,
    pub country_code: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct PortingOrderDocuments {
    pub loa: Option<String>,
    pub invoice: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct PortingOrderRequirement {
    pub requirement_type_id: Option<String>,
    pub field_type: Option<String>,
    pub field_value: Option<String>,
    pub record_type: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct PortingOrderPhoneNumberConfiguration {
    pub connection_id: Option<String>,
    pub messaging_profile_id: Option<String>,
    pub billing_group_id: Option<String>,
    pub emergency_address_id: Option<String>,
    pub tags: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
pub struct PortingOrderMisc {
    #[serde(rename = "type")]
    pub type_: Option<String>,
    pub remaining_numbers_action: Option<String>,
    pub new_billing_phone_number: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct PortingOrderUserFeedback {
    pub user_rating: Option<i64>,
    pub user_comment: Option<String>,
}
