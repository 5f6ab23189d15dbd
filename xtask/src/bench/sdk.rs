//! What calls cost at run time. The SDK measures itself, in a process of its own: the command line must build even if
//! the SDK does not.

use std::process::{Command, Stdio};

use super::Result;
use super::line::Line;

pub(super) fn run(group: &str) -> Result<Vec<Line>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["bench", "--quiet", "--package", "telnyx-porting", "--bench", "sdk", "--", "--json", group])
        .current_dir(crate::workspace())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("the benchmark `{group}` failed").into());
    }
    let text = String::from_utf8(output.stdout)?;
    text.lines().map(|line| serde_json::from_str(line).map_err(Into::into)).collect()
}
