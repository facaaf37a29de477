/** How often a property is tried: as often as said in `npm test`, ten times as often in `npm run properties`. */
export const times = Number(process.env['PROPERTY_TIMES'] ?? 1);
export const runs = (count: number): number => count * times;
