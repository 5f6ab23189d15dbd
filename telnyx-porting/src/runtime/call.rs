//! A request under way.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::runtime::error::Error;
use crate::runtime::execute::execute;
use crate::runtime::request::Request;
use crate::runtime::response::RawResponse;
use crate::runtime::trace::Trace;
use crate::runtime::transport::BoxFuture;

/// A call of an operation: a future of its decoded result.
///
/// Nothing is sent before it is first polled. Dropping it abandons the request. It must be polled
/// inside of a tokio runtime that has its timer enabled.
#[must_use = "nothing is sent before the call is awaited"]
pub struct Call<T>(State<T>);

enum State<T> {
    /// The future is the same type for every operation; only what it ends in is decoded
    /// differently.
    UnderWay {
        reply: BoxFuture<'static, Result<(Reply, Trace), Error>>,
        decode: fn(Reply) -> Result<T, Error>,
    },
    /// The few calls whose result is not decoded from a whole body.
    Other(BoxFuture<'static, Result<T, Error>>),
    Done(Option<Result<T, Error>>),
}

/// A response together with the request that it answers.
pub(crate) struct Reply {
    pub(crate) request: Request,
    pub(crate) response: RawResponse,
}

impl<T> Call<T> {
    pub(crate) fn new(request: Request, decode: fn(Reply) -> Result<T, Error>) -> Self {
        Self(State::UnderWay { reply: execute(request), decode })
    }

    /// A call that is carried out by a future of its own.
    pub(crate) fn of(call: BoxFuture<'static, Result<T, Error>>) -> Self {
        Self(State::Other(call))
    }

    /// A call that sends nothing.
    pub(crate) fn done(result: Result<T, Error>) -> Self {
        Self(State::Done(Some(result)))
    }
}

/// Nothing in it is ever pinned but the box's content.
impl<T> Unpin for Call<T> {}

impl<T> Future for Call<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            State::UnderWay { reply, decode } => {
                let decode = *decode;
                let reply = ready!(reply.as_mut().poll(context));
                self.0 = State::Done(None);
                Poll::Ready(reply.and_then(|(reply, trace)| match decode(reply) {
                    Ok(value) => {
                        trace.succeeded();
                        Ok(value)
                    }
                    Err(error) => Err(trace.failed(error)),
                }))
            }
            State::Other(call) => {
                let result = ready!(call.as_mut().poll(context));
                self.0 = State::Done(None);
                Poll::Ready(result)
            }
            // Like every future that has ended, it must not be polled again; if it is, it never
            // wakes.
            State::Done(result) => result.take().map_or(Poll::Pending, Poll::Ready),
        }
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.0 {
            State::UnderWay { .. } | State::Other(_) => "Call(under way)",
            State::Done(_) => "Call(done)",
        })
    }
}
