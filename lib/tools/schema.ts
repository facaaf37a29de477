import * as z from 'zod';
export const toolStatuses = ['draft', 'active', 'deprecated'] as const;
export type ToolStatus = (typeof toolStatuses)[number];
export type ToolConfig = Record<string, unknown>;
export const placeholder = z.string();
