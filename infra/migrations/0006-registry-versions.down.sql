DROP TABLE registry_versions;

ALTER TABLE mcp_tools
  DROP KEY mcp_tools_by_came_as,
  DROP COLUMN came_as,
  DROP COLUMN registry_version,
  ADD COLUMN registry_name VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
    GENERATED ALWAYS AS (LEFT(JSON_UNQUOTE(JSON_EXTRACT(config, '$.server_json.name')), 200)) VIRTUAL;

ALTER TABLE mcp_tools ADD KEY mcp_tools_by_registry_name (registry_name);
