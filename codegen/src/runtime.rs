//! The hand-written runtime of the SDK, for crates of other documents: the very same files.

use std::path::Path;

use crate::emit::File;

/// Embeds files of the runtime by name.
macro_rules! embed {
    ($($name:literal),* $(,)?) => {
        const FILES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../telnyx-porting/src/runtime/", $name)))),*];
    };
}

embed! {
    "api.rs",
    "auth.rs",
    "blocking.rs",
    "builders.rs",
    "call.rs",
    "client.rs",
    "codec.rs",
    "decode.rs",
    "download.rs",
    "error.rs",
    "events.rs",
    "execute.rs",
    "headers.rs",
    "http.rs",
    "incoming.rs",
    "json.rs",
    "json_path.rs",
    "link.rs",
    "mod.rs",
    "multipart.rs",
    "nullable.rs",
    "operation.rs",
    "page.rs",
    "params.rs",
    "payload.rs",
    "request.rs",
    "required.rs",
    "response.rs",
    "retry.rs",
    "secrets.rs",
    "slot.rs",
    "testing.rs",
    "text.rs",
    "timestamp.rs",
    "tokens.rs",
    "trace.rs",
    "trail.rs",
    "transport.rs",
    "typed.rs",
    "upload.rs",
    "view.rs",
    "webhooks.rs",
}

/// The runtime's files, relative to a crate's folder, without their tests.
pub(crate) fn files() -> impl Iterator<Item = File> {
    FILES.iter().map(|(name, text)| File { path: Path::new("src/runtime").join(name), text: without_tests(text) })
}

/// What only the runtime's own tests need.
#[cfg(test)]
const TEST_FILE: &str = "script.rs";

/// A file without its tests, which stand last behind `#[cfg(test)]`, and without the module that they share.
fn without_tests(text: &str) -> String {
    let before_tests = || {
        let before = text.get(..text.find("\nmod tests {")?)?;
        // Further attributes may stand between.
        before.get(..before.rfind("\n#[cfg(test)]")?)
    };
    let text = before_tests().unwrap_or(text);
    text.replace("#[cfg(all(test, feature = \"client\"))]\nmod script;\n", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_embedded() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../telnyx-porting/src/runtime");
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != TEST_FILE)
            .collect();
        names.sort();
        let embedded: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();
        assert_eq!(embedded, names);
        assert!(files().all(|file| !file.text.contains("mod script;") && !file.text.contains("mod tests")));
    }
}
