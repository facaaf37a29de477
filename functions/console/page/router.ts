import { useEffect, useState } from 'preact/hooks';

/** Where the page is: `#/tools/acme-weather?from=1`. */
export interface Place {
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
}

function read(): Place {
  const [path = '', search = ''] = location.hash.replace(/^#\/?/, '').split('?');
  return { parts: path.split('/').filter(Boolean).map(decodeURIComponent), query: new URLSearchParams(search) };
}

/** A link to a place: `to('tools', slug)`. Members of `query` without a value are left out. */
export function to(...parts: readonly (string | Readonly<Record<string, string | number | undefined>>)[]): string {
  const query = new URLSearchParams();
  const path = parts.flatMap((part) => {
    if (typeof part === 'string') return [encodeURIComponent(part)];
    for (const [name, value] of Object.entries(part))
      if (value !== undefined && value !== '') query.set(name, String(value));
    return [];
  });
  const search = query.toString();
  return `#/${path.join('/')}${search && `?${search}`}`;
}

export function go(hash: string): void {
  location.hash = hash;
}

export function usePlace(): Place {
  const [place, setPlace] = useState(read);
  useEffect(() => {
    const changed = (): void => setPlace(read());
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return place;
}
