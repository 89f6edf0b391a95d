-- What phones and server exchange: records, who gets them, what was answered to every op, and a history that
-- can be checked. Ids are UUIDv7 text, instants milliseconds UTC, hashes lower-case hex, bodies JSON that only
-- Rust reads.

-- Lives of this database: a new one begins when a restore is noticed.
CREATE TABLE epoch (
    id         TEXT   NOT NULL PRIMARY KEY, -- 128 random bits in hex
    n          BIGINT NOT NULL UNIQUE, -- their order; the largest is the one that lasts
    proof      TEXT   NOT NULL UNIQUE, -- the epoch that proved a restore, so that one proof begins one life; empty for the first
    started_at BIGINT NOT NULL -- when it began
);

-- Until when everything is covered by a backup off this machine.
CREATE TABLE durable (
    one           BIGINT NOT NULL PRIMARY KEY CHECK (one = 1), -- there is one row at most
    covered_until BIGINT NOT NULL -- ops recorded up to this instant are covered
);

-- One row a feed: its counter, its checksum, and the lock that every writer takes first.
CREATE TABLE feed (
    id       TEXT   NOT NULL PRIMARY KEY, -- 'org', 'account:<id>', 'branch:<id>', 'office:<id>'
    seq      BIGINT NOT NULL, -- the last number given out
    checksum TEXT   NOT NULL -- XOR of the sums of its records, 16 hex digits
);

-- Which record stands in which feed, under its latest number there.
CREATE TABLE feed_row (
    feed_id TEXT   NOT NULL, -- which feed
    seq     BIGINT NOT NULL, -- grows whenever the record changes, joins or leaves
    kind    TEXT   NOT NULL, -- shared::model::RecordKind
    id      TEXT   NOT NULL, -- the record's id
    rev     BIGINT NOT NULL, -- the record's revision
    gone    BIGINT NOT NULL CHECK (gone IN (0, 1)), -- 1: it has left this feed
    PRIMARY KEY (kind, id, feed_id)
);
-- A page of a feed after a number.
CREATE UNIQUE INDEX feed_row_by_seq ON feed_row (feed_id, seq);

-- Locks on bytes: facts about consent and new items with the same bytes wait for each other.
CREATE TABLE hash_lock (
    sha256 TEXT   NOT NULL PRIMARY KEY, -- of the bytes
    taken  BIGINT NOT NULL -- how often; only there to be written
);

-- Every record as it stands.
CREATE TABLE record (
    kind      TEXT   NOT NULL, -- shared::model::RecordKind
    id        TEXT   NOT NULL, -- its id
    entry_id  TEXT, -- the entry it belongs to; NULL for org data and outcomes
    branch_id TEXT, -- whose history it is part of; NULL for org data and outcomes
    rev       BIGINT NOT NULL, -- counts its changes, from 1
    sum       TEXT   NOT NULL, -- what it adds to a feed's checksum, 16 hex digits
    sha256    TEXT, -- of a media item's bytes or the bytes a consent is about; NULL for all others
    body      TEXT   NOT NULL, -- shared::model::Body, sent to phones as it stands here
    PRIMARY KEY (kind, id)
);
-- An entry with all that names it.
CREATE INDEX record_by_entry ON record (entry_id, kind, id);
-- Items and facts about the same bytes, in any branch.
CREATE INDEX record_by_sha256 ON record (sha256, kind, id);

-- Records that are no more. Their ids are never given out again.
CREATE TABLE tombstone (
    kind     TEXT   NOT NULL, -- shared::model::RecordKind
    id       TEXT   NOT NULL, -- its id
    entry_id TEXT, -- the entry it belonged to; NULL for org data
    rev      BIGINT NOT NULL, -- its last revision; an approved copy made again goes on from here
    at       BIGINT NOT NULL, -- when it ended
    PRIMARY KEY (kind, id)
);

-- Every version of an entry's records from its first submission on. Drafts are overwritten.
CREATE TABLE revision (
    kind       TEXT   NOT NULL, -- shared::model::RecordKind
    id         TEXT   NOT NULL, -- the record's id
    rev        BIGINT NOT NULL, -- without a hole from the first one kept
    entry_id   TEXT   NOT NULL, -- the entry it belongs to
    branch_id  TEXT   NOT NULL, -- whose history it is part of
    digest     TEXT, -- of an entry's whole content, or of an item's; NULL for other kinds and where it ended
    body       TEXT, -- as it stood; NULL where the record ended
    op_id      TEXT, -- the op that made it; NULL: the server itself
    account_id TEXT, -- who made it; NULL: the server itself
    at         BIGINT NOT NULL, -- when the server applied it
    PRIMARY KEY (kind, id, rev)
);
-- The history of an entry.
CREATE INDEX revision_by_entry ON revision (entry_id, kind, id, rev);

-- A queue of ops: one installation of one account.
CREATE TABLE client (
    account_id TEXT   NOT NULL, -- whose
    client_id  TEXT   NOT NULL, -- made by the installation; means nothing without its account
    last_n     BIGINT NOT NULL, -- number of the last op recorded
    head       TEXT   NOT NULL, -- SHA-256 chained over the bytes of its ops
    PRIMARY KEY (account_id, client_id)
);

