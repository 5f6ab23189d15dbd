//! The checked-in generated code against its documents.

use codegen::generate;
use codegen::sink::{Mode, sink};

use crate::table;

#[test]
fn generated_code_is_up_to_date() {
    let workspace = table::root().parent().unwrap();
    let mut loaded = generate::load(&[], Some(&workspace.join("specs/sdk.yaml")));
    let Some(api) = generate::model(&mut loaded) else { panic!("{}", table::rendered(&loaded)) };
    let mut diff = String::new();
    for (target, files) in generate::workspace(&api, workspace, env!("CARGO_PKG_VERSION")).unwrap() {
        diff.push_str(&sink(&target, &files, Mode::Check).unwrap().diff);
    }
    assert!(diff.is_empty(), "{diff}\nstale: run `cargo xtask generate` and commit what it writes");
}
