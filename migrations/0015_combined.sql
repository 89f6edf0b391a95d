-- Entries of one activity that were combined into another one.

-- Who wrote an entry that the other absorbed: like the author, they do not decide it.
CREATE TABLE writer_index (
    entry_id   TEXT NOT NULL, -- the entry that stays
    account_id TEXT NOT NULL, -- who wrote one that it absorbed
    PRIMARY KEY (entry_id, account_id)
);
