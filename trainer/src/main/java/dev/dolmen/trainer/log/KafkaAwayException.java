package dev.dolmen.trainer.log;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;

/** Kafka does not answer, or cannot do yet what it is asked: to be tried again. */
public final class KafkaAwayException extends IOException {
  KafkaAwayException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** This, or another exception where trying again would not help. */
  static IOException orOther(String servers, ExecutionException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    String message = "Kafka at " + servers + ": " + cause;
    return cause instanceof RetriableException || cause instanceof DisconnectException
        ? new KafkaAwayException(message, cause)
        : new IOException(message, cause);
  }
}
