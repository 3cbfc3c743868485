package dev.dolmen.trainer.alternatives;

/**
 * What came of an arm. Margins are half the widths of intervals of 95%.
 *
 * @param arm which
 * @param answers impressions logged
 * @param clickedAnswers those of which at least one item was clicked
 * @param clicks items clicked, each once an answer
 * @param clickRate {@code clickedAnswers / answers}
 * @param clickRateMargin of it
 * @param toFirst {@code clickRate} less that of the first arm
 * @param toFirstMargin of it
 */
public record ArmFigures(
    Arm arm,
    long answers,
    long clickedAnswers,
    long clicks,
    double clickRate,
    double clickRateMargin,
    double toFirst,
    double toFirstMargin) {}
