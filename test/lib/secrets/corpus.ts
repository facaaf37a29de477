import { randomBytes } from 'node:crypto';

/*
 * Made-up credentials of many issuers, in the shapes that they document, and the places of a configuration in which people leave them. Each is made anew, so that
 * no text in this file is one.
 */

const alphanumeric = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const pick = (alphabet: string, length: number): string =>
  Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join('');
const word = (length: number) => `q7${pick(alphanumeric, length - 2)}`;
const hex = (length: number) => `3f9${pick('0123456789abcdef', length - 3)}`;
const upper = (length: number) => `Q7${pick('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', length - 2)}`;

/** Kinds that are told by their looks, wherever they stand. */
export const tokens: Readonly<Record<string, () => string>> = {
  'GitHub, classic': () => `ghp_${word(36)}`,
  'GitHub, OAuth': () => `gho_${word(36)}`,
  'GitHub, installation': () => `ghs_${word(36)}`,
  'GitHub, fine-grained': () => `github_pat_${word(22)}_${word(59)}`,
  GitLab: () => `glpat-${word(20)}`,
  Anthropic: () => `sk-ant-api03-${word(93)}AA`,
  'OpenAI, project': () => `sk-proj-${word(48)}`,
  'OpenAI, old': () => `sk-${word(48)}`,
  OpenRouter: () => `sk-or-v1-${hex(64)}`,
  Stripe: () => `sk_live_${word(24)}`,
  'Stripe, webhook': () => `whsec_${word(32)}`,
  'AWS key id': () => `AKIA${upper(16)}`,
  'Google API': () => `AIza${word(35)}`,
  'Google client secret': () => `GOCSPX-${word(28)}`,
  'Google access token': () => `ya29.${word(60)}`,
  'Slack bot': () => `xoxb-${pick('123456789', 12)}-${pick('123456789', 12)}-${word(24)}`,
  'Slack app': () => `xapp-1-A${upper(10)}-${pick('123456789', 12)}-${hex(64)}`,
  'Slack webhook': () => `https://hooks.slack.com/services/T${upper(8)}/B${upper(8)}/${word(24)}`,
  'Discord bot': () => `MT${word(24)}.${word(6)}.${word(38)}`,
  'Discord webhook': () => `https://discord.com/api/webhooks/${pick('123456789', 18)}/${word(68)}`,
  Telegram: () => `${pick('123456789', 10)}:AA${word(33)}`,
  Twilio: () => `SK${hex(32)}`,
  SendGrid: () => `SG.${word(22)}.${word(43)}`,
  Mailgun: () => `key-${hex(32)}`,
  Mailchimp: () => `${hex(32)}-us21`,
  Resend: () => `re_${word(8)}_${word(24)}`,
  npm: () => `npm_${word(36)}`,
  PyPI: () => `pypi-AgEIcHlwaS5vcmc${word(60)}`,
  Docker: () => `dckr_pat_${word(27)}`,
  DigitalOcean: () => `dop_v1_${hex(64)}`,
  Netlify: () => `nfp_${word(36)}`,
  Shopify: () => `shpat_${hex(32)}`,
  Square: () => `sq0atp-${word(22)}`,
  'Hugging Face': () => `hf_${word(34)}`,
  Replicate: () => `r8_${word(37)}`,
  Groq: () => `gsk_${word(52)}`,
  xAI: () => `xai-${word(80)}`,
  Perplexity: () => `pplx-${word(48)}`,
  Tavily: () => `tvly-dev-${word(32)}`,
  Firecrawl: () => `fc-${hex(32)}`,
  Brave: () => `BSA${word(28)}`,
  Apify: () => `apify_api_${word(36)}`,
  LangSmith: () => `lsv2_pt_${hex(32)}_${hex(10)}`,
  Pinecone: () => `pcsk_${word(5)}_${word(63)}`,
  Notion: () => `ntn_${word(46)}`,
  Linear: () => `lin_api_${word(40)}`,
  Airtable: () => `pat${word(14)}.${hex(64)}`,
  Figma: () => `figd_${word(40)}`,
  Databricks: () => `dapi${hex(32)}`,
  Grafana: () => `glsa_${word(32)}_${hex(8)}`,
  'New Relic': () => `NRAK-${upper(27)}`,
  Sentry: () => `sntrys_${word(60)}`,
  Supabase: () => `sbp_${hex(40)}`,
  PlanetScale: () => `pscale_tkn_${word(43)}`,
  Doppler: () => `dp.pt.${word(43)}`,
  Vault: () => `hvs.${word(90)}`,
  Terraform: () => `${word(14)}.atlasv1.${word(67)}`,
  Postman: () => `PMAK-${hex(24)}-${hex(34)}`,
  HubSpot: () => `pat-na1-${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`,
  'this platform': () => `mcp_live_${word(54)}`,
  JWT: () => `eyJhbGciOiJIUzI1NiJ9.eyJ${word(30)}.${word(43)}`,
  'private key': () => `-----BEGIN RSA PRIVATE KEY-----\n${word(64)}\n${word(64)}\n-----END RSA PRIVATE KEY-----`,
};

/** Kinds that only their place tells. */
export const placed: Readonly<Record<string, () => readonly [name: string, value: string]>> = {
  'AWS secret': () => ['AWS_SECRET_ACCESS_KEY', word(40)],
  'hex key': () => ['DATADOG_API_KEY', hex(32)],
  UUID: () => ['CONTEXT7_API_KEY', `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`],
  password: () => ['DB_PASSWORD', 'hunter2'],
  'long password': () => ['PGPASSWORD', 'correct-horse-battery-staple'],
  'client secret': () => ['clientSecret', word(32)],
  'random word': () => ['SOMETHING', word(44)],
  'random hex': () => ['SALT', hex(64)],
};

/** Server blocks with a secret in one of the places where people leave them. */
export const places: Readonly<Record<string, (secret: string) => object>> = {
  'an environment variable': (secret) => ({
    name: 's',
    command: 'npx',
    args: ['-y', 'server'],
    env: { SOME_VARIABLE: secret },
  }),
  'a header': (secret) => ({
    name: 's',
    url: 'https://mcp.example.com/mcp',
    headers: { Authorization: `Bearer ${secret}` },
  }),
  'the argument after a flag': (secret) => ({ name: 's', command: 'npx', args: ['-y', 'server', '--api-key', secret] }),
  'an argument with its flag': (secret) => ({ name: 's', command: 'npx', args: ['-y', 'server', `--token=${secret}`] }),
  'an argument alone': (secret) => ({ name: 's', command: 'npx', args: ['-y', 'server', secret] }),
  'a variable for Docker': (secret) => ({
    name: 's',
    command: 'docker',
    args: ['run', '-i', '-e', `API_KEY=${secret}`, 'image'],
  }),
  'a header for a bridge': (secret) => ({
    name: 's',
    command: 'npx',
    args: ['mcp-remote', 'https://x.example', '--header', `Authorization: Bearer ${secret}`],
  }),
  'a default': (secret) => ({ name: 's', command: 'npx', env: { KEY: `\${KEY:-${secret}}` } }),
  'a package variable': (secret) => ({
    name: 's',
    package: {
      registry_type: 'npm',
      identifier: 'server',
      environment_variables: [{ name: 'API_KEY', value: secret }],
    },
  }),
  'a package argument': (secret) => ({
    name: 's',
    package: {
      registry_type: 'npm',
      identifier: 'server',
      package_arguments: [{ type: 'named', name: '--api-key', value: secret }],
    },
  }),
  'a member of its own': (secret) => ({ name: 's', command: 'npx', options: { nested: [{ deep: secret }] } }),
};
