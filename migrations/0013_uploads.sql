-- What an upload said of itself when it began, and uploads that grow in a bucket of an S3 service.

-- The header Upload-Metadata as it came, for whoever asks where the upload stands.
ALTER TABLE upload ADD COLUMN metadata TEXT NOT NULL DEFAULT '';

-- Which objects of an upload count; the others are what cut requests left, and go with it.
CREATE TABLE upload_piece (
    upload_id    TEXT   NOT NULL, -- whose
    offset_bytes BIGINT NOT NULL, -- the place of its first byte in the upload
    length_bytes BIGINT NOT NULL, -- how many bytes
    attempt      TEXT   NOT NULL, -- the request that brought it; part of its name
    PRIMARY KEY (upload_id, offset_bytes)
);
