-- How a deployment's server is run, as JSON: start and drain times, state, eras, processes, install scripts. NULL: the defaults.
ALTER TABLE mcp_deployments ADD COLUMN options TEXT NULL;
