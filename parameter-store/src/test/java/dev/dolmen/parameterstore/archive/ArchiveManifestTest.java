package dev.dolmen.parameterstore.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArchiveManifestTest {
  private static final String HASH = "ab".repeat(32);
  private static final ArchiveManifest MANIFEST =
      new ArchiveManifest(
          "0000000000000002-0000000000000009",
          List.of(
              new ArchiveManifest.Piece("0000000000000001-00000005", "manifest", 7, HASH),
              new ArchiveManifest.Piece("0000000000000002-0000000000000009", "a_-b.zst", 0, HASH)));

  @Test
  void isReadAsItWasWritten() throws Exception {
    assertThat(ArchiveManifest.parse("k", MANIFEST.format())).isEqualTo(MANIFEST);
    assertThat(MANIFEST.bytes()).isEqualTo(7);
    assertThat(MANIFEST.base()).isEqualTo("0000000000000001-00000005");
  }

  @Test
  void everyChangedBitAndEveryCutIsNoticed() {
    byte[] whole = MANIFEST.format();
    for (int i = 0; i < whole.length; i++) {
      byte[] changed = whole.clone();
      changed[i] ^= 4;
      assertThatThrownBy(() -> ArchiveManifest.parse("k", changed))
          .isInstanceOf(DamagedArchiveException.class);
      byte[] cut = java.util.Arrays.copyOf(whole, i);
      assertThatThrownBy(() -> ArchiveManifest.parse("k", cut))
          .isInstanceOf(DamagedArchiveException.class);
    }
  }

  /** Whoever can write to the store cannot write elsewhere by it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "id x\npiece ../x/manifest 1 HASH\n",
        "id x\npiece x/../manifest 1 HASH\n",
        "id x\npiece x/.. 1 HASH\n",
        "id x\npiece /etc/passwd 1 HASH\n",
        "id ../x\npiece x/manifest 1 HASH\n",
        "id x\npiece x/manifest -1 HASH\n",
        "id x\npiece x/manifest 99999999 HASH\n",
        "id x\npiece x/manifest 1 ../../HASH\n",
        "id x\npiece x/manifest 1\n",
        "id x\n",
        "",
        "id x\nother x/manifest 1 HASH\n"
      })
  void namesThatLeadElsewhereAreRefused(String lines) {
    String body = "dolmen-archive 1\n" + lines.replace("HASH", HASH);
    CRC32C crc = new CRC32C();
    crc.update(body.getBytes(StandardCharsets.US_ASCII));
    String text = body + "crc32c " + Long.toHexString(crc.getValue()) + "\n";
    assertThatThrownBy(() -> ArchiveManifest.parse("k", text.getBytes(StandardCharsets.US_ASCII)))
        .isInstanceOf(DamagedArchiveException.class)
        .hasMessageStartingWith("k: cannot be read");
  }
}
