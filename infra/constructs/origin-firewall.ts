import * as wafv2 from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { edgeTokenHeader } from '../lambda/from-edge.ts';

export interface OriginFirewallProps {
  readonly name: string;
  /** ARN of the API's stage. */
  readonly stageArn: string;
  readonly acceptedTokens: readonly string[];
}

/** Before the API's own address: whoever does not come by CloudFront is refused before a function runs, and before the stage's throttle counts them. */
export class OriginFirewall extends Construct {
  constructor(scope: Construct, id: string, { name, stageArn, acceptedTokens }: OriginFirewallProps) {
    super(scope, id);
    const visibilityConfig = { metricName: name, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false };
    const acl = new wafv2.CfnWebACL(this, 'Acl', {
      name,
      scope: 'REGIONAL',
      defaultAction: { block: {} },
      visibilityConfig,
      rules: [
        {
          name: 'from-cloudfront',
          priority: 0,
          action: { allow: {} },
          statement: { orStatement: { statements: acceptedTokens.map(bears) } },
          visibilityConfig: { ...visibilityConfig, metricName: `${name}-let-in` },
        },
      ],
    });
    new wafv2.CfnWebACLAssociation(this, 'Association', { resourceArn: stageArn, webAclArn: acl.attrArn });
  }
}

function bears(token: string): wafv2.CfnWebACL.StatementProperty {
  return {
    byteMatchStatement: {
      fieldToMatch: { singleHeader: { Name: edgeTokenHeader } },
      positionalConstraint: 'EXACTLY',
      searchString: token,
      textTransformations: [{ priority: 0, type: 'NONE' }],
    },
  };
}
