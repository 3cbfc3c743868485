package dev.dolmen.traffic.drill.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class CutProxyTest {
  private static final int SILENCE_MS = 200;

  @Test
  void whatIsSentWhileItIsCutArrivesWhenItIsWhole() throws Exception {
    InetAddress here = InetAddress.getLoopbackAddress();
    try (CutProxy network = new CutProxy();
        ServerSocket server = new ServerSocket(0, 1, here);
        Socket client = new Socket(here, network.leadTo(server.getLocalPort()));
        Socket served = server.accept()) {
      served.setSoTimeout(SILENCE_MS);
      client.getOutputStream().write(1);
      assertThat(served.getInputStream().read()).isEqualTo(1);
      served.getOutputStream().write(2);
      assertThat(client.getInputStream().read()).isEqualTo(2);
      network.cut();
      client.getOutputStream().write(3);
      assertThatThrownBy(() -> served.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      network.heal();
      served.setSoTimeout(0);
      assertThat(served.getInputStream().read()).isEqualTo(3);
      client.shutdownOutput();
      assertThat(served.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void answersOfASlowNetworkComeLateAndWhole() throws Exception {
    InetAddress here = InetAddress.getLoopbackAddress();
    try (CutProxy network = new CutProxy();
        ServerSocket server = new ServerSocket(0, 1, here);
        Socket client = new Socket(here, network.leadTo(server.getLocalPort()));
        Socket served = server.accept()) {
      network.answersLate(2 * SILENCE_MS);
      long asked = System.nanoTime();
      client.getOutputStream().write(1);
      assertThat(served.getInputStream().read()).isEqualTo(1);
      served.getOutputStream().write(new byte[] {2, 3});
      assertThat(client.getInputStream().readNBytes(2)).containsExactly(2, 3);
      assertThat(System.nanoTime() - asked)
          .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(2 * SILENCE_MS));
      network.answersLate(TimeUnit.HOURS.toMillis(1));
      client.getOutputStream().write(4);
      served.getOutputStream().write(5);
      client.setSoTimeout(SILENCE_MS);
      assertThatThrownBy(() -> client.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
    }
  }
}
