use std::time::Instant;
fn main() {
    let mut d = codegen::diagnostic::Diagnostics::new();
    let arg: Vec<String> = std::env::args().skip(1).collect();
    let s = codegen::source::Sources::load(&arg, &mut d);
    let v = s.value(s.roots()[0]).unwrap();
    for _ in 0..3 {
        let t = Instant::now();
        let c = v.clone();
        eprintln!("clone {:?}", t.elapsed());
        let t = Instant::now();
        drop(c);
        eprintln!("drop {:?}", t.elapsed());
        let t = Instant::now();
        let n = codegen::normalize::normalize(&s, s.roots(), &[], &mut d);
        eprintln!("normalize {:?}", t.elapsed());
        let t = Instant::now();
        let _doc = n.parse(&mut d);
        eprintln!("parse {:?}", t.elapsed());
    }
}
