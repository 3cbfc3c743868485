package dev.dolmen.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.server.Version;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CommandLineTest {
  private static final String MINIMAL =
      """
      schema:
        slots:
          - {name: item_id, kind: id}
          - {name: category, kind: category}
      """;

  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void everyCommandExplainsItself() {
    explains(DolmenCommand.commandLine(), "dolmen");
  }

  private static void explains(CommandLine command, String path) {
    String help = command.getUsageMessage(CommandLine.Help.Ansi.OFF);
    assertThat(command.getCommandSpec().usageMessage().description()).as(path).isNotEmpty();
    assertThat(help).as(path).contains("Usage: ");
    command
        .getSubcommands()
        .forEach((name, sub) -> {
          if (!name.equals("help")) {
            explains(sub, path + " " + name);
          }
        });
  }

  @Test
  void everyCommandSaysWhichProgramItIs() {
    CommandLine root = DolmenCommand.commandLine();
    int[] asked = new int[1];
    saysVersion(root, asked);
    assertThat(asked[0]).as("commands with -V").isGreaterThan(30);
  }

  private static void saysVersion(CommandLine command, int[] asked) {
    if (command.getCommandSpec().optionsMap().containsKey("-V")) {
      asked[0]++;
      StringWriter said = new StringWriter();
      command.setOut(new PrintWriter(said, true));
      assertThat(command.execute("-V")).as(command.getCommandName()).isZero();
      assertThat(said.toString())
          .as(command.getCommandSpec().qualifiedName())
          .startsWith("dolmen " + Version.text() + System.lineSeparator())
          .contains("Java " + Runtime.version());
    }
    command.getSubcommands().values().forEach(below -> saysVersion(below, asked));
  }

  @Test
  void theSampleIsValid() throws Exception {
    assertThat(run("config", "sample")).isZero();
    Path file = Files.writeString(directory.resolve("sample.yaml"), out.toString());
    assertThat(run("config", "check", file.toString())).isZero();
    assertThat(out.toString()).contains("valid, 9 slots");
    assertThat(run("model", "describe", "--config", file.toString())).isZero();
    assertThat(out.toString()).contains("dense parameters");
  }

  @Test
  void whatIsNotValidExitsWith2() throws Exception {
    Path bad = Files.writeString(directory.resolve("bad.yaml"), "sever: {port: 1}\n" + MINIMAL);
    for (String[] command :
        List.of(
            new String[] {"config", "check", bad.toString()},
            new String[] {"serve", "--config", bad.toString()})) {
      assertThat(run(command)).isEqualTo(2);
      assertThat(err.toString()).contains("bad.yaml:1:1: sever: unknown key; did you mean server?");
    }
    assertThat(run("serve", "--config", directory.resolve("none.yaml").toString())).isEqualTo(2);
    assertThat(err.toString()).contains("none.yaml: no such file");
    assertThat(run("sevre")).isEqualTo(2);
    assertThat(run()).isEqualTo(2);
  }

  @Test
  void whatCannotStartExitsWith1() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "x");
    Path config =
        Files.writeString(
            directory.resolve("c.yaml"), "data_directory: " + file.resolve("d") + "\n" + MINIMAL);
    assertThat(run("serve", "-c", config.toString(), "--port", "0", "--metrics-port", "0"))
        .isEqualTo(1);
    assertThat(err.toString()).contains("data_directory: " + file);
    assertThat(run("status", "--server", "127.0.0.1:1")).isEqualTo(1);
    assertThat(err.toString())
        .contains("127.0.0.1:1: nobody answers there (connection refused)")
        .doesNotContain("io exception");
    assertThat(run("status", "--server", "nobody.invalid:7070")).isEqualTo(1);
    assertThat(err.toString()).contains("nobody.invalid:7070: there is no host of that name");
  }

  @Test
  void completionNamesTheCommands() {
    assertThat(run("generate-completion")).isZero();
    assertThat(out.toString()).contains("snapshot").contains("serve");
  }

  @Test
  @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it hangs for ever.
  void sigtermStopsInOrder() throws Exception {
    Path data = directory.resolve("data");
    Path config =
        Files.writeString(directory.resolve("c.yaml"), "data_directory: " + data + "\n" + MINIMAL);
    Process process =
        new ProcessBuilder(ServeProcess.command(config)).redirectErrorStream(true).start();
    try (BufferedReader log =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      List<String> lines = new ArrayList<>();
      ServeProcess.readUntil(log, lines, "Serving gRPC");
      process.toHandle().destroy(); // SIGTERM, and the output stays open.
      ServeProcess.readUntil(log, lines, "Stopped");
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(String.join("\n", lines)).isZero();
    } finally {
      process.destroyForcibly();
    }
    assertThat(run("snapshot", "verify", "--data", data.toString())).isZero();
  }

  @Test
  @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it hangs for ever.
  void aHeapInWhichNoServerWorksIsRefused() throws Exception {
    Path data = directory.resolve("small");
    Path config =
        Files.writeString(directory.resolve("s.yaml"), "data_directory: " + data + "\n" + MINIMAL);
    List<String> command = new ArrayList<>(ServeProcess.command(config));
    command.set(command.indexOf("-Xmx512m"), "-Xmx64m");
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(said).isEqualTo(2);
      assertThat(said).contains("memory: ", "a heap of 6", "expected a heap of 96MiB and 224MiB");
      assertThat(data).doesNotExist();
    } finally {
      process.destroyForcibly();
    }
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
