package dev.dolmen.traffic.drill.cluster;

import dev.dolmen.v1.StatusResponse;
import java.util.List;
import java.util.Locale;

/**
 * What a member of the cluster holds, by its own word.
 *
 * @param name of the member
 * @param status with the hash of its parameters
 */
record HeldState(String name, StatusResponse status) {
  /**
   * What differs among members that should hold the same, with the whole log learned.
   *
   * @param exact whether servers are sent what the trainer holds to the bit; what is rounded on its
   *     way is the same at all servers, and not what the trainer holds
   * @param leader the trainer that leads
   * @return empty if nothing
   */
  static String difference(boolean exact, HeldState leader, List<HeldState> servers) {
    StringBuilder differs = new StringBuilder();
    if (leader.isBehindItsLog() || leader.hasNoHash()) {
      differs.append(leader.text());
    }
    for (HeldState server : servers) {
      HeldState alike = exact ? leader : servers.getFirst();
      if (server.isBehindItsLog()
          || server.hasNoHash()
          || !server.hasLearnedAs(leader)
          || server.parametersHash() != alike.parametersHash()) {
        differs.append(leader.text()).append(server.text());
      }
    }
    return differs.toString();
  }

  private boolean isBehindItsLog() {
    return status.getLearnedLogOffset() < status.getLogOffset();
  }

  /** Else all would be alike who do not say what they hold. */
  private boolean hasNoHash() {
    return parametersHash() == 0;
  }

  private boolean hasLearnedAs(HeldState other) {
    return status.getModelVersion() == other.status.getModelVersion()
        && status.getFeedbackEventsLearned() == other.status.getFeedbackEventsLearned();
  }

  private long parametersHash() {
    return status.getCluster().getParametersHash();
  }

  private String text() {
    return String.format(
        Locale.ROOT,
        "%s: batch %d, learned up to %d of %d, %d events, hash %x; ",
        name,
        status.getModelVersion(),
        status.getLearnedLogOffset(),
        status.getLogOffset(),
        status.getFeedbackEventsLearned(),
        parametersHash());
  }
}
