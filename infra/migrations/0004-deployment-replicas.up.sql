-- What was deployed is kept with the deployment, so that a restart starts the same after the tool has changed.
ALTER TABLE mcp_deployments
  ADD COLUMN launch MEDIUMTEXT NOT NULL,
  -- Counts the starts: a restart's replicas belong to the next generation, and the former serve until those are ready.
  ADD COLUMN generation INT NOT NULL DEFAULT 1,
  -- The deployment whose place this one takes when it is ready.
  ADD COLUMN replaces_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL;

-- One row a replica: a task that runs the server, or a remote server. Rows of ended ones stay for the deployment's lifetime.
CREATE TABLE mcp_replicas (
  id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  deployment_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  generation INT NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  task_id VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NULL,
  host VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NULL,
  port INT NULL,
  -- Encrypted: bootstrap token, report token, proxy secret.
  credentials TEXT NOT NULL,
  -- SHA-256 in hex.
  bootstrap_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  report_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  nonce VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  redeemed_at DATETIME(3) NULL,
  -- Of the newest report.
  seq BIGINT NOT NULL DEFAULT 0,
  restarts INT NOT NULL DEFAULT 0,
  memory_mb DOUBLE NULL,
  -- Why it ended: JSON {reason, log}.
  last_error TEXT NULL,
  created_at DATETIME(3) NOT NULL,
  -- When its task was asked for.
  started_at DATETIME(3) NOT NULL,
  seen_at DATETIME(3) NULL,
  -- Since when the platform wants it gone.
  stopping_at DATETIME(3) NULL,
  ended_at DATETIME(3) NULL,
  PRIMARY KEY (id),
  UNIQUE KEY mcp_replicas_bootstrap (bootstrap_hash),
  UNIQUE KEY mcp_replicas_report (report_hash),
  KEY mcp_replicas_of_deployment (deployment_id, generation),
  KEY mcp_replicas_by_task (task_id),
  KEY mcp_replicas_alive (ended_at, created_at),
  CONSTRAINT mcp_replicas_deployment_exists FOREIGN KEY (deployment_id) REFERENCES mcp_deployments (id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;
