-- Bytes of media: uploads under way, blobs that are here, which item they belong to, the pictures made from them,
-- and the queue of work that makes them. Ids are UUIDv7 text, instants milliseconds UTC, hashes lower-case hex.

-- A whole file that was received and verified. Kept once, whoever sent it.
CREATE TABLE blob (
    part       TEXT   NOT NULL CHECK (part IN ('original', 'sketch')), -- media::Part; which folder it lies in
    sha256     TEXT   NOT NULL, -- of its bytes; its name in that folder
    size_bytes BIGINT NOT NULL, -- its length
    stored_at  BIGINT NOT NULL, -- when it was here first
    derived    TEXT   NOT NULL CHECK (derived IN ('waiting', 'ready', 'unreadable', 'unsupported')), -- its pictures
    reason     TEXT, -- derive::reason::Unreadable; NULL unless unreadable or unsupported
    width_px   BIGINT, -- of the upright picture; NULL unless ready
    height_px  BIGINT, -- of the upright picture; NULL unless ready
    PRIMARY KEY (part, sha256)
);

-- Which item has which bytes. Naming a hash makes no row here: only a complete upload by the item's recorder does.
CREATE TABLE media_blob (
    media_id   TEXT   NOT NULL, -- the item
    part       TEXT   NOT NULL, -- what the bytes are to it
    sha256     TEXT   NOT NULL, -- which bytes
    branch_id  TEXT   NOT NULL, -- whose space they count in, though they are kept once
    size_bytes BIGINT NOT NULL, -- how much they count
    account_id TEXT   NOT NULL, -- who sent them
    joined_at  BIGINT NOT NULL, -- when they were verified
    PRIMARY KEY (media_id, part),
    FOREIGN KEY (part, sha256) REFERENCES blob (part, sha256)
);
-- The items that show the same bytes.
CREATE INDEX media_blob_by_sha256 ON media_blob (part, sha256, media_id);
-- How much a branch has.
CREATE INDEX media_blob_by_branch ON media_blob (branch_id, size_bytes);

-- A picture made from a blob: WebP, upright, sRGB, without metadata.
CREATE TABLE picture (
    part       TEXT   NOT NULL, -- of the blob it is made from
    sha256     TEXT   NOT NULL, -- of the blob it is made from
    size       TEXT   NOT NULL CHECK (size IN ('sketch', 'thumb', 'preview')), -- derive::Size
    content    TEXT   NOT NULL, -- SHA-256 of the picture's own bytes; its name in the folder of pictures
    size_bytes BIGINT NOT NULL, -- its length
    made_at    BIGINT NOT NULL, -- when
    PRIMARY KEY (part, sha256, size),
    FOREIGN KEY (part, sha256) REFERENCES blob (part, sha256)
);

-- An upload under way (tus 1.0), and for a while after its end, so that a lost answer can be asked for again.
CREATE TABLE upload (
    id             TEXT   NOT NULL PRIMARY KEY, -- 128 random bits in hex: nobody guesses another's
    account_id     TEXT   NOT NULL, -- whose; for all others it does not exist
    media_id       TEXT   NOT NULL, -- the item the bytes are for
    part           TEXT   NOT NULL CHECK (part IN ('original', 'sketch')), -- what they are to it
    sha256         TEXT   NOT NULL, -- what they must hash to
    branch_id      TEXT   NOT NULL, -- whose space is reserved
    length_bytes   BIGINT NOT NULL, -- how many there will be
    received_bytes BIGINT NOT NULL, -- how many are safe on disk
    created_at     BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL, -- when it is forgotten; later with every byte
    done_at        BIGINT -- when the bytes were verified and joined; NULL while under way
);
-- One upload for an item's bytes at a time.
CREATE UNIQUE INDEX upload_by_media ON upload (account_id, media_id, part);
-- The space a branch has reserved.
CREATE INDEX upload_by_branch ON upload (branch_id, done_at);
-- Forgetting what was abandoned.
CREATE INDEX upload_by_expiry ON upload (expires_at, id);

-- Work to be done outside a request, enqueued by the transaction that makes the need.
CREATE TABLE job (
    id          TEXT   NOT NULL PRIMARY KEY,
    kind        TEXT   NOT NULL, -- jobs::Kind
    args        TEXT   NOT NULL, -- JSON of ids and hashes
    state       TEXT   NOT NULL CHECK (state IN ('ready', 'dead')), -- dead: given up; what is done is deleted
    run_at      BIGINT NOT NULL, -- not before
    lease_until BIGINT NOT NULL, -- nobody else takes it before; 0 at first
    lease_by    TEXT   NOT NULL, -- the worker's token; empty at first
    attempts    BIGINT NOT NULL, -- how often it was begun
    last_error  TEXT, -- why the last attempt failed; NULL while none did
    created_at  BIGINT NOT NULL
);
-- The next one to do.
CREATE INDEX job_by_time ON job (state, run_at, id);

-- Exact bytes handed to an office of the school, with the reason that was typed.
CREATE TABLE original_read (
    id         TEXT   NOT NULL PRIMARY KEY,
    at         BIGINT NOT NULL, -- when
    account_id TEXT   NOT NULL, -- to whom
    media_id   TEXT   NOT NULL, -- which item
    branch_id  TEXT   NOT NULL, -- whose
    reason     TEXT   NOT NULL -- as it was typed; 2 to 500 characters
);
-- What was read of a branch.
CREATE INDEX original_read_by_branch ON original_read (branch_id, id);
