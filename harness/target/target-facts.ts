import { isJsonObject, type JsonValue } from '../json/value.ts';
import type { Incoming, QmpConnection } from '../qmp/connection.ts';
import type { Deadline } from '../qmp/deadline.ts';
import type { TargetFacts } from '../results/verdict.ts';
import type { Endpoint } from './connect-endpoint.ts';
import type { Policy } from './policies.ts';
import type { Accelerator, QemuBinary } from './qemu-binary.ts';

/** Facts of a QEMU that we start. `schema` names the schema that judges it. */
export function factsOfBinary(
  binary: QemuBinary,
  accelerator: Accelerator,
  schema: string,
  policy?: Policy,
): TargetFacts {
  const { version, architecture, path, digest } = binary;
  const name = `${version} ${architecture} ${accelerator}`;
  return {
    name: policy === undefined ? name : `${name} ${policy.name}`,
    kind: 'qemu',
    version,
    package: binary.package,
    architecture,
    accelerator,
    where: path,
    digest,
    schema,
    ...(policy && { policy: policy.compat }),
  };
}

/** Facts of a server that somebody else started. `schema` names the schema that judges it. */
export function factsOfEndpoint(endpoint: Endpoint, machine: EndpointMachine, schema: string): TargetFacts {
  const { version, package: packaged } = endpoint.greeting;
  const { architecture, accelerator } = machine;
  const name = `${version} ${architecture} ${accelerator}`;
  const where = endpoint.address;
  return { name, kind: 'endpoint', version, package: packaged, architecture, accelerator, where, schema };
}

/** What an endpoint runs; `unknown` where it does not say, as a storage daemon does not. */
export interface EndpointMachine {
  readonly architecture: string;
  readonly accelerator: string;
}

/** Asks an endpoint, after capabilities negotiation, what it runs. */
export async function askMachine(connection: QmpConnection, deadline?: Deadline): Promise<EndpointMachine> {
  const target = await connection.execute('query-target', undefined, deadline);
  const kvm = await connection.execute('query-kvm', undefined, deadline);
  const architecture = returned(target, 'arch');
  const enabled = returned(kvm, 'enabled');
  return {
    architecture: typeof architecture === 'string' ? architecture : 'unknown',
    accelerator: enabled === true ? 'kvm' : enabled === false ? 'tcg' : 'unknown',
  };
}

function returned({ value }: Incoming, member: string): JsonValue | undefined {
  const result = isJsonObject(value) ? value['return'] : undefined;
  return isJsonObject(result) ? result[member] : undefined;
}
