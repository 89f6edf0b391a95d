-- Who there is: committees, branches, people, ways to log in, what they may do, and from which devices.
-- Ids are UUIDv7 text, instants milliseconds UTC, days 'YYYY-MM-DD' in Asia/Shanghai. Nothing here is ever deleted
-- but spent secrets, old codes and old attempts: history names these rows.

-- 二级党组织 above branches.
CREATE TABLE committee (
    id         TEXT   NOT NULL PRIMARY KEY, -- UUIDv7
    name       TEXT   NOT NULL UNIQUE, -- full name
    created_at BIGINT NOT NULL -- when it was made here
);

-- 党支部.
CREATE TABLE branch (
    id            TEXT   NOT NULL PRIMARY KEY, -- UUIDv7
    committee_id  TEXT   NOT NULL REFERENCES committee (id), -- the committee above it
    name          TEXT   NOT NULL UNIQUE, -- full name
    kind          TEXT   NOT NULL, -- shared::model::BranchKind
    basis         TEXT, -- shared::model::Basis; NULL for student branches
    work_line     TEXT   NOT NULL, -- shared::model::WorkLine
    founded_on    TEXT, -- day; NULL where the roster does not say
    temporary     BIGINT NOT NULL CHECK (temporary IN (0, 1)), -- 1: made for a field trip
    self_approval BIGINT NOT NULL CHECK (self_approval IN (0, 1)), -- 1: the committee lets approvers decide own entries
    created_at    BIGINT NOT NULL, -- when it was made here
    closed_at     BIGINT -- NULL while it lives
);
-- The branches below a committee.
CREATE INDEX branch_by_committee ON branch (committee_id, id);

-- Someone in the roster. Name and nothing else.
CREATE TABLE person (
    id         TEXT   NOT NULL PRIMARY KEY, -- UUIDv7
    name       TEXT   NOT NULL, -- as the roster writes it
    created_at BIGINT NOT NULL -- when it was made here
);

-- 组织关系: a person in a branch.
CREATE TABLE membership (
    id        TEXT NOT NULL PRIMARY KEY, -- UUIDv7
    person_id TEXT NOT NULL REFERENCES person (id), -- who
    branch_id TEXT NOT NULL REFERENCES branch (id), -- where
    kind      TEXT NOT NULL CHECK (kind IN ('formal', 'temporary')), -- formal: the one organisation somebody belongs to; temporary: a field team
    from_on   TEXT NOT NULL, -- day
    to_on     TEXT -- first day after it; NULL while it lasts
);
-- One formal membership at a time (党员教育管理工作条例 2019 §25).
CREATE UNIQUE INDEX membership_one_formal ON membership (person_id) WHERE kind = 'formal' AND to_on IS NULL;
-- Nobody is in a branch twice at a time.
CREATE UNIQUE INDEX membership_once ON membership (person_id, branch_id) WHERE to_on IS NULL;
-- The people of a branch.
CREATE INDEX membership_by_branch ON membership (branch_id, person_id);

-- A way to log in.
CREATE TABLE account (
    id            TEXT   NOT NULL PRIMARY KEY, -- UUIDv7
    person_id     TEXT   NOT NULL UNIQUE REFERENCES person (id), -- who
    number        TEXT   NOT NULL UNIQUE, -- staff or student number; never leaves this table but to its owner and admins
    password_hash TEXT, -- argon2id, PHC; NULL before activation and after a reset
    created_at    BIGINT NOT NULL, -- when it was made here
    closed_at     BIGINT -- NULL while it may sign in
);

