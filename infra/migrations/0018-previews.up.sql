ALTER TABLE mcp_deployments
  -- NULL: the tool's own. Otherwise which preview of the tool this is: `pr-12`, or `pr-12-base` for what it is compared with.
  ADD COLUMN preview VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  -- The tool's id while this deployment is its preview's active one, else NULL.
  ADD COLUMN active_preview_of CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD UNIQUE KEY mcp_deployments_active_preview (active_preview_of, preview);

-- Pull requests that are open, as the last review saw them.
CREATE TABLE github_proposals (
  connection_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  number BIGINT NOT NULL,
  head_sha VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  head_seen_at DATETIME(3) NOT NULL,
  -- The commit of a fork that a maintainer lets run.
  approved_sha VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  -- One review at a time; a worker that died is not waited for longer than this.
  claimed_until DATETIME(3) NULL,
  PRIMARY KEY (connection_id, number),
  CONSTRAINT github_proposals_connection_exists FOREIGN KEY (connection_id) REFERENCES github_connections (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;
