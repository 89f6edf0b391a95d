//! Push, pull and hints over HTTP.

use std::{convert::Infallible, time::Duration};

use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt};
use shared::wire::{Page, PullAsk, PushAnswer, PushAsk, push::Stop};

use super::events;
use crate::{
    App,
    error::Result,
    extract::{Caller, Json},
    sessions::token::Bearer,
};

/// A comment on an idle stream, so that proxies and phones know it lives.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// Takes ops.
pub async fn push(app: App, caller: Caller, Json(ask): Json<PushAsk>) -> Result<Json<PushAnswer>> {
    let (client, first) = (ask.client, ask.ops.first().map(|op| op.n));
    let answer = super::push::push(&app, caller.account, ask).await?;
    app.metrics.decided(answer.answers.iter().map(|numbered| &numbered.answer));
    if let Some(stop) = &answer.stopped {
        app.metrics.stopped(stop);
        if let (Stop::Gap { last }, Some(first)) = (stop, first) {
            // The phone sends from there. One that cannot goes on under a new client, and this line is what tells.
            tracing::warn!(
                account.id = %caller.account, client.id = %client, last, first,
                "a phone sent op {first} where {last} was the last: ops are missing here, after a restore or on the phone"
            );
        }
    }
    Ok(Json(answer))
}

/// Gives a page of rows.
pub async fn pull(app: App, caller: Caller, Json(ask): Json<PullAsk>) -> Result<Json<Page>> {
    Ok(Json(super::pull::pull(&app, &caller.actor, &ask).await?))
}

/// Hints which feeds move, while the caller's grants and device stay as they are.
pub async fn events(app: App, caller: Caller) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    let bearer = Bearer { account: caller.account, device: caller.device };
    let moved = events::stream(app, caller.actor, bearer).await?;
    let lines = moved.map(|moved| {
        let text = serde_json::to_string(&moved).expect("a hint is a text and a number");
        Ok(Event::default().data(text))
    });
    Ok(Sse::new(lines).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}
