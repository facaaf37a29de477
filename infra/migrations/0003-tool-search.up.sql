-- What a search looks through, apart from the configurations that make mcp_tools wide. Folded text as bytes: a tenth of the time that LIKE takes over the columns themselves.
CREATE TABLE mcp_tool_search (
  tool_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  text MEDIUMBLOB NOT NULL,
  PRIMARY KEY (tool_id),
  CONSTRAINT mcp_tool_search_tool_exists FOREIGN KEY (tool_id) REFERENCES mcp_tools (id) ON DELETE CASCADE
) ENGINE = InnoDB;

INSERT INTO mcp_tool_search (tool_id, text)
SELECT id, LOWER(CONCAT_WS('\n', name, CONVERT(slug USING utf8mb4), description)) FROM mcp_tools WHERE deleted_at IS NULL;

ALTER TABLE mcp_tools
  -- The name that the server has in other registries.
  ADD COLUMN registry_name VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
    GENERATED ALWAYS AS (LEFT(JSON_UNQUOTE(JSON_EXTRACT(config, '$.server_json.name')), 200)) VIRTUAL,
  -- Since when only the slug is left of a deleted tool.
  ADD COLUMN purged_at DATETIME(3) NULL;

ALTER TABLE mcp_tools
  ADD KEY mcp_tools_by_registry_name (registry_name);
