import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { call } from '../session.ts';
import type { LogLine } from '../types.ts';
import { Empty, ErrorNote } from '../ui.ts';

const followMs = 2000;
const mostLines = 500;

/** The last lines of a server, and those that follow. */
export function Logs({ id, live }: { id: string; live: boolean }): VNode {
  const [lines, setLines] = useState<readonly LogLine[]>();
  const [error, setError] = useState<unknown>();
  const [following, setFollowing] = useState(live);
  const box = useRef<HTMLPreElement>(null);
  useEffect(() => {
    let ended = false;
    let timer = 0;
    const load = async (): Promise<void> => {
      try {
        const answer = await call<{ lines: readonly LogLine[] }>('GET', `/api/v1/deployments/${id}/logs`, {
          query: { lines: mostLines },
        });
        if (ended) return;
        setLines(answer.lines);
        setError(undefined);
      } catch (cause) {
        if (!ended) setError(cause);
      }
      if (!ended && following && live) timer = setTimeout(() => void load(), followMs);
    };
    void load();
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, [id, following, live]);
  useEffect(() => {
    if (following && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines, following]);
  return html`<article>
    <div class="head">
      <h2>Logs</h2>
      <label class="switch"
        ><input
          type="checkbox"
          role="switch"
          checked=${following}
          disabled=${!live}
          onChange=${() => setFollowing(!following)}
        />
        Follow</label
      >
    </div>
    <${ErrorNote} error=${error} />
    ${lines && lines.length === 0 && html`<${Empty}>It has written nothing.<//>`}
    ${lines && lines.length > 0 && html`<pre class="log" ref=${box} tabindex=${0} role="log" aria-live="off" aria-label="Logs">${lines.map((line) => html`<span class=${line.stream}>${line.at ? `${line.at.slice(11, 23)}  ` : ''}${line.text}${'\n'}</span>`)}</pre>`}
  </article>`;
}
