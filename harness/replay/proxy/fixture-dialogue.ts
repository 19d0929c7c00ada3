/** An event that the dialogue has. */
export const STOP = '{"event": "STOP", "timestamp": {"seconds": 1, "microseconds": 2}}';
/** Another. */
export const RESUME = STOP.replace('STOP', 'RESUME');

/** A dialogue in which each misdeed of the fixture proxy shows. */
export const TRANSCRIPT = `---
id: wire/x
---
@0 -- opened
@0 <- {"QMP": {"version": {"qemu": {"micro": 0, "minor": 0, "major": 10}, "package": ""}, "capabilities": []}}
@0 -> {"execute": "qmp_capabilities"}
@0 <- {"return": {}}
@0 -> {"execute": "cont"}
@0 <- ${RESUME}
@0 <- {"return": {}}
@0 -> {"execute": "stop"}
@0 <- ${STOP}
@0 <- {"return": {}}
@0 -> {"execute": "query-name", "id": 1}
@0 -> {"execute": "query-kvm", "id": 2}
@0 <- {"return": {}, "id": 1}
@0 <- {"return": {"enabled": false, "present": true}, "id": 2}
@0 -> {"execute": "system_reset"}
@0 <- {"return": {}}
@0 -> {"execute": "query-status", "id": 3}
@0 <- {"return": {"status": "prelaunch", "running": false}, "id": 3}
@0 -- closed by the client
`;
