/**
 * Names of members, options and variables whose value is a secret, whoever defines them: what downstream commands,
 * properties of devices, `json:` file names and arguments of programs are judged by, of which no schema tells.
 */
const SECRET =
  /(?:^|-)(?:password|passwd|passphrase|pwd|token|secret|secret-(?:access-)?key|private-key|privkey|api-?key|access-key|auth-?key|cookies?|credentials?|authorization|signature|sig)$/;

/** Names that end alike and mean the id of a `secret` object: QAPI's `password-secret`, `key-secret` and others. */
const ID = /(?:^|-)(?:secret|passwordid)$/;

/** Tells whether a name means a secret itself. QEMU writes `_` and `-`, nests with `.`, and knows secrets by id. */
export function isSecretName(name: string): boolean {
  const last = lastPart(name);
  return SECRET.test(last) && !ID.test(last);
}

/** The same for names outside of QEMU, where `secret` is no id: options of programs, variables, queries of URLs. */
export function isForeignSecretName(name: string): boolean {
  return SECRET.test(
    lastPart(name)
      .replace(/^-+/, '')
      .replace(/^x-amz-/, ''),
  );
}

function lastPart(name: string): string {
  return name
    .slice(name.lastIndexOf('.') + 1)
    .toLowerCase()
    .replaceAll('_', '-');
}
