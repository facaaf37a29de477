-- Who users are at other providers: a provider's subject is one user, for ever.
CREATE TABLE user_identities (
  id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  issuer VARCHAR(500) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subject VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  user_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY user_identities_once (issuer, subject),
  KEY user_identities_by_owner (user_id),
  CONSTRAINT user_identities_owner_exists FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE = InnoDB;
