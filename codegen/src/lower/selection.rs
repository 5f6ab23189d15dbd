//! Which operations become methods: `include` and `exclude` of sdk.yaml.

use super::operations::Found;
use crate::config::{Config, Selector};
use crate::diagnostic::{Diagnostics, Location, nearest};
use crate::source::FileId;

/// The operations of a document, parted by what the configuration asks for.
pub(super) struct Selection<'a> {
    pub kept: Vec<Found<'a>>,
    pub left_out: Vec<Found<'a>>,
}

impl<'a> Selection<'a> {
    /// Keeps what `include` selects, or everything if it is empty, without what `exclude` selects.
    pub(super) fn new(
        all: Vec<Found<'a>>,
        config: &Config,
        config_file: Option<FileId>,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        for (list, selectors) in [("include", &config.include), ("exclude", &config.exclude)] {
            for (index, selector) in selectors.iter().enumerate() {
                if !all.iter().any(|found| selects(selector, found)) {
                    let place = config_file.map(|file| Location::value(file, format!("/{list}/{index}")));
                    report_unmatched(selector, place, &all, diagnostics);
                }
            }
        }
        let any = |selectors: &[Selector], found: &Found<'_>| selectors.iter().any(|one| selects(one, found));
        let (kept, left_out) = all.into_iter().partition(|found| {
            (config.include.is_empty() || any(&config.include, found)) && !any(&config.exclude, found)
        });
        Self { kept, left_out }
    }
}

fn selects(selector: &Selector, found: &Found<'_>) -> bool {
    match selector {
        Selector::Path(pattern) => matches(pattern, found.path),
        Selector::Tag(tag) => found.operation.tags.contains(tag),
        Selector::Operation(id) => found.operation.operation_id.as_ref() == Some(id),
    }
}

/// Whether a text is what a pattern says, in which `*` stands for any characters, or none.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    // The earliest place of each part leaves the most for those after it.
    for part in middle.split('*') {
        let Some((_, after)) = text.split_once(part) else { return false };
        text = after;
    }
    text.ends_with(last)
}

fn report_unmatched(selector: &Selector, place: Option<Location>, all: &[Found<'_>], diagnostics: &mut Diagnostics) {
    let (kind, wanted, known): (_, _, Vec<&str>) = match selector {
        Selector::Path(path) => ("path", path, all.iter().map(|found| found.path).collect()),
        Selector::Tag(tag) => {
            ("tag", tag, all.iter().flat_map(|found| &found.operation.tags).map(String::as_str).collect())
        }
        Selector::Operation(id) => {
            ("operationId", id, all.iter().filter_map(|found| found.operation.operation_id.as_deref()).collect())
        }
    };
    let help = match nearest(wanted, known) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => "write it as the document has it; in a path, `*` stands for any characters".to_owned(),
    };
    diagnostics.error("selects-nothing", place, format!("no operation has the {kind} `{wanted}`")).help(help);
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, text) in [
            ("/orders", "/orders"),
            ("/orders*", "/orders"),
            ("/orders*", "/orders/{id}"),
            ("*", "/orders"),
            ("*/{id}", "/orders/{id}"),
            ("/v*/orders/*/lines", "/v2/orders/{id}/lines"),
            ("/a**b", "/ab"),
        ] {
            assert!(matches(pattern, text), "{pattern} selects {text}");
        }
    }

    #[test]
    fn all_else_counts_as_it_is() {
        for (pattern, text) in [
            ("/orders", "/orders/{id}"),
            ("/orders/*", "/orders"),
            ("*/orders", "/orders/{id}"),
            ("/ab*ba", "/aba"),
            ("/*x*y", "/yx"),
            ("", "/orders"),
        ] {
            assert!(!matches(pattern, text), "{pattern} does not select {text}");
        }
    }
}
