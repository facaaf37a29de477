DROP TABLE registry_namespaces;
