//! What operations share: parts that they refer to instead of describing them.

use indexmap::IndexMap;
use openapiv3::{Components, Header, Parameter, ParameterSchemaOrContent, ReferenceOr, RequestBody, Response};

use super::media;
use super::view::{FARTHEST, Node};
use crate::normalize::Document;
use crate::pointer;

type Section<T> = IndexMap<String, ReferenceOr<T>>;

/// A part of an operation that may stand among the components of a document.
pub(super) trait Component: Sized + 'static {
    /// The name of the section of the components.
    const SECTION: &'static str;

    fn section(components: &Components) -> &Section<Self>;

    /// The part that stands at `pointer`, or the component that it refers to, with its own place.
    fn resolve<'a>(item: &'a ReferenceOr<Self>, pointer: String, document: &'a Document) -> Option<(&'a Self, String)> {
        let (mut item, mut pointer) = (item, pointer);
        for _ in 0..FARTHEST {
            let reference = match item {
                ReferenceOr::Item(item) => return Some((item, pointer)),
                ReferenceOr::Reference { reference } => reference,
            };
            let name = reference.strip_prefix("#/components/")?.strip_prefix(Self::SECTION)?.strip_prefix('/')?;
            let name = pointer::unescape(name);
            item = Self::section(document.api.components.as_ref()?).get(name.as_ref())?;
            pointer = pointer::component(Self::SECTION, &name);
        }
        None
    }
}

impl Component for Response {
    const SECTION: &'static str = "responses";

    fn section(components: &Components) -> &Section<Self> {
        &components.responses
    }
}

impl Component for RequestBody {
    const SECTION: &'static str = "requestBodies";

    fn section(components: &Components) -> &Section<Self> {
        &components.request_bodies
    }
}

impl Component for Header {
    const SECTION: &'static str = "headers";

    fn section(components: &Components) -> &Section<Self> {
        &components.headers
    }
}

impl Component for Parameter {
    const SECTION: &'static str = "parameters";

    fn section(components: &Components) -> &Section<Self> {
        &components.parameters
    }
}

/// The schema of a parameter or header, or of the media type in its place, and where it stands.
pub(super) fn schema<'a>(format: &'a ParameterSchemaOrContent, pointer: &str) -> Option<(Node<'a>, String)> {
    match format {
        ParameterSchemaOrContent::Schema(schema) => Some((Node::from(schema), pointer::join(pointer, "schema"))),
        ParameterSchemaOrContent::Content(content) => {
            let (name, media) = content.first()?;
            Some((Node::from(media.schema.as_ref()?), media::schema_pointer(pointer, name)))
        }
    }
}
