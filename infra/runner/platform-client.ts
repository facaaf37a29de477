import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { LaunchDocument, ReportAnswer, type RunnerReport } from '../../lib/deployments/runner-contract.ts';

const requestMs = 10_000;
/** As long as the platform lets the same nonce repeat a redemption, less a request. */
const redeemMs = 45_000;

/** The platform answered that this token is not, or no longer, valid. */
export class TokenRefused extends Error {}

/** A report says what a server wrote, and the platform refuses text that no store keeps: half a surrogate pair, and NUL. Those become U+FFFD. */
export function jsonOf(body: object): string {
  // JSON.stringify writes them as escapes, and whole pairs as they are. An escaped backslash before `u` is taken along, so that it is none.
  return JSON.stringify(body).replaceAll(/\\\\|\\u(?:0000|d[89a-f][\da-f]{2})/g, (found) =>
    found === '\\\\' ? found : '\ufffd',
  );
}

export function platformClient(platformUrl: string) {
  const post = async (path: string, body: object, headers: Record<string, string> = {}): Promise<unknown> => {
    const response = await fetch(new URL(path, platformUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: jsonOf(body),
      signal: AbortSignal.timeout(requestMs),
    });
    if (response.status === 401) throw new TokenRefused(`the platform refused the token of ${path}`);
    if (!response.ok) throw new Error(`the platform answered ${path} with ${response.status}`);
    return response.json();
  };

  return {
    /**
     * Swaps the bootstrap token for the launch document. Repeats with the same nonce while the platform cannot be
     * reached, for 45 s.
     * @throws {@link TokenRefused} when the token was used by somebody else.
     */
    async redeem(token: string, nonce: string): Promise<LaunchDocument> {
      const deadline = performance.now() + redeemMs;
      for (let attempt = 0; ; attempt += 1) {
        try {
          return LaunchDocument.parse(await post('/internal/v1/runners/redeem', { token, nonce }));
        } catch (error) {
          const hopeless = error instanceof TokenRefused || error instanceof z.ZodError;
          if (hopeless || performance.now() > deadline) throw error;
          await sleep(Math.min(5_000, 250 * 2 ** attempt));
        }
      }
    },
    report: async (reportToken: string, report: RunnerReport) =>
      ReportAnswer.parse(await post('/internal/v1/runners/report', report, { authorization: `Bearer ${reportToken}` })),
  };
}
