ALTER TABLE mcp_tools DROP KEY mcp_tools_by_registry_name;
ALTER TABLE mcp_tools DROP COLUMN registry_name, DROP COLUMN purged_at;
DROP TABLE mcp_tool_search;
