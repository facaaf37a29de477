import * as z from 'zod';
import { UserView } from '../auth/schema.ts';
import { roles } from '../kernel/http/caller.ts';
import { Id, Timestamp } from '../kernel/ids.ts';
import { queryFlag } from '../kernel/http/fields.ts';
import { pageOf, pageQuery } from '../kernel/http/page.ts';

export const ListUsers = z.object({
  ...pageQuery,
  role: z.enum(roles).optional(),
  is_active: queryFlag().optional(),
  search: z.string().min(1).max(200).optional().meta({ description: 'Part of the user name or the e-mail address.' }),
});

export const UserPage = pageOf(UserView).meta({ id: 'UserPage' });

export const UserId = z.object({ user_id: Id.meta({ example: '019b76da-a800-7000-8000-000000000006' }) });

export const UserUpdate = z
  .strictObject({ role: z.enum(roles).nullish(), is_active: z.boolean().nullish() })
  .refine(
    ({ role, is_active }) => (role ?? undefined) !== undefined || (is_active ?? undefined) !== undefined,
    'Name role, is_active or both',
  )
  .meta({ example: { role: 'viewer' } });
export type UserUpdate = z.output<typeof UserUpdate>;

export const InviteRequest = z.strictObject({
  email: z.email().max(254).nullish().meta({
    description: 'Only who registers with this address may use it; anybody when left out.',
    example: 'ada@example.com',
  }),
  role: z.enum(roles).default('developer').meta({ description: 'The role that it gives.' }),
  expires_in_hours: z.int().min(1).max(720).default(168).meta({ description: 'Default a week, at most 30 days.' }),
});
export type InviteRequest = z.output<typeof InviteRequest>;

export const InviteView = z
  .object({
    id: Id,
    invite: z.string().meta({ description: 'Good once, as `invite` of a registration. It is shown this once.' }),
    email: z.string().nullable(),
    role: z.enum(roles),
    created_at: Timestamp,
    expires_at: Timestamp,
  })
  .meta({ id: 'Invite' });
export type InviteView = z.output<typeof InviteView>;
