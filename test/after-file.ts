const stops: (() => unknown)[] = [];

/** Runs this after the file's tests, what was added last first. May be called in a hook or in a test, where an `afterAll` would never run. */
export function afterFile(stop: () => unknown): void {
  stops.push(stop);
}

export async function stopAll(): Promise<void> {
  for (let stop = stops.pop(); stop; stop = stops.pop()) await stop();
}
