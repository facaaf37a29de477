-- The triggers run as whoever made them. Made anew, they run as the schema's owner, and no longer as the application's user, who lost every right over the schema.
DROP TRIGGER IF EXISTS audit_refuses_deletion;
DROP TRIGGER IF EXISTS audit_keeps_rows;
CREATE TRIGGER audit_keeps_rows BEFORE UPDATE ON audit FOR EACH ROW
SET NEW.id = OLD.id, NEW.action = OLD.action, NEW.actor_type = OLD.actor_type, NEW.actor_id = OLD.actor_id,
  NEW.target_type = OLD.target_type, NEW.target_id = OLD.target_id, NEW.details = OLD.details,
  NEW.request_id = OLD.request_id, NEW.source_ip = OLD.source_ip, NEW.happened_at = OLD.happened_at;
CREATE TRIGGER audit_refuses_deletion BEFORE DELETE ON audit FOR EACH ROW
SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'The audit log keeps its rows.';
