package dev.dolmen.traffic.drill.cluster;

import java.util.List;

/**
 * What starts and fail-overs took; trials add to it.
 *
 * @param readyMs of each start of a server that nothing held up, from its process' start until it
 *     takes feedback
 * @param failoverMs of each trainer that was killed or stopped, until another leads
 */
record RecoveryTimes(List<Long> readyMs, List<Long> failoverMs) {}
