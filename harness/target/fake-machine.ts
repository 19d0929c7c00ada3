import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** For tests: a folder with programs that stand in for apt-get and dpkg-deb, first on PATH. */
export interface FakeMachine {
  readonly dir: string;
  readonly cache: string;
  /** Has the suite offer this version of QEMU. */
  offer(suite: string, version: string): void;
  /**
   * Has the suite offer a package besides that of the emulator.
   * @param programs paths of the programs in it, each of which is `script`
   */
  offerPackage(suite: string, name: string, fake: FakePackage): void;
  /**
   * Has the suite list QEMU's source package in this version; without `source` it is listed, and its files are not
   * there.
   */
  offerSource(suite: string, version: string, source?: FakeSource): void;
  /** Has `apt-get update` of the suite fail with this text, or `install` with `phase`. */
  fail(suite: string, text: string, phase?: 'update' | 'install'): void;
  /** Has unpacking wait for ever, until the returned FIFO is removed. */
  block(): string;
  /** The commands that apt-get got, `update stable`. */
  commands(): readonly string[];
  /** Puts PATH back and removes the folder. */
  remove(): void;
}

/** A package with programs. */
export interface FakePackage {
  readonly version: string;
  /** Paths of the programs, below the root; each of them is the script. */
  readonly programs: readonly string[];
  readonly script: string;
  /** Names of the packages that it depends on. */
  readonly depends?: readonly string[];
}

/** A source package: texts of files by path. */
export interface FakeSource {
  readonly files: Readonly<Record<string, string>>;
  readonly patches?: Readonly<Record<string, string>>;
}

/** A shell script that greets as QEMU of this version and says `arch` to whatever it is asked. */
export function fakeQemuScript(version: string, packaged = 'fake'): string {
  const [major, minor, micro] = version.split('.');
  const qemu = `{"major": ${major ?? 0}, "minor": ${minor ?? 0}, "micro": ${micro ?? 0}}`;
  return `#!/bin/sh
printf '{"QMP": {"version": {"qemu": ${qemu}, "package": "${packaged}"}, "capabilities": []}}\\r\\n' >&3
while read -r line <&3; do
  id=\${line##*'"id":'}
  printf '{"return": {"arch": "x86_64"}, "id": %s\\r\\n' "$id" >&3
done
`;
}

