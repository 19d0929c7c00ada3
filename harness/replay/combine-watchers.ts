import type { DialogueWatcher } from './dialogue-watcher.ts';

/** One watcher that tells all of them, in their order. */
export function combineWatchers(watchers: readonly DialogueWatcher[]): DialogueWatcher {
  return {
    ready: async (pid) => {
      for (const watcher of watchers) await watcher.ready?.(pid);
    },
    opened: (...told) => watchers.forEach((watcher) => watcher.opened?.(...told)),
    closed: (...told) => watchers.forEach((watcher) => watcher.closed?.(...told)),
    before: async (message) => {
      for (const watcher of watchers) await watcher.before?.(message);
    },
    sent: (...told) => watchers.forEach((watcher) => watcher.sent?.(...told)),
    came: (message) => watchers.forEach((watcher) => watcher.came?.(message)),
    compared: (...told) => watchers.forEach((watcher) => watcher.compared?.(...told)),
    missed: (finding) => watchers.forEach((watcher) => watcher.missed?.(finding)),
  };
}
