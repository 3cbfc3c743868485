package dev.dolmen.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.server.reload.UnusableFileException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the file of keys holds, and how a server takes it when it changes, look by look. */
@SuppressWarnings("NullAway.Init")
class KeyFileTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final String GOOD =
      "{\"id\":\"0123456789abcdef\",\"name\":\"shop\",\"roles\":[\"read\"],\"salt\":\""
          + "00".repeat(16)
          + "\",\"hash\":\""
          + "00".repeat(32)
          + "\",\"created\":\"2026-03-01T12:00:00Z\"}";

  @TempDir Path folder;
  private final SecureRandom random = new SecureRandom();
  private Path path;
  private KeyFile file;
  private Instant now = NOW;

  @BeforeEach
  void name() {
    path = folder.resolve("keys");
    file = new KeyFile("server.access.keys_file", path);
  }

  @Test
  void aKeyIsKeptAsAHashForTheUserAlone() throws Exception {
    KeyText key = file.create("shop", Set.of(Role.PUBLISH, Role.READ), NOW, null, random);
    assertThat(key.text()).matches("dolmen_[0-9a-f]{16}_[A-Za-z0-9_-]{43}");
    assertThat(KeyText.parse(key.text())).contains(key);
    assertThat(key.toString()).doesNotContain(key.secret());
    assertThat(Files.readString(path))
        .contains("\"name\":\"shop\",\"roles\":[\"read\",\"publish\"]", key.id())
        .doesNotContain(key.secret());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
    assertThat(file.keys()).hasSize(1);
    assertThat(file.create("other", Set.of(Role.ADMIN), NOW, NOW.plusSeconds(9), random).secret())
        .isNotEqualTo(key.secret());
    assertThat(file.keys()).extracting(k -> k.principal().name()).containsExactly("shop", "other");
    assertThat(file.keys().getLast().expires()).contains(NOW.plusSeconds(9));
  }

  @Test
  void namesAreNamesAndOnlyOnce() throws Exception {
    file.create("shop", Set.of(Role.READ), NOW, null, random);
    assertThatThrownBy(() -> file.create("shop", Set.of(Role.READ), NOW, null, random))
        .hasMessageContaining("there is a key of the name shop in " + path);
    for (String bad : List.of("", "a b", "-a", "a\nb", "a".repeat(65))) {
      assertThatThrownBy(() -> file.create(bad, Set.of(Role.READ), NOW, null, random))
          .hasMessageContaining("expected 1 to 64 letters");
    }
    assertThatThrownBy(() -> file.create("x", Set.of(), NOW, null, random))
        .hasMessageContaining("expected some of read, publish, catalog, admin");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"id\"|line 2: not a JSON object",
        "[]|line 2: not a JSON object",
        "\"shop\",|line 2: not a JSON object",
        "\"id\":\"0123456789abcdef\"|line 2: id: expected 16 hexadecimal digits",
        "\"name\":\"shop\"|line 2: name: expected 1 to 64 letters",
        "[\"read\"]|line 2: roles: expected a list of read, publish, catalog, admin",
        "\"created\":\"2026-03-01T12:00:00Z\"|line 2: created: expected a time such as",
        "\"salt\"|line 2: a field that is none of [created, expires,",
      })
  void whatIsWrongIsNamedByItsLine(String replaced, String message) throws Exception {
    String bad =
        switch (replaced) {
          case "{\"id\"" -> GOOD.replace("{", "");
          case "[]" -> "[]";
          case "\"shop\"," -> GOOD.replace("\"shop\",", "\"shop\"");
          case "\"salt\"" -> GOOD.replace("\"salt\"", "\"sald\"");
          case "[\"read\"]" -> GOOD.replace("[\"read\"]", "[]");
          default -> GOOD.replace(replaced, replaced.replaceAll(":\".*", ":\"!\""));
        };
    Files.writeString(path, "# keys\n" + bad + "\n");
    assertThatThrownBy(file::keys)
        .isInstanceOf(UnusableFileException.class)
        .hasMessageContaining("server.access.keys_file: " + path + ": " + message);
  }

  @Test
  void twoOfOneNameAreRefused() throws Exception {
    Files.writeString(path, GOOD + "\n" + GOOD.replace("0123456789abcdef", "0".repeat(16)) + "\n");
    assertThatThrownBy(file::keys).hasMessageContaining("line 2: name: expected one that no other");
    Files.writeString(path, GOOD + "\n" + GOOD.replace("shop", "other") + "\n");
    assertThatThrownBy(file::keys).hasMessageContaining("line 2: id: expected one that no other");
  }

  @Test
  void aFileThatOthersMayWriteIsRefused() throws Exception {
    file.create("shop", Set.of(Role.READ), NOW, null, random);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-r--"));
    assertThatThrownBy(file::keys)
        .hasMessageContaining(path + ": others may write it: close it with chmod go-w " + path);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("r--r--r--"));
    assertThat(file.keys()).hasSize(1);
  }

  @Test
  void aServerTakesKeysThatAreMadeAndRevokedUnderIt() throws Exception {
    try (ApiKeys keys = new ApiKeys(file, false, () -> now)) {
      assertThat(keys.exist()).isFalse();
      KeyText key = file.create("shop", Set.of(Role.READ), NOW, NOW.plusSeconds(60), random);
      keys.look();
      assertThat(keys.exist()).isTrue();
      Proof proof = keys.prove(key);
      assertThat(proof.principal()).isEqualTo(new Principal("shop", Set.of(Role.READ)));
      assertThat(proof.ended()).isNull();

      now = NOW.plusSeconds(60);
      assertThat(proof.ended()).hasMessageContaining("the key of shop expired at 2026-03-01T12:01");
      assertThatThrownBy(() -> keys.prove(key)).hasMessageContaining("expired");
      now = NOW;
      assertThat(file.revoke("shop")).isPresent();
      keys.look();
      assertThat(proof.ended()).hasMessageContaining("the key of shop was revoked");
      assertThatThrownBy(() -> keys.prove(key)).hasMessageContaining("does not know this key");
      assertThat(keys.exist()).isTrue();
    }
  }

  @Test
  void aFileThatGoesAwayTakesNoKeyAway() throws Exception {
    KeyText key = file.create("shop", Set.of(Role.READ), NOW, null, random);
    try (ApiKeys keys = new ApiKeys(file, true, () -> now)) {
      Files.delete(path);
      keys.look();
      keys.look();
      assertThat(keys.prove(key).ended()).isNull();
      Files.writeString(path, "");
      keys.look();
      assertThatThrownBy(() -> keys.prove(key)).hasMessageContaining("does not know this key");
    }
  }

  @Test
  void anIdWithAnotherSecretIsNotKnown() throws Exception {
    KeyText key = file.create("shop", Set.of(Role.READ), NOW, null, random);
    try (ApiKeys keys = new ApiKeys(file, true, () -> now)) {
      KeyText other = new KeyText(key.id(), KeyText.random(random).secret());
      KeyText none = new KeyText("0".repeat(16), key.secret());
      for (KeyText wrong : List.of(other, none)) {
        assertThatThrownBy(() -> keys.prove(wrong))
            .isInstanceOf(Refusal.class)
            .hasMessageContaining("does not know this key")
            .hasMessageNotContaining(wrong.secret());
      }
    }
  }

  /**
   * As Kubernetes swaps a secret: keys leads to ..data/keys, and ..data to a directory by turns.
   */
  @Test
  void aMountedSecretIsSwappedAsAWhole() throws Exception {
    Path first = Files.createDirectory(folder.resolve("..first"));
    Path second = Files.createDirectory(folder.resolve("..second"));
    KeyText one = create(first.resolve("keys"), "one");
    KeyText two = create(second.resolve("keys"), "two");
    Path data = folder.resolve("..data");
    Files.createSymbolicLink(data, first.getFileName());
    Files.createSymbolicLink(path, Path.of("..data", "keys"));
    Files.setPosixFilePermissions(
        second.resolve("keys"), PosixFilePermissions.fromString("r--r--r--"));
    try (ApiKeys keys = new ApiKeys(file, true, () -> now)) {
      assertThat(keys.prove(one).principal().name()).isEqualTo("one");
      Files.delete(data);
      Files.createSymbolicLink(data, second.getFileName());
      keys.look();
      assertThat(keys.prove(two).principal().name()).isEqualTo("two");
      assertThatThrownBy(() -> keys.prove(one)).isInstanceOf(Refusal.class);
    }
    file.create("three", Set.of(Role.READ), NOW, null, random);
    assertThat(Files.isSymbolicLink(path)).isTrue();
    assertThat(new KeyFile("keys", second.resolve("keys")).keys()).hasSize(2);
  }

  private KeyText create(Path where, String name) throws Exception {
    return new KeyFile("keys", where).create(name, Set.of(Role.READ), NOW, null, random);
  }

  @Test
  void aFileThatIsNamedHasToBeThere() {
    assertThatThrownBy(() -> new ApiKeys(file, true, () -> now))
        .hasMessageContaining(path + ": no such file: make it with dolmen key create");
  }
}
