use serde_json::{Value, json};
struct R(u64);
impl R { fn n(&mut self, m: usize) -> usize { self.0 ^= self.0 << 13; self.0 ^= self.0 >> 7; self.0 ^= self.0 << 17; (self.0 % m.max(1) as u64) as usize } }
fn count(v: &Value) -> usize { 1 + match v { Value::Object(m) => m.values().map(count).sum(), Value::Array(a) => a.iter().map(count).sum(), _ => 0 } }
fn nth<'a>(v: &'a mut Value, n: &mut usize) -> Option<&'a mut Value> {
    if *n == 0 { return Some(v); } *n -= 1;
    match v { Value::Object(m) => { for x in m.values_mut() { if let Some(r) = nth(x, n) { return Some(r); } } None } Value::Array(a) => { for x in a { if let Some(r) = nth(x, n) { return Some(r); } } None } _ => None }
}
fn pipeline(name: &str, text: &str) {
    let mut d = codegen::diagnostic::Diagnostics::new();
    let s = codegen::source::Sources::from_texts(&[(name, text)], &mut d);
    let n = codegen::normalize::normalize(&s, s.roots(), &[], &mut d);
    let r = codegen::drift::compare(&n, &n, &s, &[]);
    if !r.differences.is_empty() { std::fs::write("/tmp/fuzz-drift.json", text).unwrap(); println!("{r}"); panic!("differs from itself"); }
    let nerr = d.error_count();
    let v = n.value.clone();
    let _ = n.parse(&mut d);
    let clean = nerr == 0 && d.error_count() == 0;
    if clean && name.ends_with("json") {
        if let Err(e) = serde_json::from_value::<openapiv3::OpenAPI>(v.clone()) { std::fs::write("/tmp/fuzz-theirs.json", text).unwrap(); println!("theirs: {e}"); }
        // normalizing is idempotent
        let mut d2 = codegen::diagnostic::Diagnostics::new();
        let t = v.to_string();
        let s2 = codegen::source::Sources::from_texts(&[("n.json", &t)], &mut d2);
        let n2 = codegen::normalize::normalize(&s2, s2.roots(), &[], &mut d2);
        if n2.value != v { std::fs::write("/tmp/fuzz-idem.json", text).unwrap(); println!("not idempotent"); }
    }
    let _ = d.render(&s, codegen::diagnostic::Style::Plain);
}
fn main() {
    let mut r = R(std::env::args().nth(1).map_or(88172645463325252, |s| s.parse::<u64>().unwrap() * 7919 + 1));
    let secs: u64 = std::env::args().nth(2).map_or(30, |s| s.parse().unwrap());
    let texts: Vec<String> = std::env::args().skip(3).map(|f| std::fs::read_to_string(f).unwrap()).collect();
    let docs: Vec<Value> = texts.iter().map(|t| { let mut d = codegen::diagnostic::Diagnostics::new(); let s = codegen::source::Sources::from_texts(&[("a.yaml", t)], &mut d); s.value(s.roots()[0]).unwrap().clone() }).collect();
    let words = ["$ref","type","oneOf","anyOf","allOf","items","properties","enum","const","required","nullable","additionalProperties","not","discriminator","example","examples","default","prefixItems","patternProperties","$defs","if","then","exclusiveMinimum","contentEncoding","parameters","schema","content","responses","headers","callbacks","style","in","name","security","tags","null","string","integer","array","object","#/components/schemas/A","#/components/schemas/B/properties/b","#/paths/~1x","x.yaml","http://x","", "/", "x-a", "<<"];
    let start = std::time::Instant::now(); let mut iters = 0;
    while start.elapsed().as_secs() < secs {
        iters += 1;
        let i = r.n(docs.len());
        if r.n(3) == 0 {
            let mut b = texts[i].clone().into_bytes();
            for _ in 0..1 + r.n(4) { let at = r.n(b.len()); match r.n(4) { 0 => { b[at] = b"{}[]:,-&*!|>'\"#%@\n \t"[r.n(20)]; } 1 => { b.remove(at); } 2 => { let e = (at + r.n(80)).min(b.len()); b.drain(at..e); } _ => { let e = (at + r.n(80)).min(b.len()); let part: Vec<u8> = b[at..e].to_vec(); let to = r.n(b.len()); b.splice(to..to, part); } } if b.is_empty() { b.push(b' '); } }
            pipeline("a.yaml", &String::from_utf8_lossy(&b));
        } else {
            let mut v = docs[i].clone();
            for _ in 0..1 + r.n(6) {
                let c = count(&v);
                let mut other = r.n(c);
                let copy = nth(&mut v, &mut other).map(|x| x.clone()).unwrap_or_default();
                let mut at = r.n(c);
                let w = words[r.n(words.len())]; let w2 = words[r.n(words.len())];
                if let Some(x) = nth(&mut v, &mut at) {
                    match r.n(9) {
                        0 => *x = Value::Null, 1 => *x = json!(r.n(1000) as i64 - 500), 2 => *x = json!(w), 3 => *x = json!(true),
                        4 => *x = json!([w, w2, null]), 5 => *x = json!({w: w2}), 6 => *x = if count(&copy) < 500 { copy } else { json!({}) },
                        7 => if let Value::Object(m) = x { m.insert(w.into(), if count(&copy) < 500 { copy } else { json!([{}]) }); } else { *x = json!({"$ref": w}) },
                        _ => if let Value::Object(m) = x { m.insert(w.into(), json!(w2)); } else { *x = json!([{w: [w2]}]) },
                    }
                }
            }
            let t = v.to_string();
            pipeline("a.json", &t);
        }
    }
    println!("{iters} iterations");
}
