package dev.dolmen.server.cli;

import dev.dolmen.parameterstore.file.PrivateFiles;
import dev.dolmen.server.access.KeyFile;
import dev.dolmen.server.access.KeyText;
import dev.dolmen.server.access.Role;
import dev.dolmen.server.access.StoredKey;
import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
import dev.dolmen.server.reload.UnusableFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes, lists and revokes the keys that callers of a server show. */
@Command(
    name = "key",
    mixinStandardHelpOptions = true,
    description = {
      "Makes, lists and revokes the API keys that callers of a server show.",
      "The commands change the file of keys: server.access.keys_file, or keys in the data directory."
          + " A server that runs takes the change within a second or two."
    },
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    subcommands = {KeyCommand.Create.class, KeyCommand.ListAll.class, KeyCommand.Revoke.class})
final class KeyCommand extends CommandGroup {
  private static Instant now() {
    return InstantSource.system().instant().truncatedTo(ChronoUnit.SECONDS);
  }

  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = {
        "Makes a key and prints it: this once, as only a hash of it is kept.",
        "Callers send it as the metadata authorization: Bearer KEY."
      },
      footer = {
        "",
        "Examples:",
        "  dolmen key create shop --roles read,publish",
        "  dolmen key create me --roles read,publish,catalog,admin --save",
        "  dolmen key create nightly-import --roles catalog --expires 90d",
        "  dolmen key create shop --roles read,publish --keys-file keys   for a secret"
      })
  static final class Create implements Callable<Integer> {
    @Parameters(
        paramLabel = "NAME",
        description = "Whose key it is: for logs, quotas and the audit log.")
    private String name = "";

    @Option(
        names = "--roles",
        paramLabel = "ROLE",
        required = true,
        split = ",",
        description = {
          "What it may do: read (recommendations and items), publish (events), catalog (change"
              + " items), admin (status, snapshots, reflection); separated by commas."
        })
    private List<String> roles = List.of();

    @Option(
        names = "--expires",
        paramLabel = "DURATION",
        description = "How long it is taken, such as 90d; without this, until it is revoked.")
    private @Nullable String expires;

    @Mixin private KeysLocation location = new KeysLocation();

    @Option(
        names = "--save",
        description =
            "Also write the key to ~/.config/dolmen/key, where this user's commands find it.")
    private boolean save;

    @Option(names = "--json", description = "Print the key and what is kept of it as JSON.")
    private boolean json;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
      Set<Role> granted = granted();
      Instant created = now();
      Instant end = expires == null ? null : created.plusMillis(lifetimeMs(expires));
      KeyFile file = location.file();
      try {
        KeyText key = file.create(name, granted, created, end, new SecureRandom());
        print(key, granted, end);
        if (save) {
          Path saved = ServerKey.standardFile(System.getenv());
          PrivateFiles.replace(saved, key.text() + "\n");
          Terminal.errors(spec).line("The key is kept in " + saved + ", for this user's commands.");
        }
      } catch (IllegalArgumentException e) {
        throw new CommandFailedException(2, "NAME: " + e.getMessage());
      } catch (UnusableFileException e) {
        throw new CommandFailedException(1, e);
      }
      return 0;
    }

    private Set<Role> granted() {
      Set<Role> granted = EnumSet.noneOf(Role.class);
      for (String role : roles) {
        granted.add(
            Role.ofSpelled(role.strip())
                .orElseThrow(
                    () -> OptionCheck.refused("--roles", role, "some of " + Role.allSpelled())));
      }
      return granted;
    }

    private static long lifetimeMs(String text) {
      long ms = OptionCheck.durationMs("--expires", text);
      OptionCheck.require(
          ms >= 1_000 && ms <= Duration.ofDays(36_500).toMillis(),
          "--expires",
          text,
          "a duration from 1s to 36500d");
      return ms;
    }

    private void print(KeyText key, Set<Role> granted, @Nullable Instant end) {
      if (json) {
        JsonReport report =
            new JsonReport()
                .put("key", key.text())
                .put("id", key.id())
                .put("name", name)
                .putAll("roles", granted.stream().map(Role::spelled).toList());
        Terminal.out(spec)
            .text(end == null ? report.text() : report.put("expires", end.toString()).text());
        return;
      }
      // Alone on the standard output, so that KEY=$(dolmen key create …) works.
      Terminal.out(spec).line(key.text());
      Terminal.errors(spec)
          .line(
              name
                  + " may "
                  + Role.spelled(granted)
                  + (end == null ? "" : " until " + end)
                  + ". Keep the key: it is not shown again.");
    }
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = "Lists the keys: name, roles, id and times; the keys themselves are not kept.",
      footer = {"", "Example:", "  dolmen key list --config dolmen.yaml"})
  static final class ListAll implements Callable<Integer> {
    @Mixin private KeysLocation location = new KeysLocation();

    @Option(names = "--json", description = "Print them as JSON.")
    private boolean json;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
      List<StoredKey> keys = keys();
      if (json) {
        Terminal.out(spec)
            .text(new JsonReport().put("keys", keys.stream().map(ListAll::report).toList()).text());
        return 0;
      }
      Instant now = now();
      TextTable table = new TextTable("name", "roles", "id", "created", "expires", "");
      for (StoredKey key : keys) {
        table.row(
            key.principal().name(),
            Role.spelled(key.principal().roles()),
            key.id(),
            key.created().toString(),
            key.expires().map(Instant::toString).orElse("never"),
            key.isExpired(now) ? "EXPIRED" : "");
      }
      Terminal.out(spec).text(table);
      return 0;
    }

    private List<StoredKey> keys() {
      try {
        return location.file().keys();
      } catch (UnusableFileException e) {
        throw new CommandFailedException(1, e);
      }
    }

    private static JsonReport report(StoredKey key) {
      JsonReport report =
          new JsonReport()
              .put("name", key.principal().name())
              .putAll(
                  "roles", key.principal().roles().stream().sorted().map(Role::spelled).toList())
              .put("id", key.id())
              .put("created", key.created().toString());
      key.expires().ifPresent(end -> report.put("expires", end.toString()));
      return report;
    }
  }

  @Command(
      name = "revoke",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = "Takes a key away: calls with it are refused from then on, open streams end.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:revoked", "1:there is none of that name"},
      footer = {"", "Example:", "  dolmen key revoke shop"})
  static final class Revoke implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "The key's name, or its id.")
    private String name = "";

    @Mixin private KeysLocation location = new KeysLocation();
    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
      try {
        StoredKey revoked =
            location
                .file()
                .revoke(name)
                .orElseThrow(() -> new CommandFailedException(1, name + ": there is no such key"));
        Terminal.out(spec)
            .line("revoked " + revoked.principal().name() + " (" + revoked.id() + ")");
      } catch (UnusableFileException e) {
        throw new CommandFailedException(1, e);
      }
      return 0;
    }
  }
}
