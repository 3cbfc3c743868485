package dev.dolmen.server.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.dolmen.parameterstore.feature.ShownText;
import dev.dolmen.server.http.RemoteApi;
import io.grpc.Status;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/**
 * What a server elsewhere says to the first call: that it is one of Dolmen, and whether it lets the
 * key in.
 *
 * @param status of HTTP
 * @param message why it does not; empty if it does
 */
record RemoteGreeting(int status, String message) {
  private static final int MESSAGE_MAX = 500;

  /**
   * Asks it.
   *
   * @throws CommandFailedException if nobody answers there, or somebody else
   */
  static RemoteGreeting of(RemoteApi remote, Optional<String> key) {
    Map<String, String> headers =
        key.map(k -> Map.of("authorization", "Bearer " + k)).orElse(Map.of());
    RemoteApi.Answer answer;
    try {
      answer = remote.ask(new RemoteApi.Call("GET", remote.at("/v1/schema"), headers, new byte[0]));
    } catch (IOException e) {
      throw new CommandFailedException(1, e);
    }
    Optional<String> message =
        answer.isJson() && answer.status() != 404 ? message(answer) : Optional.empty();
    return message
        .map(said -> new RemoteGreeting(answer.status(), ShownText.within(said, MESSAGE_MAX)))
        .orElseThrow(() -> new CommandFailedException(1, remote.notTheApi(answer.status())));
  }

  /** What an answer in JSON says; empty if that is none. */
  private static Optional<String> message(RemoteApi.Answer answer) {
    try {
      JsonNode json = new JsonMapper().readTree(answer.body());
      boolean known = answer.status() == 200 ? json.has("caller_roles") : json.has("message");
      return known ? Optional.of(json.path("message").asText()) : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new IllegalStateException(e); // Of bytes in memory.
    }
  }

  /** As gRPC would say that the caller is not let in; OK if it is. */
  Status refusal() {
    Status kind =
        switch (status) {
          case 401 -> Status.UNAUTHENTICATED;
          case 403 -> Status.PERMISSION_DENIED;
          default -> Status.OK;
        };
    return kind.withDescription(message);
  }
}
