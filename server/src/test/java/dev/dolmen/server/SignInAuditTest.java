package dev.dolmen.server;

import static dev.dolmen.server.HttpClientCalls.failure;
import static dev.dolmen.server.HttpClientCalls.good;
import static dev.dolmen.server.SignInPage.NONCE;
import static dev.dolmen.server.SignInPage.PATH;
import static dev.dolmen.server.SignInPage.VERIFIER;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.dolmen.server.access.Provider;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the audit log says of sign-ins to the console. */
@SuppressWarnings("NullAway.Init")
class SignInAuditTest {
  @TempDir Path directory;
  private Path data;
  private Provider provider;
  private SignInPage page;
  private StandaloneServer server;
  private HttpClientCalls http;

  @BeforeEach
  void start() throws Exception {
    data = directory.resolve("data");
    provider = new Provider();
    page = new SignInPage(provider);
    server = page.start(data, "dolmen", "access_token");
    http = new HttpClientCalls(server.httpPort());
  }

  @AfterEach
  void stop() {
    http.close();
    server.close();
    provider.close();
  }

  @Test
  void eachSignInIsInTheAuditLogWithoutAToken() throws Exception {
    Instant began = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    String code = page.code(http);
    String token = good(exchange(code, VERIFIER)).get("token").asText();
    JsonNode taken = audit().getFirst();
    assertThat(taken.get("principal").asText()).isEqualTo("shop");
    assertThat(taken.get("method").asText()).isEqualTo("console/sign-in");
    assertThat(taken.get("roles").toString()).isEqualTo("[\"read\",\"admin\"]");
    assertThat(taken.get("remote").asText()).matches("127\\.0\\.0\\.1:\\d+");
    assertThat(taken.get("status").asText()).isEqualTo("OK");
    assertThat(taken.has("reason")).isFalse();
    assertThat(Instant.parse(taken.get("time").asText())).isBetween(began, Instant.now());

    String secondCode = page.code(http);
    exchange(secondCode, "w".repeat(43));
    refusedInTheLog("", "UNAUTHENTICATED", "the issuer refuses the sign-in: invalid_grant");
    provider.access = c -> c.claim("roles", List.of("x".repeat(5_000)));
    exchange(page.code(http), VERIFIER);
    refusedInTheLog(
        "shop",
        "UNAUTHENTICATED",
        "the issuer's token is none that this server takes: shop has no role here: the claim roles"
            + " has none of them");
    provider.id = c -> c.subject("s".repeat(5_000)).claim("nonce", "another");
    exchange(page.code(http), VERIFIER);
    refusedInTheLog(
        "",
        "UNAUTHENTICATED",
        "the issuer's ID token is refused: it has another nonce than this sign-in");
    http.post(PATH, "{\"code\": \"%s\"}".formatted(secondCode));
    refusedInTheLog(
        "", "INVALID_ARGUMENT", "code_verifier: expected 43 to 128 characters, as RFC 7636 has it");
    assertThat(audit()).hasSize(5);
    assertThat(Files.readString(auditFile()))
        .doesNotContain(token, code, secondCode, VERIFIER, NONCE, "eyJ");
  }

  /** Else whoever floods it with refused ones could keep a good one out. */
  @Test
  void signInsThatAreTakenAreThereWhateverIsRefused() throws Exception {
    for (int i = 0; i < 300; i++) {
      failure(http.post(PATH, "{}"), 400);
    }
    good(exchange(page.code(http), VERIFIER));
    List<JsonNode> entries = audit();
    assertThat(entries).hasSizeLessThan(301);
    JsonNode last = entries.getLast();
    assertThat(last.get("status").asText()).isEqualTo("OK");
    long told = entries.stream().mapToLong(e -> e.path("refused_before").asLong()).sum();
    assertThat(told + entries.size()).isEqualTo(301);
  }

  private HttpResponse<String> exchange(String code, String verifier) throws Exception {
    return SignInPage.exchange(http, code, verifier, NONCE);
  }

  private void refusedInTheLog(String principal, String status, String reason) throws Exception {
    JsonNode entry = audit().getLast();
    assertThat(entry.path("principal").asText()).isEqualTo(principal);
    assertThat(entry.get("method").asText()).isEqualTo("console/sign-in");
    assertThat(entry.get("status").asText()).isEqualTo(status);
    assertThat(entry.get("reason").asText()).isEqualTo(reason);
    assertThat(entry.has("roles")).isFalse();
  }

  private List<JsonNode> audit() throws Exception {
    List<JsonNode> entries = new ArrayList<>();
    Path file = auditFile();
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        entries.add(new JsonMapper().readTree(line));
      }
    }
    return entries;
  }

  private Path auditFile() {
    return data.resolve("audit").resolve("audit.jsonl");
  }
}
