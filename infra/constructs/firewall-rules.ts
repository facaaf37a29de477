import type { CfnWebACL, CfnWebACLProps } from 'aws-cdk-lib/aws-wafv2';
import { describeProblem } from '../../lib/kernel/errors/problem.ts';

/** One address may send so many requests in five minutes. */
const requestsInFiveMinutes = 3000;

function metric(metricName: string): CfnWebACL.VisibilityConfigProperty {
  return { metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: true };
}

function managed(priority: number, name: string, onlyCounted: readonly string[]): CfnWebACL.RuleProperty {
  return {
    name,
    priority,
    overrideAction: { none: {} },
    visibilityConfig: metric(name),
    statement: {
      managedRuleGroupStatement: {
        vendorName: 'AWS',
        name,
        ruleActionOverrides: onlyCounted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
      },
    },
  };
}

function tooMany(): string {
  const { status, code, title } = describeProblem('rate-limit-exceeded');
  const type = 'urn:mcp-platform:problem:rate-limit-exceeded';
  return JSON.stringify({ type, title, status, detail: title, error_code: code, retry_after: 60 });
}

/**
 * Addresses of bad repute, floods, and requests that look for known holes. Rules that read bodies only count: configurations and documents about security hold what they look for, and may
 * be larger than they read.
 */
export const firewallRules = {
  customResponseBodies: { 'too-many': { contentType: 'APPLICATION_JSON', content: tooMany() } },
  rules: [
    {
      name: 'floods',
      priority: 0,
      action: {
        block: {
          customResponse: {
            responseCode: 429,
            customResponseBodyKey: 'too-many',
            responseHeaders: [{ name: 'retry-after', value: '60' }],
          },
        },
      },
      visibilityConfig: metric('floods'),
      statement: { rateBasedStatement: { aggregateKeyType: 'IP', limit: requestsInFiveMinutes } },
    },
    managed(1, 'AWSManagedRulesAmazonIpReputationList', []),
    managed(2, 'AWSManagedRulesKnownBadInputsRuleSet', ['Log4JRCE_BODY', 'JavaDeserializationRCE_BODY']),
  ],
} satisfies Partial<CfnWebACLProps>;
