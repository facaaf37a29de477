/** Of our own: API keys, refresh tokens, tickets, invitations, a runner's bootstrap and report tokens. */
export const ownTokens = 'mcp_(?:live|rt|tk|inv|bt|rp)_';

/*
 * Credentials that can be recognized by their shape: what issuers document of their tokens. Each is [what to call it, its shape]. Lower bounds are a little
 * below the documented lengths, so that a shortened or future one is still found.
 */
const shapes: readonly (readonly [name: string, shape: string])[] = [
  ['MCP_PLATFORM_KEY', `${ownTokens}[\\w-]{16,}`],
  ['GITHUB_TOKEN', 'gh[pousr]_[A-Za-z0-9]{30,}'],
  ['GITHUB_TOKEN', 'github_pat_\\w{22,}'],
  ['GITLAB_TOKEN', 'gl(?:pat|ptt|dt|rt|cbt|soat|agent)-[\\w-]{20,}'],
  ['BITBUCKET_TOKEN', 'ATBB[A-Za-z0-9]{24,}'],
  ['ATLASSIAN_TOKEN', 'AT(?:ATT|CTT)3[\\w=-]{60,}'],
  ['ANTHROPIC_API_KEY', 'sk-ant-[a-z0-9]{3,8}-[\\w-]{20,}'],
  ['OPENROUTER_API_KEY', 'sk-or-v1-[0-9a-f]{40,}'],
  ['OPENAI_API_KEY', 'sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,}'],
  ['STRIPE_KEY', '(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,}'],
  ['STRIPE_WEBHOOK_SECRET', 'whsec_[A-Za-z0-9+/=]{24,}'],
  ['AWS_ACCESS_KEY_ID', '(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}'],
  ['GOOGLE_API_KEY', 'AIza[\\w-]{35}'],
  ['GOOGLE_CLIENT_SECRET', 'GOCSPX-[\\w-]{20,}'],
  ['GOOGLE_ACCESS_TOKEN', 'ya29\\.[\\w-]{20,}'],
  ['AZURE_ACCOUNT_KEY', '(?<=AccountKey=)[A-Za-z0-9+/=]{40,}'],
  ['AZURE_SIGNATURE', '(?<=[?&]sig=)[A-Za-z0-9%+/=]{30,}'],
  ['SLACK_TOKEN', 'xox[abeoprs]-[A-Za-z0-9-]{10,}'],
  ['SLACK_APP_TOKEN', 'xapp-\\d-[A-Za-z0-9-]{10,}'],
  ['SLACK_WEBHOOK', '(?<=hooks\\.slack\\.com/(?:services|workflows)/)[A-Za-z0-9/]{20,}'],
  ['DISCORD_WEBHOOK', '(?<=discord(?:app)?\\.com/api/webhooks/\\d{5,25}/)[\\w-]{40,}'],
  ['DISCORD_TOKEN', '[MNO][A-Za-z\\d_-]{23,27}\\.[\\w-]{6}\\.[\\w-]{27,}'],
  ['TELEGRAM_BOT_TOKEN', '\\d{8,10}:AA[\\w-]{33}'],
  ['TWILIO_KEY', 'SK[0-9a-f]{32}'],
  ['SENDGRID_API_KEY', 'SG\\.[\\w-]{16,}\\.[\\w-]{30,}'],
  ['MAILGUN_API_KEY', 'key-[0-9a-f]{32}'],
  ['MAILCHIMP_API_KEY', '[0-9a-f]{32}-us\\d{1,2}'],
  ['RESEND_API_KEY', 're_[A-Za-z0-9]{6,}_[A-Za-z0-9]{16,}'],
  ['NPM_TOKEN', 'npm_[A-Za-z0-9]{36}'],
  ['PYPI_TOKEN', 'pypi-AgE[\\w-]{50,}'],
  ['RUBYGEMS_TOKEN', 'rubygems_[0-9a-f]{40,}'],
  ['DOCKER_TOKEN', 'dckr_(?:pat|oat)_[\\w-]{20,}'],
  ['DIGITALOCEAN_TOKEN', 'do[opr]_v1_[0-9a-f]{60,}'],
  ['HEROKU_API_KEY', 'HRKU-[\\w-]{36,}'],
  ['NETLIFY_TOKEN', 'nf[pcou]_[A-Za-z0-9]{36,}'],
  ['FLY_API_TOKEN', '(?:fo1_[\\w-]{40,}|fm[12][ar]?_[A-Za-z0-9+/=]{60,})'],
  ['RENDER_API_KEY', 'rnd_[A-Za-z0-9]{28,}'],
  ['VERCEL_TOKEN', 'vc[pkaic]_[A-Za-z0-9]{24,}'],
  ['CLOUDFLARE_TOKEN', 'v1\\.0-[0-9a-f]{24}-[0-9a-f]{100,}'],
  ['SHOPIFY_TOKEN', 'shp(?:at|ca|pa|ss|ua)_[0-9a-fA-F]{32}'],
  ['SQUARE_TOKEN', '(?:sq0(?:atp|csp)-[\\w-]{22,}|EAAA[\\w-]{56,})'],
  ['PAYPAL_TOKEN', 'access_token\\$production\\$[0-9a-z]{16}\\$[0-9a-f]{32}'],
  ['HUGGINGFACE_TOKEN', '(?:hf|api_org)_[A-Za-z0-9]{30,}'],
  ['REPLICATE_API_TOKEN', 'r8_[A-Za-z0-9]{37,}'],
  ['GROQ_API_KEY', 'gsk_[A-Za-z0-9]{40,}'],
  ['XAI_API_KEY', 'xai-[A-Za-z0-9]{60,}'],
  ['PERPLEXITY_API_KEY', 'pplx-[A-Za-z0-9]{40,}'],
  ['TAVILY_API_KEY', 'tvly-(?:dev-|prod-)?[A-Za-z0-9]{20,}'],
  ['FIRECRAWL_API_KEY', 'fc-[0-9a-f]{32}'],
  ['BRAVE_API_KEY', 'BSA[\\w-]{26,29}'],
  ['APIFY_TOKEN', 'apify_api_[A-Za-z0-9]{30,}'],
  ['E2B_API_KEY', 'e2b_[0-9a-f]{40}'],
  ['LANGSMITH_API_KEY', 'lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}'],
  ['PINECONE_API_KEY', 'pcsk_\\w{40,}'],
  ['NOTION_TOKEN', '(?:ntn_[A-Za-z0-9]{40,}|secret_[A-Za-z0-9]{43})'],
  ['LINEAR_API_KEY', 'lin_(?:api|oauth)_[A-Za-z0-9]{40,}'],
  ['AIRTABLE_TOKEN', 'pat[A-Za-z0-9]{14}\\.[0-9a-f]{64}'],
  ['FIGMA_TOKEN', 'fig[dou]r?_[\\w-]{40,}'],
  ['ASANA_TOKEN', '[12]/\\d{10,}(?:/\\d{10,})?:[0-9a-f]{32}'],
  ['HUBSPOT_TOKEN', 'pat-(?:na|eu)\\d-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'],
  ['DATABRICKS_TOKEN', 'dapi[0-9a-f]{32}(?:-\\d)?'],
  ['GRAFANA_TOKEN', 'gl(?:sa|c)_[\\w+/=]{32,}'],
  ['NEW_RELIC_KEY', 'NRAK-[A-Z0-9]{27}'],
  ['SENTRY_TOKEN', 'sntry[su]_[\\w+/=]{40,}'],
  ['DATADOG_TOKEN', 'ddp_[A-Za-z0-9]{32,}'],
  ['DYNATRACE_TOKEN', 'dt0[a-z]\\d{2}\\.[A-Z0-9]{24}\\.[A-Z0-9]{64}'],
  ['POSTHOG_KEY', 'ph[cx]_[A-Za-z0-9]{40,}'],
  ['SUPABASE_TOKEN', '(?:sbp_[0-9a-f]{40}|sb_secret_[\\w-]{20,})'],
  ['NEON_API_KEY', 'napi_[a-z0-9]{60,}'],
  ['PLANETSCALE_TOKEN', 'pscale_(?:tkn|pw|oauth)_[\\w.=-]{32,}'],
  ['DOPPLER_TOKEN', 'dp\\.(?:pt|st|ct|sa|scim|audit)\\.(?:[a-z0-9_-]+\\.)?[A-Za-z0-9]{40,}'],
  ['VAULT_TOKEN', 'hv[sbr]\\.[\\w-]{24,}'],
  ['TERRAFORM_TOKEN', '[A-Za-z0-9]{14}\\.atlasv1\\.[\\w-]{60,}'],
  ['PULUMI_TOKEN', 'pul-[0-9a-f]{40}'],
  ['POSTMAN_API_KEY', 'PMAK-[0-9a-f]{24}-[0-9a-f]{34}'],
  ['CIRCLECI_TOKEN', 'CCIPAT_[A-Za-z0-9]{20,}_[0-9a-f]{40}'],
  ['BUILDKITE_TOKEN', 'bkua_[0-9a-f]{40}'],
  ['ONEPASSWORD_TOKEN', 'ops_eyJ[\\w+/=-]{100,}'],
  ['AGE_SECRET_KEY', 'AGE-SECRET-KEY-1[0-9A-Z]{58}'],
  ['OKTA_TOKEN', '(?<=SSWS\\s)00[\\w-]{40}'],
  ['MAPBOX_TOKEN', 'sk\\.eyJ[\\w-]{60,}\\.[\\w-]{20,}'],
  ['JWT', 'eyJ[\\w-]{5,}\\.[\\w-]{5,}(?:\\.[\\w-]*){1,3}'],
  ['PRIVATE_KEY', '-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[\\s\\S]+?(?:-----END [A-Z ]{0,20}PRIVATE KEY-----|$)'],
];

