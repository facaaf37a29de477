-- A password that the operator made opens nothing until the user has replaced it. The second factor is a secret for time-based one-time
-- passwords (encrypted), and the recovery codes that are left (JSON array of SHA-256 in hex).
ALTER TABLE users
  ADD COLUMN password_is_temporary BOOLEAN NOT NULL DEFAULT FALSE,
  ADD COLUMN totp_secret VARCHAR(1024) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN totp_is_confirmed BOOLEAN NOT NULL DEFAULT FALSE,
  ADD COLUMN totp_last_step INT NOT NULL DEFAULT 0,
  ADD COLUMN recovery_hashes VARCHAR(2048) CHARACTER SET ascii COLLATE ascii_bin NULL;

-- Who an audit entry without an actor speaks of: the operator at the command line, somebody unknown, the platform itself.
ALTER TABLE audit ADD COLUMN actor_type VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'user';
UPDATE audit SET actor_type = 'operator' WHERE actor_id IS NULL;
