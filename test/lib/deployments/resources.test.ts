import { expect, it } from 'vitest';
import { Cpu, fargateSize, Memory } from '../../../lib/deployments/resources.ts';

it.each([
  [256, 512, { cpu: 256, memory: 512 }],
  [100, 513, { cpu: 256, memory: 1024 }],
  [500, 512, { cpu: 512, memory: 1024 }],
  [256, 3000, { cpu: 512, memory: 3072 }],
  [1024, 512, { cpu: 1024, memory: 2048 }],
  [4096, 30_720, { cpu: 4096, memory: 30_720 }],
  [4097, 512, undefined],
  [256, 30_721, undefined],
])('%i units and %i MiB are sold as %o', (cpu, memory, size) => {
  expect(fargateSize(cpu, memory)).toEqual(size);
});

it('reads what Kubernetes writes', () => {
  expect([Cpu.parse('500m'), Cpu.parse('1'), Cpu.parse('0.25'), Cpu.parse(256)]).toEqual([512, 1024, 256, 256]);
  expect([Memory.parse('512Mi'), Memory.parse('2Gi'), Memory.parse(1024)]).toEqual([512, 2048, 1024]);
  expect(Cpu.safeParse('lots').success || Memory.safeParse('512MB').success).toBe(false);
});
