//! A small soak. `cargo xtask soak --requests 100000 --faults 0.1` is the large one.

use tests::soak::{Options, run_blocking};

#[test]
fn client_and_ledger_agree() {
    let report = run_blocking(&Options::new(2_000)).unwrap();
    assert!(report.violations().is_empty(), "{report}");
    // Else nothing was tried.
    assert!(report.received() > 2_000 && report.spoilt() > 100, "{report}");
}

#[test]
fn even_if_little_works() {
    let report = run_blocking(&Options { faults: 0.7, seed: 2, ..Options::new(500) }).unwrap();
    assert!(report.violations().is_empty(), "{report}");
    assert!(report.spoilt() > 300, "{report}");
}

#[test]
fn the_reckoning_notices_what_is_doubled() {
    let report = run_blocking(&Options { faults: 0.3, careless: true, ..Options::new(500) }).unwrap();
    let doubled = report.violations().iter().filter(|what| what.contains("was carried out more than once"));
    assert!(doubled.count() > 5, "{report}");
}
