-- The latest verdict on each tool, of the revision that was judged.
CREATE TABLE tool_scores (
  tool_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  revision INT UNSIGNED NOT NULL,
  score DECIMAL(3, 2) NOT NULL,
  is_feasible BOOLEAN NOT NULL,
  -- JSON: findings by severity.
  findings VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  engine VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  task_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  analysed_at DATETIME(3) NOT NULL,
  PRIMARY KEY (tool_id),
  CONSTRAINT tool_scores_tool_exists FOREIGN KEY (tool_id) REFERENCES mcp_tools (id) ON DELETE CASCADE
) ENGINE = InnoDB;
