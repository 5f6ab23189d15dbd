use std::time::Instant;
fn main() {
    let mut d = codegen::diagnostic::Diagnostics::new();
    let arg: Vec<String> = std::env::args().skip(1).collect();
    let mut s = codegen::source::Sources::load(&arg[1..], &mut d);
    let roots = s.roots().to_vec();
    let t = Instant::now();
    let up = s.read(&arg[0], &mut d).unwrap();
    eprintln!("load upstream {:?}", t.elapsed());
    let t = Instant::now();
    let n = codegen::normalize::normalize(&s, &roots, &[], &mut d);
    eprintln!("normalize ours {:?}", t.elapsed());
    let t = Instant::now();
    let u = codegen::normalize::normalize(&s, &[up], &[], &mut d);
    eprintln!("normalize upstream {:?}", t.elapsed());
    let t = Instant::now();
    let r = codegen::drift::compare(&n, &u, &s, &[]);
    eprintln!("compare {:?}", t.elapsed());
    println!("{}", d.render(&s, codegen::diagnostic::Style::Plain));
    println!("{r}");
    eprintln!(
        "{}",
        std::fs::read_to_string("/proc/self/status").unwrap().lines().find(|l| l.starts_with("VmHWM")).unwrap()
    );
}
