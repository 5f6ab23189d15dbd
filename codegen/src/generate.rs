//! The whole way, from files to files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::config::{Config, PaginationConfig};
use crate::diagnostic::{Diagnostics, Location, Severity, in_plain_words, nearest};
use crate::drift::{self, Report};
use crate::emit::{self, EmitError, EmitOptions, File};
use crate::lower::lower;
use crate::model::{Api, TypeKind};
use crate::normalize::normalize;
use crate::pointer;
use crate::runtime;
use crate::sink::Target;
use crate::source::{FileId, Sources};

/// Documents and configuration as they were read.
#[derive(Debug, Default)]
pub struct Loaded {
    pub sources: Sources,
    pub config: Config,
    /// The configuration file among the sources.
    pub config_file: Option<FileId>,
    pub diagnostics: Diagnostics,
}

/// Reads a configuration and the documents that it names, or the given documents in their place.
///
/// What can't be read is reported in [`Loaded::diagnostics`].
#[must_use]
pub fn load(specs: &[PathBuf], config: Option<&Path>) -> Loaded {
    let mut loaded = Loaded::default();
    if let Some(path) = config {
        loaded.config_file = loaded.sources.read_alone(path, &mut loaded.diagnostics);
        if let Some(file) = loaded.config_file {
            loaded.config = read_config(&loaded.sources, file, &mut loaded.diagnostics);
        }
    }
    let named: Vec<PathBuf> = if specs.is_empty() {
        let folder = config.and_then(Path::parent).unwrap_or(Path::new(""));
        loaded.config.documents.iter().map(|document| folder.join(document)).collect()
    } else {
        specs.to_vec()
    };
    if named.is_empty() && !loaded.diagnostics.has_errors() {
        let place = loaded.config_file.map(Location::file);
        loaded
            .diagnostics
            .error("no-document", place, "there is no document to read")
            .help("list documents under `documents` in sdk.yaml, or name them with --spec");
    }
    for path in named {
        loaded.sources.read(path, &mut loaded.diagnostics);
    }
    loaded
}

/// Decodes the configuration; mistakes in it are shown at their places.
fn read_config(sources: &Sources, file: FileId, diagnostics: &mut Diagnostics) -> Config {
    let Some(value) = sources.value(file) else { return Config::default() };
    let mut value = value.clone();
    loop {
        let error: serde_path_to_error::Error<serde_json::Error> = match serde_path_to_error::deserialize(&value) {
            Ok(config) => return place(config, file),
            Err(error) => error,
        };
        let mut place = String::new();
        for segment in error.path() {
            match segment {
                serde_path_to_error::Segment::Seq { index } => pointer::push(&mut place, &index.to_string()),
                serde_path_to_error::Segment::Map { key } => pointer::push(&mut place, key),
                serde_path_to_error::Segment::Enum { .. } | serde_path_to_error::Segment::Unknown => {}
            }
        }
        let said = error.inner().to_string();
        let (message, help) = in_plain_words(&said);
        let is_unknown = said.starts_with("unknown field");
        let at = if is_unknown { Location::key(file, &place) } else { Location::value(file, &place) };
        diagnostics
            .error("bad-config", at, message)
            .help(help.unwrap_or_else(|| "codegen/src/config.rs describes every member".to_owned()));
        // Without what isn't known the rest can be looked at, too.
        let removed = pointer::split_last(&place).filter(|_| is_unknown).and_then(|(parent, name)| {
            value.pointer_mut(parent)?.as_object_mut()?.shift_remove(pointer::unescape(name).as_ref())
        });
        if removed.is_none() {
            return Config::default();
        }
    }
}

