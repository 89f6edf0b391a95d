-- What photos say of themselves, and by what near-duplicates are found. Kept once for bytes, whoever has items of them;
-- it goes with the blob.

-- Of an original that was looked into; a value is NULL where the file does not say it.
CREATE TABLE blob_fact (
    part         TEXT   NOT NULL CHECK (part = 'original'), -- of the blob
    sha256       TEXT   NOT NULL, -- of the blob
    taken_local  TEXT, -- wall clock where it was taken, like 2019-09-21T14:03:07: no instant
    offset_min   BIGINT, -- that clock's minutes east of UTC
    offset_from  TEXT, -- wire::facts::OffsetSource; NULL where there is no offset
    make         TEXT, -- maker of the camera; at most 256 characters
    model        TEXT, -- the camera; at most 256 characters
    scan_sha256  TEXT, -- of a JPEG's coded picture without its metadata
    light        BIGINT, -- derive::likeness, 64 bits; NULL where there is no thumb
    thumb_hash   TEXT, -- placeholder for the thumb, base64; NULL where there is no thumb
    PRIMARY KEY (part, sha256),
    FOREIGN KEY (part, sha256) REFERENCES blob (part, sha256) ON DELETE CASCADE
);

-- Where an original was taken. Apart from all else, for those who may have its exact bytes.
CREATE TABLE blob_position (
    part         TEXT   NOT NULL CHECK (part = 'original'), -- of the blob
    sha256       TEXT   NOT NULL, -- of the blob
    latitude_e7  BIGINT NOT NULL, -- degrees north (WGS 84), in units of 10⁻⁷
    longitude_e7 BIGINT NOT NULL, -- degrees east (WGS 84), in units of 10⁻⁷
    PRIMARY KEY (part, sha256),
    FOREIGN KEY (part, sha256) REFERENCES blob (part, sha256) ON DELETE CASCADE
);

-- The newest items of a branch, by which near-duplicates are looked for.
CREATE INDEX media_index_by_branch ON media_index (branch_id, media_id);

-- Originals that are here already are looked into once more. Their jobs carry a name instead of a random id.
INSERT INTO job (id, kind, args, state, run_at, lease_until, lease_by, attempts, last_error, created_at)
SELECT 'facts-' || sha256, 'derive', '{"part":"original","sha256":"' || sha256 || '"}', 'ready', stored_at, 0, '', 0, NULL,
    stored_at
FROM blob WHERE part = 'original';
