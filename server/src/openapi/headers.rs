//! Headers that several routes share, with their shapes: what surrounds every answer, tus, ranges, validators. Values
//! and lengths come from the code that reads and writes them.

use schemars::{Schema, json_schema};
use shared::limits::CLIP_BYTES_MAX;

use super::operation::{Header, Parameter, Place};
use crate::{
    error::{REQUEST_ID, REQUEST_ID_MAX},
    uploads::{self, protocol},
};

fn request_id() -> Schema {
    json_schema!({ "type": "string", "minLength": 1, "maxLength": REQUEST_ID_MAX, "pattern": "^[A-Za-z0-9-]+$" })
}

fn bytes() -> Schema {
    json_schema!({ "type": "integer", "minimum": 0, "maximum": CLIP_BYTES_MAX })
}

fn entity_tag() -> Schema {
    json_schema!({ "type": "string", "pattern": "^\"[0-9a-f]{64}\"$" })
}

const fn always(name: &'static str, description: &'static str, shape: super::operation::Shape) -> Header {
    Header { name, description, shape, required: true }
}

const fn asked(name: &'static str, description: &'static str, shape: super::operation::Shape) -> Parameter {
    Parameter { name, place: Place::Header, required: false, description, shape }
}

/// A parameter that must be there.
pub const fn needed(parameter: Parameter) -> Parameter {
    Parameter { required: true, ..parameter }
}

/// On every answer.
pub const EVERYWHERE: [Header; 2] = [
    always(REQUEST_ID, "The request's id: the caller's own, or one that was drawn.", |_| request_id()),
    always(
        "cache-control",
        "How long the answer may be kept; `no-store` for all that is about people.",
        |_| json_schema!({ "type": "string" }),
    ),
];

/// What every request may say.
pub const ASKED_EVERYWHERE: [Parameter; 2] = [
    asked(REQUEST_ID, "Names the request in the operator's log and in the answer.", |_| request_id()),
    asked(
        "accept-language",
        "`en` first for sentences in English; Chinese otherwise.",
        |_| json_schema!({ "type": "string", "pattern": "^[A-Za-z0-9*,;=. -]*$" }),
    ),
];

/// How a body was compressed.
pub const CONTENT_ENCODING: Parameter = asked(
    "content-encoding",
    "How the body is compressed, if it is. Its limit counts what it unpacks to.",
    |_| json_schema!({ "type": "string", "enum": ["identity", "gzip", "zstd"] }),
);

/// With `too_many_requests` and, where the server knows, with `unavailable`.
pub const RETRY_AFTER: Header = always(
    "retry-after",
    "Seconds after which to ask again.",
    |_| json_schema!({ "type": "integer", "minimum": 1 }),
);

/// The media cookie.
pub const SET_COOKIE: Header = always(
    "set-cookie",
    "The media cookie, as long as the access token; empty once signed out.",
    |_| json_schema!({ "type": "string", "pattern": format!("^{}=", crate::sessions::token::COOKIE) }),
);

/// A validator: the SHA-256 of the bytes.
pub const ETAG: Header = always("etag", "The SHA-256 of the bytes, in quotes.", |_| entity_tag());

/// What the caller has already.
pub const IF_NONE_MATCH: Parameter =
    asked("if-none-match", "The `etag` of what the caller has: 304 where it is still that.", |_| {
        entity_tag()
    });

/// Only the same bytes are continued.
pub const IF_RANGE: Parameter = asked(
    "if-range",
    "The `etag` that `range` is about; where it is another by now, all bytes come.",
    |_| entity_tag(),
);

/// One range of bytes.
pub const RANGE: Parameter = asked(
    "range",
    "One range of bytes. Several, or one beyond the end, are passed over: all bytes come.",
    |_| json_schema!({ "type": "string", "pattern": "^bytes=([0-9]+-[0-9]*|-[0-9]+)$" }),
);

/// Ranges are possible.
pub const ACCEPT_RANGES: Header = always(
    "accept-ranges",
    "Parts may be asked for.",
    |_| json_schema!({ "type": "string", "const": "bytes" }),
);

