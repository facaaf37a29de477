import * as z from 'zod';
import { permissions, roles } from '../kernel/http/caller.ts';
import { Id, Timestamp } from '../kernel/ids.ts';
import { Moment } from '../kernel/http/fields.ts';
import { pageOf } from '../kernel/http/page.ts';
import { maxPasswordLength, passwordFault } from './passwords.ts';

const exampleKeyId = '019b76da-a800-7000-8000-00000000000a';

const Username = z
  .string()
  .min(3)
  .max(64)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'Letters, digits, dots, hyphens and underscores, a letter or digit first')
  .meta({ description: 'Unique without regard to case.', example: 'ada' });

const Email = z.email().max(254).meta({ description: 'Unique without regard to case.', example: 'ada@example.com' });

const Password = z.string().min(1).max(maxPasswordLength);

const NewPassword = Password.superRefine((password, context) => {
  const fault = passwordFault(password);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
}).meta({
  description:
    'At least 8 characters with an upper-case letter, a lower-case letter and a digit, or at least 15 of any kind; not a common password.',
  example: 'Correct-Horse-7-Staple',
});

const TotpCode = z.string().trim().min(6).max(32);

export const Registration = z.strictObject({
  username: Username,
  email: Email,
  password: NewPassword,
  role: z
    .enum(roles)
    .nullish()
    .meta({ description: 'Default developer, or what the invitation says. Only an admin can make an admin.' }),
  invite: z.string().min(1).max(200).nullish().meta({ description: 'The invitation, where registration takes one.' }),
});
export type Registration = z.output<typeof Registration>;

export const Credentials = z.strictObject({
  username: z.string().min(1).max(254).meta({ description: 'User name or e-mail address.', example: 'ada' }),
  password: Password.meta({ example: 'Correct-Horse-7-Staple' }),
  totp: TotpCode.nullish().meta({
    description: 'The code of your authenticator app, or a recovery code; asked for by 401 `totp-required`.',
  }),
  new_password: NewPassword.nullish().meta({
    description:
      'Your own password, in the place of one that the operator made; asked for by 401 `password-change-required`.',
  }),
});
export type Credentials = z.output<typeof Credentials>;

export const PasswordChange = z.strictObject({
  current_password: Password.meta({ example: 'Correct-Horse-7-Staple' }),
  new_password: NewPassword,
});
export type PasswordChange = z.output<typeof PasswordChange>;

const RefreshTokenText = z
  .string()
  .min(1)
  .max(256)
  .meta({ description: 'The refresh token of the last answer.', example: 'mcp_rt_…' });

export const RefreshRequest = z.strictObject({ refresh_token: RefreshTokenText });

export const LogoutRequest = z
  .strictObject({
    refresh_token: RefreshTokenText.nullish().meta({
      description: 'Ends the session that it belongs to; needed only without an access token.',
    }),
  })
  .optional();

export const TokenPair = z
  .object({
    access_token: z.string().meta({ description: 'JWT, for `Authorization: Bearer`.' }),
    refresh_token: z.string().meta({ description: 'Good once, for a new pair.' }),
    token_type: z.literal('bearer'),
    expires_in: z.int().meta({ description: 'Seconds for which the access token is good.', example: 900 }),
  })
  .meta({ id: 'TokenPair' });
export type TokenPair = z.output<typeof TokenPair>;

export const TotpSecret = z
  .object({
    secret: z.string().meta({ description: 'For typing into an authenticator app (base32).' }),
    qr_text: z.string().meta({ description: 'For a QR code (otpauth://…).' }),
  })
  .meta({ id: 'TotpSecret' });

export const TotpConfirmation = z.strictObject({ totp: TotpCode.meta({ example: '123456' }) });

export const TotpRemoval = z.strictObject({ totp: TotpCode.nullish().meta({ example: '123456' }) }).optional();

export const RecoveryCodes = z
  .object({
    recovery_codes: z
      .array(z.string())
      .meta({ description: 'Each is good once, in the place of a code. Shown this once.' }),
  })
  .meta({ id: 'RecoveryCodes' });

export const Ticket = z
  .object({
    ticket: z.string().meta({ description: 'Good once.' }),
    expires_in: z.int().meta({ description: 'Seconds.', example: 60 }),
    ws_url: z.string(),
    events_url: z.string(),
  })
  .meta({ id: 'Ticket' });
export type Ticket = z.output<typeof Ticket>;

export const UserView = z
  .object({
    id: Id,
    username: z.string(),
    email: z.string(),
    role: z.enum(roles),
    is_active: z.boolean(),
    created_at: Timestamp,
  })
  .meta({ id: 'User' });
export type UserView = z.output<typeof UserView>;

const Scopes = z
  .array(z.enum(permissions))
  .max(permissions.length)
  .refine((scopes) => new Set(scopes).size === scopes.length, 'Each permission once');
const Servers = z
  .array(
    z
      .string()
      .max(255)
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*(__[^\s\p{C}]{1,128})?$/u, 'The slug of a server, or <slug>__<tool>'),
  )
  .min(1)
  .max(100)
  .refine((servers) => new Set(servers).size === servers.length, 'Each server once');

export const ApiKeyRequest = z.strictObject({
  name: z.string().trim().min(1).max(100).meta({ example: 'CI of the weather team' }),
  expires_at: Moment.nullish().meta({
    description: 'When the key ends by itself; never when left out.',
    example: '2035-01-01T00:00:00Z',
  }),
  scopes: Scopes.nullish().meta({
    description: 'The permissions that the key carries, of those that you have; all of yours when left out.',
    example: ['mcps:read', 'mcp:call'],
  }),
  servers: Servers.nullish().meta({
    description:
      'What the key may call: servers by their slugs, single tools as /mcp/v1 names them (`<slug>__<tool>`); any when left out.',
    example: ['acme-weather', 'acme-files__read_file'],
  }),
});
export type ApiKeyRequest = z.output<typeof ApiKeyRequest>;

const apiKeyMembers = {
  id: Id,
  name: z.string(),
  scopes: z.array(z.enum(permissions)).nullable().meta({ description: 'null: all that the owner may do.' }),
  servers: z.array(z.string()).nullable().meta({ description: 'null: any server.' }),
  created_at: Timestamp,
  expires_at: Timestamp.nullable(),
};

export const CreatedApiKey = z
  .object({
    ...apiKeyMembers,
    key: z.string().meta({ description: 'The key itself. It is shown this once.' }),
  })
  .meta({ id: 'CreatedApiKey' });
export type CreatedApiKey = z.output<typeof CreatedApiKey>;

export const ApiKeyView = z
  .object({
    ...apiKeyMembers,
    prefix: z.string().meta({ description: 'The first characters of the key.' }),
    last_used_at: Timestamp.nullable(),
    revoked_at: Timestamp.nullable(),
  })
  .meta({ id: 'ApiKey' });
export type ApiKeyView = z.output<typeof ApiKeyView>;

export const ApiKeyPage = pageOf(ApiKeyView).meta({ id: 'ApiKeyPage' });

export const ApiKeyId = z.object({ key_id: Id.meta({ example: exampleKeyId }) });

export const RevokedApiKey = z.object({ message: z.string(), id: Id });

export const Me = UserView.extend({
  permissions: z.array(z.enum([...permissions, '*:*'])).meta({ description: 'What these credentials may do now.' }),
  api_key: ApiKeyView.optional().meta({ description: 'The key that was used, when one was.' }),
}).meta({ id: 'Me' });
export type Me = z.output<typeof Me>;
