ALTER TABLE audit DROP COLUMN actor_type;
ALTER TABLE users
  DROP COLUMN password_is_temporary,
  DROP COLUMN totp_secret,
  DROP COLUMN totp_is_confirmed,
  DROP COLUMN totp_last_step,
  DROP COLUMN recovery_hashes;
