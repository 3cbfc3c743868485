package dev.dolmen.server.budget;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * When a new connection may begin. Those of an address whose connections were ended for what was
 * done on them begin one by one, as else a caller would only have to come back to do it again: what
 * is bounded on a connection is bounded over many. Connections that are open do not notice. Any
 * thread.
 *
 * <p>Of IPv6 the network of 64 bits counts, as whoever has one address of it may have all. The
 * addresses that were heard of last are known, {@link #ADDRESSES_MAX} of them.
 */
public final class AddressPace {
  /** Between the beginnings of two connections, and more for each that is ended. */
  static final long APART_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** The longest that a connection waits. */
  static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(5);

  static final int ADDRESSES_MAX = 10_000;

  private static final int NETWORK_BYTES = 8;

  private final LongSupplier nanos;

  /** The moment at which the next connection of an address may begin. */
  private final Map<Object, Long> next =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, Long> eldest) {
          return size() > ADDRESSES_MAX;
        }
      };

  /**
   * @param nanos monotonic time
   */
  public AddressPace(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** A connection of this address was ended for what was done on it. */
  public synchronized void ended(SocketAddress address) {
    long now = nanos.getAsLong();
    Object network = network(address);
    long free = next.getOrDefault(network, now);
    next.put(network, later(now, free - now > 0 ? free : now));
  }

  /**
   * A connection of this address has come.
   *
   * @return nanoseconds after which it may begin; 0 for at once
   */
  public synchronized long begin(SocketAddress address) {
    long now = nanos.getAsLong();
    Object network = network(address);
    Long free = next.get(network);
    if (free == null) {
      return 0;
    }
    if (free - now <= 0) {
      next.remove(network);
      return 0;
    }
    next.put(network, later(now, free));
    return free - now;
  }

  private static long later(long now, long free) {
    return now + Math.min(LONGEST_NANOS, free - now + APART_NANOS);
  }

  private static Object network(SocketAddress address) {
    InetAddress host = address instanceof InetSocketAddress inet ? inet.getAddress() : null;
    if (host instanceof Inet6Address) {
      return ByteBuffer.wrap(host.getAddress(), 0, NETWORK_BYTES).getLong();
    }
    return host == null ? address : host;
  }

  /** Addresses that are held. */
  synchronized int size() {
    return next.size();
  }
}
