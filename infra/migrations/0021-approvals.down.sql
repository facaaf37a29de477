ALTER TABLE mcp_deployments DROP COLUMN offers;
DROP TABLE mcp_approvals;
