package dev.dolmen.traffic.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FreePortsTest {
  /** The system gives the same one twice in some hundreds already. */
  @Test
  void noneIsGivenTwice() throws IOException {
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      ports.add(FreePorts.next());
    }
    assertThat(ports).doesNotHaveDuplicates();
  }
}
