-- Who may register where registration is by invitation. The invitation itself is kept hashed (SHA-256 in hex).
CREATE TABLE invites (
  id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- The address that it is for; NULL: anybody's.
  email VARCHAR(254) NULL,
  role VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- NULL: made by the operator, at the command line.
  created_by CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  created_at DATETIME(3) NOT NULL,
  expires_at DATETIME(3) NOT NULL,
  used_by CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  used_at DATETIME(3) NULL,
  PRIMARY KEY (id),
  UNIQUE KEY invites_hash (hash)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

-- Who did what to whom, when, from where. Rows are added and read, never changed; ids are those of the outbox entries that told of it.
CREATE TABLE audit (
  id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  action VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- NULL: the operator, at the command line.
  actor_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  target_type VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  target_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  details TEXT NOT NULL,
  request_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NULL,
  source_ip VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  happened_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY audit_by_time (happened_at, id),
  KEY audit_by_action (action, happened_at, id),
  KEY audit_by_actor (actor_id, happened_at, id),
  KEY audit_by_target (target_id, happened_at, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

-- The request that caused an entry: JSON {request_id, source_ip}.
ALTER TABLE outbox ADD COLUMN origin VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NULL;

-- The values that were moved out of the configuration, by name; encrypted.
ALTER TABLE mcp_tools ADD COLUMN secrets MEDIUMTEXT CHARACTER SET ascii COLLATE ascii_bin NULL;

-- Whether an admin is the last one is asked under a lock.
ALTER TABLE users ADD KEY users_by_role (role, is_active);
