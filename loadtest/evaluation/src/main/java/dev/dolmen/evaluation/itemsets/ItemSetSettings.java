package dev.dolmen.evaluation.itemsets;

/**
 * What is asked about sets of items.
 *
 * @param split name of the published split
 * @param validation whether its pairs for tuning are asked for, in the place of the test's
 * @param seen items of a user that a question brings along at most
 * @param orderSeed of the order in which users and their items are learned
 */
public record ItemSetSettings(String split, boolean validation, int seen, long orderSeed) {}
