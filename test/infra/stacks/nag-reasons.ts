/*
 * Why findings of cdk-nag are left as they are: rule, place, reason. A reason that no finding needs any more is refused, as is a finding without one. Wildcards of permissions have theirs in
 * rules.ts.
 */

type Reason = readonly [rule: RegExp, place: RegExp, reason: string];

export const nagReasons: readonly Reason[] = [
  [/IAM5|LambdaStarPermissions/, /./, 'Each wildcard has its reason in rules.ts, which a test of its own holds.'],
  [/IAM4/, /Backups/, "AWS Backup's own role."],
  [
    /SNSRedrivePolicy/,
    /Alarms/,
    'A mailbox of people: SNS keeps trying for it by itself, and an alarm stands in CloudWatch too.',
  ],
  [/-L1$|LambdaLatestVersion/, /RestoreHeader/, 'At the edge Lambda runs no newer Node yet.'],
  [
    /LambdaTracing/,
    /./,
    "The gateway's trace goes along (PassThrough). An active trace costs 33–60 ms of each cold start; request_id correlates all lines.",
  ],
  [
    /LambdaDLQ/,
    /./,
    'Functions that are called asynchronously have an on-failure destination, which carries more than a DLQ. The others answer whoever waits.',
  ],
  [
    /LambdaEventSourceMappingDestination/,
    /SqsEventSource/,
    "A destination is for streams; a queue's messages go to its dead-letter queue.",
  ],
  [/SQSRedrivePolicy|SQS3/, /DeadLetters|FailedInvocations/, 'They are the dead-letter queues.'],
  [
    /APIG2/,
    /Apis\/Rest/,
    'The functions validate: API Gateway knows OpenAPI 3.0 alone, and its answers would not be problems of ours.',
  ],
  [
    /APIG4/,
    /Apis\/Route/,
    '$connect checks a ticket or token in the function; API Gateway knows no such credential. The other routes are of an open connection.',
  ],
  [
    /APIG6/,
    /Apis\/Rest/,
    "Execution logs hold headers and bodies. The functions' report lines and the access log say what is needed.",
  ],
  [/CFR1/, /Distribution/, 'Who may use the platform is not decided by country.'],
  [
    /CFR3/,
    /Distribution/,
    'The access log is delivered by a stack of its own (edge-logs), without the query, which the older kind of log cannot leave out.',
  ],
  [
    /CFR4/,
    /Distribution/,
    "CloudFront's own certificate goes with TLS 1.0; with a domain name of yours it is TLS 1.2. Its origins are reached by TLS 1.2.",
  ],
  [
    /EC26|EC28|EC29/,
    /NatInstance/,
    'The NAT instance of a trial installation keeps nothing and may be replaced at any time; its status check has an alarm.',
  ],
  [/ECS4/, /Cluster/, 'Container Insights costs more than the servers of a trial installation; production has it.'],
  [
    /RDS3|RDS10/,
    /Database\/Instance/,
    'A trial installation: one zone, and its database goes with it. Production is Aurora in two zones, and protected.',
  ],
  [
    /RDS6/,
    /Database\/Cluster/,
    "A token of IAM is good for 15 minutes, and functions keep their connection longer; the application's user has a generated password and few rights.",
  ],
  [
    /RDS11/,
    /Database/,
    'Nothing but the functions’ security group reaches the database; another port would hide it from nobody.',
  ],
  [/RDS14/, /Database\/Cluster/, 'Backtrack is not for Aurora serverless v2; backups go to any second of 14 days.'],
  [
    /SMG4/,
    /./,
    'Rotation is by runbook (infra/README.md): keys and tokens rotate by overlap, which Secrets Manager’s schedule does not know.',
  ],
  [/-S1$/, /Logs|Bucket/, 'It is the bucket of the logs.'],
];
