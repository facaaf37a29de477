-- The versions that the registry serves, as it serves them: written with the change of the tool, so that a read takes neither configurations nor the history.
-- The two columns of mcp_tools take the place of one that had the database parse the configuration a second time.
ALTER TABLE mcp_tools
  DROP KEY mcp_tools_by_registry_name,
  -- The name that the server came with.
  ADD COLUMN came_as VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  -- The version that is served as the latest.
  ADD COLUMN registry_version VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL;

UPDATE mcp_tools SET came_as = registry_name, registry_version = IF(status = 'active', version, NULL);

ALTER TABLE mcp_tools DROP COLUMN registry_name;

ALTER TABLE mcp_tools ADD KEY mcp_tools_by_came_as (came_as);

CREATE TABLE registry_versions (
  tool_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  version VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  -- The last revision of the tool that had it.
  revision INT NOT NULL,
  published_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  -- server.json without a name. NULL for what was active before this table: it is made of the configuration.
  document MEDIUMTEXT NULL,
  PRIMARY KEY (tool_id, version),
  KEY registry_versions_by_time (tool_id, published_at, version),
  CONSTRAINT registry_versions_tool_exists FOREIGN KEY (tool_id) REFERENCES mcp_tools (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

INSERT INTO registry_versions (tool_id, version, revision, published_at, updated_at)
SELECT id, version, revision, updated_at, updated_at FROM mcp_tools WHERE status = 'active' AND deleted_at IS NULL;
