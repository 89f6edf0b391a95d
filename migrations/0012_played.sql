-- What browsers play of clips and voices: made from a blob like its pictures, and kept beside them.

-- How long a film or voice is, in milliseconds; NULL for what has no length, or before it is known.
ALTER TABLE blob ADD COLUMN duration_ms BIGINT;
-- The loudest of each of up to 200 equal parts of a voice, two hex digits a part; NULL for all else.
ALTER TABLE blob ADD COLUMN waveform TEXT;

-- Neither database widens a check in place: the table is made anew.
CREATE TABLE picture_and_played (
    part       TEXT   NOT NULL, -- of the blob it is made from
    sha256     TEXT   NOT NULL, -- of the blob it is made from
    size       TEXT   NOT NULL CHECK (size IN ('sketch', 'thumb', 'preview', 'clip', 'voice')), -- derive::Size, derive::Played
    content    TEXT   NOT NULL, -- SHA-256 of its own bytes; its name in the folder of what is derived
    size_bytes BIGINT NOT NULL, -- its length
    made_at    BIGINT NOT NULL, -- when
    PRIMARY KEY (part, sha256, size),
    FOREIGN KEY (part, sha256) REFERENCES blob (part, sha256)
);
INSERT INTO picture_and_played (part, sha256, size, content, size_bytes, made_at)
SELECT part, sha256, size, content, size_bytes, made_at FROM picture;
DROP TABLE picture;
-- It takes the old one's place.
ALTER TABLE picture_and_played RENAME TO picture;
-- Whether a file of the folder is named.
CREATE INDEX picture_by_content ON picture (content);
