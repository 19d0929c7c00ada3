/**
 * Deeper values are reported instead of compared: the walk takes several frames of the stack for each level. QMP's own
 * messages have less than thirty levels.
 */
export const MAX_COMPARED_LEVELS = 128;
