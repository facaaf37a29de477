/* The API as mcpp calls it, made from its description (mxaByosSdTybpwixA50S4o3rs9XIxi1-0DfuGapUp5M) by `npm run generate`. */

export interface paths {
  '/api/v1/analyze/feasibility': {
    post: {
      parameters: {
        query?: {
          wait?: number;
        };
      };
      requestBody: {
        content: {
          'application/json': {
            config?: {
              [key: string]: unknown;
            } | null;
            tool_id?: string | null;
          };
        };
      };
      responses: {
        200: {
          content: {
            'application/json': components['schemas']['Task'];
          };
        };
        202: {
          content: {
            'application/json': components['schemas']['TaskAccepted'];
          };
        };
      };
    };
  };
  '/api/v1/analyze/improvements': {
    post: {
      parameters: {
        query?: {
          wait?: number;
        };
      };
      requestBody: {
        content: {
          'application/json': {
            config?: {
              [key: string]: unknown;
            } | null;
            description?: string | null;
            tool_id?: string | null;
            tool_name?: string | null;
          };
        };
      };
      responses: {
        200: {
          content: {
            'application/json': components['schemas']['Task'];
          };
        };
        202: {
          content: {
            'application/json': components['schemas']['TaskAccepted'];
          };
        };
      };
    };
  };
  '/api/v1/auth/api-keys': {
    post: {
      requestBody: {
        content: {
          'application/json': {
            expires_at?: string | null;
            name: string;
            scopes?:
              | (
                  | 'mcps:create'
                  | 'mcps:read'
                  | 'mcps:update'
                  | 'mcps:delete'
                  | 'knowledge:create'
                  | 'knowledge:read'
                  | 'knowledge:update'
                  | 'knowledge:delete'
                  | 'deployments:create'
                  | 'deployments:read'
                  | 'deployments:update'
                  | 'deployments:delete'
                  | 'github:create'
                  | 'github:read'
                  | 'github:update'
                  | 'github:delete'
                  | 'analyze:create'
                  | 'tasks:read'
                  | 'tasks:delete'
                  | 'mcp:call'
                  | 'metrics:read'
                  | 'users:read'
                  | 'users:update'
                  | 'users:invite'
                )[]
              | null;
            servers?: string[] | null;
          };
        };
      };
      responses: {
        201: {
          content: {
            'application/json': components['schemas']['CreatedApiKey'];
          };
        };
      };
    };
  };
  '/api/v1/auth/api-keys/{key_id}': {
    delete: {
      parameters: {
        path: {
          key_id: string;
        };
      };
      responses: {
        200: {
          content: {
            'application/json': {
              id: string;
              message: string;
            };
          };
        };
      };
    };
  };
  '/api/v1/auth/login': {
    post: {
      requestBody: {
        content: {
          'application/json': {
            new_password?: string | null;
            password: string;
            totp?: string | null;
            username: string;
          };
        };
      };
      responses: {
        200: {
          content: {
            'application/json': components['schemas']['TokenPair'];
          };
        };
      };
    };
  };
  '/api/v1/auth/logout': {
    post: {
      requestBody?: {
        content: {
          'application/json': {
            refresh_token?: string | null;
          };
        };
      };
      responses: {
        204: {};
      };
    };
  };
  '/api/v1/auth/me': {
    get: {
      responses: {
        200: {
          content: {
            'application/json': components['schemas']['Me'];
          };
        };
      };
    };
  };
  '/api/v1/deployments': {
    get: {
      parameters: {
        query?: {
          page?: number;
          page_size?: number;
          status?: 'starting' | 'running' | 'restarting' | 'idle' | 'stopping' | 'stopped' | 'failed';
          tool_id?: string;
        };
      };
      responses: {
        200: {
          content: {
            'application/json': components['schemas']['DeploymentPage'];
          };
        };
      };
    };
    post: {
      parameters: {
        query?: {
          replace?: boolean;
        };
      };
      requestBody: {
        content: {
          'application/json': {
            config?: {
              access?: ('private' | 'team') | null;
              drain_s?: number | null;
              environment?:
                | (
                    | {
                        [key: string]: string;
                      }
                    | string
                  )
                | null;
              eras?: ('2025-11-25' | '2026-07-28')[] | null;
              idle_timeout_s?: number | null;
              install_scripts?: boolean | null;
              process_per?: ('session' | 'caller') | null;
              replicas?: number | null;
              resources?: {
                cpu?: (number | string) | null;
                memory?: (number | string) | null;
              } | null;
              secrets?: {
                [key: string]: string;
              } | null;
              server?: string | null;
              start_timeout_s?: number | null;
              stateful?: boolean | null;
            } | null;
            tool_id: string;
          };
        };
      };
      responses: {
        201: {
          content: {
            'application/json': components['schemas']['DeploymentSummary'];
          };
        };
      };
    };
  };
  '/api/v1/deployments/{deployment_id}': {
    get: {
      parameters: {
        path: {
          deployment_id: string;
        };
      };
      responses: {
        200: {
          content: {
            'application/json': components['schemas']['Deployment'];
          };
        };
      };
    };
  };
  '/api/v1/deployments/{deployment_id}/logs': {
    get: {
      parameters: {
        query?: {
          lines?: number;
          since?: string;
        };
        path: {
          deployment_id: string;
        };
      };
      responses: {
        200: {
          content: {
            'application/json': {
              deployment_id: string;
              lines: {
                at: string | null;
                replica_id: string | null;
                stream: string;
                text: string;
              }[];
            };
          };
        };
      };
    };
  };
  '/api/v1/knowledge/search': {
    post: {
      requestBody: {
        content: {
          'application/json': {
            explain?: boolean | null;
            filters?: {
              [key: string]: (string | number | boolean) | (string | number | boolean)[];
            } | null;
            limit?: number | null;
            min_similarity?: number | null;
            mode?: ('lexical' | 'semantic' | 'hybrid') | null;
            query: string;
          };
        };
      };
      responses: {
        200: {
          content: {
            'application/json': components['schemas']['KnowledgeSearch'];
          };
        };
      };
    };
  };
  '/api/v1/mcps/{tool_id}': {
    get: {
      parameters: {
        path: {
          tool_id: string;
        };
      };
      responses: {
        200: {
          content: {
            'application/json': components['schemas']['ToolWithAnalysis'];
          };
        };
      };
    };
  };
  '/api/v1/mcps/{tool_id}/export': {
    get: {
      parameters: {
        query?: {
          format?:
            | 'server.json'
            | 'vscode.json'
            | 'mcp.json'
            | 'claude-code'
            | 'claude-desktop'
            | 'cursor'
            | 'vscode'
            | 'windsurf'
            | 'gemini'
            | 'cline'
            | 'roo'
            | 'lm-studio'
            | 'zed'
            | 'opencode'
            | 'continue'
            | 'goose'
            | 'codex';
          via?: 'direct' | 'platform';
        };
        path: {
          tool_id: string;
        };
      };
      responses: {
        200: {
          content: {
            'application/json':
              | {
                  [key: string]: unknown;
                }
              | string;
            'application/toml': string;
            'application/yaml': string;
          };
        };
      };
    };
  };
  '/api/v1/mcps/import': {
    post: {
      parameters: {
        query?: {
          dry_run?: boolean;
        };
      };
      requestBody: {
        content: {
          'application/json': unknown;
        };
      };
      responses: {
        200: {
          content: {
            'application/json': components['schemas']['Imported'];
          };
        };
        201: {
          content: {
            'application/json': components['schemas']['Imported'];
          };
        };
      };
    };
  };
  '/api/v1/tasks/{task_id}': {
    get: {
      parameters: {
        path: {
          task_id: string;
        };
      };
      responses: {
        200: {
          content: {
            'application/json': components['schemas']['Task'];
          };
        };
      };
    };
  };
  '/api/v1/usage': {
    get: {
      parameters: {
        query?: {
          deployment_id?: string;
          from?: string;
          group?: 'day' | 'hour' | 'tool' | 'user';
          to?: string;
          tool_id?: string;
          user_id?: string;
        };
      };
      responses: {
        200: {
          content: {
            'application/json': components['schemas']['Usage'];
          };
        };
      };
    };
  };
  '/health': {
    get: {
      parameters: {
        query?: {
          verbose?: boolean | '';
        };
      };
      responses: {
        200: {
          content: {
            'application/json': components['schemas']['HealthReport'];
          };
        };
      };
    };
  };
  '/mcp/{slug}/v1/tools': {
    get: {
      parameters: {
        path: {
          slug: string;
        };
      };
      responses: {
        200: {
          content: {
            'application/json': {
              tools: ({
                description?: string;
                inputSchema: {
                  [key: string]: unknown;
                };
                name: string;
              } & {
                [key: string]: unknown;
              })[];
            };
          };
        };
      };
    };
  };
  '/mcp/{slug}/v1/tools/{tool}': {
    post: {
      parameters: {
        query?: {
          async?: boolean;
          validate?: boolean;
        };
        path: {
          slug: string;
          tool: string;
        };
      };
      requestBody?: {
        content: {
          'application/json': unknown;
        };
      };
      responses: {
        200: {
          content: {
            'application/json': unknown;
          };
        };
        202: {
          content: {
            'application/json': components['schemas']['TaskAccepted'];
          };
        };
      };
    };
  };
  '/oauth/device_authorization': {
    post: {
      requestBody: {
        content: {
          'application/json': unknown;
        };
      };
      responses: {
        200: {
          content: {
            'application/json': components['schemas']['DeviceAuthorization'];
          };
        };
      };
    };
  };
  '/oauth/token': {
    post: {
      requestBody: {
        content: {
          'application/json': unknown;
        };
      };
      responses: {
        200: {
          content: {
            'application/json': components['schemas']['OAuthTokens'];
          };
        };
      };
    };
  };
}
export interface components {
  schemas: {
    ApiKey: {
      created_at: string;
      expires_at: string | null;
      id: string;
      last_used_at: string | null;
      name: string;
      prefix: string;
      revoked_at: string | null;
      scopes:
        | (
            | 'mcps:create'
            | 'mcps:read'
            | 'mcps:update'
            | 'mcps:delete'
            | 'knowledge:create'
            | 'knowledge:read'
            | 'knowledge:update'
            | 'knowledge:delete'
            | 'deployments:create'
            | 'deployments:read'
            | 'deployments:update'
            | 'deployments:delete'
            | 'github:create'
            | 'github:read'
            | 'github:update'
            | 'github:delete'
            | 'analyze:create'
            | 'tasks:read'
            | 'tasks:delete'
            | 'mcp:call'
            | 'metrics:read'
            | 'users:read'
            | 'users:update'
            | 'users:invite'
          )[]
        | null;
      servers: string[] | null;
    };
    CreatedApiKey: {
      created_at: string;
      expires_at: string | null;
      id: string;
      key: string;
      name: string;
      scopes:
        | (
            | 'mcps:create'
            | 'mcps:read'
            | 'mcps:update'
            | 'mcps:delete'
            | 'knowledge:create'
            | 'knowledge:read'
            | 'knowledge:update'
            | 'knowledge:delete'
            | 'deployments:create'
            | 'deployments:read'
            | 'deployments:update'
            | 'deployments:delete'
            | 'github:create'
            | 'github:read'
            | 'github:update'
            | 'github:delete'
            | 'analyze:create'
            | 'tasks:read'
            | 'tasks:delete'
            | 'mcp:call'
            | 'metrics:read'
            | 'users:read'
            | 'users:update'
            | 'users:invite'
          )[]
        | null;
      servers: string[] | null;
    };
    Deployment: {
      access: 'private' | 'team';
      connect: {
        claude_code: string;
        claude_desktop: string;
        cline: string;
        codex: string;
        copilot: string;
        cursor: string;
        gemini: string;
        inspector: string;
        lm_studio: string;
        mcp_remote: string;
        mcporter: string;
        opencode: string;
        qwen: string;
        roo: string;
        sign_in: string;
        vscode: string;
        windsurf: string;
        zed: string;
      };
      deployed_at: string;
      deployment_id: string;
      drain_s: number;
      endpoint_url: string;
      eras: ('2025-11-25' | '2026-07-28')[];
      health_status: 'healthy' | 'unhealthy' | 'unknown';
      idle_timeout_s: number;
      install_scripts: boolean;
      last_called_at: string | null;
      last_error: {
        log: string[];
        reason: string;
      } | null;
      last_health_check: string | null;
      memory_mb: number | null;
      metrics: {
        avg_response_time_ms: number | null;
        error_rate: number | null;
        p95_response_time_ms: number | null;
        requests_total: number;
      };
      owner_id: string;
      phase: 'queued' | 'provisioning' | 'installing' | 'initializing' | 'ready';
      process_per: 'session' | 'caller';
      protocol_version: string | null;
      replicas: number;
      resources: {
        cpu: number;
        memory: number;
      };
      restarts: number;
      server: string;
      server_info: {
        [key: string]: unknown;
      } | null;
      slug: string;
      start_timeout_s: number;
      stateful: boolean;
      status: 'starting' | 'running' | 'restarting' | 'idle' | 'stopping' | 'stopped' | 'failed';
      stopped_at: string | null;
      tool_id: string;
      tool_name: string;
      tool_revision: number;
      tools:
        | {
            description?: string;
            name: string;
          }[]
        | null;
      updated_at: string;
    };
    DeploymentPage: {
      deployments: components['schemas']['DeploymentSummary'][];
      page: number;
      page_size: number;
      pages: number;
      total: number;
    };
    DeploymentSummary: {
      access: 'private' | 'team';
      deployed_at: string;
      deployment_id: string;
      endpoint_url: string;
      health_status: 'healthy' | 'unhealthy' | 'unknown';
      owner_id: string;
      phase: 'queued' | 'provisioning' | 'installing' | 'initializing' | 'ready';
      server: string;
      slug: string;
      status: 'starting' | 'running' | 'restarting' | 'idle' | 'stopping' | 'stopped' | 'failed';
      stopped_at: string | null;
      tool_id: string;
      tool_name: string;
      updated_at: string;
    };
    DeviceAuthorization: {
      device_code: string;
      expires_in: number;
      interval: number;
      user_code: string;
      verification_uri: string;
      verification_uri_complete: string;
    };
    HealthReport: {
      knowledge_index?: {
        bytes: number;
        generation: number;
        passages: number;
        segments: number;
      } | null;
      queues?: {
        [key: string]: {
          dead_letters: number;
          in_flight: number;
          oldest_seconds: number | null;
          waiting: number;
        };
      } | null;
      schedules?: {
        [key: string]: {
          every_minutes: number;
          last_run_at: string | null;
          ms: number | null;
          outcome: ('completed' | 'failed') | null;
        };
      };
      services: {
        [key: string]: {
          response_time_ms: number;
          status: 'healthy' | 'unhealthy';
        };
      };
      status: 'healthy' | 'degraded' | 'unhealthy';
      timestamp: string;
      version: string;
    };
    Imported: {
      dry_run?: true;
      not_imported?: {
        column?: number;
        line?: number;
        msg: string;
        pointer: string;
      }[];
      secrets_moved: {
        column?: number;
        line?: number;
        name: string;
        path: string;
      }[];
      tools: components['schemas']['Tool'][];
      warnings?: {
        column?: number;
        line?: number;
        msg: string;
        pointer: string;
      }[];
    };
    KnowledgeSearch: {
      corrected?: {
        [key: string]: string;
      };
      mode: 'lexical' | 'semantic' | 'hybrid';
      query_time_ms: number;
      results: {
        content_snippet: string;
        document_id: string;
        explanation?: {
          lexical: number;
          semantic: number | null;
          words: {
            added: boolean;
            idf: number;
            occurs: boolean;
            weight: number;
            word: string;
          }[];
        };
        flags: string[];
        metadata: {
          [key: string]: unknown;
        };
        passage_id: string;
        position: {
          end: number;
          heading?: string;
          page?: number;
          start: number;
        };
        similarity_score: number;
        title: string;
        version: number;
      }[];
      total: number;
    };
    Me: {
      api_key?: components['schemas']['ApiKey'];
      created_at: string;
      email: string;
      id: string;
      is_active: boolean;
      permissions: (
        | 'mcps:create'
        | 'mcps:read'
        | 'mcps:update'
        | 'mcps:delete'
        | 'knowledge:create'
        | 'knowledge:read'
        | 'knowledge:update'
        | 'knowledge:delete'
        | 'deployments:create'
        | 'deployments:read'
        | 'deployments:update'
        | 'deployments:delete'
        | 'github:create'
        | 'github:read'
        | 'github:update'
        | 'github:delete'
        | 'analyze:create'
        | 'tasks:read'
        | 'tasks:delete'
        | 'mcp:call'
        | 'metrics:read'
        | 'users:read'
        | 'users:update'
        | 'users:invite'
        | '*:*'
      )[];
      role: 'admin' | 'developer' | 'viewer';
      username: string;
    };
    OAuthTokens: {
      access_token: string;
      expires_in: number;
      refresh_token: string;
      scope: string;
      token_type: 'Bearer';
    };
    Task: {
      attempts: number;
      completed_at: string | null;
      created_at: string;
      error: {
        detail: string;
        error_code: string;
      } | null;
      message: string;
      progress: number;
      result: unknown;
      started_at: string | null;
      status: 'pending' | 'running' | 'completed' | 'failed' | 'cancelled';
      task_id: string;
      type: string;
      usage: {
        calls: number;
        cost_usd: number;
        input_tokens: number;
        model: string;
        ms: number;
        output_tokens: number;
      } | null;
    };
    TaskAccepted: {
      message: string;
      status: 'pending';
      task_id: string;
    };
    TokenPair: {
      access_token: string;
      expires_in: number;
      refresh_token: string;
      token_type: 'bearer';
    };
    Tool: {
      author_id: string;
      config: {
        [key: string]: unknown;
      };
      created_at: string;
      deleted_at: string | null;
      description: string;
      id: string;
      name: string;
      revision: number;
      secrets_moved?: {
        column?: number;
        line?: number;
        name: string;
        path: string;
      }[];
      slug: string;
      status: 'draft' | 'active' | 'deprecated';
      updated_at: string;
      version: string;
    };
    ToolWithAnalysis: {
      analysis?: {
        analysed_at: string;
        engine: string;
        findings: {
          [key: string]: number;
        };
        is_feasible: boolean;
        revision: number;
        score: number;
        task_id: string;
      };
      author_id: string;
      config: {
        [key: string]: unknown;
      };
      created_at: string;
      deleted_at: string | null;
      description: string;
      id: string;
      name: string;
      revision: number;
      secrets_moved?: {
        column?: number;
        line?: number;
        name: string;
        path: string;
      }[];
      slug: string;
      status: 'draft' | 'active' | 'deprecated';
      updated_at: string;
      version: string;
    };
    Usage: {
      from: string;
      group: 'day' | 'hour' | 'tool' | 'user';
      items: {
        bytes_in: number;
        bytes_out: number;
        calls: number;
        errors: number;
        key: string;
        list_price_usd: number;
        p50_ms: number | null;
        p95_ms: number | null;
        slug?: string;
        username?: string;
      }[];
      running: {
        gb_hours: number;
        hours: number;
        list_price_usd: number;
        vcpu_hours: number;
      };
      to: string;
      total: {
        bytes_in: number;
        bytes_out: number;
        calls: number;
        errors: number;
        p50_ms: number | null;
        p95_ms: number | null;
      };
    };
  };
}
