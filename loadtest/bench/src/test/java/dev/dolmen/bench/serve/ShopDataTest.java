package dev.dolmen.bench.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.trainer.catalog.CatalogOptions;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShopDataTest {
  private static CatalogOptions catalog(int items, Path folder, List<String> keys)
      throws Exception {
    Terminal nowhere = new Terminal(new PrintStream(new ByteArrayOutputStream()), false);
    ShopData data = new ShopData(new LargeShop(items, 1), 1, folder, nowhere);
    return DolmenConfig.parse("test", data.yaml(folder, keys, ""), Map.of()).engine().catalog();
  }

  /** The product refuses items beyond its defaults, and a smaller shop would be measured. */
  @ParameterizedTest
  @ValueSource(ints = {1_000, 2_000_000, 2_000_001, 20_000_000})
  void aServerHasRoomForTheWholeShop(int items, @TempDir Path folder) throws Exception {
    CatalogOptions options = catalog(items, folder, List.of("index: exact"));
    assertThat(options.maxItems()).isGreaterThanOrEqualTo(items);
    assertThat(options.index()).isNotEqualTo(CatalogOptions.defaults().index());
  }

  @Test
  void aShopThatFitsIsServedWithTheDefaults(@TempDir Path folder) throws Exception {
    assertThat(catalog(100_000, folder, List.of())).isEqualTo(CatalogOptions.defaults());
  }
}
