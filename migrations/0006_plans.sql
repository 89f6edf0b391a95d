-- Every statement finds its rows by an index and in the order it wants them (tests/store/plans.rs). What no statement
-- looks for any more goes, since every index is written with its row.

-- Who decides in a branch or works in a committee, account by account.
CREATE INDEX account_grant_by_holder ON account_grant (scope_kind, scope_id, account_id, role);
DROP INDEX account_grant_by_scope;

-- Entries that hold the same bytes. Most records are about no bytes.
CREATE INDEX record_by_bytes ON record (sha256, entry_id) WHERE sha256 IS NOT NULL;
DROP INDEX record_by_sha256;

-- Uploads under way: how many there are, and the space they reserve in a branch.
CREATE INDEX upload_under_way ON upload (branch_id) WHERE done_at IS NULL;
DROP INDEX upload_by_branch;

-- What may wait for a committee or the school, oldest first.
CREATE INDEX entry_index_waiting ON entry_index (submitted_at, entry_id) WHERE state = 'submitted';

-- Devices that may sign in again, by when they were seen.
CREATE INDEX device_in_use ON device (seen_at) WHERE revoked_at IS NULL;
