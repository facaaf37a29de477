import { html } from 'htm/preact';
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useLive, useLiveState } from '../live.ts';
import { type Place, to } from '../router.ts';
import { can, signOut } from '../session.ts';
import type { Me } from '../people-types.ts';
import { useAction } from '../load.ts';

const sections: readonly (readonly [path: string, name: string, permission?: string])[] = [
  ['', 'Overview'],
  ['tools', 'Tools', 'mcps:read'],
  ['try', 'Try a tool', 'mcp:call'],
  ['deployments', 'Deployments', 'deployments:read'],
  ['tasks', 'Tasks', 'tasks:read'],
  ['knowledge', 'Knowledge', 'knowledge:read'],
  ['github', 'GitHub', 'github:read'],
  ['usage', 'Usage', 'deployments:read'],
  ['keys', 'Keys and limits'],
  ['account', 'Account'],
  ['users', 'Users', 'users:read'],
  ['audit', 'Audit', 'users:read'],
  ['operations', 'Operations', 'users:update'],
];

/** Sections that belong to another one in the menu. */
const within: Readonly<Record<string, string>> = { import: 'tools' };

export function Frame({ place, user, children }: { place: Place; user: Me; children?: ComponentChildren }): VNode {
  const [open, setOpen] = useState(false);
  const section = place.parts[0] ?? '';
  const current = within[section] ?? section;
  useEffect(() => setOpen(false), [place]);
  return html`<a class="skip" href="#content" onClick=${skip}>Skip to the content</a>
    <header class="top">
      <button
        type="button"
        class="menu secondary small"
        aria-expanded=${open ? 'true' : 'false'}
        aria-controls="sections"
        onClick=${() => setOpen(!open)}
      >
        Menu
      </button>
      <a class="brand" href="#/"><img src="/console/icon.svg" alt="" width="28" height="28" />MCP Platform</a>
      <span class="grow"></span>
      <${LiveSign} />
      <${ThemeButton} />
      <${SignOut} name=${user.username} />
    </header>
    <div class="body">
      <nav id="sections" class=${open ? 'side open' : 'side'} aria-label="Sections">
        <ul>
          ${sections
            .filter(([, , permission]) => permission === undefined || can(permission))
            .map(
              ([path, name]) =>
                html`<li><a href=${to(path)} aria-current=${path === current ? 'page' : undefined}>${name}</a></li>`,
            )}
        </ul>
        <p class="faint">Signed in as <strong>${user.username}</strong>, ${user.role}</p>
      </nav>
      <main id="content" tabIndex=${-1} key=${place.parts.join('/')}>${children}</main>
    </div>
    <${Announcements} />`;
}

function skip(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('#content')?.focus();
}

const liveWords = { open: 'Live', connecting: 'Connecting', waiting: 'Reconnecting', closed: 'Not live' } as const;

function LiveSign(): VNode {
  const state = useLiveState();
  return html`<span
    class="badge live ${state === 'open' ? 'good' : 'busy'}"
    title="Whether changes appear as they happen"
    >${liveWords[state]}</span
  >`;
}

function SignOut({ name }: { name: string }): VNode {
  const { busy, run } = useAction();
  return html`<button
    type="button"
    class="secondary small"
    title=${`Signed in as ${name}`}
    disabled=${busy}
    onClick=${() => void run(signOut)}
  >
    Sign out
  </button>`;
}

const themes = ['auto', 'light', 'dark'] as const;
const themeKey = 'mcp-console-theme';

function applyTheme(theme: string): void {
  if (theme === 'auto') document.documentElement.removeAttribute('data-theme');
  else document.documentElement.setAttribute('data-theme', theme);
}
applyTheme(localStorage.getItem(themeKey) ?? 'auto');

export function ThemeButton(): VNode {
  const [theme, setTheme] = useState<string>(localStorage.getItem(themeKey) ?? 'auto');
  const next = (): void => {
    const chosen = themes[(themes.findIndex((known) => known === theme) + 1) % themes.length] ?? 'auto';
    localStorage.setItem(themeKey, chosen);
    applyTheme(chosen);
    setTheme(chosen);
  };
  return html`<button type="button" class="secondary small theme" onClick=${next}>Theme: ${theme}</button>`;
}

/** Messages to everybody, on the screen and for screen readers. */
function Announcements(): VNode {
  const [message, setMessage] = useState<string>();
  useLive((update) => {
    if (update.type === 'broadcast') setMessage(update.message);
  });
  return html`<div class="toasts" role="status">
    ${
      message !== undefined &&
      html`<div class="toast">
        <p>${message}</p>
        <button type="button" class="secondary small" onClick=${() => setMessage(undefined)}>Dismiss</button>
      </div>`
    }
  </div>`;
}
