package dev.dolmen.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.joran.spi.JoranException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The shipped configuration of logs. */
class LogFormatTest {
  /** A message with holes in it helps nobody who searches for what happened. */
  @Test
  void jsonSaysWhatTheTextSays() throws JoranException, IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream before = System.err;
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    try {
      System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
      context.putProperty("DOLMEN_LOG_FORMAT", "json");
      JoranConfigurator configurator = new JoranConfigurator();
      configurator.setContext(context);
      configurator.doConfigure(getClass().getResource("/logback.xml"));
      context.getLogger("dev.dolmen.x").warn("{} of {} \"{}\"", 3, 7, "ü");
    } finally {
      System.setErr(before);
      context.stop();
    }
    JsonNode line = new ObjectMapper().readTree(bytes.toString(StandardCharsets.UTF_8));
    assertThat(line.get("formattedMessage").asText()).isEqualTo("3 of 7 \"ü\"");
    assertThat(line.get("level").asText()).isEqualTo("WARN");
    assertThat(line.has("message")).isFalse();
  }
}
