//! What the compiler says when a call of the SDK is wrong, and that it says nothing when the call is right.
//!
//! After a change of the messages: `TRYBUILD=overwrite cargo test -p tests --test ui`, and read the difference.

// A part of this program rather than programs of trybuild, which would build the SDK once more to run them.
#[path = "ui/compiles.rs"]
mod compiles;

use std::env;
use std::process::Command;

/// The compiler whose messages are recorded. Others word what is around ours differently.
const RECORDED_WITH: &str = "rustc 1.95.";

#[test]
fn messages_name_what_is_wrong() {
    if is_recorded_compiler() {
        trybuild::TestCases::new().compile_fail("tests/ui/fail_*.rs");
    } else {
        eprintln!("nothing is compared: the messages were recorded with {RECORDED_WITH}*");
    }
}

fn is_recorded_compiler() -> bool {
    let compiler = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(compiler).arg("--version").output();
    version.is_ok_and(|output| output.stdout.starts_with(RECORDED_WITH.as_bytes()))
}
