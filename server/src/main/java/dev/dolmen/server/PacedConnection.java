package dev.dolmen.server;

import dev.dolmen.server.budget.ConnectionPace;
import io.micrometer.core.instrument.Counter;
import io.netty.channel.Channel;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** One connection to a port of gRPC or HTTP. Any thread. */
final class PacedConnection {
  private final Channel channel;
  private final LongSupplier nanos;
  private final Counter slowed;
  private final ConnectionPace pace;

  /**
   * @param nanos monotonic time
   * @param slowed counts how often one is not read for a while
   */
  PacedConnection(Channel channel, LongSupplier nanos, Counter slowed) {
    this.channel = channel;
    this.nanos = nanos;
    this.slowed = slowed;
    pace = new ConnectionPace(nanos.getAsLong());
  }

  /** A call of it was answered. */
  void answered() {
    pace.answered();
  }

  /** A call of it was refused: if that happens again and again, it is not read for a while. */
  void refused() {
    long wait = pace.refused(nanos.getAsLong());
    if (wait > 0) {
      channel.eventLoop().execute(() -> rest(wait));
    }
  }

  private void rest(long waitNanos) {
    if (channel.config().isAutoRead()) {
      slowed.increment();
      channel.config().setAutoRead(false);
      var _ =
          channel
              .eventLoop()
              .schedule(() -> channel.config().setAutoRead(true), waitNanos, TimeUnit.NANOSECONDS);
    }
  }

  void close() {
    var _ = channel.close();
  }
}
