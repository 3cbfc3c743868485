package dev.dolmen.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.server.StandaloneServer;
import dev.dolmen.server.access.KeyFile;
import dev.dolmen.server.access.Role;
import dev.dolmen.server.config.ConfigException;
import dev.dolmen.server.config.DolmenConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** How commands find the key that they show, and where a server listens with keys and without. */
class ServerKeyTest {
  private static final String KEY = "dolmen_0123456789abcdef_" + "x".repeat(43);

  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void aCommandShowsTheKeyThatItIsGiven() throws Exception {
    Path data = directory.resolve("data");
    String admin = key(data, "operator", Role.ADMIN);
    String publisher = key(data, "shop", Role.PUBLISH);
    try (StandaloneServer server = StandaloneServer.start(config(data, Map.of()))) {
      String address = "127.0.0.1:" + server.port();
      assertThat(run("status", "--server", address, "--key-file", file(admin))).isZero();
      assertThat(run("snapshot", "create", "--server", address, "--key-file", file(admin)))
          .as(err::toString)
          .isZero();
      assertThat(run("status", "--server", address, "--key-file", file(publisher))).isEqualTo(1);
      assertThat(err.toString())
          .contains(
              address
                  + ": the key may not do that: dolmen.v1.AdminService/GetStatus needs the role"
                  + " admin; shop has publish");
      assertThat(run("status", "--server", address, "--key-file", file(KEY))).isEqualTo(1);
      assertThat(err.toString())
          .contains(address + ": the server asks for a key: the server does not know this key")
          .contains("the key of --key-file: ")
          .doesNotContain(KEY);
      assertThat(run("status", "--server", address)).isEqualTo(1);
      assertThat(err.toString())
          .contains("the call has no key")
          .contains("name one with --key-file");
    }
  }

  private static String key(Path data, String name, Role role) throws Exception {
    return new KeyFile("keys", data.resolve("keys"))
        .create(name, Set.of(role), Instant.EPOCH, null, new SecureRandom())
        .text();
  }

  private String file(String key) throws IOException {
    return Files.writeString(directory.resolve("key"), key + "\n").toString();
  }

  @Test
  void aKeyIsNotSentToOthersInPlainText() throws Exception {
    for (String target : List.of("10.0.0.1:7070", "shop.internal:7070", "[2001:db8::1]:7070")) {
      assertThat(run("status", "--server", target, "--key-file", file(KEY))).isEqualTo(2);
      assertThat(err.toString())
          .contains("not sent to " + target + ", as everybody on the way could read it")
          .doesNotContain(KEY);
      ServerKey key = new ServerKey(Map.of("DOLMEN_KEY", KEY));
      assertThatThrownBy(() -> key.interceptors(target, true))
          .hasMessageContaining("DOLMEN_KEY: not");
      assertThat(key.interceptors(target, false)).hasSize(1);
    }
    for (String target : List.of("127.0.0.1:1", "localhost:1", "[::1]:1")) {
      assertThat(new ServerKey(Map.of("DOLMEN_KEY", KEY)).interceptors(target, true)).hasSize(1);
    }
    assertThat(
            run("status", "--server", "10.0.0.1.invalid:1", "--insecure", "--key-file", file(KEY)))
        .isEqualTo(1);
  }

  @Test
  void itsPlaceIsWhereAShellLooksForIt() {
    assertThat(ServerKey.standardFile(Map.of("HOME", "/home/of")))
        .isEqualTo(Path.of("/home/of/.config/dolmen/key"));
    assertThat(ServerKey.standardFile(Map.of("HOME", "/home/of", "XDG_CONFIG_HOME", "/config")))
        .isEqualTo(Path.of("/config/dolmen/key"));
    assertThat(ServerKey.standardFile(Map.of()))
        .isEqualTo(Path.of(System.getProperty("user.home"), ".config/dolmen/key"));
  }

  /** Tests run on machines of people who have one. */
  @Test
  void noTestFindsTheKeyOfWhoeverRunsIt() {
    assertThat(System.getenv()).doesNotContainKeys("DOLMEN_KEY", "DOLMEN_KEY_FILE");
    assertThat(ServerKey.standardFile(System.getenv())).doesNotExist();
  }

