package dev.dolmen.server;

import static dev.dolmen.server.HttpClientCalls.good;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolmen.server.access.Issuer;
import dev.dolmen.server.access.Provider;
import dev.dolmen.server.config.DolmenConfig;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/** What the console's page does to sign in at a provider, and a server that it signs in to. */
record SignInPage(Provider provider) {
  static final String VERIFIER = "v".repeat(43);
  static final String NONCE = "n".repeat(22);
  static final String REDIRECT = "http://127.0.0.1:7080/console/";
  static final String PATH = "/console/sign-in";

  private Issuer issuer() {
    return provider.issuer;
  }

  /** A server that takes tokens of the provider. */
  StandaloneServer start(Path data, String audience, String token) throws Exception {
    String yaml =
        """
        data_directory: %s
        server:
          port: 0
          metrics: false
          warm_up: 0s
          http: {port: 0}
          access:
            jwt: {issuer: "%s", audience: %s, refetch: 1s}
            oidc: {client_id: %s, scopes: openid profile, token: %s}
        schema: {slots: [{name: item_id, kind: id}]}
        """
            .formatted(data, issuer().url(), audience, Provider.CLIENT, token);
    return StandaloneServer.start(DolmenConfig.parse("test", yaml, Map.of()));
  }

  /** It is sent back with a code. */
  String code(HttpClientCalls http) throws Exception {
    JsonNode offer = good(http.get(PATH));
    assertThat(offer.get("offered").asBoolean()).isTrue();
    assertThat(offer.get("issuer").asText()).isEqualTo(issuer().url());
    Map<String, String> asked =
        Map.of(
            "response_type",
            "code",
            "client_id",
            offer.get("client_id").asText(),
            "scope",
            offer.get("scope").asText(),
            "redirect_uri",
            REDIRECT,
            "state",
            "some state",
            "nonce",
            NONCE,
            "code_challenge",
            Provider.challenge(VERIFIER),
            "code_challenge_method",
            "S256");
    String there =
        offer.get("authorization_endpoint").asText()
            + asked.entrySet().stream()
                .map(e ->
                    "&"
                        + e.getKey()
                        + "="
                        + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining());
    try (HttpClient browser = HttpClient.newHttpClient()) {
      HttpResponse<String> back =
          browser.send(HttpRequest.newBuilder(URI.create(there)).build(), BodyHandlers.ofString());
      String place = back.headers().firstValue("location").orElseThrow();
      assertThat(place).startsWith(REDIRECT + "?");
      Map<String, String> said = Provider.form(place.substring(place.indexOf('?') + 1));
      assertThat(said).containsEntry("state", "some state");
      return said.getOrDefault("code", "");
    }
  }

  /** It has the code exchanged. */
  static HttpResponse<String> exchange(
      HttpClientCalls http, String code, String verifier, String nonce) throws Exception {
    return exchange(http, code, verifier, nonce, REDIRECT);
  }

  /** The same for a page elsewhere. */
  static HttpResponse<String> exchange(
      HttpClientCalls http, String code, String verifier, String nonce, String redirect)
      throws Exception {
    return http.post(
        PATH,
        """
        {"code": "%s", "code_verifier": "%s", "nonce": "%s", "redirect_uri": "%s"}
        """
            .formatted(code, verifier, nonce, redirect));
  }
}
