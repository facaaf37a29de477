import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { Chart } from '../chart.ts';
import { bytes, count, ms, percent, plural } from '../format.ts';
import { go, to } from '../router.ts';
import { call, currentUser } from '../session.ts';
import type { Usage } from '../types.ts';
import { useLoad } from '../load.ts';
import { Table } from '../tables.ts';
import { Head, Loaded } from '../ui.ts';

const groups = { day: 'by day', hour: 'by hour', tool: 'by tool', user: 'by user' };
const ranges = { '1': 'Last day', '7': 'Last 7 days', '30': 'Last 30 days' };

export function UsageView({ query }: { query: URLSearchParams }): VNode {
  const { group = 'day', days = '7' } = Object.fromEntries(query);
  const loaded = useLoad(
    () =>
      call<Usage>('GET', '/api/v1/usage', {
        query: { group, from: new Date(Date.now() - Number(days) * 86_400_000).toISOString() },
      }),
    [group, days],
  );
  const choose = (event: Event): void => {
    const form = (event.currentTarget as HTMLElement).closest('form');
    if (form) go(to('usage', Object.fromEntries(new FormData(form)) as Record<string, string>));
  };
  return html`<${Head} title="Usage" />
    <form class="filters">
      <label
        ><span class="hidden">Time</span
        ><select name="days" value=${days} onChange=${choose}>
          ${Object.entries(ranges).map(([value, name]) => html`<option value=${value}>${name}</option>`)}
        </select></label
      >
      <label
        ><span class="hidden">Grouped</span
        ><select name="group" value=${group} onChange=${choose}>
          ${Object.entries(groups)
            .filter(([value]) => value !== 'user' || currentUser()?.role === 'admin')
            .map(([value, name]) => html`<option value=${value}>${name}</option>`)}
        </select></label
      >
    </form>
    <${Loaded} from=${loaded}>${(usage: Usage) => html`<${Figures} usage=${usage} group=${group} />`}<//>`;
}

function Figures({ usage, group }: { usage: Usage; group: string }): VNode {
  const { items, total, running } = usage;
  const byTime = group === 'day' || group === 'hour';
  const label = (key: string): string => key.replace('T', ' ').replace(/(:00)?(\.000)?Z$/, '');
  return html`<ul class="numbers">
      <li><strong>${count(total.calls)}</strong><span>Calls</span></li>
      <li><strong>${percent(total.calls === 0 ? null : total.errors / total.calls)}</strong><span>Failed</span></li>
      <li><strong>${ms(total.p50_ms)}</strong><span>Half within</span></li>
      <li><strong>${ms(total.p95_ms)}</strong><span>95 of 100 within</span></li>
      <li><strong>${count(Math.round(running.hours * 10) / 10)} h</strong><span>Servers ran</span></li>
      <li><strong>$${running.list_price_usd.toFixed(2)}</strong><span>At list price</span></li>
    </ul>
    ${
      byTime &&
      items.length > 1 &&
      html`<${Chart}
        steps=${items.map(({ key }) => label(key))}
        series=${[
          { name: 'Calls', values: items.map(({ calls }) => calls), tone: 'accent' },
          { name: 'Errors', values: items.map(({ errors }) => errors), tone: 'bad' },
        ]}
        summary=${`${plural(total.calls, 'call')}, ${plural(total.errors, 'error')}; the table below has the figures`}
      />`
    }
    <${Table}
      caption="Usage"
      rows=${items}
      empty="Nothing was called in this time."
      columns=${[
        {
          name: byTime ? 'Time' : group === 'tool' ? 'Tool' : 'User',
          of: (row: Usage['items'][number]) => row.slug ?? row.username ?? (byTime ? label(row.key) : row.key),
        },
        { name: 'Calls', right: true, of: (row: Usage['items'][number]) => count(row.calls) },
        { name: 'Errors', right: true, of: (row: Usage['items'][number]) => count(row.errors) },
        { name: 'p50', right: true, of: (row: Usage['items'][number]) => ms(row.p50_ms) },
        { name: 'p95', right: true, of: (row: Usage['items'][number]) => ms(row.p95_ms) },
        { name: 'In', right: true, of: (row: Usage['items'][number]) => bytes(row.bytes_in) },
        { name: 'Out', right: true, of: (row: Usage['items'][number]) => bytes(row.bytes_out) },
        { name: 'List price', right: true, of: (row: Usage['items'][number]) => `$${row.list_price_usd.toFixed(2)}` },
      ]}
    />`;
}