/// Finds what the configuration names and the documents do not have.
fn check_config(config: &Config, file: FileId, sources: &Sources, diagnostics: &mut Diagnostics) {
    let documents: Vec<&str> =
        sources.roots().iter().filter_map(|root| sources.name(*root).rsplit(['/', '\\']).next()).collect();
    for (feature, entry) in &config.features {
        for (index, document) in entry.documents.iter().enumerate() {
            let name = document.rsplit('/').next().unwrap_or(document);
            if documents.contains(&name) {
                continue;
            }
            let mut place = "/features".to_owned();
            for segment in [feature.as_str(), "documents", &index.to_string()] {
                pointer::push(&mut place, segment);
            }
            let help = match nearest(name, documents.iter().copied()) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => format!("the documents are {}", documents.join(", ")),
            };
            diagnostics
                .error("unknown-document", Location::value(file, place), format!("`{document}` is not read"))
                .help(help);
        }
    }
    for (name, skill) in &config.skills {
        let Some(feature) = skill.feature.as_deref().filter(|feature| !config.features.contains_key(*feature)) else {
            continue;
        };
        let mut place = "/skills".to_owned();
        for segment in [name.as_str(), "feature"] {
            pointer::push(&mut place, segment);
        }
        let known = config.features.keys().map(String::as_str);
        let help = match nearest(feature, known.clone()) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => format!("the features are {}", known.collect::<Vec<_>>().join(", ")),
        };
        diagnostics
            .error("unknown-feature", Location::value(file, place), format!("there is no feature `{feature}`"))
            .help(help);
    }
    for (name, paging) in &config.pagination {
        check_pagination(name, paging, file, diagnostics);
    }
}

/// Finds pointers that are none, and links that are to be in two places or in none.
fn check_pagination(name: &str, paging: &PaginationConfig, file: FileId, diagnostics: &mut Diagnostics) {
    let place = pointer::join("/pagination", name);
    let mut pointers = paging.pointers();
    if let PaginationConfig::LastItem { id, .. } = paging
        && !id.is_empty()
    {
        pointers.push(("id", id));
    }
    for (member, value) in pointers {
        if !value.starts_with('/') {
            let place = pointer::join(&place, member);
            diagnostics
                .error("not-a-pointer", Location::value(file, place), format!("`{value}` is no JSON pointer"))
                .help(format!("write `/{value}`: pointers begin with a slash"));
        }
    }
    if let PaginationConfig::Link { next, header, .. } = paging
        && next.is_some() == header.is_some()
    {
        diagnostics
            .error("bad-config", Location::value(file, place), "a link is in one place")
            .help("give either `next`, a JSON pointer into the response, or `header`, the name of a header");
    }
}

/// Tells the entries that messages may be about where they stand.
fn place(mut config: Config, file: FileId) -> Config {
    for (index, entry) in config.drift.iter_mut().enumerate() {
        entry.location = Some(Location::value(file, format!("/drift/{index}")));
    }
    for (index, patch) in config.patches.iter_mut().enumerate() {
        patch.location = Some(Location::value(file, format!("/patches/{index}")));
    }
    config
}

/// Compares what was read with an upstream document; `None` when errors stand in the way.
///
/// All that is wrong with either is in [`Loaded::diagnostics`] afterwards.
pub fn drift(loaded: &mut Loaded, upstream: &Path) -> Option<Report> {
    let ours = loaded.sources.roots().to_vec();
    let upstream = loaded.sources.read(upstream, &mut loaded.diagnostics)?;
    if loaded.diagnostics.has_errors() {
        return None;
    }
    let Loaded { sources, config, diagnostics, .. } = loaded;
    let ours = normalize(sources, &ours, &config.patches, diagnostics);
    // What is odd upstream is not ours to mend; only what makes it unreadable matters here.
    let mut theirs = Diagnostics::new();
    let upstream = normalize(sources, &[upstream], &[], &mut theirs);
    if theirs.has_errors() {
        diagnostics.append(theirs);
    }
    (!diagnostics.has_errors()).then(|| drift::compare(&ours, &upstream, sources, &config.drift))
}

/// Builds the model of what was read; `None` when errors stand in the way.
///
/// All that is wrong is in [`Loaded::diagnostics`] afterwards.
pub fn model(loaded: &mut Loaded) -> Option<Api> {
    let Loaded { sources, config, config_file, diagnostics } = loaded;
    if lacks_what_was_asked_for(*config_file, diagnostics) {
        return None;
    }
    if let Some(file) = *config_file {
        check_config(config, file, sources, diagnostics);
    }
    let normalized = normalize(sources, sources.roots(), &config.patches, diagnostics);
    let document = normalized.parse(diagnostics);
    if sources.roots().iter().any(|root| sources.value(*root).is_none()) {
        // What the configuration names may be in a document that can't be read; only the others by themselves are checked.
        return None;
    }
    let mut api = lower(&document, sources, config, *config_file, diagnostics);
    emit::name_calls(&mut api);
    if let Some(file) = *config_file {
        check_redaction(config, file, &api, diagnostics);
    }
    (!diagnostics.has_errors()).then_some(api)
}