/** Writes an executable file. */
export function writeScript(path: string, text: string): void {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

/** apt-get: reads its suite and folders from the configuration that it is given, as the real one does. */
const APT_GET = `#!/bin/sh
fake=$(dirname "$0")/..
if [ "$1" = indextargets ]; then
  . /etc/os-release
  echo "file:/fake/|$VERSION_CODENAME|main|/none:1|$ID|$VERSION_CODENAME|own"
  exit 0
fi
work=$(dirname "$2")
suite=$(sed -n 's/^Suites: //p' "$work/sources/archive.sources")
for last; do case $last in
  update|install|source|download) phase=$last;;
  --simulate) simulate=yes;;
esac; done
version() { sed -n 's/^# version: //p' "$fake/$suite.package.$1"; }
fetch() { cp "$fake/$suite.package.$1" "$2/$1_$(version "$1")_amd64.deb"; }
if [ "$phase" = download ]; then
  for word; do case $word in
    qemu-*|lib*)
      [ -e "$fake/$suite.package.\${word%%=*}" ] || { echo "E: Unable to locate package $word" >&2; exit 100; }
      echo "download $word" >> "$fake/commands"
      fetch "\${word%%=*}" . ;;
  esac; done
  exit 0
fi
if [ "$simulate" = yes ]; then
  echo "Inst qemu-system-x86 (1:7.2 fake [amd64])"
  for word; do case $word in qemu-*) echo "Inst \${word%%=*} ($(version "\${word%%=*}") fake [amd64])";; esac; done
  exit 0
fi
case $* in *Check-Valid-Until=false*) phase=$phase-anyway;; esac
echo "$phase $suite" >> "$fake/commands"
if [ -e "$fake/$suite.$phase" ]; then cat "$fake/$suite.$phase" >&2; exit 100; fi
if [ "$phase" = install ]; then
  [ -e "$fake/$suite.version" ] || { echo 'E: Unable to locate package qemu-system-x86' >&2; exit 100; }
  echo 'Need to get 42 MB of archives.'
  cp "$fake/$suite.version" "$work/cache/archives/qemu-system-x86_1%3a7.2_amd64.deb"
  for word; do case $word in
    qemu-system-x86|qemu-utils) ;;
    qemu-*) fetch "\${word%%=*}" "$work/cache/archives";;
  esac; done
fi
if [ "$phase" = source ]; then
  echo 'Need to get 42 MB of source archives.'
  if [ -e "$fake/fifo" ]; then read -r word < "$fake/fifo"; fi
  cp "$fake/sources/$suite/$last/"* . && exit
  echo "E: Failed to fetch file:/fake/$last.dsc  404  Not Found" >&2
  exit 100
fi
exit 0
`;

/** apt-cache: lists what `offerSource` said, and what `offerPackage` did. */
const APT_CACHE = `#!/bin/sh
suite=$(sed -n 's/^Suites: //p' "$(dirname "$2")/sources/archive.sources")
if [ "$3" = show ]; then
  for name; do
    file=$(dirname "$0")/../$suite.package.$name
    [ -e "$file" ] || continue
    printf 'Package: %s\\nVersion: %s\\nDepends: %s\\n\\n' "$name" \\
      "$(sed -n 's/^# version: //p' "$file")" "$(sed -n 's/^# depends: //p' "$file")"
  done
  exit 0
fi
cat "$(dirname "$0")/../sources/$suite/records" 2>/dev/null
`;

/** apt's helper: no archive is compressed. */
const APT_HELPER = `#!/bin/sh
exec cat "$2"
`;

const DPKG_DEB = `#!/bin/sh
fake=$(dirname "$0")/..
mkdir -p "$3/usr/bin" "$3/usr/share/doc/qemu" "$3/usr/share/man/man1" "$3/usr/share/man/man7"
touch "$3/usr/share/man/man1/qemu.1.gz" "$3/usr/share/man/man7/qemu-cpu-models.7.gz"
touch "$3/usr/share/man/man7/qemu-qmp-ref.7.gz"
[ -e "$fake/fifo" ] && read -r word < "$fake/fifo"
for program in $(sed -n 's/^# programs: //p' "$2"); do
  mkdir -p "$3/$(dirname "$program")"
  cp "$2" "$3/$program"
  chmod +x "$3/$program"
  added=yes
done
[ "$added" = yes ] && exit 0
cp "$2" "$3/usr/bin/qemu-system-x86_64"
chmod +x "$3/usr/bin/qemu-system-x86_64"
`;

/** Makes a fake machine, and puts it first on PATH. */
export function makeFakeMachine(): FakeMachine {
  const dir = mkdtempSync(join(tmpdir(), 'fake-machine-'));
  const path = process.env['PATH'];
  mkdirSync(join(dir, 'bin'));
  writeScript(join(dir, 'bin', 'apt-get'), APT_GET);
  writeScript(join(dir, 'bin', 'apt-cache'), APT_CACHE);
  writeScript(join(dir, 'bin', 'apt-helper'), APT_HELPER);
  writeScript(join(dir, 'bin', 'dpkg-deb'), DPKG_DEB);
  process.env['PATH'] = `${join(dir, 'bin')}:${path ?? ''}`;
  return {
    dir,
    cache: join(dir, 'cache'),
    offer: (suite, version) => writeFileSync(join(dir, `${suite}.version`), fakeQemuScript(version)),
    offerPackage: (suite, name, { version, programs, script, depends = [] }) => {
      const [first, ...rest] = script.split('\n');
      const notes = [
        `# version: ${version}`,
        `# programs: ${programs.join(' ')}`,
        `# depends: ${depends.join(', ')}`,
      ];
      writeFileSync(join(dir, `${suite}.package.${name}`), [first, ...notes, ...rest].join('\n'));
    },
    offerSource: (suite, version, source) => writeFakeSource(join(dir, 'sources', suite), version, source),
    fail: (suite, text, phase = 'update') => writeFileSync(join(dir, `${suite}.${phase}`), text),
    block: () => {
      spawnSync('sh', ['-c', 'mkfifo "$0"', join(dir, 'fifo')]);
      return join(dir, 'fifo');
    },
    commands: () => readCommands(join(dir, 'commands')),
    remove: () => {
      process.env['PATH'] = path;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function readCommands(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').trim().split('\n');
  } catch {
    return [];
  }
}

function writeFakeSource(folder: string, version: string, source: FakeSource | undefined): void {
  const upstream = version.replace(/^[0-9]+:/, '').replace(/-[^-]*$/, '');
  const orig = `qemu_${upstream}.orig.tar.xz`;
  mkdirSync(folder, { recursive: true });
  const record = `Package: qemu\nVersion: ${version}\nChecksums-Sha256:\n ${'0'.repeat(64)} 1 ${orig}\n\n`;
  appendFileSync(join(folder, 'records'), record);
  if (source === undefined) return;
  const place = join(folder, `qemu=${version}`);
  writeTar(join(place, orig), `qemu-${upstream}`, source.files);
  const patches = Object.entries(source.patches ?? {});
  const named = Object.fromEntries(patches.map(([name, text]) => [`patches/${name}`, text]));
  const series = patches.map(([name]) => `${name}\n`).join('');
  writeTar(join(place, `qemu_${version}.debian.tar.xz`), 'debian', { 'patches/series': series, ...named });
}

function writeTar(path: string, top: string, files: Readonly<Record<string, string>>): void {
  const folder = mkdtempSync(join(tmpdir(), 'fake-tar-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, top, name)), { recursive: true });
    writeFileSync(join(folder, top, name), text);
  }
  mkdirSync(dirname(path), { recursive: true });
  spawnSync('tar', ['--create', `--file=${path}`, `--directory=${folder}`, top]);
  rmSync(folder, { recursive: true });
}
