package dev.dolmen.server.api;

import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.PublishResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One {@code Publish} stream: its requests go to the log as they come, and are answered in that
 * order.
 *
 * <p>Where the log answers at once, so does the stream. Where it takes its time, further requests
 * are read meanwhile, so that their events share the way to the log, until {@link
 * #UNANSWERED_EVENTS} wait for it; a thread of the stream's own waits and answers. The next request
 * is asked for only when the trainer is not too far behind and the caller takes its
 * acknowledgements. So a fast sender waits, and memory stays bounded by these events and one
 * message a stream.
 */
final class PublishStream implements StreamObserver<PublishRequest> {
  /** Events under way beyond which no further request is read. */
  static final int UNANSWERED_EVENTS = 1_024;

  private final ServerCallStreamObserver<PublishResponse> call;
  private final Function<PublishRequest, FeedbackBatch> begin;

  /** Guards all below, and {@link #call}; nobody waits for the log while holding it. */
  private final ReentrantLock lock = new ReentrantLock();

  private final ArrayDeque<FeedbackBatch> unanswered = new ArrayDeque<>();
  private int unansweredEvents;
  private boolean answering;
  private boolean asked;
  private boolean completed;
  private boolean ended;

  private PublishStream(
      ServerCallStreamObserver<PublishResponse> call,
      Function<PublishRequest, FeedbackBatch> begin) {
    this.call = call;
    this.begin = begin;
  }

  /**
   * Answers a call.
   *
   * @param begin begins to log a request's events
   */
  static PublishStream open(
      ServerCallStreamObserver<PublishResponse> call,
      Function<PublishRequest, FeedbackBatch> begin) {
    PublishStream stream = new PublishStream(call, begin);
    call.disableAutoRequest();
    call.setOnReadyHandler(stream::ask);
    call.setOnCancelHandler(stream::end);
    return stream;
  }

  /** Asks for the next request if there is room for it. */
  private void ask() {
    lock.lock();
    try {
      if (!asked && !ended && unansweredEvents < UNANSWERED_EVENTS && call.isReady()) {
        asked = true;
        call.request(1);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void onNext(PublishRequest request) {
    FeedbackBatch batch = begin(request);
    lock.lock();
    try {
      asked = false;
      if (!answering && batch.isDone()) {
        call.onNext(batch.answer());
      } else {
        unanswered.add(batch);
        unansweredEvents += batch.events();
        if (!answering) {
          answering = true;
          Thread.ofVirtual().name("dolmen-publish").start(this::answerAll);
        }
      }
    } finally {
      lock.unlock();
    }
    ask();
  }

  private FeedbackBatch begin(PublishRequest request) {
    try {
      return begin.apply(request);
    } catch (RuntimeException e) {
      end(); // The call is closed with what this stands for.
      throw e;
    }
  }

  private void answerAll() {
    for (FeedbackBatch next = head(); next != null; next = head()) {
      PublishResponse answer = next.answer();
      lock.lock();
      try {
        unanswered.remove();
        unansweredEvents -= next.events();
        if (!ended) {
          call.onNext(answer);
        }
      } finally {
        lock.unlock();
      }
      ask();
    }
  }

  private @Nullable FeedbackBatch head() {
    lock.lock();
    try {
      FeedbackBatch head = unanswered.peek();
      if (head == null) {
        answering = false;
        completeIfAnswered();
      }
      return head;
    } finally {
      lock.unlock();
    }
  }

  private void completeIfAnswered() {
    if (completed && !answering && !ended) {
      ended = true;
      call.onCompleted();
    }
  }

  /** The caller is gone; everything acknowledged is in the log. */
  @Override
  public void onError(Throwable cancelled) {
    end();
  }

  @Override
  public void onCompleted() {
    lock.lock();
    try {
      completed = true;
      completeIfAnswered();
    } finally {
      lock.unlock();
    }
  }

  private void end() {
    lock.lock();
    try {
      ended = true;
    } finally {
      lock.unlock();
    }
  }
}
