DROP TRIGGER IF EXISTS audit_refuses_deletion;
DROP TRIGGER IF EXISTS audit_keeps_rows;
