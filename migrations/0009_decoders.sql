-- Which decoders found that they cannot show a file, so that a server with others tries it again.

-- derive::decoders of the server that judged; empty: judged before this was kept, by the first decoders.
ALTER TABLE blob ADD COLUMN decoders TEXT NOT NULL DEFAULT '';
-- Files that no decoder knew.
CREATE INDEX blob_by_derived ON blob (derived, part, sha256);
