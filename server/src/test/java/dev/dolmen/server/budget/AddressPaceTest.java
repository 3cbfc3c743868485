package dev.dolmen.server.budget;

import static dev.dolmen.server.budget.AddressPace.APART_NANOS;
import static dev.dolmen.server.budget.AddressPace.LONGEST_NANOS;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** When connections begin, by a clock that stands still. */
class AddressPaceTest {
  private final AtomicLong clock = new AtomicLong(-APART_NANOS / 2); // Goes through zero.
  private final AddressPace pace = new AddressPace(clock::get);

  private static SocketAddress address(String host, int port) throws Exception {
    return new InetSocketAddress(InetAddress.getByName(host), port);
  }

  @Test
  void whoDoesNothingWrongDoesNotWait() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      assertThat(pace.begin(address("192.0.2.1", i))).isZero();
    }
    assertThat(pace.size()).isZero();
  }

  @Test
  void whoComesBackBeginsOneByOneAndOthersDoNotWait() throws Exception {
    pace.ended(address("192.0.2.1", 1));
    for (int i = 1; i <= 3; i++) {
      assertThat(pace.begin(address("192.0.2.1", 1 + i))).isEqualTo(i * APART_NANOS);
    }
    assertThat(pace.begin(address("192.0.2.2", 1))).isZero();
    clock.addAndGet(2 * APART_NANOS);
    assertThat(pace.begin(address("192.0.2.1", 9))).isEqualTo(2 * APART_NANOS);
    clock.addAndGet(3 * APART_NANOS);
    assertThat(pace.begin(address("192.0.2.1", 10))).as("all is past").isZero();
    assertThat(pace.size()).isZero();
  }

  @Test
  void eachThatIsEndedMakesTheNextWaitLongerAndNoneForEver() throws Exception {
    for (int i = 0; i < 4; i++) {
      pace.ended(address("192.0.2.1", i));
    }
    assertThat(pace.begin(address("192.0.2.1", 5))).isEqualTo(4 * APART_NANOS);
    for (int i = 0; i < 1_000; i++) {
      pace.ended(address("192.0.2.1", i));
    }
    assertThat(pace.begin(address("192.0.2.1", 6))).isEqualTo(LONGEST_NANOS);
    assertThat(pace.begin(address("192.0.2.1", 7))).isEqualTo(LONGEST_NANOS);
  }

  @Test
  void anotherAddressOfOneNetworkIsTheSameCaller() throws Exception {
    pace.ended(address("2001:db8:0:1::1", 1));
    assertThat(pace.begin(address("2001:db8:0:1:ffff::2", 1))).isEqualTo(APART_NANOS);
    assertThat(pace.begin(address("2001:db8:0:2::1", 1))).isZero();
  }

  @Test
  void addressesAreBounded() throws Exception {
    for (int i = 0; i < AddressPace.ADDRESSES_MAX + 10; i++) {
      pace.ended(
          new InetSocketAddress(
              InetAddress.getByAddress(
                  new byte[] {10, (byte) (i >> 16), (byte) (i >> 8), (byte) i}),
              1));
    }
    assertThat(pace.size()).isEqualTo(AddressPace.ADDRESSES_MAX);
    assertThat(pace.begin(address("10.0.0.9", 1))).as("the oldest").isZero();
    assertThat(pace.begin(address("10.0.0.10", 1))).isEqualTo(APART_NANOS);
  }
}