-- A role over a scope (授权). In force when confirmed and not ended.
CREATE TABLE account_grant (
    id           TEXT   NOT NULL PRIMARY KEY, -- UUIDv7
    account_id   TEXT   NOT NULL REFERENCES account (id), -- whose
    role         TEXT   NOT NULL, -- shared::model::Role
    scope_kind   TEXT   NOT NULL CHECK (scope_kind IN ('branch', 'committee', 'school')), -- what scope_id names
    scope_id     TEXT   NOT NULL, -- branch or committee; empty for the school
    made_at      BIGINT NOT NULL, -- when
    made_by      TEXT REFERENCES account (id), -- NULL: the command line
    confirmed_at BIGINT, -- NULL: waits for a second person
    confirmed_by TEXT REFERENCES account (id), -- NULL: needed no second person, or the command line
    ended_at     BIGINT, -- NULL while it lasts
    ended_by     TEXT REFERENCES account (id) -- NULL: lasts, or ended by the command line
);
-- The same role over the same scope once at a time; also finds an account's grants.
CREATE UNIQUE INDEX account_grant_once ON account_grant (account_id, role, scope_kind, scope_id) WHERE ended_at IS NULL;
-- Who decides in a branch or works in a committee.
CREATE INDEX account_grant_by_scope ON account_grant (scope_kind, scope_id, role);

-- An installation of the app, signed in to an account.
CREATE TABLE device (
    id          TEXT   NOT NULL PRIMARY KEY, -- UUIDv7
    account_id  TEXT   NOT NULL REFERENCES account (id), -- whose
    name        TEXT   NOT NULL, -- what its person calls it; may be empty
    secret_hash BYTEA  NOT NULL, -- SHA-256 of the refresh secret in force, which the phone drew
    created_at  BIGINT NOT NULL, -- when it was made here
    seen_at     BIGINT NOT NULL, -- last sign-in or refresh
    revoked_at  BIGINT, -- NULL while it may refresh
    revoked_why TEXT -- code of a reason; NULL while it may refresh
);
-- An account's devices, newest first.
CREATE INDEX device_by_account ON device (account_id, id);

-- Refresh secrets that were replaced: one coming back with another successor is stolen or copied.
CREATE TABLE spent_secret (
    hash      BYTEA  NOT NULL PRIMARY KEY, -- SHA-256 of the replaced secret
    device_id TEXT   NOT NULL REFERENCES device (id), -- whose secret it was
    next_hash BYTEA  NOT NULL, -- SHA-256 of the one that replaced it
    spent_at  BIGINT NOT NULL -- when it was replaced
);
-- Forgetting the oldest of a device.
CREATE INDEX spent_secret_by_device ON spent_secret (device_id, spent_at);

-- One-time codes with which a person sets a password.
CREATE TABLE activation_code (
    hash       BYTEA  NOT NULL PRIMARY KEY, -- SHA-256 of the code; it has over 80 random bits, so no salt is needed
    account_id TEXT   NOT NULL REFERENCES account (id), -- whose
    made_at    BIGINT NOT NULL, -- when
    expires_at BIGINT NOT NULL, -- from when on it is refused
    used_at    BIGINT -- NULL while it may be used; also set when a newer code replaces it
);
-- The code of an account that may still be used.
CREATE INDEX activation_code_by_account ON activation_code (account_id, used_at);

-- Failed attempts to sign in, by account and by network: each further one waits longer.
CREATE TABLE sign_in_attempt (
    key      TEXT   NOT NULL PRIMARY KEY, -- 'number:<SHA-256>' or 'network:<prefix>'
    failures BIGINT NOT NULL, -- since the last quiet day or success
    last_at  BIGINT NOT NULL -- the latest failure
);
-- Forgetting the old ones.
CREATE INDEX sign_in_attempt_by_time ON sign_in_attempt (last_at);

-- Who did what to accounts and grants. Ids and codes, never names or numbers.
CREATE TABLE audit_event (
    id         TEXT   NOT NULL PRIMARY KEY, -- UUIDv7
    at         BIGINT NOT NULL, -- when
    kind       TEXT   NOT NULL, -- like 'account_reset', 'grant_made'
    actor_id   TEXT REFERENCES account (id), -- who; NULL: the command line, or nobody signed in
    account_id TEXT REFERENCES account (id), -- whom it concerned; NULL where nobody
    branch_id  TEXT REFERENCES branch (id) -- in whose audit it shows; NULL: the admin's only
);
-- The audit of a branch, in order.
CREATE INDEX audit_event_by_branch ON audit_event (branch_id, id);
-- The audit of an account, in order.
CREATE INDEX audit_event_by_account ON audit_event (account_id, id);
