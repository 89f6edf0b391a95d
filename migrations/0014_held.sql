-- Ops that a phone sends again after a restore wait until their entry stands where it stood.

-- The entry's revision after the op, as an earlier life of the database answered; NULL where it never was answered.
ALTER TABLE held ADD COLUMN rev BIGINT;
