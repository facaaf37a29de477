/* What the console reads of the API's answers. */

export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
  readonly page: number;
  readonly page_size: number;
  readonly pages: number;
}

interface Offered {
  readonly state: 'approved' | 'changed' | 'new' | 'disabled';
  readonly fingerprint: string;
  readonly description: string | null;
  readonly approved_at: string | null;
}

/** What a server offers: each kind has its things by a name of its own. */
export interface Offers {
  readonly tools: readonly (Offered & { readonly name: string; readonly input_schema: unknown })[];
  readonly prompts: readonly (Offered & { readonly name: string })[];
  readonly resources: readonly (Offered & { readonly uri: string })[];
  readonly resource_templates: readonly (Offered & { readonly uri_template: string })[];
}

export type OfferState = Offered['state'];

export interface Finding {
  readonly rule: string;
  readonly severity: string;
  readonly path: string;
  readonly message: string;
}

export interface ToolSummary {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly description: string;
  readonly version: string;
  readonly status: 'draft' | 'active' | 'deprecated';
  readonly author_id: string;
  readonly revision: number;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface Tool extends ToolSummary {
  readonly config: Readonly<Record<string, unknown>>;
  readonly analysis?: {
    readonly revision: number;
    readonly score: number;
    readonly is_feasible: boolean;
    readonly task_id: string;
    readonly analysed_at: string;
  };
}

export interface Version {
  readonly revision: number;
  readonly version: string;
  readonly changed_at: string;
  readonly changed_by: string;
  readonly change_type: string;
  readonly config: unknown;
}

export interface ToolDiff {
  readonly from: number;
  readonly to: number;
  readonly patch: readonly { readonly op: string; readonly path: string; readonly value?: unknown }[];
  readonly contract: readonly {
    readonly tool: string;
    readonly class: 'compatible' | 'breaking' | 'suspicious';
    readonly path: string;
    readonly why: string;
  }[];
}

export interface DeploymentSummary {
  readonly deployment_id: string;
  readonly tool_id: string;
  readonly tool_name: string;
  readonly slug: string;
  readonly server: string;
  readonly endpoint_url: string;
  readonly status: string;
  readonly health_status: string;
  readonly phase: string;
  readonly access: string;
  readonly deployed_at: string;
  readonly stopped_at: string | null;
}

export interface Deployment extends DeploymentSummary {
  readonly replicas: number;
  readonly restarts: number;
  readonly tool_revision: number;
  readonly protocol_version: string | null;
  readonly memory_mb: number | null;
  readonly last_called_at: string | null;
  readonly connect: Readonly<Record<string, string>>;
  readonly tools: readonly { readonly name: string; readonly description?: string }[] | null;
  readonly last_error: { readonly reason: string; readonly log: readonly string[] } | null;
  readonly metrics: {
    readonly requests_total: number;
    readonly avg_response_time_ms: number | null;
    readonly p95_response_time_ms: number | null;
    readonly error_rate: number | null;
  };
}

export interface LogLine {
  readonly at: string | null;
  readonly replica_id: string | null;
  readonly stream: string;
  readonly text: string;
}

export interface ServedTool {
  readonly name: string;
  readonly description?: string;
  readonly inputSchema: Schema;
}

/** As much of a JSON Schema as a form can be drawn from. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

export interface Task {
  readonly task_id: string;
  readonly type: string;
  readonly status: 'pending' | 'running' | 'completed' | 'failed' | 'cancelled';
  readonly progress: number;
  readonly message: string;
  readonly error: { readonly error_code: string; readonly detail: string } | null;
  readonly attempts: number;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly result?: unknown;
}

export interface DocumentSummary {
  readonly document_id: string;
  readonly title: string;
  readonly media_type: string;
  readonly language: string;
  readonly bytes: number;
  readonly passages: number;
  readonly index_status: string;
  readonly error: string | null;
  readonly notes: readonly string[];
  readonly created_at: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface SearchAnswer {
  readonly results: readonly {
    readonly document_id: string;
    readonly passage_id: string;
    readonly title: string;
    readonly content_snippet: string;
    readonly similarity_score: number;
    readonly position: { readonly heading?: string; readonly page?: number };
    readonly explanation?: {
      readonly lexical: number;
      readonly semantic: number | null;
      readonly words: readonly {
        readonly word: string;
        readonly idf: number;
        readonly weight: number;
        readonly occurs: boolean;
        readonly added: boolean;
      }[];
    };
  }[];
  readonly total: number;
  readonly query_time_ms: number;
  readonly mode: string;
  readonly corrected?: Readonly<Record<string, string>>;
}

export interface Connection {
  readonly connection_id: string;
  readonly repository_url: string;
  readonly tool_id: string | null;
  readonly status: string;
  readonly branch: string;
  readonly path: string;
  readonly last_sync_sha: string | null;
  readonly last_synced_at: string | null;
  readonly behind_by: number | null;
  readonly syncing: boolean;
  readonly last_error: string | null;
  readonly webhook_installed: boolean;
  readonly warnings: readonly string[];
}

export interface Usage {
  readonly from: string;
  readonly to: string;
  readonly items: readonly (UsageRow & {
    readonly key: string;
    readonly slug?: string;
    readonly username?: string;
    readonly list_price_usd: number;
  })[];
  readonly total: UsageRow;
  readonly running: {
    readonly hours: number;
    readonly vcpu_hours: number;
    readonly gb_hours: number;
    readonly list_price_usd: number;
  };
}

interface UsageRow {
  readonly calls: number;
  readonly errors: number;
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly bytes_in: number;
  readonly bytes_out: number;
}