const all = new RegExp(`(?<![A-Za-z0-9])(?:${shapes.map(([, shape]) => shape).join('|')})`, 'g');
const single = shapes.map(([name, shape]) => ({ name, shape: new RegExp(`^(?:${shape})$`) }));
const looking = shapes
  .filter(([, shape]) => shape.startsWith('(?<='))
  .map(([name, shape]) => ({ name, shape: new RegExp(shape) }));

/** Every credential in a text that can be recognized by its shape. Placeholders such as `sk-your-key-here` are not. */
export function knownSecrets(
  text: string,
): { readonly name: string; readonly value: string; readonly start: number }[] {
  return [...text.matchAll(all)]
    .map(({ index, 0: value }) => ({ name: nameOf(text, value), value, start: index }))
    .filter(({ value }) => !isPlaceholder(value));
}

/** The text with `replacement` in the place of every credential. */
export function replaceKnownSecrets(text: string, replacement: string): string {
  return text.replace(all, (value) => (isPlaceholder(value) ? value : replacement));
}

function nameOf(text: string, value: string): string {
  const found = single.find(({ shape }) => shape.test(value)) ?? looking.find(({ shape }) => shape.test(text));
  return found?.name ?? 'SECRET';
}

// Short words count where a word begins: in the middle of a random key they stand by chance.
const placeholderWords =
  /(?<![a-z0-9])(?:my-?)?your|example|placeholder|change-?me|replace|insert|dummy|sample|redacted|(?<![a-z])here(?![a-z])|(?<![a-z0-9])(?:todo|x{4,})(?![a-z0-9])|x{6,}|\*{3,}|\.{3}|0{8,}|1234567890?$|abcdef(?!\d)|<|>|\{\{|\$\{|\$[A-Z_]/i;

/** What documents write where the reader's own credential goes. */
export function isPlaceholder(value: string): boolean {
  return placeholderWords.test(value) || new Set(value.replace(/^[a-z]{2,8}[-_]/i, '')).size < 4;
}
