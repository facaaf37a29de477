import * as z from 'zod';

/** Fargate's sizes: units of CPU (1,024 are one vCPU), and the MiB of memory that go with each. */
const sizes = [
  { cpu: 256, memory: [512, 2048] },
  { cpu: 512, memory: [1024, 4096] },
  { cpu: 1024, memory: [2048, 8192] },
  { cpu: 2048, memory: [4096, 16_384] },
  { cpu: 4096, memory: [8192, 30_720] },
] as const;

/** The smallest Fargate size that holds what was asked for; undefined when there is none. */
export function fargateSize(cpu: number, memory: number): { cpu: number; memory: number } | undefined {
  const size = sizes.find((each) => each.cpu >= cpu && each.memory[1] >= memory);
  if (!size) return undefined;
  // Fargate sells memory by the GiB, but for the smallest task.
  const asked = Math.max(size.memory[0], memory);
  return { cpu: size.cpu, memory: asked <= 512 ? 512 : Math.ceil(asked / 1024) * 1024 };
}

/** Units of CPU: `256`, or Kubernetes' `500m` and `1` (vCPUs, as text). */
export const Cpu = z
  .union([
    z.int().min(1).max(4096),
    z.string().regex(/^(\d{1,5}m|\d{1,2}(\.\d{1,3})?)$/, 'Such as "500m", or Fargate units'),
  ])
  .transform((given) => {
    if (typeof given === 'number') return given;
    const vcpus = given.endsWith('m') ? Number(given.slice(0, -1)) / 1000 : Number(given);
    return Math.ceil(vcpus * 1024);
  });

/** MiB: `512`, or `512Mi`, `1Gi`. */
export const Memory = z
  .union([z.int().min(1).max(30_720), z.string().regex(/^\d{1,5}(Mi|Gi)$/, 'Such as "512Mi" or "1Gi", or MiB')])
  .transform((given) => {
    if (typeof given === 'number') return given;
    return Number(given.slice(0, -2)) * (given.endsWith('Gi') ? 1024 : 1);
  });
