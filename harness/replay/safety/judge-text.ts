import { readJson } from '../../json/read-json.ts';
import type { JsonValue } from '../../json/value.ts';
import type { Allowance } from './allowances.ts';
import type { MemberKind } from './member-kinds.ts';

/** What is asked for by a text; `inner`: the text is JSON, in which it is looked for further. */
export type TextAct =
  | { readonly kind: 'act'; readonly allowance: Allowance; readonly what: string }
  | { readonly kind: 'inner'; readonly value: JsonValue };

/** Files that are there for everybody, and that nothing is changed by. */
const HARMLESS_FILES = /^\/dev\/(?:null|zero|u?random|fdset\/[0-9]+)$/;
/** Where QEMU's object tree begins: paths in it look like those of files. */
const OBJECT_PATH = /^\/(?:(?:machine|objects|chardevs|backend)(?:\/|$)|$)/;
const PROTOCOL = /^([A-Za-z][A-Za-z0-9+_-]*):(.*)$/s;

const NETWORK_PROTOCOLS =
  /^(?:https?|ftps?|ssh|sftp|iscsi|nfs|rbd|ceph|gluster(?:\+.*)?|sheepdog.*|vxhs|archipelago|x?-?rdma|vsock)$/i;
const HOST_PROTOCOLS = /^(?:tcp|telnet|websocket|tn3270|udp|nbd|nbds|vnc)$/i;

/** Tells what a server would do on its host, given a text as the value of a member of that kind; undefined: nothing. */
export function judgeText(text: string, kind: MemberKind): TextAct | undefined {
  switch (kind) {
    case 'data':
      return undefined;
    case 'program':
      return text === 'no' || text === '' ? undefined : act('exec', `the program '${shorten(text)}'`);
    case 'interface':
      return act('network', `the interface '${shorten(text)}' of the host`);
    case 'host':
      return isLoopback(text) ? undefined : act('network', `the host '${shorten(text)}'`);
    case 'address':
    case 'file':
      return judgeFile(text, kind);
    case 'name':
      return OBJECT_PATH.test(text) && !hasParentStep(text) ? undefined : judgeFile(text, kind);
  }
}

function judgeFile(text: string, kind: MemberKind): TextAct | undefined {
  if (text.startsWith('json:')) return innerOf(text.slice('json:'.length));
  const [, protocol = '', rest = ''] = PROTOCOL.exec(text) ?? [];
  if (/^exec$/i.test(protocol)) return act('exec', `the program '${shorten(rest)}'`);
  if (/^fd$/i.test(protocol)) return undefined;
  if (NETWORK_PROTOCOLS.test(protocol)) return act('network', `'${shorten(text)}'`);
  // nbd+unix:///name?socket=PATH
  if (/\+unix$/i.test(protocol)) return judgePath(/[?&]socket=([^&]*)/.exec(rest)?.[1] ?? rest, kind);
  if (HOST_PROTOCOLS.test(protocol)) return judgeHostPart(rest, text, kind);
  if (kind === 'address' && protocol === '') return judgeHostPart(text, text, kind);
  return judgePath(text, kind);
}

/** What stands behind `tcp:`, `nbd:` and the like: a host and a port, or `unix:` and a path. */
function judgeHostPart(rest: string, text: string, kind: MemberKind): TextAct | undefined {
  const unix = /^(?:\/\/)?unix:(.*)$/s.exec(rest)?.[1];
  if (unix !== undefined) return judgePath(unix.replace(/:exportname=.*$/s, ''), kind);
  const [, bracketed, plain = ''] = /^(?:\/\/)?(?:[^/@]*@)?(?:\[([^\]]*)\]|([^:/,]*))/.exec(rest) ?? [];
  return isLoopback(bracketed ?? plain) ? undefined : act('network', `the address '${shorten(text)}'`);
}

/** Several protocols may stand before a path, and with some of them several files: `blkdebug:a.conf:nested:b.img`. */
function judgePath(text: string, kind: MemberKind): TextAct | undefined {
  const options = text.split(/[,?]/)[0] ?? '';
  const parts = [text, options, ...text.split(':')].map((part) => part.replace(/^\/\/(?=[^/])/, '/'));
  for (const part of parts) {
    if (HARMLESS_FILES.test(part)) continue;
    if (part.startsWith('/') && !(kind === 'name' && OBJECT_PATH.test(part)))
      return act('paths', `'${shorten(part)}', which is an absolute path`);
    if (hasParentStep(part))
      return act('paths', `'${shorten(part)}', which leads out of the replay's folder`);
  }
  return undefined;
}

function hasParentStep(text: string): boolean {
  return text.split('/').includes('..');
}

/** A text that says it is JSON, and cannot be read, cannot be judged. */
function innerOf(text: string): TextAct {
  try {
    return { kind: 'inner', value: readJson(text, { singleQuotes: true }) };
  } catch {
    return act('paths', `'json:${shorten(text)}', which cannot be read`);
  }
}

/** Tells whether only this host reaches an address; an empty one, and 0.0.0.0, are all addresses of the host. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.[0-9]{1,3}){3}|::1|::ffff:127(?:\.[0-9]{1,3}){3})$/i.test(host);
}

function act(allowance: Allowance, what: string): TextAct {
  return { kind: 'act', allowance, what };
}

const SHOWN = 80;

function shorten(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
