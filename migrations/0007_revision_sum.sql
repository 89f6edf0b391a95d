-- Old versions can be checked to the last byte: digests cover what people wrote, this sum also what machines and
-- offices wrote beside it, and by whom and when.

-- Hash over every other column of the row, 16 hex digits; NULL for versions kept before there was one.
ALTER TABLE revision ADD COLUMN sum TEXT;
