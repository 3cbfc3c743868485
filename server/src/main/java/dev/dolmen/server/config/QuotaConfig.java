package dev.dolmen.server.config;

import static java.util.Objects.requireNonNull;

import dev.dolmen.parameterstore.range.WholeRange;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What each principal may ask of the server.
 *
 * @param byDefault of a principal that has no quota of its own; each has it for itself
 * @param principals those that have
 */
public record QuotaConfig(Quota byDefault, List<Named> principals) {
  private static final WholeRange PER_SECOND = WholeRange.of(0, 1_000_000_000);
  private static final WholeRange AT_ONCE = WholeRange.of(0, 1_000_000);

  /** Copies the list. */
  public QuotaConfig {
    principals = List.copyOf(principals);
  }

  /**
   * A quota; 0 is no bound.
   *
   * @param requestsPerSecond request messages
   * @param eventsPerSecond events published
   * @param bytesPerSecond of request messages, after decompression
   * @param burst time for which what was not used is kept, to be used at once
   * @param concurrentCalls calls under way, streams included
   * @param concurrentStreams of them, those that send several requests
   */
  public record Quota(
      long requestsPerSecond,
      long eventsPerSecond,
      long bytesPerSecond,
      Duration burst,
      int concurrentCalls,
      int concurrentStreams) {
    /** No bound. */
    public static final Quota NONE = new Quota(0, 0, 0, Duration.ofSeconds(1), 0, 0);

    /** Whether nothing is bounded. */
    public boolean isOff() {
      return requestsPerSecond == 0
          && eventsPerSecond == 0
          && bytesPerSecond == 0
          && concurrentCalls == 0
          && concurrentStreams == 0;
    }
  }

  /**
   * One principal's.
   *
   * @param name of the principal
   */
  public record Named(String name, Quota quota) {}

  /** Whether nobody has a bound. */
  public boolean isOff() {
    return byDefault.isOff() && principals.stream().allMatch(named -> named.quota().isOff());
  }

  static QuotaConfig read(ConfigSection s) {
    Quota byDefault = requireNonNull(s.section("default", each -> quota(each, Quota.NONE)));
    List<Named> principals =
        s.has("principals")
            ? s.sections(
                "principals", each -> new Named(each.requiredText("name"), quota(each, byDefault)))
            : List.of();
    Set<String> names = new HashSet<>();
    for (Named named : principals) {
      if (!named.name().isEmpty() && !names.add(named.name())) {
        s.reject("principals", "\"" + named.name() + "\" twice: expected one quota a name");
      }
    }
    return new QuotaConfig(byDefault, principals);
  }

  /** What is left out is as in {@code other}. */
  private static Quota quota(ConfigSection s, Quota other) {
    return new Quota(
        s.count("requests_per_second", other.requestsPerSecond(), PER_SECOND),
        s.count("events_per_second", other.eventsPerSecond(), PER_SECOND),
        s.bytesOrNone(
            "bytes_per_second", other.bytesPerSecond(), WholeRange.of(1L << 10, 1L << 40)),
        s.duration("burst", other.burst(), Duration.ofMillis(10), Duration.ofHours(1)),
        s.integer("concurrent_calls", other.concurrentCalls(), AT_ONCE),
        s.integer("concurrent_streams", other.concurrentStreams(), AT_ONCE));
  }
}
