package dev.dolmen.trainer;

/**
 * A process among others, as of now.
 *
 * @param role "trainer" or "server"
 * @param epoch of the trainer that leads, as far as is known here; 0 before any is
 * @param leads whether it is this process
 * @param sync the newest sync that was sent, or applied
 * @param stalenessMs for how long the oldest record that is not learned has been known here
 * @param syncBytes of the parameter topic, sent or read
 * @param baseBytes of bases among them
 * @param refusedRecords of earlier epochs, left out
 * @param repeatedEvents of the log, left out as an event of their id had come before
 * @param applyCpuMs processor time that applying log and syncs took
 * @param syncDelayMs of the last sync that was applied, from the trainer's clock to this process'
 */
public record ClusterFigures(
    String role,
    long epoch,
    boolean leads,
    long sync,
    long stalenessMs,
    long syncBytes,
    long baseBytes,
    long refusedRecords,
    long repeatedEvents,
    long applyCpuMs,
    long syncDelayMs) {}
