import { FrameLimitError, FrameReader } from '../json/frame-reader.ts';
import { readJson } from '../json/read-json.ts';
import { JsonSyntaxError } from '../json/scanner.ts';
import { isJsonObject, type JsonValue } from '../json/value.ts';
import type { WireRecord } from '../results/verdict.ts';

/** Told of a piece of the stream: a JSON value, or `undefined` for bytes that are none. */
export type OnPiece = (value: JsonValue | undefined) => void;

/**
 * One direction of a connection, put together from the records of the wire log. A record is nearly always one message;
 * where it is not, as where a suite sends half a message or two at once, the bytes are cut into values.
 */
export class WireStream {
  private reader: FrameReader | undefined;

  /** Takes a record, and tells what it completes. */
  take({ text, base64 }: WireRecord, onPiece: OnPiece): void {
    const value = text === undefined ? undefined : valueOf(text);
    // Only an object is surely a message by itself: `1` may be the end of a number that was sent in two halves.
    if (isJsonObject(value)) {
      // Whatever stood before it and was not ended: a whole message came, so the server's parser began anew.
      if (this.reader?.pending === true) onPiece(undefined);
      this.reader = undefined;
      onPiece(value);
      return;
    }
    this.cut(base64 === undefined ? Buffer.from(text ?? '') : Buffer.from(base64, 'base64'), onPiece);
  }

  private cut(bytes: Buffer, onPiece: OnPiece): void {
    this.reader ??= new FrameReader();
    try {
      for (const frame of this.reader.push(bytes))
        onPiece(frame.kind === 'value' ? valueOf(frame.bytes.toString('utf8')) : undefined);
    } catch (error) {
      if (!(error instanceof FrameLimitError)) throw error;
      this.reader = undefined;
      onPiece(undefined);
    }
  }
}

/** QEMU reads single quotes too (qmp-spec, Protocol Specification). */
function valueOf(text: string): JsonValue | undefined {
  try {
    return readJson(text, { singleQuotes: true });
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}
