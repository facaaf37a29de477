import type { ConnectionStore, FanOut, LiveLog } from '../../live/ports.ts';
import { type DynamoSettings, openDynamo } from './client.ts';
import { dynamoConnections } from './live-connections.ts';
import { dynamoFanOut } from './live-fan-out.ts';
import { dynamoLiveLog } from './live-log.ts';
import { liveTable, tableName } from './tables.ts';

export function openLive(settings: DynamoSettings): {
  liveLog: LiveLog;
  fanOut: FanOut;
  connections: ConnectionStore;
} {
  const client = openDynamo(settings);
  const table = tableName(settings.STAGE, liveTable);
  return {
    liveLog: dynamoLiveLog(client, table),
    fanOut: dynamoFanOut(client, table),
    connections: dynamoConnections(client, table),
  };
}
