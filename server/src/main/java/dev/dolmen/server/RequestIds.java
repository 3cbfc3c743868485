package dev.dolmen.server;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Ids of responses: 64 random bits of the process, then a counter, so that no two are alike, not
 * even of two runs. They are not secret.
 */
final class RequestIds implements Supplier<String> {
  private final String prefix = Long.toUnsignedString(new SecureRandom().nextLong(), 36) + "-";
  private final AtomicLong next = new AtomicLong();

  @Override
  public String get() {
    return prefix + Long.toString(next.incrementAndGet(), 36);
  }
}
