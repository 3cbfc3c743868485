package dev.dolmen.bench.serve;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadClientTest {
  private static final int NOBODY_LISTENS = 1;

  /** It ends at the first step, as there is no server, and the second finds it so. */
  @Test
  void whatAProcessThatHasEndedSaidIsTold(@TempDir Path folder) throws Exception {
    LargeShop shop = new LargeShop(1_000, 1);
    try (LoadClient load = new LoadClient(NOBODY_LISTENS, shop, 1, folder.resolve("load.log"))) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> load.run(new LoadStep(0, 0, 1, 0)))
            .isInstanceOf(IOException.class)
            .hasMessageStartingWith("the load process has ended:\n")
            .hasMessageContaining("UNAVAILABLE");
      }
    }
  }
}
