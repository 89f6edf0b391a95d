//! Describes `crate::uploads::routes`: tus 1.0, whose headers say what elsewhere bodies say.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use shared::wire::Code;

use crate::{
    openapi::{
        Operation,
        headers::{
            ASKED_LENGTH, ASKED_OFFSET, ASKED_TUS, CHECKSUM, EXPIRES, LENGTH, LOCATION, METADATA,
            METADATA_KEPT, OFFSET, TUS, TUS_ALGORITHM, TUS_EXTENSION, TUS_MAX, TUS_VERSION,
        },
    },
    uploads::{id_pattern, protocol},
};

/// The name of an upload.
struct UploadId;

impl JsonSchema for UploadId {
    fn schema_name() -> Cow<'static, str> {
        "UploadId".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": format!("^{}$", id_pattern()) })
    }
}

/// See `uploads::routes::options`.
pub fn options() -> Operation {
    Operation::new("What of tus the server speaks", "Needs no token and no header.")
        .answers_nothing(204, "Its versions and extensions.")
        .with(&[TUS, TUS_VERSION, TUS_EXTENSION, TUS_ALGORITHM, TUS_MAX])
}

/// See `uploads::routes::create`.
pub fn create() -> Operation {
    Operation::new(
        "Begin an upload",
        "For a media item that an op of the own account has named, of exactly the bytes that it named. The first \
         bytes may come along. Where the same account has begun to send the same bytes, that upload is answered, and \
         from where it goes on; bytes that came along are then not taken.",
    )
    .parameter(ASKED_TUS)
    .parameter(ASKED_LENGTH)
    .parameter(METADATA)
    .parameter(CHECKSUM)
    .takes_bytes(protocol::BYTES)
    .answers_nothing(201, "It has begun.")
    .with(&[TUS, LOCATION, OFFSET, LENGTH, EXPIRES])
    .refuses(&[Code::BadRequest, Code::NotFound, Code::QuotaUsed, Code::MediaTooLarge])
    .refuses(OF_BYTES)
    .refuses_with(&[TUS, TUS_VERSION])
}

/// See `uploads::routes::head`.
pub fn head() -> Operation {
    of_one(Operation::new(
        "How far an upload is",
        "Ask before going on after a break: the offset is what is safe. Takes the upload over from a connection that \
         died.",
    ))
    .answers_nothing(200, "Where it stands.")
    .with(&[TUS, OFFSET, LENGTH, EXPIRES, METADATA_KEPT])
    .refuses(&[Code::WrongOffset, Code::HashMismatch])
}

/// See `uploads::routes::patch`.
pub fn patch() -> Operation {
    of_one(Operation::new(
        "Send bytes of an upload",
        "From the offset where it stands. What is answered is safe, what a broken connection brought is kept. The \
         last byte is answered only once the whole hashes to what was named and the item has its bytes. Repeated with \
         an offset that was passed it is refused as `wrong_offset`: ask for the offset.",
    ))
    .parameter(ASKED_OFFSET)
    .parameter(CHECKSUM)
    .takes_bytes(protocol::BYTES)
    .answers_nothing(204, "The bytes are safe.")
    .with(&[TUS, OFFSET, LENGTH, EXPIRES])
    .refuses(&[Code::BadRequest, Code::UnsupportedMediaType])
    .refuses(OF_BYTES)
}

/// See `uploads::routes::delete`.
pub fn delete() -> Operation {
    of_one(Operation::new("Give an upload up", "Bytes that have already become the item's stay."))
        .answers_nothing(204, "It is forgotten.")
        .with(&[TUS])
}

/// What may go wrong with bytes.
const OF_BYTES: &[Code] = &[
    Code::WrongOffset,
    Code::HashMismatch,
    Code::ChecksumMismatch,
    Code::BodyTooLarge,
    Code::StorageFull,
    Code::TusVersion,
];

fn of_one(operation: Operation) -> Operation {
    operation
        .id::<UploadId>("Which upload; another account's is answered like none.")
        .parameter(ASKED_TUS)
        .refuses(&[Code::TusVersion])
        .refuses_with(&[TUS, TUS_VERSION])
}
