-- Users' accounts at remote MCP servers that want OAuth: one for each user, tool and issuer.
CREATE TABLE upstream_accounts (
  id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  tool_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  slug VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  issuer VARCHAR(500) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  server_host VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  scope VARCHAR(1000) NOT NULL,
  -- Encrypted: the tokens, the client that they were given to, and the address that they are good for.
  tokens BLOB NOT NULL,
  -- Counts the tokens; whoever refreshes them holds the row until then.
  version INT UNSIGNED NOT NULL,
  claimed_until DATETIME(3) NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY upstream_accounts_once (user_id, tool_id, issuer),
  KEY upstream_accounts_by_owner (user_id, created_at, id),
  CONSTRAINT upstream_accounts_owner_exists FOREIGN KEY (user_id) REFERENCES users (id),
  CONSTRAINT upstream_accounts_tool_exists FOREIGN KEY (tool_id) REFERENCES mcp_tools (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;
