//! The body of a request, as it is sent once or more.

use std::sync::Arc;

use bytes::Bytes;

use crate::runtime::transport::Body;

/// The body of a request, to be sent once or more.
#[derive(Clone)]
pub(crate) enum Payload {
    Whole(Bytes),
    Pieces(Arc<dyn Pieces>),
}

/// A body that is not in memory.
pub(crate) trait Pieces: Send + Sync {
    /// The body for one attempt. Streams are taken only when it is first read, so that an attempt
    /// that did not get so far leaves them to the next one.
    fn open(&self) -> Body;

    /// Whether another attempt would find all of it.
    fn is_there(&self) -> bool;
}

impl Payload {
    /// The body for one attempt.
    pub(crate) fn open(&self) -> Body {
        match self {
            Self::Whole(bytes) => Body::from(bytes.clone()),
            Self::Pieces(pieces) => pieces.open(),
        }
    }

    /// Whether another attempt would find all of it.
    pub(crate) fn is_there(&self) -> bool {
        match self {
            Self::Whole(_) => true,
            Self::Pieces(pieces) => pieces.is_there(),
        }
    }
}
