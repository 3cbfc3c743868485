package dev.dolmen.server.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows come out as they went in, and what is malformed is named by file, line and column. */
class AtomicFileReaderTest {
  @TempDir Path folder;

  private Path file(String name, String text) throws IOException {
    return Files.write(folder.resolve(name), text.getBytes(StandardCharsets.UTF_8));
  }

  private Path gzipped(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }

  private static void readAll(Path file, int number) throws IOException {
    try (AtomicFileReader in = AtomicFileReader.open(file)) {
      while (in.next()) {
        in.number(number);
      }
    }
  }

  @Test
  void readsEveryTypeOfField() throws IOException {
    Path file = file("a.item", "id:token\twords:token_seq\tx:float\n7\tred  big\t-1.5e3\n8\t\t\n");
    try (AtomicFileReader in = AtomicFileReader.open(file)) {
      assertThat(in.next()).isTrue();
      assertThat(in.token(0)).isEqualTo("7");
      assertThat(in.tokens(1)).containsExactly("red", "big");
      assertThat(in.number(2)).isEqualTo(-1500);
      assertThat(in.next()).isTrue();
      assertThat(in.tokens(1)).isEmpty();
      assertThat(in.number(2)).isNaN();
      assertThat(in.line()).isEqualTo(3);
      assertThat(in.next()).isFalse();
    }
  }

  @Test
  void readsGzipLikePlainText() throws IOException {
    try (AtomicFileReader in = AtomicFileReader.open(gzipped("a.item.gz", "id:token\nä\n"))) {
      assertThat(in.next()).isTrue();
      assertThat(in.token(0)).isEqualTo("ä");
    }
  }

  @Test
  void namesFileLineAndColumnOfABadNumber() throws IOException {
    Path file = file("a.inter", "id:token\ttimestamp:float\n1\t2\n1\ttwo\n");
    assertThatThrownBy(() -> readAll(file, 1))
        .isInstanceOf(MalformedDataException.class)
        .hasMessage(file + ", line 3, column 2 (timestamp): \"two\", expected a finite number")
        .satisfies(e -> {
          MalformedDataException malformed = (MalformedDataException) e;
          assertThat(malformed.file()).isEqualTo(file.toString());
          assertThat(malformed.line()).isEqualTo(3);
          assertThat(malformed.column()).isEqualTo(2);
        });
  }

  @Test
  void refusesNumbersThatAreNotFinite() throws IOException {
    for (String value : new String[] {"NaN", "Infinity", "1e999"}) {
      Path file = file("a.inter", "id:token\tx:float\n1\t" + value + "\n");
      assertThatThrownBy(() -> readAll(file, 1)).hasMessageContaining("line 2, column 2 (x)");
    }
  }

  @Test
  void refusesRowsOfAnotherLength() throws IOException {
    Path few = file("few.inter", "a:token\tb:float\tc:float\n1\t2\t3\n1\t2\n");
    assertThatThrownBy(() -> readAll(few, 1))
        .hasMessageStartingWith(few + ", line 3, column 2 (b): ")
        .hasMessageEndingWith("expected 3");
    Path many = file("many.inter", "a:token\tb:float\n1\t2\t3\n");
    assertThatThrownBy(() -> readAll(many, 1)).hasMessageStartingWith(many + ", line 2, column 3");
    Path blank = file("blank.inter", "a:token\tb:float\n\n3\n");
    assertThatThrownBy(() -> readAll(blank, 1)).hasMessageContaining("line 3, column 1 (a)");
  }

  @Test
  void refusesHeadersThatDeclareNothing() throws IOException {
    for (String header : new String[] {"", "id\tx:float", "id:token\tx:double", ":token"}) {
      Path file = file("a.inter", header + "\n");
      assertThatThrownBy(() -> AtomicFileReader.open(file))
          .isInstanceOf(MalformedDataException.class)
          .hasMessageContaining("line 1");
    }
    Path twice = file("b.inter", "id:token\tid:float\n");
    assertThatThrownBy(() -> AtomicFileReader.open(twice))
        .hasMessageContaining("line 1, column 2 (id)");
  }

  @Test
  void refusesAnEmptyToken() throws IOException {
    try (AtomicFileReader in = AtomicFileReader.open(file("a.inter", "id:token\tx:float\n\t1\n"))) {
      in.next();
      assertThatThrownBy(() -> in.token(0)).hasMessageContaining("line 2, column 1 (id): empty");
    }
  }

  @Test
  void refusesBytesThatAreNotText() throws IOException {
    Path file = folder.resolve("a.inter");
    Files.write(file, new byte[] {'i', 'd', ':', 't', 'o', 'k', 'e', 'n', '\n', (byte) 0xff, '\n'});
    assertThatThrownBy(() -> readAll(file, 0)).hasMessageContaining("not UTF-8");
  }

  @Test
  void refusesWhatIsNoGzipFileAndWhatIsCutOff() throws IOException {
    Path plain = file("a.inter.gz", "id:token\n1\n");
    assertThatThrownBy(() -> AtomicFileReader.open(plain)).hasMessageContaining("not a gzip file");
    Path whole = gzipped("b.inter.gz", "id:token\tx:float\n" + "1\t2\n".repeat(50_000));
    byte[] bytes = Files.readAllBytes(whole);
    Path cut = folder.resolve("c.inter.gz");
    Files.write(cut, java.util.Arrays.copyOf(bytes, bytes.length - 20));
    assertThatThrownBy(() -> readAll(cut, 1))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("damaged gzip data");
  }
}
