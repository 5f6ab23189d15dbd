//! However many objects an object is made of, a stack holds it.

use mini_sizes::types::A;

#[test]
fn an_object_of_many_objects_is_not_large() {
    assert!(size_of::<A>() < 10_000, "{} bytes", size_of::<A>());
    let text = r#"{"m0":{"m8":{"m1":{"m7":{"m2":{"text":"deep"}}}}}}"#;
    let a: A = serde_json::from_str(text).unwrap();
    let deep = a.m0.as_ref().and_then(|b| b.m8.as_ref()?.m1.as_ref()?.m7.as_ref()?.m2.as_ref()?.text.as_deref());
    assert_eq!(deep, Some("deep"));
    assert_eq!(serde_json::to_string(&a).unwrap(), text);
    assert!(A::default() != a);
}
