//! The checked-in generated code against its documents.

use std::path::PathBuf;

use codegen::emit::{self, EmitOptions};
use codegen::generate;
use codegen::sink::{Mode, Target, sink};

use crate::table;

#[test]
fn generated_code_is_up_to_date() {
    let workspace = table::root().parent().unwrap();
    let mut loaded = generate::load(&[], Some(&workspace.join("specs/sdk.yaml")));
    let Some(api) = generate::model(&mut loaded) else { panic!("{}", table::rendered(&loaded)) };
    let options = EmitOptions { crate_name: "telnyx-porting".to_owned(), command: "cargo xtask generate".to_owned() };
    let parts = [
        ("telnyx-porting/src/generated", generate::source(&api, &options).unwrap()),
        ("tests/src/generated", vec![emit::emit_driver(&api, &options).unwrap(), emit::emit_examples(&api, &options)]),
    ];
    let mut diff = String::new();
    for (folder, files) in parts {
        let target = Target { root: workspace.join(folder), owned: vec![PathBuf::new()] };
        diff.push_str(&sink(&target, &files, Mode::Check).unwrap().diff);
    }
    assert!(diff.is_empty(), "{diff}\nstale: run `cargo xtask generate` and commit what it writes");
}
