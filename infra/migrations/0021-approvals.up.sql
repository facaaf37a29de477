-- What an owner lets through to /mcp/v1 of the tools that a server offers: JSON, by the tool's name.
CREATE TABLE mcp_approvals (
  tool_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  tools MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  PRIMARY KEY (tool_id),
  CONSTRAINT mcp_approvals_tool_exists FOREIGN KEY (tool_id) REFERENCES mcp_tools (id) ON DELETE CASCADE
) ENGINE = InnoDB;
-- What a server offers beside its tools, as JSON: prompts, resources, resourceTemplates.
ALTER TABLE mcp_deployments ADD COLUMN offers MEDIUMTEXT NULL;