  @Test
  void theKeyInItsPlaceIsTakenLastAndNeverRefused() throws Exception {
    Path configured = Files.createDirectories(directory.resolve("config/dolmen"));
    Map<String, String> environment = Map.of("XDG_CONFIG_HOME", directory + "/config");
    assertThat(new ServerKey(environment).interceptors("localhost:1", true)).isEmpty();
    Files.writeString(configured.resolve("key"), KEY);
    assertThat(new ServerKey(environment).interceptors("localhost:1", true)).hasSize(1);
    assertThat(new ServerKey(environment).interceptors("10.0.0.1:1", true)).isEmpty();
    assertThat(new ServerKey(environment).interceptors("10.0.0.1:1", false)).hasSize(1);
    Map<String, String> missing =
        Map.of("XDG_CONFIG_HOME", directory + "/config", "DOLMEN_KEY_FILE", directory + "/none");
    assertThatThrownBy(() -> new ServerKey(missing).interceptors("localhost:1", true))
        .hasMessageContaining("DOLMEN_KEY_FILE: " + directory + "/none: no such file");
    for (String bad : List.of("short", "two words of sixteen", KEY + "\n" + KEY)) {
      assertThatThrownBy(
              () -> new ServerKey(Map.of("DOLMEN_KEY", bad)).interceptors("localhost:1", true))
          .hasMessage("DOLMEN_KEY: expected one key, as dolmen key create prints it");
    }
  }

  /** 127.0.0.2 is this machine, too, but not the address that is listened on by default. */
  @Test
  void aServerThatAsksForNothingIsReachedByThisMachineAlone() throws Exception {
    Path data = directory.resolve("data");
    try (StandaloneServer server = StandaloneServer.start(config(data, Map.of()))) {
      assertThat(answers("127.0.0.1", server.port())).isTrue();
      assertThat(answers("127.0.0.2", server.port())).isFalse();
      assertThat(answers("127.0.0.2", server.metricsPort())).isFalse();
    }
    String unused = key(data, "shop", Role.READ);
    assertThat(unused).isNotEmpty();
    try (StandaloneServer server = StandaloneServer.start(config(data, Map.of()))) {
      assertThat(answers("127.0.0.2", server.port())).isTrue();
      assertThat(answers("127.0.0.2", server.metricsPort())).isTrue();
    }
  }

  private static boolean answers(String host, int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), 5_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "host: 0.0.0.0,server.host: 0.0.0.0",
    "host: '::',server.host: ::",
    "host: shop.internal,server.host: shop.internal",
    "metrics_host: 10.0.0.1,server.metrics_host: 10.0.0.1",
  })
  void aServerThatWouldBeOpenIsRefused(String setting, String said) throws Exception {
    Path data = directory.resolve("data");
    Path yaml = directory.resolve("dolmen.yaml");
    Files.writeString(yaml, yaml(data).replace("warm_up", setting + ", warm_up"));
    for (String command : List.of("config check", "serve --config")) {
      assertThat(run((command + " " + yaml).split(" ", -1))).isEqualTo(2);
      assertThat(err.toString())
          .contains(said + " is reached from other machines, and no key is asked for")
          .contains("dolmen key create NAME", "--insecure (server.access.insecure: true)");
    }
    assertThatThrownBy(() -> StandaloneServer.start(DolmenConfig.load(yaml, Map.of())))
        .hasMessageContaining(said);
    Files.writeString(
        yaml, Files.readString(yaml).replace("warm_up", "access: {insecure: true}, warm_up"));
    assertThat(run("config", "check", yaml.toString())).as(err::toString).isZero();
    Files.writeString(yaml, Files.readString(yaml).replace("insecure: true", "insecure: false"));
    assertThat(key(data, "shop", Role.READ)).isNotEmpty();
    assertThat(run("config", "check", yaml.toString())).as(err::toString).isZero();
  }

  private DolmenConfig config(Path data, Map<String, String> environment)
      throws IOException, ConfigException {
    return DolmenConfig.parse("test", yaml(data), environment);
  }

  private static String yaml(Path data) {
    return """
    data_directory: %s
    server: {port: 0, metrics_port: 0, warm_up: 0s}
    schema: {slots: [{name: item_id, kind: id}]}
    """
        .formatted(data);
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
