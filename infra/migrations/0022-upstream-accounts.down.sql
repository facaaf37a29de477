DROP TABLE IF EXISTS upstream_accounts;
