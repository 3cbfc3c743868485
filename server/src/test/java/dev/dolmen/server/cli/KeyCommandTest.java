package dev.dolmen.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class KeyCommandTest {
  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void aKeyIsMadeShownOnceListedAndRevoked() throws Exception {
    String file = directory.resolve("keys").toString();
    assertThat(run("key", "create", "shop", "--roles", "read,publish", "--keys-file", file))
        .as(err::toString)
        .isZero();
    String key = out.toString().strip();
    assertThat(key).matches("dolmen_[0-9a-f]{16}_[A-Za-z0-9_-]{43}");
    assertThat(err.toString()).contains("shop may read, publish. Keep the key");

    assertThat(run("key", "list", "--keys-file", file)).isZero();
    assertThat(out.toString())
        .contains("shop", "read, publish", key.substring(7, 23), "never")
        .doesNotContain(key.substring(24));

    assertThat(
            run(
                "key",
                "create",
                "night",
                "--roles",
                "catalog",
                "--expires",
                "90d",
                "--json",
                "--keys-file",
                file))
        .isZero();
    JsonNode made = new ObjectMapper().readTree(out.toString());
    assertThat(made.path("key").asText()).startsWith("dolmen_" + made.path("id").asText());
    assertThat(made.path("roles").get(0).asText()).isEqualTo("catalog");
    assertThat(made.path("expires").asText()).endsWith("Z");

    assertThat(run("key", "list", "--json", "--keys-file", file)).isZero();
    assertThat(new ObjectMapper().readTree(out.toString()).path("keys")).hasSize(2);

    assertThat(run("key", "revoke", "shop", "--keys-file", file)).isZero();
    assertThat(run("key", "revoke", "shop", "--keys-file", file)).isEqualTo(1);
    assertThat(err.toString()).contains("shop: there is no such key");
    assertThat(run("key", "revoke", made.path("id").asText(), "--keys-file", file)).isZero();
    assertThat(Files.readString(Path.of(file))).isEmpty();
  }

  @Test
  void theConfigurationSaysWhereKeysAre() throws Exception {
    Path data = directory.resolve("data");
    Path config =
        Files.writeString(
            directory.resolve("c.yaml"),
            """
            data_directory: %s
            schema: {slots: [{name: item_id, kind: id}]}
            """
                .formatted(data));
    assertThat(run("key", "create", "a", "--roles", "read", "--config", config.toString()))
        .isZero();
    assertThat(data.resolve("keys")).isRegularFile();
    Path other = directory.resolve("other");
    assertThat(
            run(
                "key",
                "create",
                "a",
                "--roles",
                "read",
                "--config",
                config.toString(),
                "--data",
                other.toString()))
        .isZero();
    assertThat(other.resolve("keys")).isRegularFile();

    Path named = directory.resolve("named");
    Files.writeString(
        config, Files.readString(config) + "server: {access: {keys_file: " + named + "}}\n");
    assertThat(run("config", "check", config.toString())).isEqualTo(2);
    assertThat(err.toString())
        .contains("server.access.keys_file: " + named + ": no such file: make it with dolmen key");
    assertThat(run("serve", "--config", config.toString())).isEqualTo(2);
    assertThat(run("key", "create", "a", "--roles", "read", "--config", config.toString()))
        .isZero();
    assertThat(run("config", "check", config.toString())).as(err::toString).isZero();
    Files.writeString(named, "{");
    assertThat(run("config", "check", config.toString())).isEqualTo(2);
    assertThat(err.toString()).contains(named + ": line 1: not a JSON object");
  }

  @Test
  void whatIsNotValidExitsWith2() {
    String file = directory.resolve("keys").toString();
    assertThat(run("key", "create", "shop", "--roles", "reed", "--keys-file", file)).isEqualTo(2);
    assertThat(err.toString())
        .contains("--roles: reed, expected some of read, publish, catalog, admin");
    assertThat(run("key", "create", "shop", "--keys-file", file)).isEqualTo(2);
    assertThat(
            run("key", "create", "shop", "--roles", "read", "--expires", "x", "--keys-file", file))
        .isEqualTo(2);
    assertThat(err.toString()).contains("--expires: x, expected a duration");
    assertThat(run("key", "create", "a b", "--roles", "read", "--keys-file", file)).isEqualTo(2);
    assertThat(err.toString()).contains("NAME: \"a b\": expected 1 to 64 letters");
    assertThat(run("key", "list", "--keys-file", file)).isEqualTo(1);
    assertThat(err.toString()).contains("--keys-file: " + file + ": no such file");
  }

  private int run(String... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    CommandLine line = DolmenCommand.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(args);
  }
}
