DROP TABLE mcp_replicas;
ALTER TABLE mcp_deployments
  DROP COLUMN launch,
  DROP COLUMN generation,
  DROP COLUMN replaces_id;
