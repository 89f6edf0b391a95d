-- What waits since a restore is decided in the order of its coming, once an operator ends the waiting.
CREATE INDEX held_by_age ON held (at, account_id, n);
