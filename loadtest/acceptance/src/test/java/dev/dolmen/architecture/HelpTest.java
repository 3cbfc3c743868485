package dev.dolmen.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.server.cli.DolmenCommand;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IllegalFormatException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;

/** What every command says of itself, on a terminal of 80 columns. */
class HelpTest {
  private static final int COLUMNS = 80;

  /** Commands whose figures a program may want to read. */
  private static final List<String> MEASURING =
      List.of(
          "bench",
          "bench explain",
          "bench filter",
          "bench index",
          "bench jvm",
          "bench model",
          "bench serve",
          "bench table",
          "bench train",
          "data check",
          "demo",
          "drill",
          "drill callers",
          "drill upgrade",
          "eval",
          "load",
          "replay",
          "train",
          "tune");

  private final Map<String, CommandLine> commands = new TreeMap<>();

  HelpTest() {
    add("", DolmenCommand.commandLine());
  }

  private void add(String path, CommandLine command) {
    command
        .getSubcommands()
        .forEach((name, sub) -> {
          // Of the library's own command; ours have one word each.
          if (!name.equals("help")) {
            commands.put((path + " " + name).strip(), sub);
            add(path + " " + name, sub);
          }
        });
  }

  private static UsageMessageSpec usage(CommandLine command) {
    return command.getCommandSpec().usageMessage();
  }

  /** A percent sign that is not doubled is taken as a format, and the text is shown raw. */
  @Test
  void everyTextIsAFormat() {
    List<String> raw = new ArrayList<>();
    commands.forEach((name, command) -> {
      UsageMessageSpec usage = usage(command);
      List<String> texts = new ArrayList<>(Arrays.asList(usage.header()));
      texts.addAll(Arrays.asList(usage.description()));
      texts.addAll(Arrays.asList(usage.footer()));
      for (OptionSpec option : command.getCommandSpec().options()) {
        texts.addAll(written(option));
      }
      for (String text : texts) {
        try {
          assertThat(String.format(text)).isNotNull();
        } catch (IllegalFormatException e) {
          raw.add(name + ": " + e.getMessage() + ": " + text);
        }
      }
    });
    assertThat(raw).isEmpty();
  }

  /** As it stands in the code: the library hands it on formatted. */
  private static List<String> written(OptionSpec option) {
    return option.userObject() instanceof Field field
        ? Arrays.asList(field.getAnnotation(Option.class).description())
        : List.of();
  }

  /** An example that wraps cannot be copied, and what is set in columns leaves them. */
  @Test
  void whatIsIndentedDoesNotWrap() {
    List<String> wrapped = new ArrayList<>();
    commands.forEach((name, command) -> {
      List<String> lines = new ArrayList<>(Arrays.asList(usage(command).footer()));
      lines.addAll(Arrays.asList(usage(command).description()));
      lines.stream()
          .filter(line -> line.startsWith("  ") && String.format(line).length() > COLUMNS)
          .forEach(line -> wrapped.add(name + ": " + line));
    });
    assertThat(wrapped).isEmpty();
  }

  @Test
  void everyOptionSaysWhatItIsAndEveryCommandHasAnExample() {
    assertThat(commands).hasSizeGreaterThan(40);
    List<String> silent = new ArrayList<>();
    commands.forEach((name, command) -> {
      for (OptionSpec option : command.getCommandSpec().options()) {
        if (!option.hidden() && String.join("", option.description()).isBlank()) {
          silent.add(name + " " + option.longestName());
        }
      }
      boolean leaf = command.getSubcommands().isEmpty();
      if (leaf && !String.join("", usage(command).footer()).contains("Example")) {
        silent.add(name + ": no example");
      }
    });
    assertThat(silent).isEmpty();
  }

  @Test
  void everyCommandThatMeasuresWritesJson() {
    List<String> measuring = new ArrayList<>(MEASURING);
    commands.keySet().stream().filter(c -> c.startsWith("experiment ")).forEach(measuring::add);
    assertThat(measuring).hasSizeGreaterThan(MEASURING.size());
    measuring.removeIf(name -> {
      CommandLine command = commands.get(name);
      return command != null && command.getCommandSpec().findOption("--json") != null;
    });
    assertThat(measuring).as("commands without --json").isEmpty();
  }
}
