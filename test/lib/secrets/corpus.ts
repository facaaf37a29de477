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
  'the command itself': (secret) => ({ name: 's', command: `/usr/bin/env API_KEY=${secret} node server.js` }),
  'a shell line': (secret) => ({
    name: 's',
    command: 'sh',
    args: ['-c', `export API_KEY='${secret}'; exec node x.js`],
  }),
  'a header without a blank': (secret) => ({
    name: 's',
    command: 'npx',
    args: ['mcp-remote', 'https://x.example', '--header', `X-Api-Key:${secret}`],
  }),
  'JSON in a variable': (secret) => ({
    name: 's',
    command: 'npx',
    env: { CONFIG: JSON.stringify({ a: { token: secret } }) },
  }),
  'a list of pairs': (secret) => ({
    name: 's',
    command: 'npx',
    env: { CONNECTION: `Host=db;Password=${secret};Ssl=true` },
  }),
  'a cookie': (secret) => ({
    name: 's',
    url: 'https://mcp.example.com/mcp',
    headers: { Cookie: `sid=${secret}; theme=dark` },
  }),
};

/** Parts beside the servers: what a client is shown of a tool. */
export const texts: Readonly<Record<string, (secret: string) => object>> = {
  'a description': (secret) => ({ tools: [{ name: 't', description: `Try it with ${secret}.`, inputSchema: {} }] }),
  'the default of a parameter': (secret) => ({
    tools: [
      { name: 't', inputSchema: { type: 'object', properties: { api_key: { type: 'string', default: secret } } } },
    ],
  }),
  'an example of a parameter': (secret) => ({
    tools: [{ name: 't', inputSchema: { type: 'object', properties: { token: { examples: ['', secret] } } } }],
  }),
  'a resource': (secret) => ({
    resources: [{ name: 'r', uri: `https://x.example/r?api_key=${encodeURIComponent(secret)}` }],
  }),
  'a prompt': (secret) => ({ prompts: [{ name: 'p', messages: [{ text: `API_KEY=${secret}` }] }] }),
  'the registry entry': (secret) => ({ server_json: { name: 'x/y', _meta: { 'org.x/y': { token: secret } } } }),
};

const pw = (): string => `kd7${pick('abcdefghijkmnpqrstuvwxyz23456789', 9)}`;
const env = (name: string, value: string): object => ({ name: 's', command: 'npx', env: { [name]: value } });
const args = (...list: string[]): object => ({ name: 's', command: 'npx', args: list });
const remote = (url: string, headers?: Record<string, string>): object => ({
  name: 's',
  url,
  ...(headers && { headers }),
});
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const hold = (make: (secret: string) => object, secret = pw()): readonly [secret: string, server: object] => [
  secret,
  make(secret),
];

