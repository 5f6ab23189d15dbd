use std::time::Instant;
fn main() {
    let mut d = codegen::diagnostic::Diagnostics::new();
    let arg: Vec<String> = std::env::args().skip(1).collect();
    let t = Instant::now();
    let s = codegen::source::Sources::load(&arg, &mut d);
    eprintln!("load {:?}", t.elapsed());
    let t = Instant::now();
    let n = codegen::normalize::normalize(&s, s.roots(), &[], &mut d);
    eprintln!("normalize {:?}", t.elapsed());
    if let Ok(path) = std::env::var("OUT") {
        std::fs::write(path, serde_json::to_string_pretty(&n.value).unwrap()).unwrap();
    }
    let t = Instant::now();
    let doc = n.parse(&mut d);
    eprintln!("parse {:?}", t.elapsed());
    eprintln!(
        "{} operations, {} schemas, {} webhooks; {} errors {} warnings",
        doc.api.operations().count(),
        doc.api.components.as_ref().map_or(0, |c| c.schemas.len()),
        doc.webhooks.len(),
        d.error_count(),
        d.warning_count()
    );
    let t = Instant::now();
    let text = d.render(&s, codegen::diagnostic::Style::Plain);
    eprintln!("render {:?}", t.elapsed());
    println!("{text}");
    eprintln!(
        "{}",
        std::fs::read_to_string("/proc/self/status").unwrap().lines().find(|l| l.starts_with("VmHWM")).unwrap()
    );
}