/// Whether the configuration, or a document that was asked for, is not there to be looked at: whatever is said about the
/// rest would be about something else than what is meant. Any other mistake leaves something to look at.
fn lacks_what_was_asked_for(config: Option<FileId>, diagnostics: &Diagnostics) -> bool {
    let mut errors = diagnostics.iter().filter(|problem| problem.severity == Severity::Error);
    // Only what was asked for from outside has no place in any file.
    errors.any(|problem| problem.location.as_ref().is_none_or(|location| Some(location.file) == config))
}

/// Finds entries of `redact` that hide nothing: a slip there would print what was to be hidden.
fn check_redaction(config: &Config, file: FileId, api: &Api, diagnostics: &mut Diagnostics) {
    let members: BTreeSet<(&str, &str)> = api
        .types
        .iter()
        .filter_map(|def| match &def.kind {
            TypeKind::Struct(object) => Some((def, object)),
            _ => None,
        })
        .flat_map(|(def, object)| object.fields.iter().map(|field| (def.name.as_str(), field.wire.as_str())))
        .collect();
    for (index, entry) in config.redact.iter().enumerate() {
        let known = match entry.rsplit_once('.') {
            Some((owner, member)) => members
                .iter()
                .any(|(name, wire)| *wire == member && (*name == owner || name.strip_suffix("Param") == Some(owner))),
            None => members.iter().any(|(_, wire)| wire == entry),
        };
        if known {
            continue;
        }
        let member = entry.rsplit('.').next().unwrap_or(entry);
        let help = match nearest(member, members.iter().map(|(_, wire)| *wire)) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => "take it out, or name a member of a schema: `member`, or `Schema.member`".to_owned(),
        };
        diagnostics
            .warning(
                "unknown-member",
                Location::value(file, format!("/redact/{index}")),
                format!("no schema has a member `{entry}`, so nothing is hidden"),
            )
            .help(help);
    }
}

/// The generated source of a crate, relative to its folder `src/generated`.
///
/// # Errors
///
/// When the output is no valid Rust, which is a mistake of this library.
pub fn source(api: &Api, options: &EmitOptions) -> Result<Vec<File>, EmitError> {
    emit::emit(api, options)
}

/// All that is generated within this repository's workspace, whose folder `root` is: the source of `telnyx-porting`, its
/// skill documents and its table of calls, and what the tests have of the same model.
///
/// # Errors
///
/// When the output is no valid Rust, which is a mistake of this library.
pub fn workspace(api: &Api, root: &Path, version: &str) -> Result<Vec<(Target, Vec<File>)>, EmitError> {
    let options = EmitOptions { crate_name: "telnyx-porting".to_owned(), command: "cargo xtask generate".to_owned() };
    let whole = |folder: &str| Target { root: root.join(folder), owned: vec![PathBuf::new()] };
    let among_others = |folder: &str| Target { root: root.join(folder), owned: Vec::new() };
    Ok(vec![
        (whole("telnyx-porting/src/generated"), source(api, &options)?),
        (whole("tests/src/generated"), vec![emit::emit_driver(api, &options)?, emit::emit_examples(api, &options)]),
        (among_others("telnyx-porting/skills"), emit::emit_skills(api, &options, version)),
        (among_others("telnyx-porting/docs"), vec![emit::emit_calls(api, &options)]),
    ])
}

/// A whole crate, relative to its folder: manifest, runtime, generated source.
///
/// # Errors
///
/// When the output is no valid Rust, which is a mistake of this library.
pub fn stand_alone(api: &Api, options: &EmitOptions) -> Result<Vec<File>, EmitError> {
    let mut files = emit::emit_crate(api, options);
    files.extend(runtime::files());
    for file in emit::emit(api, options)? {
        files.push(File { path: Path::new("src/generated").join(&file.path), text: file.text });
    }
    Ok(files)
}
