ALTER TABLE mcp_deployments DROP COLUMN options;
