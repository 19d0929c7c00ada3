import { deflateRawSync } from 'node:zlib';

/** A text as base64 of raw deflate (RFC 1951), which `DecompressionStream('deflate-raw')` of a browser reads. */
export function pack(text: string): string {
  return deflateRawSync(text, { level: 6 }).toString('base64');
}
