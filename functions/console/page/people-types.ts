/* What the console reads of people, their credentials and what they did. */

export interface Me {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly role: 'admin' | 'developer' | 'viewer';
  readonly is_active: boolean;
  readonly created_at: string;
  readonly permissions: readonly string[];
}

export interface SessionSummary {
  readonly id: string;
  readonly is_current: boolean;
  readonly source_ip: string | null;
  readonly user_agent: string | null;
  readonly created_at: string;
  readonly last_renewed_at: string;
  readonly expires_at: string;
}

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly string[] | null;
  readonly servers: readonly string[] | null;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly last_used_at: string | null;
  readonly revoked_at: string | null;
}

export interface AuditEntry {
  readonly id: string;
  readonly action: string;
  readonly actor_type: string;
  readonly actor_id: string | null;
  readonly target: { readonly type: string; readonly id: string };
  readonly details: Readonly<Record<string, unknown>>;
  readonly request_id: string | null;
  readonly source_ip: string | null;
  readonly at: string;
}
