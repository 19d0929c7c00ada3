import { FilteredStream } from './filtered-stream.ts';
import { unixOffer } from './socket-ways.ts';
import { doubled } from './telnet-filter.ts';
import { MONITOR, plainWay, type Way } from './way.ts';

/** Ctrl-A, with which commands to a multiplexer begin; twice, it is itself (docs/system/mux-chardev). */
const ESCAPE = 0x01;

/** A unix socket behind a multiplexer, which several front ends could share. */
export const MUX: Way = {
  ...plainWay('mux', 'mux', (place) => {
    const offer = unixOffer(place, ',mux=on');
    const filter = { decode: (chunk: Buffer) => chunk, encode: (chunk: Buffer) => doubled(chunk, ESCAPE) };
    return {
      ...offer,
      open: async (process, patience, filename) => {
        const connect = await offer.open(process, patience, filename);
        return async (deadline) => new FilteredStream(await connect(deadline), filter);
      },
    };
  }),
  backends: ['mux', 'socket'],
  alters: ['escapes-01'],
};

/** A unix socket that shares a monitor with a file by way of a hub: what comes goes to both. */
export const HUB: Way = {
  ...plainWay('hub', 'hub', (place) => {
    const offer = unixOffer(place);
    const sockets = offer.chardevs.map((chardev) => chardev.replace(`id=${MONITOR}`, 'id=qmp-spoke'));
    const hub = `hub,id=${MONITOR},chardevs.0=qmp-spoke,chardevs.1=qmp-other`;
    return { ...offer, chardevs: [...sockets, `file,id=qmp-other,path=${place.name}/copy`, hub] };
  }),
  backends: ['hub', 'socket', 'file'],
};

/** A monitor that is an object (`-object monitor-qmp`) on a unix socket. */
export const OBJECT: Way = plainWay('object', 'socket', (place) => ({ ...unixOffer(place), asObject: true }));
