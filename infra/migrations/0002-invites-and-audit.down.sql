ALTER TABLE users DROP KEY users_by_role;
ALTER TABLE mcp_tools DROP COLUMN secrets;
ALTER TABLE outbox DROP COLUMN origin;
DROP TABLE IF EXISTS audit;
DROP TABLE IF EXISTS invites;
