package dev.dolmen.server.http;

import com.google.rpc.Code;
import dev.dolmen.server.access.Refusal;
import dev.dolmen.server.access.SignIn;
import dev.dolmen.server.trace.CallTrace;
import io.grpc.Metadata;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer. Of the event loop only.
 *
 * <p>The body is read when it is wanted, and thrown away once there is an answer: a little of it,
 * so that the connection can be used again, beyond that the connection ends.
 */
final class HttpExchange {
  private static final int MAX_DROPPED_BYTES = 64 << 10;
  private static final List<String> SIGN_IN = List.of("console", "sign-in");

  private final HttpTransport transport;
  private final HttpSetup setup;
  private final HttpRequest request;
  private final boolean head;
  private final long declaredBytes;
  private final CallTrace trace;
  private HttpResponseStatus status = HttpResponseStatus.OK;
  private boolean keepsAlive;
  private Map<String, String> headers = Map.of();
  private @Nullable HttpStream stream;
  private @Nullable RequestBody body;
  private boolean bodyWanted;
  private boolean bodyDone;
  private boolean answering;
  private boolean answered;

  /** How the answer is written, where it goes out as it is made. */
  private @Nullable AnswerStream streamed;

  private boolean begun;
  private boolean finished;
  private long droppedBytes;

  HttpExchange(HttpTransport transport, HttpSetup setup, HttpRequest request) {
    this.transport = transport;
    this.setup = setup;
    this.request = request;
    head = request.method().name().equals("HEAD");
    declaredBytes = HttpUtil.isContentLengthSet(request) ? HttpUtil.getContentLength(request) : -1;
    keepsAlive = HttpUtil.isKeepAlive(request) && request.decoderResult().isSuccess();
    trace = trace();
  }

  private CallTrace trace() {
    return setup.traces().isOn()
        ? setup.traces().ofHttp(request.method().name(), this::header, setup.tls() != null)
        : CallTrace.NONE;
  }

  /** Values of one name are joined, as one header may come in several. */
  private @Nullable String header(String name) {
    List<String> values = request.headers().getAll(name);
    return values.isEmpty() ? null : String.join(",", values);
  }

  void begin() {
    HttpFailure refusal = HttpChecks.refusal(request);
    if (refusal != null) {
      keepsAlive = false;
      fail(refusal);
      return;
    }
    try {
      dispatch();
    } catch (JsonProblem e) {
      fail(HttpFailure.of(e));
    }
  }

  private void dispatch() throws JsonProblem {
    String uri = request.uri();
    int query = uri.indexOf('?');
    String path = query < 0 ? uri : uri.substring(0, query);
    List<String> segments = HttpPaths.segments(path);
    String verb = request.method().name();
    BrowserGuard.Verdict verdict = setup.guard().look(request, verb);
    headers = verdict.headers();
    if (verdict.reply() != null) {
      reply(verdict.reply(), () -> {});
      return;
    }
    SignIn signIn = setup.signIn();
    if (signIn != null && segments.equals(SIGN_IN)) {
      signIn(signIn, verb, path);
      return;
    }
    HttpReply file = setup.files().look(request, segments);
    if (file != null) {
      reply(file, () -> {});
      return;
    }
    HttpRoute route = setup.routes().find(verb, segments).orElse(null);
    if (route != null) {
      call(route, segments, query < 0 ? "" : uri.substring(query + 1));
      return;
    }
    if (HttpRoutes.isDocument(segments) && (head || verb.equals("GET"))) {
      replyDocument(takesGzip());
      return;
    }
    List<String> verbs = setup.routes().verbs(segments);
    fail(
        verbs.isEmpty()
            ? HttpFailure.of(
                HttpResponseStatus.NOT_FOUND,
                Code.NOT_FOUND,
                HttpChecks.shown(path) + ": there is no such path")
            : HttpFailure.otherMethod(verb, path, verbs));
  }

  /** Anybody may ask: nobody has signed in yet. The issuer is asked elsewhere. */
  private void signIn(SignIn signIn, String verb, String path) {
    if (verb.equals("GET")) {
      answerElsewhere(signIn::offer);
      return;
    }
    if (!verb.equals("POST")) {
      fail(HttpFailure.otherMethod(verb, path, List.of("GET", "POST")));
      return;
    }
    HttpFailure other = HttpChecks.otherType(request, HttpReply.JSON);
    if (other != null) {
      fail(other);
      return;
    }
    transport.within(setup.limits().requestArrival());
    body =
        new SignInBody(
            this,
            bytes -> {
              transport.notWithin();
              answerElsewhere(
                  () -> signIn.exchange(bytes, transport.context().channel().remoteAddress()));
            });
    wanted();
  }

  private interface Answering {
    String json() throws Refusal;
  }

  private void answerElsewhere(Answering answering) {
    setup
        .elsewhere()
        .execute(() -> {
          HttpReply answer;
          try {
            answer = HttpReply.json(answering.json().getBytes(StandardCharsets.UTF_8));
          } catch (Refusal e) {
            answer = HttpReply.failure(HttpFailure.of(e.status(), new Metadata()));
          }
          HttpReply said = answer;
          transport.context().executor().execute(() -> reply(said, () -> {}));
        });
  }

  /** The first who asks has it made, which takes too long for a connection's thread. */
  private void replyDocument(boolean gzipped) {
    setup
        .elsewhere()
        .execute(() -> {
          HttpReply document = setup.routes().document(gzipped);
          transport.context().executor().execute(() -> reply(document, () -> {}));
        });
  }

