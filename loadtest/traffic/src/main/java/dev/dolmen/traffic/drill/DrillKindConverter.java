package dev.dolmen.traffic.drill;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a drill's name. */
final class DrillKindConverter implements ITypeConverter<DrillKind> {
  @Override
  public DrillKind convert(String name) {
    for (DrillKind kind : DrillKind.values()) {
      if (kind.label().equals(name)) {
        return kind;
      }
    }
    throw new TypeConversionException("\"" + name + "\", expected one of " + DrillKind.labels());
  }
}
