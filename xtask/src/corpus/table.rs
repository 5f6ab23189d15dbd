//! What is shown in the end.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::documents::Document;
use super::{Class, Fallible, Outcome};

type Row<'a> = (&'a Document, &'a Outcome);

#[derive(Serialize)]
struct Entry<'a> {
    document: &'a str,
    #[serde(rename = "crate")]
    name: &'a str,
    #[serde(flatten)]
    outcome: &'a Outcome,
}

/// An array of all outcomes.
pub(super) fn print_json(rows: &[Row<'_>]) -> Fallible<()> {
    let entries: Vec<_> = rows
        .iter()
        .map(|(document, outcome)| Entry { document: &document.name, name: &document.slug, outcome })
        .collect();
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &entries)?;
    Ok(writeln!(out)?)
}

pub(super) fn print(rows: &[Row<'_>], checked: bool) {
    let mut out = io::stdout().lock();
    // A reader that has gone away is no reason to fail.
    let _ = out.write_all(text(rows, checked).as_bytes());
}

fn text(rows: &[Row<'_>], checked: bool) -> String {
    let classed = |class: Class| rows.iter().filter(move |(_, outcome)| outcome.class == class);
    let count = |class| classed(class).count();
    let valid = count(Class::Generated) + count(Class::Failed);
    let mut lines = vec![
        ("documents".to_owned(), rows.len().to_string()),
        ("  not OpenAPI 3.x".to_owned(), count(Class::NotOpenApi).to_string()),
        ("  invalid".to_owned(), count(Class::Invalid).to_string()),
        ("  valid".to_owned(), valid.to_string()),
        ("generated".to_owned(), of(count(Class::Generated), valid)),
    ];
    let generated = || classed(Class::Generated).map(|(_, outcome)| outcome);
    lines.push(("  without warnings".to_owned(), of(generated().filter(|one| one.warnings.is_empty()).count(), valid)));
    lines.push(("  operations".to_owned(), generated().map(|one| one.operations).sum::<usize>().to_string()));
    lines.push(("  types".to_owned(), generated().map(|one| one.types).sum::<usize>().to_string()));
    let seconds: f64 = rows.iter().map(|(_, outcome)| outcome.seconds).sum();
    let slowest = rows.iter().max_by(|a, b| a.1.seconds.total_cmp(&b.1.seconds));
    let slowest = slowest.map_or(String::new(), |(document, outcome)| {
        format!(", the slowest {:.1} ({})", outcome.seconds, document.name)
    });
    lines.push(("  seconds".to_owned(), format!("{seconds:.1}{slowest}")));
    if checked {
        let checks: Vec<_> = generated().filter_map(|one| one.check.as_ref()).collect();
        let compiled = checks.iter().filter(|check| check.compiled);
        lines.push(("compiled".to_owned(), of(compiled.clone().count(), checks.len())));
        let clean = compiled.filter(|check| check.warnings == 0).count();
        lines.push(("  without warnings".to_owned(), of(clean, checks.len())));
        let seconds: f64 = checks.iter().filter_map(|check| check.seconds).sum();
        let peak = checks.iter().filter_map(|check| check.peak_mib).max().unwrap_or(0);
        lines.push(("  seconds of rustc".to_owned(), format!("{seconds:.1}, at most {peak} MiB")));
    }
    let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (name, value) in &lines {
        text.push_str(&format!("{name:width$}  {value}\n"));
    }
    for (title, rows) in reasons(rows) {
        text.push_str(&format!("\n{title}\n"));
        for (reason, examples) in rows {
            text.push_str(&format!("  {:4}  {reason}\n", examples.len()));
            for (document, message) in examples.iter().take(EXAMPLES) {
                let message: String = message.chars().take(WIDTH).collect();
                text.push_str(&format!("        {document}: {message}\n"));
            }
        }
    }
    text
}

/// Few enough to read, enough to see what they have in common.
const EXAMPLES: usize = 3;
const WIDTH: usize = 160;

type Examples<'a> = Vec<(&'a str, &'a str)>;

/// Why documents were not generated or compiled, the most frequent reason first.
fn reasons<'a>(rows: &[Row<'a>]) -> Vec<(&'static str, Vec<(&'a str, Examples<'a>)>)> {
    let titles = ["failed", "invalid", "not OpenAPI 3.x", "not compiled", "compiled with warnings"];
    let mut found: [BTreeMap<&str, Examples<'a>>; 5] = Default::default();
    for (document, outcome) in rows {
        let check = outcome.check.as_ref();
        let (part, reason, message) = match (outcome.class, check) {
            (Class::Failed, _) => (0, outcome.reason.as_str(), &outcome.message),
            (Class::Invalid, _) => (1, outcome.reason.as_str(), &outcome.message),
            (Class::NotOpenApi, _) => (2, outcome.reason.as_str(), &outcome.message),
            (Class::Generated, Some(check)) if !check.compiled => (3, kind(&check.message), &check.message),
            (Class::Generated, Some(check)) if check.warnings > 0 => (4, kind(&check.message), &check.message),
            (Class::Generated, _) => continue,
        };
        if let Some(reasons) = found.get_mut(part) {
            reasons.entry(reason).or_default().push((&document.name, message));
        }
    }
    let sorted = found.into_iter().map(|reasons| {
        let mut reasons: Vec<_> = reasons.into_iter().collect();
        reasons.sort_by_key(|(_, examples)| std::cmp::Reverse(examples.len()));
        reasons
    });
    titles.into_iter().zip(sorted).filter(|(_, reasons)| !reasons.is_empty()).collect()
}

/// What a compiler's message has in common with others of its kind: what stands before the first name in it.
fn kind(message: &str) -> &str {
    let message = message.split_once(": ").map_or(message, |(_, message)| message);
    let kind = message.split('`').next().unwrap_or(message).trim();
    if kind.is_empty() { message } else { kind }
}

/// `98 of 100, 98.0 %`
fn of(part: usize, whole: usize) -> String {
    if whole == 0 {
        return "0".to_owned();
    }
    #[expect(clippy::cast_precision_loss, reason = "nobody has 2^52 documents")]
    let percent = 100.0 * part as f64 / whole as f64;
    format!("{part} of {whole}, {percent:.2} %")
}

#[cfg(test)]
mod tests {
    use super::super::Checked;
    use super::*;

    #[test]
    fn outcomes_are_counted_by_class() {
        let document = |name: &str| Document { path: name.into(), name: name.to_owned(), slug: name.replace('.', "-") };
        let documents = ["a.yaml", "b.yaml", "c.yaml", "d.yaml", "e.yaml"].map(document);
        let class = |class| Outcome { class, reason: "why".to_owned(), ..Outcome::default() };
        let checked = |compiled, message: &str| Outcome {
            operations: 3,
            check: Some(Checked { compiled, message: message.to_owned(), ..Checked::default() }),
            ..class(Class::Generated)
        };
        let outcomes = [
            checked(true, ""),
            checked(false, "a.rs:1: cannot find type `Pet` in this scope"),
            class(Class::Invalid),
            class(Class::NotOpenApi),
            class(Class::Failed),
        ];
        let rows: Vec<_> = documents.iter().zip(&outcomes).collect();
        let text = text(&rows, true);
        for line in [
            "documents           5",
            "  invalid           1",
            "generated           2 of 3, 66.67 %",
            "  operations        6",
            "compiled            1 of 2, 50.00 %",
            "failed\n     1  why\n        e.yaml: \n",
            "not compiled\n     1  cannot find type\n        b.yaml: a.rs:1: cannot find type `Pet` in this scope\n",
        ] {
            assert!(text.contains(line), "{line}\nin:\n{text}");
        }
    }
}
