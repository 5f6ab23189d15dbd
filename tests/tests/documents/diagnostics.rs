//! The messages about documents that are wrong, letter by letter as a person sees them.

use crate::printer;
use crate::table;

#[test]
fn broken_documents() {
    let cases = table::cases(&["broken"]);
    table::snapshots(
        "diagnostics",
        &cases,
        |case| &case.name,
        |case| {
            let (loaded, api) = case.model();
            let diagnostics = table::rendered(&loaded);
            assert_eq!(api.is_none(), loaded.diagnostics.has_errors(), "errors and nothing else forbid a model");
            // What only deserves a warning, or nothing, has a model, which has source.
            let Some(api) = api else { return diagnostics };
            table::source(&api, &case.options());
            format!("{diagnostics}\n\n{}", printer::api(&api)).trim_start().to_owned()
        },
    );
}