/// Which part of the whole this is.
pub const CONTENT_RANGE: Header = always(
    "content-range",
    "Which bytes these are, and of how many.",
    |_| json_schema!({ "type": "string", "pattern": "^bytes [0-9]+-[0-9]+/[0-9]+$" }),
);

/// Length of what comes.
pub const CONTENT_LENGTH: Header =
    always("content-length", "Bytes that follow.", |_| json_schema!({ "type": "integer", "minimum": 0 }));

/// To be shown, or to be saved under a name.
pub const CONTENT_DISPOSITION: Header = always(
    "content-disposition",
    "Our own pictures are `inline`, all else an attachment with a name.",
    |_| json_schema!({ "type": "string", "pattern": "^(inline|attachment; filename=\"[a-z0-9.-]+\")$" }),
);

/// The version of tus.
pub const TUS: Header = always(
    "tus-resumable",
    "The version of tus.",
    |_| json_schema!({ "type": "string", "const": protocol::VERSION }),
);

/// The version of tus, asked for.
pub const ASKED_TUS: Parameter = needed(asked("tus-resumable", TUS.description, TUS.shape));

/// How far an upload is.
pub const OFFSET: Header = always("upload-offset", "Bytes that are safe on the server's disk.", |_| bytes());

/// Where the body begins.
pub const ASKED_OFFSET: Parameter =
    needed(asked("upload-offset", "Where the body begins: what the server said last.", |_| bytes()));

/// How long the whole is.
pub const LENGTH: Header = always("upload-length", "Bytes of the whole.", |_| bytes());

/// How long the whole will be.
pub const ASKED_LENGTH: Parameter = needed(asked(
    "upload-length",
    "Bytes of the whole, as the item's op named them; what each kind may weigh is among the limits.",
    |_| bytes(),
));

/// What an upload said of itself.
pub const METADATA_KEPT: Header = Header {
    name: "upload-metadata",
    description: "What the creation said, as it came; missing for uploads of older versions of this server.",
    shape: |_| json_schema!({ "type": "string" }),
    required: false,
};

/// When an upload is forgotten.
pub const EXPIRES: Header = always(
    "upload-expires",
    "When the upload is forgotten if nothing comes.",
    |_| json_schema!({ "type": "string", "pattern": "GMT$" }),
);

/// What an upload is for.
pub const METADATA: Parameter = needed(asked(
    "upload-metadata",
    "`media` (the item's id), `role` (`original` or `sketch`) and `sha256` (hex digits), each with its value in \
     base64. Other keys are passed over.",
    |_| {
        let pair = "[A-Za-z0-9_]+ [A-Za-z0-9+/]+={0,2}";
        json_schema!({ "type": "string", "pattern": format!("^{pair}(, ?{pair})*$") })
    },
));

/// The hash of one body.
pub const CHECKSUM: Parameter = asked(
    "upload-checksum",
    "SHA-1 or SHA-256 of this body in base64: where it differs, none of it is kept.",
    |_| json_schema!({ "type": "string", "pattern": "^(sha1 [A-Za-z0-9+/]{27}|sha256 [A-Za-z0-9+/]{43})=$" }),
);

/// Where an upload is found.
pub const LOCATION: Header = always(
    "location",
    "The upload's address.",
    |_| json_schema!({ "type": "string", "pattern": format!("^/api/v1/uploads/{}$", uploads::id_pattern()) }),
);

/// Versions that the server speaks.
pub const TUS_VERSION: Header = always("tus-version", "Versions of tus.", TUS.shape);

/// What of tus it speaks.
pub const TUS_EXTENSION: Header = always(
    "tus-extension",
    "Extensions of tus.",
    |_| json_schema!({ "type": "string", "const": protocol::EXTENSIONS }),
);

/// How checksums are made.
pub const TUS_ALGORITHM: Header = always(
    "tus-checksum-algorithm",
    "How checksums are made.",
    |_| json_schema!({ "type": "string", "const": protocol::ALGORITHMS }),
);

/// The largest upload.
pub const TUS_MAX: Header = always(
    "tus-max-size",
    "Bytes of the largest upload.",
    |_| json_schema!({ "type": "integer", "const": CLIP_BYTES_MAX }),
);
