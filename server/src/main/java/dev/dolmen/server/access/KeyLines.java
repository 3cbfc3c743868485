package dev.dolmen.server.access;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolmen.server.reload.NamedFile;
import dev.dolmen.server.reload.UnusableFileException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keys as text: a JSON object a line, so that a key is added, found and taken away as a line. Empty
 * lines and those that begin with # are left out. What is wrong is named by its line and field,
 * never by its value.
 */
final class KeyLines {
  /** What a name may be: it stands in logs and messages as it is. */
  static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");

  static final String NAME_FORM =
      "1 to 64 letters, digits and . _ @ -, a letter or digit at the beginning";

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final Pattern ID = Pattern.compile("[0-9a-f]{16}");
  private static final Set<String> FIELDS =
      Set.of("id", "name", "roles", "salt", "hash", "created", "expires");

  private KeyLines() {}

  static List<StoredKey> parse(NamedFile file, String text) throws UnusableFileException {
    List<StoredKey> keys = new ArrayList<>();
    Set<String> names = new HashSet<>();
    Set<String> ids = new HashSet<>();
    int number = 0;
    for (String line : text.split("\n", -1)) {
      number++;
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      try {
        StoredKey key = parse(line);
        require(ids.add(key.id()), "id", "one that no other key has");
        require(names.add(key.principal().name()), "name", "one that no other key has");
        keys.add(key);
      } catch (IllegalArgumentException e) {
        throw file.unusable("line " + number + ": " + e.getMessage());
      }
    }
    return keys;
  }

  private static StoredKey parse(String line) {
    JsonNode node;
    try {
      node = MAPPER.readTree(line);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a JSON object", e);
    }
    if (!node.isObject()) {
      throw new IllegalArgumentException("not a JSON object");
    }
    for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!FIELDS.contains(name)) {
        throw new IllegalArgumentException(
            "a field that is none of " + FIELDS.stream().sorted().toList());
      }
    }
    String id = text(node, "id", ID, "16 hexadecimal digits");
    String name = text(node, "name", NAME, NAME_FORM);
    String salt = text(node, "salt", Pattern.compile("[0-9a-f]{32}"), "32 hexadecimal digits");
    String hash = text(node, "hash", Pattern.compile("[0-9a-f]{64}"), "64 hexadecimal digits");
    Instant created = time(node, "created");
    Instant expires = node.has("expires") ? time(node, "expires") : null;
    return StoredKey.of(id, new Principal(name, roles(node)), salt, hash, created, expires);
  }

  private static Set<Role> roles(JsonNode node) {
    Set<Role> roles = EnumSet.noneOf(Role.class);
    JsonNode given = node.path("roles");
    require(given.isArray() && !given.isEmpty(), "roles", "a list of " + Role.allSpelled());
    for (JsonNode role : given) {
      Role known = Role.ofSpelled(role.asText()).orElse(null);
      require(known != null && roles.add(known), "roles", "some of " + Role.allSpelled());
    }
    return roles;
  }

  private static String text(JsonNode node, String field, Pattern form, String expected) {
    JsonNode value = node.path(field);
    require(value.isTextual() && form.matcher(value.asText()).matches(), field, expected);
    return value.asText();
  }

  private static Instant time(JsonNode node, String field) {
    try {
      return Instant.parse(node.path(field).asText());
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          field + ": expected a time such as 2026-03-01T12:00:00Z", e);
    }
  }

  private static void require(boolean holds, String field, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(field + ": expected " + expected);
    }
  }

  static String text(List<StoredKey> keys) {
    StringBuilder text = new StringBuilder();
    for (StoredKey key : keys) {
      text.append(line(key)).append('\n');
    }
    return text.toString();
  }

  private static ObjectNode line(StoredKey key) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("id", key.id()).put("name", key.principal().name());
    ArrayNode roles = node.putArray("roles");
    key.principal().roles().stream().sorted().map(Role::spelled).forEach(roles::add);
    node.put("salt", key.salt()).put("hash", key.hash()).put("created", key.created().toString());
    @Nullable Instant expires = key.expires().orElse(null);
    if (expires != null) {
      node.put("expires", expires.toString());
    }
    return node;
  }
}
