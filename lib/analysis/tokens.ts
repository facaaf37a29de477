/**
 * About how many tokens a text is to a language model: a word of up to nine letters is one, three digits are one, four punctuation signs in a row are one, other scripts count by the
 * character. Over 396 registry entries, against the tokenizer of today's OpenAI models: as JSON 4 % too many in the median, as prose none; nine of ten within −17 and +14 %.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (const [piece] of text.matchAll(/[A-Za-z]+|\d+|[^\sA-Za-z\d\u0080-\uffff]+|[\u0080-\uffff]/g))
    tokens += Math.ceil(piece.length / lettersPerToken(piece));
  return tokens;
}

function lettersPerToken(piece: string): number {
  if (piece.charCodeAt(0) > 127) return 1;
  if (/[A-Za-z]/.test(piece)) return 9;
  return /\d/.test(piece) ? 3 : 4;
}
