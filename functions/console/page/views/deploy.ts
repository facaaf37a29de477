import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { go, to } from '../router.ts';
import { call } from '../session.ts';
import type { DeploymentSummary, Tool } from '../types.ts';
import { Field, Form } from '../forms.ts';
import { useLoad } from '../load.ts';
import { Head, Loaded } from '../ui.ts';

export function Deploy({ id }: { id: string }): VNode {
  const loaded = useLoad(() => call<Tool>('GET', `/api/v1/mcps/${encodeURIComponent(id)}`), [id]);
  return html`<${Head} title="Deploy" />
    <${Loaded} from=${loaded}>${(tool: Tool) => html`<${DeployForm} tool=${tool} />`}<//>`;
}

const prefix = 'value:';

function DeployForm({ tool }: { tool: Tool }): VNode {
  const servers = (tool.config['servers'] ?? []) as readonly { readonly name: string }[];
  const names = variablesOf(tool.config);
  const deploy = async (fields: Readonly<Record<string, string>>): Promise<void> => {
    const secrets = Object.fromEntries(
      names.flatMap((name) => (fields[prefix + name] ? [[name, fields[prefix + name]]] : [])),
    );
    const { deployment_id } = await call<DeploymentSummary>('POST', '/api/v1/deployments', {
      query: { replace: fields['replace'] === 'on' ? true : undefined },
      json: {
        tool_id: tool.id,
        config: {
          secrets,
          access: fields['access'],
          replicas: Number(fields['replicas']),
          idle_timeout_s: Number(fields['idle_minutes']) * 60,
          ...(fields['server'] && { server: fields['server'] }),
        },
      },
      headers: { 'idempotency-key': crypto.randomUUID() },
    });
    go(to('deployments', deployment_id));
  };
  return html`<p>Starts <strong>${tool.name}</strong> ${tool.version} and gives it an endpoint for MCP clients.</p>
    <${Form} class="narrow" submit="Deploy" onSubmit=${deploy}>
      ${
        servers.length > 1 &&
        html`<${Field} label="Server"
          ><select name="server">
            ${servers.map(({ name }) => html`<option value=${name}>${name}</option>`)}
          </select><//
        >`
      }
      ${
        names.length > 0 &&
        html`<fieldset>
          <legend>Values that its configuration names</legend>
          ${names.map((name) => html`<${Field} label=${name}><input name=${prefix + name} type="password" autocomplete="off" /><//>`)}
          <small>Kept encrypted, and never read back. Leave a field empty where the tool has a value already.</small>
        </fieldset>`
      }
      <${Field} label="Who may call it"
        ><select name="access">
          <option value="private">Only I, and admins</option>
          <option value="team">Everybody who may call tools</option>
        </select><//
      >
      <${Field} label="Replicas"><input name="replicas" type="number" min="1" max="10" defaultValue="1" required /><//>
      <${Field} label="Stop when idle for (minutes)" hint="The next call starts it again. 0 keeps it running."
        ><input name="idle_minutes" type="number" min="0" max="10080" defaultValue="0" required
      /><//>
      <label><input type="checkbox" name="replace" /> Replace the server that is running, without a gap</label>
    <//>`;
}

/** The `${NAME}` of a configuration. */
function variablesOf(config: unknown): readonly string[] {
  const names = [...JSON.stringify(config).matchAll(/\$\{([A-Za-z_]\w*)/g)].map(([, name = '']) => name);
  return [...new Set(names)].toSorted();
}
