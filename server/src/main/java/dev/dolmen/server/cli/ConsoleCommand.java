package dev.dolmen.server.cli;

import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.http.ComparedServer;
import dev.dolmen.server.http.RemoteApi;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Serves the console's pages on this machine for a server elsewhere. */
@Command(
    name = "console",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Serves the console's pages on this machine for a server elsewhere, and passes their calls"
          + " on to it.",
      "",
      "The server needs HTTP (server.http), but neither its own console nor CORS. The browser"
          + " never sees the key: it shows one that is made for this run and is in the printed"
          + " address. Without a key here, the page asks for one if the server does."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "1:the server does not answer, is not trusted, or does not take the key",
      "2:the command line is not valid",
      "130:interrupted, which ends it"
    },
    footer = {
      "",
      "Examples:",
      "  dolmen console --url https://shop.internal:7080",
      "  dolmen console --url https://10.0.0.7:7080 --ca ca.pem --key-file key",
      "  dolmen console --url http://localhost:7080 --listen 127.0.0.1:8080",
      "  dolmen console --url http://localhost:7080 --compare http://localhost:7180"
    })
final class ConsoleCommand implements Callable<Integer> {
  private static final String LISTEN = "--listen";

  @Option(
      names = "--url",
      required = true,
      paramLabel = "URL",
      description = "The server's HTTP address; https is verified.")
  private String url = "";

  @Option(
      names = LISTEN,
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:0",
      description = "Where the pages are, 0 for a port that is free; by default ${DEFAULT-VALUE}.")
  private String listen = "";

  @Option(
      names = "--expose",
      description =
          "Listen also where other machines reach it. They speak plain text with it: whoever reads"
              + " the address on the way can do what the key may.")
  private boolean expose;

  @Mixin private CompareOptions compare = new CompareOptions();
  @Mixin private TrustFiles files = new TrustFiles();
  @Mixin private ServerKey access = new ServerKey();
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    RemoteAddress address = RemoteAddress.of("--url", url);
    ListenAddress place = ListenAddress.of(LISTEN, listen);
    OptionCheck.require(
        place.isLoopback() || expose,
        LISTEN,
        place.host(),
        "an address of this machine alone, or --expose to be reached by others");
    OptionCheck.require(
        address.speaksTls() || !files.named(), "--url", url, "https, as files for TLS are named");
    files.check();
    Optional<String> key = access.keyFor(address.target(), !address.speaksTls(), "say https");
    RemoteProblem problem = new RemoteProblem("--url", address.speaksTls(), files);
    try (RemoteApi remote = new RemoteApi(address.uri(), files.context(), problem::of);
        CompareOptions.Opened other = compare.open(files, access)) {
      String asked = greet(remote, key, address);
      ComparedServer compared = other.greeted();
      if (compared != null && !asked.isEmpty()) {
        throw new CommandFailedException(
            1, remote.base() + ": to compare, this command needs its key\n" + asked);
      }
      try (var _ = listen(place, remote, key, asked, compared)) {
        new CountDownLatch(1).await(); // The signal ends the process.
        return 0;
      }
    }
  }

  /**
   * Finds out whether the server answers, and lets the key in.
   *
   * @return that it asks for a key which is not there; empty if it does not
   */
  private String greet(RemoteApi remote, Optional<String> key, RemoteAddress address) {
    RemoteGreeting answer = RemoteGreeting.of(remote, key);
    String refused = refusal(answer, address);
    if (!refused.isEmpty() && (answer.status() == 403 || key.isPresent())) {
      throw new CommandFailedException(1, remote.base() + ": " + refused);
    }
    return refused;
  }

  private String refusal(RemoteGreeting answer, RemoteAddress address) {
    return access.explain(address.target(), answer.refusal(), !address.speaksTls()).orElse("");
  }

  private LocalConsole listen(
      ListenAddress place,
      RemoteApi remote,
      Optional<String> key,
      String asked,
      @Nullable ComparedServer compared) {
    LocalConsole console;
    try {
      console = LocalConsole.start(place, remote, key.orElse(null), compared);
    } catch (IOException e) {
      throw new CommandFailedException(
          1, LISTEN + ": " + listen + " cannot be listened on: " + e.getMessage());
    }
    Terminal out = Terminal.out(spec);
    String next = compared == null ? "" : " next to " + compared.remote().base();
    out.line("The console of " + remote.base() + next + ", until this command is ended:");
    out.line("  " + console.address());
    if (asked.isEmpty()) {
      out.line("Whoever has this address can do there what you may: keep it to yourself.");
    } else {
      asked.lines().forEach(out::line);
      out.line("The page asks for a key.");
    }
    return console;
  }
}
