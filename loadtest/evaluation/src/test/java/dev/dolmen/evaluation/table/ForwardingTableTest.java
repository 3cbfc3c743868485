package dev.dolmen.evaluation.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.parameterstore.store.EmbeddingTable;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ForwardingTableTest {
  private static final long NUMBER = 7;

  private final List<Call> calls = new ArrayList<>();

  /** One that arrived at the table behind. */
  private record Call(Method method, List<@Nullable Object> arguments) {}

  private static final class Plain extends ForwardingTable {
    Plain(EmbeddingTable table) {
      super(table);
    }
  }

  static List<Method> methods() {
    return Arrays.stream(EmbeddingTable.class.getMethods()).toList();
  }

  private EmbeddingTable behind() {
    return (EmbeddingTable)
        Proxy.newProxyInstance(
            EmbeddingTable.class.getClassLoader(),
            new Class<?>[] {EmbeddingTable.class},
            (proxy, method, arguments) -> {
              calls.add(new Call(method, arguments == null ? List.of() : Arrays.asList(arguments)));
              return value(method.getReturnType(), NUMBER);
            });
  }

  /** One that can be told from its neighbor's, as far as the type has any. */
  private static @Nullable Object value(Class<?> type, long number) {
    if (type == int.class) {
      return (int) number;
    }
    if (type == long.class) {
      return number;
    }
    if (type == boolean.class) {
      return true;
    }
    return type.isArray() ? java.lang.reflect.Array.newInstance(type.componentType(), 3) : null;
  }

  @ParameterizedTest
  @MethodSource("methods")
  void everyCallArrivesAsItIs(Method method) throws Exception {
    Class<?>[] types = method.getParameterTypes();
    @Nullable Object[] arguments = new @Nullable Object[types.length];
    for (int i = 0; i < types.length; i++) {
      arguments[i] = value(types[i], 100 + i);
    }
    Object answer = method.invoke(new Plain(behind()), arguments);
    assertThat(calls).hasSize(1);
    assertThat(calls.getFirst().method().getName()).isEqualTo(method.getName());
    assertThat(calls.getFirst().arguments()).containsExactly(arguments);
    assertThat(answer).isEqualTo(value(method.getReturnType(), NUMBER));
  }

  @Test
  void allOfATableIsTried() {
    assertThat(methods()).extracting(Method::getName).contains("gather", "setWeights", "close");
  }
}
