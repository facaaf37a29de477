DROP TABLE IF EXISTS oauth_grants;
