-- What MySQL 8 and MariaDB 10.11 both take. Ids are UUIDs in ASCII; times are UTC with milliseconds; JSON is kept as text,
-- because the JSON type reorders members; names compare without case, slugs and hashes byte by byte.

CREATE TABLE users (
  id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  username VARCHAR(64) NOT NULL,
  email VARCHAR(254) NOT NULL,
  role VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  is_active BOOLEAN NOT NULL DEFAULT TRUE,
  password_hash VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY users_username (username),
  UNIQUE KEY users_email (email),
  KEY users_created (created_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

CREATE TABLE api_keys (
  id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(255) NOT NULL,
  prefix VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- SHA-256 in hex.
  hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- JSON arrays; NULL holds the key to nothing.
  scopes TEXT NULL,
  servers TEXT NULL,
  created_at DATETIME(3) NOT NULL,
  expires_at DATETIME(3) NULL,
  last_used_at DATETIME(3) NULL,
  revoked_at DATETIME(3) NULL,
  PRIMARY KEY (id),
  UNIQUE KEY api_keys_hash (hash),
  KEY api_keys_owner (user_id, created_at),
  CONSTRAINT api_keys_owner_exists FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

CREATE TABLE mcp_tools (
  id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Unique for ever: a deleted tool keeps its slug.
  slug VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(255) NOT NULL,
  description TEXT NOT NULL,
  version VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  status VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  author_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  revision INT NOT NULL,
  config MEDIUMTEXT NOT NULL,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  deleted_at DATETIME(3) NULL,
  PRIMARY KEY (id),
  UNIQUE KEY mcp_tools_slug (slug),
  KEY mcp_tools_by_created (deleted_at, created_at, id),
  KEY mcp_tools_by_updated (deleted_at, updated_at, id),
  KEY mcp_tools_by_name (deleted_at, name, id),
  KEY mcp_tools_by_status (deleted_at, status, created_at, id),
  KEY mcp_tools_by_author (author_id, deleted_at, created_at, id),
  CONSTRAINT mcp_tools_author_exists FOREIGN KEY (author_id) REFERENCES users (id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

CREATE TABLE mcp_deployments (
  id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  tool_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- The tool's id while this deployment is its active one, else NULL: at most one row can hold it.
  active_tool_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  owner_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- The revision of the tool that was deployed, and which of its servers.
  tool_revision INT NOT NULL,
  server VARCHAR(255) NOT NULL,
  status VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  health_status VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  phase VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  access VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  replicas INT NOT NULL,
  -- Fargate units: 1024 = one vCPU; MiB.
  cpu INT NOT NULL,
  memory INT NOT NULL,
  idle_timeout_s INT NULL,
  environment MEDIUMTEXT NOT NULL,
  -- Encrypted; never read back to a client.
  secrets MEDIUMBLOB NULL,
  server_info MEDIUMTEXT NULL,
  protocol_version VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  tools MEDIUMTEXT NULL,
  restarts INT NOT NULL DEFAULT 0,
  last_error TEXT NULL,
  last_health_check DATETIME(3) NULL,
  last_called_at DATETIME(3) NULL,
  deployed_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  stopped_at DATETIME(3) NULL,
  PRIMARY KEY (id),
  UNIQUE KEY mcp_deployments_active (active_tool_id),
  KEY mcp_deployments_by_tool (tool_id, deployed_at, id),
  KEY mcp_deployments_by_owner (owner_id, deployed_at, id),
  KEY mcp_deployments_by_status (status, deployed_at, id),
  CONSTRAINT mcp_deployments_tool_exists FOREIGN KEY (tool_id) REFERENCES mcp_tools (id),
  CONSTRAINT mcp_deployments_owner_exists FOREIGN KEY (owner_id) REFERENCES users (id),
  CONSTRAINT mcp_deployments_active_is_own CHECK (active_tool_id IS NULL OR active_tool_id = tool_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

CREATE TABLE github_connections (
  id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  tool_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  repository_url VARCHAR(500) NOT NULL,
  -- GitHub's number: outlives a rename.
  repository_id BIGINT NULL,
  -- owner/name, which GitHub compares without case.
  repository VARCHAR(255) NOT NULL,
  branch VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  default_branch VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  path VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  status VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Encrypted. No token: the platform's own is used.
  access_token BLOB NULL,
  webhook_secret BLOB NOT NULL,
  last_sync_sha VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  last_synced_at DATETIME(3) NULL,
  last_error TEXT NULL,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY github_connections_by_owner (user_id, created_at, id),
  KEY github_connections_by_repository (repository),
  KEY github_connections_by_repository_id (repository_id),
  KEY github_connections_by_tool (tool_id),
  CONSTRAINT github_connections_owner_exists FOREIGN KEY (user_id) REFERENCES users (id),
  CONSTRAINT github_connections_tool_exists FOREIGN KEY (tool_id) REFERENCES mcp_tools (id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

-- One row a call. Keyed by the request, so that a report line which is read twice counts once.
CREATE TABLE mcp_usage_stats (
  request_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  tool_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  deployment_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  user_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  api_key_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  -- The MCP method, and for tools/call the tool of the server.
  method VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  tool_name VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  status VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  error_code VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  duration_ms INT NOT NULL,
  called_at DATETIME(3) NOT NULL,
  PRIMARY KEY (request_id),
  KEY mcp_usage_stats_by_deployment (deployment_id, called_at),
  KEY mcp_usage_stats_by_tool (tool_id, called_at),
  KEY mcp_usage_stats_by_time (called_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

CREATE TABLE outbox (
  id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- Of messages about a tool: reads of its history look here too.
  tool_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  message MEDIUMTEXT NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY outbox_by_time (created_at, id),
  KEY outbox_by_tool (tool_id, created_at, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;
