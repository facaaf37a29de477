/** US dollars, list prices of us-east-1 without free tiers and taxes, written down on this day. Check them against the AWS calculator before you rely on them. */
export const pricesOf = '2026-11-25';

export const prices = {
  lambdaGbSecond: 0.0000133334,
  lambdaMillionRequests: 0.2,
  restMillionRequests: 3.5,
  socketMillionMessages: 1,
  cloudfrontMillionRequests: 1,
  edgeFunctionMillionRequests: 0.6,
  firewallMillionRequests: 0.6,
  firewallMonth: 8,
  originFirewallMonth: 6,
  dynamoMillionReads: 0.125,
  dynamoMillionWrites: 0.625,
  sqsMillionRequests: 0.4,
  redisMillionCommands: 2,
  vcpuHour: 0.03238,
  gbHour: 0.00356,
  addressHour: 0.005,
  natInstanceMonth: 3.07,
  natGatewayMonth: 32.85,
  mysqlMicroMonth: 12 + 2.3,
  acuHour: 0.12,
  proxyAcuHour: 0.015,
  secretMonth: 0.4,
  alarmMonth: 0.1,
  metricMonth: 0.3,
  dashboardMonth: 3,
  logGb: 0.5,
} as const;

export const hoursOfMonth = 730;
export const secondsOfMonth = hoursOfMonth * 3600;
