UPDATE mcp_usage_stats SET request_id = id;
ALTER TABLE mcp_usage_stats
  DROP KEY mcp_usage_stats_by_user,
  DROP PRIMARY KEY,
  ADD PRIMARY KEY (request_id);
ALTER TABLE mcp_usage_stats
  DROP COLUMN id,
  DROP COLUMN bytes_in,
  DROP COLUMN bytes_out;