  private void call(HttpRoute route, List<String> segments, String query) throws JsonProblem {
    HttpFailure refusal =
        HttpChecks.body(request, route, declaredBytes, setup.limits().maxMessageBytes());
    if (refusal != null) {
      fail(refusal);
      return;
    }
    var message = route.begin(segments, HttpPaths.query(query));
    trace.route("/" + String.join("/", route.segments()));
    HttpStream call = HttpStream.of(this, transport, setup, route, request.headers(), trace);
    stream = call;
    if (route.isWeb()) {
      streamed = WebAnswer.FRAMES;
      body = new FramesBody(call);
    } else if (route.streamsRequests()) {
      body = new LinesBody(call, setup);
    } else if (route.hasBody()) {
      body = new WholeBody(call, setup, message, HttpChecks.isGzipped(request.headers()));
    }
    call.begin();
    if (body == null) {
      call.deliver(message.build().toByteArray());
      call.endRequests();
      readMore();
    }
  }

  /** The call wants a message, or another one. */
  void wanted() {
    if (!bodyWanted) {
      bodyWanted = true;
      if (HttpUtil.is100ContinueExpected(request) && !bodyDone && !answering) {
        var _ =
            transport
                .context()
                .writeAndFlush(
                    new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
      }
    }
    readMore();
  }

  /** A part of the body. */
  void content(HttpContent content, boolean last) {
    if (content.decoderResult().isFailure()) {
      keepsAlive = false;
      bodyDone = true;
      abort(
          HttpFailure.of(
              HttpResponseStatus.BAD_REQUEST,
              Code.INVALID_ARGUMENT,
              "the body is not as HTTP/1.1 has it"));
      return;
    }
    bodyDone = last;
    int bytes = content.content().readableBytes();
    RequestBody taken = body;
    if (taken == null || answering) {
      droppedBytes += bytes;
    } else {
      if (bytes > 0) {
        taken.add(ByteBufUtil.getBytes(content.content()));
      }
      if (last && !answering) {
        taken.end();
      }
    }
    readMore();
  }

  /** Reads what somebody waits for: more of the body, or the end of the connection. */
  void readMore() {
    if (finished) {
      return;
    }
    boolean tooMuch = droppedBytes > MAX_DROPPED_BYTES;
    if (answered) {
      if (bodyDone || tooMuch || !keepsAlive) {
        finished = true;
        transport.exchanged(keepsAlive && bodyDone);
      } else {
        transport.read();
      }
      return;
    }
    RequestBody taking = answering ? null : body;
    if (bodyDone || (taking == null ? !tooMuch : bodyWanted && taking.wantsMore())) {
      transport.read();
    }
  }

  /** Ends a call that has begun for what its request holds. */
  void abort(HttpFailure failure) {
    HttpStream call = stream;
    if (!answering && call != null) {
      call.abort();
    }
    fail(failure);
  }

  void fail(HttpFailure failure) {
    if (streamed != null) {
      end(failure, () -> {});
    } else {
      reply(HttpReply.failure(failure), () -> {});
    }
  }

  /**
   * Writes the one answer, unless there is one.
   *
   * @param then is run when it is written
   */
  void reply(HttpReply reply, Runnable then) {
    if (answering) {
      return;
    }
    beginAnswer();
    status = reply.status();
    write(transport.context().writeAndFlush(reply.response(headers, keepsAlive, head)), then, true);
  }

  private void beginAnswer() {
    answering = true;
    boolean littleLeft =
        bodyDone
            || (declaredBytes <= MAX_DROPPED_BYTES && !HttpUtil.isTransferEncodingChunked(request));
    keepsAlive &= littleLeft && !transport.isStopping();
  }

  /**
   * Writes a part of an answer that goes out as it is made.
   *
   * @param then is run when it is written
   */
  void part(byte[] part, Runnable then) {
    if (answered) {
      return;
    }
    AnswerStream how = stream();
    if (!begun) {
      begun = true;
      status = HttpResponseStatus.OK;
      keepsAlive &= !transport.isStopping();
      var _ = transport.context().write(HttpReply.stream(how.contentType(), headers, keepsAlive));
    }
    write(
        transport.context().writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(part))),
        then,
        false);
  }

  /** Lines, unless the request has said otherwise. */
  private AnswerStream stream() {
    AnswerStream how = streamed == null ? AnswerStream.LINES : streamed;
    streamed = how;
    return how;
  }

  /**
   * Writes the end of an answer that goes out as it is made.
   *
   * @param failure what went wrong; null if nothing did
   */
  void end(@Nullable HttpFailure failure, Runnable then) {
    if (answering) {
      return;
    }
    AnswerStream how = stream();
    if (!begun) {
      part(new byte[0], () -> {});
    }
    beginAnswer();
    if (failure != null) {
      status = failure.http(); // What it would have been, had it been known before.
    }
    LastHttpContent last = new DefaultLastHttpContent(Unpooled.wrappedBuffer(how.last(failure)));
    write(transport.context().writeAndFlush(last), then, true);
  }

  private void write(ChannelFuture writing, Runnable then, boolean last) {
    if (!writing.isDone()) {
      transport.within(setup.limits().answer());
    }
    var _ =
        writing.addListener(written -> {
          if (!written.isSuccess()) {
            transport.close();
            return;
          }
          transport.notWithin();
          then.run();
          if (last) {
            answered = true;
            trace.endHttp(status.code());
            if (!bodyDone) {
              transport.within(setup.limits().requestArrival());
            }
            readMore();
          }
        });
  }

  /** The connection has ended. */
  void gone() {
    trace.endHttp(0);
    HttpStream call = stream;
    if (call != null) {
      call.gone();
    }
  }

  HttpTransport transport() {
    return transport;
  }

  /** Whether answers may be compressed. */
  boolean takesGzip() {
    return HttpChecks.takesGzip(request.headers().get(HttpHeaderNames.ACCEPT_ENCODING, ""));
  }
}
