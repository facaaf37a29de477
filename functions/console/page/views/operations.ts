import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { count, ms, plural } from '../format.ts';
import { call } from '../session.ts';
import { ConfirmButton, Field, Form } from '../forms.ts';
import { useAction, useLoad } from '../load.ts';
import { Table } from '../tables.ts';
import { Badge, Empty, ErrorNote, Head, Loaded, Time } from '../ui.ts';

interface Queue {
  readonly queue: string;
  readonly waiting: number;
  readonly in_flight: number;
  readonly dead_letters: number;
  readonly letters: readonly { readonly body: string; readonly reason: string | null }[];
}
interface Verbose {
  readonly status: string;
  readonly services: Readonly<Record<string, { readonly status: string; readonly response_time_ms: number }>>;
  readonly schedules?: Readonly<
    Record<string, { readonly last_run_at: string | null; readonly outcome: string | null; readonly ms: number | null }>
  >;
  readonly knowledge_index?: {
    readonly generation: number;
    readonly segments: number;
    readonly passages: number;
  } | null;
}

export function Operations(): VNode {
  return html`<${Head} title="Operations" /><${Queues} /><${Schedules} /><${Broadcast} />`;
}

function Queues(): VNode {
  const loaded = useLoad(() => call<{ queues: readonly Queue[] }>('GET', '/api/v1/queues'), []);
  const { busy, error, run } = useAction();
  const [sent, setSent] = useState<string>();
  const redrive = (queue: string): void =>
    void run(async () => {
      const answer = await call<{ sent: number }>('POST', `/api/v1/queues/${queue}/redrive`);
      setSent(`${plural(answer.sent, 'message')} sent back to ${queue}.`);
      loaded.reload();
    });
  return html`<article>
    <div class="head">
      <h2>Queues</h2>
      <button type="button" class="secondary small" onClick=${loaded.reload}>Refresh</button>
    </div>
    <${ErrorNote} error=${error} />
    <p role="status">${sent}</p>
    <${Loaded} from=${loaded}
      >${({ queues }: { queues: readonly Queue[] }) =>
        html`<${Table}
          caption="Queues"
          rows=${queues}
          empty="There are no queues."
          columns=${[
            { name: 'Queue', of: (one: Queue) => one.queue },
            { name: 'Waiting', right: true, of: (one: Queue) => count(one.waiting) },
            { name: 'In flight', right: true, of: (one: Queue) => count(one.in_flight) },
            { name: 'Dead letters', right: true, of: (one: Queue) => count(one.dead_letters) },
            {
              name: 'Why',
              of: (one: Queue) =>
                one.letters.length === 0
                  ? '–'
                  : html`<ul>
                      ${one.letters.map(({ body, reason }) => html`<li>${reason ?? html`<code class="clamp">${body}</code>`}</li>`)}
                    </ul>`,
            },
            {
              name: 'Actions',
              of: (one: Queue) =>
                one.dead_letters === 0
                  ? ''
                  : html`<${ConfirmButton}
                      label="Redrive"
                      disabled=${busy}
                      question=${`Send ${plural(one.dead_letters, 'dead letter')} back to ${one.queue}?`}
                      onConfirm=${() => redrive(one.queue)}
                    />`,
            },
          ]}
        />`}<//
    >
  </article>`;
}

function Schedules(): VNode {
  const loaded = useLoad(() => call<Verbose>('GET', '/health', { query: { verbose: true } }), []);
  return html`<article>
    <h2>Schedules and stores</h2>
    <${Loaded} from=${loaded}
      >${({ services, schedules = {}, knowledge_index: index }: Verbose) =>
        html` <ul class="pills">
            ${Object.entries(services).map(([name, one]) => html`<li><${Badge} state=${one.status} /> ${name} <span class="faint">${ms(one.response_time_ms)}</span></li>`)}
          </ul>
          ${index && html`<p class="faint">Knowledge index: ${plural(index.passages, 'passage')} in ${plural(index.segments, 'segment')}, generation ${index.generation}</p>`}
          ${
            Object.keys(schedules).length === 0
              ? html`<${Empty}>No schedule has run yet.<//>`
              : html`<${Table}
                  caption="Schedules"
                  rows=${Object.entries(schedules)}
                  empty=""
                  columns=${[
                    { name: 'Schedule', of: ([name]: [string]) => name },
                    {
                      name: 'Last run',
                      of: ([, one]: [string, { last_run_at: string | null }]) =>
                        html`<${Time} at=${one.last_run_at} />`,
                    },
                    {
                      name: 'Outcome',
                      of: ([, one]: [string, { outcome: string | null }]) =>
                        html`<${Badge} state=${one.outcome ?? 'not yet'} />`,
                    },
                    { name: 'Took', right: true, of: ([, one]: [string, { ms: number | null }]) => ms(one.ms) },
                  ]}
                />`
          }`}<//
    >
  </article>`;
}

function Broadcast(): VNode {
  const [sent, setSent] = useState(false);
  const send = async ({ message }: Readonly<Record<string, string>>, form: HTMLFormElement): Promise<void> => {
    await call('POST', '/api/v1/broadcast', { json: { message } });
    form.reset();
    setSent(true);
  };
  return html`<article>
    <h2>Message to everybody</h2>
    <${Form} submit="Send" onSubmit=${send}
      ><${Field} label="Message" hint="It appears at once on every console, and on every stream and socket.">
        <textarea name="message" rows="2" maxlength="4000" required></textarea><//
    ><//>
    <p role="status">${sent && 'The message is sent.'}</p>
  </article>`;
}
