import { RemovalPolicy, SecretValue } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

/** The generations that are accepted: the one before, the one that CloudFront shows, and the next. */
function generations(current: number): number[] {
  return [current - 1, current, current + 1];
}

function secretName(stage: string, generation: number): string {
  return `mcp-${stage}/edge-token-${generation}`;
}

/** What CloudFront shows the API, in three generations, so that each step of a rotation is accepted by functions of before and after it. */
export class EdgeTokens extends Construct {
  constructor(scope: Construct, id: string, stage: string, current: number) {
    super(scope, id);
    for (const generation of generations(current))
      new secretsmanager.Secret(this, `Token${generation}`, {
        secretName: secretName(stage, generation),
        description: 'What CloudFront shows the API',
        generateSecretString: { excludePunctuation: true, passwordLength: 48 },
        removalPolicy: RemovalPolicy.DESTROY,
      });
  }
}

/** References to the tokens, by name: a token that is rotated away must not be held by an export. */
export function edgeTokens(
  stage: string,
  current: number,
): { readonly presented: string; readonly accepted: string[] } {
  const tokenOf = (generation: number): string =>
    SecretValue.secretsManager(secretName(stage, generation)).unsafeUnwrap();
  return { presented: tokenOf(current), accepted: generations(current).map(tokenOf) };
}
