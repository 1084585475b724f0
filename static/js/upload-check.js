// What can be told from a file's size, name and beginning saves the way to the server. Only what is
// certain is refused here: the server reads more kinds of text than a browser can tell.
import { size } from './upload-words.js';

const HEAD_BYTES = 65536;
const SIGNATURES = [
  [[0x25, 0x50, 0x44, 0x46], 'is a PDF, not a text file. Save its table as CSV, then upload that file'],
  [[0x89, 0x50, 0x4e, 0x47], 'is a picture, not a text file. Upload the table itself as CSV'],
  [[0xff, 0xd8, 0xff], 'is a picture, not a text file. Upload the table itself as CSV'],
  [[0x47, 0x49, 0x46, 0x38], 'is a picture, not a text file. Upload the table itself as CSV'],
];
const OLD_EXCEL = [0xd0, 0xcf, 0x11, 0xe0];
const ZIP = [0x50, 0x4b];

const begins = (head, signature) => signature.every((byte, n) => head[n] === byte);

function excel(name) {
  return `${name} is an Excel workbook. In Excel choose File, Save As, "CSV UTF-8 (Comma delimited)", then upload that file`;
}

// Return why a file cannot be taken, in the words of the server, or null.
export async function findRefusal(file, limit) {
  const name = file.name;
  if (file.size === 0) return `${name} is empty`;
  if (file.size > limit) {
    return `${name} is ${size(file.size)}. The limit is ${size(limit)}. Leave out columns you do not need, or gzip it`;
  }
  let head;
  try {
    head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  } catch {
    return `${name} cannot be read. It may be gone, or a folder`;
  }
  const text = new TextDecoder('latin1').decode(head);
  if (begins(head, OLD_EXCEL)) return excel(name);
  if (begins(head, ZIP) && (/\.xls[xm]?$/i.test(name) || text.includes('[Content_Types].xml') || text.includes('xl/'))) return excel(name);
  const known = SIGNATURES.find(([signature]) => begins(head, signature));
  if (known) return `${name} ${known[1]}`;
  if (/^(\xef\xbb\xbf)?\s*(<!doctype html|<html|<head)/i.test(text)) {
    return `${name} looks like a web page, not a CSV. The download link may have needed a sign-in`;
  }
  if (file.size <= HEAD_BYTES && !/[^\s\xef\xbb\xbf]/.test(text)) return `${name} is empty`;
  return null; // what else is no text the server knows by name
}
