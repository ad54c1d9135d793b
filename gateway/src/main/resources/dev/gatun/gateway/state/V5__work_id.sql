-- The id of what a request begins, the same for its next attempt under the same key.
ALTER TABLE idempotency ADD COLUMN work_id TEXT;
