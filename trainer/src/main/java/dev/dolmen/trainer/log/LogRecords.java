package dev.dolmen.trainer.log;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.LogRecord;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads encoded log records, whole or in part. */
public final class LogRecords {
  private LogRecords() {}

  /** Decodes a record. */
  public static LogRecord parse(byte[] bytes, int length) throws IOException {
    return LogRecord.parseFrom(CodedInputStream.newInstance(bytes, 0, length));
  }

  /** When a record was logged, microseconds since 1970, without decoding the rest. */
  public static long loggedUs(byte[] bytes, int length) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(bytes, 0, length);
    return skipTo(in, LogRecord.LOGGED_US_FIELD_NUMBER) ? in.readInt64() : 0;
  }

  /** UTF-8 bytes of a feedback event's id without decoding the rest; null for any other record. */
  public static byte @Nullable [] eventId(byte[] bytes, int length) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(bytes, 0, length);
    if (!skipTo(in, LogRecord.FEEDBACK_FIELD_NUMBER)) {
      return null;
    }
    int limit = in.pushLimit(in.readRawVarint32());
    byte[] id = skipTo(in, FeedbackEvent.EVENT_ID_FIELD_NUMBER) ? in.readByteArray() : null;
    in.popLimit(limit);
    return id;
  }

  private static boolean skipTo(CodedInputStream in, int field) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == field) {
        return true;
      }
      in.skipField(tag);
    }
    return false;
  }
}
