-- Originals that are stored smaller without loss, what waits to be removed from storage, and who may not run beside
-- whom. Instants are milliseconds UTC, hashes lower-case hex.

-- How the bytes lie in storage: 'raw' as they came, 'lepton' as a smaller file that they are made from again.
ALTER TABLE blob ADD COLUMN encoding TEXT NOT NULL DEFAULT 'raw' CHECK (encoding IN ('raw', 'lepton'));
-- What wrote the stored file, with its exact version; NULL while raw.
ALTER TABLE blob ADD COLUMN encoder TEXT;
-- SHA-256 of the stored file, its name in the folder of its encoding; NULL while raw, when its name is sha256.
ALTER TABLE blob ADD COLUMN stored_sha256 TEXT;
-- Length of the stored file; NULL while raw, when it is size_bytes.
ALTER TABLE blob ADD COLUMN stored_bytes BIGINT;
-- When the stored file took the raw one's place; NULL while raw.
ALTER TABLE blob ADD COLUMN encoded_at BIGINT;
-- Why it stays raw, media::compress::Kept; NULL where nobody has tried, and where it is not raw.
ALTER TABLE blob ADD COLUMN raw_reason TEXT;
-- Which versions wrote what is stored, and when each did last.
CREATE INDEX blob_by_encoder ON blob (encoder, encoded_at) WHERE encoder IS NOT NULL;
-- Whether a stored file is named.
CREATE INDEX blob_by_stored ON blob (stored_sha256) WHERE stored_sha256 IS NOT NULL;
-- Originals that nobody has tried to store smaller.
CREATE INDEX blob_untried ON blob (sha256) WHERE part = 'original' AND encoding = 'raw' AND raw_reason IS NULL;
-- Whether a picture's file is named.
CREATE INDEX picture_by_content ON picture (content);

-- Versions of the encoder that have read back everything others wrote. Without a row that is younger than what
-- others wrote, a version writes nothing.
CREATE TABLE encoder_check (
    encoder     TEXT   NOT NULL PRIMARY KEY, -- as blob.encoder
    verified_at BIGINT NOT NULL, -- when its latest reading began that found nothing wrong
    blob_count  BIGINT NOT NULL -- how many stored files it decoded
);

-- Files in storage that no row names, and that gc removes once they have waited long enough.
CREATE TABLE garbage (
    area       TEXT   NOT NULL, -- blobs::Area, or 'incoming'
    name       TEXT   NOT NULL, -- its name there: a hash, or an upload's id
    size_bytes BIGINT NOT NULL, -- its length
    why        TEXT   NOT NULL CHECK (why IN ('compressed', 'discarded', 'unnamed')), -- a smaller file took its place; it was made and not used; nobody knows it
    since_at   BIGINT NOT NULL, -- since when it waits
    PRIMARY KEY (area, name)
);
-- What has waited longest.
CREATE INDEX garbage_by_time ON garbage (since_at, area, name);

-- Commands that must not run beside each other: whoever holds the row until it ends, or until it dies.
CREATE TABLE lease (
    name     TEXT   NOT NULL PRIMARY KEY, -- what is held
    holder   TEXT   NOT NULL, -- the command and a random token
    until_at BIGINT NOT NULL -- renewed while the holder lives; nobody holds it after
);

-- Originals that are here already are tried too.
INSERT INTO job (id, kind, args, state, run_at, lease_until, lease_by, attempts, last_error, created_at)
SELECT 'compress-' || sha256, 'compress', '{"sha256":"' || sha256 || '"}', 'ready', stored_at, 0, '', 0, NULL, stored_at
FROM blob WHERE part = 'original' AND derived <> 'waiting';
