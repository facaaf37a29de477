ALTER TABLE github_connections
  -- The application's installation that is asked with; then there is no token.
  ADD COLUMN installation_id BIGINT NULL,
  ADD COLUMN hook_id BIGINT NULL,
  -- Good until previous_secret_until, so that a new secret can be put in its place.
  ADD COLUMN previous_webhook_secret BLOB NULL,
  ADD COLUMN previous_secret_until DATETIME(3) NULL,
  ADD COLUMN token_expires_at DATETIME(3) NULL,
  ADD COLUMN may_report BOOLEAN NOT NULL DEFAULT FALSE,
  ADD COLUMN may_comment BOOLEAN NOT NULL DEFAULT FALSE,
  -- What was asked for and what was done: a push during a sync is not lost.
  ADD COLUMN wanted_generation INT NOT NULL DEFAULT 0,
  ADD COLUMN synced_generation INT NOT NULL DEFAULT 0,
  -- The task that syncs, and since when.
  ADD COLUMN sync_task_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN sync_claimed_at DATETIME(3) NULL,
  -- The head that the last push named, until the host shows it.
  ADD COLUMN expected_sha VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN expected_at DATETIME(3) NULL,
  ADD COLUMN head_etag VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN behind_by INT NULL,
  ADD COLUMN last_checked_at DATETIME(3) NULL,
  ADD COLUMN last_delivery_at DATETIME(3) NULL,
  ADD KEY github_connections_by_check (status, last_checked_at, id),
  ADD KEY github_connections_by_installation (installation_id);