-- What was answered to every op. Holds codes, ids and revisions, never what people wrote.
CREATE TABLE ledger (
    account_id TEXT   NOT NULL, -- whose
    client_id  TEXT   NOT NULL, -- by which queue
    n          BIGINT NOT NULL, -- its number there
    op_id      TEXT, -- the op's own id; NULL where its bytes could not be read
    original   BIGINT NOT NULL CHECK (original IN (0, 1)), -- 0: the op had come by another queue before
    entry_id   TEXT, -- the entry it named; NULL where its bytes could not be read
    op_hash    TEXT   NOT NULL, -- SHA-256 of its bytes
    head       TEXT   NOT NULL, -- of its queue after it
    answer     TEXT   NOT NULL, -- JSON
    at         BIGINT NOT NULL, -- when it was recorded
    PRIMARY KEY (account_id, client_id, n)
);
-- The same op by another queue.
CREATE INDEX ledger_by_op ON ledger (account_id, op_id);

-- Bytes that are no op this server could read, kept for whoever looks into it.
CREATE TABLE op_aside (
    account_id TEXT   NOT NULL, -- whose
    client_id  TEXT   NOT NULL, -- by which queue
    n          BIGINT NOT NULL, -- its number there
    payload    BYTEA  NOT NULL, -- as it came
    at         BIGINT NOT NULL, -- when
    PRIMARY KEY (account_id, client_id, n)
);

-- Ops that wait for a record which a restored server does not know yet.
CREATE TABLE held (
    account_id TEXT   NOT NULL, -- whose
    client_id  TEXT   NOT NULL, -- by which queue
    n          BIGINT NOT NULL, -- its number there
    op_id      TEXT   NOT NULL, -- its own id
    entry_id   TEXT   NOT NULL, -- the entry it waits for
    payload    TEXT   NOT NULL, -- its bytes
    at         BIGINT NOT NULL, -- when
    PRIMARY KEY (account_id, client_id, n)
);
-- What waits for an entry, in the order of arrival.
CREATE INDEX held_by_entry ON held (entry_id, at, account_id, n);

-- A branch's history: every event hashes the one before.
CREATE TABLE chain (
    branch_id TEXT   NOT NULL PRIMARY KEY, -- whose
    length    BIGINT NOT NULL, -- links so far
    head      TEXT   NOT NULL -- hash of the last link
);

-- One event of a branch's history. Ids, codes and digests; erasing words leaves it whole.
CREATE TABLE chain_link (
    branch_id TEXT   NOT NULL, -- whose
    n         BIGINT NOT NULL, -- from 1, without a hole
    previous  TEXT   NOT NULL, -- hash of the link before, or of the branch's id
    event     TEXT   NOT NULL, -- canonical JSON
    hash      TEXT   NOT NULL, -- SHA-256 over previous and event
    PRIMARY KEY (branch_id, n)
);

-- Derived from records, written with them: what lists of entries look for.
CREATE TABLE entry_index (
    entry_id     TEXT   NOT NULL PRIMARY KEY, -- which entry
    branch_id    TEXT   NOT NULL, -- its branch
    author_id    TEXT   NOT NULL, -- account of its author
    state        TEXT   NOT NULL, -- shared::model::EntryState
    submitted_at BIGINT, -- last submission; NULL while a draft
    kind         TEXT, -- ActivityKind as approved; NULL where nothing is approved
    day          BIGINT, -- local day it began as approved, days since 1970-01-01; NULL where nothing is approved
    approved_at  BIGINT -- when the copy that counts was approved; NULL where there is none
);
-- Approved entries of a branch, latest day first.
CREATE INDEX entry_index_by_day ON entry_index (branch_id, day, entry_id);
-- What waits in a branch.
CREATE INDEX entry_index_by_state ON entry_index (branch_id, state, submitted_at, entry_id);

-- Derived: minutes of approved entries by person and local day, with the window they lie in.
CREATE TABLE minute_index (
    entry_id    TEXT   NOT NULL, -- which approved entry
    person_id   TEXT   NOT NULL, -- who
    day         BIGINT NOT NULL, -- local day, days since 1970-01-01
    minutes     BIGINT NOT NULL, -- as approved
    from_minute BIGINT NOT NULL, -- when the entry began, minutes since 1970 UTC
    to_minute   BIGINT NOT NULL, -- when it ended, minutes since 1970 UTC
    PRIMARY KEY (entry_id, person_id, day)
);
-- A person's minutes over days.
CREATE INDEX minute_index_by_person ON minute_index (person_id, day, entry_id);

-- Derived: media of entries, as galleries filter them.
CREATE TABLE media_index (
    media_id    TEXT   NOT NULL PRIMARY KEY, -- which item
    entry_id    TEXT   NOT NULL, -- its entry
    branch_id   TEXT   NOT NULL, -- its branch
    recorder_id TEXT   NOT NULL, -- account that recorded it
    sha256      TEXT   NOT NULL, -- of its bytes
    kind        TEXT   NOT NULL, -- shared::model::MediaKind
    phase       TEXT, -- Phase; NULL where nobody set it
    barred      BIGINT NOT NULL CHECK (barred IN (0, 1)), -- 1: refused or withdrawn
    day         BIGINT -- local day of its approved entry; NULL unless it stands in an approved copy as it is now
);
-- The gallery of a branch, latest day first.
CREATE INDEX media_index_by_day ON media_index (branch_id, day, media_id);
-- All items of an entry.
CREATE INDEX media_index_by_entry ON media_index (entry_id, media_id);
-- Items with the same bytes.
CREATE INDEX media_index_by_sha256 ON media_index (sha256, media_id);
