-- When the last backup was made, for whoever watches that there is one.

-- Finished at, in ms since 1970 UTC; NULL before the first.
ALTER TABLE durable ADD COLUMN backup_at BIGINT;
