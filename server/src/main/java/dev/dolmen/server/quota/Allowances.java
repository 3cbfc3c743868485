package dev.dolmen.server.quota;

import dev.dolmen.server.config.QuotaConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * What each principal has left. Those that the configuration names are always there; of others the
 * first {@link #OTHERS_MAX} are, each for itself. One that is idle is as good as new, so it makes
 * room; while none is, further principals share one quota. Any thread.
 */
final class Allowances {
  /** Tokens may have any number of subjects, and each takes some 300 bytes. */
  static final int OTHERS_MAX = 10_000;

  private static final String DEFAULT = "default";

  /** Between two looks for idle ones, as each looks at all. */
  private static final long SWEEP_NANOS = Duration.ofSeconds(1).toNanos();

  private final QuotaConfig config;
  private final LongSupplier nanos;
  private final Map<String, Allowance> named = new HashMap<>();
  private final ConcurrentHashMap<String, Allowance> others = new ConcurrentHashMap<>();
  private final Allowance rest;
  private final AtomicLong nextSweep;

  /**
   * @param nanos monotonic time
   */
  Allowances(QuotaConfig config, LongSupplier nanos) {
    this.config = config;
    this.nanos = nanos;
    long now = nanos.getAsLong();
    for (QuotaConfig.Named each : config.principals()) {
      String path = "server.quotas.principals[" + each.name() + "]";
      named.put(each.name(), new Allowance(each.name(), path, each.quota(), now));
    }
    rest = byDefault(now);
    nextSweep = new AtomicLong(now);
  }

  Allowance of(String principal) {
    Allowance known = named.get(principal);
    if (known == null && config.byDefault().isOff()) {
      return rest;
    }
    if (known == null) {
      known = others.get(principal);
    }
    return known == null ? add(principal, nanos.getAsLong()) : known;
  }

  /** Two threads may go a few beyond the maximum. */
  private Allowance add(String principal, long now) {
    if (others.size() >= OTHERS_MAX) {
      sweep(now);
    }
    return others.size() >= OTHERS_MAX
        ? rest
        : others.computeIfAbsent(principal, name -> byDefault(now));
  }

  /** A thread that holds one that goes uses it for the call it is at; the next has a new one. */
  private void sweep(long now) {
    long due = nextSweep.get();
    if (now - due >= 0 && nextSweep.compareAndSet(due, now + SWEEP_NANOS)) {
      others.values().removeIf(each -> each.isIdle(now));
    }
  }

  private Allowance byDefault(long now) {
    return new Allowance(DEFAULT, "server.quotas." + DEFAULT, config.byDefault(), now);
  }

  /** Principals that are held. */
  int size() {
    return named.size() + others.size();
  }
}
