-- Nobody changes or deletes a row of the audit log, the application's own user included: an update keeps what is there, a deletion is refused.
-- (With binary logging the server must have log_bin_trust_function_creators = 1, or whoever migrates needs the privilege for it.)
CREATE TRIGGER audit_keeps_rows BEFORE UPDATE ON audit FOR EACH ROW
SET NEW.id = OLD.id, NEW.action = OLD.action, NEW.actor_type = OLD.actor_type, NEW.actor_id = OLD.actor_id,
  NEW.target_type = OLD.target_type, NEW.target_id = OLD.target_id, NEW.details = OLD.details,
  NEW.request_id = OLD.request_id, NEW.source_ip = OLD.source_ip, NEW.happened_at = OLD.happened_at;
CREATE TRIGGER audit_refuses_deletion BEFORE DELETE ON audit FOR EACH ROW
SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'The audit log keeps its rows.';
