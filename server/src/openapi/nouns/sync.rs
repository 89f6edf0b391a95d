//! Describes `crate::sync::routes`.

use schemars::json_schema;
use shared::wire::{Page, PullAsk, PushAnswer, PushAsk};

use crate::{
    openapi::{Operation, operation::shape},
    sync::events::Moved,
};

/// See `sync::routes::push`.
pub fn push() -> Operation {
    Operation::new(
        "Send ops",
        "Ops in the order of their numbers, without a hole; each gets one answer, recorded for ever under account, \
         client and number. Sending again gives the same answer, so send again until you have it. A refusal by the \
         rules is an answer (`refused`), no error of HTTP. `stopped` says why the server did not go on: nothing from \
         there on was recorded.",
    )
    .takes::<PushAsk>()
    .answers::<PushAnswer>(200, "One answer for each op, up to where it stopped.")
}

/// See `sync::routes::pull`.
pub fn pull() -> Operation {
    Operation::new(
        "Get rows",
        "A page of what changed since the cursor, in all feeds that one holds. Store rows and cursor together, and \
         ask on with the new cursor until `done`. A cursor that is unknown or too old is no error: rows come anew, \
         after a `reset`.",
    )
    .takes::<PullAsk>()
    .answers::<Page>(200, "A page.")
}

/// See `sync::routes::events`.
pub fn events() -> Operation {
    let mut operation = Operation::new(
        "Hints which feeds move",
        "A stream of server-sent events, each with one JSON object as its data, and a comment now and then. Pull when \
         one comes. Hints may be lost and nothing depends on them. The stream ends when roles or device of the caller \
         change, after a quarter of an hour at the latest, and when the server stops: ask again.",
    )
    .answers_bytes(200, "The stream.", &["text/event-stream"]);
    operation.answers[0].content[0].shape = Some(|generator| {
        let moved = shape::<Moved>(generator);
        json_schema!({ "type": "string", "contentMediaType": "application/json", "contentSchema": moved })
    });
    operation
}
