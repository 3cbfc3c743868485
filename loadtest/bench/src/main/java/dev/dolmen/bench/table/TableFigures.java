package dev.dolmen.bench.table;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the process of one table measured.
 *
 * @param budget memory under a budget, where it was measured
 */
record TableFigures(List<TableLine> lines, @Nullable BudgetFigures budget) {}