/** Secrets that a name, a flag, a scheme or the notation around them tells: each with the server that holds it. */
export const notations: Readonly<Record<string, () => readonly [secret: string, server: object]>> = {
  'a passphrase of words': () => hold((s) => env('PASSWORD', s), `correct horse ${pw()} staple`),
  'a short password': () => hold((s) => env('DB_PASS', s), 'q7!'),
  'a word as a secret': () => hold((s) => env('SECRET', s), 'changeit'),
  'letters only': () => hold((s) => env('API_TOKEN', s), 'hunterhunter'),
  'an admin password': () => hold((s) => env('ADMIN_PW', s)),
  'a default password': () => hold((s) => env('PASSWORD', s), 'changeme'),
  'a password like a path': () => hold((s) => env('REDIS_PASSWORD', s), '/x9/kd7'),
  'a client secret with signs': () => hold((s) => env('AZURE_CLIENT_SECRET', s), `a~Q8${pw()}.-_`),
  'a base64 secret': () => hold((s) => env('JWT_SECRET_BASE64', s), base64(pw() + pw())),
  'a password hash': () => hold((s) => env('ADMIN_PASSWORD_HASH', s), `$2b$12$${pw()}${pw()}`),
  'ADO.NET': () => hold((s) => env('DB', `Server=tcp:db;User Id=sa;Password=${s};Encrypt=true`)),
  'ADO.NET, Pwd': () => hold((s) => env('CONN', `Driver={SQL Server};Server=db;Uid=sa;Pwd=${s};`)),
  'Azure storage': () =>
    hold((s) => env('STORAGE', `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${s}`), base64(pw().repeat(4))),
  'Service Bus': () =>
    hold((s) => env('BUS', `Endpoint=sb://x/;SharedAccessKeyName=root;SharedAccessKey=${s}`), base64(pw() + pw())),
  'JDBC, parameter': () => hold((s) => env('JDBC_URL', `jdbc:mysql://db:3306/x?user=root&password=${s}`)),
  'JDBC, SQL Server': () => hold((s) => env('JDBC_URL', `jdbc:sqlserver://db:1433;user=sa;password=${s};encrypt=true`)),
  'JDBC, Oracle': () => hold((s) => env('JDBC_URL', `jdbc:oracle:thin:scott/${s}@db:1521/x`)),
  'PostgreSQL URL': () => hold((s) => env('DATABASE_URL', `postgres://app:${s}@db.example.com/app`)),
  'PostgreSQL words': () => hold((s) => env('PG', `host=db user=app password=${s} dbname=x`)),
  'MongoDB URL': () => hold((s) => args(`mongodb+srv://app:${s}@c.example.net/x?w=1`)),
  'Redis URL': () => hold((s) => env('REDIS', `rediss://:${s}@cache.example.com:6379`)),
  'AMQP URL': () => hold((s) => args('--broker', `amqps://svc:${s}@mq.example.com/v`)),
  'SMTP URL': () => hold((s) => env('MAIL', `smtp://bob%40x.io:${s}@mail.x.io:587`)),
  'a proxy': () => hold((s) => env('HTTPS_PROXY', `http://bob:${s}@proxy:3128`)),
  'a token before the host': () => hold((s) => remote(`https://${s}@x.example/mcp`), `tok${hex(12)}`),
  'a git URL': () => hold((s) => args(`git+https://oauth2:${s}@git.example.com/a/b.git`)),
  'a DSN': () => hold((s) => env('SENTRY_DSN', `https://${s}@o1.ingest.sentry.io/2`), hex(32)),
  'a mnemonic': () =>
    hold(
      (s) => env('WALLET', s),
      `abandon ability ${pick('abcdef', 6)} about above absent absorb abstract absurd abuse access accident`,
    ),
  'a hex private key': () => hold((s) => env('ETH_PK', s), `0x${hex(64)}`),
  'a hex key in arguments': () => hold((s) => args('--wallet', s), `0x${hex(64)}`),
  'kubeconfig, Base64': () =>
    hold((s) => env('KUBECONFIG_B64', s), base64(`apiVersion: v1\nusers:\n- user:\n    token: ${pw()}\n`)),
  'long Base64': () => hold((s) => env('CERT_DATA', s), randomBytes(700).toString('base64')),
  'kubeconfig, YAML': () => hold((s) => env('KUBECONFIG_TEXT', `apiVersion: v1\nusers:\n- user:\n    token: ${s}\n`)),
  'Docker credentials': () =>
    hold((s) => env('DOCKER_AUTH_CONFIG', `{"auths":{"r.io":{"auth":"${s}"}}}`), base64(`bob:${pw()}`)),
  'a service account': () =>
    hold(
      (s) => env('GCP', JSON.stringify({ type: 'service_account', private_key_id: 'x', private_key: s })),
      `${pw()} ${pw()}`,
    ),
  'JSON within JSON': () => hold((s) => env('OPTIONS', JSON.stringify({ db: JSON.stringify({ password: s }) }))),
  'JSON in an argument': () => hold((s) => args('--config', JSON.stringify({ apiKey: s }))),
  netrc: () => hold((s) => env('NETRC_TEXT', `machine api.x login bob password ${s}`)),
  'netrc in lines': () => hold((s) => env('RC', `machine api.x\nlogin bob\npassword ${s}\n`)),
  npmrc: () => hold((s) => env('RC', `//registry.npmjs.org/:_authToken=${s}`)),
  'an .env file': () => hold((s) => env('DOTENV', `A=1\nAPI_KEY=${s}\nB=2`)),
  'AWS credentials': () =>
    hold((s) => env('AWS_FILE', `[default]\naws_access_key_id = x\naws_secret_access_key = ${s}\n`), word(40)),
  'OpenTelemetry headers': () => hold((s) => env('OTEL_EXPORTER_OTLP_HEADERS', `api-key=${s},x=1`)),
  'headers with a bearer': () => hold((s) => env('OTEL_HEADERS', `Authorization=Bearer ${s}`)),
  AUTH_HEADER: () => hold((s) => env('AUTH_HEADER', `Bearer ${s}`)),
  'a bearer in any variable': () => hold((s) => env('EXTRA', `Bearer ${s}`)),
  Basic: () => hold((s) => remote('https://x.example/mcp', { 'X-Proxy': `Basic ${s}` }), base64(`bob:${pw()}`)),
  'Authorization: Key': () => hold((s) => remote('https://x.example/mcp', { Authorization: `Key ${s}` })),
  'Authorization alone': () => hold((s) => remote('https://x.example/mcp', { Authorization: s })),
  'X-Workspace-Auth: Token': () => hold((s) => remote('https://x.example/mcp', { 'X-Workspace-Auth': `Token ${s}` })),
  'a cookie header': () => hold((s) => remote('https://x.example/mcp', { Cookie: `session=${s}; theme=dark` })),
  'X-Amz-Security-Token': () => hold((s) => remote('https://x.example/mcp', { 'X-Amz-Security-Token': s })),
  'a path': () => hold((s) => remote(`https://mcp.x.example/s/${s}/mcp`), word(60)),
  'a UUID behind /s/': () =>
    hold((s) => remote(`https://mcp.x.example/s/${s}/mcp`), `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`),
  '?code=': () => hold((s) => remote(`https://x.example/mcp?code=${s}`), word(54)),
  '?apiKey=': () => hold((s) => remote(`https://x.example/mcp?profile=a&apiKey=${s}`)),
  '?token= in arguments': () => hold((s) => args('mcp-remote', `https://x.example/sse?token=${s}`)),
  '#access_token=': () => hold((s) => remote(`https://x.example/mcp#access_token=${s}`)),
  '-pPASS': () => hold((s) => args('-u', 'root', `-p${s}`)),
  '-u user:pass': () => hold((s) => args('-u', `admin:${s}`)),
  '--user user:pass': () => hold((s) => args('curl', '--user', `admin:${s}`)),
  '--password': () => hold((s) => args('--password', s), 'opensesame'),
  '--password=': () => hold((s) => args(`--password=${s}`), 'opensesame'),
  '--db-password': () => hold((s) => args('--db-password', s), 'opensesame'),
  '--header X: y': () => hold((s) => args('--header', `X-Api-Key: ${s}`)),
  '--header=X: y': () => hold((s) => args(`--header=X-Api-Key: ${s}`)),
  '--header Authorization:Bearer': () => hold((s) => args('--header', `Authorization:Bearer ${s}`)),
  '-H in a line': () => hold((s) => args('-c', `curl -H "Authorization: Bearer ${s}" https://x`)),
  'docker -e': () => hold((s) => args('run', '-e', `DB_PASSWORD=${s}`, 'image')),
  'docker --env=': () => hold((s) => args('run', `--env=API_SECRET=${s}`, 'image')),
  'sshpass -p': () => hold((s) => args('sshpass', '-p', s, 'ssh', 'host')),
  'redis-cli -a': () => hold((s) => args('redis-cli', '-a', s)),
  'a shell, export': () => hold((s) => args('-c', `export ACME_API_KEY=${s}; exec node server.js`)),
  'a shell, before the command': () => hold((s) => args('-c', `PGPASSWORD=${s} psql -h db`)),
  'a shell, flag': () => hold((s) => args('-c', `npx server --token ${s} --port 8080`)),
  'cmd /c': () => hold((s) => args('/c', `set API_TOKEN=${s} && npx server`)),
  PowerShell: () => hold((s) => args('-Command', `$env:API_KEY='${s}'; npx server`)),
  'inputs of a package': () =>
    hold((s) => ({
      name: 's',
      package: {
        registry_type: 'npm',
        identifier: 'x',
        package_arguments: [{ type: 'named', name: '--secret', default: s }],
      },
    })),
};
