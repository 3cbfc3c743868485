package dev.dolmen.server.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.dolmen.server.http.RemoteApi.Call;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A second server, whose answers to the same visits are shown next to those of the first. What it
 * is asked changes nothing there and leaves no trace: how items are described, one item, and what
 * it would recommend, without an impression. It has a key of its own, and gets no other.
 *
 * @param remote the server
 * @param key that it is shown; null if none is needed
 */
public record ComparedServer(RemoteApi remote, @Nullable String key) {
  /** The first segment of paths that are meant for it. */
  static final String PATH = "compare";

  private static final JsonMapper MAPPER = new JsonMapper();

  /** Whether a request of this machine is meant for it. */
  static boolean isMeant(List<String> path) {
    return path.getFirst().equals(PATH);
  }

  /**
   * What it is asked by a request that {@link #isMeant}.
   *
   * @param path its segments
   * @throws JsonProblem if that is something else than it may be asked
   * @throws IllegalArgumentException if the path is no part of an address
   */
  Call call(FullHttpRequest request, List<String> path) throws JsonProblem {
    String verb = request.method().name();
    List<String> asked = path.subList(1, path.size());
    boolean recommends = verb.equals("POST") && asked.equals(List.of("v1", "recommend"));
    boolean reads =
        verb.equals("GET")
            && (asked.equals(List.of("v1", "schema"))
                || (asked.size() == 3 && asked.subList(0, 2).equals(List.of("v1", "items"))));
    if (!recommends && !reads) {
      throw new JsonProblem(
          "path", "expected GET v1/schema, GET v1/items/ID or POST v1/recommend behind /" + PATH);
    }
    byte[] body = recommends ? ByteBufUtil.getBytes(request.content()) : new byte[0];
    Map<String, String> headers = new LinkedHashMap<>();
    if (key != null) {
      headers.put("authorization", "Bearer " + key);
    }
    if (recommends) {
      checkPreview(request, body);
      headers.put("content-type", HttpReply.JSON);
    }
    String encoding = request.headers().get(HttpHeaderNames.ACCEPT_ENCODING);
    if (encoding != null) {
      headers.put("accept-encoding", encoding);
    }
    return new Call(verb, remote.at('/' + String.join("/", asked)), headers, body);
  }

  /** What nobody was shown must not be learned from as if somebody had been. */
  private static void checkPreview(FullHttpRequest request, byte[] body) throws JsonProblem {
    boolean preview = false;
    if (!request.headers().contains(HttpHeaderNames.CONTENT_ENCODING)) {
      try {
        JsonNode json = MAPPER.readTree(body);
        preview = json != null && json.path("no_impression").asBoolean(false);
      } catch (JsonProcessingException e) {
        throw new JsonProblem("body", "is no JSON");
      } catch (IOException e) {
        throw new IllegalStateException(e); // Of bytes in memory.
      }
    }
    if (!preview) {
      throw new JsonProblem("no_impression", "expected true, as the answer is shown to nobody");
    }
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "answers of " + remote.base() + " to compare with";
  }
}
