-- Applications that may act for a user (OAuth 2.1). What each request checks is the session family of the same id, in DynamoDB.
CREATE TABLE oauth_grants (
  id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- The address of the client's document, or a hash of its registration.
  client_key VARCHAR(512) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_name VARCHAR(100) NOT NULL,
  client_host VARCHAR(255) NULL,
  redirect_host VARCHAR(255) NOT NULL,
  resource VARCHAR(700) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  scope VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(3) NOT NULL,
  ends_at DATETIME(3) NOT NULL,
  revoked_at DATETIME(3) NULL,
  PRIMARY KEY (id),
  KEY oauth_grants_by_owner (user_id, created_at, id),
  CONSTRAINT oauth_grants_owner_exists FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;
