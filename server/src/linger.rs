//! Bodies that are read to their end although they were answered before it. A connection that is closed while bytes
//! still arrive is reset, and the reset may overtake the answer: the sender of a chunk would see a broken connection
//! where it was told that its token had expired, its offset is wrong or the disk is full (RFC 9112, section 9.6).

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Buf;
use http_body::{Body, Frame, SizeHint};
use shared::limits::LINGER_BYTES_MAX;
use tokio::{runtime::Handle, time::timeout};

/// How long what still comes is read.
const LINGER: Duration = Duration::from_secs(5);

/// A body that goes on being read, for a while, when nobody wants it any more.
#[derive(Debug)]
pub struct Lingering<B>(Option<B>)
where
    B: Body + Send + Unpin + 'static;

impl<B> Lingering<B>
where
    B: Body + Send + Unpin + 'static,
{
    pub fn new(body: B) -> Lingering<B> {
        Lingering(Some(body))
    }
}

impl<B> Body for Lingering<B>
where
    B: Body + Send + Unpin + 'static,
{
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        match &mut self.0 {
            Some(body) => Pin::new(body).poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.0.as_ref().map_or_else(SizeHint::default, Body::size_hint)
    }
}

impl<B> Drop for Lingering<B>
where
    B: Body + Send + Unpin + 'static,
{
    fn drop(&mut self) {
        let Some(body) = self.0.take().filter(|body| !body.is_end_stream()) else { return };
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(timeout(LINGER, read_on(body)));
        }
    }
}

async fn read_on(mut body: impl Body + Unpin) {
    let mut left = LINGER_BYTES_MAX;
    while let Some(Ok(frame)) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let read = frame.data_ref().map_or(0, Buf::remaining);
        let Some(rest) = left.checked_sub(read) else { return };
        left = rest;
    }
}
