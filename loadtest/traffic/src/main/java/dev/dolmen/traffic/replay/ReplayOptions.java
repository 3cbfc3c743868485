package dev.dolmen.traffic.replay;

/**
 * How a dataset is replayed.
 *
 * @param speed multiple of real time; 0 as fast as the server takes it
 * @param slices slices of equal time over the whole, above 0
 * @param window events sent and not acknowledged at most
 * @param batch events of a message at most
 * @param probeIntervalMs pause between two freshness probes
 */
record ReplayOptions(double speed, int slices, int window, int batch, long probeIntervalMs) {}
