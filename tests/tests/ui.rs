//! What the compiler says when a call of the SDK is wrong, and that it says nothing when the call is right.
//!
//! After a change of the messages: `TRYBUILD=overwrite cargo test -p tests --test ui`, and read the difference.

use std::env;
use std::process::Command;

/// The compiler whose messages are recorded. Others word what is around ours differently.
const RECORDED_WITH: &str = "rustc 1.95.";

#[test]
fn compiler_messages() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass_*.rs");
    if is_recorded_compiler() {
        cases.compile_fail("tests/ui/fail_*.rs");
    } else {
        eprintln!("the messages are not compared: they were recorded with {RECORDED_WITH}*");
    }
}

fn is_recorded_compiler() -> bool {
    let compiler = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(compiler).arg("--version").output().unwrap();
    String::from_utf8_lossy(&output.stdout).starts_with(RECORDED_WITH)
}
