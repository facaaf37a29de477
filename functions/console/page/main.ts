import './console.css';
import { html, render } from 'htm/preact';
import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { startLive, stopLive } from './live.ts';
import { type Place, usePlace } from './router.ts';
import { currentUser, onSessionChange, resumeSession } from './session.ts';
import { Frame } from './views/frame.ts';
import { SignIn } from './views/sign-in.ts';
import { Overview } from './views/overview.ts';
import { Tools } from './views/tools.ts';
import { ImportTools } from './views/import-tools.ts';
import { ToolView } from './views/tool.ts';
import { ToolDiffView } from './views/tool-diff.ts';
import { TryTool } from './views/try-tool.ts';
import { Deploy } from './views/deploy.ts';
import { Deployments } from './views/deployments.ts';
import { DeploymentView } from './views/deployment.ts';
import { Tasks } from './views/tasks.ts';
import { TaskView } from './views/task.ts';
import { Knowledge } from './views/knowledge.ts';
import { GithubConnections } from './views/github.ts';
import { UsageView } from './views/usage.ts';
import { Account } from './views/account.ts';
import { ApiKeys } from './views/api-keys.ts';
import { Users } from './views/users.ts';
import { Audit } from './views/audit.ts';
import { Operations } from './views/operations.ts';
import { Empty, Head } from './ui.ts';

function viewOf({ parts: [section = '', id, sub], query }: Place): VNode {
  switch (section) {
    case '':
      return html`<${Overview} />`;
    case 'tools':
      if (id === undefined) return html`<${Tools} query=${query} />`;
      return sub === 'diff'
        ? html`<${ToolDiffView} id=${id} query=${query} />`
        : sub === 'deploy'
          ? html`<${Deploy} id=${id} />`
          : html`<${ToolView} key=${id} id=${id} />`;
    case 'import':
      return html`<${ImportTools} />`;
    case 'try':
      return html`<${TryTool} key=${id} slug=${id} query=${query} />`;
    case 'deployments':
      return id === undefined
        ? html`<${Deployments} query=${query} />`
        : html`<${DeploymentView} key=${id} id=${id} />`;
    case 'tasks':
      return id === undefined ? html`<${Tasks} query=${query} />` : html`<${TaskView} key=${id} id=${id} />`;
    case 'knowledge':
      return html`<${Knowledge} query=${query} />`;
    case 'github':
      return html`<${GithubConnections} />`;
    case 'usage':
      return html`<${UsageView} query=${query} />`;
    case 'keys':
      return html`<${ApiKeys} />`;
    case 'account':
      return html`<${Account} />`;
    case 'users':
      return html`<${Users} query=${query} />`;
    case 'audit':
      return html`<${Audit} query=${query} />`;
    case 'operations':
      return html`<${Operations} />`;
    default:
      return html`<${Head} title="Not found" /><${Empty}
          >There is no such page. <a href="#/">Go to the overview</a>.<//
        >`;
  }
}

function App(): VNode {
  const [user, setUser] = useState(currentUser());
  const place = usePlace();
  useEffect(() => onSessionChange(() => setUser(currentUser())), []);
  const userId = user?.id;
  useEffect(() => {
    if (userId === undefined) return undefined;
    startLive();
    return stopLive;
  }, [userId]);
  if (!user) return html`<${SignIn} />`;
  return html`<${Frame} place=${place} user=${user}>${viewOf(place)}<//>`;
}

await resumeSession();
const root = document.querySelector('#console');
if (root) render(html`<${App} />`, root as HTMLElement);
