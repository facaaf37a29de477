import { createHash } from 'node:crypto';
import type { Reply } from './reply.ts';

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 26rem; margin: 10vh auto; padding: 0 1rem }
h1 { font-size: 1.3rem }
label { display: block; margin: 1rem 0 .2rem }
input { box-sizing: border-box; width: 100%; font: inherit; padding: .5rem; border: 1px solid GrayText; border-radius: .3rem }
button { font: inherit; margin: 1.2rem .6rem 0 0; padding: .5rem 1.2rem; border: 1px solid GrayText; border-radius: .3rem; cursor: pointer }
button:first-of-type { background: LinkText; color: Canvas; border-color: LinkText }
:focus-visible { outline: 3px solid LinkText; outline-offset: 2px }
dt { font-weight: 600; margin-top: .6rem } dd { margin: 0; overflow-wrap: anywhere }
[role=alert], .warning { border-left: .3rem solid #c60; padding: .2rem .8rem }
`;

/** HTML that was escaped where it holds values of others. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A template of HTML: every value in it is escaped, unless it is HTML itself. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | Html | readonly Html[])[]): Html {
  return new Html(String.raw({ raw: parts }, ...values.map(textOf)));
}

function textOf(value: string | Html | readonly Html[]): string {
  if (value instanceof Html) return value.text;
  if (typeof value !== 'string') return value.map(({ text }) => text).join('');
  return value.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** To the letter what the policy names by its hash: a blank more, and browsers leave the page without it. */
const styleElement = new Html(`<style>${style}</style>`);
let styleHash: string | undefined;

/**
 * A page without script, which nobody may frame.
 * @param formTargets Where a form of it may lead in the end: browsers hold the redirect that answers a form to it, too.
 */
export function page(
  { title, status = 200, formTargets = [] }: { title: string; status?: number; formTargets?: readonly string[] },
  body: Html,
): Reply {
  styleHash ??= createHash('sha256').update(style).digest('base64');
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    `form-action 'self' ${formTargets.join(' ')}`.trim(),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  const { text } = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        ${styleElement}
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html> `;
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.join('; '),
      'cache-control': 'no-store',
    },
    text,
  };
}
