import { expect, it } from 'vitest';
import { sqsEvent } from '../../../../infra/local/gateway/sqs-event.ts';
import recorded from '../../../contract/gateway/sqs-event.json' with { type: 'json' };

it('received messages become the recorded event', () => {
  const [record] = recorded.Records;
  const event = sqsEvent(
    [
      {
        MessageId: record?.messageId,
        ReceiptHandle: record?.receiptHandle,
        Body: record?.body,
        Attributes: record?.attributes,
        MessageAttributes: { request_id: { DataType: 'String', StringValue: 'req-12345678' } },
        MD5OfBody: record?.md5OfBody,
        MD5OfMessageAttributes: record?.md5OfMessageAttributes,
      },
    ],
    'arn:aws:sqs:us-east-2:123456789012:my-queue',
  );
  expect(event).toEqual(recorded);
});

it('a binary attribute comes as base64', () => {
  const event = sqsEvent(
    [{ MessageAttributes: { b: { DataType: 'Binary', BinaryValue: new Uint8Array([255]) } } }],
    'a:b:c:d:e:f',
  );
  expect(event.Records[0]?.messageAttributes['b']).toMatchObject({ binaryValue: '/w==', dataType: 'Binary' });
});
