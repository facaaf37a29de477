-- A call is keyed by an id that the platform made; what a client sends as its request id is correlation and may repeat.
ALTER TABLE mcp_usage_stats
  ADD COLUMN id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' FIRST,
  ADD COLUMN bytes_in BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN bytes_out BIGINT NOT NULL DEFAULT 0;
UPDATE mcp_usage_stats SET id = request_id;
ALTER TABLE mcp_usage_stats
  DROP PRIMARY KEY,
  ADD PRIMARY KEY (id),
  ADD KEY mcp_usage_stats_by_user (user_id, called_at);
