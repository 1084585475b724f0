// What is counted in a part of a text, as dashboard/datasets/upload/watching.py counts it in those that it sees.
const QUOTE = 34;

export async function countPart(part, lineEnd) {
  const bytes = new Uint8Array(await part.arrayBuffer());
  const first = bytes.indexOf(lineEnd);
  let ends = 0;
  for (let at = first; at >= 0; at = bytes.indexOf(lineEnd, at + 1)) ends += 1;
  return {
    ends,
    has_quotes: bytes.includes(QUOTE),
    first: ends ? first : bytes.length,
    last: ends ? bytes.length - bytes.lastIndexOf(lineEnd) - 1 : bytes.length,
  };
}
