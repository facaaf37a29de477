DROP TABLE github_proposals;

DELETE r FROM mcp_replicas r JOIN mcp_deployments d ON d.id = r.deployment_id WHERE d.preview IS NOT NULL;
DELETE FROM mcp_deployments WHERE preview IS NOT NULL;

ALTER TABLE mcp_deployments
  DROP KEY mcp_deployments_active_preview,
  DROP COLUMN active_preview_of,
  DROP COLUMN preview;
