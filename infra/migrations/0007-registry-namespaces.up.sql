-- Namespaces of other registries that an admin has granted: tools of this user that came with a name in it are served under that name.
CREATE TABLE registry_namespaces (
  namespace VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  user_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  granted_by CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  granted_at DATETIME(3) NOT NULL,
  PRIMARY KEY (namespace),
  KEY registry_namespaces_by_user (user_id, namespace),
  CONSTRAINT registry_namespaces_user_exists FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;
