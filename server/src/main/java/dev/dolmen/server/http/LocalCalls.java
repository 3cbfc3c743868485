package dev.dolmen.server.http;

import com.google.rpc.Code;
import dev.dolmen.parameterstore.feature.ShownText;
import dev.dolmen.server.http.RemoteApi.Call;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of requests that come to this machine for a server elsewhere: files are answered
 * from here, calls of the API are passed on. A call has to show the local key, which is made for
 * one start and is in the address that is printed: other users of this machine, and pages of
 * elsewhere, do not have it. It stands for the server's key, which the browser never sees. Where
 * there is none to stand for, a key that the page was given is passed on. Immutable; any thread.
 *
 * @param files served as they are
 * @param guard against what browsers can be made to send
 * @param remote the server
 * @param localKey what a page shows
 * @param key of the server; null if the page brings it, or none is needed
 * @param compared a second server; null if there is none
 */
public record LocalCalls(
    ServedFiles files,
    BrowserGuard guard,
    RemoteApi remote,
    String localKey,
    @Nullable String key,
    @Nullable ComparedServer compared) {
  /** What an answer names the server by. */
  private static final String REMOTE = "dolmen-remote";

  /** And the second one. */
  private static final String COMPARED = "dolmen-compare";

  private static final String SCHEME = "Bearer ";
  private static final Set<String> VERBS = Set.of("GET", "POST", "PUT", "PATCH", "DELETE");
  private static final List<CharSequence> PASSED_ON =
      List.of(
          HttpHeaderNames.ACCEPT_ENCODING,
          HttpHeaderNames.CONTENT_TYPE,
          HttpHeaderNames.CONTENT_ENCODING);

  /** What becomes of a request. */
  sealed interface Outcome {}

  /** It has an answer. */
  record Answered(HttpReply reply) implements Outcome {}

  /** A server is to be asked. */
  record Passed(Call call, RemoteApi remote) implements Outcome {}

  /** Headers that all answers have: which servers this is for. */
  Map<String, String> named() {
    return compared == null
        ? Map.of(REMOTE, remote.base())
        : Map.of(REMOTE, remote.base(), COMPARED, compared.remote().base());
  }

  /** Says what becomes of a request. */
  Outcome look(FullHttpRequest request) {
    HttpFailure refusal =
        request.decoderResult().isFailure()
            ? failure(HttpResponseStatus.BAD_REQUEST, "this is no request as HTTP/1.1 has it")
            : HttpChecks.refusal(request);
    if (refusal != null) {
      return new Answered(HttpReply.failure(refusal));
    }
    try {
      return dispatch(request);
    } catch (JsonProblem e) {
      return new Answered(HttpReply.failure(HttpFailure.of(e)));
    }
  }

  private Outcome dispatch(FullHttpRequest request) throws JsonProblem {
    String uri = request.uri();
    int query = uri.indexOf('?');
    String path = query < 0 ? uri : uri.substring(0, query);
    List<String> segments = HttpPaths.segments(path);
    String verb = request.method().name();
    BrowserGuard.Verdict verdict = guard.look(request, verb);
    if (verdict.reply() != null) {
      return new Answered(verdict.reply());
    }
    HttpReply file = files.look(request, segments);
    if (file != null) {
      return new Answered(file);
    }
    if (compared != null && ComparedServer.isMeant(segments)) {
      return compared(compared, request, segments);
    }
    boolean ofTheApi = segments.getFirst().equals("v1") || HttpRoutes.isDocument(segments);
    if (!ofTheApi) {
      String problem = HttpChecks.shown(path) + ": there is no such path";
      return new Answered(
          HttpReply.failure(HttpFailure.of(HttpResponseStatus.NOT_FOUND, Code.NOT_FOUND, problem)));
    }
    if (!VERBS.contains(verb)) {
      return new Answered(
          HttpReply.failure(HttpFailure.otherMethod(verb, path, VERBS.stream().sorted().toList())));
    }
    HttpPaths.query(query < 0 ? "" : uri.substring(query + 1));
    return passedOn(request, verb);
  }

  /** A key that the page was given is of the first server, and does not let in here. */
  private Outcome compared(ComparedServer other, FullHttpRequest request, List<String> segments)
      throws JsonProblem {
    String shown = shown(request);
    if (shown == null || !isLocal(shown)) {
      return new Answered(notLetIn());
    }
    try {
      return new Passed(other.call(request, segments), other.remote());
    } catch (IllegalArgumentException e) {
      return new Answered(notEncoded(request));
    }
  }

  private Outcome passedOn(FullHttpRequest request, String verb) {
    Map<String, String> headers = new LinkedHashMap<>();
    String shown = shown(request);
    if (shown != null && isLocal(shown)) {
      if (key != null) {
        headers.put("authorization", SCHEME + key);
      }
    } else if (shown != null && key == null && !shown.isEmpty()) {
      headers.put("authorization", SCHEME + shown);
    } else {
      return new Answered(notLetIn());
    }
    for (CharSequence name : PASSED_ON) {
      String value = request.headers().get(name);
      if (value != null) {
        headers.put(name.toString(), value);
      }
    }
    try {
      byte[] body = ByteBufUtil.getBytes(request.content());
      return new Passed(new Call(verb, remote.at(request.uri()), headers, body), remote);
    } catch (IllegalArgumentException e) {
      return new Answered(notEncoded(request));
    }
  }

  private static HttpReply notEncoded(FullHttpRequest request) {
    return HttpReply.failure(
        failure(
            HttpResponseStatus.BAD_REQUEST,
            ShownText.of(request.uri()) + " has a character that has to be encoded"));
  }

  /** Why the caller is not let in. */
  private static HttpReply notLetIn() {
    return HttpReply.failure(
        HttpFailure.of(
            HttpResponseStatus.UNAUTHORIZED,
            Code.UNAUTHENTICATED,
            "open the address that dolmen console has printed: it lets this page in"));
  }

  /** The one key of a request; null if there is none, or more than one could be meant. */
  private static @Nullable String shown(FullHttpRequest request) {
    List<String> sent = request.headers().getAll(HttpHeaderNames.AUTHORIZATION);
    if (sent.size() != 1 || !sent.getFirst().regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return null;
    }
    return sent.getFirst().substring(SCHEME.length()).strip();
  }

  private boolean isLocal(String shown) {
    return MessageDigest.isEqual(
        shown.getBytes(StandardCharsets.UTF_8), localKey.getBytes(StandardCharsets.UTF_8));
  }

  private static HttpFailure failure(HttpResponseStatus status, String message) {
    return HttpFailure.of(status, Code.INVALID_ARGUMENT, message);
  }

  /** Without the keys. */
  @Override
  public String toString() {
    return "calls to " + remote.base();
  }
}
