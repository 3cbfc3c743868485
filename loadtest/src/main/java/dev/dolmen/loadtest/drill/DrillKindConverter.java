package dev.dolmen.loadtest.drill;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a drill's name in lower case. */
final class DrillKindConverter implements ITypeConverter<DrillKind> {
  @Override
  public DrillKind convert(String name) {
    for (DrillKind kind : DrillKind.values()) {
      if (kind.name().toLowerCase(Locale.ROOT).equals(name)) {
        return kind;
      }
    }
    throw new TypeConversionException("\"" + name + "\", expected crash, duplicate or reorder");
  }
}
