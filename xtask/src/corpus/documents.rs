//! Which documents there are.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

/// A file that may be an OpenAPI document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Document {
    pub path: PathBuf,
    /// Its path in the folder, with forward slashes.
    pub name: String,
    /// A name for its crate that no other document has.
    pub slug: String,
}

/// All YAML and JSON files below a folder, by name. Links to folders are not followed.
pub(super) fn find(folder: &Path) -> io::Result<Vec<Document>> {
    let mut paths = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                pending.push(entry.path());
            } else if is_document(&entry.path()) {
                paths.push(entry.path());
            }
        }
    }
    paths.sort();
    let mut slugs = BTreeSet::new();
    let documents = paths.into_iter().map(|path| {
        let name = name(folder, &path);
        let slug = slug(&name, &mut slugs);
        Document { path, name, slug }
    });
    Ok(documents.collect())
}

fn is_document(path: &Path) -> bool {
    path.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| ["yaml", "yml", "json"].contains(&extension.to_ascii_lowercase().as_str()))
}

fn name(folder: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(folder).unwrap_or(path);
    let parts: Vec<_> = relative.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// `api/adobe.com/aem.json` becomes `api-adobe-com-aem`.
fn slug(name: &str, taken: &mut BTreeSet<String>) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let mut slug = String::new();
    for character in stem.chars() {
        if character.is_ascii_alphanumeric() {
            slug.push(character.to_ascii_lowercase());
        } else if !(slug.is_empty() || slug.ends_with('-')) {
            slug.push('-');
        }
    }
    slug.truncate(60);
    let slug = slug.trim_end_matches('-');
    // A crate's name begins with a letter, and must not be that of a crate that it uses.
    let plain = format!("api-{slug}");
    let numbered = (2..).map(|number| format!("{plain}-{number}"));
    let free = std::iter::once(plain.clone()).chain(numbered).find(|slug| !taken.contains(slug)).unwrap_or(plain);
    taken.insert(free.clone());
    free
}

/// `size` of the documents, in their order; which ones depends on their names and the seed alone, so that a document
/// more or less in the folder changes one of them at most.
pub(super) fn sample(documents: Vec<Document>, size: usize, seed: u64) -> Vec<Document> {
    let rank = |document: &Document| {
        let mut hasher = DefaultHasher::new();
        (seed, &document.name).hash(&mut hasher);
        hasher.finish()
    };
    let mut ranked: Vec<_> = documents.into_iter().map(|document| (rank(&document), document)).collect();
    ranked.sort_by(|a, b| (a.0, &a.1.name).cmp(&(b.0, &b.1.name)));
    ranked.truncate(size);
    let mut documents: Vec<_> = ranked.into_iter().map(|(_, document)| document).collect();
    documents.sort_by(|a, b| a.path.cmp(&b.path));
    documents
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(documents: &[Document]) -> Vec<&str> {
        documents.iter().map(|document| document.name.as_str()).collect()
    }

    #[test]
    fn documents_are_found_in_all_folders() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.YAML", "a/x.json", "a/x.yml", "a/notes.md", "a/deeper/1.yaml"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let documents = find(folder.path()).unwrap();
        assert_eq!(names(&documents), ["a/deeper/1.yaml", "a/x.json", "a/x.yml", "b.YAML"]);
        let slugs: Vec<_> = documents.iter().map(|document| document.slug.as_str()).collect();
        assert_eq!(slugs, ["api-a-deeper-1", "api-a-x", "api-a-x-2", "api-b"]);
    }

    #[test]
    fn a_sample_depends_on_the_seed_alone() {
        let all: Vec<_> = (0..100)
            .map(|index| Document { path: index.to_string().into(), name: index.to_string(), slug: String::new() })
            .collect();
        let first = sample(all.clone(), 10, 1);
        assert_eq!(first.len(), 10);
        assert_eq!(first, sample(all.iter().rev().cloned().collect(), 10, 1));
        assert_ne!(first, sample(all.clone(), 10, 2));
        let fewer: Vec<_> = all.into_iter().filter(|document| *document != first[0]).collect();
        let again = sample(fewer, 10, 1);
        assert_eq!(again.iter().filter(|document| first.contains(document)).count(), 9);
    }
}
